/** Panels are told a step a row a frame while the scene moves on, and all of it at once where it rests. */
import { expect, test } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { Clock } from '../scene/clock.ts';
import { createPanelSteps } from './panel-step.ts';
import type { AppState, Playhead } from './types.ts';

function stage() {
  const playhead: Playhead = { step: -1, phase: 0, playing: true, speed: 1, until: null };
  const store = createStore<AppState>(() => ({ playhead, scene: null }) as unknown as AppState);
  const due = new Set<() => void>();
  const later = (task: () => void): (() => void) => {
    due.add(task);
    return () => void due.delete(task);
  };
  const rows = createPanelSteps(store, { later } as unknown as Clock);
  return {
    rows,
    shown: () => rows.map((row) => row.get()),
    move: (change: Partial<Playhead>) => store.setState((s) => ({ playhead: { ...s.playhead, ...change } })),
    frame: () => {
      const tasks = [...due];
      due.clear();
      for (const task of tasks) task();
    },
    asks: () => due.size,
  };
}

test('a step that comes while it plays is told one row a frame, and then no frame is asked for', () => {
  const { shown, move, frame, asks } = stage();
  move({ step: 0 });
  expect(shown()).toEqual([-1, -1, -1, -1, -1]);
  const told = [1, 2, 3, 4, 5].map(() => {
    frame();
    return shown();
  });
  expect(told).toEqual([
    [0, -1, -1, -1, -1],
    [0, 0, -1, -1, -1],
    [0, 0, 0, -1, -1],
    [0, 0, 0, 0, -1],
    [0, 0, 0, 0, 0],
  ]);
  frame();
  expect(asks()).toBe(0);
});

test('every row has its turn when each frame has a step of its own', () => {
  const { shown, move, frame } = stage();
  for (let step = 0; step < 30; step++) {
    move({ step });
    frame();
    for (const at of shown()) expect(step - at).toBeLessThanOrEqual(5);
  }
});

test('a jump, and coming to rest, are told at once, and each listener once', () => {
  const { rows, shown, move, asks } = stage();
  const heard = [0, 0, 0, 0, 0];
  rows.forEach((row, i) => {
    row.subscribe(() => {
      heard[i] = (heard[i] ?? 0) + 1;
    });
  });
  move({ step: 7 });
  expect(shown()).toEqual([7, 7, 7, 7, 7]);
  move({ step: 8 });
  move({ playing: false });
  expect(shown()).toEqual([8, 8, 8, 8, 8]);
  expect(heard).toEqual([2, 2, 2, 2, 2]);
  expect(asks()).toBe(0);
});
