import { describe, expect, test } from 'vitest';
import {
  advance,
  apic,
  type Bench,
  bench,
  enable,
  eoi,
  line,
  type Ops,
  picOff,
  pulse,
  rte,
  rteHalf,
  rteLow,
  run,
  wrmsr,
} from '../../test-bench.ts';
import { gridAddress, vectorsIn } from '../../view/machine-view.ts';

const ready = (create: Readonly<Record<string, unknown>> = {}): Bench => {
  const b = bench(create);
  b.do(picOff, ...Array.from({ length: b.m.vcpus }, (_, vcpu) => enable(vcpu)));
  b.events();
  return b;
};
const LEVEL = { level: true };
const MASKED = { masked: true };
const LEVEL_MASKED = { level: true, masked: true };
/** Level, delivered, in service: remote IRR is set and the line still up. */
const served: Ops = [rte(9, 0x31, LEVEL), line(9, 1), run()];

test.each<[name: string, ops: Ops, lines: string[]]>([
  [
    'an edge is delivered and leaves no remote irr',
    [rte(4, 0x31), line(4, 1)],
    ['pin 4: 31 fixed edge to apic 00 irr'],
  ],
  ['a level sets remote irr', [rte(9, 0x31, LEVEL), line(9, 1)], ['pin 9: 31 fixed level to apic 00 irr remote-irr']],
  [
    'remote irr survives masking',
    [served, rteHalf(9, 0, rteLow(0x31, LEVEL_MASKED))],
    ['pin 9: 31 fixed level to apic 00 masked irr remote-irr'],
  ],
  ['remote irr survives the line falling', [served, line(9, 0)], ['pin 9: 31 fixed level to apic 00 remote-irr']],
  [
    'remote irr survives a write that would clear it',
    [served, rteHalf(9, 0, rteLow(0x31, LEVEL) & ~0x4000)],
    ['pin 9: 31 fixed level to apic 00 irr remote-irr'],
  ],
  [
    'a guest cannot set remote irr or delivery status',
    rteHalf(9, 0, rteLow(0x31, LEVEL_MASKED) | 0x5000),
    ['pin 9: 31 fixed level to apic 00 masked'],
  ],
  ['level to edge clears remote irr', [served, rteHalf(9, 0, rteLow(0x31))], ['pin 9: 31 fixed edge to apic 00 irr']],
  ['an EOI clears remote irr', [served, line(9, 0), eoi()], ['pin 9: 31 fixed level to apic 00']],
  [
    'an EOI of another vector does not',
    [rte(9, 0x31, LEVEL), line(9, 1), rte(10, 0x51), pulse(10), run(), eoi()],
    ['pin 9: 31 fixed level to apic 00 irr remote-irr', 'pin 10: 51 fixed edge to apic 00'],
  ],
  [
    'a masked level pin remembers its line',
    [rte(9, 0x31, LEVEL_MASKED), line(9, 1)],
    ['pin 9: 31 fixed level to apic 00 masked irr'],
  ],
  [
    'a level message that every APIC drops leaves remote irr clear',
    [rte(9, 0x31, { level: true, mode: 7 }), line(9, 1)],
    ['pin 9: 31 extint level to apic 00 irr'],
  ],
  [
    'a level broadcast with every APIC off sets it: the walk found nobody',
    [rte(9, 0x31, { level: true, dest: 0xff }), wrmsr(0x1b, 0xfee00100), line(9, 1)],
    ['pin 9: 31 fixed level to apic ff irr remote-irr'],
  ],
])('%s', (_name, ops, lines) => {
  const b = ready();
  b.do(ops);
  expect(b.state('pin')).toEqual(lines);
});

