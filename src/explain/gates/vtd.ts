/** The gate of an assigned device's message: its entry in the IOMMU's table. */
import { readWord } from '../../engine/view/machine-view.ts';
import { type Gate, placeOf } from './gate.ts';

export const VTD_GATES: readonly Gate[] = [
  {
    id: 'iommu',
    reads: ['irte'],
    cite: 'vtd.irte',
    look(view, way) {
      const device = way.msix === undefined ? undefined : view.config.devices?.[way.msix.slot];
      if (way.msix === undefined || device?.kind !== 'nvme' || view.config.apicv !== true) return null;
      const at = placeOf('device', way.msix.slot, 'irte', way.msix.entry * 4);
      const value = readWord(view, 'device', way.msix.slot, 'irte', way.msix.entry * 4) & 1;
      return { at, bits: 'present', value, closed: value === 0 };
    },
    opens: () => [],
  },
];
