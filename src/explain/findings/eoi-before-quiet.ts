/** The EOI came before the device was quiet: the same interrupt is sent again, with nothing new behind it. */
import { placeOf } from '../gates/gate.ts';
import type { Rule } from './rule.ts';

export const eoiBeforeQuiet: Rule = {
  id: 'eoi-before-quiet',
  severity: 'odd',
  cites: ['ioapic.rte', 'lapic.eoi'],
  moment: true,
  begin() {
    /** Pins that were served, with nobody raising the line since: what the EOI sends again is what was served. */
    const served = new Set<number>();
    return ({ events }) =>
      events.flatMap(({ name, args }) => {
        const pin = args.pin;
        const again = name === 'ioapic_redeliver' && served.has(pin);
        if (name === 'ioapic_service') served.add(pin);
        if (name === 'ioapic_line' && args.level === 1) served.delete(pin);
        return again ? [{ at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin, vector: args.vector } }] : [];
      });
  },
};
