/**
 * A row of the effect log: eight 32-bit numbers, so that a million effects are 32 MB, cross to the page as one transfer, and cost a few
 * nanoseconds each to write. Apart from the log itself (log.ts): a page reads rows and makes none.
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
