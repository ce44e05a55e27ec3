/** A level line is up and its pin is masked. */
import { placeOf } from '../gates/gate.ts';
import { isUnderWay, lineOf, programmed } from './machine.ts';
import type { Rule } from './rule.ts';

export const maskedLinePending: Rule = {
  id: 'masked-line-pending',
  severity: 'note',
  cites: ['ioapic.rte'],
  settles: true,
  look: ({ view }) =>
    programmed(view)
      .filter(({ pin, level, masked, vector }) => level && masked && lineOf(view, pin) && !isUnderWay(view, vector))
      .map(({ pin, vector }) => ({ at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin, vector } })),
};
