/** What questions cost beside the run they are about, by CPU time: the test holds it, the bench prints it. */
import type { JsonOp } from '../log/log.ts';
import { cpuMsOf } from './cpu-time.ts';
import { createReasoner } from './reason.ts';

const PIN = 11;

/** A level interrupt delivered and ended over and over on a plain machine; at its end it waits. */
export function longRun(count: number): JsonOp[] {
  const ops: JsonOp[] = [
    { op: 'create', vcpus: 1, irqchip: 'full' },
    { op: 'pio_write', vcpu: 0, port: 0x21, value: 0xff },
    { op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: 0x1ff },
    { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', size: 4, value: 0x10 + 2 * PIN },
    { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', size: 4, value: 0x8041 },
  ];
  while (ops.length < count - 1)
    ops.push(
      { op: 'irq_line', gsi: PIN, level: 1 },
      { op: 'run', vcpu: 0 },
      { op: 'irq_line', gsi: PIN, level: 0 },
      { op: 'eoi', vcpu: 0 },
    );
  ops.push({ op: 'irq_line', gsi: PIN, level: 1 });
  return ops;
}

export interface ReasonCost {
  readonly ops: number;
  /** CPU time of the run alone, ms. */
  readonly run: number;
  /** Of a first `where`, another one, and `findings`, each as so many times the run. */
  readonly where: number;
  readonly again: number;
  readonly findings: number;
}

/** @param count ops of the run */
export function reasonCost(count: number): ReasonCost {
  const reasoner = createReasoner();
  const ops = longRun(count);
  const run = cpuMsOf(() => {
    for (const op of ops) reasoner.answer(op);
  });
  const ask = (): void => {
    reasoner.answer({ op: 'where', gsi: PIN });
  };
  const where = cpuMsOf(ask);
  const again = cpuMsOf(ask);
  const findings = cpuMsOf(() => {
    reasoner.answer({ op: 'findings', all: 1 });
  });
  return { ops: ops.length, run, where: where / run, again: again / run, findings: findings / run };
}
