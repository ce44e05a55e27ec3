import { describe, expect, test } from 'vitest';
import {
  apic,
  type Bench,
  bench,
  enable,
  ipi,
  type MsiFields,
  msi,
  type Ops,
  picOff,
  run,
  wrmsr,
} from '../../test-bench.ts';

const X2APIC = 0xfee00c00;
const ready = (vcpus: number, create: Readonly<Record<string, unknown>> = {}): Bench => {
  const b = bench({ vcpus, ...create });
  b.do(...(b.m.split ? [] : [picOff]), ...Array.from({ length: vcpus }, (_, vcpu) => enable(vcpu)));
  b.events();
  return b;
};
/** vCPUs with something in IRR. */
const reached = (b: Bench): number[] =>
  b.state('apic').flatMap((line, vcpu) => (line.includes(' irr - ') ? [] : [vcpu]));
const toX2apic = (...vcpus: readonly number[]): Ops =>
  vcpus.map((vcpu) => wrmsr(0x1b, X2APIC + (vcpu === 0 ? 0x100 : 0), vcpu));
/** LDR of each vCPU from 0 on, in flat mode as reset leaves it. */
const ldr = (...ids: readonly number[]): Ops => ids.map((id, vcpu) => apic(0xd0, id << 24, vcpu));
const cluster = (vcpus: number): Ops => Array.from({ length: vcpus }, (_, vcpu) => apic(0xe0, 0x0fffffff, vcpu));

describe('a message finds its APICs', () => {
  test.each<[name: string, setup: Ops, message: MsiFields, vcpus: number[]]>([
    ['physical: the one with that id', [], { dest: 2 }, [2]],
    ['physical: an id nobody has', [], { dest: 9 }, []],
    ['physical 0xff: everyone', [], { dest: 0xff }, [0, 1, 2, 3]],
    ['physical: the id register as the guest rewrote it', apic(0x20, 7 << 24, 1), { dest: 7 }, [1]],
    ['logical flat: one bit each', ldr(1, 2, 4, 8), { dest: 6, logical: true }, [1, 2]],
    ['logical flat: nobody set its LDR', [], { dest: 1, logical: true }, []],
    ['logical 0xff: everyone, LDR or not', ldr(1, 2), { dest: 0xff, logical: true }, [0, 1, 2, 3]],
    [
      'logical cluster: the cluster in the upper nibble',
      [cluster(4), ldr(0x11, 0x12, 0x21, 0x22)],
      { dest: 0x23, logical: true },
      [2, 3],
    ],
    ['two APICs with one LDR both answer', ldr(1, 1, 2, 4), { dest: 1, logical: true }, [0, 1]],
    ['x2APIC logical: cluster 0, a bit each', toX2apic(0, 1, 2, 3), { dest: 5, logical: true }, [0, 2]],
    ['x2APIC and 0xff: everyone still (the broadcast quirk)', toX2apic(0, 1, 2, 3), { dest: 0xff }, [0, 1, 2, 3]],
    ['a disabled APIC is passed over', wrmsr(0x1b, 0xfee00000, 1), { dest: 0xff }, [0, 2, 3]],
  ])('%s', (_name, setup, message, vcpus) => {
    const b = ready(4);
    b.do(setup, msi(0x41, message));
    expect(reached(b)).toEqual(vcpus);
  });

  test('without the quirk 0xff is an id like any other to x2APICs', () => {
    const b = ready(2, { x2apicApi: 3 });
    b.do(toX2apic(0, 1), msi(0x41, { dest: 0xff }));
    expect(reached(b)).toEqual([]);
  });

  test('with 32-bit ids the upper half of the address carries bits 31:8', () => {
    const b = ready(2, { ids: [0, 300], x2apicApi: 1 });
    b.do(toX2apic(0, 1));
    b.do({
      op: 'msi',
      addr: `0x${(((300n >> 8n) << 40n) | 0xfee00000n | ((300n & 0xffn) << 12n)).toString(16)}`,
      data: 0x41,
    });
    expect(reached(b)).toEqual([1]);
  });

  test('with 32-bit ids bits 39:32 of the address must be clear', () => {
    expect(ready(1, { x2apicApi: 1 }).do({ op: 'msi', addr: '0x1fee00000', data: 0x41 })).toEqual({
      status: -1,
      errno: 22,
    });
  });

  test('a software-disabled APIC drops it, and the sender hears of no CPU', () => {
    const b = ready(1);
    b.do(apic(0xf0, 0xff));
    expect(b.do(msi(0x41))).toEqual({ status: 0 });
    expect(b.events()).toContain('accept_disabled');
  });
});

