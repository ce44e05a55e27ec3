/** Parts of a saved machine were put back in an order that loses some of it: the deadline before the LAPIC, the LAPIC before APIC_BASE, the IOAPIC before the LAPIC. */

import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

/** Parts by the number of `state_restore`. */
const LAPIC = 0;
const MSRS = 1;
const IRQCHIP = 4;

export const restoreOrder: Rule = {
  id: 'restore-order',
  severity: 'wrong',
  cites: ['kvm.api'],
  moment: true,
  look: (sight) => {
    const restored = [...sight.past, ...sight.events].filter(({ name }) => name === 'state_restore');
    const before = (seq: number, what: number, vcpu?: number): boolean =>
      restored.some((e) => e.seq < seq && e.args.what === what && (vcpu === undefined || e.args.vcpu === vcpu));
    return hitsOf(sight, 'state_restore', ({ seq, args }) => {
      const vcpu = args.vcpu as number;
      if (args.what === MSRS && before(seq, LAPIC, vcpu))
        return { at: `lapic:${vcpu}.baseLo`, params: { vcpu, first: 'LAPIC' } };
      if (args.what === LAPIC && before(seq, IRQCHIP))
        return { at: 'ioapic:0.irr', params: { vcpu, first: 'IRQCHIP' } };
      return null;
    });
  },
};
