/** Each change of KVM's behaviour, with it and without it; and where the two vendors differ. */
import { describe, expect, test } from 'vitest';
import { COMMITS, type Commit, type Kernel } from '../../spec/quirks.ts';
import { APICV_INHIBIT } from '../kvm/inhibits.ts';
import {
  apic,
  type Bench,
  bench,
  enable,
  eoi,
  type JsonOp,
  picInit,
  picOff,
  pio,
  rdmsr,
  rte,
  run,
  wrmsr,
} from '../test-bench.ts';
import { readWord } from '../view/machine-view.ts';
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
    'db2bdcbbbd32',
    'the clock’s EOI counts after its RTE turned to another vCPU',
    (create) => {
      const b = bench({ vcpus: 2, ...create });
      b.do(picOff, enable(0), enable(1), rte(8, 0x41), line(8, 1), line(8, 0), run(), run(1));
      b.do({ op: 'mmio_write', vcpu: 1, addr: 0xfec00000, size: 4, value: 0x10 + 17 });
      b.do(
        { op: 'mmio_write', vcpu: 1, addr: 0xfec00010, size: 4, value: 1 << 24 },
        run(1),
        { op: 'nop', vcpu: 0 },
        eoi(),
      );
      return b.do(line(8, 1));
    },
    { status: 1 },
    { status: 0 },
  ],
  [
    'a2486020a82e',
    'a vCPU that sleeps has the wakeup vector when a device is assigned',
    (create) => {
      const s = createSession();
      const devices = [{ id: 'disk', kind: 'nvme', gsi: 24, msix: 1 }];
      s.answer({ op: 'create', vcpus: 1, apicv: true, devices, guest: { idle: 'halt', handlers: [] }, ...create });
      s.answer({ op: 'advance', ns: 5000 });
      return s.answer({ op: 'get_vmx', vcpu: 0 }).nv;
    },
    '0xf1',
    '0xf2',
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
    '4cad9f87876a',
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
  [
    '0d42522bdee7',
    'a poll of the 8259 that found a request says so by bit 7',
    (create) => {
      const b = bench(create);
      b.do(picInit(), line(4, 1), pio(0x20, 0x0c));
      return b.do({ op: 'pio_read', vcpu: 0, port: 0x20 });
    },
    { value: '0x84' },
    { value: '0x4' },
  ],
  [
    'b172862241b4',
    'the speaker’s data bit survives KVM_SET_PIT2',
    (create) => {
      const b = bench(create);
      b.do({ op: 'create_pit', flags: 1 }, pio(0x61, 2), { op: 'save', what: 'pit', as: 'p' }, pio(0x61, 0), {
        op: 'restore',
        what: 'pit',
        from: 'p',
      });
      return b.do({ op: 'pio_read', vcpu: 0, port: 0x61 });
    },
    { value: '0x2' },
    { value: '0x0' },
  ],
  [
    '8e6ed96cdd50',
    'a one-shot that had fired is due at once after a restore',
    (create) => {
      const b = bench(create);
      b.do(
        enable(0),
        apic(0x3e0, 0xb),
        apic(0x320, 0xec),
        apic(0x380, 1000),
        { op: 'advance', ns: 1000 },
        run(),
        eoi(),
      );
      b.do({ op: 'save', what: 'lapic', vcpu: 0, as: 'l' }, { op: 'restore', what: 'lapic', vcpu: 0, from: 'l' });
      b.do({ op: 'advance', ns: 1 });
      return b.do(run());
    },
    { vector: 0xec },
    { vector: null },
  ],
  [
    '052c3b99cbc8',
    'an APIC taken back to xAPIC mode has its ID in bits 31:24',
    (create) => {
      const b = bench({ ids: [5], ...create });
      b.do(wrmsr(0x1b, 0xfee00c00), { op: 'set_msr', vcpu: 0, msr: 0x1b, value: 0xfee00800 });
      return b.do({ op: 'mmio_read', vcpu: 0, addr: 0xfee00020, size: 4 });
    },
    { value: '0x5000000' },
    { value: '0x5' },
  ],
  ['5b84b0291702', 'two APICs with one ID both hear it', (create) => twoAtOnce(create, 0x20, 0, 0xfee00000), 2, 1],
  ['2970052481b9', 'so do two with one logical ID', (create) => twoAtOnce(create, 0xd0, 1 << 24, 0xfee01004), 2, 1],
  [
    '2bf934aadcac',
    'an APIC whose logical ID has two bits hears the upper one',
    (create) => {
      const b = bench(create);
      b.do(enable(0), apic(0xd0, 3 << 24));
      return b.do({ op: 'msi', addr: 0xfee02004, data: 0x41 });
    },
    { status: 1 },
    { status: 0 },
  ],
  [
    '35366901017c',
    'a logical message where no APIC is enabled reaches 0 CPUs, not nobody',
    (create) => bench(create).do({ op: 'msi', addr: 0xfee01004, data: 0x41 }).status,
    0,
    -1,
  ],
  [
    '3743c2f02517',
    'a changed xAPIC ID ends AVIC',
    (create) => inhibitsOf({ vcpus: 2, avic: true, ...create }, apic(0x20, 7 << 24)),
    1 << APICV_INHIBIT.apicIdModified,
    0,
  ],
  [
    '5063c41bebac',
    'two APICs with one ID end APICv',
    (create) =>
      inhibitsOf({ vcpus: 2, apicv: true, ...create }, apic(0x20, 1 << 24)) & (1 << APICV_INHIBIT.physicalIdAliased),
    1 << APICV_INHIBIT.physicalIdAliased,
    0,
  ],
  [
    '9a364857ab4f',
    'a logical ID of two bits ends AVIC',
    (create) => inhibitsOf({ avic: true, ...create }, apic(0xd0, 3 << 24)),
    1 << APICV_INHIBIT.logicalIdAliased,
    0,
  ],
  [
    'bf328e22e472',
    'the first TSC of user space is taken, near to where KVM started it or not',
    (create) => {
      const b = bench(create);
      b.do({ op: 'set_msr', vcpu: 0, msr: 0x10, value: 5000 });
      return b.do({ op: 'get_msr', vcpu: 0, msr: 0x10 });
    },
    { value: '0x1388' },
    { value: '0x0' },
  ],
  [
    '515a0c79e796',
    'a table with the same message leaves the remapping entry with the vCPU that answered before',
    (create) => {
      const b = assigned(create, 0xfee02004);
      b.do(apic(0xd0, 0), { op: 'mmio_write', vcpu: 1, addr: 0xfee000d0, size: 4, value: 2 << 24 });
      b.do({ op: 'routing', entries: [{ gsi: 40, msi_addr: 0xfee02004, msi_data: 0x51 }] });
      return postedTo(b);
    },
    0,
    1,
  ],
  [
    '9bcac97dc42d',
    'a route that leads to a pin now takes the remapping entry back',
    (create) => {
      const b = assigned(create, 0xfee00000);
      b.do({ op: 'routing', entries: [{ gsi: 40, chip: 'ioapic', pin: 5 }] });
      return postedTo(b);
    },
    -1,
    0,
  ],
  [
    'cb210737675e',
    'so does one that is gone',
    (create) => {
      const b = assigned(create, 0xfee00000);
      b.do({ op: 'routing', entries: [] });
      return postedTo(b);
    },
    -1,
    0,
  ],
  [
    'e40ff1d6608d',
    'the EOI-exit bitmap of a vCPU that runs L2 is loaded when it is back in L1',
    (create) => {
      const b = bench({ vcpus: 2, apicv: true, guest: { handlers: [] }, ...create });
      b.do(picOff, enable(0), enable(1), { op: 'guest', vcpu: 0, nested: 1 }, rte(9, LEVEL | 0x41));
      b.do({ op: 'advance', ns: 5_000 });
      const during = (readWord(b.m, 'vmcs', 0, 'eoiExitBitmap', 2) >> 1) & 1;
      b.do({ op: 'guest', vcpu: 0, nested: 0 }, { op: 'advance', ns: 5_000 });
      return [during, (readWord(b.m, 'vmcs', 0, 'eoiExitBitmap', 2) >> 1) & 1];
    },
    [0, 1],
    [0, 0],
  ],
  [
    '66450a21f996',
    'an INIT is not lost to the HLT of its vCPU',
    (create) => {
      const b = bench({ vcpus: 2, guest: { handlers: [] }, ...create });
      b.do(enable(0), enable(1));
      b.do({ op: 'msi', addr: 0xfee01000, data: 0x500 }, { op: 'guest', vcpu: 1, halt: 1 });
      b.do({ op: 'msi', addr: 0xfee01000, data: 0x612 }, { op: 'advance', ns: 10_000 });
      return readWord(b.m, 'vcpu', 1, 'cs') === 0x1200;
    },
    true,
    false,
  ],
  [
    '7dd0fdff145c',
    'a tick is sent before the EOI of the last where none is made up for',
    (create) => {
      const b = bench({ pit: true, pitReinject: false, ...create });
      b.do(picOff, enable(0), rte(0, 0x91), pio(0x43, 0x34), pio(0x40, 0), pio(0x40, 1));
      const ticks = (): number => b.eventsOf('pit_do_work').length;
      b.do({ op: 'advance', ns: 1_000_000 });
      return ticks();
    },
    4,
    1,
  ],
  [
    'fceb3a36c29a',
    'split: the EOI of a vector in service is reported after its route turned to another vCPU',
    (create) => {
      const b = bench({ vcpus: 2, irqchip: 'split', ...create });
      const to = (vcpu: number): JsonOp => ({
        op: 'routing',
        entries: [{ gsi: 9, msi_addr: 0xfee00000 + vcpu * 0x1000, msi_data: LEVEL | 0x41 }],
      });
      b.do(enable(0), enable(1), to(0), { op: 'nop', vcpu: 0 }, line(9, 1), run(), to(1), { op: 'nop', vcpu: 0 });
      return b.do(eoi());
    },
    { ok: true, eoi_exit: [0x41] },
    { ok: true },
  ],
  [
    '31f251d4ddfa',
    'a vCPU that is on a CPU, outside the guest, is rung no doorbell',
    (create) => {
      const b = bench({ vcpus: 2, avic: true, ...create });
      b.do(enable(1), { op: 'vcpu_state', vcpu: 1, state: 'host' });
      b.events();
      b.do({ op: 'msi', addr: 0xfee01000, data: 0x41 });
      return b.events().includes('avic_doorbell');
    },
    false,
    true,
  ],
  [
    '66fa226c131f',
    'of an IPI to a sleeper and to a guest that runs, KVM wakes the one and rings for the other',
    (create) => {
      const b = bench({ vcpus: 3, avic: true, guest: { handlers: [], idle: 'run' }, ...create });
      b.do(picOff, enable(0), enable(1), enable(2), { op: 'advance', ns: 1 }, { op: 'guest', vcpu: 2, halt: 1 });
      b.events();
      b.do(apic(0x300, 0xc4061));
      return b.eventsOf('avic_doorbell', 'vcpu_wakeup');
    },
    ['avic_doorbell 1 1', 'avic_doorbell 1 0', 'vcpu_wakeup 1'],
    ['avic_doorbell 1 1', 'vcpu_wakeup 1'],
  ],
];