describe('lowest priority', () => {
  const LOWEST = { mode: 1, logical: true, dest: 0xf } as const;

  test.each([0x40, 0x41, 0x42, 0x43, 0x51])(
    'vector hashing: vector %i picks the candidate of its remainder',
    (vector) => {
      const b = ready(4);
      b.do(ldr(1, 2, 4, 8), msi(vector, LOWEST));
      expect(reached(b)).toEqual([vector % 4]);
      b.do(msi(vector, LOWEST));
      expect(reached(b)).toEqual([vector % 4]);
    },
  );

  test('hashing counts candidates only', () => {
    const b = ready(4);
    b.do(ldr(1, 2, 4, 8), msi(0x41, { ...LOWEST, dest: 0xa }));
    expect(reached(b)).toEqual([3]);
  });

  test('without hashing the one that took fewest is next', () => {
    const b = ready(3, { vectorHashing: false });
    b.do(ldr(1, 2, 4), msi(0x40, LOWEST), msi(0x40, LOWEST), msi(0x40, LOWEST));
    expect(reached(b)).toEqual([0, 1, 2]);
    b.events();
    b.do(msi(0x50, LOWEST));
    expect(b.state('apic0')[0]).toContain('irr 40 50');
  });

  test('the redirection hint of an MSI asks for one of many too', () => {
    const b = ready(4);
    b.do(ldr(1, 2, 4, 8), msi(0x42, { dest: 0xf, logical: true, hint: true }));
    expect(reached(b)).toEqual([2]);
  });

  test('to 0xff physical goes to everyone as fixed', () => {
    const b = ready(3);
    b.do(msi(0x42, { mode: 1, dest: 0xff }));
    expect(reached(b)).toEqual([0, 1, 2]);
  });

  test('an empty slot picked by the hash loses the interrupt', () => {
    const b = ready(2);
    b.do(ldr(1, 2));
    expect(b.do(msi(0x41, { ...LOWEST, dest: 7 }))).toEqual({ status: 0 });
    expect(b.events()).toContain('disabled_lapic');
  });
});

describe('IPIs', () => {
  test.each<[name: string, low: number, dest: number, vcpus: number[]]>([
    ['to one', 0x41, 2, [2]],
    ['self', 0x40041, 0, [1]],
    ['all', 0x80041, 0, [0, 1, 2]],
    ['all but self', 0xc0041, 0, [0, 2]],
    ['logical', 0x841, 5, [0, 2]],
  ])('%s', (_name, low, dest, vcpus) => {
    const b = ready(3);
    b.do(ldr(1, 2, 4), ipi(low, dest, 1));
    expect(reached(b)).toEqual(vcpus);
  });

  test('an NMI by ICR needs no enabled APIC', () => {
    const b = ready(2);
    b.do(apic(0xf0, 0xff, 1), ipi(0x400, 1));
    expect(b.do(run(1))).toEqual({ nmi: true });
  });

  test('a level de-assert is swallowed', () => {
    const b = ready(2);
    b.do(ipi(0x8041, 1));
    expect(reached(b)).toEqual([]);
    expect(b.events()).toContain('accept_deassert');
  });

  test('SMI and ExtINT are accepted by nobody', () => {
    const b = ready(2);
    b.do(ipi(0x200, 1), ipi(0x700, 1));
    expect(b.eventsOf('accept_ignored')).toEqual(['accept_ignored 0 2', 'accept_ignored 0 7']);
  });

  test('each IPI is a journey of its own', () => {
    const b = ready(2);
    const before = b.m.nextJourney;
    b.do(ipi(0x41, 1), ipi(0x42, 1));
    expect(b.m.nextJourney).toBe(before + 2);
  });
});

/** KVM builds the map in a vCPU's reset, before it lists the vCPU; the next rebuild makes it good. */
test('an NMI to the last vCPU of an untouched VM reaches nobody', () => {
  const b = bench({ vcpus: 2 });
  b.do(ipi(0x400, 1));
  expect(b.do(run(1))).toEqual({ vector: null });
  b.do(enable(1), ipi(0x400, 1));
  expect(b.do(run(1))).toEqual({ nmi: true });
});
