/** A vCPU idles with interrupts on, a vector waits for it, and nothing will make it look. */
import { placeOf } from '../gates/gate.ts';
import { deliverable, isIdle, vcpusOf, vcpuWord } from './machine.ts';
import type { Rule } from './rule.ts';

export const lostIpi: Rule = {
  id: 'lost-ipi',
  severity: 'wrong',
  cites: ['kvm.requests'],
  settles: true,
  look: ({ view }) =>
    vcpusOf(view)
      .filter(
        (vcpu) => isIdle(view, vcpu) && vcpuWord(view, vcpu, 'rflagsIf') === 1 && vcpuWord(view, vcpu, 'shadow') === 0,
      )
      .filter((vcpu) => vcpuWord(view, vcpu, 'requests') === 0 && vcpuWord(view, vcpu, 'preempted') === 0)
      .filter((vcpu) => deliverable(view, vcpu).length > 0)
      .map((vcpu) => ({
        at: placeOf('vcpu', vcpu, 'requests'),
        params: { vcpu, vector: deliverable(view, vcpu).at(-1) ?? 0 },
      })),
};
