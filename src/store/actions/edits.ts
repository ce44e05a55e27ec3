/**
 * Changes by hand. One goes in front of the step that is shown: an op is done whole, so a change made in the middle of one is made
 * before it, and the op is done again. Every change can be undone and redone, by name.
 */
import type { JsonOp, Step } from '../../log/log.ts';
import { stepNow } from '../../log/step-sets.ts';
import type { AppCore } from '../create-app.ts';
import { type AppState, ARRIVE, type Edit } from '../types.ts';
import { runTo, seekStart, seekStep } from './playback.ts';
import { poke } from './scene.ts';

/** Changes kept to go back through. */
const MOST_EDITS = 100;

/** A change in a few words, as its first op has it: "mmio_write 0xfec00010 0x10034". */
export function nameOfOps(ops: readonly JsonOp[]): string {
  const [first] = ops;
  if (first === undefined) return '';
  const { op, ...fields } = first;
  const values = Object.values(fields).filter((v) => typeof v === 'string' || typeof v === 'number');
  return [String(op), ...values].join(' ').slice(0, 48);
}

/** What is on screen, as something to come back to. */
function snapshot({ scene, sceneId, playhead }: AppState, name: string): Edit | null {
  if (scene === null) return null;
  return { name, ops: scene.commands.map((command) => command.op), sceneId, step: playhead.step };
}

/** Keeps the scene as it is, before it is changed. @param name what the change will be called */
export function remember({ store }: AppCore, name: string): void {
  const kept = snapshot(store.getState(), name);
  if (kept === null) return;
  const { past } = store.getState().edits;
  store.setState({ edits: { past: [...past, kept].slice(-MOST_EDITS), future: [] } });
}

/** Whether the shown step's op has more to show: then a change goes before that op. */
function isAmid({ scene, playhead }: AppState): boolean {
  const here = scene?.steps.get(playhead.step);
  if (here === undefined) return false;
  return playhead.phase < ARRIVE || scene?.steps.get(playhead.step + 1)?.command === here.command;
}

/** Stands at the effect of the commands up to `last` as soon as they are done. */
function standAt({ store }: AppCore, last: number): void {
  const stop = store.subscribe(({ scene }) => {
    if (scene === null || !scene.complete) return;
    stop();
    runTo(
      store,
      scene.steps.findLastIndex((step) => step.command <= last),
    );
  });
}

/** Does something to the machine in front of the step that is shown, and stands at its effect. */
export function change(app: AppCore, ops: JsonOp | readonly JsonOp[]): void {
  const list = Array.isArray(ops) ? (ops as readonly JsonOp[]) : [ops as JsonOp];
  const { store } = app;
  const state = store.getState();
  const { scene, sceneId, playhead } = state;
  if (scene === null || list.length === 0) return;
  remember(app, nameOfOps(list));
  if (!isAmid(state)) {
    poke(app, list);
    return;
  }
  const { command } = scene.steps.get(playhead.step) as Step;
  const last = scene.steps.findLastIndex((step) => step.command < command);
  const base = last < 0 ? Math.max(0, sceneId.start - 1) : (scene.steps.get(last) as Step).command;
  const again = (from: number, to: number): JsonOp[] =>
    scene.commands.filter((c) => c.index >= from && c.index <= to).map((c) => c.op);
  const before = again(base + 1, command - 1);
  if (last < 0) seekStart(store);
  else seekStep(store, last);
  app.feed.poke([...before, ...list, ...again(command, scene.commands.length)]);
  store.setState(({ playhead: at }) => ({ playhead: { ...at, playing: false, until: null } }));
  standAt(app, base + before.length + list.length);
}

/** Goes back to before the last change, or forward again. @returns what was undone or redone, null: there was nothing */
function goTo(app: AppCore, direction: 'past' | 'future'): string | null {
  const { store, feed } = app;
  const { edits } = store.getState();
  const to = edits[direction].at(-1);
  const now = to === undefined ? null : snapshot(store.getState(), to.name);
  if (to === undefined || now === null) return null;
  const rest = edits[direction].slice(0, -1);
  store.setState({
    edits:
      direction === 'past'
        ? { past: rest, future: [...edits.future, now] }
        : { past: [...edits.past, now], future: rest },
  });
  feed.ask();
  feed.run(to.ops, to.sceneId, { step: to.step < 0 ? null : stepNow(to.step), play: false });
  return to.name;
}

export const undo = (app: AppCore): string | null => goTo(app, 'past');
export const redo = (app: AppCore): string | null => goTo(app, 'future');
