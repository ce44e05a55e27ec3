/** Vectors are posted while SN is set: nobody is notified of them. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { posted, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

export const snWithPir: Rule = {
  id: 'sn-with-pir',
  severity: 'odd',
  cites: ['vmx.pi'],
  settles: true,
  look: ({ view }) =>
    vcpusOf(view)
      .filter(
        (vcpu) =>
          view.config.apicv === true && readWord(view, 'piDesc', vcpu, 'sn') === 1 && posted(view, vcpu).length > 0,
      )
      .map((vcpu) => ({ at: placeOf('piDesc', vcpu, 'sn'), params: { vcpu, vector: posted(view, vcpu).at(-1) ?? 0 } })),
};
