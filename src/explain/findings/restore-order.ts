/**
 * Parts of a saved machine were put back in an order that loses some of it: the LAPIC before
 * APIC_BASE, the deadline before the TSC, the IOAPIC before the LAPIC.
 */

import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

/** Parts by the number of `state_restore`. */
const LAPIC = 0;
const MSRS = 1;
const IRQCHIP = 4;
const APIC_BASE = 0x1b;
const TSC = 0x10;
const TSC_DEADLINE = 0x6e0;

export const restoreOrder: Rule = {
  id: 'restore-order',
  severity: 'wrong',
  cites: ['kvm.api'],
  moment: true,
  begin() {
    /** Parts that are back, "what" or "what vcpu", and MSRs that were set, "msr vcpu". */
    const back = new Set<string>();
    return (sight) =>
      hitsOf(sight, 'state_restore', ({ args }) => {
        const { op } = sight;
        const vcpu = args.vcpu;
        const msr = op.op === 'set_msr' ? Number(op.msr) : null;
        if (msr !== null) back.add(`msr ${msr} ${vcpu}`);
        // The mode of the page is changed under the page; a deadline is one of the TSC that was there.
        const mode = args.what === MSRS && (msr === null || msr === APIC_BASE) && back.has(`${LAPIC} ${vcpu}`);
        const clock = msr === TSC && back.has(`msr ${TSC_DEADLINE} ${vcpu}`);
        const late = args.what === LAPIC && back.has(`${IRQCHIP}`);
        if (msr === null) back.add(`${args.what}`).add(`${args.what} ${vcpu}`);
        if (mode) return { at: `lapic:${vcpu}.baseLo`, params: { vcpu, first: 'LAPIC' } };
        if (clock) return { at: `vcpu:${vcpu}.tscOffsetLo`, params: { vcpu, first: 'TSC_DEADLINE' } };
        return late ? { at: 'ioapic:0.irr', params: { vcpu, first: 'IRQCHIP' } } : null;
      });
  },
};
