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
  begin() {
    /** Parts that are back, "what" or "what vcpu". */
    const back = new Set<string>();
    return (sight) =>
      hitsOf(sight, 'state_restore', ({ args }) => {
        const vcpu = args.vcpu;
        const early = args.what === MSRS && back.has(`${LAPIC} ${vcpu}`);
        const late = args.what === LAPIC && back.has(`${IRQCHIP}`);
        back.add(`${args.what}`).add(`${args.what} ${vcpu}`);
        if (early) return { at: `lapic:${vcpu}.baseLo`, params: { vcpu, first: 'LAPIC' } };
        return late ? { at: 'ioapic:0.irr', params: { vcpu, first: 'IRQCHIP' } } : null;
      });
  },
};
