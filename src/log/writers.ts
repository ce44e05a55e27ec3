/** Who wrote what: the rows that changed a word, by its address. */
import { countBelow } from '../base/bisect.ts';
import { COL, WRITE } from '../engine/view/tables.ts';
import type { SceneLog } from './log.ts';
import { read, standingReader } from './reader.ts';
import { pageOf, placeOf } from './rows.ts';

/** Rows that wrote a word, ascending, by its address. */
type Writers = number[][];

const WRITERS = standingReader<Writers>({
  begin: ({ wordMap }) => Array.from({ length: wordMap.size }, () => []),
  take(writers, log, from, to) {
    for (let seq = from; seq < to; seq++) {
      const rows = pageOf(log, seq);
      const at = placeOf(seq);
      if (rows[at] === WRITE) writers[rows[at + COL.a]]?.push(seq);
    }
  },
  rewind(writers, _log, kept) {
    for (const seqs of writers) while ((seqs.at(-1) ?? -1) >= kept) seqs.pop();
  },
});

/** Rows before `before` that changed a word, newest first. */
export function* writersOf(log: SceneLog, address: number, before: number): Generator<number> {
  const seqs = read(WRITERS, log)[address] ?? [];
  for (let i = countBelow(seqs.length, (k) => seqs[k], before) - 1; i >= 0; i--) yield seqs[i];
}
