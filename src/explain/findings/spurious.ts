/** The 8259 was asked for a vector and had none: spurious IRQ 7 or 15. */
import { placeOf } from '../gates/gate.ts';
import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

export const spurious: Rule = {
  id: 'spurious',
  severity: 'note',
  cites: ['pic.inta'],
  moment: true,
  look: (sight) =>
    hitsOf(sight, 'pic_inta', ({ args }) =>
      args.spurious === 1
        ? {
            at: placeOf('pic', args.pin >> 3, 'irr'),
            params: { pin: args.pin, vector: args.vector },
          }
        : null,
    ),
};
