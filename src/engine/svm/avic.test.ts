/** Each branch of the AVIC host: what the processor does, what KVM does for it, and when AVIC is not used at all. */
import { describe, expect, test } from 'vitest';
import { type Bench, bench, type JsonOp } from '../test-bench.ts';
import { readWord } from '../view/machine-view.ts';

const mmio = (vcpu: number, offset: number, value: number): JsonOp => ({
  op: 'mmio_write',
  vcpu,
  addr: 0xfee00000 + offset,
  size: 4,
  value: value >>> 0,
});
const msi = (dest: number, vector: number): JsonOp => ({ op: 'msi', addr: 0xfee00000 + dest * 0x1000, data: vector });
const run = (vcpu: number): JsonOp => ({ op: 'run', vcpu });
const inhibit = (reason: number, set: 0 | 1): JsonOp => ({ op: 'apicv_inhibit', reason, set });

function machine(create: Readonly<Record<string, unknown>> = {}): Bench {
  const b = bench({ vcpus: 3, avic: true, ...create });
  b.do({ op: 'pio_write', vcpu: 0, port: 0x21, value: 0xff }, { op: 'pio_write', vcpu: 0, port: 0xa1, value: 0xff });
  for (let vcpu = 0; vcpu < b.m.vcpus; vcpu++) b.do(mmio(vcpu, 0xf0, 0x1ff));
  b.events();
  return b;
}
/** A model guest whose vCPUs are in guest mode. */
function guest(create: Readonly<Record<string, unknown>> = {}): Bench {
  const b = machine({ guest: { handlers: [], idle: 'run' }, ...create });
  b.do({ op: 'advance', ns: 1 });
  b.events();
  return b;
}
const entryInfo = (b: Bench, vcpu: number): unknown => b.do({ op: 'get_vmx', vcpu }).vm_entry_intr_info;

/** Who injects a vector for vCPU 1: nothing KVM writes says the processor. */
function injector(b: Bench): 'kvm' | 'processor' {
  b.do({ op: 'nop', vcpu: 1 }, msi(1, 0x61));
  expect(b.do(run(1))).toEqual({ vector: 0x61 });
  return entryInfo(b, 1) === '0x80000061' ? 'kvm' : 'processor';
}

describe('who injects', () => {
  test('the processor, from the backing page', () => expect(injector(machine())).toBe('processor'));

  test.each(Array.from({ length: 13 }, (_, reason) => reason))('KVM, while inhibit reason %i holds', (reason) => {
    const b = machine();
    b.do(inhibit(reason, 1));
    expect(injector(b)).toBe('kvm');
    b.do(inhibit(reason, 0));
    expect(injector(machine())).toBe('processor');
  });

  test('one reason gone is not enough while another holds', () => {
    const b = machine();
    b.do(inhibit(1, 1), inhibit(3, 1), inhibit(1, 0));
    expect(injector(b)).toBe('kvm');
  });

  test.each<[string, Readonly<Record<string, unknown>>, 'kvm' | 'processor']>([
    ['an i8254 that re-injects', { pit: true }, 'kvm'],
    ['an i8254 that does not', { pit: true, pitReinject: false }, 'processor'],
    ['an APIC id past the table', { ids: [0, 1, 255] }, 'kvm'],
    ['the largest id of the table', { ids: [0, 1, 254] }, 'processor'],
  ])('created with %s', (_name, create, who) => expect(injector(machine(create))).toBe(who));

  test.each<[string, readonly JsonOp[]]>([
    ['an APIC id that is not the vCPU’s', [mmio(2, 0x20, 5 << 24)]],
    ['two APICs with one id', [mmio(2, 0x20, 0)]],
    ['two APICs with one logical id', [mmio(0, 0xd0, 1 << 24), mmio(2, 0xd0, 1 << 24)]],
    ['a logical id of two bits', [mmio(2, 0xd0, 3 << 24)]],
    ['an APIC page that moved', [{ op: 'wrmsr', vcpu: 2, msr: 0x1b, value: 0xfed00800 }]],
  ])('the guest makes %s', (_name, ops) => {
    const b = machine();
    b.do(...ops);
    expect(injector(b)).toBe('kvm');
  });

  test('a disabled APIC has no AVIC; the others keep it', () => {
    const b = machine();
    b.do({ op: 'wrmsr', vcpu: 2, msr: 0x1b, value: 0xfee00000 }, { op: 'nop', vcpu: 2 });
    expect(b.eventsOf('apicv_update')).toEqual(['apicv_update 0 0']);
    expect(injector(b)).toBe('processor');
  });

  test('a reason that goes makes every vCPU use AVIC again, each at its entry', () => {
    const b = guest();
    b.do(inhibit(1, 1), { op: 'advance', ns: 1 }, inhibit(1, 0), { op: 'advance', ns: 1 });
    expect(b.eventsOf('apicv_inhibit', 'apicv_update', 'avic_put', 'avic_load')).toEqual([
      'apicv_inhibit 1 1 1',
      ...[0, 1, 2].flatMap(() => ['apicv_update 0 2', 'avic_put']),
      'apicv_inhibit 1 0 1',
      ...[0, 1, 2].flatMap((vcpu) => ['apicv_update 1 0', `avic_load ${vcpu}`]),
    ]);
  });
});

