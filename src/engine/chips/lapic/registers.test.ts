import { describe, expect, test } from 'vitest';
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
  type Ops,
  picOff,
  rdmsr,
  run,
  wrmsr,
} from '../../test-bench.ts';

const XAPIC = 0xfee00900;
const X2APIC = 0xfee00d00;
const OFF = 0xfee00100;
const GP = { gp: true };
const OK = { ok: true };

const ready = (create: Readonly<Record<string, unknown>> = {}): Bench => {
  const b = bench(create);
  b.do(picOff, enable(0));
  b.events();
  return b;
};
const inX2apic = (): Bench => {
  const b = ready();
  b.do(wrmsr(0x1b, X2APIC));
  return b;
};

test.each<[name: string, register: number, value: number, reads: string]>([
  ['TPR keeps eight bits', 0x80, 0xffffffff, '0xff'],
  ['LDR keeps the id', 0xd0, 0xffffffff, '0xff000000'],
  ['DFR keeps the model; the rest reads as ones', 0xe0, 0, '0xfffffff'],
  ['SVR keeps vector, enable and focus', 0xf0, 0xffffffff, '0x3ff'],
  ['ESR always reads 0', 0x280, 0xffffffff, '0x0'],
  ['ICR drops delivery status', 0x300, 0x00041041, '0x40041'],
  ['ICR2 keeps the destination', 0x310, 0xffffffff, '0xff000000'],
  ['LVT timer', 0x320, 0xfffbffff, '0x310ff'],
  ['LVT thermal', 0x330, 0xffffffff, '0x117ff'],
  ['LVT performance', 0x340, 0xffffffff, '0x117ff'],
  ['LVT LINT0', 0x350, 0xffffffff, '0x1f7ff'],
  ['LVT LINT1', 0x360, 0xffffffff, '0x1f7ff'],
  ['LVT error', 0x370, 0xffffffff, '0x110ff'],
  ['TDCR keeps bits 3, 1, 0', 0x3e0, 0xffffffff, '0xb'],
  ['the version cannot be written', 0x30, 0xffffffff, '0x50014'],
  ['PPR cannot be written', 0xa0, 0xff, '0x0'],
  ['IRR cannot be written', 0x200, 0xff, '0x0'],
])('%s', (_name, register, value, reads) => {
  const b = ready();
  b.do(apic(register, value));
  expect(b.do(apicRead(register))).toEqual({ value: reads });
});

describe('an access must be', () => {
  const write = (offset: number, size: number): JsonOp => ({ ...apic(offset, 0x20), size });

  test.each([
    ['four bytes', write(0x80, 2)],
    ['aligned to 16', write(0x84, 4)],
    ['not eight bytes', write(0x80, 8)],
  ])('%s to be a write', (_name, op) => {
    const b = ready();
    b.do(op);
    expect(b.events()).toContain('apic_write_ignored');
    expect(b.state('apic0')[0]).toContain('tpr 00');
  });

  test('within four bytes of the register to be a read', () => {
    const b = ready();
    b.do(apic(0xd0, 0x12000000));
    const read = (offset: number, size: number) => b.do({ ...apicRead(0xd0 + offset), size });
    expect([read(3, 1), read(2, 2), read(0, 4)]).toEqual([
      { value: '0x12' },
      { value: '0x1200' },
      { value: '0x12000000' },
    ]);
  });
});

describe('SVR', () => {
  test('software disable masks every LVT, and enabling leaves them masked', () => {
    const b = ready();
    b.do(apic(0x320, 0x31), apic(0xf0, 0xff), apic(0xf0, 0x1ff));
    expect(b.do(apicRead(0x320))).toEqual({ value: '0x10031' });
  });

  test('an LVT written while disabled stays masked', () => {
    const b = bench();
    b.do(apic(0x350, 0x700));
    expect(b.do(apicRead(0x350))).toEqual({ value: '0x10700' });
  });

  test('IRR and ISR survive it', () => {
    const b = ready();
    b.do(msi(0x31), msi(0x51), run(), apic(0xf0, 0xff));
    expect(b.state('apic0')).toEqual(['apic0 id 0 xapic off tpr 00 ppr 50 irr 31 isr 51 tmr -']);
  });
});

describe('APIC_BASE', () => {
  test.each<[name: string, ops: Ops, value: number | bigint, answer: object]>([
    ['xAPIC to x2APIC', [], X2APIC, OK],
    ['xAPIC off', [], OFF, OK],
    ['off and on again', wrmsr(0x1b, OFF), XAPIC, OK],
    ['x2APIC back to xAPIC faults', wrmsr(0x1b, X2APIC), XAPIC, GP],
    ['x2APIC off', wrmsr(0x1b, X2APIC), OFF, OK],
    ['off straight to x2APIC faults', wrmsr(0x1b, OFF), X2APIC, GP],
    ['EXTD without EN faults', [], 0xfee00500, GP],
    ['a reserved low bit faults', [], XAPIC | 1, GP],
    ['a bit past MAXPHYADDR faults', [], (1n << 48n) | 0xfee00900n, GP],
  ])('%s', (_name, ops, value, answer) => {
    const b = ready();
    b.do(ops);
    expect(b.do(wrmsr(0x1b, typeof value === 'number' ? value >>> 0 : value))).toEqual(answer);
  });

  test('the page moves with it', () => {
    const b = ready();
    b.do(wrmsr(0x1b, 0xfed00900));
    expect(b.do({ ...apicRead(0x30), addr: 0xfed00030 })).toEqual({ value: '0x50014' });
    expect(b.do(apicRead(0x30))).toMatchObject({ exit: 'mmio' });
  });

  test('in x2APIC mode and off, the page swallows writes and reads as ones', () => {
    const b = inX2apic();
    expect(b.do(apic(0x80, 0x20), apicRead(0x80))).toEqual({ value: '0xffffffff' });
    expect(b.do(rdmsr(0x808))).toEqual({ value: '0x0' });
    b.do(wrmsr(0x1b, OFF));
    expect(b.do(apicRead(0x80))).toEqual({ value: '0xffffffff' });
  });

  test('a rewritten xAPIC id gives way to the real one in x2APIC mode', () => {
    const b = ready();
    b.do(apic(0x20, 7 << 24));
    expect(b.state('apic0')[0]).toContain('id 7');
    b.do(wrmsr(0x1b, X2APIC));
    expect(b.do(rdmsr(0x802))).toEqual({ value: '0x0' });
  });
});

