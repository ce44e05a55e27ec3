/** Gates between the source and the chips: the irqfd, the route, the IOMMU's entry. */
import type { RouteEntry } from '../../engine/core/machine.ts';
import { readWord, routesOf } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { CHIP } from '../../spec/names.ts';
import { type Gate, placeOf } from './gate.ts';

/** The entries in force as the op has them. */
export const entriesOf = (view: Parameters<Gate['look']>[0]): JsonOp[] => (routesOf(view)?.entries ?? []).map(entryOf);

const entryOf = (e: RouteEntry): JsonOp =>
  e.chip === CHIP.msi
    ? {
        gsi: e.gsi,
        msi_addr: `0x${((BigInt(e.addrHi >>> 0) << 32n) | BigInt(e.addrLo >>> 0)).toString(16)}`,
        msi_data: e.data >>> 0,
      }
    : { gsi: e.gsi, chip: ['pic0', 'pic1', 'ioapic'][e.chip], pin: e.chip === CHIP.picSlave ? e.pin & 7 : e.pin };

const PINS = 24;

export const IRQFD_GATES: readonly Gate[] = [
  {
    id: 'irqfd',
    event: 'no_route',
    cite: 'kvm.api',
    look(view, way) {
      if (way.msix === undefined && way.eventfd !== true) return null;
      const slots = Array.from({ length: 64 }, (_, slot) => slot);
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

export const ROUTING_GATES: readonly Gate[] = [
  {
    id: 'route',
    event: 'no_route',
    cite: 'kvm.api',
    look(view, way) {
      if (way.gsi === undefined) return null;
      const value = routesOf(view)?.byGsi[way.gsi]?.length ?? 0;
      return { at: placeOf('vm', 0, 'routes'), bits: `gsi ${way.gsi}`, value, closed: value === 0 };
    },
    opens(view, way) {
      const { gsi } = way;
      if (gsi === undefined) return [];
      // As it was before it was taken away; else the pin of its number.
      const had = view.routeTables.findLast(({ byGsi }) => (byGsi[gsi]?.length ?? 0) > 0)?.byGsi[gsi] ?? [];
      const own = had.map(entryOf);
      if (own.length === 0 && view.config.irqchip === 'full' && gsi < PINS) own.push({ gsi, chip: 'ioapic', pin: gsi });
      return own.length === 0 ? [] : [[{ op: 'routing', entries: [...entriesOf(view), ...own] }, ...way.raise]];
    },
  },
];

export const VTD_GATES: readonly Gate[] = [
  {
    id: 'iommu',
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
