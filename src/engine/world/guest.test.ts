import { describe, expect, test } from 'vitest';
import type { EventName } from '../../spec/events/index.ts';
import {
  advance,
  apic,
  apicRead,
  type Bench,
  bench,
  enable,
  ipi,
  type JsonOp,
  msi,
  picInit,
  picOff,
  pio,
  pulse,
  rte,
  settle,
} from '../test-bench.ts';

const flags = (fields: object): JsonOp => ({ op: 'guest', vcpu: 0, ...fields });
const NET = { vector: 0x31, name: 'net', ns: 1000 };
const DISK = { vector: 0x51, name: 'disk', ns: 2000 };
const ready = (handlers: readonly object[] = [NET, DISK], create: Readonly<Record<string, unknown>> = {}): Bench => {
  const b = bench({ guest: { handlers, idle: 'halt' }, ...create });
  b.do(picOff, ...Array.from({ length: b.m.vcpus }, (_, vcpu) => enable(vcpu)), settle);
  b.events();
  return b;
};
const ran = (b: Bench): string[] => b.eventsOf('handler_enter', 'handler_exit').map((e) => e.replace(/ -1$/, ''));

describe('an interrupt', () => {
  test('wakes the vCPU, is injected, handled and ended, and the vCPU halts again', () => {
    const b = ready();
    b.do(msi(0x31), settle);
    expect(ran(b)).toEqual(['handler_enter 49 1', 'handler_exit 49 0']);
    expect(b.state('vcpu0', 'apic0', 'time')).toEqual([
      'time 1000',
      'apic0 id 0 xapic on tpr 00 ppr 00 irr - isr - tmr -',
      'vcpu0 halted',
    ]);
  });

  test('waits behind one of a higher class', () => {
    const b = ready();
    b.do(msi(0x31), msi(0x51), settle);
    expect(ran(b)).toEqual(['handler_enter 81 1', 'handler_exit 81 0', 'handler_enter 49 1', 'handler_exit 49 0']);
  });

  test('nests where the handler lets it, and the outer one ends that much later', () => {
    const b = ready([{ ...NET, nests: true }, DISK]);
    b.do(msi(0x31), advance(400), msi(0x51), advance(100));
    expect(b.state('vcpu0', 'apic0')).toEqual([
      'apic0 id 0 xapic on tpr 00 ppr 50 irr - isr 31 51 tmr -',
      'vcpu0 handlers 31 51',
    ]);
    b.do(settle);
    expect(b.state('time')).toEqual(['time 3000']);
    expect(ran(b)).toEqual(['handler_enter 49 1', 'handler_enter 81 2', 'handler_exit 81 1', 'handler_exit 49 0']);
  });

  test('of the same class does not nest', () => {
    const b = ready([
      { ...NET, nests: true },
      { ...DISK, vector: 0x39 },
    ]);
    b.do(msi(0x31), advance(400), msi(0x39), advance(100));
    expect(b.state('vcpu0')).toEqual(['vcpu0 handlers 31']);
  });

  test('without a handler is acknowledged and forgotten', () => {
    const b = ready();
    b.do(msi(0x99), settle);
    expect(b.state('apic0', 'time')).toEqual(['time 1000', 'apic0 id 0 xapic on tpr 00 ppr 00 irr - isr - tmr -']);
  });

  test('whose handler forgets the EOI keeps its class blocked', () => {
    const b = ready([{ ...NET, eoi: 'none' }]);
    b.do(msi(0x31), settle, msi(0x31), settle);
    expect(b.state('apic0')[0]).toContain('irr 31 isr 31');
  });

  test('handlers nest eight deep at most', () => {
    const handlers = Array.from({ length: 10 }, (_, i) => ({
      vector: 0x31 + i * 16,
      name: `h${i}`,
      ns: 1000,
      nests: true,
    }));
    const b = ready(handlers);
    for (const { vector } of handlers) b.do(msi(vector), advance(1));
    expect(b.state('vcpu0')[0]?.split(' ').length).toBe(2 + 8);
    b.do(settle);
    expect(b.state('vcpu0', 'apic0')).toEqual(['apic0 id 0 xapic on tpr 00 ppr 00 irr - isr - tmr -', 'vcpu0 halted']);
  });
});

