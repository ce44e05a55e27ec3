/** ON is set, the vCPU sleeps, and nobody told it. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { posted, vcpusOf, vcpuWord } from './machine.ts';
import type { Rule } from './rule.ts';

export const onNotNotified: Rule = {
  id: 'on-not-notified',
  severity: 'wrong',
  cites: ['vmx.pi'],
  settles: true,
  look: ({ view, past, events }) =>
    vcpusOf(view)
      .filter(
        (vcpu) =>
          view.config.apicv === true && posted(view, vcpu).length > 0 && readWord(view, 'piDesc', vcpu, 'on') === 1,
      )
      .filter((vcpu) => vcpuWord(view, vcpu, 'halted') === 1 && vcpuWord(view, vcpu, 'requests') === 0)
      .filter((vcpu) => {
        const about = [...past, ...events].findLast(
          ({ name, index, args }) =>
            (name === 'vcpu_wakeup' && index === vcpu) ||
            (name === 'on_set' && index === vcpu) ||
            (name === 'vtd_notify' && args.vcpu === vcpu),
        );
        return about?.name !== 'vcpu_wakeup';
      })
      .map((vcpu) => ({ at: placeOf('piDesc', vcpu, 'on'), params: { vcpu } })),
};
