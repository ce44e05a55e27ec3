/**
 * A gate is said once: what it looks at is what it says it reads, what opens it opens it, what closes it closes it, and the stage
 * lights its bits because the gate reads them. Looked at on every preset, after every op.
 */

import { describe, expect, test } from 'vitest';
import { portion } from '../../cli/portion.ts';
import { presetFiles } from '../../cli/scenes-for-tests.ts';
import { createSession } from '../../engine/machine/session.ts';
import { type MachineView, rteView } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import '../locate/all.ts';
import { type EventName, eventRow } from '../../spec/events/index.ts';
import { KERNEL_VERSIONS, placeAt } from '../../spec/kernel/functions.ts';
import { DEVICE_LOCATORS } from '../locate/device.ts';
import { happeningOf, litOf, locatorOf } from '../locate/index.ts';
import { IOAPIC_LOCATORS } from '../locate/ioapic.ts';
import { LAPIC_LOCATORS } from '../locate/lapic.ts';
import { PIC_LOCATORS } from '../locate/pic.ts';
import { ROUTING_LOCATORS } from '../locate/routing.ts';
import { VCPU_LOCATORS } from '../locate/vcpu.ts';
import { closeNow, openNow, type Way, wayOf } from './gate.ts';
import { GATES, gateOf } from './index.ts';
import { vcpusFor } from './match.ts';
import { gatesSaidBy } from './rows.ts';
import { GATE_SOURCES, OUTSIDE_KVM } from './sources.ts';

/** Carries the ops out and looks after each. @returns the machine at the end */
function run(ops: readonly JsonOp[], look: (view: MachineView) => void = () => {}): MachineView {
  const session = createSession();
  for (const op of ops) {
    session.answer(op);
    if (session.machine !== null) look(session.machine);
  }
  if (session.machine === null) throw new Error('no machine');
  return session.machine;
}

/** Ways through a machine: each pin of its chips, each MSI-X vector, each vCPU with a vector. */
function* waysOf(view: MachineView): Generator<Way> {
  const split = view.config.irqchip === 'split';
  for (let pin = 0; pin < 24 && !split; pin++) {
    const { vector, dest, logical, deliveryMode: mode, level } = rteView(view, pin);
    const vcpus = vcpusFor(view, dest, logical);
    yield wayOf({
      gsi: pin,
      ioapicPin: pin,
      vector,
      vcpus,
      vcpu: vcpus[0] ?? 0,
      message: { dest, logical, mode, level },
    });
    if (pin < 16) yield wayOf({ gsi: pin, picPin: pin, vector: pin, vcpus: [0] });
  }
  for (const [slot, device] of (view.config.devices ?? []).entries())
    for (let entry = 0; entry < (device.msix ?? 0); entry++)
      yield wayOf({ gsi: device.gsi + entry, msix: { slot, entry }, vector: 0x41, vcpus: [0] });
  for (let vcpu = 0; vcpu < view.wordMap.vcpus; vcpu++) {
    const message = { dest: vcpu, logical: false, mode: 0, level: false };
    for (const vector of [0x20, 0x41, 0xf1]) yield wayOf({ vector, message, vcpus: [vcpu], vcpu });
  }
}

