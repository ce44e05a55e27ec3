/**
 * The step that panels tell. At rest it is the playhead's own; while the scene moves on, the panels come after the stage has
 * drawn the step, one row of them a frame, so that no frame carries all of it.
 */
import type { StoreApi } from 'zustand/vanilla';
import type { Clock } from '../scene/clock.ts';
import type { AppState } from './types.ts';

/** In the order they are told: the sentence and the time, the lanes, what is long in two halves, and what is looked at last. */
export type PanelRow = 0 | 1 | 2 | 3 | 4;

export interface PanelStep {
  /** Index of the step, -1 before the first. */
  get(): number;
  subscribe(listener: () => void): () => void;
}

/** One a row. */
export type PanelSteps = readonly [PanelStep, PanelStep, PanelStep, PanelStep, PanelStep];

export function createPanelSteps(store: StoreApi<AppState>, clock: Clock): PanelSteps {
  const stepNow = (): number => store.getState().playhead.step;
  const row = () => {
    const listeners = new Set<() => void>();
    let shown = stepNow();
    return {
      get: () => shown,
      subscribe(listener: () => void) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
      /** @returns whether it had told another step */
      tell() {
        if (shown === stepNow()) return false;
        shown = stepNow();
        for (const listener of listeners) listener();
        return true;
      },
    };
  };
  const rows = [row(), row(), row(), row(), row()] as const;
  let callOff: (() => void) | null = null;
  let next = 0;

  /** Each row has its turn, however fast the steps come. */
  function turn(): void {
    callOff = rows.some(() => rows[next++ % rows.length]?.tell()) ? clock.later(turn) : null;
  }

  store.subscribe(({ playhead }, before) => {
    const on = playhead.step - before.playhead.step;
    const moves = playhead.playing || playhead.until !== null;
    if (moves && on === 1) callOff ??= clock.later(turn);
    else if (!moves || on !== 0) {
      callOff?.();
      callOff = null;
      for (const { tell } of rows) tell();
    }
  });

  return rows;
}
