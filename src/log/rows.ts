/**
 * Rows of a log by pages. A short log has all of its pages; of a long one some are left, and a page that is not there is made again
 * when somebody reads it (`recall`). Who reads rows does not see the difference: `pageOf` gives the page that has a row,
 * `placeOf` where in it the row begins.
 */
import { ROW } from '../engine/view/tables.ts';
import { argsAt, type EventArgs, type EventName } from '../spec/events/index.ts';

/** A page is small: what is made again begins and ends near what is read. */
export const PAGE_SHIFT = 10;
export const PAGE_ROWS = 1 << PAGE_SHIFT;
/** Whole pages that a long log keeps: 16 MB. A log of no more rows is there as a whole. */
export const KEPT_PAGES = 512;
export const KEPT_ROWS = KEPT_PAGES * PAGE_ROWS;

export interface Rows {
  /** By number; a hole is a page that is not there. */
  readonly pages: readonly (Int32Array | undefined)[];
  /** Gives a page that is not there. */
  recall(page: number): Int32Array;
  /** Rows from..to-1, and perhaps more, in one array, made again at once where not all of their pages are there; null: read them by pages. */
  stretch(from: number, to: number): Int32Array | null;
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

/** Rows that can grow, and forget. */
export interface GrowingRows extends Rows {
  readonly pages: (Int32Array | undefined)[];
  readonly used: number;
  /** Adds rows at the end. */
  add(rows: Int32Array): void;
  /** Forgets the rows from `kept` on. */
  rewind(kept: number): void;
  /** Of a long log: which pages stay, and where the others come from. */
  pager: Pager | null;
}

export interface Pager {
  /** A page has got its last row. */
  filled(page: number): void;
  recall(page: number): Int32Array;
  stretch(from: number, to: number): Int32Array | null;
  /** Pages from this one on are no longer whole. */
  cut(page: number): void;
}

/** @param from rows to begin with, the first `upTo` of them: whole pages are the same memory, for nobody writes them again */
export function createRows(from?: { readonly rows: Rows; readonly upTo: number }): GrowingRows {
  let used = from?.upTo ?? 0;
  const pages = from?.rows.pages.slice(0, used >>> PAGE_SHIFT) ?? [];
  if (from !== undefined && used > pages.length * PAGE_ROWS) pages.push(pageOf(from, used - 1).slice());
  const own: GrowingRows = {
    pages,
    pager: null,
    recall(page) {
      if (own.pager === null) throw new Error(`no page ${page}`);
      return own.pager.recall(page);
    },
    stretch: (from, to) => own.pager?.stretch(from, to) ?? null,
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
        if (at + n === PAGE_ROWS) own.pager?.filled(page);
      }
    },
    rewind(kept) {
      if (kept >= used) return;
      const page = kept >>> PAGE_SHIFT;
      // What is left of the page that is cut through is written on, so it must be there.
      if (kept > page * PAGE_ROWS) pageOf({ rows: own }, kept - 1);
      used = kept;
      pages.length = Math.min(pages.length, Math.ceil(kept / PAGE_ROWS));
      own.pager?.cut(page);
    },
  };
  return own;
}
