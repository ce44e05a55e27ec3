/** RFLAGS.IF is 0 outside any handler, and a vector waits. */
import { placeOf } from '../gates/gate.ts';
import { deliverable, isIdle, vcpusOf, vcpuWord } from './machine.ts';
import type { Rule } from './rule.ts';

export const ifOffIrrFull: Rule = {
  id: 'if-off-irr-full',
  severity: 'odd',
  cites: ['cpu.if'],
  settles: true,
  look: ({ view }) =>
    vcpusOf(view)
      .filter(
        (vcpu) => isIdle(view, vcpu) && vcpuWord(view, vcpu, 'rflagsIf') === 0 && deliverable(view, vcpu).length > 0,
      )
      .map((vcpu) => ({
        at: placeOf('vcpu', vcpu, 'rflagsIf'),
        params: { vcpu, vector: deliverable(view, vcpu).at(-1) ?? 0 },
      })),
};
