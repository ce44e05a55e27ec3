/**
 * A panel's step: at once where the rows are kept; after a jump in a long run some frames later, and never held up by a drag. And what
 * is done while nobody waits.
 */
import { afterEach, expect, test, vi } from 'vitest';
import type { App } from '../../store/create-app.ts';
import { AFTER_STAGE, lateStep, whileIdle } from './late-step.ts';

/** Panels of an app whose step and frames the test says. @param machines how many machines a long run goes on from */
function stage(machines: number) {
  let step = 0;
  let tell = (): void => {};
  const due = new Set<() => void>();
  const app = {
    clock: {
      later(task: () => void) {
        due.add(task);
        return () => due.delete(task);
      },
    },
    store: { getState: () => ({ scene: { keyframes: { machines: Array(machines) } } }) },
    panelSteps: [
      {
        get: () => step,
        subscribe(listener: () => void) {
          tell = listener;
          return () => {
            tell = () => {};
          };
        },
      },
    ],
  } as unknown as App;
  const late = lateStep(app, 0, AFTER_STAGE);
  const heard: number[] = [];
  const stop = late.subscribe(() => heard.push(late.get()));
  return {
    late,
    heard,
    stop,
    go(to: number) {
      step = to;
      tell();
    },
    frame() {
      const tasks = [...due];
      due.clear();
      for (const task of tasks) task();
    },
    due,
  };
}

test('where every row is kept a jump is told at once', () => {
  const { go, heard, late } = stage(0);
  go(500);
  expect([heard, late.get()]).toEqual([[500], 500]);
});

test('in a long run a jump is told after the frame that shows it, and a step on at once', () => {
  const { go, frame, heard, late, due } = stage(3);
  go(500);
  expect([heard, late.get()]).toEqual([[], 0]);
  for (let n = 1; n < AFTER_STAGE; n++) frame();
  expect(heard).toEqual([]);
  frame();
  expect([heard, late.get(), due.size]).toEqual([[500], 500, 0]);
  go(501);
  expect([heard, late.get()]).toEqual([[500, 501], 501]);
});

test('a drag of a jump a frame is told as it goes, each time where it is by then', () => {
  const { go, frame, heard } = stage(3);
  for (let n = 1; n <= 6; n++) {
    go(n * 1000);
    frame();
  }
  expect(heard).toEqual([2000, 4000, 6000]);
});

test('what is no longer shown asks for no frame', () => {
  const { go, stop, due } = stage(3);
  go(500);
  stop();
  expect(due.size).toBe(0);
});

/** Idle callbacks that the test calls. */
function idle() {
  const due = new Map<number, (deadline: { timeRemaining(): number }) => void>();
  let asked = 0;
  vi.stubGlobal('requestIdleCallback', (task: (deadline: { timeRemaining(): number }) => void) => {
    due.set(++asked, task);
    return asked;
  });
  vi.stubGlobal('cancelIdleCallback', (one: number) => due.delete(one));
  return {
    due,
    turn(ms: number) {
      const tasks = [...due.values()];
      due.clear();
      for (const task of tasks) task({ timeRemaining: () => ms });
    },
  };
}

afterEach(() => vi.unstubAllGlobals());

test('what is rehearsed has its turns while nobody waits, none between two frames, and then it is over', () => {
  const { due, turn } = idle();
  const turns: number[] = [];
  whileIdle(2, (n) => turns.push(n));
  turn(12);
  expect(turns).toEqual([]);
  turn(49);
  turn(3);
  turn(49);
  expect([turns, due.size]).toEqual([[0, 1], 0]);
});

test('what is called off has no further turn', () => {
  const { due, turn } = idle();
  const turns: number[] = [];
  const stop = whileIdle(3, (n) => turns.push(n));
  turn(49);
  stop();
  turn(49);
  expect([turns, due.size]).toEqual([[0], 0]);
});
