/** An irqfd was signalled and its GSI has no route: the signal is eaten. */

import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

export const irqfdNoRoute: Rule = {
  id: 'irqfd-no-route',
  severity: 'wrong',
  cites: ['kvm.api'],
  moment: true,
  look: (sight) =>
    hitsOf(sight, 'no_route', ({ seq, args }) => {
      const signalled = sight.events.some((e) => e.seq < seq && e.name === 'irqfd_wakeup' && e.args.gsi === args.gsi);
      return signalled ? { at: `vm:0.routes gsi ${args.gsi}`, params: { gsi: args.gsi } } : null;
    }),
};
