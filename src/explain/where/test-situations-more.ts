/**
 * More situations whose closed gate is known: messages that are no vector, an APIC switched off with something in it, lines that ask
 * again, what the IOMMU posts where the route says something else, and questions by another name than the one that raised it.
 */
import type { JsonOp } from '../../log/log.ts';
import { writeRte } from '../guest-ops.ts';
import {
  addrOf,
  askMsi,
  ended,
  hasGuest,
  hasIoapic,
  isApicv,
  isAvic,
  isX2,
  lapic,
  line,
  msi,
  otherVector,
  pio,
  program,
  type Setting,
  SVR,
  taken,
} from './test-machines.ts';
import type { Make, Situation } from './test-situations.ts';

const byVector = (s: Setting, vector = s.vector): JsonOp => ({ op: 'where', vcpu: s.vcpu, vector });
const gsi = (n: number): JsonOp => ({ op: 'where', gsi: n });
const look = (s: Setting, vcpu = s.vcpu): JsonOp => ({ op: 'nop', vcpu });
const ifOff = (s: Setting): JsonOp[] => (hasGuest(s) ? [{ op: 'guest', vcpu: s.vcpu, rflagsIf: 0 }] : []);
const ifOn = (s: Setting): JsonOp[] => (hasGuest(s) ? [{ op: 'guest', vcpu: s.vcpu, rflagsIf: 1 }] : []);
const apicBase = (s: Setting, on: boolean): JsonOp => ({
  op: 'wrmsr',
  vcpu: s.vcpu,
  msr: 0x1b,
  value: 0xfee0_0000 + (on ? 0x800 : 0) + (s.vcpu === 0 ? 0x100 : 0),
});
/** Machines whose vCPUs look only when told to, and not the 8259's. */
const still = (s: Setting, make: () => Situation | null): Situation | null =>
  ['plain', 'x2apic', 'split'].includes(s.kind) ? make() : null;
const onPic = (s: Setting, situation: Situation): Situation | null => (s.kind === 'pic' ? situation : null);

const NVME = { id: 'nvme', kind: 'nvme', gsi: 44, msix: 2 };
const BLK = { id: 'blk', kind: 'virtio-blk', gsi: 40, msix: 2 };
const entry = (id: string, n: number, addr: string, data: number, control = 0): JsonOp[] => [
  { op: 'msix', id, entry: n, field: 'addr_lo', value: addr },
  { op: 'msix', id, entry: n, field: 'data', value: data },
  { op: 'msix', id, entry: n, field: 'control', value: control },
];
const enable = (id: string, value = 0x8000): JsonOp => ({ op: 'msix', id, entry: 0, field: 'capability', value });
const work = (id: string, vector = 0): JsonOp => ({ op: 'device', id, event: 'work', vector });
const EXTINT = 0x700;
const INIT = 0x500;
const SIPI = 0x610;
const NMI = 0x400;