/** Registers that the stage shows as a field of its own, with what of them; others it does not show. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  'ioapic.lines.sources': ['source.line'],
  'pic.lines.sources': ['source.line'],
  'vm.routes': ['route.chips'],
  'pic.imr': ['pic.imr'],
  'pic.isr': ['pic.isr'],
  'pic.output': ['pic.output', 'vcpu.inject'],
  'ioapic.irr': ['rte.line'],
  'ioapic.redirLo.mask': ['rte.mask'],
  'ioapic.redirLo.remoteIrr': ['rte.remoteIrr'],
  'ioapic.redirLo.vector': ['rte.vector'],
  'ioapic.redirHi.dest': ['rte.dest'],
  'lapic.svr.softwareEnable': ['lapic.enabled'],
  'lapic.baseLo.enable': ['lapic.enabled'],
  'lapic.tpr': ['lapic.ppr'],
  'lapic.isr': ['lapic.isr', 'lapic.ppr'],
  'lapic.irr': ['lapic.irr', 'vcpu.inject'],
  'piDesc.sn': ['desc.sn'],
  'piDesc.on': ['desc.on'],
  'device.irte': ['irte'],
  'vcpu.rflagsIf': ['vcpu.if'],
  'vcpu.shadow': ['vcpu.shadow'],
  'vcpu.nmiMasked': ['vcpu.nmi'],
  'vcpu.nmiPending': ['vcpu.inject'],
  'vcpu.halted': ['vcpu.state'],
  'vcpu.preempted': ['vcpu.state'],
  'vcpu.mpState': ['vcpu.state'],
  'vcpu.mode': ['vcpu.mode'],
};

const registerOf = (at: string): string => at.replace(/^(\w+):\d+\./, '$1.').replace(/\[\d+\]$/, '');

test.each(presetFiles.map((file) => [file.id, file] as const))(
  '%s: a gate looks at what it says it reads',
  (id, { ops }) => {
    const strange = new Set<string>();
    // After each op one way in four, each time others.
    let looks = 0;
    run(ops as readonly JsonOp[], (view) => {
      for (const way of portion(waysOf(view), 4, `${id} ${looks++}`))
        for (const gate of GATES) {
          const seen = gate.look(view, way);
          if (seen === null) continue;
          const register = registerOf(seen.at);
          const fields = FIELDS[`${register}.${seen.bits}`] ?? FIELDS[register];
          if (fields !== undefined && !gate.reads.some((field) => fields.includes(field)))
            strange.add(`${gate.id}: ${register}.${seen.bits}`);
        }
    });
    expect([...strange]).toEqual([]);
  },
);

describe('what closes a gate closes it, and what opens it opens it again', () => {
  const guest = { idle: 'run', handlers: [{ vector: 0x41, name: 'mine', ns: 5000, eoi: 'apic' }] };
  const plain: JsonOp[] = [
    { op: 'create', vcpus: 2, irqchip: 'full' },
    ...[0, 1].map((vcpu) => ({ op: 'mmio_write', vcpu, addr: '0xfee000f0', size: 4, value: '0x1ff' })),
    { op: 'mmio_write', vcpu: 0, addr: '0xfee00350', size: 4, value: '0x700' },
  ];
  const runs: JsonOp[] = [
    { op: 'create', vcpus: 2, irqchip: 'full', runLoop: 'vmx', guest },
    { op: 'advance', ns: 1000 },
  ];
  const message = { dest: 1, logical: false, mode: 0, level: false };
  const cases: readonly (readonly [id: string, ops: readonly JsonOp[], way: Partial<Way>])[] = [
    [
      'ioapic-mask',
      [...plain, ...openNow(gateOf('ioapic-mask'), run(plain), wayOf({ ioapicPin: 4 }))],
      { ioapicPin: 4 },
    ],
    ['pic-mask', plain, { picPin: 3 }],
    ['pic-mask', plain, { picPin: 11 }],
    ['pic-lint', plain, { picPin: 3, vcpu: 0 }],
    ['apic-disabled', plain, { vcpu: 1, message }],
    ['route', plain, { gsi: 9 }],
    ['ppr', plain, { vcpu: 1, vector: 0x41 }],
    ['if', [{ op: 'create', vcpus: 2, irqchip: 'full', guest }], { vcpu: 1 }],
    ['vcpu-blocked', runs, { vcpu: 1 }],
    ['vcpu-preempted', runs, { vcpu: 1 }],
  ];

  test.each(cases)('%s', (id, ops, known) => {
    const gate = gateOf(id);
    const way = wayOf(known);
    const closedAfter = (list: readonly JsonOp[]): boolean => gate.look(run(list), way)?.closed === true;
    expect(closedAfter(ops)).toBe(false);
    const closed = [...ops, ...closeNow(gate, run(ops), way)];
    expect(closedAfter(closed)).toBe(true);
    const opened = gate.opens(run(closed), way).filter((list) => !closedAfter([...closed, ...list]));
    expect(opened.length).toBeGreaterThan(0);
  });

  test('every gate that can be closed is tried', () => {
    const closable = GATES.filter(({ closes }) => closes !== undefined).map(({ id }) => id);
    expect([...new Set(cases.map(([id]) => id))].sort()).toEqual(closable.sort());
  });
});

describe('the stage lights what the gate reads', () => {
  const lit = (name: EventName, reason = 0): readonly string[] => {
    const locator = locatorOf(name);
    if (locator === null) throw new Error(`${name} has no place`);
    const at = Object.entries(eventRow(name).args).findIndex(
      ([, kind]) => typeof kind === 'object' && 'reason' in kind,
    );
    const args = [0, 0, 0, 0].map((_, i) => (i === at ? reason : 0)) as [number, number, number, number];
    return litOf(locator, happeningOf({ name, where: 0, args }));
  };

  test('at the events that say one held it back', () => {
    expect(lit('ioapic_masked')).toEqual(['rte.mask']);
    expect(lit('ioapic_remote_irr')).toEqual(['rte.trig', 'rte.remoteIrr']);
    expect(lit('pic_masked')).toEqual(['pic.imr']);
    expect(lit('no_route')).toEqual(['route.chips']);
    expect(lit('pic_nobody')).toEqual(['pic.output']);
    expect(lit('accept_disabled')).toEqual(['lapic.enabled']);
    expect(lit('vtd_suppressed')).toEqual(['desc.sn']);
    expect([0, 1, 2, 3, 4].map((reason) => lit('inject_held', reason))).toEqual([
      ['vcpu.if'],
      ['vcpu.shadow'],
      ['lapic.ppr'],
      ['vcpu.inject'],
      [],
    ]);
    expect([0, 1, 2].map((reason) => lit('vid_held', reason))).toEqual([['vcpu.if'], ['vcpu.shadow'], ['lapic.ppr']]);
  });

  test('a reason that a gate names is one of its event', () => {
    for (const gate of GATES)
      for (const [name, reason] of Object.entries(gate.events ?? {})) {
        const words = Object.values(eventRow(name as EventName).args).flatMap((kind) =>
          typeof kind === 'object' && 'reason' in kind ? kind.reason : [],
        );
        if (reason !== null) expect(words, `${gate.id} ${name}`).toContain(reason);
      }
  });

  test('no table of locators says it a second time', () => {
    const tables = {
      ...DEVICE_LOCATORS,
      ...ROUTING_LOCATORS,
      ...PIC_LOCATORS,
      ...IOAPIC_LOCATORS,
      ...LAPIC_LOCATORS,
      ...VCPU_LOCATORS,
    };
    const twice = Object.entries(tables).filter(
      ([name, row]) => gatesSaidBy(name as EventName).length > 0 && row !== null && 'lit' in row,
    );
    expect(twice).toEqual([]);
  });
});

test('each gate names the function of the kernel that decides about it, but for those outside KVM', () => {
  expect([...Object.keys(GATE_SOURCES), ...OUTSIDE_KVM].sort()).toEqual(GATES.map(({ id }) => id).sort());
  for (const version of KERNEL_VERSIONS)
    for (const [id, fn] of Object.entries(GATE_SOURCES))
      expect(placeAt(fn, version), `${id} at ${version}`).not.toBeNull();
});
