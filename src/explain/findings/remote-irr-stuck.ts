/** Remote IRR is set and no EOI is to come: the pin sends nothing any more. */
import { placeOf } from '../gates/gate.ts';
import { isUnderWay, programmed } from './machine.ts';
import type { Rule } from './rule.ts';

export const remoteIrrStuck: Rule = {
  id: 'remote-irr-stuck',
  severity: 'wrong',
  cites: ['ioapic.rte', 'lapic.eoi'],
  settles: true,
  look: ({ view }) =>
    programmed(view)
      .filter(({ level, remoteIrr, vector }) => level && remoteIrr && !isUnderWay(view, vector))
      .map(({ pin, vector }) => ({ at: placeOf('ioapic', 0, 'redirLo', pin), params: { pin, vector } })),
};
