/** What if: the same scene with one thing different, just before the command that led to a step. */

import type { Fork } from '../../explain/forks/fork.ts';
import { play, seekStart, seekStep } from '../../store/actions/playback.ts';
import { poke, reconfigure } from '../../store/actions/scene.ts';
import type { AppStore } from '../../store/create-store.ts';
import type { JsonOp, Step } from '../../store/types.ts';

/** Goes back to before the step's command, does the fork's ops, then that command and all after it, and plays on. */
export function tryFork(store: AppStore, step: Step, fork: Fork): void {
  const { scene, sceneId } = store.getState();
  if (scene === null) return;
  if (fork.create !== undefined) {
    void onAnotherMachine(store, step.command, fork.create);
    return;
  }
  const last = scene.steps.findLastIndex((s) => s.command < step.command);
  // Commands between the last step before it and the command itself made no step, but are part of the scene.
  const base = last < 0 ? Math.max(0, sceneId.start - 1) : (scene.steps[last] as Step).command;
  const again = (from: number, to: number): JsonOp[] =>
    scene.commands.filter((c) => c.index >= from && c.index <= to).map((c) => c.op);
  if (last < 0) seekStart(store);
  else seekStep(store, last);
  const rest = again(fork.replaces ? step.command + 1 : step.command, scene.commands.length);
  poke(store, [...again(base + 1, step.command - 1), ...fork.ops, ...rest]);
}

/** The whole scene on another machine, shown from the same command on. */
async function onAnotherMachine(store: AppStore, command: number, create: JsonOp): Promise<void> {
  if (!(await reconfigure(store, create))) return;
  const last = store.getState().scene?.steps.findLastIndex((s) => s.command < command) ?? -1;
  seekStep(store, last);
  play(store);
}