describe('the 8259 beside AVIC', () => {
  const pic = (b: Bench): void => {
    for (const [port, value] of [
      [0x20, 0x11],
      [0x21, 0x30],
      [0x21, 4],
      [0x21, 1],
      [0x21, 0xfe],
    ] as const) {
      b.do({ op: 'pio_write', vcpu: 0, port, value });
    }
    b.events();
  };

  test('a request that must wait for IF switches AVIC off until it has gone in', () => {
    const b = machine();
    pic(b);
    b.do({ op: 'irq_line', gsi: 0, level: 1 }, { op: 'nop', vcpu: 0 });
    expect(b.eventsOf('apicv_inhibit')).toEqual(['apicv_inhibit 8 1 1']);
    expect(injector(b)).toBe('kvm');
    expect(b.do(run(0))).toEqual({ vector: 0x30 });
    expect(b.eventsOf('apicv_inhibit')).toEqual(['apicv_inhibit 8 0 1']);
  });

  test('one that can go in at once does not', () => {
    const b = machine();
    pic(b);
    b.do({ op: 'irq_line', gsi: 0, level: 1 });
    expect(b.do(run(0))).toEqual({ vector: 0x30 });
    expect(b.eventsOf('apicv_inhibit')).toEqual([]);
    expect(entryInfo(b, 0)).toBe('0x80000030');
  });
});

describe('delivery by KVM', () => {
  test('rings the doorbell of a vCPU in the guest', () => {
    const b = guest();
    b.do(msi(1, 0x61));
    expect(b.eventsOf('avic_deliver', 'avic_doorbell', 'kick')).toEqual(['avic_deliver 97 1', 'avic_doorbell 1 0']);
  });

  test('wakes one that sleeps', () => {
    const b = guest();
    b.do({ op: 'guest', vcpu: 1, halt: 1 }, msi(1, 0x61));
    expect(b.eventsOf('avic_deliver', 'avic_doorbell', 'vcpu_wakeup')).toEqual(['avic_deliver 97 0', 'vcpu_wakeup 1']);
  });

  test('goes on in x2APIC mode, where every access exits', () => {
    const b = machine();
    for (const vcpu of [0, 1, 2]) b.do({ op: 'wrmsr', vcpu, msr: 0x1b, value: vcpu === 0 ? 0xfee00d00 : 0xfee00c00 });
    b.events();
    expect(injector(b)).toBe('processor');
    b.events();
    b.do({ op: 'wrmsr', vcpu: 0, msr: 0x830, value: '0x100000051' });
    expect(b.events()).toContain('kvm_apic_ipi');
    expect(b.do({ op: 'eoi', vcpu: 1 }, run(1))).toEqual({ vector: 0x51 });
  });
});

