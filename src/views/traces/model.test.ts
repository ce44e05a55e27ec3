import { describe, expect, test } from 'vitest';
import { fragmentOf, readAddress } from './line-address.ts';
import { type Filter, matches, NO_FILTER, timeIn } from './model.ts';

const HASH = '0123456789abcdef01234567';
const LINE = { format: 'trace.dat', size: 1_234_567, hash: HASH, line: 42 };

test('the address of a line is read as a link, as its fragment, and as what stands behind trace=', () => {
  const fragment = fragmentOf(LINE);
  expect(fragment).toBe(`trace=trace.dat,1234567,${HASH},42`);
  for (const text of [`https://a.example/x/?lang=en#${fragment}`, `#${fragment}`, fragment, fragment.slice(6)]) {
    expect(readAddress(text)).toEqual(LINE);
  }
});

test('a format of two words is one in an address, and read as it stood in those that are about', () => {
  const named = { ...LINE, format: 'trace-cmd report' };
  expect(readAddress(fragmentOf(named))).toEqual({ ...LINE, format: 'trace-cmd-report' });
  for (const text of [`#trace=trace-cmd%20report,1,${HASH},3`, `trace=trace-cmd report,1,${HASH},3`])
    expect(readAddress(text)).toMatchObject({ size: 1, line: 3 });
});

test.each([
  '',
  'svm',
  `trace=ftrace,1,${HASH},0`,
  `trace=ftrace,1,${HASH.slice(1)},3`,
  `trace=ftrace,99999999999999999999,${HASH},3`,
  ' x-1 [000] .... 1.000000: kvm_eoi: apicid 0 vector 48',
])('%s is no address', (text) => {
  expect(readAddress(text)).toBeNull();
});

test.each([
  ['  CPU 0/KVM-160 [002] d..1. 10.176179: kvm_entry: vcpu 0, rip 0xfff0', 10_176_179],
  [' qemu-system-x86 564/564 [002] 225.529561906:   kvm:kvm_update_master_clock: x', 225_529_561.906],
  ['    17.594 qemu-system-x8/899 kvm:kvm_set_irq(gsi: 4)', 17_594],
  ['kvm_exit: reason EOI_INDUCED rip 0x1', Number.NaN],
])('the time in "%s"', (text, us) => {
  expect(timeIn(text)).toBe(us);
});

describe('what a filter lets through', () => {
  const GSI_11 = { gsi: 11, vector: null, vcpu: null };
  const VECTOR_49 = { gsi: null, vector: 49, vcpu: 1 };
  const BOTH = { gsi: 11, vector: 49, vcpu: 1 };
  const OTHER = { gsi: 10, vector: 49, vcpu: 1 };
  const ALL = { gsi: null, vector: null, vcpu: null, n: 3 };
  const shown = (filter: Partial<Filter>): object[] =>
    [GSI_11, VECTOR_49, BOTH, OTHER, ALL].filter((row) => matches({ ...NO_FILTER, ...filter }, row));

  test('without one everything', () => {
    expect(shown({})).toEqual([GSI_11, VECTOR_49, BOTH, OTHER, ALL]);
  });

  test('GSI, vector and vCPU at once: what agrees with each of them in so far as it names one', () => {
    expect(shown({ gsi: 11, vector: 49, vcpu: 1 })).toEqual([GSI_11, VECTOR_49, BOTH, ALL]);
    expect(shown({ gsi: 11, vector: 49, vcpu: 0 })).toEqual([GSI_11, ALL]);
    expect(shown({ gsi: 11, vector: 50, vcpu: 1 })).toEqual([GSI_11, ALL]);
    expect(shown({ gsi: 10, vector: 49, vcpu: 1 })).toEqual([VECTOR_49, OTHER, ALL]);
  });

  test('vCPU 0 and GSI 0 are numbers and not "all"', () => {
    expect(shown({ gsi: 0 })).toEqual([VECTOR_49, ALL]);
    expect(shown({ vcpu: 0, vector: 0 })).toEqual([GSI_11, ALL]);
  });
});
