/** In words: VT-d: the entries of a device assigned through VFIO, and what the IOMMU posts. */
import { hex } from '../../base/numbers.ts';
import type { VTD_EVENTS } from '../../spec/events/vtd.ts';
import { addDescriptions } from './index.ts';
import { deviceName } from './words.ts';

addDescriptions<typeof VTD_EVENTS>({
  kvm_pi_irte_update: (c) => ({
    params: {
      device: deviceName(c, c.index),
      gsi: c.args.gsi,
      vcpu: c.args.vcpu,
      vec: hex(c.args.vector),
      n: c.args.entry,
    },
    why: [true],
  }),
  irte_remapped: (c) => ({
    params: { device: deviceName(c, c.index), gsi: c.args.gsi, n: c.args.entry },
    variant: ([false, 'several', 'mode', 'host', 'irqfd'] as const)[c.args.why] ?? false,
  }),
  vtd_notify: (c) => ({ params: { pcpu: c.index, vec: hex(c.args.nv), vcpu: c.args.vcpu } }),
  vtd_remap: (c) => ({ params: { device: deviceName(c, c.index), vec: hex(c.args.hostVector), gsi: c.args.gsi } }),
});
