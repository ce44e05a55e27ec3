/**
 * A run that can be asked about: its ops, an index of its events, and keyframes from which any moment of it is made again. Nothing
 * of its log is kept. Going back costs at most KEY_OPS ops, trying something at its end costs what is tried.
 */
import { lastAtMost } from '../base/bisect.ts';
import { COL, countRows, dropRows, keepRows, ROW, WRITE } from '../engine/core/log.ts';
import type { Machine } from '../engine/core/machine.ts';
import type { Saves } from '../engine/core/saved.ts';
import { createSession } from '../engine/machine/session.ts';
import { restoreMachine, type Snapshot, saveMachine } from '../engine/machine/snapshot.ts';
import { createJournal, type Journal, recordsBefore, takeInto } from '../explain/where/facts.ts';
import type { History, Moment } from '../explain/where/walk.ts';
import type { JsonOp } from '../log/log.ts';
import { OpError } from '../spec/define/op.ts';
import type { OpResult } from '../spec/ops/index.ts';

/** Ops between two keyframes at least, and events. */
const KEY_OPS = 256;
const KEY_ROWS = 65_536;

interface Keyframe {
  /** Ops done. */
  readonly done: number;
  readonly state: Snapshot;
}

/** A machine that goes on from a keyframe. */
function resumed(state: Snapshot): { readonly machine: Machine; readonly carryOut: (op: JsonOp) => void } {
  const machine = restoreMachine(state);
  const session = createSession({ machine, saves: machine.saves });
  return {
    machine,
    carryOut(op) {
      try {
        session.answerOrThrow(op);
      } catch (error) {
        // What was refused then is refused now.
        if (!(error instanceof OpError)) throw error;
      }
    },
  };
}

export interface GrowingHistory extends History {
  /** Takes in an op that was carried out, and the rows it made, which are dropped. */
  took(op: JsonOp, machine: Machine): void;
  /** The same run as it was after `done` ops. */
  at(done: number): GrowingHistory;
  /** The same run as it was before this row: in the middle of an op where the row is one. What is tried comes after that op. */
  before(row: number): GrowingHistory;
}

/** Begins with a machine's `create`. */
export function createHistory(): GrowingHistory {
  return historyOf({ ops: [], starts: [], journal: createJournal(), keys: [], events: 0, made: 0, live: null });
}

interface Kept {
  readonly ops: JsonOp[];
  readonly starts: number[];
  readonly journal: Journal;
  readonly keys: Keyframe[];
  /** Records of the journal that are the run's own: what is tried comes after them. */
  events: number;
  /** Rows since the last keyframe began. */
  made: number;
  /** The machine as it is. */
  live: Machine | null;
  /** Its last op is under way. */
  readonly amid?: boolean;
}