describe('an IPI', () => {
  const send = (b: Bench, low: number, dest = 0): void => {
    b.do(mmio(0, 0x310, dest << 24));
    b.events();
    b.do(mmio(0, 0x300, low));
  };
  const irr = (b: Bench): number[] =>
    [0, 1, 2].filter((vcpu) => ((b.do({ op: 'get' }).lapic as { irr: number[] }[])[vcpu]?.irr.length ?? 0) > 0);
  const flat = [mmio(0, 0xd0, 1 << 24), mmio(1, 0xd0, 2 << 24), mmio(2, 0xd0, 4 << 24)];
  const cluster = [
    ...[0, 1, 2].map((vcpu) => mmio(vcpu, 0xe0, 0)),
    ...[0, 1, 2].map((vcpu) => mmio(vcpu, 0xd0, (0x10 | (1 << vcpu)) << 24)),
  ];

  test.each<[string, readonly JsonOp[], number, number, number[], string[]]>([
    ['to one that runs is the processor’s alone', [], 0x4061, 1, [1], []],
    ['to nobody exits, and KVM finds nobody either', [], 0x4061, 9, [], ['avic_incomplete_ipi 2 16481 9']],
    ['to itself', [], 0x44061, 0, [0], []],
    ['to all', [], 0x84061, 0, [0, 1, 2], []],
    ['to all but itself', [], 0xc4061, 0, [1, 2], []],
    ['by the broadcast id', [], 0x4061, 0xff, [0, 1, 2], []],
    ['to logical ids of the flat model', flat, 0x4861, 6, [1, 2], []],
    ['to logical ids of the cluster model', cluster, 0x4861, 0x15, [0, 2], []],
    ['to a logical id nobody has exits; KVM reaches the rest', flat, 0x4861, 9, [0], ['avic_incomplete_ipi 2 18529 9']],
    ['with lowest priority exits', flat, 0x4961, 2, [1], ['avic_incomplete_ipi 0 18785 2']],
    ['that is level-triggered exits', [], 0xc061, 1, [1], ['avic_incomplete_ipi 0 49249 1']],
    ['below vector 16 exits, and KVM sends nothing', [], 0x400f, 1, [], ['avic_incomplete_ipi 4 16399 1']],
  ])('%s', (_name, before, low, dest, reached, exits) => {
    const b = guest();
    b.do(...before);
    send(b, low, dest);
    expect(b.eventsOf('avic_incomplete_ipi')).toEqual(exits);
    expect(irr(b)).toEqual(reached);
  });

  // The table is KVM's own: it follows what LDR and DFR were written, and no other register.
  const off = (vcpu: number): JsonOp => ({ op: 'mmio_write', vcpu, addr: 0xfee000f0, size: 4, value: 0xff });
  const dfr = (vcpu: number, value: number): JsonOp => mmio(vcpu, 0xe0, value);
  const inhibited = (...ops: readonly JsonOp[]): JsonOp[] => [
    inhibit(1, 1),
    { op: 'advance', ns: 1 },
    ...ops,
    inhibit(1, 0),
    { op: 'advance', ns: 1 },
  ];
  test.each<[string, readonly JsonOp[], number, number[], string[]]>([
    ['a software-disabled APIC stays in it', [...flat, off(2)], 4, [2], []],
    [
      'a DFR that changes takes the entry out, also when AVIC was off until it changed back',
      [...flat, dfr(2, 0x0fffffff), { op: 'advance', ns: 1 }, dfr(2, -1), { op: 'advance', ns: 1 }],
      4,
      [2],
      ['avic_incomplete_ipi 2 18529 4'],
    ],
    [
      'LDR with its old value after that does not put it back',
      [...flat, dfr(2, 0x0fffffff), dfr(2, -1), mmio(2, 0xd0, 4 << 24)],
      4,
      [2],
      ['avic_incomplete_ipi 2 18529 4'],
    ],
    [
      'another LDR does, and the old one again',
      [...flat, dfr(2, 0x0fffffff), dfr(2, -1), mmio(2, 0xd0, 8 << 24), mmio(2, 0xd0, 4 << 24)],
      4,
      [2],
      [],
    ],
    ['DFR with the value it has changes nothing', [...flat, dfr(2, -1)], 4, [2], []],
    ['a new LDR leaves no entry behind', [...flat, mmio(2, 0xd0, 8 << 24)], 4, [], ['avic_incomplete_ipi 2 18529 4']],
    ['an LDR of 0 has none', [...flat, mmio(2, 0xd0, 0)], 4, [], ['avic_incomplete_ipi 2 18529 4']],
    ['while AVIC is off nothing traps; KVM catches up as it comes back', inhibited(...flat), 4, [2], []],
    [
      'DFR too: it is caught up first, then LDR',
      inhibited(...[0, 1, 2].map((vcpu) => dfr(vcpu, 0)), ...cluster.slice(3)),
      0x14,
      [2],
      [],
    ],
    ['cluster 15 has no entries', cluster, 0xf1, [], ['avic_incomplete_ipi 2 18529 241']],
  ])('logical id table: %s', (_name, before, dest, reached, exits) => {
    const b = guest();
    b.do(...before);
    b.events();
    send(b, 0x4861, dest);
    expect(b.eventsOf('avic_incomplete_ipi')).toEqual(exits);
    expect(irr(b)).toEqual(reached);
  });

  test('rings by itself, not through KVM', () => {
    const b = guest();
    send(b, 0x4061, 1);
    expect(b.eventsOf('avic_ipi', 'avic_doorbell')).toEqual(['avic_ipi 97 1 1', 'avic_doorbell 1 1']);
  });

  test('to several of whom one sleeps: KVM wakes that one, and rings once more where the processor rang', () => {
    const b = guest();
    b.do({ op: 'guest', vcpu: 2, halt: 1 });
    send(b, 0xc4061);
    expect(b.eventsOf('avic_doorbell', 'avic_incomplete_ipi', 'avic_kick', 'vcpu_wakeup')).toEqual([
      'avic_doorbell 1 1',
      'avic_incomplete_ipi 1 802913 0',
      'avic_kick 1 97',
      'avic_doorbell 1 0',
      'avic_kick 2 97',
      'vcpu_wakeup 1',
    ]);
  });

  test('as an NMI is KVM’s', () => {
    const b = guest();
    send(b, 0x4400, 1);
    expect(b.eventsOf('avic_incomplete_ipi', 'nmi_queued')).toEqual(['avic_incomplete_ipi 0 17408 1', 'nmi_queued 1']);
  });
});

