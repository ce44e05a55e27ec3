/**
 * The step that panels tell. At rest it is the playhead's own; while the scene moves on it comes a frame after the stage has
 * drawn the step, so that one frame never carries both.
 */
import type { StoreApi } from 'zustand/vanilla';
import type { Clock } from '../scene/clock.ts';
import type { AppState } from './types.ts';

export interface PanelStep {
  /** Index of the step, -1 before the first. */
  get(): number;
  subscribe(listener: () => void): () => void;
}

export function createPanelStep(store: StoreApi<AppState>, clock: Clock): PanelStep {
  const listeners = new Set<() => void>();
  let shown = -1;
  let stop: (() => void) | null = null;
  let callOff: (() => void) | null = null;

  function tell(): void {
    callOff?.();
    callOff = null;
    const { step } = store.getState().playhead;
    if (step === shown) return;
    shown = step;
    for (const listener of listeners) listener();
  }

  function follow({ playhead, scene }: AppState, before: AppState): void {
    if (playhead === before.playhead && scene === before.scene) return;
    const moves = playhead.playing || playhead.until !== null;
    if (moves && playhead.step === shown + 1 && playhead.step === before.playhead.step + 1)
      callOff ??= clock.later(tell);
    else if (callOff === null || !moves || playhead.step !== before.playhead.step) tell();
  }

  return {
    get: () => (stop === null ? store.getState().playhead.step : shown),
    subscribe(listener) {
      listeners.add(listener);
      if (stop === null) {
        shown = store.getState().playhead.step;
        stop = store.subscribe(follow);
      }
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stop?.();
        callOff?.();
        stop = null;
        callOff = null;
      };
    },
  };
}
