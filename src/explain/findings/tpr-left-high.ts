/** TPR holds a vector back and nothing is in service that would explain it. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { inService, posted, requested, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

export const tprLeftHigh: Rule = {
  id: 'tpr-left-high',
  severity: 'odd',
  cites: ['lapic.priority'],
  settles: true,
  look: ({ view }) =>
    vcpusOf(view).flatMap((vcpu) => {
      const tpr = readWord(view, 'lapic', vcpu, 'tpr') & 0xff;
      const vector = Math.max(...requested(view, vcpu), ...posted(view, vcpu), -1);
      if (inService(view, vcpu).length > 0 || vector < 16 || (vector & 0xf0) > (tpr & 0xf0)) return [];
      return [{ at: placeOf('lapic', vcpu, 'tpr'), params: { vcpu, tpr, vector } }];
    }),
};
