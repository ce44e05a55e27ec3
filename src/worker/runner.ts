/**
 * The engine behind the protocol, without a worker: tests and the in-page fallback use it as it is. It works in slices of
 * at most SLICE_MS (an op is never cut), sends what each slice made, and stops while too many rows are on their way.
 */

import type { Problem } from '../base/problem.ts';
import type { PackedKey } from '../engine/core/keyframe.ts';
import { countRows, dropRows, keepRows, ROW, takeRows } from '../engine/core/log.ts';
import type { Machine } from '../engine/core/machine.ts';
import { createKeyer, createPacker, type Keyer } from '../engine/machine/keyframes.ts';
import type { CommandRecord, JsonOp } from '../log/log.ts';
import { OpError } from '../spec/define/op.ts';
import { MOST_KEY_BYTES } from '../spec/limits.ts';
import type { OpResult } from '../spec/ops/index.ts';
import { type Op, parseOp } from '../spec/ops/index.ts';
import { makesMachine } from '../spec/ops/makes-machine.ts';
import {
  BATCH_ROWS,
  CAPS,
  type FromEngine,
  isWorthKeeping,
  KEYS_FROM,
  MAX_UNACKED_ROWS,
  MOST_SPARES,
  PROTOCOL_VERSION,
  SLICE_MS,
  type ToEngine,
} from './protocol.ts';

/** What the runner needs of an engine session. */
interface EngineSession {
  /** @throws OpError for what is no valid op here; anything else it throws is our bug */
  carryOut(op: Op): OpResult;
  readonly machine: Machine | null;
}

interface RunnerHost {
  createSession(): EngineSession;
  /** A clock in ms. */
  now(): number;
  send(message: FromEngine, transfer: Transferable[]): void;
  /** Calls back soon, after messages that came meanwhile. */
  later(work: () => void): void;
}

export interface Runner {
  /** Takes one message. What is no message of this protocol is refused. */
  receive(message: unknown): void;
}

interface Run {
  readonly runId: number;
  readonly session: EngineSession;
  readonly ops: ListedOp[];
  /** Request whose ops are being done. */
  request: number;
  /** Ops done. */
  done: number;
  /** Ops before this one are replayed without sending: the page has their rows. */
  readonly silent: number;
  unacked: number;
  tablesSent: number;
  configSent: boolean;
  commands: CommandRecord[];
  /** A slice is due. */
  scheduled: boolean;
  /** Stopped for lack of credit. */
  starved: boolean;
  /** Ops that may still be left out. */
  mayLeaveOut: number;
  /** Left out and not yet told. */
  leftOut: number[];
  /** First place where it went over the caps. */
  cut: Problem | null;
  /** Most rows of it. */
  readonly most: number;
  readonly keyer: Keyer;
  /** Keyframes made and not yet sent. */
  keys: PackedKey[];
}

/** Ops whose answer is a picture of the machine: the page has the machine itself, and thousands of pictures are memory. */
const LOOKS: ReadonlySet<string> = new Set(['get', 'get_vmx', 'cpu']);

/** Most rows of a run whose rows the page makes again. */
const LONG = Math.floor((CAPS.keptBytes - MOST_KEY_BYTES) / CAPS.readBytes);

/** Runs kept: the one being shown and the one before it, to go back to when a fork is refused. */
const RUNS_KEPT = 2;

function problem(code: string, place: string, params: Problem['params'] = {}): Problem {
  return { code, place, params };
}

/** An op as it came and as it was read. */
interface ListedOp {
  readonly raw: JsonOp;
  readonly op: Op;
  /** Its place in the list as it was given. */
  readonly index: number;
}

interface CheckedOps {
  readonly good: ListedOp[];
  /** Indices of those that are no ops. */
  readonly bad: number[];
  readonly problem: Problem | null;
}

/**
 * Reads a list of ops, each once, before any of them is done.
 * @param leaveOut how many may be wrong; the next one is the list's problem
 */
function checkOps(ops: unknown, already: number, leaveOut: number): CheckedOps {
  const checked: CheckedOps = { good: [], bad: [], problem: null };
  if (!Array.isArray(ops)) return { ...checked, problem: problem('ops-not-list', 'ops') };
  if (already + ops.length > CAPS.ops) {
    return { ...checked, problem: problem('too-many-ops', `ops[${CAPS.ops}]`, { max: CAPS.ops }) };
  }
  for (const [i, raw] of ops.entries()) {
    const index = already + i;
    const read = checkOp(raw, index);
    if (!('code' in read)) checked.good.push({ raw: raw as JsonOp, op: read, index });
    // Without its create there is no machine.
    else if (index === 0 || checked.bad.length >= leaveOut) return { ...checked, problem: read };
    else checked.bad.push(index);
  }
  return checked;
}

