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
  look: (sight) =>
    hitsOf(sight, 'handler_enter', ({ index, args }) => {
      const vector = args.vector as number;
      // An interrupt that a pin or a route sends was set up by the guest, so a handler is wanted. The model lists neither every IPI
      // of a guest nor every message its VMM sends by hand.
      const wanted = [...sight.past, ...sight.events].some(
        (e) => e.args.vector === vector && (e.name === 'ioapic_service' || e.name === 'vtd_post'),
      );
      const routed = [...sight.past, ...sight.events].some(
        (e) =>
          e.name === 'kvm_msi_set_irq' && (e.args.gsi as number) >= 0 && ((e.args.data as number) & 0xff) === vector,
      );
      if (!wanted && !routed) return null;
      const known = sight.view.config.guest?.handlers.some((handler) => handler.vector === vector) ?? false;
      return known || vector === NMI
        ? null
        : { at: placeOf('vcpu', index, 'stackVector'), params: { vcpu: index, vector } };
    }),
};
