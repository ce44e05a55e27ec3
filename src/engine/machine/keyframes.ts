/**
 * A run kept as its ops and a keyframe every so many rows, and any of its rows made again from them: the engine is a function of its
 * ops, so a stretch of the log need not be kept to be read. Keyframes come by rows and not by ops, for one op of virtual time can
 * make as many as all others: between two things that happen in it there is a place to go on from.
 */
import { lastAtMost } from '../../base/bisect.ts';
import type { CreateOp, Op, OpResult } from '../../spec/ops/index.ts';
import type { Keyframe, PackedKey, Underway } from '../core/keyframe.ts';
import { countRows, keepRows, ROW, ROW_SHIFT } from '../core/log.ts';
import type { Machine } from '../core/machine.ts';
import { goOn, type RunOp } from './ops.ts';
import { createSession, wiresOf } from './session.ts';
import { HISTORY, restoreMachine, saveMachine } from './snapshot.ts';

/** Rows between two keyframes at least, and how many of their bytes a row may cost. */
const KEY_ROWS = 4096;
const BYTES_PER_ROW = 16;

/** Rows between two keyframes of a machine: a big one is kept less often. */
export const rowsPerKey = ({ w, journeys }: Pick<Machine, 'w' | 'journeys'>): number =>
  Math.max(KEY_ROWS, Math.ceil((4 * (w.length + journeys.length)) / BYTES_PER_ROW));

const seqOf = ({ log }: Machine): number => log.firstSeq + (log.used >> ROW_SHIFT);

/** Makes the keyframes of a machine that is at work. */
export interface Keyer {
  /** To be called before each op, with how many are done. */
  before(m: Machine, done: number): void;
}

/** @param everyOf rows between two keyframes of a machine */
export function createKeyer(take: (key: Keyframe) => void, everyOf = rowsPerKey): Keyer {
  let last = 0;
  let every = 0;
  let doing = 0;
  let machine: Machine | null = null;
  let parts: Keyframe['parts'] | undefined;

  function keep(m: Machine, underway: Underway | null): void {
    last = seqOf(m);
    parts = saveMachine(m, parts).parts;
    take({ done: doing, seq: last, parts, underway });
  }

  function follow(m: Machine): void {
    machine = m;
    parts = undefined;
    every = everyOf(m);
    m.log.rest = (time) => {
      const { log, cause, where, journey } = m;
      keep(m, { ...time, cause, where, journey, rowsLeft: (log.most - log.used) / ROW });
      log.restAt = log.used + every * ROW;
    };
  }

  return {
    before(m, done) {
      if (m !== machine) follow(m);
      doing = done;
      if (seqOf(m) - last >= every) keep(m, null);
      m.log.restAt = (last + every - m.log.firstSeq) * ROW;
    },
  };
}

/** What rows are made again from. */
export interface Recording {
  readonly config: CreateOp;
  readonly keys: readonly Keyframe[];
  /** Ops there are; the first makes the machine. */
  readonly ops: number;
  opAt(index: number): Op;
  /** Row where an op begins. */
  startOf(index: number): number;
  /** Most rows of one op before virtual time stops in it. */
  readonly opRows: number;
}

/** Rows that may come between what is asked for and the next moment at which virtual time stops. */
const SPARE = 1024;

/** Thrown out of an op whose further rows nobody wants. */
const ENOUGH = new Error('enough rows');

/**
 * Rows from..to-1 of a run, each number of them as the straight run had it.
 * @throws Error where the run has not so many rows
 */
export function rowsAgain(run: Recording, from: number, to: number): Int32Array {
  if (from === to) return new Int32Array(0);
  const { keys, ops, opRows } = run;
  const key = keys[lastAtMost(keys.length, (i) => (keys[i] as Keyframe).seq, from)];
  const begun = key === undefined ? create(run) : restored(run, key);
  const { m } = begun;
  const { log } = m;
  const carryOut = createSession({ machine: m, saves: m.saves }).carryOut as (op: Op) => OpResult;
  let { done } = begun;
  let underway = key?.underway ?? null;
  log.rest = () => {
    throw ENOUGH;
  };
  try {
    for (; done < ops && seqOf(m) < to; done++) {
      const end = done + 1 < ops ? run.startOf(done + 1) : Number.POSITIVE_INFINITY;
      if (end > from) keepRows(log, to - log.firstSeq + SPARE);
      else countRows(log);
      log.restAt = end > from ? (to - log.firstSeq) * ROW : Number.POSITIVE_INFINITY;
      log.most = log.used + (underway?.rowsLeft ?? opRows) * ROW;
      if (underway === null) carryOut(run.opAt(done));
      else goOn(m, run.opAt(done) as RunOp, underway);
      underway = null;
    }
  } catch (e) {
    if (e !== ENOUGH) throw e;
  }
  const { rows, firstSeq } = log;
  if (log.counts || firstSeq > from || seqOf(m) < to) throw new Error(`rows ${from} to ${to} are not in this run`);
  // Nobody else has this log.
  return rows.subarray((from - firstSeq) * ROW, (to - firstSeq) * ROW);
}

function restored({ config }: Recording, { done, seq, parts }: Keyframe): { m: Machine; done: number } {
  const m = restoreMachine({ config, wires: wiresOf(config), seq, parts });
  countRows(m.log);
  return { m, done };
}

/** The machine after its first op, whose rows it still has. */
function create(run: Recording): { m: Machine; done: number } {
  const session = createSession();
  session.carryOut(run.opAt(0));
  if (session.machine === null) throw new Error('the first op makes no machine');
  return { m: session.machine, done: 1 };
}

/** @returns packs the keyframes of one run, in their order, so that what stands in many of them goes once */
export function createPacker(): (key: Keyframe) => PackedKey {
  const numbers = new Map<unknown, number>();
  return ({ parts, ...key }) => {
    const fresh: unknown[] = [];
    const number = (thing: unknown): number => {
      const known = numbers.get(thing);
      if (known !== undefined) return known;
      fresh.push(thing);
      numbers.set(thing, numbers.size);
      return numbers.size - 1;
    };
    const own: Record<string, unknown> = { ...parts };
    const lists: Record<string, readonly number[] | ReadonlyMap<unknown, number>> = {};
    for (const name of HISTORY) {
      const part = own[name];
      delete own[name];
      lists[name] =
        part instanceof Map
          ? new Map([...part].map(([key, thing]) => [key, number(thing)]))
          : (part as readonly unknown[]).map(number);
    }
    return { ...key, parts: own, lists, fresh };
  };
}
