/** In words: AVIC (avic.c). */
import { hex } from '../../base/numbers.ts';
import type { AVIC_EVENTS } from '../../spec/events/avic.ts';
import { addDescriptions } from './index.ts';

addDescriptions<typeof AVIC_EVENTS>({
  avic_deliver: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args.vector) },
    variant: c.args.running === 1 && 'running',
  }),
  avic_evaluate: (c) => ({
    params: { vcpu: c.index, vec: hex(c.args.vector), ppr: hex(c.args.ppr) },
    variant: c.args.taken === 1 && 'taken',
  }),
  avic_ipi: (c) => ({ params: { vec: hex(c.args.vector), dest: c.args.dest, target: c.args.vcpu } }),
  avic_incomplete_ipi: (c) => ({
    params: { vcpu: c.index, dest: c.args.dest },
    variant: c.args.id === 1 ? 'notRunning' : c.args.id === 2 && 'target',
  }),
  avic_kick: (c) => ({ params: { target: c.args.vcpu } }),
  avic_load: (c) => ({ params: { vcpu: c.index, pcpu: c.args.pcpu } }),
  avic_unaccelerated: (c) => ({ variant: c.args.trap === 1 && 'trap' }),
});
