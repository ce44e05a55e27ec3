/** Ways not taken. VT-d: the entries of a device assigned through VFIO, and what the IOMMU posts. */
import type { VTD_EVENTS } from '../../spec/events/vtd.ts';
import {
  asNmi,
  halted,
  hostRemaps,
  inhibited,
  oneDestination,
  preempted,
  scheduled,
  tpr,
  urgent,
  withApicv,
} from './host.ts';
import { addForks } from './index.ts';

/** Why an entry stays remapped (spec/events/vtd.ts): the message is to several vCPUs, the host cannot post. */
const WHY_SEVERAL = 1;
const WHY_HOST = 3;

addForks<typeof VTD_EVENTS>({
  kvm_pi_irte_update: (c) => [...asNmi(c, c.index, c.args.entry), ...hostRemaps(c)],
  irte_remapped: (c) => {
    if (c.args.why === WHY_HOST) return withApicv(c, 0);
    return c.args.why === WHY_SEVERAL ? oneDestination(c, c.index, c.args.entry) : [];
  },
  vtd_post: (c) => [
    ...halted(c, c.index, 'fork.haltedByNv'),
    ...preempted(c, c.index, 'fork.preemptedBySn'),
    ...scheduled(c, c.index),
    ...tpr(c, c.index, c.args.vector),
    ...inhibited(c, c.index, 'fork.inhibitedPosted'),
    ...hostRemaps(c),
  ],
  vtd_suppressed: (c) => [urgent(c.index, c.args.vector), ...scheduled(c, c.index)],
  vtd_notify: (c) => [...halted(c, c.args.vcpu, 'fork.haltedByNv'), ...preempted(c, c.args.vcpu, 'fork.preemptedBySn')],
  vtd_remap: (c) => (c.view.config.apicv === true ? oneDestination(c, c.index, 0) : withApicv(c, 0)),
});
