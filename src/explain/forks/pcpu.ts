/** Ways not taken. The host's CPUs: which vCPU is on which, and what kicks it off. */
import type { PCPU_EVENTS } from '../../spec/events/pcpu.ts';
import { isCall } from '../../spec/names.ts';
import { causedBy } from '../context.ts';
import type { Fork } from './fork.ts';
import { halted, inhibited, preempted, running } from './host.ts';
import { addForks } from './index.ts';

addForks<typeof PCPU_EVENTS>({
  vcpu_wakeup: (c) => (c.args.wasBlocking === 1 ? [...running(c, c.index), ...inhibited(c, c.index)] : []),
  reschedule_ipi: (c) => {
    const sleeps = halted(c, c.args.vcpu, 'fork.halted');
    // A request to several wakes nobody.
    const by = causedBy(c, 'kick');
    if (by !== null && isCall(by.outcome)) return sleeps.map((f): Fork => ({ ...f, key: 'fork.haltedAll' }));
    return [...sleeps, ...preempted(c, c.args.vcpu, 'fork.preemptedKick')];
  },
});