describe('x2APIC', () => {
  test('its MSRs fault while the APIC is in xAPIC mode', () => {
    expect(ready().do(rdmsr(0x802))).toEqual(GP);
    expect(ready().do(wrmsr(0x808, 0))).toEqual(GP);
  });

  test.each<[name: string, op: JsonOp, answer: object]>([
    ['the id is read-only', wrmsr(0x802, 1), GP],
    ['LDR is read-only', wrmsr(0x80d, 1), GP],
    ['LDR is made of the id', rdmsr(0x80d), { value: '0x1' }],
    ['there is no DFR', rdmsr(0x80e), GP],
    ['there is no ICR2', rdmsr(0x831), GP],
    ['the ICR is 64 bits', wrmsr(0x830, 0x1_0000_0041n), OK],
    ['reserved ICR bits fault', wrmsr(0x830, 0x2041), GP],
    ['upper halves of other registers must be 0', wrmsr(0x808, 1n << 32n), GP],
    ['EOI takes any value, as in KVM', wrmsr(0x80b, 5), OK],
    ['ESR takes only 0', wrmsr(0x828, 1), GP],
    ['self-IPI takes a vector', wrmsr(0x83f, 0x41), OK],
    ['self-IPI takes nothing else', wrmsr(0x83f, 0x141), GP],
    ['a register that is not there', rdmsr(0x8ff), GP],
  ])('%s', (_name, op, answer) => expect(inX2apic().do(op)).toEqual(answer));

  test('self-IPI sets IRR', () => {
    const b = inX2apic();
    b.do(wrmsr(0x83f, 0x41));
    expect(b.state('apic0')[0]).toContain('irr 41');
  });

  test('LDR of id 35: cluster 2, bit 3', () => {
    const b = bench({ ids: [35] });
    b.do(wrmsr(0x1b, X2APIC));
    expect(b.do(rdmsr(0x80d))).toEqual({ value: '0x20008' });
  });
});

describe('INIT and SIPI', () => {
  const two = (): Bench => {
    const b = bench({ vcpus: 2 });
    b.do(picOff, enable(0, 1));
    b.events();
    return b;
  };

  test('an AP waits for SIPI and starts at its page', () => {
    const b = two();
    b.do(ipi(0x500, 1));
    expect(b.do(run(1))).toEqual({ not_runnable: 2 });
    b.do(ipi(0x609, 1));
    expect(b.do({ op: 'cpu', vcpu: 1 })).toMatchObject({ cs: '0x900', cs_base: '0x9000', rip: '0x0', mp_state: 0 });
  });

  test('INIT resets the APIC but keeps its base', () => {
    const b = two();
    b.do(msi(0x41, { dest: 1 }), apic(0x80, 0x20, 1), wrmsr(0x1b, 0xfed00800, 1), ipi(0x500, 1), run(1));
    expect(b.state('apic1', 'vcpu1')).toEqual([
      'apic1 id 1 xapic off tpr 00 ppr 00 irr - isr - tmr -',
      'vcpu1 waits for SIPI',
    ]);
    expect(b.do(rdmsr(0x1b, 1))).toEqual({ not_runnable: 2 });
  });

  test('the boot CPU stays runnable', () => {
    const b = two();
    b.do(ipi(0x500, 0, 1));
    expect(b.do(run(0))).toEqual({ vector: null });
    expect(b.do({ op: 'cpu', vcpu: 0 })).toMatchObject({ cs_base: '0xffff0000', rip: '0xfff0' });
  });

  test('a SIPI to a running vCPU is forgotten', () => {
    const b = two();
    b.do(ipi(0x609, 1), run(1));
    expect(b.eventsOf('accept_sipi')).toEqual(['accept_sipi 9 0']);
    expect(b.do({ op: 'cpu', vcpu: 1 })).toMatchObject({ mp_state: 0, rip: '0x6004' });
  });

  test('an INIT de-assert does nothing', () => {
    const b = two();
    b.do(ipi(0x8500, 1));
    expect(b.do(run(1))).toEqual({ vector: null });
  });

  /** The handler went on running on a vCPU that waited for SIPI, and wrote its EOI there. */
  test('INIT ends the handlers of the model guest', () => {
    const b = bench({ vcpus: 2, guest: { handlers: [{ vector: 0x31, name: 'net', ns: 1e6 }], idle: 'halt' } });
    b.do(picOff, enable(0, 1), msi(0x31, { dest: 1 }), advance(1000));
    expect(b.state('vcpu1')).toEqual(['vcpu1 handlers 31']);
    b.events();
    b.do(ipi(0x500, 1), advance(2e6));
    expect(b.state('vcpu1')).toEqual(['vcpu1 waits for SIPI']);
    expect(b.events()).not.toContain('handler_exit');
  });
});
