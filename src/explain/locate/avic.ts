/** Places of events: AVIC (avic.c). `fn: null` is what the processor does by itself. */
import { AVIC_EVENTS } from '../../spec/events/avic.ts';
import { addEvents } from '../../spec/events/index.ts';
import { addLocators } from './index.ts';
import { lapic, named, note, pcpu, says, vcpu, vec, vectorLabel } from './makers.ts';

addEvents(AVIC_EVENTS);
addLocators(AVIC_EVENTS, {
  avic_deliver: { place: vcpu('state'), dock: 'in', label: vectorLabel, lit: ['vcpu.state'] },
  avic_doorbell: {
    place: pcpu,
    dock: 'in',
    label: says('bell'),
    long: ({ index }) => `doorbell → pCPU ${index}`,
    lit: ['pcpu'],
    onward: named,
  },
  avic_evaluate: { place: vcpu('inject'), dock: 'in', label: vectorLabel, lit: ['vcpu.inject'] },
  avic_ipi: {
    place: lapic,
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `IPI ${vec(args.vector)} → vCPU ${args.vcpu}`,
  },
  avic_incomplete_ipi: note(says('exit')),
  avic_kick: { place: named, dock: 'in', label: says('kick'), lit: ['vcpu.state'] },
  avic_load: note(({ args }) => `pCPU ${args.pcpu}`),
  avic_put: note(says('put')),
  avic_unaccelerated: note(says('exit')),
});
