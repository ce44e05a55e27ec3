/** Each change of KVM's behaviour, with it and without it; and where the two vendors differ. */
import { describe, expect, test } from 'vitest';
import type { Commit, Kernel } from '../../spec/quirks.ts';
import { apic, bench, enable, eoi, type JsonOp, picInit, picOff, pio, rdmsr, rte, run, wrmsr } from '../test-bench.ts';
import { createSession } from './session.ts';

type Create = Readonly<Record<string, unknown>>;
const line = (gsi: number, level: number): JsonOp => ({ op: 'irq_line', gsi, level });
const LEVEL = 0x8000;

/** A situation, and what it ends in with the change and without it. */
const SITUATIONS: readonly [Commit, string, (create: Create) => unknown, now: unknown, then: unknown][] = [
  [
    '4fa6b9c5dc41',
    'the EOI of a vector that an older, masked pin still has ends the right line',
    (create) => {
      const b = bench(create);
      b.do(picOff, enable(0), rte(5, LEVEL | 0x10041), rte(9, LEVEL | 0x41), line(9, 1), run(), line(9, 0), eoi());
      return b.state('pin 9')[0]?.includes('remote-irr');
    },
    false,
    true,
  ],
  [
    '0f6c0a740b7d',
    'the EOI of a pin that its handler masked reaches the IOAPIC',
    (create) => {
      const b = bench(create);
      b.do(picOff, enable(0), rte(9, LEVEL | 0x41), line(9, 1), run(), rte(9, LEVEL | 0x10041), line(9, 0), eoi());
      return b.state('pin 9')[0]?.includes('remote-irr');
    },
    false,
    true,
  ],
  [
    '184564efae4d',
    'a line that stays up is sent 10,000 times and then rests',
    (create) => {
      const b = bench(create);
      b.do(picOff, enable(0), rte(9, LEVEL | 0x41), line(9, 1));
      for (let i = 0; i < 10_000; i++) b.do(run(), eoi());
      return b.do(run());
    },
    { vector: null },
    { vector: 0x41 },
  ],
  [
    '0fc5a36dd6b3',
    'the EOI of a vector in service reaches the IOAPIC after its RTE turned to another vCPU',
    (create) => {
      const b = bench({ vcpus: 2, ...create });
      b.do(picOff, enable(0), enable(1), rte(9, LEVEL | 0x41), line(9, 1), run());
      b.do(pio(0x80, 0), { op: 'mmio_write', vcpu: 1, addr: 0xfec00000, size: 4, value: 0x10 + 19 });
      b.do({ op: 'mmio_write', vcpu: 1, addr: 0xfec00010, size: 4, value: 1 << 24 }, line(9, 0), eoi());
      return b.state('pin 9')[0]?.includes('remote-irr');
    },
    false,
    true,
  ],
  [
    'c112b5f50232',
    'what was posted while SN was set is noticed when the vCPU is loaded',
    (create) => {
      const s = createSession();
      s.answer({ op: 'create', vcpus: 1, apicv: true, postedInterrupts: true, ...create });
      s.answer({ op: 'vcpu_state', vcpu: 0, state: 'preempted' });
      s.answer({ op: 'vtd_msi', irte: { posted: true, pda_vcpu: 0, vector: 0x61, urgent: false } });
      s.answer({ op: 'vcpu_state', vcpu: 0, state: 'host' });
      return s.answer({ op: 'get_vmx', vcpu: 0 }).on;
    },
    true,
    false,
  ],
  [
    'a57a31684d7b',
    'ICR2 of the time before x2APIC mode is not the upper half of its ICR',
    (create) => icrAfterSwitch(create),
    { value: '0x40fd' },
    { value: '0x5000000000040fd' },
  ],
  [
    'fef8f2b90edb',
    'a line that a resampler watches is not sent at the unmask: the device is asked',
    (create) => {
      const b = bench(create);
      b.do(
        picOff,
        enable(0),
        rte(9, LEVEL | 0x10041),
        { op: 'irqfd', gsi: 9, resample: 1 },
        { op: 'irqfd_signal', gsi: 9 },
      );
      b.do(rte(9, LEVEL | 0x41));
      return b.do(run());
    },
    { vector: null },
    { vector: 0x41 },
  ],
  [
    '73b42dc69be8',
    'on AMD it is',
    (create) => icrAfterSwitch({ vendor: 'amd', ...create }),
    { value: '0x5000000000040fd' },
    { value: '0x40fd' },
  ],
  [
    '71bf395a276f',
    'a reserved bit of the x2APIC ICR faults',
    (create) => {
      const b = bench(create);
      b.do(wrmsr(0x1b, 0xfee00d00));
      return b.do(wrmsr(0x830, 0x100000));
    },
    { gp: true },
    { ok: true },
  ],
  [
    '459074cff6f1',
    'an acknowledge at the 8259 asks for no further look',
    (create) => {
      const b = bench(create);
      b.do(picInit(), line(4, 1));
      b.events();
      b.do(run());
      return b.eventsOf('pic_wakeup').length;
    },
    0,
    1,
  ],
  [
    '87e4951e250b',
    'after the EOI of a vector whose route has gone its EOIs are not intercepted any more',
    (create) => {
      const b = bench({ vcpus: 2, ...create });
      b.do(picOff, enable(0), enable(1), rte(9, LEVEL | 0x41), line(9, 1), run());
      b.do({ op: 'mmio_write', vcpu: 1, addr: 0xfec00000, size: 4, value: 0x10 + 19 });
      b.do({ op: 'mmio_write', vcpu: 1, addr: 0xfec00010, size: 4, value: 1 << 24 }, line(9, 0), eoi());
      b.do({ op: 'nop', vcpu: 0 }, { op: 'msi', addr: 0xfee00000, data: 0x41 }, run());
      b.events();
      b.do(eoi());
      return b.events().includes('ioapic_update_eoi');
    },
    false,
    true,
  ],
];

