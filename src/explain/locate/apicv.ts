/** Places of events: APIC virtualization: virtual-interrupt delivery, virtualized accesses, IPI virtualization, inhibits. */
import { hex } from '../../base/hex.ts';
import { APICV_EVENTS } from '../../spec/events/apicv.ts';
import { addEvents } from '../../spec/events/index.ts';
import { addLocators } from './index.ts';
import { cell, lapic, note, noteApic, says, vec, vectorLabel } from './makers.ts';

addEvents(APICV_EVENTS);
addLocators(APICV_EVENTS, {
  set_rvi: null,
  set_svi: null,
  vid_evaluate: null,
  vid_deliver: {
    place: cell('isr'),
    dock: 'out',
    label: vectorLabel,
    long: ({ args }) => `IRR → ISR ${vec(args.vector)}`,
    lit: ['lapic.isr', 'lapic.ppr'],
  },
  vid_held: {
    place: ({ index, args }) =>
      args.reason === 2
        ? { at: 'cell', vcpu: index, grid: 'irr', vector: args.vector & 0xff }
        : { at: 'vcpu', vcpu: index, part: 'flags' },
    dock: 'in',
    label: ({ args }) => vec(args.vector),
  },
  ppr_virtualization: null,
  eoi_virtualization: {
    place: cell('isr'),
    dock: 'out',
    label: says('EOI'),
    long: ({ args }) => `EOI ${vec(args.vector)}`,
    lit: ['lapic.isr', 'lapic.ppr'],
  },
  eoi_induced: { place: cell('isr'), dock: 'out', label: says('EOI'), lit: ['lapic.isr'] },
  tpr_virtualization: { ...noteApic(({ args }) => `TPR ${hex(args.vtpr)}`), lit: ['lapic.tpr'] },
  self_ipi_virtualization: {
    place: lapic,
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `self IPI ${vec(args.vector)}`,
  },
  apic_write_exit: note(says('exit')),
  apic_access_exit: note(says('exit')),
  msr_exit: note(says('exit')),
  eoi_exitmap: null,
  apicv_update: note(says('APICv')),
  apicv_controls: null,
  apicv_inhibit: null,
  virtual_apic_mode: null,
  ipi_virtualization: {
    place: lapic,
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `IPI ${vec(args.vector)} → vCPU ${args.vcpu}`,
  },
  ipi_not_virtualized: noteApic(says('ICR')),
});
