/** Two pins have one vector: an EOI for one is an EOI for both. */
import { placeOf } from '../gates/gate.ts';
import { destinations, programmed } from './machine.ts';
import type { Rule } from './rule.ts';

export const sharedVector: Rule = {
  id: 'shared-vector',
  severity: 'odd',
  cites: ['ioapic.rte'],
  settles: true,
  look({ view }) {
    const open = programmed(view).filter(
      ({ masked, vector, deliveryMode }) => !masked && vector >= 16 && deliveryMode < 2,
    );
    return open.flatMap((one, i) => {
      const other = open
        .slice(i + 1)
        .find((b) => b.vector === one.vector && destinations(view, b).some((v) => destinations(view, one).includes(v)));
      if (other === undefined) return [];
      return [
        {
          at: placeOf('ioapic', 0, 'redirLo', one.pin),
          params: { pin: one.pin, other: other.pin, vector: one.vector },
        },
      ];
    });
  },
};
