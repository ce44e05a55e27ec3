/** Places of events: VT-d: the entries of a device assigned through VFIO, and what the IOMMU posts. `fn: null` is the IOMMU's own doing. */

import { addEvents } from '../../spec/events/index.ts';
import { VTD_EVENTS } from '../../spec/events/vtd.ts';
import { addLocators } from './index.ts';
import { cell, irte, mode, pcpu, vec, vectorLabel } from './makers.ts';

addEvents(VTD_EVENTS);
addLocators(VTD_EVENTS, {
  kvm_pi_irte_update: irte('posted'),
  irte_remapped: irte('remapped'),
  vtd_post: {
    place: cell('pir'),
    dock: 'in',
    label: vectorLabel,
    long: ({ args }) => `posted ${vec(args.vector)}`,
    lit: ['lapic.pir'],
    via: (slot) => ({ at: 'irte', slot, entry: -1 }),
  },
  vtd_suppressed: { place: cell('pir'), dock: 'in', label: vectorLabel },
  vtd_coalesced: { place: cell('pir'), dock: 'in', label: vectorLabel },
  vtd_notify: {
    place: pcpu,
    dock: 'in',
    label: ({ args }) => vec(args.nv),
    long: ({ index, args }) => `${vec(args.nv)} → pCPU ${index}`,
    lit: ['pcpu'],
    onward: mode,
  },
  vtd_remap: {
    place: ({ index }) => ({ at: 'irte', slot: index, entry: -1 }),
    dock: 'in',
    lit: ['irte'],
    label: ({ args }) => vec(args.hostVector),
    long: ({ args }) => `host vector ${vec(args.hostVector)}`,
  },
});