test.each<[name: string, ops: Ops, irr: string]>([
  ['unmasking an edge pin never replays it', [rte(4, 0x31, MASKED), line(4, 1), rteHalf(4, 0, rteLow(0x31))], '-'],
  [
    'unmasking a level pin whose line is up delivers',
    [rte(9, 0x31, LEVEL_MASKED), line(9, 1), rteHalf(9, 0, rteLow(0x31, LEVEL))],
    '31',
  ],
  [
    'unmasking a level pin whose line fell does not',
    [rte(9, 0x31, LEVEL_MASKED), line(9, 1), line(9, 0), rteHalf(9, 0, rteLow(0x31, LEVEL))],
    '-',
  ],
  [
    'unmasking while remote irr is set does not',
    [served, rteHalf(9, 0, rteLow(0x31, LEVEL_MASKED)), rteHalf(9, 0, rteLow(0x31, LEVEL))],
    '-',
  ],
  [
    'edge to level with the line up delivers',
    [rte(4, 0x31, MASKED), line(4, 1), rteHalf(4, 0, rteLow(0x31, LEVEL))],
    '31',
  ],
  ['a level still up is delivered again at the EOI', [served, eoi()], '31'],
  ['a level masked meanwhile is not', [served, rteHalf(9, 0, rteLow(0x31, LEVEL_MASKED)), eoi()], '-'],
  ['an edge that rose while the line was up is coalesced', [rte(4, 0x31), line(4, 1), run(), eoi(), line(4, 1)], '-'],
  ['an edge again after the line fell is new', [rte(4, 0x31), line(4, 1), run(), eoi(), line(4, 0), line(4, 1)], '31'],
  [
    'two pins with one vector: one EOI serves both',
    [rte(9, 0x31, LEVEL), rte(10, 0x31, LEVEL), line(9, 1), line(10, 1), run(), eoi()],
    '31',
  ],
])('%s', (_name, ops, irr) => {
  const b = ready();
  b.do(ops);
  expect(b.state('apic0')[0]).toContain(` irr ${irr} `);
});

describe('KVM_IRQ_LINE_STATUS', () => {
  test.each<[name: string, ops: Ops, status: number]>([
    ['one CPU reached', rte(20, 0x31), 1],
    ['three CPUs reached', rte(20, 0x31, { dest: 0xff }), 3],
    ['masked', rte(20, 0x31, MASKED), -1],
    ['coalesced', [rte(20, 0x31), line(20, 1)], 0],
    ['remote irr still set', [rte(20, 0x31, LEVEL), line(20, 1)], -1],
    ['no APIC with that id, by the map', rte(20, 0x31, { dest: 9 }), 0],
  ])('%s', (_name, ops, status) => {
    const b = ready({ vcpus: 3 });
    b.do(ops);
    expect(b.do(line(20, 1))).toEqual({ status });
  });

  test('a line going low counts as one', () => expect(ready().do(line(20, 0))).toEqual({ status: 1 }));
});

describe('registers', () => {
  const read = (b: Bench, index: number) =>
    b.do(
      { op: 'mmio_write', vcpu: 0, addr: 0xfec00000, size: 4, value: index },
      { op: 'mmio_read', vcpu: 0, addr: 0xfec00010, size: 4 },
    );

  test.each([
    ['version: 24 entries, 0x11', 1, '0x170011'],
    ['a register past the table reads as all ones', 0x40, '0xffffffff'],
    ['the EOI register of later parts is not there', 0x20 + 0x20, '0xffffffff'],
    ['an entry at reset is masked', 0x10, '0x10000'],
  ])('%s', (_name, index, value) => expect(read(ready(), index)).toEqual({ value }));

  test('the id keeps four bits and the arbitration register repeats it', () => {
    const b = ready();
    b.do(
      { op: 'mmio_write', vcpu: 0, addr: 0xfec00000, size: 4, value: 0 },
      { op: 'mmio_write', vcpu: 0, addr: 0xfec00010, size: 4, value: 0xff000000 },
    );
    expect([read(b, 0), read(b, 2)]).toEqual([{ value: '0xf000000' }, { value: '0xf000000' }]);
  });

  test('an access that leaves the window goes to user space', () => {
    const b = ready();
    expect(b.do({ op: 'mmio_read', vcpu: 0, addr: 0xfec000fc, size: 8 })).toMatchObject({ exit: 'mmio' });
    expect(b.do({ op: 'mmio_read', vcpu: 0, addr: 0xfec000fc, size: 4 })).toEqual({ value: '0x0' });
  });
});

