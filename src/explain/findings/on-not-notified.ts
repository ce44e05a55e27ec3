/** ON is set, the vCPU sleeps, and nobody told it. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { posted, vcpusOf, vcpuWord, wakingRequests } from './machine.ts';
import type { Rule } from './rule.ts';

export const onNotNotified: Rule = {
  id: 'on-not-notified',
  severity: 'wrong',
  cites: ['vmx.pi'],
  settles: true,
  begin() {
    /** vCPUs that were woken after they were last posted to. */
    const woken = new Set<number>();
    return ({ view, events }) => {
      if (view.config.apicv !== true) return [];
      for (const { name, index, args } of events) {
        if (name === 'vcpu_wakeup') woken.add(index);
        // With ON set already it was woken for what came before, and looks at all of it.
        if (name === 'on_set' && args.already !== 1) woken.delete(index);
        if (name === 'vtd_notify') woken.delete(args.vcpu);
      }
      return (
        vcpusOf(view)
          .filter((vcpu) => vcpuWord(view, vcpu, 'halted') === 1 && wakingRequests(view, vcpu) === 0)
          // One that is on a CPU again looks before it sleeps.
          .filter((vcpu) => vcpuWord(view, vcpu, 'loaded') === 0)
          .filter((vcpu) => readWord(view, 'piDesc', vcpu, 'on') === 1 && posted(view, vcpu).length > 0)
          .filter((vcpu) => !woken.has(vcpu))
          .map((vcpu) => ({ at: placeOf('piDesc', vcpu, 'on'), params: { vcpu } }))
      );
    };
  },
};
