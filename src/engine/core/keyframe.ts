/** A machine to go on from: what it is, as the page and the engine's worker both have it. Made in machine/keyframes.ts. */
import type { Standing } from './log.ts';

/** An op of virtual time between two things that happen in it. */
export interface Underway extends Standing {
  /** Machine.cause, .where and .journey as they stand. */
  readonly cause: number;
  readonly where: number;
  readonly journey: number;
  /** Rows the op may still make. */
  readonly rowsLeft: number;
}

interface Moment {
  /** Ops that are done. */
  readonly done: number;
  /** Rows before it. */
  readonly seq: number;
  /** The op after those, where it is under way; null: it has not begun. */
  readonly underway: Underway | null;
}

export interface Keyframe extends Moment {
  /** Parts of the machine (machine/snapshot.ts); `w` are its words. */
  readonly parts: Readonly<Record<string, unknown>>;
}

/** A keyframe on its way to another thread. Things that never change and stand in many keyframes go once, and then by their number. */
export interface PackedKey extends Keyframe {
  /** Parts that are lists and maps of such things. */
  readonly lists: Readonly<Record<string, readonly number[] | ReadonlyMap<unknown, number>>>;
  /** Those whose numbers come next. */
  readonly fresh: readonly unknown[];
}
