/** A level line went up and down while remote IRR was set: nobody will hear of it. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import type { Rule } from './rule.ts';

export const levelPulseSwallowed: Rule = {
  id: 'level-pulse-swallowed',
  severity: 'wrong',
  cites: ['ioapic.rte'],
  moment: true,
  begin() {
    /** Pins that were last heard of as held back by remote IRR. */
    const held = new Set<number>();
    return ({ view, events }) =>
      events.flatMap(({ name, args }) => {
        const pin = args.pin;
        if (name === 'ioapic_remote_irr') held.add(pin);
        if (name === 'ioapic_service') held.delete(pin);
        const fell = name === 'ioapic_line' && args.level === 0 && readWord(view, 'ioapic', 0, 'lines', pin) === 0;
        return fell && held.has(pin) ? [{ at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin } }] : [];
      });
  },
};
