import { describe, expect, test } from 'vitest';
import { type Bench, bench, enable, type JsonOp, line, pulse } from '../test-bench.ts';

const EINVAL = { rc: -1, errno: 22 };
const OK = { rc: 0 };
const MSI = { msi_addr: 0xfee00000, msi_data: 0x41 };
const routing = (...entries: readonly object[]): JsonOp => ({ op: 'routing', entries });

/** chip and pin of each route the op walked, in order. */
const walked = (b: Bench, op: JsonOp): string[] => {
  b.events();
  b.do(op);
  return b
    .eventsOf('route')
    .map((route) => route.split(' '))
    .map(([, , chip, pin]) => `${['pic0', 'pic1', 'ioapic', 'msi'][Number(chip)]} ${pin}`);
};

describe('the table at creation', () => {
  test.each<[name: string, create: object, gsi: number, routes: string[]]>([
    ['KVM: a low GSI is on both chips, IOAPIC first', {}, 4, ['ioapic 4', 'pic0 4']],
    ['KVM: 8 to 15 are the slave', {}, 12, ['ioapic 12', 'pic1 12']],
    ['KVM: 16 to 23 are the IOAPIC alone', {}, 20, ['ioapic 20']],
    ['KVM: 24 is nothing', {}, 24, []],
    ['QEMU: PIC first', { routing: 'qemu' }, 4, ['pic0 4', 'ioapic 4']],
    ['QEMU: GSI 0 is pin 2 of the IOAPIC', { routing: 'qemu' }, 0, ['pic0 0', 'ioapic 2']],
    ['QEMU: GSI 2 is nothing', { routing: 'qemu' }, 2, []],
    ['split: empty', { irqchip: 'split' }, 4, []],
  ])('%s', (_name, create, gsi, routes) => {
    expect(walked(bench({ ...create }), line(gsi, 1))).toEqual(routes);
  });

  test('a GSI without a route answers -1', () => {
    const b = bench();
    expect(b.do(line(24, 1))).toEqual({ status: -1 });
    expect(b.events()).toContain('no_route');
  });
});

test.each<[name: string, entries: object[], answer: object, create?: object]>([
  ['an empty table is valid', [], OK],
  [
    'one GSI on two chips',
    [
      { gsi: 3, chip: 'pic0', pin: 3 },
      { gsi: 3, chip: 'ioapic', pin: 7 },
    ],
    OK,
  ],
  [
    'one GSI twice on the same chip',
    [
      { gsi: 3, chip: 'ioapic', pin: 3 },
      { gsi: 3, chip: 'ioapic', pin: 7 },
    ],
    EINVAL,
  ],
  [
    'an MSI beside a chip',
    [
      { gsi: 3, chip: 'ioapic', pin: 3 },
      { gsi: 3, ...MSI },
    ],
    EINVAL,
  ],
  [
    'two MSIs on one GSI',
    [
      { gsi: 3, ...MSI },
      { gsi: 3, ...MSI },
    ],
    EINVAL,
  ],
  [
    'two GSIs on one pin',
    [
      { gsi: 3, chip: 'ioapic', pin: 7 },
      { gsi: 4, chip: 'ioapic', pin: 7 },
    ],
    OK,
  ],
  ['the last GSI', [{ gsi: 4095, ...MSI }], OK],
  ['a GSI past it', [{ gsi: 4096, ...MSI }], EINVAL],
  ['the last pin of the IOAPIC', [{ gsi: 3, chip: 'ioapic', pin: 23 }], OK],
  ['a pin past it', [{ gsi: 3, chip: 'ioapic', pin: 24 }], EINVAL],
  ['a pin past a PIC', [{ gsi: 3, chip: 'pic1', pin: 8 }], EINVAL],
  ['a chip where the chips are user space’s', [{ gsi: 3, chip: 'ioapic', pin: 3 }], EINVAL, { irqchip: 'split' }],
  ['an MSI there', [{ gsi: 3, ...MSI }], OK, { irqchip: 'split' }],
  [
    'with 32-bit ids, address bits 39:32',
    [{ gsi: 3, msi_addr: '0x1fee00000', msi_data: 0x41 }],
    EINVAL,
    { x2apicApi: 1 },
  ],
  ['without, they do not matter', [{ gsi: 3, msi_addr: '0x1fee00000', msi_data: 0x41 }], OK],
])('KVM_SET_GSI_ROUTING: %s', (_name, entries, answer, create = {}) => {
  expect(bench({ ...create }).do(routing(...entries))).toEqual(answer);
});

test('a refused table leaves the old one', () => {
  const b = bench();
  const before = b.m.w.slice();
  b.do(routing({ gsi: 3, ...MSI }, { gsi: 5000, ...MSI }));
  expect(b.m.w).toEqual(before);
  expect(walked(b, line(4, 1))).toEqual(['ioapic 4', 'pic0 4']);
});

test('a new table replaces all of the old one', () => {
  const b = bench();
  b.do(routing({ gsi: 3, chip: 'ioapic', pin: 7 }));
  expect(walked(b, line(3, 1))).toEqual(['ioapic 7']);
  expect(walked(b, line(4, 1))).toEqual([]);
});

describe('the status is the sum of what the routes answer', () => {
  test('two chips that both take it', () => {
    const b = bench({ vcpus: 2 });
    b.do(enable(0, 1));
    b.do({ op: 'mmio_write', vcpu: 0, addr: 0xfec00000, size: 4, value: 0x18 });
    b.do({ op: 'mmio_write', vcpu: 0, addr: 0xfec00010, size: 4, value: 0x31 });
    expect(b.do(line(4, 1))).toEqual({ status: 2 });
  });

  test('a masked one does not lessen it', () => expect(bench().do(line(4, 1))).toEqual({ status: 1 }));

  test('an MSI route: CPUs reached going up, -1 going down', () => {
    const b = bench();
    b.do(enable(0), routing({ gsi: 5, ...MSI }));
    expect(b.do(line(5, 1))).toEqual({ status: 1 });
    expect(b.do(line(5, 0))).toEqual({ status: -1 });
    expect(b.state('apic0')[0]).toContain('irr 41');
  });
});

test('several sources on one line: it falls when the last lets go', () => {
  const b = bench();
  b.do({ op: 'irqfd', gsi: 9, resample: 1 }, line(9, 1), { op: 'irqfd_signal', gsi: 9 });
  b.do(line(9, 0));
  expect(b.state('pin 9')).toEqual(['pin 9: 00 fixed edge to apic 00 masked irr']);
  b.do({ op: 'irqfd_deassign', gsi: 9 });
  expect(b.state('pin 9')).toEqual([]);
});

test('every call is told with its GSI, level and source', () => {
  const b = bench();
  b.do(pulse(4));
  expect(b.eventsOf('kvm_set_irq')).toEqual(['kvm_set_irq 4 1 0', 'kvm_set_irq 4 0 0']);
});
