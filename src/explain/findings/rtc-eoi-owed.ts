/** The clock's EOI is owed and its vector is in service nowhere: no tick comes any more. */
import { type MachineView, readWord, rteView } from '../../engine/view/machine-view.ts';
import { placeOf } from '../gates/gate.ts';
import { destinations, hasIoapic, inService, posted, requested, vcpusOf } from './machine.ts';
import type { Rule } from './rule.ts';

const RTC_PIN = 8;

/** Vectors of pin 8 that were sent, a byte a vCPU. */
const sentTo = (view: MachineView, vcpu: number): number =>
  (readWord(view, 'ioapic', 0, 'rtcVectors', vcpu >> 2) >>> ((vcpu & 3) * 8)) & 0xff;

/**
 * With APICv an EOI of an edge interrupt may never come out of the guest: the pin's next edge forgets it by itself, as long as the
 * entry still names that vCPU and vector. @kvm ioapic.c ioapic_lazy_update_eoi
 */
function isForgotten(view: MachineView, vcpu: number): boolean {
  const rte = rteView(view, RTC_PIN);
  return (
    readWord(view, 'lapic', vcpu, 'apicvActive') === 1 &&
    !rte.level &&
    rte.vector === sentTo(view, vcpu) &&
    destinations(view, rte).includes(vcpu)
  );
}

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
    const underWay = owing.some(
      (vcpu) =>
        isForgotten(view, vcpu) ||
        [inService, requested, posted].some((list) => list(view, vcpu).includes(sentTo(view, vcpu))),
    );
    const [vcpu = 0] = owing;
    return underWay
      ? []
      : [{ at: placeOf('ioapic', 0, 'rtcPendingEoi'), params: { vcpu, vector: sentTo(view, vcpu) } }];
  },
};
