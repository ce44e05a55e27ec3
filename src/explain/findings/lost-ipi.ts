/** A vCPU idles with interrupts on, a vector waits for it, and nothing will make it look. */
import { placeOf } from '../gates/gate.ts';
import { deliverable, isIdle, posted, vcpusOf, vcpuWord } from './machine.ts';
import { afterTime, type Rule } from './rule.ts';

export const lostIpi: Rule = {
  id: 'lost-ipi',
  severity: 'wrong',
  cites: ['kvm.requests'],
  settles: true,
  begin() {
    /** Sleepers that were woken since they were last posted to. */
    const woken = new Set<number>();
    return afterTime(({ view, events }) => {
      for (const { name, index } of events) {
        if (name === 'pir_set' || name === 'irr_set') woken.delete(index);
        if (name === 'vcpu_wakeup' || name === 'guest_wake') woken.add(index);
      }
      return vcpusOf(view)
        .filter((vcpu) => isIdle(view, vcpu) && vcpuWord(view, vcpu, 'shadow') === 0 && !woken.has(vcpu))
        .filter((vcpu) => vcpuWord(view, vcpu, 'rflagsIf') === 1 || vcpuWord(view, vcpu, 'halted') === 1)
        .filter((vcpu) => vcpuWord(view, vcpu, 'requests') === 0 && vcpuWord(view, vcpu, 'preempted') === 0)
        .flatMap((vcpu) => {
          // One vector that a device posted is that device's affair (on-not-notified); another's behind it is an IPI that is lost.
          const inPir = posted(view, vcpu);
          const vector = deliverable(view, vcpu).at(-1) ?? (inPir.length > 1 ? inPir.at(-1) : undefined);
          return vector === undefined ? [] : [{ at: placeOf('vcpu', vcpu, 'requests'), params: { vcpu, vector } }];
        });
    });
  },
};
