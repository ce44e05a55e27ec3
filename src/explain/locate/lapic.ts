/** Places of events: delivery to the local APICs, and what a local APIC does with it (lapic.c). */
import { hex } from '../../base/hex.ts';
import type { LAPIC_EVENTS } from '../../spec/events/lapic.ts';
import type { Locators } from './locator.ts';
import { bus, irr, isr, lapic, message, says, short, vec, vectorLabel } from './makers.ts';

export const LAPIC_LOCATORS: Locators<typeof LAPIC_EVENTS> = {
  kvm_irq_delivery_to_apic: {
    place: bus,
    dock: 'in',
    label: ({ args }) => short(args.vector, args.mode),
    long: ({ args }) => message(args.vector, args.mode, args.dest),
  },
  lowest_prio: {
    place: ({ args }) => ({ at: 'bus', vcpu: args.vcpu }),
    dock: 'in',
    label: ({ args }) => vec(args.vector),
    long: ({ args }) => `lowest priority → vCPU ${args.vcpu}`,
  },
  no_destination: {
    place: bus,
    dock: 'in',
    label: ({ args }) => vec(args.vector),
    end: 'stage.end.noDestination',
  },
  disabled_lapic: {
    place: bus,
    dock: 'in',
    label: ({ args }) => vec(args.vector),
    end: 'stage.end.emptySlot',
  },
  kvm_apic_accept_irq: {
    place: lapic,
    dock: 'in',
    label: ({ args }) => short(args.vector, args.mode),
    long: ({ args }) => `${short(args.vector, args.mode)} · ${args.trig ? 'level' : 'edge'}`,
    lit: ['lapic.id', 'lapic.enabled'],
    after: 'lowest_prio',
  },
  accept_disabled: {
    place: lapic,
    dock: 'in',
    label: vectorLabel,
    end: 'stage.end.apicDisabled',
  },
  accept_deassert: { place: lapic, dock: 'in', label: vectorLabel, end: 'stage.end.deassert' },
  accept_ignored: {
    place: lapic,
    dock: 'in',
    label: ({ args }) => short(args.vector, args.mode),
    end: 'stage.end.ignored',
  },
  irr_set: {
    place: irr,
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `IRR ${vec(args.vector)}`,
    lit: ['lapic.irr'],
  },
  init_pending: { place: lapic, dock: 'in', label: says('INIT') },
  sipi_pending: { place: lapic, dock: 'in', label: ({ args }) => `SIPI ${vec(args.vector)}` },
  kvm_apic_ipi: {
    place: lapic,
    dock: 'in',
    label: ({ args }) => short(args.icrLow, (args.icrLow >> 8) & 7),
    long: ({ args }) =>
      `ICR · ${message(args.icrLow, ((args.icrLow >> 8) & 7) | (args.icrLow & 0x800 ? 8 : 0) | (((args.icrLow >> 18) & 3) << 4), args.dest)}`,
  },
  kvm_apic_write: { place: lapic, dock: 'out', label: ({ args }) => hex(args.register) },
  kvm_apic_read: { place: lapic, dock: 'out', label: ({ args }) => hex(args.register) },
  apic_write_ignored: {
    place: lapic,
    dock: 'out',
    label: ({ args }) => hex(args.register),
    end: 'stage.end.ignored',
    still: true,
  },
  apic_base: { place: lapic, dock: 'out', label: says('base'), lit: ['lapic.enabled'] },
  apic_map: null,
  ppr: null,
  apic_ack: {
    place: isr,
    dock: 'out',
    label: vectorLabel,
    long: ({ args }) => `IRR → ISR ${vec(args.vector)}`,
    lit: ['lapic.isr', 'lapic.ppr'],
  },
  kvm_eoi: {
    place: isr,
    dock: 'out',
    label: says('EOI'),
    long: ({ args }) => `EOI ${vec(args.vector)}`,
    lit: ['lapic.isr', 'lapic.ppr'],
  },
  eoi_nothing: { place: lapic, dock: 'out', label: says('EOI'), end: 'stage.end.nothing', lit: ['lapic.isr'] },
};
