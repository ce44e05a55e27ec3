/** A message for a destination that no local APIC has. */

import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

export const destinationNobody: Rule = {
  id: 'destination-nobody',
  severity: 'wrong',
  cites: ['lapic.dest'],
  moment: true,
  look: (sight) => {
    const of = (name: 'no_destination' | 'disabled_lapic') =>
      hitsOf(sight, name, ({ args }) => ({
        at: `lapic:0.dest ${args.dest}`,
        params: { dest: args.dest, vector: args.vector },
      }));
    return [...of('no_destination'), ...of('disabled_lapic')];
  },
};
