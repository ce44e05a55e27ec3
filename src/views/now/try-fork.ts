/** What if: the same scene with one thing different, just before the command that led to a step. */

import type { Fork } from '../../explain/forks/fork.ts';
import type { JsonOp, Step } from '../../log/log.ts';
import { lastStepUpTo } from '../../log/op-steps.ts';
import { remember } from '../../store/actions/edits.ts';
import type { App } from '../../store/create-app.ts';

/** Goes back to before the step's command, does the fork's ops, then that command and all after it, and plays on. */
export function tryFork(app: App, step: Step, fork: Fork): void {
  const { actions, store } = app;
  const { scene, sceneId } = store.getState();
  if (scene === null) return;
  if (fork.create !== undefined) {
    const [create, ...after] = scene.commands.map(({ op }) => op);
    const callOff = remember(
      app,
      [{ ...fork.create, op: 'create' }],
      [{ ...create, ...fork.create } as JsonOp, ...after],
    );
    void onAnotherMachine(app, step.command, fork.create, callOff);
    return;
  }
  const last = lastStepUpTo(scene, step.command - 1);
  // Commands between the last step before it and the command itself made no step, but are part of the scene.
  const base = last < 0 ? Math.max(0, sceneId.start - 1) : (scene.steps.get(last) as Step).command;
  const again = (from: number, to: number): JsonOp[] =>
    scene.commands.filter((c) => c.index >= from && c.index <= to).map((c) => c.op);
  const rest = again(fork.replaces ? step.command + 1 : step.command, scene.commands.length);
  remember(app, fork.ops, [...again(0, step.command - 1), ...fork.ops, ...rest]);
  if (last < 0) actions.seekStart();
  else actions.seekStep(last);
  actions.poke([...again(base + 1, step.command - 1), ...fork.ops, ...rest]);
}

/** The whole scene on another machine, shown from the same command on. */
async function onAnotherMachine(
  { actions, store }: App,
  command: number,
  create: JsonOp,
  callOff: () => void,
): Promise<void> {
  if ((await actions.reconfigure(create)) !== 'done') {
    callOff();
    return;
  }
  const { scene } = store.getState();
  actions.seekStep(scene === null ? -1 : lastStepUpTo(scene, command - 1));
  actions.play();
}
