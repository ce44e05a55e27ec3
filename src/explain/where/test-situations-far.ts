/**
 * Situations whose closed gate is known, of the third list: destinations by logical id and beyond 255, several gates shut at once, of
 * which the first on the way is the answer and all are in the way out, and what changes at a pin whose interrupt has left it.
 */
import type { JsonOp } from '../../log/log.ts';
import { writeRte } from '../guest-ops.ts';
import {
  askMsi,
  hasGuest,
  hasIoapic,
  isAvic,
  isX2,
  lapic,
  line,
  msi,
  program,
  rteOf,
  type Setting,
  SVR,
  taken,
} from './test-machines.ts';
import type { Make, Situation } from './test-situations.ts';

const DFR = 0xe0;
const LDR = 0xd0;
const CLUSTERS = 0x0fff_ffff;
const all = (s: Setting): number[] => Array.from({ length: s.vcpus }, (_, vcpu) => vcpu);
/** Flat: a bit each. Clusters: four to a cluster, from cluster 1 on. */
const flatId = (vcpu: number): number => 1 << (vcpu & 7);
const clusterId = (vcpu: number): number => (((vcpu >> 2) + 1) << 4) | (1 << (vcpu & 3));
const flat = (s: Setting): JsonOp[] => all(s).map((vcpu) => lapic(s, LDR, (flatId(vcpu) << 24) >>> 0, vcpu));
const clusters = (s: Setting): JsonOp[] =>
  all(s).flatMap((vcpu) => [lapic(s, DFR, CLUSTERS, vcpu), lapic(s, LDR, (clusterId(vcpu) << 24) >>> 0, vcpu)]);
const tpr = (s: Setting, vcpu = s.vcpu): JsonOp => ({ op: 'set_cr8', vcpu, value: 15 });
const off = (s: Setting, vcpu = s.vcpu): JsonOp => lapic(s, SVR, 0xff, vcpu);
const ifOff = (s: Setting): JsonOp[] => (hasGuest(s) ? [{ op: 'guest', vcpu: s.vcpu, rflagsIf: 0 }] : []);
const byVector = (s: Setting, vector = s.vector): JsonOp => ({ op: 'where', vcpu: s.vcpu, vector });
/** The local APICs have logical ids of their own, and there is room for ours. */
const xapic = (s: Setting, make: () => Situation): Situation | null => (isX2(s) || s.vcpus > 7 ? null : make());
const pinned = (s: Setting, make: () => Situation): Situation | null =>
  hasIoapic(s) && s.kind !== 'pic' ? make() : null;
/** A message for an APIC id of more than eight bits. */
const wide = (dest: number, logical: boolean, data: number) => {
  const addr = (BigInt(dest >>> 8) << 40n) + 0xfee0_0000n + BigInt(((dest & 0xff) << 12) + (logical ? 4 : 0));
  return { addr: `0x${addr.toString(16)}`, data };
};
const sends = (m: { readonly addr: string; readonly data: number }): JsonOp => ({ op: 'msi', ...m });

/** An x2APIC message to whom nobody is: lost, and nothing brings it back. */
const nobodyHas = (s: Setting, m: ReturnType<typeof wide>): ReturnType<Make> =>
  isX2(s)
    ? {
        held: 'destination',
        state: 'lost',
        closes: [],
        after: [sends(m)],
        ask: { op: 'where', msi: m },
        hopeless: true,
      }
    : null;

