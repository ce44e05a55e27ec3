/** A vector below 16 is in IRR: its class is 0, so it is never above PPR. */
import { placeOf } from '../gates/gate.ts';
import { requested, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

export const vectorBelow16: Rule = {
  id: 'vector-below-16',
  severity: 'wrong',
  cites: ['lapic.priority'],
  look: ({ view }) =>
    vcpusOf(view).flatMap((vcpu) =>
      requested(view, vcpu)
        .filter((vector) => vector < 16)
        .map((vector) => ({ at: placeOf('lapic', vcpu, 'irr', 0), params: { vcpu, vector } })),
    ),
};
