/** Vectors are posted while SN is set: nobody is notified of them, and where ON stays clear nobody looks when SN is cleared. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { posted, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

export const snWithPir: Rule = {
  id: 'sn-with-pir',
  severity: 'odd',
  cites: ['vmx.pi'],
  settles: true,
  begin() {
    /** vCPUs whose SN was set with vectors posted, which nobody has looked at since. */
    const held = new Set<number>();
    return ({ view }) => {
      if (view.config.apicv !== true) return [];
      for (const vcpu of vcpusOf(view)) {
        const waits = posted(view, vcpu).length > 0;
        const word = (name: string): number => readWord(view, 'piDesc', vcpu, name);
        if (waits && word('sn') === 1) held.add(vcpu);
        else if (!waits || word('on') === 1) held.delete(vcpu);
      }
      return [...held].map((vcpu) => ({
        at: placeOf('piDesc', vcpu, 'sn'),
        params: { vcpu, vector: posted(view, vcpu).at(-1) ?? 0 },
      }));
    };
  },
};
