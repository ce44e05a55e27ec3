/**
 * Situations whose closed gate is known, by name, as functions of a machine’s kind and numbers; null where a kind cannot have it. One
 * list, hence its length: a situation is read beside its neighbours, and none is used elsewhere.
 */
import type { JsonOp } from '../../log/log.ts';
import {
  addrOf,
  askMsi,
  ended,
  hasGuest,
  hasIoapic,
  idle,
  isApicv,
  isAvic,
  isVmx,
  isX2,
  KINDS,
  type Kind,
  lapic,
  line,
  msi,
  otherVector,
  pio,
  program,
  routes,
  rteOf,
  type Setting,
  SVR,
  taken,
} from './test-machines.ts';
import { FAR } from './test-situations-far.ts';
import { MORE } from './test-situations-more.ts';

/** Settings of each situation and kind. */
const TIMES = 3;

/** Numbers by chance, the same for a seed. */
function rngOf(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

export interface Situation {
  readonly held: string | null;
  readonly state: 'waiting' | 'in-service' | 'done' | 'lost' | 'never';
  /** Ops up to the one that closes the gate, which is the last of them. */
  readonly closes: readonly JsonOp[];
  /** Ops after it. */
  readonly after?: readonly JsonOp[];
  readonly ask?: JsonOp;
  /** Nothing brings it there. */
  readonly hopeless?: true;
  readonly create?: JsonOp;
  readonly by?: string | number;
}
export type Make = (s: Setting) => Situation | null;

const cr8 = (s: Setting, value: number): JsonOp => ({ op: 'set_cr8', vcpu: s.vcpu, value });
const byVector = (s: Setting): JsonOp => ({ op: 'where', vcpu: s.vcpu, vector: s.vector });
const waits = (s: Setting): 'waiting' | 'lost' => (s.level && hasIoapic(s) ? 'waiting' : 'lost');
const onPin = (s: Setting, make: () => Situation | null): Situation | null => (hasIoapic(s) ? make() : null);
const op = (s: Setting, state: string): JsonOp => ({ op: 'vcpu_state', vcpu: s.vcpu, state });
const post = (s: Setting): JsonOp => ({ op: 'post', vcpu: s.vcpu, vector: s.vector });
const vtd = (s: Setting): JsonOp => ({
  op: 'vtd_msi',
  irte: { posted: true, pda_vcpu: s.vcpu, vector: s.vector, urgent: false },
});
/** It stays in IRR until `taken`: where the model host would deliver it at once it does not. */
const stays = (s: Setting): boolean => ['plain', 'x2apic', 'pic', 'split'].includes(s.kind);

const BLK = { id: 'blk', kind: 'virtio-blk', gsi: 40, msix: 2 };
const msix = (field: string, value: number | string, entry = 0): JsonOp => ({
  op: 'msix',
  id: 'blk',
  entry,
  field,
  value,
});
const table = (s: Setting, entry: number): JsonOp[] => [
  msix('addr_lo', addrOf(s), entry),
  msix('data', s.vector, entry),
  msix('control', 0, entry),
];
const work = (vector = 0): JsonOp => ({ op: 'device', id: 'blk', event: 'work', vector });

const icr = (s: Setting, from: number, low: number): JsonOp[] =>
  isX2(s)
    ? [{ op: 'wrmsr', vcpu: from, msr: 0x830, value: `0x${((BigInt(s.vcpu) << 32n) | BigInt(low)).toString(16)}` }]
    : [lapic(s, 0x310, (s.vcpu << 24) >>> 0, from), lapic(s, 0x300, low, from)];

const SITUATIONS: Readonly<Record<string, Make>> = {
  // -- nothing holds it
  'never raised': (s) => ({ held: null, state: 'never', closes: [], after: program(s) }),
  'never sent': (s) => ({ held: null, state: 'never', closes: [], ask: askMsi(s) }),
  handled: (s) => ({
    held: null,
    state: 'done',
    closes: [...program(s), line(s, 1)],
    after: [...taken(s), line(s, 0), ...ended(s)],
  }),
  'handled, by message': (s) => ({
    held: null,
    state: 'done',
    closes: [msi(s)],
    after: [...taken(s), ...ended(s)],
    ask: askMsi(s),
  }),
  'in service': (s) => ({ held: 'eoi', state: 'in-service', closes: [...program(s), line(s, 1), ...taken(s)] }),
  'in service, by vector': (s) => ({
    held: 'eoi',
    state: 'in-service',
    closes: [msi(s), ...taken(s)],
    ask: byVector(s),
  }),
  // -- the source
  'level pulse while masked': (s) =>
    onPin(s, () => ({
      held: 'source',
      state: 'lost',
      closes: [...program({ ...s, level: true }, s.vector | 0x18000), line(s, 1), line(s, 0)],
    })),
  'a message to an APIC that is enabled too late': (s) => ({
    held: 'source',
    state: 'lost',
    closes: [lapic(s, SVR, 0xff), msi(s)],
    after: [lapic(s, SVR, 0x1ff)],
    ask: askMsi(s),
  }),
  'MSI-X entry masked': (s) => ({
    held: 'msix-mask',
    state: 'waiting',
    create: { devices: [BLK] },
    closes: [...table(s, 1), msix('capability', 0x8000), msix('control', 1, 1)],
    after: [work(1)],
    ask: { op: 'where', gsi: 41 },
  }),
  'MSI-X function masked': (s) => ({
    held: 'msix-function-mask',
    state: 'waiting',
    create: { devices: [BLK] },
    closes: [...table(s, 1), msix('capability', 0xc000)],
    after: [work(1)],
    ask: { op: 'where', gsi: 41 },
  }),
  'MSI-X disabled with a bit pending': (s) => ({
    held: 'msix-disabled',
    state: 'waiting',
    create: { devices: [BLK] },
    closes: [...table(s, 1), msix('capability', 0xc000), work(1), msix('capability', 0)],
    ask: { op: 'where', gsi: 41 },
  }),
  'MSI vector masked': (s) => ({
    held: 'msi-mask',
    state: 'waiting',
    create: { devices: [{ id: 'blk', kind: 'virtio-blk', gsi: 40, msi: 2 }] },
    closes: [
      { op: 'msi_cap', id: 'blk', field: 'addr_lo', value: addrOf(s) },
      { op: 'msi_cap', id: 'blk', field: 'data', value: s.vector & ~1 },
      { op: 'msi_cap', id: 'blk', field: 'enable', value: 1 },
      { op: 'msi_cap', id: 'blk', field: 'mask', value: 1 << (s.vector & 1) },
    ],
    after: [work(s.vector & 1)],
    ask: { op: 'where', gsi: 40 + (s.vector & 1) },
  }),
  'an irqfd that is gone': (s) => ({
    held: 'irqfd',
    state: 'lost',
    create: { devices: [BLK] },
    closes: [...table(s, 0), msix('capability', 0x8000), { op: 'irqfd_deassign', gsi: 40 }],
    after: [work(0)],
    ask: { op: 'where', gsi: 40 },
  }),
  'an eventfd nobody listens to': (s) => ({
    held: 'irqfd',
    state: 'lost',
    closes: [...program(s), { op: 'irqfd', gsi: s.pin, resample: 0 }, { op: 'irqfd_deassign', gsi: s.pin }],
    after: [{ op: 'irqfd_signal', gsi: s.pin }],
  }),
  // -- the route
  'no route': (s) => ({
    held: 'route',
    state: 'lost',
    closes: [...program(s), { op: 'routing', entries: [{ ...routes(s)[0], gsi: 1 }] }],
    after: [line(s, 1)],
  }),
  'irqfd of a GSI without a route': (s) => ({
    held: 'route',
    state: 'lost',
    closes: [
      { op: 'irqfd', gsi: s.pin, resample: 0 },
      { op: 'routing', entries: [{ ...routes(s)[0], gsi: 1 }] },
    ],
    after: [{ op: 'irqfd_signal', gsi: s.pin }],
  }),
  // -- the 8259
  'masked at the master': (s) =>
    pic(s, { held: 'pic-mask', state: 'waiting', closes: [pio(0x21, 0x20)], after: [line(s, 1, 5)], ask: gsi(5) }),
  'masked at the slave': (s) =>
    pic(s, { held: 'pic-mask', state: 'waiting', closes: [pio(0xa1, 0x04)], after: [line(s, 1, 10)], ask: gsi(10) }),
  'masked at the cascade': (s) =>
    pic(s, { held: 'pic-mask', state: 'waiting', closes: [pio(0x21, 0x04)], after: [line(s, 1, 10)], ask: gsi(10) }),
  'the 8259 serves a higher pin': (s) =>
    pic(s, {
      held: 'pic-isr',
      state: 'waiting',
      closes: [line(s, 1, 3), { op: 'run', vcpu: 0 }],
      after: [line(s, 1, 5)],
      ask: gsi(5),
    }),
  'the slave ended, the master not': (s) =>
    pic(s, {
      held: 'pic-isr',
      state: 'waiting',
      closes: [line(s, 1, 10), { op: 'run', vcpu: 0 }],
      after: [pio(0xa0, 0x20), line(s, 0, 10), line(s, 1, 11)],
      ask: gsi(11),
    }),
  'ICW1 and no more': (s) =>
    pic(s, { held: 'pic-init', state: 'waiting', closes: [pio(0x20, 0x11)], after: [line(s, 1, 5)], ask: gsi(5) }),
  'an 8259 nobody set up': (s) =>
    s.kind !== 'plain'
      ? null
      : {
          held: 'pic-init',
          state: 'waiting',
          closes: [],
          after: [pio(0x21, 0), line(s, 1, 5)],
          ask: gsi(5),
        },
  'LINT0 masked': (s) =>
    pic(s, {
      held: 'pic-lint',
      state: 'waiting',
      closes: [{ op: 'mmio_write', vcpu: 0, addr: 0xfee0_0350, size: 4, value: 0x10700 }],
      after: [line(s, 1, 5)],
      ask: gsi(5),
    }),
  'the 8259 waits for a run': (s) =>
    pic(s, { held: 'vcpu-host', state: 'waiting', closes: [line(s, 1, 5)], ask: gsi(5) }),
  'the 8259’s is in service': (s) =>
    pic(s, { held: 'eoi', state: 'in-service', closes: [line(s, 1, 5), { op: 'run', vcpu: 0 }], ask: gsi(5) }),
  'the 8259’s is done': (s) =>
    pic(s, {
      held: null,
      state: 'done',
      closes: [line(s, 1, 5)],
      after: [{ op: 'run', vcpu: 0 }, line(s, 0, 5), pio(0x20, 0x20)],
      ask: gsi(5),
    }),
  // -- the IOAPIC
  'masked at the IOAPIC': (s) =>
    onPin(s, () => ({
      held: 'ioapic-mask',
      state: waits(s),
      // A pin is masked from reset on.
      closes: [],
      after: [...program(s, rteOf(s, 0x10000)), line(s, 1)],
    })),
  'masked after it worked once': (s) =>
    onPin(s, () => ({
      held: 'ioapic-mask',
      state: waits(s),
      closes: [...program(s), line(s, 1), ...taken(s), line(s, 0), ...ended(s), ...program(s, rteOf(s, 0x10000))],
      after: [line(s, 1)],
    })),
  'a shared level line, the first not ended': (s) =>
    onPin(s, () =>
      hasGuest(s)
        ? null
        : {
            held: 'ioapic-remote-irr',
            state: 'waiting',
            closes: [...program(s, s.vector | 0x8000), line(s, 1)],
            after: [...taken(s), line(s, 1)],
          },
    ),
  'an edge line that stayed high': (s) =>
    onPin(s, () => ({
      held: 'ioapic-edge',
      state: 'lost',
      closes: [...program({ ...s, level: false }, s.vector), line(s, 1)],
      after: [...taken(s), ...ended(s), line(s, 1)],
    })),
  'the clock’s EOI is owed': (s) =>
    onPin(s, () =>
      hasGuest(s) || s.kind === 'pic'
        ? null
        : {
            held: 'rtc-pending-eoi',
            state: 'lost',
            closes: [...program({ ...s, pin: 8 }, s.vector), line(s, 1, 8)],
            after: [...taken(s), line(s, 0, 8), line(s, 1, 8)],
            ask: gsi(8),
          },
    ),
  'an irqfd’s pulse while the EOI is owed': (s) =>
    onPin(s, () =>
      hasGuest(s)
        ? null
        : {
            held: 'ioapic-remote-irr',
            state: 'lost',
            closes: [
              ...program({ ...s, level: true }),
              { op: 'irqfd', gsi: s.pin, resample: 0 },
              { op: 'irqfd_signal', gsi: s.pin },
            ],
            after: [...taken(s), { op: 'irqfd_signal', gsi: s.pin }],
          },
    ),
  // -- the local APIC
  'destination nobody has': (s) => ({
    held: 'destination',
    state: waits(s),
    closes: program(s, rteOf(s), 200),
    after: [line(s, 1)],
  }),
  'a device’s message for nobody': (s) => ({
    held: 'destination',
    state: 'lost',
    create: { devices: [BLK] },
    closes: [msix('addr_lo', addrOf(s, 200)), msix('data', s.vector), msix('control', 0), msix('capability', 0x8000)],
    after: [work()],
    ask: gsi(40),
  }),
  'a device’s message below 16': (s) =>
    isApicv(s) || isAvic(s)
      ? null
      : {
          held: 'vector',
          state: 'waiting',
          create: { devices: [BLK] },
          closes: [msix('addr_lo', addrOf(s)), msix('data', 7), msix('control', 0), msix('capability', 0x8000)],
          after: [work()],
          ask: gsi(40),
        },
  'a GSI that never had a route': (s) => ({
    held: 'route',
    state: 'lost',
    closes: [],
    after: [line(s, 1, 99)],
    ask: gsi(99),
  }),
  'the one that hashing takes is off': (s) =>
    isX2(s) || s.vcpus < 2 || isAvic(s) || s.kind === 'split'
      ? null
      : {
          held: 'apic-disabled',
          state: 'lost',
          closes: [lapic(s, 0xd0, 0x0100_0000, 0), lapic(s, 0xd0, 0x0200_0000, 1), lapic(s, SVR, 0xff, 0)],
          after: [msi({ ...s, vector: s.vector & 0xfe }, (s.vector & 0xfe) | 0x100, 3, true)],
          ask: askMsi(s, (s.vector & 0xfe) | 0x100, 3, true),
        },
  'a message for nobody': (s) => ({
    held: 'destination',
    state: 'lost',
    closes: [],
    after: [msi(s, s.vector, 200)],
    ask: askMsi(s, s.vector, 200),
    hopeless: true,
  }),
  'a logical destination nobody has': (s) =>
    isX2(s) || s.kind === 'split'
      ? null
      : {
          held: 'destination',
          state: waits(s),
          closes: [lapic(s, 0xd0, 0x0100_0000), ...program(s, rteOf(s, 0x800), 0x40)],
          after: [line(s, 1)],
        },
  'disabled by SVR': (s) => ({
    held: 'apic-disabled',
    state: waits(s),
    closes: [...program(s), lapic(s, SVR, 0xff)],
    after: [line(s, 1)],
  }),
  'disabled by APIC_BASE': (s) =>
    isX2(s)
      ? null
      : {
          held: 'apic-disabled',
          state: waits(s),
          closes: [
            ...program(s),
            { op: 'wrmsr', vcpu: s.vcpu, msr: 0x1b, value: s.vcpu === 0 ? 0xfee0_0100 : 0xfee0_0000 },
          ],
          after: [line(s, 1)],
        },
  'an IPI to an APIC that is off': (s) =>
    // The processor of AVIC asks no SVR.
    s.vcpus < 2 || s.vcpu === 0 || isAvic(s)
      ? null
      : {
          held: 'apic-disabled',
          state: 'lost',
          closes: [lapic(s, SVR, 0xff)],
          after: icr(s, 0, s.vector),
          ask: byVector(s),
        },
  'a vector below 16': (s) =>
    isApicv(s) || isAvic(s)
      ? null
      : {
          held: 'vector',
          state: 'waiting',
          closes: program(s, (rteOf(s) & ~0xff) | 5),
          after: [line(s, 1)],
        },
  // -- the posted-interrupt descriptor
  'posted to a preempted vCPU': (s) =>
    s.kind !== 'apicv'
      ? null
      : { held: 'pi-suppressed', state: 'waiting', closes: [op(s, 'preempted')], after: [vtd(s)], ask: byVector(s) },
  'KVM posts to a preempted vCPU': (s) =>
    s.kind !== 'apicv'
      ? null
      : { held: 'pi-suppressed', state: 'waiting', closes: [op(s, 'preempted')], after: [post(s)], ask: byVector(s) },
  'posted to a sleeping vCPU without the wakeup vector': (s) =>
    s.kind !== 'apicv'
      ? null
      : {
          held: 'pi-not-notified',
          state: 'waiting',
          create: { postedInterrupts: false },
          closes: [op(s, 'blocked'), vtd(s)],
          ask: byVector(s),
        },
  // -- priority
  'TPR by CR8': (s) => ({
    held: 'ppr',
    state: 'waiting',
    by: 'tpr',
    closes: [...program(s), cr8(s, 15)],
    after: [line(s, 1), idle(s)],
  }),
  'TPR by its register, a message': (s) => ({
    held: 'ppr',
    state: 'waiting',
    by: 'tpr',
    closes: [lapic(s, 0x80, 0xf0)],
    after: [msi(s), idle(s)],
    ask: askMsi(s),
  }),
  'a vector in service': (s) =>
    !stays(s)
      ? null
      : {
          held: 'ppr',
          state: 'waiting',
          by: 'isr',
          closes: [...program(s), msi(s, otherVector), ...taken(s)],
          after: [line(s, 1)],
        },
  'a vector in service, a nested one': (s) =>
    !stays(s)
      ? null
      : {
          held: 'ppr',
          state: 'waiting',
          by: 'isr',
          closes: [msi(s, 0x21), ...taken(s), msi(s, otherVector), ...taken(s)],
          after: [msi(s)],
          ask: byVector(s),
        },
  // -- flags
  'IF off': (s) =>
    !hasGuest(s)
      ? null
      : {
          held: 'if',
          state: 'waiting',
          closes: [...program(s), { op: 'guest', vcpu: s.vcpu, rflagsIf: 0 }],
          after: [line(s, 1), idle(s)],
        },
  'the interrupt shadow': (s) =>
    !hasGuest(s) || isApicv(s) || isAvic(s)
      ? null
      : {
          held: 'shadow',
          state: 'waiting',
          closes: [...program(s), { op: 'guest', vcpu: s.vcpu, shadow: 1 }],
          after: [line(s, 1)],
        },
  'NMI blocking': (s) =>
    hasGuest(s)
      ? null
      : {
          held: 'nmi-blocked',
          state: 'waiting',
          closes: [
            { op: 'nmi', vcpu: s.vcpu },
            { op: 'run', vcpu: s.vcpu },
          ],
          after: [msi(s, 0x400)],
          ask: askMsi(s, 0x400),
        },
  'an NMI by message, not looked at': (s) =>
    hasGuest(s) || isVmx(s) || isAvic(s)
      ? null
      : { held: 'vcpu-host', state: 'waiting', closes: [msi(s, 0x400)], ask: askMsi(s, 0x400) },
  'a higher vector first': (s) =>
    !stays(s)
      ? null
      : {
          held: 'event-first',
          state: 'waiting',
          by: 'irr',
          closes: [...program(s), msi(s, otherVector)],
          after: [line(s, 1)],
        },
  'an NMI first': (s) =>
    !stays(s)
      ? null
      : {
          held: 'event-first',
          state: 'waiting',
          by: 'nmi',
          closes: [...program(s), { op: 'nmi', vcpu: s.vcpu }],
          after: [line(s, 1)],
        },
  'the 8259 first': (s) =>
    s.kind !== 'pic' || s.vcpu !== 0
      ? null
      : {
          held: 'event-first',
          state: 'waiting',
          by: 'extint',
          closes: [...program(s), line(s, 1, 5)],
          after: [line(s, 1)],
        },
  'KVM_INTERRUPT first': (s) =>
    s.kind !== 'split' || s.vcpu !== 0
      ? null
      : {
          held: 'event-first',
          state: 'waiting',
          by: 'extint',
          closes: [{ op: 'extint', vcpu: 0, vector: 0x33 }],
          after: [line(s, 1)],
        },
  // -- the vCPU
  'waits for SIPI': (s) =>
    !stays(s) || s.kind === 'pic' || s.vcpu === 0
      ? null
      : {
          held: 'vcpu-init',
          state: 'waiting',
          closes: [
            ...program(s),
            msi(s, 0x500),
            { op: 'run', vcpu: s.vcpu },
            { op: 'save', what: 'mp', vcpu: s.vcpu, as: 'm' },
            msi(s, 0x610),
            { op: 'run', vcpu: s.vcpu },
            lapic(s, SVR, 0x1ff),
            { op: 'restore', what: 'mp', vcpu: s.vcpu, from: 'm' },
          ],
          after: [line(s, 1)],
        },
  'has not looked': (s) =>
    !stays(s) ? null : { held: 'vcpu-host', state: 'waiting', closes: [...program(s), line(s, 1)] },
  'has not looked, by message': (s) =>
    !stays(s) ? null : { held: 'vcpu-host', state: 'waiting', closes: [msi(s)], ask: askMsi(s) },
  'has not looked, by IPI': (s) =>
    !stays(s) || s.vcpus < 2 || s.vcpu === 0
      ? null
      : { held: 'vcpu-host', state: 'waiting', closes: icr(s, 0, s.vector), ask: byVector(s) },
  'has not looked since TPR fell': (s) =>
    !stays(s)
      ? null
      : {
          held: 'vcpu-host',
          state: 'waiting',
          closes: [...program(s), cr8(s, 15), line(s, 1), cr8(s, 0)],
        },
  'posted to a vCPU in the host': (s) =>
    s.kind !== 'apicv'
      ? null
      : { held: 'vcpu-host', state: 'waiting', closes: [op(s, 'host'), post(s)], ask: byVector(s) },
  'KVM posts to a sleeping vCPU': (s) =>
    s.kind !== 'apicv'
      ? null
      : { held: 'vcpu-host', state: 'waiting', closes: [op(s, 'blocked'), post(s)], ask: byVector(s) },
  'asleep with what was restored into IRR': (s) => {
    if (!hasGuest(s)) return null;
    const restore: JsonOp = { op: 'restore', what: 'lapic', vcpu: s.vcpu, from: 'l' };
    const asleep = [
      { op: 'guest', vcpu: s.vcpu, rflagsIf: 0 },
      msi(s),
      { op: 'save', what: 'lapic', vcpu: s.vcpu, as: 'l' },
      { op: 'guest', vcpu: s.vcpu, rflagsIf: 1 },
      { op: 'advance', ns: 50_000 },
    ];
    // KVM_SET_LAPIC needs the vCPU's mutex: where the run loop is modelled, its thread has left KVM_RUN and looks again.
    const isOut = s.kind === 'loop' || s.kind === 'apicv-guest';
    return {
      held: isOut ? 'vcpu-host' : 'vcpu-blocked',
      state: 'waiting',
      create: { guest: sleeper(s) },
      closes: isOut ? [...asleep, restore] : asleep,
      after: isOut ? [] : [restore],
      ask: byVector(s),
    };
  },
  'put to sleep with one waiting': (s) =>
    s.kind !== 'loop'
      ? null
      : { held: 'vcpu-blocked', state: 'waiting', closes: [op(s, 'host'), msi(s), op(s, 'blocked')], ask: byVector(s) },
  'the storm brake': (s) =>
    s.kind !== 'guest' || s.vcpus > 1
      ? null
      : {
          held: 'eoi-delay',
          state: 'waiting',
          create: { guest: { idle: 'run', handlers: [{ vector: s.vector, name: 'mine', ns: 100, eoi: 'apic' }] } },
          closes: [
            ...program({ ...s, level: true }),
            line(s, 1),
            { op: 'advance', ns: 500_000 },
            { op: 'advance', ns: 1_000_000 },
          ],
        },
  'a preempted vCPU': (s) =>
    s.kind !== 'loop'
      ? null
      : {
          held: 'vcpu-preempted',
          state: 'waiting',
          closes: [...program(s), { op: 'schedule', vcpu: s.vcpu, pcpu: null }],
          after: [line(s, 1)],
        },
  // -- restored
  'restored into IRR': (s) =>
    !stays(s)
      ? null
      : {
          held: 'vcpu-host',
          state: 'waiting',
          closes: [
            msi(s),
            { op: 'save', what: 'lapic', vcpu: s.vcpu, as: 'l' },
            { op: 'run', vcpu: s.vcpu },
            { op: 'eoi', vcpu: s.vcpu },
            { op: 'restore', what: 'lapic', vcpu: s.vcpu, from: 'l' },
          ],
          ask: byVector(s),
        },
  'restored into ISR': (s) =>
    !stays(s)
      ? null
      : {
          held: 'eoi',
          state: 'in-service',
          closes: [
            msi(s),
            { op: 'run', vcpu: s.vcpu },
            { op: 'save', what: 'lapic', vcpu: s.vcpu, as: 'l' },
            { op: 'eoi', vcpu: s.vcpu },
            { op: 'restore', what: 'lapic', vcpu: s.vcpu, from: 'l' },
          ],
          ask: byVector(s),
        },
  'remote IRR restored without its LAPIC': (s) =>
    !stays(s) || !hasIoapic(s)
      ? null
      : {
          held: 'ioapic-remote-irr',
          state: 'waiting',
          closes: [
            ...program(s, s.vector | 0x8000),
            line(s, 1),
            { op: 'run', vcpu: s.vcpu },
            { op: 'save', what: 'irqchip', as: 'i' },
            line(s, 0),
            { op: 'eoi', vcpu: s.vcpu },
            { op: 'restore', what: 'irqchip', from: 'i' },
          ],
          after: [line(s, 1)],
        },
};

/** A model guest that halts when it has nothing to do. */
const sleeper = (s: Setting): JsonOp => ({
  idle: 'halt',
  handlers: [{ vector: s.vector, name: 'mine', ns: 1_000, eoi: 'apic' }],
});

function gsi(n: number): JsonOp {
  return { op: 'where', gsi: n };
}

function pic(s: Setting, situation: Situation): Situation | null {
  return s.kind === 'pic' ? situation : null;
}

function settings(chance: (n: number) => number, kind: Kind, n: number): Setting {
  const vcpus = n === 0 ? 1 : 2 + chance(7);
  return {
    kind,
    vcpus,
    vcpu: kind === 'pic' && n < 2 ? 0 : n === 2 ? 1 + chance(vcpus - 1) : chance(vcpus),
    vector: 0x31 + chance(0xb0),
    pin: 16 + chance(8),
    level: n % 2 === 1,
  };
}

export interface Case {
  readonly name: string;
  readonly setting: Setting;
  readonly situation: Situation;
}

/** Each situation on every kind of machine that can have it. */
export function casesOf(seed: number): readonly Case[] {
  const chance = rngOf(seed);
  const of = (situations: Readonly<Record<string, Make>>, from: number): Case[] =>
    Object.entries(situations).flatMap(([name, make]) =>
      KINDS.flatMap((kind) =>
        Array.from({ length: TIMES - from }, (_, i) => {
          const setting = settings(chance, kind, i + from);
          return { name: `${name}, ${kind} ${i + from}`, setting, situation: make(setting) };
        }).filter(({ situation }) => situation !== null),
      ),
    ) as Case[];
  // Those of the other lists once a kind, with several vCPUs, and one that is not the first.
  return [...of(SITUATIONS, 0), ...of(MORE, TIMES - 1), ...of(FAR, TIMES - 1)];
}
