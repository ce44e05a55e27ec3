/** A level line went up and down while remote IRR was set: nobody will hear of it. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import type { Named } from '../where/facts.ts';
import type { Rule } from './rule.ts';
import { hitsOf, lastBefore } from './rule.ts';

export const levelPulseSwallowed: Rule = {
  id: 'level-pulse-swallowed',
  severity: 'wrong',
  cites: ['ioapic.rte'],
  moment: true,
  look: (sight) =>
    hitsOf(sight, 'ioapic_line', ({ seq, args }) => {
      const pin = args.pin as number;
      if (args.level !== 0 || readWord(sight.view, 'ioapic', 0, 'lines', pin) !== 0) return null;
      const about = ({ name, args: a }: Named): boolean =>
        a.pin === pin && (name === 'ioapic_remote_irr' || name === 'ioapic_service');
      const last = lastBefore(sight, seq, about);
      if (last?.name !== 'ioapic_remote_irr') return null;
      return { at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin } };
    }),
};
