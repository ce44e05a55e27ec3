/** Places of events: PV EOI: a byte of the guest's memory spares it the EOI exit (lapic.c). */

import { addEvents } from '../../spec/events/index.ts';
import { PV_EOI_EVENTS } from '../../spec/events/pv-eoi.ts';
import { addLocators } from './index.ts';
import { cell, noteApic, says, vcpu } from './makers.ts';

addEvents(PV_EOI_EVENTS);
addLocators(PV_EOI_EVENTS, {
  pv_eoi_enable: noteApic(says('PV EOI')),
  pv_eoi_arm: noteApic(says('PV EOI')),
  pv_eoi_guest: { place: vcpu('handler'), dock: 'in', label: says('EOI'), lit: ['vcpu.handler'] },
  kvm_pv_eoi: { place: cell('isr'), dock: 'out', label: says('EOI'), lit: ['lapic.isr'] },
  pv_eoi_disarm: noteApic(says('PV EOI')),
});
