/** Instants of a run: moments of virtual time at which steps happen. A column of first steps and one of times, ascending. */
import { lastAtMost } from '../base/bisect.ts';
import { COL } from '../engine/view/tables.ts';
import { FIRST_EVENTS } from '../spec/events/index.ts';
import { timeAt } from './clock-index.ts';
import type { SceneLog } from './log.ts';
import { type LogReader, readSome, soFar } from './reader.ts';
import { argsIn, cellOf } from './rows.ts';
import { stepAtSeq } from './steps.ts';

const TIME = FIRST_EVENTS.time.code;

/** The instants so far. Column i is one instant: its steps are first[i] to first[i + 1] - 1. */
export interface Instants {
  /** First step of each. */
  readonly first: readonly number[];
  /** When it is, ns since the machine was made. */
  readonly ns: readonly number[];
  /** Steps that have been read. */
  readonly steps: number;
  /** Time of the last row read, ns. */
  readonly now: number;
}

interface Growing extends Instants {
  readonly first: number[];
  readonly ns: number[];
  steps: number;
  now: number;
}

const INSTANTS: LogReader<Growing> = {
  begin: () => ({ first: [], ns: [], steps: 0, now: 0 }),
  take(instants, log, from, to) {
    const { first, ns } = instants;
    const { steps } = log;
    let next = instants.steps < steps.length ? steps.seqOf(instants.steps) : to;
    for (let seq = from; seq < to; seq++) {
      if (cellOf(log, seq, COL.code) === TIME) instants.now = argsIn(log, seq, 'time').now;
      if (seq !== next) continue;
      if (first.length === 0 || ns.at(-1) !== instants.now) {
        first.push(instants.steps);
        ns.push(instants.now);
      }
      instants.steps++;
      next = instants.steps < steps.length ? steps.seqOf(instants.steps) : to;
    }
  },
  rewind(instants, log, kept) {
    // Steps of rows that stayed are the steps they were.
    instants.steps = Math.min(instants.steps, stepAtSeq(log.steps, kept - 1) + 1);
    while (instants.first.length > 0 && (instants.first.at(-1) as number) >= instants.steps) {
      instants.first.pop();
      instants.ns.pop();
    }
    instants.now = timeAt(log, kept - 1);
  },
};

/** Takes in at most `most` further rows. @returns whether that was all there is */
export const readInstants = (log: SceneLog, most: number): boolean => readSome(INSTANTS, log, most);

/** What has been taken in. */
export const instantsSoFar = (log: SceneLog): Instants => soFar(INSTANTS, log);

/** The instant a step happens at; -1 before the first. */
export const instantOf = ({ first }: Instants, step: number): number => lastAtMost(first.length, (i) => first[i], step);

/** Time of a step, ns; of the first for what is before it, 0 where there is none. */
export const timeOfStep = (instants: Instants, step: number): number =>
  instants.ns[Math.max(0, instantOf(instants, step))] ?? 0;
