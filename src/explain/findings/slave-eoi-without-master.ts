/** The slave 8259 was told EOI and the master was not: its pin 2 stays in service. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { hasIoapic } from './machine.ts';
import type { Rule } from './rule.ts';

export const slaveEoiWithoutMaster: Rule = {
  id: 'slave-eoi-without-master',
  severity: 'wrong',
  cites: ['pic.ocw'],
  settles: true,
  look({ view }) {
    if (!hasIoapic(view)) return [];
    const stuck = (readWord(view, 'pic', 0, 'isr') & 4) !== 0 && readWord(view, 'pic', 1, 'isr') === 0;
    return stuck && readWord(view, 'pic', 1, 'autoEoi') === 0
      ? [{ at: placeOf('pic', 0, 'isr'), params: { pin: 2 } }]
      : [];
  },
};
