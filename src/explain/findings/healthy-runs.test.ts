/**
 * Random runs of machines on which nothing is wrong: drivers that quiet their device and write EOI, messages for who is there,
 * vCPUs that come and go. No rule may find anything. `SEED=n npx vitest run src/explain/findings` tries others.
 */
import { describe, expect, test } from 'vitest';
import { createRng, nextBelow } from '../../base/rng.ts';
import { createReasoner } from '../../cli/reason.ts';
import type { JsonOp } from '../../log/log.ts';
import { writeRte } from '../guest-ops.ts';

const SEED = Number(process.env.SEED ?? 20261129);
const RUNS = 16;
const KINDS = ['plain', 'loop', 'apicv', 'avic', 'split', 'x2apic'] as const;
type Kind = (typeof KINDS)[number];
type Draw = (below: number) => number;

const MORE: Readonly<Record<Kind, JsonOp>> = {
  plain: {},
  loop: { apicv: false },
  apicv: { apicv: true, postedInterrupts: true },
  avic: { avic: true },
  split: { irqchip: 'split' },
  x2apic: { x2apicApi: 1 },
};
const LINES = [
  { id: 'net', kind: 'e1000', gsi: 11 },
  { id: 'vnet', kind: 'virtio-net', gsi: 20 },
];
const MESSAGES = [
  { id: 'blk', kind: 'virtio-blk', gsi: 40, msix: 2 },
  { id: 'nvme', kind: 'nvme', gsi: 44, msix: 2 },
];
const VECTOR: Readonly<Record<string, readonly number[]>> = { blk: [0x61, 0x62], nvme: [0x71, 0x72] };
const IPI = 0x81;
const TIMER = 0xec;

function runOf(draw: Draw, kind: Kind): JsonOp[] {
  const vcpus = 1 + draw(4);
  const all = Array.from({ length: vcpus }, (_, vcpu) => vcpu);
  const any = (): number => draw(vcpus);
  const hasIoapic = kind !== 'split';
  const handler = (vector: number, device?: string): JsonOp => ({
    ...{ vector, name: `h${vector}`, ns: 500 + draw(4000), eoi: 'apic', nests: draw(3) === 0 },
    ...(device !== undefined && { devices: [device] }),
  });
  const handlers = [
    ...[handler(0x41, 'net'), handler(0x51, 'vnet'), handler(0x61, 'blk'), handler(0x62, 'blk')],
    ...[handler(0x71, 'nvme'), handler(0x72, 'nvme'), handler(IPI), handler(TIMER)],
  ];
  const lapic = (offset: number, value: number | string, vcpu: number): JsonOp =>
    kind === 'x2apic'
      ? { op: 'wrmsr', vcpu, msr: 0x800 + (offset >> 4), value }
      : { op: 'mmio_write', vcpu, addr: 0xfee0_0000 + offset, size: 4, value };
  const entry = (id: string, n: number): JsonOp[] => [
    { op: 'msix', id, entry: n, field: 'control', value: 1 },
    { op: 'msix', id, entry: n, field: 'addr_lo', value: 0xfee0_0000 + any() * 0x1000 },
    { op: 'msix', id, entry: n, field: 'data', value: VECTOR[id]?.[n] },
    { op: 'msix', id, entry: n, field: 'control', value: 0 },
  ];
  const pin = (n: number, vector: number): JsonOp[] => [
    ...writeRte(0, n, 1, (any() << 24) >>> 0),
    ...writeRte(0, n, 0, vector | 0x8000),
  ];
  const advance = (ns: number): JsonOp => ({ op: 'advance', ns });
  const ipi = (from: number, to: number): JsonOp[] =>
    kind === 'x2apic'
      ? [lapic(0x300, `0x${((BigInt(to) << 32n) | BigInt(IPI)).toString(16)}`, from)]
      : [lapic(0x310, (to << 24) >>> 0, from), lapic(0x300, 0x4000 | IPI, from)];
  const steps: readonly (() => JsonOp[])[] = [
    () => (hasIoapic ? [{ op: 'device', id: LINES[draw(2)]?.id, event: 'work' }] : []),
    () => [{ op: 'device', id: MESSAGES[draw(2)]?.id, event: 'work', vector: draw(2) }],
    () => [advance([100, 1_000, 5_000, 50_000][draw(4)] ?? 0)],
    () => [advance([1_000, 50_000][draw(2)] ?? 0)],
    () => ipi(any(), any()),
    () => [lapic(0x3e0, 0xb, 0), lapic(0x320, TIMER, 0), lapic(0x380, 1_000 + draw(20_000), 0)],
    () => [{ op: 'nmi', vcpu: any() }],
    () => entry(MESSAGES[draw(2)]?.id ?? 'blk', draw(2)),
    () => [{ op: 'msi', addr: 0xfee0_0000 + any() * 0x1000, data: IPI }],
    function raisesTpr() {
      const vcpu = any();
      return [{ op: 'set_cr8', vcpu, value: 8 }, advance(300), { op: 'set_cr8', vcpu, value: 0 }];
    },
    function isPreempted() {
      if (kind !== 'loop' && kind !== 'apicv') return [];
      const vcpu = any();
      return [{ op: 'schedule', vcpu, pcpu: null }, advance(2_000), { op: 'schedule', vcpu, pcpu: vcpu }];
    },
  ];
  return [
    {
      ...{ op: 'create', vcpus, irqchip: 'full', routing: 'qemu', ...MORE[kind] },
      devices: hasIoapic ? [...LINES, ...MESSAGES] : MESSAGES,
      // A guest that never sleeps: ops of a vCPU are instructions of it.
      guest: { idle: 'run', handlers },
    },
    ...(hasIoapic ? [0x21, 0xa1].map((port) => ({ op: 'pio_write', vcpu: 0, port, value: 0xff })) : []),
    ...(kind === 'x2apic'
      ? all.map((vcpu) => ({ op: 'wrmsr', vcpu, msr: 0x1b, value: vcpu === 0 ? 0xfee0_0d00 : 0xfee0_0c00 }))
      : []),
    ...all.map((vcpu) => lapic(0xf0, 0x1ff, vcpu)),
    ...(hasIoapic ? [...pin(11, 0x41), ...pin(20, 0x51)] : []),
    ...['blk', 'nvme'].flatMap((id) => [...entry(id, 0), ...entry(id, 1)]),
    ...['blk', 'nvme'].map((id) => ({ op: 'msix', id, entry: 0, field: 'capability', value: 0x8000 })),
    ...Array.from({ length: 20 + draw(120) }, () => steps[draw(steps.length)]?.() ?? []).flat(),
    // Half of them end with something on its way.
    ...(draw(2) === 0 ? [advance(2_000_000)] : []),
  ];
}

describe(`nothing is found where nothing is wrong (seed ${SEED})`, () => {
  test.each(KINDS)('%s', (kind) => {
    for (let n = 0; n < RUNS; n++) {
      const rng = createRng(SEED + n * 7919);
      const ops = runOf((below) => nextBelow(rng, below), kind);
      const reasoner = createReasoner();
      for (const op of ops) expect(reasoner.answer(op).error, JSON.stringify(op)).toBeUndefined();
      expect(reasoner.answer({ op: 'findings', all: 1 }), JSON.stringify(ops)).toEqual({ findings: [] });
    }
  });
});