function icrAfterSwitch(create: Create): unknown {
  const b = bench(create);
  b.do(apic(0x310, 5 << 24), apic(0x300, 0x40fd), wrmsr(0x1b, 0xfee00d00));
  return b.do(rdmsr(0x830));
}

describe.each(SITUATIONS)('%s', (commit, name, play, now, then) => {
  test(`with it: ${name}`, () => expect(play({})).toEqual(now));
  test(`without it: not so`, () => expect(play({ quirks: [commit] })).toEqual(then));
});

test('b2849bec936b, which v6.18 is without: SVI is loaded when APICv comes back on', () => {
  const svi = (create: Create): unknown => {
    const s = createSession();
    for (const op of [
      { op: 'create', vcpus: 1, apicv: true, ...create },
      { op: 'mmio_write', vcpu: 0, addr: 0xfee000f0, size: 4, value: 0x1ff },
      { op: 'apicv_inhibit', reason: 1, set: 1 },
      { op: 'nop', vcpu: 0 },
      { op: 'msi', addr: 0xfee00000, data: 0x61 },
      { op: 'run', vcpu: 0 },
      { op: 'apicv_inhibit', reason: 1, set: 0 },
      { op: 'nop', vcpu: 0 },
    ]) {
      s.answer(op);
    }
    return s.answer({ op: 'get_vmx', vcpu: 0 }).svi;
  };
  expect(svi({})).toBe(0);
  expect(svi({ quirks: ['b2849bec936b'] })).toBe(0x61);
});

test.each<[Kernel, number]>([
  ['5.15', 1],
  ['6.1', 1],
  ['6.12', 1],
  ['6.18', 0],
])('kernel %s makes %i requests at an acknowledge of the 8259', (kernel, requests) => {
  const b = bench({ kernel });
  b.do(picInit(), line(4, 1));
  b.events();
  b.do(run());
  expect(b.eventsOf('pic_wakeup').length).toBe(requests);
});

test('before 6.15 the run loop takes an ExtINT back once and puts it in again', () => {
  const reinjected = (kernel: Kernel): unknown[] => {
    const b = bench({ kernel, apicv: false });
    b.do(picInit(), line(4, 1));
    b.events();
    expect(b.do(run())).toEqual({ vector: 0x24 });
    return b.eventsOf('kvm_inj_virq');
  };
  expect(reinjected('6.1')).toEqual(['kvm_inj_virq 36 1 0', 'kvm_inj_virq 36 0 1']);
  expect(reinjected('6.18')).toEqual(['kvm_inj_virq 36 1 0']);
});

describe('vendor', () => {
  const nmiAfterInit = (create: Create): unknown => {
    const b = bench({ ...create });
    b.do({ op: 'nmi', vcpu: 0 }, run(), apic(0x300, 0x44500), { op: 'get' }, { op: 'nmi', vcpu: 0 });
    return b.do(run());
  };
  test('INIT ends NMI blocking on Intel, not on AMD', () => {
    expect(nmiAfterInit({})).toEqual({ nmi: true });
    expect(nmiAfterInit({ vendor: 'amd' })).toEqual({ vector: null });
  });

  const tpr = (create: Create, value: number, pending = false): unknown => {
    const b = bench(create);
    b.do(picOff, enable(0));
    if (pending) b.do({ op: 'msi', addr: 0xfee00000, data: 0x21 });
    b.do(apic(0x80, value));
    return b.do({ op: 'mmio_read', vcpu: 0, addr: 0xfee00080, size: 4 });
  };
  test('on AMD TPR loses its low four bits at an exit, unless a vector below it makes KVM intercept CR8', () => {
    expect(tpr({}, 0x55)).toEqual({ value: '0x55' });
    expect(tpr({ vendor: 'amd' }, 0x55)).toEqual({ value: '0x50' });
    expect(tpr({ vendor: 'amd' }, 0x55, true)).toEqual({ value: '0x55' });
    expect(tpr({ avic: true }, 0x55)).toEqual({ value: '0x55' });
  });

  test.each<[Create, string]>([
    [{ vendor: 'intel', avic: true }, 'amd'],
    [{ vendor: 'amd', apicv: true }, 'intel'],
    [{ vendor: 'amd', postedInterrupts: false }, 'intel'],
    [{ vendor: 'amd', pcpus: 2 }, 'intel'],
  ])('%j is refused', (create, allowed) => {
    const s = createSession();
    s.answer({ op: 'create', vcpus: 1 });
    const machine = s.machine;
    expect(() => s.answerOrThrow({ op: 'create', vcpus: 1, ...create })).toThrow(
      expect.objectContaining({ code: 'op.notOneOf', place: 'vendor', params: { allowed } }),
    );
    expect(s.machine).toBe(machine);
  });
});
