/** Places of events: posted interrupts: the descriptor, its notification and its wakeup list (posted_intr.c). */

import { addEvents } from '../../spec/events/index.ts';
import { PI_DESC_EVENTS } from '../../spec/events/pi-desc.ts';
import { addLocators } from './index.ts';
import { cell, lapic, named, note, noteApic, onPcpu, pcpu, says, vec, vectorLabel } from './makers.ts';

addEvents(PI_DESC_EVENTS);
addLocators(PI_DESC_EVENTS, {
  pi_notification: {
    place: pcpu,
    dock: 'in',
    label: ({ args }) => vec(args.vector),
    long: ({ index, args }) => `${vec(args.vector)} → pCPU ${index}`,
    lit: ['pcpu'],
    onward: named,
  },
  pi_no_notification: note(says('no IPI')),
  pi_ipi_ignored: onPcpu(says('ignored')),
  pi_wakeup_handler: onPcpu(says('wakeup list')),
  pir_set: {
    place: cell('pir'),
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `PIR ${vec(args.vector)}`,
    lit: ['lapic.pir'],
  },
  on_set: { place: lapic, dock: 'in', label: says('ON'), lit: ['desc.on'] },
  kvm_apicv_accept_irq: null,
  pi_processing: {
    place: cell('irr'),
    dock: 'in',
    label: vectorLabel,
    long: says('PIR → IRR'),
    lit: ['lapic.irr', 'lapic.pir'],
  },
  pir_synced: {
    place: cell('irr'),
    dock: 'in',
    label: vectorLabel,
    long: says('PIR → IRR'),
    lit: ['lapic.irr', 'lapic.pir'],
  },
  pi_load: noteApic(says('load')),
  pi_put: noteApic(says('put')),
  pi_wakeup_on: noteApic(says('NV')),
});
