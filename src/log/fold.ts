/**
 * State words at any row of a log, by walking its write rows: forwards they leave `after`, backwards `before`. Copies of the
 * words every few thousand rows keep a jump anywhere in a million rows short.
 */
import { countBelow, lastAtMost } from '../base/bisect.ts';
import type { Keyframe } from '../engine/core/keyframe.ts';
import { COL, ROW, WRITE } from '../engine/view/tables.ts';
import { type HasRows, PAGE_SHIFT, pageOf, placeOf, type Rows } from './rows.ts';

/**
 * Copies of the words, copy i as they were before row seqs[i]. They grow in place with the log: its own as its rows come, and
 * where not all of its rows stay, those of the machines from which they are made again.
 */
export interface Keyframes {
  readonly every: number;
  readonly seqs: number[];
  readonly frames: Int32Array[];
  /** Machines to go on from, ascending by row. */
  readonly machines: Keyframe[];
  /** Where words were asked for last: several ask for those of one moment, before a step and after it. */
  near: readonly Cursor[];
}

/** The part of a log that folding reads. */
export interface Foldable {
  readonly wordMap: { readonly size: number };
  readonly rows: Rows;
  readonly used: number;
  readonly keyframes: Keyframes;
}

/** Words as they were before row `seq`. */
export interface Cursor {
  readonly w: Int32Array;
  seq: number;
}

const ROWS_PER_FRAME = 2000;
/** Moments whose words are kept: of a jump those before its step and after it, and where its beat holds. */
const MOMENTS = 3;
/** Pages before a moment that are asked for with it. */
const LED = 3;

/** @param size words of the machine; a big machine gets fewer copies, so that they stay smaller than the log */
export function createKeyframes(size: number): Keyframes {
  const every = Math.max(ROWS_PER_FRAME, Math.ceil(size / 4));
  return { every, seqs: [0], frames: [new Int32Array(size)], machines: [], near: [] };
}

/** Applies rows from..to-1 to the words. */
function foldForward(w: Int32Array, log: HasRows, from: number, to: number): void {
  const made = log.rows.stretch(from, to);
  if (made !== null) {
    const end = (to - from) * ROW;
    for (let at = 0; at < end; at += ROW) if (made[at] === WRITE) w[made[at + COL.a]] = made[at + COL.c];
    return;
  }
  for (let seq = from; seq < to; seq++) {
    const rows = pageOf(log, seq);
    const at = placeOf(seq);
    if (rows[at] === WRITE) w[rows[at + COL.a]] = rows[at + COL.c];
  }
}

/** Takes rows from-1..to back from the words. */
function foldBackward(w: Int32Array, log: HasRows, from: number, to: number): void {
  for (let seq = from - 1; seq >= to; seq--) {
    const rows = pageOf(log, seq);
    const at = placeOf(seq);
    if (rows[at] === WRITE) w[rows[at + COL.a]] = rows[at + COL.b];
  }
}

/** Adds the copies that rows up to `end` allow. */
export function growKeyframes(log: Foldable, end = log.used): void {
  const { every, seqs, frames } = log.keyframes;
  for (;;) {
    const last = seqs.length - 1;
    const from = seqs[last];
    const to = from + every;
    if (to > end) return;
    const next = (frames[last] as Int32Array).slice();
    foldForward(next, log, from, to);
    seqs.push(to);
    frames.push(next);
  }
}

/** Forgets the copies that come after the first `used` rows. */
export function cutKeyframes(keyframes: Keyframes, used: number): void {
  const { seqs, frames } = keyframes;
  seqs.length = frames.length = countBelow(seqs.length, (i) => seqs[i], used + 1);
  keyframes.near = [];
}

/** A cursor before the first row. */
export function createCursor(log: Foldable): Cursor {
  return { w: new Int32Array(log.wordMap.size), seq: 0 };
}

/** Moves a cursor to row `seq`, from where it is or from the copy before that row, whichever is shorter. */
export function moveCursor(log: Foldable, cursor: Cursor, seq: number): void {
  const { seqs, frames, machines, near } = log.keyframes;
  const to = Math.max(0, Math.min(seq, log.used));
  // Where rows are made again, from a copy before the page and some before it: who asks for words there asks what led to them,
  // and the same run then makes all of that.
  const page = machines.length > 0 ? Math.max(0, (to >>> PAGE_SHIFT) - LED) << PAGE_SHIFT : to;
  const below = lastAtMost(seqs.length, (i) => seqs[i], page);
  const copies = [{ w: frames[below] as Int32Array, seq: seqs[below] }, ...near];
  let best = cursor;
  for (const one of copies) if (Math.abs(to - one.seq) < Math.abs(to - best.seq)) best = one;
  if (best !== cursor) cursor.w.set(best.w);
  cursor.seq = best.seq;
  if (to > cursor.seq) foldForward(cursor.w, log, cursor.seq, to);
  else foldBackward(cursor.w, log, cursor.seq, to);
  cursor.seq = to;
}

/** Words as they were before row `seq`, for reading only: several ask for those of one moment, and get the same. */
export function wordsAt(log: Foldable, seq: number): Readonly<Int32Array> {
  const { keyframes } = log;
  const { near } = keyframes;
  const to = Math.max(0, Math.min(seq, log.used));
  const known = near.find((one) => one.seq === to);
  if (known !== undefined) return known.w;
  const cursor = createCursor(log);
  moveCursor(log, cursor, to);
  keyframes.near = [cursor, ...near.slice(0, MOMENTS - 1)];
  return cursor.w;
}
