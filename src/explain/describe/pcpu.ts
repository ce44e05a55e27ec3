/** In words: The host's CPUs: which vCPU is on which, and what kicks it off. */
import type { PCPU_EVENTS } from '../../spec/events/pcpu.ts';
import { addDescriptions } from './index.ts';

addDescriptions<typeof PCPU_EVENTS>({
  vcpu_load: (c) => ({
    params: { vcpu: c.index, pcpu: c.args.pcpu, from: c.args.from },
    variant: c.args.from !== -1 && c.args.from !== c.args.pcpu && 'migrated',
  }),
  vcpu_put: (c) => ({
    params: { vcpu: c.index, pcpu: c.args.pcpu },
    variant: c.args.preempted === 1 ? 'preempted' : c.args.blocking === 1 && 'blocking',
  }),
  vcpu_wakeup: (c) => ({ params: { vcpu: c.index }, variant: c.args.wasBlocking === 1 && 'woken' }),
  reschedule_ipi: ({ args: { vector } }) => ({ variant: vector !== 0 && vector !== 0xfd && 'call' }),
});
