/**
 * Changes by hand. One goes in front of the step that is shown: an op is done whole, so a change made in the middle of one is made
 * before it, and the op is done again with all that comes after. Each is a branch of the tree of runs, undone and redone by name.
 */
import { deedOf } from '../../explain/deeds.ts';
import type { JsonOp, Step } from '../../log/log.ts';
import { lastStepUpTo } from '../../log/op-steps.ts';
import { stepNow } from '../../log/step-sets.ts';
import { aheadOf, type Deed, runOf } from '../../share/runs.ts';
import type { AppCore } from '../create-app.ts';
import { runAhead, showRun, track } from '../runs/track.ts';
import { type AppState, ARRIVE } from '../types.ts';
import { loadLinkCodec } from './links.ts';
import { runTo, seekStart, seekStep } from './playback.ts';
import { loadOps, poke, withRoom } from './scene.ts';

/**
 * Says that a change comes. @param whole all ops of the run it makes  @param name absent: by its ops  @returns how to call it off
 */
export function remember(app: AppCore, ops: readonly JsonOp[], whole: readonly JsonOp[], name?: Deed): () => void {
  const { view, playhead } = app.store.getState();
  loadLinkCodec().catch(() => {});
  return track(app).announce({
    deed: name ?? deedOf(ops, view),
    step: playhead.step,
    amid: isAmid(app.store.getState()),
    machine: ops[0]?.op === 'create',
    ops: whole,
  });
}

/** Whether the shown step's op has more to show: then a change goes before that op. */
function isAmid({ scene, playhead }: AppState): boolean {
  const here = scene?.steps.get(playhead.step);
  if (here === undefined) return false;
  return playhead.phase < ARRIVE || scene?.steps.get(playhead.step + 1)?.command === here.command;
}

/** Once the engine has answered what it was asked for. */
function onceDone({ store }: AppCore, then: () => void): void {
  const stop = store.subscribe(({ scene }) => {
    if (scene === null || !scene.complete) return;
    stop();
    then();
  });
}

/** Stands at the effect of the commands up to `last` as soon as they are done. */
function standAt(app: AppCore, last: number): void {
  onceDone(app, () => {
    const { store } = app;
    const { scene } = store.getState();
    if (scene !== null) runTo(store, lastStepUpTo(scene, last));
  });
}

/** Does something to the machine in front of the step that is shown, and stands at its effect. */
export function change(app: AppCore, ops: JsonOp | readonly JsonOp[], name?: Deed): void {
  const list = Array.isArray(ops) ? (ops as readonly JsonOp[]) : [ops as JsonOp];
  const { store } = app;
  const state = store.getState();
  const { scene, sceneId, playhead } = state;
  if (scene === null || list.length === 0) return;
  const again = (from: number, to: number): JsonOp[] =>
    scene.commands.filter((c) => c.index >= from && c.index <= to).map((c) => c.op);
  const shown = scene.steps.get(playhead.step) as Step | undefined;
  if (!isAmid(state)) {
    const base = shown?.command ?? Math.max(0, sceneId.start - 1);
    const rest = playhead.step < scene.steps.length - 1 ? again(base + 1, scene.commands.length) : [];
    // At the end of the scene the guest gets time to answer, and it is watched.
    if (rest.length === 0) {
      // One that comes while another is under way comes after it.
      remember(app, list, [...(state.asked?.ops ?? again(0, scene.commands.length)), ...withRoom(list)], name);
      poke(app, list);
      return;
    }
    if (!scene.complete) {
      onceDone(app, () => change(app, list, name));
      return;
    }
    remember(app, list, [...again(0, base), ...list, ...rest], name);
    insert(app, base, [...list, ...rest], list.length);
    return;
  }
  if (!scene.complete) {
    onceDone(app, () => change(app, list, name));
    return;
  }
  const command = shown?.command ?? 0;
  const last = lastStepUpTo(scene, command - 1);
  const base = last < 0 ? Math.max(0, sceneId.start - 1) : (scene.steps.get(last) as Step).command;
  const before = again(base + 1, command - 1);
  remember(app, list, [...again(0, command - 1), ...list, ...again(command, scene.commands.length)], name);
  if (last < 0) seekStart(store);
  else seekStep(store, last);
  insert(app, base, [...before, ...list, ...again(command, scene.commands.length)], before.length + list.length);
}

/** Ops after a command, in place of what came after it. @param count how many of them lead to where the stage is to stand */
function insert(app: AppCore, base: number, ops: readonly JsonOp[], count: number): void {
  app.feed.poke(ops, base);
  app.store.setState(({ playhead }) => ({ playhead: { ...playhead, playing: false, until: null } }));
  standAt(app, base + count);
}

/**
 * The machine itself made anew, with all that happens to it; the stage stands where it stood.
 * @param name absent: it is another scene, not a change of this one
 */
export async function changeMachine(
  app: AppCore,
  { ops, start }: { readonly ops: readonly JsonOp[]; readonly start: number },
  name?: Deed,
): Promise<void> {
  const { playhead } = app.store.getState();
  const callOff = name === undefined ? null : remember(app, ops, ops, name);
  const step = name === undefined || playhead.step < 0 ? null : stepNow(playhead.step);
  if ((await loadOps(app, ops, { step, play: false }, start)) !== 'done') callOff?.();
}

/** Goes back to before the last change: one that is under way, once it has come. @returns whether there was one */
export function undo(app: AppCore): boolean {
  const { runs, asked } = app.store.getState();
  if (asked !== null) {
    const stop = app.store.subscribe((state) => {
      if (state.asked !== null) return;
      stop();
      // Refused, or gone with its engine: there is nothing of it to take back. Not amid the engine's answer.
      if (state.runs?.now !== runs?.now) queueMicrotask(() => undo(app));
    });
    return true;
  }
  const from = runs === null ? null : runAhead(app, runs);
  const to = from === null ? undefined : runOf(from, from.now)?.parent;
  if (to === undefined || to === null) return false;
  showRun(app, to);
  return true;
}

/** Forward again, to the branch last been to. @returns whether there is one */
export function redo(app: AppCore): boolean {
  const { runs } = app.store.getState();
  const to = runs === null ? undefined : aheadOf(runAhead(app, runs))[0];
  if (to === undefined) return false;
  showRun(app, to.id);
  return true;
}
