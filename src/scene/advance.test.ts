import { describe, expect, test } from 'vitest';
import type { SceneLog } from '../log/log.ts';
import { advance, evenly, LEAD_IN_MS, type Playhead, STEP_MS } from './advance.ts';
import { type ClockHost, createClock } from './clock.ts';

const course = {
  speed: 1,
  last: 3,
  complete: true,
  until: null,
  duration: (k: number) => evenly(k < 0 ? LEAD_IN_MS : 100),
};

describe('time of a scene', () => {
  test.each([
    ['begins with the lead-in', { step: -1, phase: 0 }, 150, { step: -1, phase: 0.5, ended: false }],
    ['goes from the lead-in into the first step', { step: -1, phase: 0 }, 350, { step: 0, phase: 0.5, ended: false }],
    ['crosses several short steps in one frame', { step: 0, phase: 0 }, 250, { step: 2, phase: 0.5, ended: false }],
    ['ends with the last step done', { step: 3, phase: 0.9 }, 1000, { step: 3, phase: 1, ended: true }],
  ])('%s', (_name, from, ms, to) => {
    const at = advance(from, ms, course);
    expect(at).toEqual({ ...to, phase: expect.closeTo(to.phase, 9) });
  });

  test('is the same in one leap as in many frames', () => {
    let at = { step: -1, phase: 0 };
    for (let i = 0; i < 47; i++) at = advance(at, 10, course);
    const leap = advance({ step: -1, phase: 0 }, 470, course);
    expect(at.step).toBe(leap.step);
    expect(at.phase).toBeCloseTo(leap.phase, 9);
  });

  test('waits at the last step there is while more may come', () => {
    expect(advance({ step: 3, phase: 0 }, 5000, { ...course, complete: false })).toEqual({
      step: 3,
      phase: 1,
      ended: false,
    });
  });

  test('a single step stops at its own end', () => {
    expect(advance({ step: 1, phase: 0.5 }, 5000, { ...course, until: 1 })).toEqual({ step: 1, phase: 1, ended: true });
  });
});

/** A clock with its frames and its store in the test's hands. */
function bench(steps = 3, over: Partial<Playhead> = {}) {
  const listeners = new Set<() => void>();
  let frame: ((now: number) => void) | null = null;
  let now = 0;
  const state = {
    playhead: { step: -1, phase: 0, playing: true, speed: 1, until: null, ...over } as Playhead,
    scene: { steps: { length: steps, get: (index: number) => ({ index }) }, complete: true } as unknown as SceneLog,
  };
  const moves: Partial<Playhead>[] = [];
  const host: ClockHost = {
    getState: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    move(change) {
      moves.push(change);
      act(change);
    },
  };
  function act(change: Partial<Playhead>): void {
    state.playhead = { ...state.playhead, ...change };
    for (const l of listeners) l();
  }
  const clock = createClock({
    request(callback) {
      frame = callback;
      return 1;
    },
    cancel() {
      frame = null;
    },
  });
  clock.attach(host);
  return {
    clock,
    state,
    moves,
    act,
    asks: () => frame !== null,
    /** Runs one frame. @returns false when none was asked for */
    frame(ms = 16): boolean {
      now += ms;
      const due = frame;
      frame = null;
      due?.(now);
      return due !== null;
    },
  };
}

describe('the frame clock', () => {
  test('tells the store only of new steps and arrivals, never of each frame', () => {
    const b = bench(3);
    let frames = 0;
    b.clock.onFrame(() => frames++);
    while (b.frame()) if (frames > 5000) throw new Error('never stops');
    expect(frames).toBeGreaterThan((3 * STEP_MS) / 16);
    expect(b.moves.length).toBeLessThanOrEqual(3 * 2 + 1);
    expect(b.state.playhead).toMatchObject({ step: 2, phase: 1, playing: false });
  });

  test('asks for no frame while nothing moves', () => {
    const b = bench(3, { playing: false });
    b.frame();
    expect(b.asks()).toBe(false);
    b.act({ step: 1, phase: 1 });
    expect(b.frame()).toBe(true);
    expect(b.clock.position()).toEqual({ step: 1, phase: 1 });
    expect(b.asks()).toBe(false);
  });

  test('a pause keeps the very phase, and playing goes on from it', () => {
    const b = bench(3, { step: 0, phase: 0 });
    for (let i = 0; i < 20; i++) b.frame();
    const { phase } = b.clock.position();
    expect(phase).toBeGreaterThan(0.2);
    b.act({ playing: false });
    expect(b.state.playhead.phase).toBe(phase);
    b.act({ playing: true });
    b.frame();
    expect(b.clock.position().phase).toBeCloseTo(phase, 1);
  });

  test('a seek while playing is taken over at once', () => {
    const b = bench(9);
    for (let i = 0; i < 30; i++) b.frame();
    b.act({ step: 5, phase: 1 });
    expect(b.clock.position()).toEqual({ step: 5, phase: 1 });
  });

  test('asleep there is no frame and no time; awake it goes on where it was', () => {
    const b = bench(9, { step: 0, phase: 0 });
    for (let i = 0; i < 20; i++) b.frame();
    const at = b.clock.position();
    b.clock.setAwake(false);
    expect(b.asks()).toBe(false);
    b.clock.setAwake(true);
    b.frame(60_000);
    expect(b.clock.position()).toEqual(at);
  });

  test('a long gap between two frames does not skip the scene', () => {
    const b = bench(9, { step: 0, phase: 0 });
    b.frame();
    b.frame(30_000);
    expect(b.clock.position().step).toBe(0);
  });

  test('the scene may give each step its own length', () => {
    const b = bench(2, { step: 0, phase: 0 });
    b.clock.setTiming(() => ({ move: 16, rest: 16 }));
    let frames = 0;
    while (b.frame()) frames++;
    expect(frames).toBeLessThan(10);
  });

  test('what is put off runs once, as the next frame begins, whether or not anything moves', () => {
    const b = bench(3, { playing: false });
    b.frame();
    const order: string[] = [];
    b.clock.onFrame(() => order.push('drawn'));
    b.frame();
    b.clock.later(() => order.push('put off'));
    b.clock.later(() => order.push('never'))();
    expect(order).toEqual(['drawn']);
    b.frame();
    expect(order).toEqual(['drawn', 'put off', 'drawn']);
    expect(b.asks()).toBe(false);
  });
});
