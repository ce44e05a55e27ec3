/** The gate of a GSI's route: without an entry it leads nowhere. @kvm irqchip.c kvm_set_irq */
import { hex64 } from '../../base/numbers.ts';
import type { RouteEntry } from '../../engine/core/machine.ts';
import { irqchipOf, type MachineView, readWord, routesOf } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { CHIP } from '../../spec/names.ts';
import { type Gate, gate, placeOf, type Way } from './gate.ts';
import { hasVmmPin, idOf, messageAt } from './match.ts';

/** The entries in force as the op has them. */
const entriesOf = (view: MachineView): JsonOp[] => (routesOf(view)?.entries ?? []).map(entryOf);

const entryOf = (e: RouteEntry): JsonOp =>
  e.chip === CHIP.msi
    ? { gsi: e.gsi, msi_addr: hex64(e.addrLo, e.addrHi & ~0xff), msi_data: e.data >>> 0 }
    : { gsi: e.gsi, chip: ['pic0', 'pic1', 'ioapic'][e.chip], pin: e.chip === CHIP.picSlave ? e.pin & 7 : e.pin };

/** Of the IOAPIC. */
export const PINS = 24;

/** A vector that may be sent where none was: a handler's own, else the first that Linux gives a device. */
export const goodVector = (view: MachineView): number => {
  const own = view.config.guest?.handlers.find(({ vector }) => vector >= 16)?.vector;
  return own ?? 0x31;
};

/** Address that sends to a vCPU, whatever its id. */
export const addressOf = (view: MachineView, vcpu: number): string => {
  const id = idOf(view, vcpu);
  return hex64((0xfee0_0000 | ((id & 0xff) << 12)) >>> 0, id & 0xffffff00);
};

/** The message of a GSI that has none: as its vector of a device says, else one for vCPU 0. */
function messageFor(view: MachineView, gsi: number, { msix }: Way): JsonOp {
  const field = (i: number): number =>
    msix === undefined ? 0 : readWord(view, 'device', msix.slot, 'msixTable', msix.entry * 4 + i);
  if (field(0) !== 0) return { gsi, msi_addr: hex64(field(0), field(1)), msi_data: field(2) };
  return { gsi, msi_addr: addressOf(view, 0), msi_data: goodVector(view) };
}

/**
 * The message that a way sends is written anew: in its device's table or, where it has none, in its route.
 * @param change what is to be another: where it goes, or its vector @returns no ops where a pin or nobody makes the message
 */
export function resend(view: MachineView, way: Way, change: 'dest' | 'vector' | 'mode'): readonly JsonOp[] {
  const { gsi, msix } = way;
  if (gsi === undefined || way.ioapicPin !== undefined || way.picPin !== undefined) return [];
  const device = msix === undefined ? undefined : view.config.devices?.[msix.slot];
  const data = change === 'mode' ? way.vector : goodVector(view);
  const value = change === 'dest' ? Number(BigInt(addressOf(view, 0)) & 0xffff_ffffn) : data;
  if (msix !== undefined && device !== undefined) {
    const op = device.msix === undefined ? { op: 'msi_cap' } : { op: 'msix', entry: msix.entry };
    return [{ ...op, id: device.id, field: change === 'dest' ? 'addr_lo' : 'data', value }];
  }
  const entries = entriesOf(view).map((entry) => {
    if (Number(entry.gsi) !== gsi || entry.msi_addr === undefined) return entry;
    return change === 'dest' ? { ...entry, msi_addr: addressOf(view, 0) } : { ...entry, msi_data: data };
  });
  return [{ op: 'routing', entries }];
}

export const ROUTE = gate('route', {
  look(view, way) {
    const refused = way.message?.refused;
    if (refused !== undefined) return { at: placeOf('vm', 0, 'routes'), bits: 'address', value: refused, closed: true };
    if (way.gsi === undefined || hasVmmPin(view, way.ioapicPin)) return null;
    const value = routesOf(view)?.byGsi[way.gsi]?.length ?? 0;
    return { at: placeOf('vm', 0, 'routes'), bits: `gsi ${way.gsi}`, value, closed: value === 0 };
  },
  shut(view, way) {
    const none = way.gsi !== undefined && (routesOf(view)?.byGsi[way.gsi]?.length ?? 0) === 0;
    return none || messageAt(view, way)?.refused !== undefined;
  },
  opens(view, way) {
    const { gsi } = way;
    if (gsi === undefined) return [];
    if (way.message?.refused !== undefined) return [[{ op: 'routing', entries: entriesOf(view) }, ...way.raise]];
    // As it was before it was taken away; else the pin of its number.
    const had = view.routeTables.findLast(({ byGsi }) => (byGsi[gsi]?.length ?? 0) > 0)?.byGsi[gsi] ?? [];
    const own = had.map(entryOf);
    if (own.length === 0) {
      const pin = irqchipOf(view) === 'full' && gsi < PINS;
      own.push(pin ? { gsi, chip: 'ioapic', pin: gsi } : messageFor(view, gsi, way));
    }
    return [[{ op: 'routing', entries: [...entriesOf(view), ...own] }, ...way.raise]];
  },
  closes: (view, way) => [{ op: 'routing', entries: entriesOf(view).filter(({ gsi }) => gsi !== way.gsi) }],
});

export const ROUTING_GATES: readonly Gate[] = [ROUTE];