describe('what holds it', () => {
  test.each<[name: string, close: JsonOp, reason: number, open: JsonOp]>([
    ['RFLAGS.IF', flags({ rflagsIf: 0 }), 0, flags({ rflagsIf: 1 })],
    ['an interrupt shadow', flags({ shadow: 1 }), 1, flags({ shadow: 0 })],
    ['PPR', apic(0x80, 0xf0), 2, apic(0x80, 0)],
  ])('%s, told with its reason', (_name, close, reason, open) => {
    const b = ready([NET], { guest: { handlers: [NET], idle: 'run' } });
    b.do(close, settle);
    b.events();
    b.do(msi(0x31), settle);
    expect(b.eventsOf('inject_held').at(-1)).toMatch(new RegExp(`^inject_held ${reason} ${0x31} `));
    expect(b.state('apic0')[0]).toContain('irr 31 isr -');
    b.do(open, settle);
    expect(ran(b)).toEqual(['handler_enter 49 1', 'handler_exit 49 0']);
  });
});

describe('NMI', () => {
  test('is taken with IF=0', () => {
    const b = ready();
    b.do(flags({ rflagsIf: 0 }), { op: 'nmi', vcpu: 0 }, settle);
    expect(ran(b)).toEqual(['handler_enter 2 1', 'handler_exit 2 0']);
  });

  /** The second one stayed pending: nothing looked again after the IRET. */
  test('two queued are taken one after the other', () => {
    const b = ready();
    b.do({ op: 'nmi', vcpu: 0 }, { op: 'nmi', vcpu: 0 }, settle);
    expect(ran(b)).toEqual(['handler_enter 2 1', 'handler_exit 2 0', 'handler_enter 2 1', 'handler_exit 2 0']);
    expect(b.state('vcpu0')).toEqual(['vcpu0 halted']);
  });
});

/** A guest op's own entry used up the request to look for events, and the interrupt was never taken. */
test('an op on the vCPU leaves what waits for the guest', () => {
  const b = ready();
  b.do(msi(0x31), apicRead(0x20), { op: 'nop', vcpu: 0 }, settle);
  expect(ran(b)).toEqual(['handler_enter 49 1', 'handler_exit 49 0']);
});

test('an op on the vCPU leaves an NMI for the handler', () => {
  const b = ready();
  b.do({ op: 'nmi', vcpu: 0 });
  expect(b.do(apicRead(0x30))).toEqual({ value: '0x50014' });
  b.do(settle);
  expect(ran(b)).toEqual(['handler_enter 2 1', 'handler_exit 2 0']);
});

test('a vCPU that waits for SIPI neither runs nor halts', () => {
  const b = ready([NET], { vcpus: 2 });
  b.do(ipi(0x500, 1), settle, msi(0x31, { dest: 1 }), settle);
  expect(b.events()).not.toContain('guest_halt');
  expect(b.state('vcpu1')).toEqual(['vcpu1 waits for SIPI']);
});

test('vCPUs run at the same time', () => {
  const b = ready([NET], { vcpus: 2 });
  b.do(msi(0x31, { dest: 0xff }), settle);
  expect(b.state('time')).toEqual(['time 1000']);
});