function checkOp(raw: unknown, index: number): Op | Problem {
  const place = `ops[${index}]`;
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) return problem('op-not-object', place);
  const { op: name, vcpus } = raw as JsonOp;
  const isFirst = index === 0;
  if (isFirst !== makesMachine(name)) return problem(isFirst ? 'no-create' : 'second-create', place);
  // Not of an object: that could be nested too deep to be made a number of.
  if (isFirst && typeof vcpus !== 'object' && Number(vcpus) > CAPS.vcpus) {
    return problem('too-many-vcpus', place, { max: CAPS.vcpus, given: Number(vcpus) });
  }
  try {
    return parseOp(raw);
  } catch (e) {
    if (e instanceof OpError) return badOp(e, index, raw as JsonOp);
    throw e;
  }
}

/** The engine's own reason, with the op's number before its place. */
function badOp(e: OpError, index: number, op: JsonOp): Problem {
  return problem(e.code, e.place === 'op' ? `ops[${index}]` : `ops[${index}].${e.place}`, {
    name: typeof op.op === 'string' ? op.op.slice(0, 40) : typeof op.op,
    field: e.place,
    ...e.params,
  });
}

export function createRunner(host: RunnerHost): Runner {
  const runs = new Map<number, Run>();
  /** Memory that came back from the page. */
  const spares: Int32Array[] = [];

  const refuse = (id: number, runId: number, error: Problem, lost: boolean): void =>
    host.send({ v: PROTOCOL_VERSION, type: 'refused', id, runId, error, lost }, []);

  const rowsMade = (run: Run): number => {
    const log = run.session.machine?.log;
    return log ? log.firstSeq + log.used / ROW : 0;
  };

  function flush(run: Run): void {
    const machine = run.session.machine;
    if (machine === null) return;
    const { firstSeq, rows } = takeRows(machine.log, spares);
    const tables = machine.routeTables;
    const routeTables = tables.slice(run.tablesSent).map((table, i) => ({ index: run.tablesSent + i, table }));
    run.tablesSent = tables.length;
    run.unacked += rows.length / ROW;
    const { commands, leftOut } = run;
    const keys = run.most === LONG && rowsMade(run) > KEYS_FROM ? run.keys : [];
    run.commands = [];
    run.leftOut = [];
    if (keys.length > 0) run.keys = [];
    const left = {
      ...(keys.length === 0 ? {} : { keys }),
      ...(leftOut.length === 0 ? {} : { leftOut }),
      ...(run.cut === null ? {} : { cut: run.cut }),
    };
    const config = run.configSent ? null : machine.config;
    run.configSent = true;
    const done = run.done === run.ops.length;
    host.send(
      {
        v: PROTOCOL_VERSION,
        type: 'batch',
        runId: run.runId,
        firstSeq,
        rows,
        commands,
        routeTables,
        config,
        done,
        ...left,
      },
      [rows.buffer as ArrayBuffer],
    );
  }

  /** Does the next op. @returns false when the run has ended in a refusal or a fault */
  function doOne(run: Run): boolean {
    const index = run.done;
    const { raw, op, index: given } = run.ops[index] as ListedOp;
    const seq = rowsMade(run);
    const place = `ops[${given}]`;
    let result: OpResult = {};
    let wrong: Problem | null = null;
    const before = run.session.machine?.log;
    if (before) {
      if (index < run.silent) countRows(before);
      else keepRows(before);
      before.most = before.used + CAPS.opRows * ROW;
      if (index >= run.silent) run.keyer.before(run.session.machine as Machine, index);
    }
    try {
      result = run.session.carryOut(op);
      // Only a create whose capabilities KVM refuses answers so.
      if (result.error !== undefined) wrong = problem('op.capability', place, { reason: String(result.error) });
    } catch (e) {
      if (e instanceof OpError) {
        if (run.mayLeaveOut > 0) {
          run.mayLeaveOut--;
          run.leftOut.push(given);
          run.ops.splice(index, 1);
          return true;
        }
        wrong = badOp(e, given, raw);
      } else {
        runs.delete(run.runId);
        const stack = e instanceof Error ? (e.stack ?? e.message) : String(e);
        host.send({ v: PROTOCOL_VERSION, type: 'fault', runId: run.runId, seq: rowsMade(run), stack }, []);
        return false;
      }
    }
    if (wrong !== null) {
      runs.delete(run.runId);
      refuse(run.request, run.runId, wrong, true);
      return false;
    }
    run.done++;
    const log = run.session.machine?.log;
    if (log && log.used >= log.most) run.cut ??= problem('op-cut', place, { max: CAPS.opRows });
    const next = run.ops[run.done];
    if (next !== undefined && rowsMade(run) > run.most) {
      run.cut = problem('run-cut', `ops[${next.index}]`, { max: run.most });
      run.ops.length = run.done;
    }
    if (index < run.silent) {
      if (log) dropRows(log);
    } else {
      // The last one's is what the run was made for: a question may end in a look.
      const forgets = LOOKS.has(op.op) && run.done < run.ops.length;
      run.commands.push({ index, seq, op: raw, result: forgets ? {} : result });
      if (log && log.used >= BATCH_ROWS * ROW) flush(run);
    }
    return true;
  }

  function work(run: Run): void {
    run.scheduled = false;
    if (runs.get(run.runId) !== run) return;
    const end = host.now() + SLICE_MS;
    while (run.done < run.ops.length) {
      run.starved = run.unacked >= MAX_UNACKED_ROWS;
      if (run.starved) return;
      if (!doOne(run)) return;
      if (host.now() >= end && run.done < run.ops.length) {
        if (run.done > run.silent) flush(run);
        schedule(run);
        return;
      }
    }
    flush(run);
  }

  function schedule(run: Run): void {
    if (run.scheduled) return;
    run.scheduled = true;
    host.later(() => work(run));
  }

  function start(
    request: number,
    runId: number,
    ops: readonly ListedOp[],
    silent: number,
    leaveOut: number,
    bad: number[],
    most: number,
  ): void {
    const pack = createPacker();
    const run: Run = {
      runId,
      session: host.createSession(),
      ops: [...ops],
      request,
      done: 0,
      silent,
      unacked: 0,
      tablesSent: 0,
      configSent: false,
      commands: [],
      scheduled: false,
      starved: false,
      mayLeaveOut: leaveOut - bad.length,
      leftOut: bad,
      cut: null,
      most,
      keyer: createKeyer((key) => run.keys.push(pack(key))),
      keys: [],
    };
    for (const old of runs.values()) if (old.done < old.ops.length) runs.delete(old.runId);
    runs.set(runId, run);
    for (const oldest of runs.keys()) {
      if (runs.size <= RUNS_KEPT) break;
      runs.delete(oldest);
    }
    work(run);
  }

  function take(message: ToEngine): void {
    if (message.type === 'ping') {
      host.send({ v: PROTOCOL_VERSION, type: 'pong', id: message.id }, []);
      return;
    }
    if (message.type === 'stop') {
      runs.clear();
      return;
    }
    const run = runs.get(message.runId);
    if (message.type === 'ack') {
      const { spare } = message;
      if (spare instanceof ArrayBuffer && spares.length < MOST_SPARES && isWorthKeeping(spare)) {
        spares.push(new Int32Array(spare));
      }
      if (run === undefined) return;
      run.unacked -= message.rows;
      if (run.starved && run.unacked < MAX_UNACKED_ROWS) {
        run.starved = false;
        schedule(run);
      }
      return;
    }
    const { id } = message;
    if (message.type === 'run') {
      const leaveOut = message.leaveOut ?? 0;
      const { good, bad, problem: wrong } = checkOps(message.ops, 0, leaveOut);
      const refusal = wrong ?? (good.length === 0 ? problem('no-create', 'ops[0]') : null);
      if (refusal) refuse(id, message.runId, refusal, true);
      else start(id, message.runId, good, 0, leaveOut, bad, message.keepsRows === true ? CAPS.rows : LONG);
      return;
    }
    if (run === undefined) {
      refuse(id, message.runId, problem('lost-run', 'run'), true);
      return;
    }
    const kept = message.type === 'fork' ? run.ops.slice(0, message.atCommand + 1) : run.ops;
    const { good, problem: wrong } = checkOps(message.ops, kept.length, 0);
    if (wrong) {
      refuse(id, message.type === 'fork' ? message.newRunId : message.runId, wrong, false);
    } else if (message.type === 'fork') {
      start(id, message.newRunId, [...kept, ...good], kept.length, 0, [], run.most);
    } else {
      run.request = id;
      run.ops.push(...good);
      if (!run.starved) schedule(run);
    }
  }

  return {
    receive(message) {
      const known = message as ToEngine | null;
      if (typeof known !== 'object' || known === null) return;
      if (known.v === PROTOCOL_VERSION) take(known);
      else refuse(0, 0, problem('protocol', 'v', { supports: PROTOCOL_VERSION }), false);
    },
  };
}
