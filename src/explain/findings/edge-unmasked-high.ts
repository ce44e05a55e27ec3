/** An edge-triggered pin was unmasked while its line was already high: the edge is gone. */
import { rteView } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { hasIoapic, lineOf } from './machine.ts';
import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

export const edgeUnmaskedHigh: Rule = {
  id: 'edge-unmasked-high',
  severity: 'wrong',
  cites: ['ioapic.rte'],
  moment: true,
  begin() {
    /** Pins that were masked with their line up, after the op before. */
    let waiting = 0;
    return (sight) => {
      const before = waiting;
      const { view } = sight;
      if (hasIoapic(view) && sight.events.some(({ name }) => name === 'rte_write' || name === 'ioapic_line')) {
        waiting = 0;
        for (let pin = 0; pin < 24; pin++) if (lineOf(view, pin) && rteView(view, pin).masked) waiting |= 1 << pin;
      }
      return hitsOf(sight, 'rte_write', ({ args }) => {
        const pin = args.pin;
        if (args.half !== 0 || ((before >> pin) & 1) === 0) return null;
        const now = rteView(view, pin);
        if (now.masked || now.level || now.vector < 16 || !lineOf(view, pin)) return null;
        return { at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin, vector: now.vector } };
      });
    };
  },
};