export const FAR: Readonly<Record<string, Make>> = {
  // -- by logical id
  'a flat logical id nobody has': (s) =>
    xapic(s, () => ({
      held: 'destination',
      state: 'lost',
      closes: [],
      after: [...flat(s), msi(s, s.vector, 0x80, true)],
      ask: askMsi(s, s.vector, 0x80, true),
    })),
  'a bit nobody has in a cluster': (s) =>
    s.vcpus > 3
      ? null
      : xapic(s, () => ({
          held: 'destination',
          state: 'lost',
          closes: [],
          after: [...clusters(s), msi(s, s.vector, 0x18, true)],
          ask: askMsi(s, s.vector, 0x18, true),
        })),
  'our bit of another cluster': (s) =>
    xapic(s, () => {
      const dest = 0x80 | (clusterId(s.vcpu) & 0xf);
      return {
        held: 'destination',
        state: 'lost',
        closes: [],
        after: [...clusters(s), msi(s, s.vector, dest, true)],
        ask: askMsi(s, s.vector, dest, true),
      };
    }),
  'by cluster, TPR high': (s) =>
    xapic(s, () => ({
      held: 'ppr',
      by: 'tpr',
      state: 'waiting',
      closes: [...clusters(s), tpr(s)],
      after: [msi(s, s.vector, clusterId(s.vcpu), true)],
      ask: askMsi(s, s.vector, clusterId(s.vcpu), true),
    })),
  'lowest priority, and all are off': (s) =>
    xapic(s, () => ({
      held: 'apic-disabled',
      state: 'lost',
      closes: [...flat(s), ...all(s).map((vcpu) => off(s, vcpu))],
      after: [msi(s, s.vector | 0x100, 0xff, true)],
      ask: askMsi(s, s.vector | 0x100, 0xff, true),
    })),
  'for all, and all are off': (s) => ({
    held: 'apic-disabled',
    state: 'lost',
    closes: all(s).map((vcpu) => off(s, vcpu)),
    after: [msi(s, s.vector, 0xff)],
    ask: askMsi(s, s.vector, 0xff),
  }),

  'for all, and the last is off, TPR high': (s) =>
    s.vcpus < 2
      ? null
      : {
          held: 'ppr',
          by: 'tpr',
          state: 'waiting',
          closes: [off(s, s.vcpus - 1), tpr(s, 0)],
          after: [...all(s).map((vcpu) => tpr(s, vcpu)), msi(s, s.vector, 0xff)],
          ask: askMsi(s, s.vector, 0xff),
        },

  // -- x2APIC ids
  'an x2APIC cluster nobody is in': (s) => nobodyHas(s, wide(0x1_0001, true, s.vector)),
  'an id of more than eight bits nobody has': (s) => nobodyHas(s, wide(300, false, s.vector)),
  'an id of more than eight bits, TPR high': (s) => {
    const m = wide(300 + s.vcpu, false, s.vector);
    return isX2(s) && s.vcpu > 0
      ? {
          create: { ids: all(s).map((vcpu) => (vcpu === 0 ? 0 : 300 + vcpu)) },
          held: 'ppr',
          by: 'tpr',
          state: 'waiting',
          closes: [tpr(s)],
          after: [sends(m)],
          ask: { op: 'where', msi: m },
        }
      : null;
  },
  '0xff where it means one id': (s) => {
    const m = wide(0xff, false, s.vector);
    return isX2(s)
      ? {
          create: { x2apicApi: 3 },
          held: 'destination',
          state: 'lost',
          closes: [],
          after: [sends(m)],
          ask: { op: 'where', msi: m },
          hopeless: true,
        }
      : null;
  },

  // -- several gates at once
  'masked, off, TPR high, IF off': (s) =>
    pinned(s, () => ({
      held: 'ioapic-mask',
      state: s.level ? 'waiting' : 'lost',
      closes: [],
      after: [...program(s, rteOf(s, 0x1_0000)), ...(isAvic(s) ? [] : [off(s)]), tpr(s), ...ifOff(s), line(s, 1)],
    })),
  'masked, for nobody, TPR high': (s) =>
    pinned(s, () => ({
      held: 'ioapic-mask',
      state: s.level ? 'waiting' : 'lost',
      closes: [],
      after: [...program(s, rteOf(s, 0x1_0000), 0xe), tpr(s), line(s, 1)],
    })),
  'for nobody, TPR high': (s) =>
    pinned(s, () => ({
      held: 'destination',
      state: s.level ? 'waiting' : 'lost',
      closes: [],
      after: [...program(s, rteOf(s), 0xe), tpr(s), line(s, 1)],
    })),
  'TPR high, IF off': (s) => ({
    held: 'ppr',
    by: 'tpr',
    state: 'waiting',
    closes: [...program(s), tpr(s)],
    after: [...ifOff(s), line(s, 1)],
  }),
  'IF off, and asleep': (s) =>
    hasGuest(s)
      ? {
          held: 'if',
          state: 'waiting',
          closes: [...program(s), ...ifOff(s)],
          after: [{ op: 'guest', vcpu: s.vcpu, idle: 'hlt' }, line(s, 1)],
        }
      : null,

  // -- what changes at the pin when the interrupt has left it
  'masked again while it waits in IRR': (s) =>
    pinned(s, () => ({
      held: 'ppr',
      by: 'tpr',
      state: 'waiting',
      closes: [...program(s), tpr(s)],
      after: [line(s, 1), ...writeRte(0, s.pin, 0, rteOf(s, 0x1_0000))],
    })),
  'another vector at the pin while it waits in IRR': (s) =>
    pinned(s, () => ({
      held: 'ppr',
      by: 'tpr',
      state: 'waiting',
      closes: [...program(s), tpr(s)],
      after: [line(s, 1), ...writeRte(0, s.pin, 0, rteOf({ ...s, vector: s.vector ^ 1 }))],
    })),
  // A level line that is up is one interrupt however often it is raised, and an edge merges with the one before: the first waits.
  'raised again while it waits in IRR': (s) =>
    pinned(s, () => ({
      held: 'ppr',
      by: 'tpr',
      state: 'waiting',
      closes: [...program(s), tpr(s)],
      after: [line(s, 1), line(s, 1), line(s, 1)],
    })),
  'pulsed again while it waits in IRR': (s) =>
    pinned(s, () => ({
      held: 'ppr',
      by: 'tpr',
      state: 'waiting',
      closes: [...program(s), tpr(s)],
      after: [line(s, 1), line(s, 0), line(s, 1), line(s, 0)],
    })),
  'raised again, turned to another while it waits in IRR': (s) =>
    s.vcpus < 2
      ? null
      : pinned(s, () => ({
          held: 'ppr',
          by: 'tpr',
          state: 'waiting',
          closes: [...program({ ...s, level: true }), tpr(s)],
          after: [line(s, 1), ...writeRte(0, s.pin, 1, (((s.vcpu + 1) % s.vcpus) << 24) >>> 0), line(s, 1)],
        })),
  'for nobody while it is in service': (s) =>
    pinned(s, () => ({
      held: 'eoi',
      state: 'in-service',
      closes: [...program(s), line(s, 1), ...taken(s)],
      after: writeRte(0, s.pin, 1, 0x0e00_0000),
    })),

  // -- what AVIC does not send
  'an IPI below 16': (s) =>
    isAvic(s) && s.vcpus > 1 && s.vcpu > 0
      ? {
          held: 'vector',
          state: 'lost',
          closes: [],
          after: [lapic(s, 0x310, (s.vcpu << 24) >>> 0, 0), lapic(s, 0x300, 0x08, 0)],
          ask: byVector(s, 8),
          hopeless: true,
        }
      : null,
};