/** @param end its end as a keyframe; absent: made when something is tried there */
function historyOf(kept: Kept, end: Keyframe | null = null): GrowingHistory {
  const { ops, starts, journal, keys } = kept;

  const endState = (): Keyframe => {
    if (end?.done !== ops.length) end = { done: ops.length, state: saveMachine(kept.live as Machine) };
    return end;
  };
  /** Takes back what was tried. */
  const back = (): void => {
    journal.used = kept.events;
    starts.length = ops.length;
  };
  const momentOf = (view: Machine, tried: readonly JsonOp[] = []): Moment => ({
    ops: tried.length === 0 ? ops : ops.concat(tried),
    starts,
    journal,
    view,
    end: view.log.firstSeq,
    amid: kept.amid === true && tried.length === 0,
  });

  return {
    ops,
    took(op, machine) {
      back();
      const { log } = machine;
      starts.push(ops.length === 0 ? 0 : log.firstSeq);
      ops.push(op);
      takeInto(journal, log.rows, log.used, log.firstSeq);
      kept.events = journal.used;
      kept.made += log.used / ROW;
      dropRows(log);
      kept.live = machine;
      const last = keys.at(-1);
      if (last !== undefined && ops.length - last.done < KEY_OPS && kept.made < KEY_ROWS) return;
      keys.push({ done: ops.length, state: saveMachine(machine) });
      kept.made = 0;
    },
    now() {
      back();
      return momentOf(kept.live as Machine);
    },
    branch(tried) {
      back();
      const { machine, carryOut } = resumed(endState().state);
      for (const op of tried) {
        starts.push(machine.log.firstSeq);
        carryOut(op);
        takeInto(journal, machine.log.rows, machine.log.used, machine.log.firstSeq);
        dropRows(machine.log);
      }
      return momentOf(machine, tried);
    },
    lastTurn(shut) {
      // It is read backwards, a keyframe's stretch at a time. Where a stretch says nothing at first, the one before it decides
      // whether its first "shut" is a turn.
      let maybe = -1;
      for (let k = keys.length - 1; k >= 0; k--) {
        const { done, state } = keys[k] as Keyframe;
        const { machine, carryOut } = resumed(state);
        countRows(machine.log);
        let closed = shut(machine);
        let turned = -1;
        let first = closed === null ? maybe : -1;
        const until = keys[k + 1]?.done ?? ops.length;
        for (let op = done; op < until; op++) {
          carryOut(ops[op] as JsonOp);
          const now = shut(machine) ?? closed;
          if (now === true && closed === false) turned = op;
          if (now !== null && closed === null) first = now ? op : -1;
          closed = now;
        }
        if (turned >= 0) return turned;
        if (closed === false && maybe >= 0) return maybe;
        maybe = first;
      }
      return 0;
    },
    before(row) {
      const op = Math.max(
        0,
        lastAtMost(ops.length, (i) => starts[i], row - 1),
      );
      const whole = this.at(op + 1);
      const key = keys.findLast((one) => one.done <= op);
      if (key === undefined) return whole;
      const { machine, carryOut } = resumed(key.state);
      countRows(machine.log);
      for (let i = key.done; i < op; i++) carryOut(ops[i] as JsonOp);
      keepRows(machine.log);
      carryOut(ops[op] as JsonOp);
      const { rows, used } = machine.log;
      const afterOp: Keyframe = { done: op + 1, state: saveMachine(machine) };
      const stop = Math.max(0, row - starts[op]) * ROW;
      for (let at = used - ROW; at >= stop; at -= ROW)
        if (rows[at] === WRITE) machine.w[rows[at + COL.a]] = rows[at + COL.b];
      machine.log.used = 0;
      machine.log.firstSeq = row;
      const events = recordsBefore(journal, row);
      return historyOf(
        {
          ops: ops.slice(0, op + 1),
          starts: starts.slice(0, op + 1),
          journal: { ...journal, records: journal.records.slice(), used: events },
          keys: keys.filter((one) => one.done <= op),
          events,
          made: 0,
          live: machine,
          amid: stop < used,
        },
        afterOp,
      );
    },
    at(done) {
      const key = keys.findLast((one) => one.done <= done) as Keyframe;
      const { machine, carryOut } = resumed(key.state);
      countRows(machine.log);
      for (let op = key.done; op < done; op++) carryOut(ops[op] as JsonOp);
      keepRows(machine.log);
      back();
      machine.log.firstSeq = starts[done] ?? machine.log.firstSeq;
      const events = recordsBefore(journal, machine.log.firstSeq);
      return historyOf({
        ops: ops.slice(0, done),
        starts: starts.slice(0, done),
        journal: { ...journal, records: journal.records.slice(), used: events },
        keys: keys.filter((one) => one.done <= done),
        events,
        made: 0,
        live: machine,
      });
    },
  };
}

/** Whether an answer says that nothing was done. Who signals an eventfd without an irqfd has done so. */
export const isRefused = (answer: OpResult): boolean => 'error' in answer && answer.error !== 'no irqfd';

/** A history made from ops. Ops that are refused are left out. @returns null where there is no machine */
export function historyFrom(ops: readonly JsonOp[], saves: Saves = new Map()): GrowingHistory | null {
  const session = createSession({ saves });
  const history = createHistory();
  for (const op of ops) {
    if (isRefused(session.answer(op)) || session.machine === null) continue;
    history.took(op, session.machine);
  }
  return session.machine === null ? null : history;
}
