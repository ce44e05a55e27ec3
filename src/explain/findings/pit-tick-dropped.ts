/** The i8254 sends no tick before the EOI of the last, though it makes up for none: a watchdog on LVT0 stands still. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

export const pitTickDropped: Rule = {
  id: 'pit-tick-dropped',
  severity: 'wrong',
  cites: ['pit.control'],
  moment: true,
  look: (sight) =>
    hitsOf(sight, 'pit_held', () => {
      const { view } = sight;
      const watchdog = vcpusOf(view).find((vcpu) => readWord(view, 'lapic', vcpu, 'lvt0InNmiMode') === 1);
      if (readWord(view, 'pit', 0, 'reinject') === 1 || watchdog === undefined) return null;
      return { at: placeOf('pit', 0, 'pending'), params: { vcpu: watchdog } };
    }),
};
