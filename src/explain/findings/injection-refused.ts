/** User space injects an interrupt while the one before it has not been taken: KVM keeps a single one, and this one is lost. */
import { irqchipOf } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { vcpusOf, vcpuWord } from './machine.ts';
import type { Rule } from './rule.ts';

/** The vector that waits in the queue of one, -1 none. @kvm x86.c kvm_vcpu_ioctl_interrupt */
const queued = (view: Parameters<typeof vcpuWord>[0], vcpu: number): number => {
  if (irqchipOf(view) === 'split') return vcpuWord(view, vcpu, 'pendingExtint') | 0;
  return vcpuWord(view, vcpu, 'intrInjected') === 1 ? vcpuWord(view, vcpu, 'intrNr') : -1;
};

export const injectionRefused: Rule = {
  id: 'injection-refused',
  severity: 'wrong',
  cites: ['kvm.api'],
  moment: true,
  begin() {
    /** What waited at each vCPU after the op before. */
    let waited: readonly number[] = [];
    return ({ view, op }) => {
      const before = waited;
      if (irqchipOf(view) === 'full') return [];
      waited = vcpusOf(view).map((vcpu) => queued(view, vcpu));
      const vcpu = Number(op.vcpu ?? 0);
      const first = before[vcpu] ?? -1;
      if (op.op !== 'extint' || first === -1 || Number(op.vector) > 255) return [];
      return [{ at: placeOf('vcpu', vcpu, 'pendingExtint'), params: { vcpu, vector: Number(op.vector), first } }];
    };
  },
};
