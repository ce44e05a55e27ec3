/** A level line that nobody quiets: EOI after EOI sends it again. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { pinsWith } from './machine.ts';
import type { Rule } from './rule.ts';

/** Times in a row, of the 10,000 after which KVM waits. */
const STORM = 50;

export const levelStorm: Rule = {
  id: 'level-storm',
  severity: 'wrong',
  cites: ['ioapic.rte'],
  look: ({ view }) =>
    pinsWith(view, 'irqEoi', 0)
      .map((pin) => ({ pin, times: readWord(view, 'ioapic', 0, 'irqEoi', pin) }))
      .filter(({ times }) => times >= STORM)
      .map(({ pin, times }) => ({ at: placeOf('ioapic', 0, 'irqEoi', pin), params: { pin, times } })),
};
