/** Time of a scene as a pure function: where the playhead is after so many milliseconds. A frame can be drawn at any instant. */

/** From this phase of a step on its effects are shown: the token has arrived. */
export const ARRIVE = 0.55;

/** How long a step lasts at speed 1 unless the scene says otherwise, and the moment before the first step. */
export const STEP_MS = 900;
export const LEAD_IN_MS = 300;

/** Where a scene stands, as the store has it. */
export interface Playhead {
  /** Last step that has happened or is happening; -1 before the first. */
  readonly step: number;
  /** 0..1 within that step. While it plays the frame clock knows better (clock.ts, `clock.position()`). */
  readonly phase: number;
  readonly playing: boolean;
  readonly speed: number;
  /** Single-stepping: the clock runs to the end of this step and stops there. */
  readonly until: number | null;
}

/** Last step that has begun (-1: none), and how far it is, 0..1. */
export interface Position {
  readonly step: number;
  readonly phase: number;
}

/** How long a step lasts at speed 1, ms: until it has arrived, and from then on. */
export interface Timing {
  readonly move: number;
  readonly rest: number;
}

/** A step that lasts this long, of which the usual share is motion. */
export const evenly = (ms: number): Timing => ({ move: ms * ARRIVE, rest: ms * (1 - ARRIVE) });

/** Time since a step began at a phase of it, ms. */
const timeAt = (phase: number, { move, rest }: Timing): number =>
  phase < ARRIVE ? (phase / ARRIVE) * move : move + ((phase - ARRIVE) / (1 - ARRIVE)) * rest;

/** Phase of a step after so many ms of it, less than its whole length. */
const phaseAt = (ms: number, { move, rest }: Timing): number =>
  ms < move ? (ms / move) * ARRIVE : ARRIVE + ((ms - move) / rest) * (1 - ARRIVE);

export interface Course {
  readonly speed: number;
  /** Index of the last step there is. */
  readonly last: number;
  /** No more steps will come. */
  readonly complete: boolean;
  /** Stop when this step is done. */
  readonly until: number | null;
  readonly duration: (step: number) => Timing;
}

/** @returns the position `ms` later, and whether it has come to where it stops */
export function advance(from: Position, ms: number, course: Course): Position & { readonly ended: boolean } {
  const { last, until } = course;
  let { step, phase } = from;
  let left = Math.max(0, ms) * course.speed;
  for (;;) {
    const timing = course.duration(step);
    const length = timing.move + timing.rest;
    const gone = timeAt(phase, timing);
    if (left < length - gone) return { step, phase: Math.max(phase, phaseAt(gone + left, timing)), ended: false };
    left -= Math.max(0, length - gone);
    if (until !== null && step >= until) return { step, phase: 1, ended: true };
    if (step >= last) return { step, phase: 1, ended: course.complete };
    step++;
    phase = 0;
  }
}
