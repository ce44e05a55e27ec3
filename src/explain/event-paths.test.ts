/** Each event that KVM's code records, of the parts that every scene may have: its function stands in the catalogue's call paths at each kernel version, on each vendor. */
import { describe, expect, test } from 'vitest';
import { EVENT_NAMES } from '../spec/events/index.ts';
import { latePartOf } from '../spec/events/late.ts';
import { eventSource } from '../spec/events/sources.ts';
import { KERNEL_VERSIONS, type KernelFn, placeAt } from '../spec/kernel/functions.ts';
import { CALL_PATHS } from '../spec/kernel/paths.ts';
import { atVersion } from './calls.ts';

/** Functions of an event: its own, AMD's, and those that one of its arguments picks. */
const functionsOf = (name: (typeof EVENT_NAMES)[number]): readonly KernelFn[] => {
  if (name === undefined) return [];
  const { fn, amd, fnBy } = eventSource(name);
  return [fn, amd, ...Object.values(fnBy?.fns ?? {})].filter(
    (one): one is KernelFn => one !== null && one !== undefined,
  );
};

/** What a kernel has not, and a machine of that kernel does not do. */
const NOT_YET = ['v5.15 irqfd_resample_unmask: kvm_notify_irqfd_resampler'];
/** Defined under another name in the stable updates of its series than at the tag: no path can name it there. */
const RENAMED_IN_UPDATES = ['v6.12 apic_base: __kvm_apic_set_base'];

describe.each(KERNEL_VERSIONS)('at %s', (version) => {
  const onPaths = new Set(CALL_PATHS.flatMap((path) => path.at[version]?.steps.map(({ id }) => id) ?? []));
  const known = EVENT_NAMES.flatMap((name, code) =>
    functionsOf(latePartOf(code) === undefined ? name : undefined).map(
      (fn) => [name, fn, atVersion(fn, version)] as const,
    ),
  );

  test('every event’s function is on a call path, or does not exist there', () => {
    const off = known.filter(
      ([, , there]) => there !== null && placeAt(there, version) !== null && !onPaths.has(there),
    );
    const told = off.map(([name, fn]) => `${version} ${name}: ${fn}`);
    expect(told.filter((one) => !RENAMED_IN_UPDATES.includes(one))).toEqual([]);
  });
  test('and those that do not exist are known', () => {
    const absent = known.filter(([, , there]) => there !== null && placeAt(there, version) === null);
    const told = new Set(absent.map(([name, fn]) => `${version} ${name}: ${fn}`));
    expect([...told].filter((one) => !NOT_YET.includes(one))).toEqual([]);
  });
});
