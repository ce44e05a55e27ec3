/** The gate of an MSI-X vector's irqfd: without one the device's message goes nowhere. @kvm eventfd.c irqfd_wakeup */
import { readWord } from '../../engine/view/machine-view.ts';
import { type Gate, placeOf } from './gate.ts';

const SLOTS = 64;

export const IRQFD_GATES: readonly Gate[] = [
  {
    id: 'irqfd',
    events: { no_route: null },
    reads: [],
    cite: 'kvm.api',
    look(view, way) {
      if (way.msix === undefined && way.eventfd !== true) return null;
      const slots = Array.from({ length: SLOTS }, (_, slot) => slot);
      const slot = slots.findLast(
        (s) => (readWord(view, 'irqfd', s, 'used') | 0) > 0 && readWord(view, 'irqfd', s, 'gsi') === way.gsi,
      );
      return {
        at: placeOf('irqfd', slot ?? 0, 'used'),
        bits: 'used',
        value: slot === undefined ? 0 : 1,
        closed: slot === undefined,
      };
    },
    opens: (_view, way) => [[{ op: 'irqfd', gsi: way.gsi, resample: 0 }, ...way.raise]],
  },
];
