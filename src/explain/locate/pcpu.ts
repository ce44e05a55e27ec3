/** Places of events: the host's CPUs: which vCPU is on which, and what kicks it off. */

import { addEvents } from '../../spec/events/index.ts';
import { PCPU_EVENTS } from '../../spec/events/pcpu.ts';
import { addLocators } from './index.ts';
import { mode, note, onCpu, pcpu, says, vcpu, vec, vectorLabel } from './makers.ts';

addEvents(PCPU_EVENTS);
addLocators(PCPU_EVENTS, {
  vcpu_load: { ...note(({ args }) => `pCPU ${args.pcpu}`), place: onCpu, lit: ['pcpu'] },
  vcpu_put: { ...note(({ args }) => `pCPU ${args.pcpu}`), place: onCpu, lit: ['pcpu'] },
  vcpu_block: note(says('block')),
  vcpu_wakeup: { place: vcpu('state'), dock: 'in', label: says('wake'), lit: ['vcpu.state'] },
  reschedule_ipi: {
    place: pcpu,
    dock: 'in',
    label: vectorLabel,
    long: ({ index, args }) => `${vec(args.vector)} → pCPU ${index}`,
    lit: ['pcpu'],
    onward: mode,
  },
});
