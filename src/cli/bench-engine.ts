/**
 * The engine's half of the bench, a program of its own: bench.ts bundles it the way the worker is bundled and runs it
 * in a fresh Node for every round, so that one measurement does not leave its type feedback to the next.
 *
 *     node engine.mjs line N       N ops KVM_IRQ_LINE, raise and lower in turn, as e2e/kvm/bench.c does them
 *     node engine.mjs vectors      op lines on standard input, one session; three times, the best counts
 *
 * Prints one JSON line.
 */
import { readFileSync } from 'node:fs';
import { dropRows, ROW, takeRows } from '../engine/core/log.ts';
import type { Machine } from '../engine/core/machine.ts';
import { execute } from '../engine/machine/ops.ts';
import { createSession } from '../engine/machine/session.ts';
import type { Op } from '../spec/ops/index.ts';
import { parseOp } from '../spec/ops/index.ts';
import { BATCH_ROWS } from '../worker/protocol.ts';

/** Log words that pile up before the rows are taken, as in the worker. */
const BATCH = BATCH_ROWS * ROW;
const WARM_UP = 400_000;

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
console.log(JSON.stringify(mode === 'vectors' ? benchVectors() : benchLine(Number(count))));
