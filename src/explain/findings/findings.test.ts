/** Each rule on a small sick machine, and none of them on the healthy scenes. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bugScenes } from '../../cli/bug-scenes.ts';
import { createReasoner } from '../../cli/reason.ts';
import { presetFiles } from '../../cli/scenes-for-tests.ts';
import type { JsonOp } from '../../log/log.ts';
import { CITATIONS } from '../../spec/citations.ts';
import { findingsIn } from '../../worker/finding-run.ts';
import { writeLapic, writeRte } from '../guest-ops.ts';
import { RULES } from './index.ts';

const idsIn = (ops: readonly JsonOp[], all = false): string[] => [...new Set(findingsIn(ops, all).map(({ id }) => id))];

const scenes = presetFiles.map(({ id, ops }) => [id, ops as readonly JsonOp[]] as const);

/** Scenes that show something going wrong, and what. */
const SICK: Readonly<Record<string, readonly string[]>> = {
  'coalesced-lost': ['edge-unmasked-high', 'destination-nobody'],
  doorbells: ['irqfd-no-route'],
  'level-early-eoi': ['eoi-before-quiet'],
  'rte-write': ['edge-unmasked-high'],
};

describe('scenes', () => {
  test.each(scenes)('%s', (name, ops) => {
    expect(idsIn(ops, true)).toEqual(SICK[name.replace(/@.*$/, '')] ?? []);
  });
});

const out = (port: number, value: number): JsonOp => ({ op: 'pio_write', vcpu: 0, port, value });
const enable = (vcpu = 0): JsonOp => writeLapic(vcpu, false, 0xf0, 0x1ff);
const create = (more: JsonOp = {}, vcpus = 1): JsonOp[] => [
  { op: 'create', vcpus, irqchip: 'full', ...more },
  out(0x21, 0xff),
  out(0xa1, 0xff),
  ...Array.from({ length: vcpus }, (_, vcpu) => enable(vcpu)),
];
const line = (gsi: number, level: 0 | 1): JsonOp => ({ op: 'irq_line', gsi, level });
const rte = (pin: number, lo: number, hi = 0): JsonOp[] => [...writeRte(0, pin, 1, hi), ...writeRte(0, pin, 0, lo)];
const run: JsonOp = { op: 'run', vcpu: 0 };
const eoi: JsonOp = { op: 'eoi', vcpu: 0 };
const nop = (n: number): JsonOp[] => Array.from({ length: n }, () => ({ op: 'nop', vcpu: 0 }));
const guest = {
  guest: {
    idle: 'run',
    handlers: [
      { vector: 0x41, name: 'mine', ns: 5000, eoi: 'none' },
      { vector: 0x61, name: 'good', ns: 5000, eoi: 'apic' },
    ],
  },
};
const icws: JsonOp[] = [
  out(0x20, 0x11),
  out(0x21, 0x30),
  out(0x21, 4),
  out(0x21, 1),
  out(0xa0, 0x11),
  out(0xa1, 0x38),
  out(0xa1, 2),
  out(0xa1, 1),
  out(0x21, 0),
  out(0xa1, 0),
];
const advance: JsonOp = { op: 'advance', ns: 50_000 };

const DISK = { id: 'disk', kind: 'nvme', gsi: 24, msix: 1 };

