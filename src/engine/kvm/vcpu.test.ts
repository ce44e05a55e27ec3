import { describe, expect, test } from 'vitest';
import {
  apic,
  type Bench,
  bench,
  enable,
  eoi,
  ipi,
  type JsonOp,
  msi,
  picInit,
  picOff,
  pulse,
  run,
} from '../test-bench.ts';

const nmi = (vcpu = 0): JsonOp => ({ op: 'nmi', vcpu });
const iret = (vcpu = 0): JsonOp => ({ op: 'iret', vcpu });
const nop = (vcpu = 0): JsonOp => ({ op: 'nop', vcpu });
const extint = (vector: number): JsonOp => ({ op: 'extint', vcpu: 0, vector });

test('NMI before ExtINT before APIC', () => {
  const b = bench();
  b.do(picInit(), enable(0), apic(0x350, 0x700), msi(0xf1), pulse(4), nmi());
  expect([b.do(run()), b.do(run()), b.do(run())]).toEqual([{ nmi: true }, { vector: 0x24 }, { vector: 0xf1 }]);
});

test('ExtINT passes TPR and what is in service', () => {
  const b = bench();
  b.do(picInit(), enable(0), apic(0x350, 0x700), msi(0xf1), run(), apic(0x80, 0xff), pulse(4));
  expect(b.do(run())).toEqual({ vector: 0x24 });
  expect(b.state('apic0')[0]).toContain('isr f1');
});

describe('NMI', () => {
  test('blocks the next until IRET', () => {
    const b = bench();
    b.do(nmi(), run(), nmi());
    expect(b.do(run())).toEqual({ vector: null });
    b.do(iret());
    expect(b.do(run())).toEqual({ nmi: true });
  });

  test('two wait at most, one while one is served', () => {
    const b = bench();
    b.do(nmi(), nmi(), nmi(), run());
    expect(b.state('vcpu0')).toEqual(['vcpu0 nmi pending 1 nmi masked']);
    b.do(nmi(), nmi(), { op: 'get' });
    expect(b.state('vcpu0')).toEqual(['vcpu0 nmi pending 1 nmi masked']);
  });

  test('is taken before the guest op that finds it, which is still done', () => {
    const b = bench();
    b.do(nmi());
    expect(b.do({ op: 'rdmsr', vcpu: 0, msr: 0x1b })).toEqual({ value: '0xfee00900', nmi: true });
  });

  test('does not mask interrupts', () => {
    const b = bench();
    b.do(picOff, enable(0), nmi(), run(), msi(0x41));
    expect(b.do(run())).toEqual({ vector: 0x41 });
  });
});

describe('KVM_INTERRUPT', () => {
  test('is for a split irqchip', () => {
    expect(bench().do(extint(0x30))).toEqual({ rc: -1, errno: 6 });
  });

  test('queues one vector at a time', () => {
    const b = bench({ irqchip: 'split' });
    expect([b.do(extint(0x30)), b.do(extint(0x31))]).toEqual([{ rc: 0 }, { rc: -1, errno: 17 }]);
    expect(b.do(run())).toEqual({ vector: 0x30 });
    expect(b.do(extint(0x31))).toEqual({ rc: 0 });
  });

  test('waits while LVT0 does not take it', () => {
    const b = bench({ irqchip: 'split' });
    b.do(enable(0), apic(0x350, 0x10700), extint(0x30));
    expect(b.do(run())).toEqual({ vector: null });
    b.do(apic(0x350, 0x700));
    expect(b.do(run())).toEqual({ vector: 0x30 });
  });
});

describe('a kick', () => {
  test('of a vCPU that is outside the guest does nothing', () => {
    const b = bench();
    b.do(picOff, enable(0));
    b.events();
    b.do(msi(0x41));
    expect(b.eventsOf('kick')).toEqual(['kick 0 0']);
  });

  test('of one in guest mode sends an IPI, once', () => {
    const b = bench({ vcpus: 2, guest: { handlers: [], idle: 'run' } });
    b.do(picOff, enable(0, 1), { op: 'settle' });
    b.events();
    b.do(ipi(0x41, 1), ipi(0x42, 1));
    expect(b.eventsOf('kick')).toEqual(['kick 2 0', 'kick 0 0']);
  });

  test('of one in HLT wakes it', () => {
    const b = bench({ vcpus: 2, guest: { handlers: [], idle: 'halt' } });
    b.do(picOff, enable(0, 1), { op: 'settle' });
    b.events();
    b.do(ipi(0x41, 1), { op: 'settle' });
    expect(b.eventsOf('kick', 'guest_wake')).toEqual(expect.arrayContaining(['kick 1 0', 'guest_wake']));
  });
});

describe('which EOIs a vCPU tells', () => {
  test('looked at only when asked, at the next entry', () => {
    const b: Bench = bench({ irqchip: 'split' });
    b.do(enable(0), nop(), { op: 'routing', entries: [{ gsi: 3, msi_addr: 0xfee00000, msi_data: 0xc041 }] });
    b.events();
    expect(b.eventsOf('scan_ioapic')).toEqual([]);
    b.do(nop());
    expect(b.eventsOf('scan_ioapic').length).toBe(1);
    b.do(nop());
    expect(b.eventsOf('scan_ioapic')).toEqual([]);
  });

  test('a stale vector is told once more, then forgotten', () => {
    const b = bench({ irqchip: 'split' });
    const route = (vector: number) => ({
      op: 'routing',
      entries: [{ gsi: 3, msi_addr: 0xfee00000, msi_data: 0xc000 | vector }],
    });
    b.do(enable(0), route(0x41), { op: 'irq_line', gsi: 3, level: 1 }, run());
    b.do({ op: 'routing', entries: [{ gsi: 3, msi_addr: 0xfee09000, msi_data: 0xc041 }] });
    expect(b.do(eoi())).toEqual({ ok: true, eoi_exit: [0x41] });
    b.do(msi(0x41, { level: true }), run());
    expect(b.do(eoi())).toEqual({ ok: true });
  });
});
