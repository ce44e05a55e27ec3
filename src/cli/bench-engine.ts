/**
 * The engine's half of the bench, a program of its own: bench.ts bundles it the way the worker is bundled and runs it
 * in a fresh Node for every round, so that one measurement does not leave its type feedback to the next.
 *
 *     node engine.mjs line N       N ops KVM_IRQ_LINE, raise and lower in turn, as e2e/kvm/bench.c does them
 *     node engine.mjs keyed N      the same ops with keyframes instead of rows
 *     node engine.mjs windows      windows of a long run made again from its keyframes
 *     node engine.mjs vectors      op lines on standard input, one session; three times, the best counts
 *
 * Prints one JSON line.
 */
import { readFileSync } from 'node:fs';
import type { Keyframe } from '../engine/core/keyframe.ts';
import { countRows, dropRows, ROW, takeRows } from '../engine/core/log.ts';
import type { Machine } from '../engine/core/machine.ts';
import { createKeyer, rowsAgain, rowsPerKey } from '../engine/machine/keyframes.ts';
import { execute } from '../engine/machine/ops.ts';
import { createSession } from '../engine/machine/session.ts';
import type { Op } from '../spec/ops/index.ts';
import { parseOp } from '../spec/ops/index.ts';
import { BATCH_ROWS, CAPS } from '../worker/protocol.ts';
import { manyRows } from './bench-scenes.ts';

/** Log words that pile up before the rows are taken, as in the worker. */
const BATCH = BATCH_ROWS * ROW;
const WARM_UP = 400_000;
/** Rows of a page of a log. */
const WINDOW = 4096;

/** CPU time of this process so far: what other programs do does not count. */
function cpuNs(): bigint {
  const { user, system } = process.cpuUsage();
  return BigInt(user + system) * 1000n;
}

const GSI = 4;

