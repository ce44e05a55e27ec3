/** The clock's EOI is owed and its vector is in service nowhere: no tick comes any more. */
import { readWord } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { hasIoapic, inService, posted, requested, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

/** Vectors of pin 8 that were sent, a byte a vCPU. */
const sentTo = (view: Parameters<typeof hasIoapic>[0], vcpu: number): number =>
  (readWord(view, 'ioapic', 0, 'rtcVectors', vcpu >> 2) >>> ((vcpu & 3) * 8)) & 0xff;

export const rtcEoiOwed: Rule = {
  id: 'rtc-eoi-owed',
  severity: 'wrong',
  cites: ['ioapic.rte', 'lapic.eoi'],
  settles: true,
  look({ view }) {
    if (!hasIoapic(view) || (readWord(view, 'ioapic', 0, 'rtcPendingEoi') | 0) <= 0) return [];
    const owing = vcpusOf(view).filter(
      (vcpu) => (readWord(view, 'ioapic', 0, 'rtcDest', vcpu >> 5) & (1 << (vcpu & 31))) !== 0,
    );
    const underWay = owing.some((vcpu) =>
      [inService, requested, posted].some((list) => list(view, vcpu).includes(sentTo(view, vcpu))),
    );
    const [vcpu = 0] = owing;
    return underWay
      ? []
      : [{ at: placeOf('ioapic', 0, 'rtcPendingEoi'), params: { vcpu, vector: sentTo(view, vcpu) } }];
  },
};