describe('pin 8, the RTC', () => {
  test('a second edge before the EOI is coalesced, and the caller hears it', () => {
    const b = ready();
    b.do(rte(8, 0x31), pulse(8));
    expect(b.do(line(8, 1))).toEqual({ status: 0 });
    expect(b.events()).toContain('rtc_coalesced');
    b.do(line(8, 0), run(), eoi());
    expect(b.do(line(8, 1))).toEqual({ status: 1 });
  });

  test('waits for the EOI of every vCPU that got it', () => {
    const b = ready({ vcpus: 2 });
    b.do(rte(8, 0x31, { dest: 0xff }), pulse(8), run(0), run(1), eoi(0));
    expect(b.do(line(8, 1))).toEqual({ status: 0 });
    b.do(line(8, 0), eoi(1));
    expect(b.do(line(8, 1))).toEqual({ status: 2 });
  });
});

/** A line nobody quiets: KVM counts the EOIs and then leaves the guest ten milliseconds of peace. */
test('10,000 successive EOIs delay the next by 10 ms', () => {
  const b = ready();
  b.do(served);
  for (let i = 1; i < 10_000; i++) {
    b.do(eoi(), run());
    b.m.log.used = 0;
  }
  expect(b.state('apic0')[0]).toContain('isr 31');
  b.do(eoi());
  expect(b.events()).toContain('kvm_ioapic_delayed_eoi_inj');
  expect(b.do(run())).toEqual({ vector: null });
  b.do(advance(9_999_999));
  expect(b.do(run())).toEqual({ vector: null });
  b.do(advance(1));
  expect(b.events()).toContain('eoi_inject_work');
  expect(b.do(run())).toEqual({ vector: 0x31 });
});

test('a line that falls once starts the count again', () => {
  const b = ready();
  b.do(served);
  for (let i = 1; i < 9_999; i++) b.do(eoi(), run());
  b.do(line(9, 0), eoi(), line(9, 1), run());
  for (let i = 0; i < 100; i++) b.do(eoi(), run());
  expect(b.events()).not.toContain('kvm_ioapic_delayed_eoi_inj');
});

test('an RTE may send an NMI; the vector does not matter', () => {
  const b = ready();
  b.do(rte(4, 0x31, { mode: 4 }), line(4, 1));
  expect(b.do(run())).toEqual({ nmi: true });
  expect(b.state('apic0')[0]).toContain('irr - isr -');
});

test('ExtINT in an RTE reaches nobody', () => {
  const b = ready();
  b.do(rte(4, 0x31, { mode: 7 }), line(4, 1));
  expect(b.events()).toContain('accept_ignored');
  expect(b.do(run())).toEqual({ vector: null });
});

test('the handled set of a vCPU holds level vectors meant for it and those still pending', () => {
  const b = ready({ vcpus: 2 });
  const handled = (vcpu: number) => vectorsIn(b.m.w, gridAddress(b.m, 'handled', vcpu));
  b.do(rte(9, 0x31, { level: true, dest: 1 }), rte(10, 0x41, { level: true }), apic(0x80, 0, 0), apic(0x80, 0, 1));
  // Pin 8 counts whether it is edge or not; its vector is still 0.
  expect([handled(0), handled(1)]).toEqual([[0, 0x41], [0x31]]);
  b.do(line(10, 1), run(0), rte(10, 0x41, { level: true, dest: 1 }), apic(0x80, 0, 0), apic(0x80, 0, 1));
  expect([handled(0), handled(1)]).toEqual([
    [0, 0x41],
    [0x31, 0x41],
  ]);
});
