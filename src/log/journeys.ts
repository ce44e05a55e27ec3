/** Journeys: where each began, and which one it came from. */
import { COL } from '../engine/view/tables.ts';
import { causesAbove } from './causes.ts';
import type { SceneLog } from './log.ts';
import { read, standingReader } from './reader.ts';
import { cellOf } from './rows.ts';

/** First row by journey. They are numbered as they begin, so this ascends. */
const FIRST_ROWS = standingReader<number[]>({
  begin: () => [],
  take(first, log, from, to) {
    for (let seq = from; seq < to; seq++) {
      const journey = cellOf(log, seq, COL.journey);
      if (journey >= first.length) for (let j = first.length; j <= journey; j++) first[j] = seq;
    }
  },
  rewind(first, _log, kept) {
    while (first.length > 0 && (first.at(-1) as number) >= kept) first.pop();
  },
});

/** Row where a journey begins; undefined: it has not. */
export const firstRowOf = (log: SceneLog, journey: number): number | undefined => read(FIRST_ROWS, log)[journey];

const DEEPEST = 24;

/** Journey whose consequence a journey is (an EOI that redelivers begins one of its own); 0 none. */
export function parentJourney(log: SceneLog, journey: number): number {
  const first = firstRowOf(log, journey);
  if (first === undefined) return 0;
  for (const cause of causesAbove(log, first, DEEPEST)) {
    const other = cellOf(log, cause, COL.journey);
    if (other !== 0 && other !== journey) return other;
  }
  return 0;
}