export const MORE: Readonly<Record<string, Make>> = {
  // -- an APIC that is switched off with something in it
  'disabled by APIC_BASE with one in IRR': (s) =>
    isX2(s)
      ? null
      : {
          held: 'apic-disabled',
          state: 'waiting',
          closes: [...ifOff(s), msi(s), apicBase(s, false)],
          after: ifOn(s),
          ask: byVector(s),
        },
  'a pin’s interrupt in an APIC that was switched off': (s) =>
    isX2(s) || !hasIoapic(s)
      ? null
      : {
          held: 'apic-disabled',
          state: 'waiting',
          closes: [...program(s), ...ifOff(s), line(s, 1), apicBase(s, false)],
          after: ifOn(s),
        },
  'switched off and on again': (s) =>
    isX2(s)
      ? null
      : still(s, () => ({
          held: 'vcpu-host',
          state: 'waiting',
          closes: [msi(s), apicBase(s, false), apicBase(s, true)],
          ask: byVector(s),
        })),
  'wiped by INIT': (s) =>
    s.vcpus < 2 || s.vcpu === 0
      ? null
      : still(s, () => ({
          held: 'apic-disabled',
          state: 'lost',
          closes: [msi(s), msi(s, INIT), look(s)],
          ask: byVector(s),
        })),
  'an INIT goes first': (s) =>
    s.vcpus < 2 || s.vcpu === 0
      ? null
      : still(s, () => ({
          held: 'event-first',
          state: 'waiting',
          by: 'init',
          closes: [msi(s), msi(s, INIT)],
          ask: byVector(s),
        })),
  'wiped by a restored local APIC': (s) =>
    still(s, () => ({
      held: 'source',
      state: 'lost',
      closes: [
        { op: 'save', what: 'lapic', vcpu: s.vcpu, as: 'l' },
        msi(s),
        { op: 'restore', what: 'lapic', vcpu: s.vcpu, from: 'l' },
      ],
      ask: byVector(s),
    })),
  'a later one dropped, the first still there': (s) =>
    isX2(s)
      ? null
      : {
          held: hasGuest(s) ? 'if' : 'event-first',
          state: 'waiting',
          closes: [...(hasGuest(s) ? ifOff(s) : [msi(s, otherVector)])],
          after: [msi(s), lapic(s, SVR, 0xff), msi(s)],
          ask: byVector(s),
        },
  // -- messages that are no vector
  'an ExtINT message': (s) =>
    hasIoapic(s)
      ? {
          held: 'destination',
          state: s.level ? 'waiting' : 'lost',
          closes: program(s, (s.vector | EXTINT | (s.level ? 0x8000 : 0)) >>> 0),
          after: [line(s, 1)],
        }
      : null,
  'an SMI by route': (s) => ({
    held: 'destination',
    state: 'lost',
    closes: [{ op: 'routing', entries: [{ gsi: 60, msi_addr: addrOf(s), msi_data: s.vector | 0x200 }] }],
    after: [line(s, 1, 60)],
    ask: gsi(60),
  }),
  'an INIT nobody looked at': (s) =>
    still(s, () => ({ held: 'vcpu-host', state: 'waiting', closes: [msi(s, INIT)], ask: askMsi(s, INIT) })),
  'an INIT that was taken': (s) =>
    still(s, () => ({
      held: null,
      state: 'done',
      closes: [msi(s, INIT)],
      after: [look(s)],
      ask: askMsi(s, INIT),
    })),
  'a SIPI for a vCPU that waits for none': (s) =>
    s.vcpus < 2 || s.vcpu === 0
      ? null
      : still(s, () => ({
          held: 'source',
          state: 'lost',
          closes: [msi(s, SIPI)],
          after: [look(s)],
          ask: askMsi(s, SIPI),
        })),
  'a SIPI after an INIT': (s) =>
    s.vcpus < 2 || s.vcpu === 0
      ? null
      : still(s, () => ({
          held: null,
          state: 'done',
          closes: [msi(s, INIT), msi(s, SIPI)],
          after: [look(s)],
          ask: askMsi(s, SIPI),
        })),
  'an NMI of KVM_NMI, by its vector': (s) =>
    hasGuest(s)
      ? null
      : { held: 'vcpu-host', state: 'waiting', closes: [{ op: 'nmi', vcpu: s.vcpu }], ask: byVector(s, 2) },
  'an NMI in an NMI’s handler, by its vector': (s) =>
    hasGuest(s)
      ? null
      : {
          held: 'nmi-blocked',
          state: 'waiting',
          closes: [
            { op: 'nmi', vcpu: s.vcpu },
            { op: 'run', vcpu: s.vcpu },
          ],
          after: [{ op: 'nmi', vcpu: s.vcpu }],
          ask: byVector(s, 2),
        },
  'an NMI for all, one of whom took it': (s) =>
    s.vcpus < 2
      ? null
      : still(s, () => ({
          held: 'vcpu-host',
          state: 'waiting',
          closes: [msi(s, NMI, 0xff)],
          after: [{ op: 'run', vcpu: 0 }],
          ask: askMsi(s, NMI, 0xff),
        })),
  'an NMI for a vCPU that waits for SIPI': (s) =>
    s.vcpus < 2 || s.vcpu === 0
      ? null
      : still(s, () => ({
          held: 'vcpu-init',
          state: 'waiting',
          closes: [msi(s, INIT), look(s)],
          after: [msi(s, NMI)],
          ask: askMsi(s, NMI),
        })),
  'a level NMI entry, a second time': (s) =>
    hasIoapic(s) && !hasGuest(s) && s.kind !== 'pic' && !isApicv(s) && !isAvic(s)
      ? {
          held: 'ioapic-remote-irr',
          state: 'waiting',
          closes: [...program(s, 0x8400), line(s, 1)],
          after: [{ op: 'run', vcpu: s.vcpu }, { op: 'iret', vcpu: s.vcpu }, line(s, 0), line(s, 1)],
        }
      : null,
  // -- the 8259
  'a level line that asks again after its EOI': (s) =>
    onPic(s, {
      held: 'vcpu-host',
      state: 'waiting',
      closes: [pio(0x4d0, 0x20), line(s, 1, 5), { op: 'run', vcpu: 0 }, pio(0x20, 0x20)],
      ask: gsi(5),
    }),
  'a level line that went low before its INTA': (s) =>
    onPic(s, {
      held: 'source',
      state: 'lost',
      closes: [pio(0x4d0, 0x20), line(s, 1, 5), line(s, 0, 5)],
      ask: gsi(5),
    }),
  'an irqfd’s pulse at a level pin': (s) =>
    onPic(s, {
      held: 'source',
      state: 'lost',
      closes: [pio(0x4d0, 0x20), { op: 'irqfd', gsi: 5, resample: 0 }, { op: 'irqfd_signal', gsi: 5 }],
      ask: gsi(5),
    }),
  'an edge that is high already': (s) =>
    onPic(s, {
      held: 'source',
      state: 'lost',
      closes: [line(s, 1, 5), { op: 'run', vcpu: 0 }, pio(0x20, 0x20), line(s, 1, 5)],
      ask: gsi(5),
    }),
  'the 8259’s vector, by vCPU': (s) =>
    onPic(s, {
      held: 'eoi',
      state: 'in-service',
      closes: [line(s, 1, 5), { op: 'run', vcpu: 0 }],
      ask: { op: 'where', vcpu: 0, vector: 0x35 },
    }),
  'both chips have it': (s) =>
    onPic(s, {
      held: 'vcpu-host',
      state: 'waiting',
      closes: [...writeRte(0, 5, 1, 0), ...writeRte(0, 5, 0, s.vector), line(s, 1, 5)],
      ask: gsi(5),
    }),
  // -- the IOAPIC
  'masked, and high already': (s) =>
    hasIoapic(s)
      ? {
          held: 'ioapic-mask',
          state: 'lost',
          closes: [],
          after: [...program({ ...s, level: false }, s.vector | 0x10000), line(s, 1), line(s, 1)],
        }
      : null,
  'routed to another pin': (s) =>
    hasIoapic(s) && !hasGuest(s)
      ? {
          held: 'ppr',
          state: 'waiting',
          by: 'tpr',
          closes: [
            { op: 'routing', entries: [{ gsi: 60, chip: 'ioapic', pin: s.pin }] },
            ...program(s),
            { op: 'set_cr8', vcpu: s.vcpu, value: 15 },
          ],
          after: [line(s, 1, 60)],
          ask: gsi(60),
        }
      : null,
  // -- a device's own message, asked by another name
  'a device’s masked vector, by vCPU': (s) => ({
    held: 'msix-mask',
    state: 'waiting',
    create: { devices: [BLK] },
    closes: [...entry('blk', 1, addrOf(s), s.vector), enable('blk'), ...entry('blk', 1, addrOf(s), s.vector, 1)],
    after: [work('blk', 1)],
    ask: byVector(s),
  }),
  'a device’s masked vector, by message': (s) => ({
    held: 'msix-mask',
    state: 'waiting',
    create: { devices: [BLK] },
    closes: [...entry('blk', 1, addrOf(s), s.vector), enable('blk'), ...entry('blk', 1, addrOf(s), s.vector, 1)],
    after: [work('blk', 1)],
    ask: askMsi(s),
  }),
  'MSI-X set up and never enabled': (s) => ({
    held: 'msix-disabled',
    state: 'lost',
    create: { devices: [BLK] },
    // It has been off from the start.
    closes: [],
    after: [...entry('blk', 0, addrOf(s), s.vector), work('blk')],
    ask: gsi(40),
  }),
  'an assigned device’s ExtINT': (s) =>
    s.kind === 'split'
      ? null
      : {
          held: 'destination',
          state: 'lost',
          create: { devices: [NVME] },
          closes: [...entry('nvme', 0, addrOf(s), s.vector | EXTINT), enable('nvme')],
          after: [work('nvme')],
          ask: gsi(44),
        },
  // -- the IOMMU
  'posted to the one who had the logical id': (s) =>
    s.kind !== 'apicv-guest' || s.vcpus < 2 || s.vcpu === 0
      ? null
      : {
          held: 'iommu',
          state: 'lost',
          create: { devices: [NVME] },
          closes: [
            lapic(s, 0xd0, 0x0100_0000, 0),
            lapic(s, 0xd0, 0x0200_0000, s.vcpu),
            ...entry('nvme', 0, '0xfee01004', s.vector),
            enable('nvme'),
            // Both answer to the message, then the other alone.
            lapic(s, 0xd0, 0x0300_0000, s.vcpu),
            lapic(s, 0xd0, 0x0400_0000, 0),
          ],
          after: [work('nvme'), { op: 'advance', ns: 50_000 }],
          ask: byVector(s),
        },
  // -- IPIs
  'an IPI to all but the one who asks': (s) =>
    s.vcpus < 2 || isX2(s)
      ? null
      : { held: null, state: 'never', closes: [], after: [lapic(s, 0x300, 0xc4000 | s.vector)], ask: byVector(s) },
  'an IPI to all others, TPR high': (s) =>
    s.vcpus < 2 || s.vcpu === 0 || isX2(s)
      ? null
      : {
          held: 'ppr',
          state: 'waiting',
          by: 'tpr',
          closes: [{ op: 'set_cr8', vcpu: s.vcpu, value: 15 }],
          after: [lapic(s, 0x300, 0xc4000 | s.vector, 0)],
          ask: byVector(s),
        },
  'handled, with the same vector at the source again': (s) =>
    hasIoapic(s)
      ? {
          held: 'ioapic-mask',
          state: s.level ? 'waiting' : 'lost',
          closes: [
            msi(s),
            ...taken(s),
            ...ended(s),
            ...program(s),
            ...program(s, (s.vector | 0x10000 | (s.level ? 0x8000 : 0)) >>> 0),
          ],
          after: [line(s, 1)],
          ask: byVector(s),
        }
      : null,
};
