/** The VMM's own chips: the same device story reaches the handler whoever owns the IOAPIC or the 8259. */
import { describe, expect, test } from 'vitest';
import { EVENT_NAMES, type EventName } from '../../spec/events/index.ts';
import '../../spec/events/all.ts';
import { COL, ROW } from '../core/log.ts';
import type { Machine } from '../core/machine.ts';
import { createSession, type Session } from '../machine/session.ts';
import { rteView } from '../view/machine-view.ts';

type Json = Readonly<Record<string, unknown>>;

const write = (addr: string, value: string, vcpu = 0): Json => ({ op: 'mmio_write', vcpu, addr, value, size: 4 });
const out = (port: string, value: string): Json => ({ op: 'pio_write', vcpu: 0, port, value });
const rte = (pin: number, low: string): Json[] => [
  write('0xfec00000', `0x${(0x11 + 2 * pin).toString(16)}`),
  write('0xfec00010', '0x0'),
  write('0xfec00000', `0x${(0x10 + 2 * pin).toString(16)}`),
  write('0xfec00010', low),
];
const PIC_OFF = [out('0x21', '0xff'), out('0xa1', '0xff')];
/** ICW1 to ICW4: master from 0x20, slave from 0x28. */
const PIC_INIT = [
  ...[out('0x20', '0x11'), out('0x21', '0x20'), out('0x21', '0x4'), out('0x21', '0x1')],
  ...[out('0xa0', '0x11'), out('0xa1', '0x28'), out('0xa1', '0x2'), out('0xa1', '0x1')],
  ...[out('0x21', '0x0'), out('0xa1', '0x0')],
];

function machine(irqchip: string, handlers: readonly Json[], ops: readonly Json[], more: Json = {}): Session {
  const session = createSession();
  const devices = [
    { id: 'net', kind: 'virtio-net', gsi: 11 },
    { id: 'uart', kind: 'serial', gsi: 4 },
  ];
  session.answerOrThrow({ op: 'create', vcpus: 1, irqchip, devices, guest: { handlers }, ...more });
  for (const op of ops) session.answerOrThrow(op);
  return session;
}

/** Names of the events since the last call. */
function events({ machine: m }: Session): EventName[] {
  const log = (m as Machine).log;
  const names: EventName[] = [];
  for (let at = 0; at < log.used; at += ROW) {
    const name = EVENT_NAMES[log.rows[at + COL.code] as number];
    if (name !== undefined) names.push(name);
  }
  log.used = 0;
  return names;
}

const LEVEL = { vector: '0x3b', name: 'net', ns: 2000, devices: ['net'] };
const LEVEL_SETUP = [...PIC_OFF, write('0xfee000f0', '0x1ff'), ...rte(11, '0x803b'), { op: 'settle' }];
const STORY = [
  { op: 'device', id: 'net', event: 'work' },
  { op: 'advance', ns: 5000 },
];

describe.each(['full', 'split'])('a level device with a %s irqchip', (irqchip) => {
  test('reaches its handler, and its EOI clears remote IRR', () => {
    const session = machine(irqchip, [LEVEL], LEVEL_SETUP);
    events(session);
    for (const op of STORY) session.answerOrThrow(op);
    const told = events(session);
    expect(told).toContain('handler_enter');
    expect(told).toContain('handler_exit');
    expect(told.filter((name) => name === 'handler_enter')).toHaveLength(1);
    expect(rteView(session.machine as Machine, 11).remoteIrr).toBe(false);
  });

  test('a line that nobody quiets is sent again at the EOI', () => {
    const session = machine(irqchip, [{ ...LEVEL, devices: [] }], LEVEL_SETUP);
    events(session);
    session.answerOrThrow(STORY[0]);
    session.answerOrThrow({ op: 'advance', ns: 5000 });
    expect(events(session).filter((name) => name === 'handler_enter').length).toBeGreaterThan(1);
  });
});

test('split: the RTE is a route, the EOI an exit, remote IRR a bit of the VMM’s', () => {
  const session = machine('split', [LEVEL], LEVEL_SETUP);
  expect(session.machine?.routeTables.at(-1)?.entries).toMatchObject([{ gsi: 11, data: 0x803b }]);
  events(session);
  session.answerOrThrow(STORY[0]);
  expect(rteView(session.machine as Machine, 11).remoteIrr).toBe(true);
  session.answerOrThrow(STORY[1]);
  expect(events(session)).toEqual(expect.arrayContaining(['vmm_line', 'kvm_msi_set_irq', 'eoi_exit', 'vmm_eoi']));
});

test('split: a masked RTE keeps the route it had; an edge at a masked pin is lost', () => {
  const session = machine(
    'split',
    [{ vector: '0x34', name: 'uart', ns: 1000, devices: ['uart'] }],
    [...PIC_OFF, write('0xfee000f0', '0x1ff'), ...rte(4, '0x34'), ...rte(4, '0x10034'), { op: 'settle' }],
  );
  expect(session.machine?.routeTables.at(-1)?.entries).toMatchObject([{ gsi: 4, data: 0x34 }]);
  events(session);
  session.answerOrThrow({ op: 'device', id: 'uart', event: 'work' });
  session.answerOrThrow({ op: 'advance', ns: 3000 });
  expect(events(session)).not.toContain('handler_enter');
});

describe.each(['split', 'none'])('the VMM’s 8259 with irqchip %s', (irqchip) => {
  const handler = { vector: '0x24', name: 'uart', ns: 1000, devices: ['uart'], eoi: 'pic' };

  test('its vector comes in by KVM_INTERRUPT', () => {
    const session = machine(irqchip, [handler], [...PIC_INIT, { op: 'settle' }]);
    events(session);
    session.answerOrThrow({ op: 'device', id: 'uart', event: 'work' });
    session.answerOrThrow({ op: 'advance', ns: 3000 });
    expect(events(session)).toEqual(expect.arrayContaining(['ioctl_interrupt', 'handler_enter', 'handler_exit']));
  });

  test('with IF=0 it waits for the window', () => {
    const session = machine(irqchip, [handler], [...PIC_INIT, { op: 'guest', vcpu: 0, rflagsIf: 0 }]);
    events(session);
    session.answerOrThrow({ op: 'device', id: 'uart', event: 'work' });
    session.answerOrThrow({ op: 'advance', ns: 3000 });
    expect(events(session)).not.toContain('ioctl_interrupt');
    session.answerOrThrow({ op: 'guest', vcpu: 0, rflagsIf: 1 });
    session.answerOrThrow({ op: 'advance', ns: 3000 });
    const told = events(session);
    expect(told.indexOf('userspace_exit')).toBeLessThan(told.indexOf('ioctl_interrupt'));
    expect(told).toContain('handler_enter');
  });
});

test('a machine without a model guest has no VMM: its exits are answered with 0', () => {
  const session = createSession();
  session.answerOrThrow({ op: 'create', vcpus: 1, irqchip: 'split' });
  session.answerOrThrow(write('0xfec00000', '0x12'));
  expect(session.answer({ op: 'mmio_read', vcpu: 0, addr: '0xfec00000', size: 4 })).toMatchObject({ value: '0x0' });
});
