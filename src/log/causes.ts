/** What led to a row: the chain of causes, from the row up to where nothing did. */
import { COL } from '../engine/view/tables.ts';
import { cellOf, type HasRows } from './rows.ts';

/** Row of the event that led to this one; -1: nothing did. */
export const causeOf = (log: HasRows, seq: number): number => cellOf(log, seq, COL.cause);

/** Rows above a row in its chain of causes, nearest first. @param deepest give up after so many */
export function* causesAbove(log: HasRows, seq: number, deepest = Number.POSITIVE_INFINITY): Generator<number> {
  let at = seq;
  for (let depth = 0; depth < deepest; depth++) {
    const cause = causeOf(log, at);
    // A cause is always earlier: what is not has nothing above it.
    if (cause < 0 || cause >= at) return;
    yield cause;
    at = cause;
  }
}

/** Events from the root cause to a row, the row included. */
export const causesOf = (log: HasRows, seq: number): number[] => [seq, ...causesAbove(log, seq)].reverse();
