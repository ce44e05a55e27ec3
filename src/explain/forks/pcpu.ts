/** Ways not taken. The host's CPUs: which vCPU is on which, and what kicks it off. */
import type { PCPU_EVENTS } from '../../spec/events/pcpu.ts';
import { halted, inhibited, preempted, running } from './host.ts';
import { addForks } from './index.ts';

addForks<typeof PCPU_EVENTS>({
  vcpu_wakeup: (c) => (c.args.wasBlocking === 1 ? [...running(c, c.index), ...inhibited(c, c.index)] : []),
  reschedule_ipi: (c) => [...halted(c, c.args.vcpu, 'fork.halted'), ...preempted(c, c.args.vcpu, 'fork.preemptedKick')],
});
