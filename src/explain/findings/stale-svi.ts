/** SVI is not the highest vector in service: the next EOI ends the wrong one, or none. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { inService, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

export const staleSvi: Rule = {
  id: 'stale-svi',
  severity: 'wrong',
  cites: ['vmx.guestIntrStatus'],
  settles: true,
  look: ({ view }) =>
    view.config.apicv !== true
      ? []
      : vcpusOf(view)
          .filter((vcpu) => readWord(view, 'lapic', vcpu, 'apicvActive') === 1)
          .map((vcpu) => ({ vcpu, svi: readWord(view, 'vmcs', vcpu, 'svi'), isr: inService(view, vcpu).at(-1) ?? 0 }))
          .filter(({ svi, isr }) => svi !== isr)
          .map(({ vcpu, svi, isr }) => ({ at: placeOf('vmcs', vcpu, 'svi'), params: { vcpu, svi, isr } })),
};
