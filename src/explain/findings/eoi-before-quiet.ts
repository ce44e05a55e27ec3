/** The EOI came before the device was quiet: the same interrupt is sent again, with nothing new behind it. */
import { placeOf } from '../gates/gate.ts';
import type { Rule } from './rule.ts';
import { hitsOf, lastBefore } from './rule.ts';

export const eoiBeforeQuiet: Rule = {
  id: 'eoi-before-quiet',
  severity: 'odd',
  cites: ['ioapic.rte', 'lapic.eoi'],
  moment: true,
  look: (sight) =>
    hitsOf(sight, 'ioapic_redeliver', ({ seq, args }) => {
      const pin = args.pin as number;
      // Served, and nobody raised the line since: what the EOI sends again is what was served.
      const last = lastBefore(
        sight,
        seq,
        (e) => e.args.pin === pin && (e.name === 'ioapic_service' || (e.name === 'ioapic_line' && e.args.level === 1)),
      );
      if (last?.name !== 'ioapic_service') return null;
      return { at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin, vector: args.vector as number } };
    }),
};
