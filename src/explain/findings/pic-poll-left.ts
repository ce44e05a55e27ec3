/** An 8259 was told to poll, and the read that answers it has not come: the next one, whatever it is for, takes an interrupt. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { hasIoapic } from './machine.ts';
import type { Rule } from './rule.ts';

export const picPollLeft: Rule = {
  id: 'pic-poll-left',
  severity: 'odd',
  cites: ['pic.ocw'],
  settles: true,
  look: ({ view }) =>
    hasIoapic(view)
      ? [0, 1].flatMap((chip) =>
          readWord(view, 'pic', chip, 'poll') === 1 ? [{ at: placeOf('pic', chip, 'poll'), params: { chip } }] : [],
        )
      : [],
};
