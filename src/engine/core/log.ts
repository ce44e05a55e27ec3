/**
 * The effect log: rows of eight 32-bit numbers, so that a million effects are 32 MB, cross to the page as one transfer,
 * and cost a few nanoseconds each to write.
 *
 *   event  [code, cause, where, journey, a, b, c, d]
 *   write  [0,    cause, where, journey, address, before, after, 0]
 *
 * `cause` is the row number of the event that led here (-1: nothing did). `where` is component code << 16 | index.
 * In a write row it is where the event last entered happened; what changed is named by the address alone (`nameWord`).
 * `journey` numbers the way of one interrupt from the source that raised it; 0 means none.
 */
export const ROW = 8;
/** log2 of ROW: shifting keeps hot arithmetic in integers. */
export const ROW_SHIFT = 3;
/** Column numbers. */
export const COL = { code: 0, cause: 1, where: 2, journey: 3, a: 4, b: 5, c: 6, d: 7 } as const;
/** Code of a row that records a change of one state word. */
export const WRITE = 0;

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
}

const FIRST_CAPACITY = 4096 * ROW;

export function createLog(): EffectLog {
  return { rows: new Int32Array(FIRST_CAPACITY), used: 0, firstSeq: 0, most: Infinity, counts: false };
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
  log.used = 0;
}
