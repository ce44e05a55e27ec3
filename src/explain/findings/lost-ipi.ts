/** A vCPU idles with interrupts on, a vector waits for it, and nothing will make it look. */
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { EventName } from '../../spec/events/index.ts';
import { placeOf } from '../gates/gate.ts';
import { deliverable, isIdle, posted, vcpusOf, vcpuWord, wakingRequests } from './machine.ts';
import { afterTime, type Hit, type Rule } from './rule.ts';

/** What it was woken for was taken, or another came by itself. */
const LOOKED: ReadonlySet<EventName> = new Set<EventName>(['vid_deliver', 'handler_enter', 'irr_set']);

/** It sleeps and is on no CPU: only a wake-up makes it look. */
const isAsleep = ({ params }: Hit, view: MachineView): boolean =>
  ['halted', 'blocking'].some((word) => vcpuWord(view, Number(params.vcpu), word) === 1) &&
  vcpuWord(view, Number(params.vcpu), 'loaded') === 0;

export const lostIpi: Rule = {
  id: 'lost-ipi',
  severity: 'wrong',
  cites: ['kvm.requests'],
  settles: true,
  begin() {
    /** Sleepers that were woken since they were last posted to. */
    const woken = new Set<number>();
    return afterTime(({ view, events }) => {
      for (const { name, index, args } of events) {
        // With ON set already it was woken for what came before, and looks at all of it.
        if (LOOKED.has(name) || (name === 'on_set' && args.already !== 1)) woken.delete(index);
        if (name === 'vcpu_wakeup' || name === 'guest_wake') woken.add(index);
      }
      return vcpusOf(view)
        .filter((vcpu) => isIdle(view, vcpu) && vcpuWord(view, vcpu, 'shadow') === 0 && !woken.has(vcpu))
        .filter((vcpu) => vcpuWord(view, vcpu, 'rflagsIf') === 1 || vcpuWord(view, vcpu, 'halted') === 1)
        .filter((vcpu) => wakingRequests(view, vcpu) === 0 && vcpuWord(view, vcpu, 'preempted') === 0)
        .flatMap((vcpu) => {
          // One vector that a device posted is that device's affair (on-not-notified); another's behind it is an IPI that is lost.
          const inPir = posted(view, vcpu);
          const vector = deliverable(view, vcpu).at(-1) ?? (inPir.length > 1 ? inPir.at(-1) : undefined);
          return vector === undefined ? [] : [{ at: placeOf('vcpu', vcpu, 'requests'), params: { vcpu, vector } }];
        });
    }, isAsleep);
  },
};
