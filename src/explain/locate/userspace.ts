/** Places of events: what came from outside the kernel: the VMM's ioctls, its exits, and time. */
import { hex } from '../../base/hex.ts';
import { COMPONENT_CODE } from '../../engine/view/tables.ts';
import type { USERSPACE_EVENTS } from '../../spec/events/userspace.ts';
import type { Locators } from './locator.ts';
import { gsiLabel, gsiLevel, says, sourceOf, user, vcpu, vectorLabel } from './makers.ts';

/** Parts of a saved machine, by the code of `state_restore`. */
const SAVED_PARTS = ['LAPIC', 'MSRs', 'VCPU_EVENTS', 'MP_STATE', 'irqchip', 'PIT2'];

export const USERSPACE_LOCATORS: Locators<typeof USERSPACE_EVENTS> = {
  op: null,
  ioctl_irq_line: {
    // The VMM's own IOAPIC calls for its pin; everybody else is a source.
    place: (h) => (h.kind === COMPONENT_CODE.ioapic ? { at: 'ioapicPin', pin: h.args.gsi } : sourceOf(h)),
    dock: 'out',
    label: gsiLabel,
    long: gsiLevel,
    lit: ['source.line'],
  },
  ioctl_signal_msi: {
    place: user,
    dock: 'out',
    label: says('MSI'),
    long: ({ args }) => `MSI data ${hex(args.data)}`,
  },
  ioctl_nmi: { place: user, dock: 'out', label: says('NMI'), long: ({ index }) => `NMI → vCPU ${index}` },
  ioctl_interrupt: { place: vcpu('inject'), dock: 'in', label: vectorLabel, lit: ['vcpu.inject'] },
  eoi_exit: { place: vcpu('state'), dock: 'in', label: says('EOI'), lit: ['vcpu.counters'] },
  userspace_exit: { place: vcpu('state'), dock: 'in', label: says('exit'), lit: ['vcpu.counters'] },
  vmm_route: {
    place: ({ args }) => ({ at: 'route', gsi: args.gsi }),
    dock: 'in',
    label: gsiLabel,
    lit: ['route.chips'],
  },
  time: null,
  state_written: { place: user, dock: 'out', label: ({ args }) => hex(args.value) },
  state_restore: { place: user, dock: 'out', label: ({ args }) => SAVED_PARTS[args.what] ?? '' },
};
