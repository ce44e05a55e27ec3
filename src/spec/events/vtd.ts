/** VT-d: the entries of a device assigned through VFIO, and what the IOMMU posts. `fn: null` is the IOMMU's own doing. */
import { defineEvents, reason } from '../define/event.ts';

export const VTD_EVENTS = defineEvents({
  kvm_pi_irte_update: {
    code: 280,
    by: 'device',
    fn: 'kvm_pi_update_irte',
    trace: 'kvm_pi_irte_update',
    cite: 'vtd.irtePosted',
    args: { gsi: 'gsi', vcpu: 'vcpu', vector: 'vector', entry: 'dec' },
    token: 'still',
  },
  /** why: no MSI route, not exactly one destination, a mode that cannot be posted, the host cannot post, its irqfd is gone. */
  irte_remapped: {
    code: 281,
    by: 'device',
    fn: 'kvm_pi_update_irte',
    cite: 'vtd.irte',
    args: { gsi: 'gsi', why: reason('noMsi', 'several', 'mode', 'host', 'irqfd'), entry: 'dec' },
    token: 'still',
  },
  vtd_post: {
    code: 282,
    by: 'piDesc',
    fn: null,
    cite: 'vtd.irtePosted',
    args: { vector: 'vector', urgent: 'flag' },
    token: 'moves',
  },
  vtd_suppressed: {
    code: 283,
    by: 'piDesc',
    fn: null,
    cite: 'vtd.irtePosted',
    args: { vector: 'vector' },
    token: 'still',
  },
  vtd_coalesced: {
    code: 284,
    by: 'piDesc',
    fn: null,
    cite: 'vtd.irtePosted',
    args: { vector: 'vector' },
    token: 'still',
  },
  vtd_notify: {
    code: 285,
    by: 'pcpu',
    fn: null,
    cite: 'vtd.irtePosted',
    args: { nv: 'vector', vcpu: 'vcpu' },
    token: 'side',
  },
  vtd_remap: {
    code: 286,
    by: 'device',
    fn: null,
    cite: 'vtd.irte',
    args: { hostVector: 'vector', gsi: 'gsi' },
    token: 'moves',
  },
});
