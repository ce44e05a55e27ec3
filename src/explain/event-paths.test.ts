/** Each event that KVM's code records, of every part: its function exists at each kernel version and is on a call path of the vendor's host. */
import { describe, expect, test } from 'vitest';
import { ALL_EVENTS } from '../spec/events/all.ts';
import type { EventName } from '../spec/events/index.ts';
import { KERNEL_VERSIONS, type KernelFn, placeAt } from '../spec/kernel/functions.ts';
import { atVersion, chainsOf, fnOf, type Vendor } from './calls.ts';

/** Where only the other vendor's functions lie: what names one of them, at any version, does not happen on this one's host. */
const FOREIGN = { intel: 'arch/x86/kvm/svm/', amd: 'arch/x86/kvm/vmx/' } as const;
const isForeign = (fn: KernelFn, vendor: Vendor): boolean =>
  KERNEL_VERSIONS.some((version) => {
    const there = atVersion(fn, version);
    return there !== null && placeAt(there, version)?.file.startsWith(FOREIGN[vendor]) === true;
  });

type Named = readonly [event: EventName, fn: KernelFn];

/** Functions of an event on a vendor's host at v6.18: its own, and those that one of its arguments picks. */
const functionsOf = (name: EventName, vendor: Vendor): Named[] => {
  const { fnBy } = ALL_EVENTS[name] as { fnBy?: { arg: string; fns: Record<number, KernelFn | null> } };
  const picked = Object.keys(fnBy?.fns ?? {}).map((value) => fnOf(name, { [fnBy?.arg ?? '']: Number(value) }, vendor));
  return [fnOf(name, {}, vendor), ...picked].flatMap((fn): Named[] =>
    fn === null || isForeign(fn, vendor) ? [] : [[name, fn]],
  );
};

/** What a kernel has not, and a machine of that kernel does not do. */
const NOT_YET = ['irqfd_resample_unmask: kvm_notify_irqfd_resampler'];

describe.each(KERNEL_VERSIONS.flatMap((version) => (['intel', 'amd'] as const).map((vendor) => ({ version, vendor }))))(
  'at $version on $vendor',
  ({ version, vendor }) => {
    const named = (Object.keys(ALL_EVENTS) as EventName[]).flatMap((name) => functionsOf(name, vendor));
    const there = named.map(([name, fn]) => ({ told: `${name}: ${fn}`, fn: atVersion(fn, version) }));

    test('every event’s function exists', () => {
      const absent = there.filter(({ fn }) => fn === null || placeAt(fn, version) === null);
      expect(absent.map(({ told }) => told)).toEqual(version === 'v5.15' ? NOT_YET : []);
    });
    test('and is on a call path', () => {
      const onPaths = new Set(chainsOf(vendor, version).flatMap((steps) => steps.map(({ id }) => id)));
      const off = there.filter(({ fn }) => fn !== null && placeAt(fn, version) !== null && !onPaths.has(fn));
      expect(off.map(({ told }) => told)).toEqual([]);
    });
  },
);

test('what happens on one vendor’s host only is told of that one', () => {
  const told = (name: EventName) =>
    (['intel', 'amd'] as const).filter((vendor) => functionsOf(name, vendor).length > 0);
  expect(told('pi_load')).toEqual(['intel']);
  expect(told('avic_kick')).toEqual(['amd']);
  expect(told('kick')).toEqual(['intel', 'amd']);
});
