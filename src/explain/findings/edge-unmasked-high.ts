/** An edge-triggered pin was unmasked while its line was already high: the edge is gone. */
import { rteView } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { lineOf } from './machine.ts';
import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

export const edgeUnmaskedHigh: Rule = {
  id: 'edge-unmasked-high',
  severity: 'wrong',
  cites: ['ioapic.rte'],
  moment: true,
  look: (sight) =>
    hitsOf(sight, 'rte_write', ({ args }) => {
      const pin = args.pin as number;
      if (sight.before === null || args.half !== 0 || !rteView(sight.before, pin).masked) return null;
      const now = rteView(sight.view, pin);
      if (now.masked || now.level || now.vector < 16 || !lineOf(sight.before, pin) || !lineOf(sight.view, pin))
        return null;
      return { at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin, vector: now.vector } };
    }),
};
