/** The EOI came before the device was quiet: the same interrupt is sent again, with nothing new behind it. */
import { placeOf } from '../gates/gate.ts';
import type { Named } from '../where/facts.ts';
import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

export const eoiBeforeQuiet: Rule = {
  id: 'eoi-before-quiet',
  severity: 'odd',
  cites: ['ioapic.rte', 'lapic.eoi'],
  moment: true,
  look: (sight) => {
    const all = [...sight.past, ...sight.events];
    const raisedAt = (pin: number, from: number, to: number): boolean =>
      all.some(
        ({ seq, name, args }: Named) =>
          seq > from && seq < to && name === 'ioapic_line' && args.pin === pin && args.level === 1,
      );
    return hitsOf(sight, 'ioapic_redeliver', ({ seq, args }) => {
      const pin = args.pin as number;
      const served = all.findLast((e) => e.seq < seq && e.name === 'ioapic_service' && e.args.pin === pin);
      if (served === undefined || raisedAt(pin, served.seq, seq)) return null;
      return { at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin, vector: args.vector as number } };
    });
  },
};
