/** An INIT never took effect, so the SIPI after it found a vCPU that does not wait for one. */
import { placeOf } from '../gates/gate.ts';
import type { Rule } from './rule.ts';

export const initLost: Rule = {
  id: 'init-lost',
  severity: 'wrong',
  cites: ['cpu.init'],
  moment: true,
  begin() {
    /** vCPUs that were sent an INIT which they have not taken. */
    const sent = new Set<number>();
    return ({ events }) =>
      events.flatMap(({ name, index, args }) => {
        if (name === 'init_pending') sent.add(index);
        if (name === 'accept_init') sent.delete(index);
        if (name !== 'accept_sipi' || args.taken === 1 || !sent.has(index)) return [];
        return [{ at: placeOf('vcpu', index, 'mpState'), params: { vcpu: index, vector: args.vector } }];
      });
  },
};