describe('the whole way', () => {
  const story = (b: Bench): EventName[] => b.events().filter((name) => name !== 'guest_wake' && name !== 'guest_halt');

  test('serial, an edge on an IOAPIC pin', () => {
    const b = ready([{ vector: 0x34, name: 'serial', ns: 1000, devices: ['uart'] }], {
      devices: [{ id: 'uart', kind: 'serial', gsi: 4 }],
    });
    b.do(rte(4, 0x34), settle);
    b.events();
    b.do({ op: 'device', id: 'uart', event: 'work' }, settle);
    expect(story(b)).toMatchInlineSnapshot(`
      [
        "device_event",
        "device_raise",
        "ioctl_irq_line",
        "kvm_set_irq",
        "route",
        "ioapic_line",
        "ioapic_service",
        "kvm_irq_delivery_to_apic",
        "kvm_apic_accept_irq",
        "irr_set",
        "kick",
        "route",
        "pic_line",
        "pic_masked",
        "apic_ack",
        "kvm_inj_virq",
        "handler_enter",
        "device_quiet",
        "device_raise",
        "ioctl_irq_line",
        "kvm_set_irq",
        "route",
        "ioapic_line",
        "route",
        "pic_line",
        "kvm_apic_write",
        "kvm_eoi",
        "handler_exit",
      ]
    `);
  });

  test('INTx shared by two devices, level', () => {
    const b = ready([{ vector: 0x3b, name: 'intx', ns: 1000, devices: ['net', 'uart'] }], {
      devices: [
        { id: 'net', kind: 'virtio-net', gsi: 11 },
        { id: 'uart', kind: 'serial', gsi: 11 },
      ],
    });
    b.do(rte(11, 0x3b, { level: true }), settle);
    b.events();
    b.do({ op: 'device', id: 'net', event: 'work' }, { op: 'device', id: 'uart', event: 'work' }, settle);
    expect(story(b)).toMatchInlineSnapshot(`
      [
        "device_event",
        "device_raise",
        "ioctl_irq_line",
        "kvm_set_irq",
        "route",
        "ioapic_line",
        "ioapic_service",
        "kvm_irq_delivery_to_apic",
        "kvm_apic_accept_irq",
        "irr_set",
        "kick",
        "route",
        "pic_line",
        "pic_masked",
        "device_event",
        "device_raise",
        "apic_ack",
        "kvm_inj_virq",
        "handler_enter",
        "device_quiet",
        "device_raise",
        "device_quiet",
        "device_raise",
        "ioctl_irq_line",
        "kvm_set_irq",
        "route",
        "ioapic_line",
        "route",
        "pic_line",
        "kvm_apic_write",
        "kvm_eoi",
        "ioapic_update_eoi",
        "kvm_ack_irq",
        "handler_exit",
      ]
    `);
  });

  test('MSI-X of a disk, through an irqfd', () => {
    const b = ready([{ vector: 0x51, name: 'disk', ns: 1000, devices: ['blk'] }], {
      devices: [{ id: 'blk', kind: 'virtio-blk', gsi: 40, msix: 1 }],
    });
    const msix = (field: string, value: number) => ({ op: 'msix', id: 'blk', entry: 0, field, value });
    b.do(msix('addr_lo', 0xfee00000), msix('data', 0x51), msix('control', 0), msix('capability', 0x8000), settle);
    b.events();
    b.do({ op: 'device', id: 'blk', event: 'work' }, settle);
    expect(story(b)).toMatchInlineSnapshot(`
      [
        "device_event",
        "irqfd_wakeup",
        "kvm_msi_set_irq",
        "kvm_apic_accept_irq",
        "irr_set",
        "kick",
        "apic_ack",
        "kvm_inj_virq",
        "handler_enter",
        "device_quiet",
        "kvm_apic_write",
        "kvm_eoi",
        "handler_exit",
      ]
    `);
  });

  test('a timer tick through the PIC as ExtINT', () => {
    const b = bench({
      pit: true,
      guest: { handlers: [{ vector: 0x20, name: 'timer', ns: 1000, eoi: 'pic' }], idle: 'halt' },
    });
    b.do(picInit(), pio(0x43, 0x34), pio(0x40, 0xa9), pio(0x40, 4), settle);
    b.events();
    b.do(advance(1_100_000));
    expect(story(b)).toMatchInlineSnapshot(`
      [
        "pit_tick",
        "pit_do_work",
        "kvm_set_irq",
        "route",
        "ioapic_line",
        "ioapic_masked",
        "route",
        "pic_line",
        "pic_output",
        "pic_wakeup",
        "kick",
        "kvm_set_irq",
        "route",
        "ioapic_line",
        "route",
        "pic_line",
        "pic_inta",
        "extint_ack",
        "kvm_inj_virq",
        "handler_enter",
        "pic_write",
        "pic_eoi",
        "kvm_ack_irq",
        "pit_ack",
        "handler_exit",
      ]
    `);
    expect(b.state('pic0', 'pit', 'vcpu0')).toEqual([
      'pic0 irr 00 imr 00 isr 00 base 20',
      'pit count 1193 pending 0 acked',
      'vcpu0 halted',
    ]);
  });

  test('an IPI to a vCPU in HLT', () => {
    const b = ready([{ vector: 0xfd, name: 'reschedule', ns: 1000 }], { vcpus: 2 });
    b.do(ipi(0xfd, 1), settle);
    expect(story(b)).toMatchInlineSnapshot(`
      [
        "kvm_apic_write",
        "kvm_apic_write",
        "kvm_apic_ipi",
        "kvm_irq_delivery_to_apic",
        "kvm_apic_accept_irq",
        "irr_set",
        "kick",
        "apic_ack",
        "kvm_inj_virq",
        "handler_enter",
        "kvm_apic_write",
        "kvm_eoi",
        "handler_exit",
      ]
    `);
  });
});

test('a slave pin is ended at both chips', () => {
  const b = bench({ guest: { handlers: [{ vector: 0x2a, name: 'irq10', ns: 1000, eoi: 'pic-slave' }], idle: 'halt' } });
  b.do(picInit(), pulse(10), settle);
  expect(b.state('pic')).toEqual(['pic0 irr 00 imr 00 isr 00 base 20', 'pic1 irr 00 imr 00 isr 00 base 28']);
});
