/** What the transport does. Each is one change of the playhead; the frame clock (scene/clock.ts) moves it on. */
import type { StoreApi } from 'zustand/vanilla';
import { seqAt } from '../../log/steps.ts';
import { type AppState, ARRIVE, type Playhead } from '../types.ts';
import { viewAt } from '../view-at.ts';

type Store = StoreApi<AppState>;

export const SPEEDS = [1 / 16, 1 / 8, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64] as const;

/** Moves the playhead and folds the view to it, which stays the same object where no row lies between. */
export function movePlayhead(store: Store, change: Partial<Playhead>): void {
  const { playhead, scene, view } = store.getState();
  const next = { ...playhead, ...change };
  if (scene === null) {
    store.setState({ playhead: next });
    return;
  }
  const from = seqAt(scene, playhead.step, playhead.phase >= ARRIVE);
  const to = seqAt(scene, next.step, next.phase >= ARRIVE);
  store.setState({ playhead: next, view: view !== null && from === to ? view : viewAt(scene, next) });
}

const lastStep = (store: Store): number => (store.getState().scene?.steps.length ?? 0) - 1;

function atEnd(store: Store): boolean {
  const { playhead, scene } = store.getState();
  return (scene?.complete ?? false) && playhead.step >= lastStep(store) && playhead.phase >= 1;
}

/** Plays on; from the start when the end was reached. */
export function play(store: Store): void {
  movePlayhead(store, { playing: true, until: null, ...(atEnd(store) ? { step: -1, phase: 0 } : {}) });
}

export function pause(store: Store): void {
  movePlayhead(store, { playing: false, until: null });
}

export function toggle(store: Store): void {
  if (store.getState().playhead.playing) pause(store);
  else play(store);
}

/** Puts the playhead after step k; k is held within the scene, -1 is before the first step. */
export function seekStep(store: Store, k: number): void {
  const step = Math.max(-1, Math.min(Math.trunc(k), lastStep(store)));
  movePlayhead(store, { step, phase: step < 0 ? 0 : 1, until: null });
}

export function seekStart(store: Store): void {
  seekStep(store, -1);
}

export function seekEnd(store: Store): void {
  seekStep(store, lastStep(store));
}

/** One step forward is shown in motion and then stops; every other distance is a jump. Stops playing. */
export function stepBy(store: Store, n: number): void {
  const { playhead, ui } = store.getState();
  const { step, phase } = playhead;
  if (n !== 1 || ui.reducedMotion) {
    const from = n > 0 && phase < ARRIVE && step >= 0 ? step - 1 : step;
    seekStep(store, from + n);
    pause(store);
    return;
  }
  const inTheMiddle = step >= 0 && phase < ARRIVE && playhead.until === null;
  const to = inTheMiddle ? step : step + 1;
  if (to > lastStep(store)) {
    seekEnd(store);
    pause(store);
  } else movePlayhead(store, { step: to, phase: inTheMiddle ? phase : 0, playing: false, until: to });
}

/** Runs in motion to the end of a later step and stops there; to an earlier one it jumps. */
export function runTo(store: Store, k: number): void {
  const { playhead, ui } = store.getState();
  const step = Math.min(Math.trunc(k), lastStep(store));
  if (step <= playhead.step || ui.reducedMotion) {
    seekStep(store, step);
    pause(store);
  } else movePlayhead(store, { playing: false, until: step });
}

/** @param speed held within 1/16..64 */
export function setSpeed(store: Store, speed: number): void {
  const held = Number.isFinite(speed) ? Math.max(SPEEDS[0], Math.min(speed, 64)) : 1;
  movePlayhead(store, { speed: held });
}

/** The next speed of the list in that direction. */
export function changeSpeed(store: Store, direction: 1 | -1): void {
  const { speed } = store.getState().playhead;
  const faster = SPEEDS.find((s) => s > speed);
  const slower = SPEEDS.findLast((s) => s < speed);
  setSpeed(store, (direction === 1 ? faster : slower) ?? speed);
}
