/** A vector stays in service though its handler has returned: nothing of its class or below comes any more. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { inService, isIdle, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

export const isrNeverEnded: Rule = {
  id: 'isr-never-ended',
  severity: 'wrong',
  cites: ['lapic.eoi'],
  settles: true,
  look: ({ view }) =>
    vcpusOf(view)
      .filter((vcpu) => isIdle(view, vcpu) && readWord(view, 'vcpu', vcpu, 'pvEoiPending') === 0)
      .flatMap((vcpu) =>
        inService(view, vcpu)
          .filter((vector) => vector >= 16)
          .map((vector) => ({ at: placeOf('lapic', vcpu, 'isr', vector >> 5), params: { vcpu, vector } })),
      ),
};
