/** A deadline was written while LVTT is not in deadline mode: it is dropped. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';

import type { Rule } from './rule.ts';

const TSC_DEADLINE = 0x6e0;
/** LVTT bits 18:17. */
const DEADLINE = 2;

export const deadlineNotArmed: Rule = {
  id: 'deadline-not-armed',
  severity: 'wrong',
  cites: ['lapic.timer'],
  moment: true,
  look({ op, view }) {
    if ((op.op !== 'wrmsr' && op.op !== 'set_msr') || Number(op.msr) !== TSC_DEADLINE || Number(op.value) === 0)
      return [];
    const vcpu = Number(op.vcpu ?? 0);
    const mode = (readWord(view, 'lapic', vcpu, 'lvtTimer') >> 17) & 3;
    return mode === DEADLINE ? [] : [{ at: placeOf('lapic', vcpu, 'lvtTimer'), params: { vcpu, mode } }];
  },
};
