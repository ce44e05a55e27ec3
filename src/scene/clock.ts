/**
 * The clock of one stage, on frames that the page gives it. It moves the playhead while it plays and calls the draw listeners; while nothing
 * moves it asks for no frame at all. The store hears of it only when the step changes or its token arrives, so React
 * renders at those moments and every other frame is the listeners' alone.
 */
import type { SceneLog } from '../log/log.ts';
import { ARRIVE, advance, evenly, LEAD_IN_MS, type Playhead, type Position, STEP_MS, type Timing } from './advance.ts';

/** The part of the store the clock reads and moves. */
export interface ClockHost {
  getState(): {
    readonly playhead: Playhead;
    readonly scene: SceneLog | null;
  };
  subscribe(listener: () => void): () => void;
  /** Changes the playhead and folds the view to it. */
  move(change: Partial<Playhead>): void;
}

/** Draws the scene at a position. Called in every frame while it plays, and once after each jump or `redraw`. */
export type FrameListener = (position: Position, now: number) => void;

export interface Clock {
  /** Where the scene is at this moment. */
  position(): Position;
  onFrame(listener: FrameListener): () => void;
  /** Asks for one frame, for example after a change of size. */
  redraw(): void;
  /**
   * Runs something once, when the next frame begins and before it moves anything: the page is laid out then and nothing has
   * been changed since, and what a new step asks for is spread over two frames. @returns how to call it off
   */
  later(task: () => void): () => void;
  /** How long each step lasts at speed 1. Null: the usual time. */
  setTiming(timing: ((step: number) => Timing) | null): void;
  /** An unseen page sleeps: no frames, no time. */
  setAwake(awake: boolean): void;
  attach(host: ClockHost): () => void;
}

export interface Frames {
  request(callback: (now: number) => void): number;
  cancel(id: number): void;
}

/** Rest after a single step, ms: until what has arrived is drawn. */
const SETTLES_MS = 60;

/** A gap longer than this (a busy page, a laptop's lid) does not make the scene jump. */
const LONGEST_FRAME_MS = 100;

export function createClock(frames: Frames): Clock {
  const listeners = new Set<FrameListener>();
  const due = new Set<() => void>();
  let host: ClockHost | null = null;
  let live: Position = { step: -1, phase: 0 };
  /** The store's playhead as the clock last saw or wrote it. */
  let seen: Playhead | null = null;
  let timingOf: ((step: number) => Timing) | null = null;
  let awake = true;
  let frame = 0;
  let before: number | null = null;
  /** The store is calling back because of the clock's own change. */
  let writing = false;

  function running(): boolean {
    const state = host?.getState();
    if (!awake || !state?.scene) return false;
    const { playhead, scene } = state;
    if (!playhead.playing && playhead.until === null) return false;
    return live.phase < 1 || live.step < scene.steps.length - 1 || scene.complete;
  }

  function wake(): void {
    if (frame === 0) frame = frames.request(tick);
  }

  function write(change: Partial<Playhead>): void {
    writing = true;
    host?.move(change);
    writing = false;
    seen = host?.getState().playhead ?? null;
  }

  function run(ms: number): void {
    const state = host?.getState();
    if (!state?.scene) return;
    const { playhead, scene } = state;
    const was = live;
    const { ended, ...next } = advance(live, ms, {
      speed: playhead.speed,
      last: scene.steps.length - 1,
      complete: scene.complete,
      until: playhead.until,
      duration: (k) => {
        const timing = timingOf?.(k) ?? evenly(k < 0 ? LEAD_IN_MS : STEP_MS);
        // A single step waits for no reader.
        return playhead.until !== null && k >= playhead.until
          ? { ...timing, rest: Math.min(timing.rest, SETTLES_MS) }
          : timing;
      },
    });
    live = next;
    const { step, phase } = live;
    if (ended) write({ step, phase: 1, playing: false, until: null });
    else if (step !== was.step || (step >= 0 && phase >= ARRIVE !== was.phase >= ARRIVE)) write({ step, phase });
  }

  function tick(now: number): void {
    frame = 0;
    const tasks = [...due];
    due.clear();
    for (const task of tasks) task();
    const runs = running();
    if (runs && before !== null) run(Math.min(now - before, LONGEST_FRAME_MS));
    before = runs ? now : null;
    const position = live;
    for (const listener of listeners) listener(position, now);
    if (running()) wake();
    else before = null;
  }

  /** Takes over what an action has done to the playhead. */
  function sync(): void {
    const playhead = host?.getState().playhead;
    if (playhead === undefined || writing) return;
    if (playhead !== seen) {
      const moved = seen === null || playhead.step !== seen.step || playhead.phase !== seen.phase;
      seen = playhead;
      if (moved) live = { step: playhead.step, phase: playhead.phase };
      const stopped = !playhead.playing && playhead.until === null;
      // The store knows the phase only roughly while it plays: a pause makes it exact.
      if (!moved && stopped && live.phase !== playhead.phase) write({ phase: live.phase });
      if (awake) wake();
    } else if (running()) wake();
  }

  return {
    position: () => live,
    onFrame(listener) {
      listeners.add(listener);
      if (awake) wake();
      return () => listeners.delete(listener);
    },
    redraw: () => {
      if (awake) wake();
    },
    later(task) {
      due.add(task);
      if (awake) wake();
      return () => due.delete(task);
    },
    setTiming(timing) {
      timingOf = timing;
    },
    setAwake(is) {
      awake = is;
      before = null;
      if (is) wake();
      else if (frame !== 0) {
        frames.cancel(frame);
        frame = 0;
      }
    },
    attach(to) {
      host = to;
      seen = null;
      sync();
      const stop = to.subscribe(sync);
      return () => {
        stop();
        if (host === to) host = null;
      };
    },
  };
}
