/** The gate of a GSI's route: without an entry it leads nowhere. @kvm irqchip.c kvm_set_irq */
import { hex64 } from '../../base/numbers.ts';
import type { RouteEntry } from '../../engine/core/machine.ts';
import { type MachineView, routesOf } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { CHIP } from '../../spec/names.ts';
import { type Gate, gate, placeOf } from './gate.ts';

/** The entries in force as the op has them. */
const entriesOf = (view: MachineView): JsonOp[] => (routesOf(view)?.entries ?? []).map(entryOf);

const entryOf = (e: RouteEntry): JsonOp =>
  e.chip === CHIP.msi
    ? { gsi: e.gsi, msi_addr: hex64(e.addrLo, e.addrHi), msi_data: e.data >>> 0 }
    : { gsi: e.gsi, chip: ['pic0', 'pic1', 'ioapic'][e.chip], pin: e.chip === CHIP.picSlave ? e.pin & 7 : e.pin };

const PINS = 24;

export const ROUTE = gate('route', {
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
  closes: (view, way) => [{ op: 'routing', entries: entriesOf(view).filter(({ gsi }) => gsi !== way.gsi) }],
});

export const ROUTING_GATES: readonly Gate[] = [ROUTE];
