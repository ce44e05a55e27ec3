/** The gate of an MSI-X vector's irqfd: without one the device's message goes nowhere. @kvm eventfd.c irqfd_wakeup */
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { type Gate, placeOf } from './gate.ts';

const SLOTS = 64;

/** A resampler holds its line up until an EOI: the eventfd that is to raise it anew is taken away and given back. */
export function resamplerLetsGo(view: MachineView, gsi: number): JsonOp[] {
  const word = (slot: number, register: string): number => readWord(view, 'irqfd', slot, register);
  const has = Array.from({ length: SLOTS }, (_, slot) => slot).some(
    (slot) => (word(slot, 'used') | 0) > 0 && word(slot, 'gsi') === gsi && word(slot, 'resample') === 1,
  );
  return has ? ['irqfd_deassign', 'irqfd'].map((op) => ({ op, gsi, resample: 1 })) : [];
}

export const IRQFD_GATES: readonly Gate[] = [
  {
    id: 'irqfd',
    events: { no_route: null },
    reads: [],
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
