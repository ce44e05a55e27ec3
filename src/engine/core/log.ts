/** The effect log: rows (row.ts) not yet taken. */
import { ROW, ROW_SHIFT } from './row.ts';

export { COL, ROW, ROW_SHIFT, WRITE } from './row.ts';

export interface EffectLog {
  /** Rows not yet taken; `used` numbers of it are filled. */
  rows: Int32Array;
  used: number;
  /** Row number (seq) of rows[0]. */
  firstSeq: number;
  /**
   * Where virtual time stops on its own, as a value of `used`: an interrupt storm in one op has no end. What is under way is
   * still finished, so the machine stands between two events.
   */
  most: number;
  /** Rows are counted and numbered, and not kept: `used` goes on and `rows` is empty. */
  counts: boolean;
  /** Where virtual time next tells `rest` that it stands between two things, as a value of `used`. */
  restAt: number;
  rest: ((time: Standing) => void) | null;
}

/** Virtual time between two things that happen in one op: how many have, and the moment at which the op ends. */
export interface Standing {
  readonly fired: number;
  readonly until: number;
}

const FIRST_CAPACITY = 4096 * ROW;

export function createLog(): EffectLog {
  return {
    rows: new Int32Array(FIRST_CAPACITY),
    used: 0,
    firstSeq: 0,
    most: Infinity,
    counts: false,
    restAt: Infinity,
    rest: null,
  };
}

/** Makes room for one more row. */
export function growLog(log: EffectLog): void {
  const bigger = new Int32Array(log.rows.length * 2);
  bigger.set(log.rows);
  log.rows = bigger;
}

/**
 * Takes the rows recorded since the last call, as an array of its own, and goes on counting after them. A few rows are copied;
 * many are given away with their memory, and the log goes on in a spare.
 * @param spares memory of rows that nobody reads any more: fresh memory costs as much as making the rows
 */
export function takeRows(log: EffectLog, spares: Int32Array[] = []): { firstSeq: number; rows: Int32Array } {
  const { firstSeq, used } = log;
  let rows: Int32Array;
  if (used * 2 < log.rows.length) rows = log.rows.slice(0, used);
  else {
    rows = log.rows.subarray(0, used);
    log.rows = spares.pop() ?? new Int32Array(log.rows.length);
  }
  dropRows(log);
  return { firstSeq, rows };
}

/** Forgets the rows recorded so far but keeps their numbers taken. */
export function dropRows(log: EffectLog): void {
  log.firstSeq += log.used >> ROW_SHIFT;
  log.most -= log.used;
  log.restAt -= log.used;
  log.used = 0;
}

const NO_ROWS = new Int32Array(0);

/** From here on rows are counted and not kept. */
export function countRows(log: EffectLog): void {
  if (log.counts) return;
  dropRows(log);
  log.counts = true;
  log.rows = NO_ROWS;
}

/** From here on rows are kept, those before forgotten. @param about how many come, as far as one knows: growing costs as much as they do */
export function keepRows(log: EffectLog, about = 0): void {
  if (!log.counts) return;
  dropRows(log);
  log.counts = false;
  log.rows = new Int32Array(Math.max(FIRST_CAPACITY, about * ROW));
}