/** Two APICs are given the same value of a register. @returns how many CPUs the message reaches */
function twoAtOnce(create: Create, register: number, value: number, addr: number): unknown {
  const b = bench({ vcpus: 2, ...create });
  b.do(enable(0), enable(1), apic(register, value));
  b.do({ op: 'mmio_write', vcpu: 1, addr: 0xfee00000 + register, size: 4, value });
  return b.do({ op: 'msi', addr, data: 0x41 }).status;
}

function inhibitsOf(create: Create, op: JsonOp): number {
  const b = bench(create);
  b.do(enable(0), op);
  return readWord(b.m, 'vm', 0, 'apicvInhibits');
}

/** A machine with an assigned disk whose vector 0 is enabled with a message to the first vCPU. */
function assigned(create: Create, addr: number): Bench {
  const b = bench({
    vcpus: 2,
    apicv: true,
    postedInterrupts: true,
    devices: [{ id: 'd', kind: 'nvme', gsi: 40, msix: 1 }],
    ...create,
  });
  const msix = (field: string, value: number): JsonOp => ({ op: 'msix', id: 'd', entry: 0, field, value });
  b.do(enable(0), enable(1), apic(0xd0, 2 << 24));
  b.do(msix('addr_lo', addr), msix('data', 0x51), msix('control', 0), msix('capability', 0x8000));
  return b;
}

/** The vCPU whose descriptor the disk's entry leads to, -1 none. */
function postedTo(b: Bench): number {
  const posted = (readWord(b.m, 'device', 0, 'irte', 0) & 0x8000) !== 0;
  return posted ? (readWord(b.m, 'device', 0, 'irte', 1) - 0x200000) >> 6 : -1;
}

test('every change has its situation', () => {
  const shown = new Set<string>(SITUATIONS.map(([commit]) => commit));
  expect(COMMITS.filter((commit) => !shown.has(commit))).toEqual(['b2849bec936b']);
});

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
