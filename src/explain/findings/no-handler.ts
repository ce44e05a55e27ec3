/** A vector reached the guest and no handler is there for it. */
import { placeOf } from '../gates/gate.ts';
import type { Rule } from './rule.ts';
import { hitsOf } from './rule.ts';

const NMI = 2;

export const noHandler: Rule = {
  id: 'no-handler',
  severity: 'wrong',
  cites: ['cpu.if'],
  moment: true,
  begin() {
    // An interrupt that a pin or a route sends was set up by the guest, so a handler is wanted. The model lists neither every IPI
    // of a guest nor every message its VMM sends by hand.
    const wanted = new Set<number>();
    return (sight) => {
      for (const { name, args } of sight.events) {
        if (name === 'ioapic_service' || name === 'vtd_post') wanted.add(args.vector);
        if (name === 'kvm_msi_set_irq' && args.gsi >= 0) wanted.add(args.data & 0xff);
      }
      return hitsOf(sight, 'handler_enter', ({ index, args }) => {
        const vector = args.vector;
        if (!wanted.has(vector) || vector === NMI) return null;
        const known = sight.view.config.guest?.handlers.some((handler) => handler.vector === vector) ?? false;
        return known ? null : { at: placeOf('vcpu', index, 'stackVector'), params: { vcpu: index, vector } };
      });
    };
  },
};
