/** A request of the 8259 waits behind a bit of ISR. */

import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf, wayOf } from '../gates/gate.ts';
import { PIC_GATES } from '../gates/pic.ts';
import { hasIoapic } from './machine.ts';
import type { Rule } from './rule.ts';

export const picIsrHolds: Rule = {
  id: 'pic-isr-holds',
  severity: 'odd',
  cites: ['pic.inta'],
  settles: true,
  look({ view }) {
    const gate = PIC_GATES.find(({ id }) => id === 'pic-isr');
    if (!hasIoapic(view)) return [];
    return [0, 1].flatMap((chip) => {
      const word = (name: string): number => readWord(view, 'pic', chip, name);
      const waiting = word('irqBase') === 0 ? 0 : word('irr') & ~word('imr') & 0xff;
      if (waiting === 0) return [];
      return Array.from({ length: 8 }, (_, i) => i + chip * 8).flatMap((pin) => {
        if (((waiting >> (pin & 7)) & 1) === 0 || pin === 2) return [];
        const seen = gate?.look(view, wayOf({ picPin: pin }));
        return seen?.closed ? [{ at: placeOf('pic', chip, 'isr'), params: { pin, by: seen.by ?? '' } }] : [];
      });
    });
  },
};