describe('an access to the page', () => {
  const exits = (b: Bench, op: JsonOp): number => {
    const before = readWord(b.m, 'vcpu', 0, 'exits');
    b.do(op);
    return readWord(b.m, 'vcpu', 0, 'exits') - before;
  };
  const read = (offset: number): JsonOp => ({ op: 'mmio_read', vcpu: 0, addr: 0xfee00000 + offset, size: 4 });

  test('TPR is the processor’s; PPR follows at once', () => {
    const b = machine();
    expect(exits(b, mmio(0, 0x80, 0x55))).toBe(0);
    expect(b.do(read(0xa0))).toEqual({ value: '0x55' });
  });

  test.each([
    ['LVTT', 0x320, 0x10030, 1],
    ['SVR', 0xf0, 0x1fe, 1],
    ['TMICT', 0x380, 5, 1],
    ['ESR', 0x280, 0, 1],
    ['RRR', 0xc0, 0, 1],
    ['the version', 0x30, 0, 0],
    ['the current count', 0x390, 0, 0],
  ])('a write of %s traps', (_name, offset, value, trap) => {
    const b = machine();
    b.do(mmio(0, offset, value));
    expect(b.eventsOf('avic_unaccelerated')).toEqual([`avic_unaccelerated ${offset} ${trap}`]);
  });

  test('where KVM ignores the write, the page keeps what the processor put there', () => {
    const b = machine();
    b.do(mmio(0, 0x280, 0x77), mmio(0, 0x320, 0x400ec), mmio(0, 0x380, 1234));
    expect([b.do(read(0x280)), b.do(read(0x380))]).toEqual([{ value: '0x77' }, { value: '0x4d2' }]);
    const plain = machine({ avic: false, vendor: 'amd' });
    plain.do(mmio(0, 0x280, 0x77), mmio(0, 0x320, 0x400ec), mmio(0, 0x380, 1234));
    expect([plain.do(read(0x280)), plain.do(read(0x380))]).toEqual([{ value: '0x0' }, { value: '0x0' }]);
  });

  test('a write of RRR is no register’s', () => {
    const b = machine();
    b.do(mmio(0, 0xc0, 5));
    expect(b.eventsOf('kvm_apic_write', 'apic_write_ignored')).toEqual([]);
  });

  test('an IPI that KVM sends is sent from the ICR, without another write of it', () => {
    const b = machine();
    b.do(mmio(0, 0x310, 1 << 24));
    b.events();
    b.do(mmio(0, 0x300, 0x4400));
    expect(b.eventsOf('kvm_apic_write', 'kvm_apic_ipi', 'avic_incomplete_ipi')).toEqual([
      'avic_incomplete_ipi 0 17408 1',
      'kvm_apic_ipi 17408 1 0',
    ]);
  });

  test('the current count faults, every other register reads from the page', () => {
    const b = machine();
    b.do(read(0x390), read(0x20), read(0x320));
    expect(b.eventsOf('avic_unaccelerated', 'apic_read_virtualized').map((e) => e.split(' ')[0])).toEqual([
      'avic_unaccelerated',
      'apic_read_virtualized',
      'apic_read_virtualized',
    ]);
  });

  test('the EOI of an edge is the processor’s, of a level KVM’s', () => {
    const b = machine();
    b.do(msi(0, 0x61), run(0));
    b.events();
    b.do({ op: 'eoi', vcpu: 0 });
    expect(b.events()).toEqual(['eoi_virtualization']);
    b.do(msi(0, 0x8061), run(0));
    b.events();
    b.do({ op: 'eoi', vcpu: 0 });
    expect(b.events()).toEqual(expect.arrayContaining(['avic_unaccelerated', 'kvm_eoi']));
  });

  test('a vCPU that waits for SIPI executes nothing', () => {
    const b = machine();
    b.do(mmio(0, 0x310, 1 << 24), mmio(0, 0x300, 0x4500));
    expect(b.do(mmio(1, 0x80, 0x20))).toEqual({ not_runnable: 2 });
  });
});
