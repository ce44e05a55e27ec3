/** Places of events: the IOAPIC (ioapic.c). */
import { hex } from '../../base/hex.ts';
import type { IOAPIC_EVENTS } from '../../spec/events/ioapic.ts';
import type { Locators } from './locator.ts';
import { ioapic, ioapicPin, message, pinLabel, pinLevel, says, short, vec } from './makers.ts';

export const IOAPIC_LOCATORS: Locators<typeof IOAPIC_EVENTS> = {
  ioapic_line: { place: ioapicPin, dock: 'in', label: pinLabel, long: pinLevel, lit: ['rte.line'] },
  ioapic_service: {
    place: ioapicPin,
    dock: 'out',
    label: ({ args }) => short(args.vector, args.mode),
    long: ({ args }) => message(args.vector, args.mode, args.dest),
    lit: ['rte.vector', 'rte.mode', 'rte.dest'],
  },
  kvm_ioapic_set_irq: null,
  ioapic_masked: { place: ioapicPin, dock: 'in', label: pinLabel, end: 'stage.end.masked' },
  ioapic_remote_irr: { place: ioapicPin, dock: 'in', label: pinLabel, end: 'stage.end.remoteIrr' },
  ioapic_coalesced: { place: ioapicPin, dock: 'in', label: pinLabel, end: 'stage.end.coalesced' },
  rtc_coalesced: { place: ioapicPin, dock: 'in', label: pinLabel, end: 'stage.end.rtc' },
  ioapic_write: { place: ioapic, dock: 'out', label: ({ args }) => hex(args.value) },
  ioapic_read: { place: ioapic, dock: 'out', label: ({ args }) => hex(args.value) },
  rte_write: {
    place: ioapicPin,
    dock: 'out',
    label: pinLabel,
    lit: ['rte.vector', 'rte.mode', 'rte.trig', 'rte.dest', 'rte.mask'],
  },
  mask_notifier: null,
  ioapic_update_eoi: {
    place: ioapicPin,
    dock: 'out',
    label: says('EOI'),
    long: ({ args }) => `EOI ${vec(args.vector)}`,
    lit: ['rte.vector', 'rte.trig', 'rte.remoteIrr'],
  },
  ioapic_redeliver: {
    place: ioapicPin,
    dock: 'out',
    label: ({ args }) => vec(args.vector),
    long: ({ args }) => `again ${vec(args.vector)}`,
    lit: ['rte.line', 'rte.remoteIrr'],
  },
  eoi_suppressed: { place: ioapicPin, dock: 'out', label: says('EOI'), end: 'stage.end.suppressed' },
  kvm_ioapic_delayed_eoi_inj: { place: ioapicPin, dock: 'out', label: says('later') },
  eoi_inject_work: { place: ioapic, dock: 'out', label: says('again') },
  irqfd_resample_unmask: { place: ioapicPin, dock: 'out', label: pinLabel, end: 'stage.end.resampled' },
};