/** A sick machine a rule: the finding, and the ops that make it so. */
const CASES: Readonly<Record<string, readonly JsonOp[]>> = {
  'remote-irr-stuck': [
    ...create(),
    ...rte(11, 0x8041),
    line(11, 1),
    { op: 'msi', addr: '0xfee00000', data: '0x41' },
    run,
    eoi,
    ...nop(14),
  ],
  'eoi-before-quiet': [...create(), ...rte(11, 0x8041), line(11, 1), run, eoi],
  'level-storm': [...create(), ...rte(11, 0x8041), line(11, 1), ...Array.from({ length: 60 }, () => [run, eoi]).flat()],
  'vector-below-16': [...create(), ...rte(11, 0x0005), line(11, 1)],
  'shared-vector': [...create(), ...rte(11, 0x8041), ...rte(10, 0x8041), ...nop(14)],
  'level-pulse-swallowed': [...create(), ...rte(11, 0x8041), line(11, 1), run, line(11, 0), line(11, 1), line(11, 0)],
  'destination-nobody': [...create(), ...rte(11, 0x0041, 0x0700_0000), line(11, 1)],
  'logical-clusters-ored': [
    ...create({}, 2),
    writeLapic(0, false, 0xe0, 0x0fff_ffff),
    writeLapic(1, false, 0xe0, 0x0fff_ffff),
    writeLapic(0, false, 0xd0, 0x1100_0000),
    writeLapic(1, false, 0xd0, 0x2100_0000),
    ...rte(11, 0x0841, 0x3100_0000),
  ],
  'masked-line-pending': [...create(), ...rte(11, 0x18041), line(11, 1), ...nop(14)],
  'edge-unmasked-high': [...create(), ...rte(11, 0x10041), line(11, 1), ...rte(11, 0x0041)],
  'isr-never-ended': [
    ...create(guest),
    ...rte(11, 0x0041),
    line(11, 1),
    advance,
    ...Array.from({ length: 14 }, () => advance),
  ],
  'tpr-left-high': [...create(), ...rte(11, 0x0041), { op: 'set_cr8', vcpu: 0, value: 9 }, line(11, 1), ...nop(14)],
  'if-off-irr-full': [
    ...create(guest),
    ...rte(11, 0x0061),
    { op: 'guest', vcpu: 0, rflagsIf: 0 },
    line(11, 1),
    ...Array.from({ length: 14 }, () => advance),
  ],
  'pic-isr-holds': [...create(), ...icws, line(3, 1), run, line(5, 1), ...nop(14)],
  'slave-eoi-without-master': [...create(), ...icws, line(10, 1), run, out(0xa0, 0x20), ...nop(14)],
  spurious: [...create(), ...icws, line(10, 1), out(0xa1, 0xff), run],
  'edge-clears-tmr': [...create(), ...rte(11, 0x8041), line(11, 1), { op: 'msi', addr: '0xfee00000', data: '0x41' }],
  'irqfd-no-route': [
    ...create(),
    { op: 'routing', entries: [{ gsi: 1, chip: 'ioapic', pin: 1 }] },
    { op: 'irqfd', gsi: 9, resample: 0 },
    { op: 'irqfd_signal', gsi: 9 },
  ],
  'lvt0-and-ioapic': [...create(), ...icws, ...rte(4, 0x0041), ...nop(14)],
  'deadline-not-armed': [...create(), { op: 'wrmsr', vcpu: 0, msr: '0x6e0', value: '0x1000' }],
  'no-handler': [...create(guest), ...rte(11, 0x0051), line(11, 1), advance],
  'sn-with-pir': [
    ...create({ apicv: true, postedInterrupts: true }),
    { op: 'vcpu_state', vcpu: 0, state: 'preempted' },
    { op: 'post', vcpu: 0, vector: 0x41 },
  ],
  'wakeup-vector-missing': [
    {
      op: 'create',
      vcpus: 1,
      apicv: true,
      devices: [DISK],
      quirks: ['a2486020a82e'],
      guest: { idle: 'halt', handlers: [] },
    },
    enable(),
    { op: 'advance', ns: 5_000 },
    ...['addr_lo', 'data', 'control', 'capability'].map((field, i) => ({
      op: 'msix',
      id: 'disk',
      entry: 0,
      field,
      value: [0xfee00000, 0x61, 0, 0x8000][i],
    })),
  ],
  'init-lost': [
    ...create({ guest: { handlers: [] }, quirks: ['66450a21f996'] }, 3),
    { op: 'msi', addr: '0xfee02000', data: '0x500' },
    { op: 'guest', vcpu: 2, halt: 1 },
    { op: 'msi', addr: '0xfee02000', data: '0x610' },
    advance,
  ],
  'injection-refused': [
    { op: 'create', vcpus: 2, irqchip: 'split' },
    enable(1),
    { op: 'extint', vcpu: 1, vector: 0x51 },
    { op: 'extint', vcpu: 1, vector: 0x61 },
  ],
  'pit-tick-dropped': [
    ...create({ pit: true, pitReinject: false, quirks: ['7dd0fdff145c'], ...guest }),
    ...rte(0, 0x0091),
    writeLapic(0, false, 0x350, 0x400),
    { op: 'guest', vcpu: 0, rflagsIf: 0 },
    out(0x43, 0x34),
    out(0x40, 0x00),
    out(0x40, 0x01),
    { op: 'msi', addr: '0xfee00000', data: '0x41' },
    { op: 'set_cr8', vcpu: 0, value: 15 },
    { op: 'advance', ns: 1_000_000 },
  ],
  'restore-order': [
    ...create(),
    { op: 'save', what: 'lapic', vcpu: 0, as: 'a' },
    { op: 'save', what: 'msrs', vcpu: 0, as: 'b' },
    { op: 'restore', what: 'lapic', vcpu: 0, from: 'a' },
    { op: 'restore', what: 'msrs', vcpu: 0, from: 'b' },
  ],
};

describe('small sick machines', () => {
  test.each(Object.entries(CASES))('%s', (id, ops) => {
    expect(idsIn(ops), JSON.stringify(findingsIn(ops, true))).toContain(id);
  });
});

describe('rules', () => {
  test('have a sick machine or a real bug each', () => {
    const bugs = bugScenes(join(import.meta.dirname, '../../..')).map(({ bug }) => bug.finding);
    const shown = new Set([...Object.keys(CASES), ...Object.values(SICK).flat(), ...bugs]);
    expect(RULES.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  test('have ids of their own, in kebab case, and cites that exist', () => {
    expect(new Set(RULES.map(({ id }) => id)).size).toBe(RULES.length);
    for (const { id, cites } of RULES) {
      expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      for (const cite of cites) expect(CITATIONS, id).toHaveProperty([cite]);
    }
  });
});

test('asked as an op: what is there now, and everything of the run', () => {
  const reasoner = createReasoner();
  for (const op of [...create(), ...rte(11, 0x18041), line(11, 1), ...nop(14), line(11, 0)]) reasoner.answer(op);
  expect(reasoner.answer({ op: 'findings' }).findings).toEqual([]);
  expect(reasoner.answer({ op: 'findings', all: 1 }).findings).toMatchObject([
    {
      id: 'masked-line-pending',
      severity: 'note',
      at: 'ioapic:0.redirLo[11]',
      params: { pin: 11, vector: 0x41 },
      since: { op: 'irq_line' },
      cites: ['ioapic.rte'],
    },
  ]);
  expect(reasoner.answer({ op: 'findings', all: 7 }).error).toContain('op.range');
});