/** One vCPU, local APIC on, GSI 4's RTE edge and unmasked, PIC pin masked: what bench.c prepares. */
function prepare(): Machine {
  const session = createSession();
  const ops = [
    { op: 'create', vcpus: 1, irqchip: 'full' },
    { op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: 0x1ff },
    { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', size: 4, value: 0x10 + 2 * GSI + 1 },
    { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', size: 4, value: 0 },
    { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', size: 4, value: 0x10 + 2 * GSI },
    { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', size: 4, value: 0x41 },
    ...[0x11, 0x20, 0x04, 0x01, 0xff].map((value, i) => ({
      op: 'pio_write',
      vcpu: 0,
      port: i === 0 ? 0x20 : 0x21,
      value,
    })),
  ];
  for (const op of ops) session.answerOrThrow(op);
  if (session.machine === null) throw new Error('create made no machine');
  return session.machine;
}

type LineOp = Extract<Op, { op: 'irq_line' }>;

function lines(m: Machine, ops: number, done: (m: Machine) => void): { seconds: number; rows: number } {
  const up = parseOp({ op: 'irq_line', gsi: GSI, level: 1 }) as LineOp;
  const down = parseOp({ op: 'irq_line', gsi: GSI, level: 0 }) as LineOp;
  done(m);
  const firstSeq = m.log.firstSeq;
  const start = cpuNs();
  for (let i = 0; i < ops; i += 2) {
    execute(m, up);
    execute(m, down);
    if (m.log.used >= BATCH) done(m);
  }
  const seconds = Number(cpuNs() - start) / 1e9;
  return { seconds, rows: m.log.firstSeq - firstSeq + m.log.used / ROW };
}

function benchLine(ops: number): unknown {
  const m = prepare();
  const drop = (machine: Machine): void => dropRows(machine.log);
  // As in the worker: a page reads one batch while the next is made, then its memory comes back.
  const spares: Int32Array[] = [];
  let away: Int32Array | null = null;
  const take = (machine: Machine): void => {
    const { rows } = takeRows(machine.log, spares);
    if (away !== null) spares.push(away);
    away = new Int32Array(rows.buffer);
  };
  lines(m, WARM_UP, drop);
  const recorded = lines(m, ops, drop);
  lines(m, WARM_UP, take);
  const taken = lines(m, ops, take);
  return {
    opsPerSecond: Math.round(ops / recorded.seconds),
    takenOpsPerSecond: Math.round(ops / taken.seconds),
    rowsPerOp: recorded.rows / ops,
  };
}

/** The same ops, rows counted and a keyframe every so many of them. */
function benchKeyed(ops: number): unknown {
  const m = prepare();
  const keys: Keyframe[] = [];
  const keyer = createKeyer((key) => keys.push(key));
  countRows(m.log);
  const up = parseOp({ op: 'irq_line', gsi: GSI, level: 1 }) as LineOp;
  const down = parseOp({ op: 'irq_line', gsi: GSI, level: 0 }) as LineOp;
  const go = (n: number): void => {
    for (let i = 0; i < n; i += 2) {
      keyer.before(m, i);
      execute(m, up);
      keyer.before(m, i + 1);
      execute(m, down);
      if (m.log.used >= BATCH) dropRows(m.log);
    }
  };
  go(WARM_UP);
  keys.length = 0;
  const start = cpuNs();
  go(ops);
  const seconds = Number(cpuNs() - start) / 1e9;
  if (keys.length < (ops * 17) / rowsPerKey(m) / 2) throw new Error(`${keys.length} keyframes are too few`);
  return { opsPerSecond: Math.round(ops / seconds) };
}

const WINDOWS = 400;

/** Windows of a run of many rows, made again and held against the rows themselves. */
function benchWindows(): unknown {
  const ops = manyRows().ops.map(parseOp);
  const session = createSession();
  const keys: Keyframe[] = [];
  const keyer = createKeyer((key) => keys.push(key));
  const starts: number[] = [];
  for (const op of ops) {
    const { machine } = session;
    starts.push(machine === null ? 0 : machine.log.used / ROW);
    if (machine !== null) {
      machine.log.most = machine.log.used + CAPS.opRows * ROW;
      keyer.before(machine, starts.length - 1);
    }
    session.carryOut(op);
  }
  const { machine } = session;
  if (machine === null) throw new Error('create made no machine');
  const { rows } = takeRows(machine.log);
  const recording = {
    config: machine.config,
    keys,
    ops: ops.length,
    opAt: (index: number) => ops[index] as Op,
    startOf: (index: number) => starts[index],
    opRows: CAPS.opRows,
  };
  let differ = 0;
  const ms: number[] = [];
  const most = rows.length / ROW - WINDOW;
  for (let i = 0; i < WINDOWS; i++) {
    const from = Math.floor(((i * 0.618_033_988_7) % 1) * most);
    const start = cpuNs();
    const again = rowsAgain(recording, from, from + WINDOW);
    ms.push(Number(cpuNs() - start) / 1e6);
    for (let at = 0; at < again.length; at++) if (again[at] !== rows[from * ROW + at]) differ++;
  }
  return { windows: WINDOWS, differ, ms: ms.sort((a, b) => a - b) };
}

function benchVectors(): unknown {
  const ops: unknown[] = readFileSync(0, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
  let best = Infinity;
  for (let round = 0; round < 3; round++) {
    const session = createSession();
    const start = cpuNs();
    for (const op of ops) {
      session.answer(op);
      if (session.machine !== null) dropRows(session.machine.log);
    }
    best = Math.min(best, Number(cpuNs() - start) / 1e9);
  }
  return { ops: ops.length, opsPerSecond: Math.round(ops.length / best) };
}

const [mode, count] = process.argv.slice(2);
const answers = {
  vectors: benchVectors,
  windows: benchWindows,
  line: () => benchLine(Number(count)),
  keyed: () => benchKeyed(Number(count)),
};
console.log(JSON.stringify(answers[mode as keyof typeof answers]()));
