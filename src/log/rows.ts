/**
 * Rows of a log by pages. A short log has all of its pages; of a long one some are left, and a page that is not there is made again
 * when somebody reads it (`recall`). Who reads rows does not see the difference: `pageOf` gives the page that has a row,
 * `placeOf` where in it the row begins.
 */
import { ROW } from '../engine/view/tables.ts';
import { argsAt, type EventArgs, type EventName } from '../spec/events/index.ts';

const PAGE_SHIFT = 12;
export const PAGE_ROWS = 1 << PAGE_SHIFT;

export interface Rows {
  /** By number; a hole is a page that is not there. */
  readonly pages: readonly (Int32Array | undefined)[];
  /** Gives a page that is not there. */
  recall(page: number): Int32Array;
}

/** What has rows. */
export interface HasRows {
  readonly rows: Rows;
}

/** The page that has a row. It holds the row at `placeOf(seq)`. Not to be kept: it may go. */
export const pageOf = ({ rows }: HasRows, seq: number): Int32Array =>
  rows.pages[seq >>> PAGE_SHIFT] ?? rows.recall(seq >>> PAGE_SHIFT);

/** Where in its page a row's first number stands. */
export const placeOf = (seq: number): number => (seq & (PAGE_ROWS - 1)) * ROW;

/** One number of a row. @param column COL.… */
export const cellOf = (log: HasRows, seq: number, column: number): number => pageOf(log, seq)[placeOf(seq) + column];

/** Arguments of the event in a row. */
export const argsIn = <K extends EventName>(log: HasRows, seq: number, name: K): EventArgs<K> =>
  argsAt(name, pageOf(log, seq), placeOf(seq));

/** A copy of rows from..to-1. */
export function copyRows(log: HasRows, from: number, to: number): Int32Array {
  const out = new Int32Array((to - from) * ROW);
  for (let seq = from; seq < to; ) {
    const next = Math.min(to, (seq | (PAGE_ROWS - 1)) + 1);
    out.set(pageOf(log, seq).subarray(placeOf(seq), placeOf(seq) + (next - seq) * ROW), (seq - from) * ROW);
    seq = next;
  }
  return out;
}

/** Whole pages that a long log keeps: 16 MB. A log of no more rows is there as a whole. */
const MOST_PAGES = 128;
export const KEPT_ROWS = MOST_PAGES * PAGE_ROWS;

/** Makes rows from..to-1 again. */
export type MakeRows = (from: number, to: number) => Int32Array;

/** Rows that can grow, and forget. */
export interface GrowingRows extends Rows {
  readonly used: number;
  /** Adds rows at the end. */
  add(rows: Int32Array): void;
  /** Forgets the rows from `kept` on. */
  rewind(kept: number): void;
  /** From now on few pages are kept, and those that went are made again. */
  lean(make: MakeRows): void;
}

/** @param from rows to begin with, the first `upTo` of them: whole pages are the same memory, for nobody writes them again */
export function createRows(from?: { readonly rows: Rows; readonly upTo: number }): GrowingRows {
  const pages: (Int32Array | undefined)[] = [];
  /** Whole pages that are there, the one to go next first. */
  let order: number[] = [];
  let make: MakeRows | null = null;
  let used = 0;
  if (from !== undefined) {
    const { rows, upTo } = from;
    used = upTo;
    const whole = upTo >>> PAGE_SHIFT;
    for (let page = 0; page < whole; page++) {
      pages[page] = rows.pages[page];
      if (pages[page] !== undefined) order.push(page);
    }
    if (upTo > whole * PAGE_ROWS) pages[whole] = pageOf({ rows }, upTo - 1).slice();
  }

  function keep(page: number): void {
    order.push(page);
    if (make === null) return;
    while (order.length > MOST_PAGES) pages[order.shift() as number] = undefined;
  }

  const own: GrowingRows = {
    pages,
    recall(page) {
      if (make === null) throw new Error(`no page ${page}`);
      const rows = make(page * PAGE_ROWS, Math.min(used, (page + 1) * PAGE_ROWS));
      const whole = rows.length === PAGE_ROWS * ROW ? rows : new Int32Array(PAGE_ROWS * ROW);
      if (whole !== rows) whole.set(rows);
      pages[page] = whole;
      keep(page);
      return whole;
    },
    get used() {
      return used;
    },
    add(rows) {
      const more = rows.length / ROW;
      for (let done = 0; done < more; ) {
        const page = used >>> PAGE_SHIFT;
        const at = used & (PAGE_ROWS - 1);
        const n = Math.min(more - done, PAGE_ROWS - at);
        pages[page] ??= new Int32Array(PAGE_ROWS * ROW);
        pages[page].set(rows.subarray(done * ROW, (done + n) * ROW), at * ROW);
        used += n;
        done += n;
        if (at + n === PAGE_ROWS) keep(page);
      }
    },
    rewind(kept) {
      if (kept >= used) return;
      const whole = kept >>> PAGE_SHIFT;
      // What is left of the page that is cut through is written on, so it must be there.
      if (kept > whole * PAGE_ROWS) pageOf({ rows: own }, kept - 1);
      used = kept;
      pages.length = Math.min(pages.length, Math.ceil(kept / PAGE_ROWS));
      order = order.filter((page) => page < whole);
    },
    lean(makeRows) {
      make ??= makeRows;
      while (order.length > MOST_PAGES) pages[order.shift() as number] = undefined;
    },
  };
  return own;
}
