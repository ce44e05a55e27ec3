/** When things happened: virtual time by row and back, from the rows in which the clock moves on. */
import { countBelow, lastAtMost } from '../base/bisect.ts';
import { COL } from '../engine/view/tables.ts';
import { FIRST_EVENTS } from '../spec/events/index.ts';
import type { SceneLog } from './log.ts';
import { type LogReader, read } from './reader.ts';
import { argsIn, cellOf } from './rows.ts';

const TIME = FIRST_EVENTS.time.code;

interface ClockIndex {
  /** Rows that moved the clock, ascending, and the ns they moved it to. */
  readonly seqs: number[];
  readonly ns: number[];
}

const CLOCK: LogReader<ClockIndex> = {
  begin: () => ({ seqs: [], ns: [] }),
  take({ seqs, ns }, log, from, to) {
    for (let seq = from; seq < to; seq++) {
      if (cellOf(log, seq, COL.code) !== TIME) continue;
      seqs.push(seq);
      ns.push(argsIn(log, seq, 'time').now);
    }
  },
  rewind({ seqs, ns }, _log, kept) {
    const left = countBelow(seqs.length, (i) => seqs[i], kept);
    seqs.length = left;
    ns.length = left;
  },
};

/** Virtual time, in ns since the machine was made, at which row `seq` happened. */
export function timeAt(log: SceneLog, seq: number): number {
  const { seqs, ns } = read(CLOCK, log);
  return ns[lastAtMost(seqs.length, (i) => seqs[i], seq)] ?? 0;
}

/** First row at or after a moment of virtual time; the number of rows when that is still to come. */
export function seqAtTime(log: SceneLog, when: number): number {
  const { seqs, ns } = read(CLOCK, log);
  if (when <= 0) return 0;
  return seqs[countBelow(ns.length, (i) => ns[i], when)] ?? log.used;
}
