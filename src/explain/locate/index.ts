/**
 * Where each event happens on the stage, what its token says there, and which fields decided: a table a part, typed by the
 * part's events, so a new event does not compile until it has its row.
 */
import { type EventRow, type EventRows, reasonOf } from '../../spec/define/event.ts';
import { argsOf, type EventName, FIRST_EVENTS } from '../../spec/events/index.ts';
import { type GateRow, gatesSaidBy } from '../gates/rows.ts';
import { DEVICE_STATIONS } from './device.ts';
import { GUEST_STATIONS } from './guest.ts';
import { IOAPIC_STATIONS } from './ioapic.ts';
import { IRQFD_STATIONS } from './irqfd.ts';
import { LAPIC_STATIONS } from './lapic.ts';
import { PIC_STATIONS } from './pic.ts';
import { PIT_STATIONS } from './pit.ts';
import { ROUTING_STATIONS } from './routing.ts';
import type { Field, Happening, Place, Station, StationRow, Stations } from './station.ts';
import { TIMER_STATIONS } from './timer.ts';
import { USERSPACE_STATIONS } from './userspace.ts';
import { VCPU_STATIONS } from './vcpu.ts';

const stations = new Map<string, Station>();

function stationFor(name: EventName, event: EventRow, row: StationRow<never>): Station {
  const { token } = event;
  const gates = gatesSaidBy(name);
  return {
    // What a gate held back lights what that gate reads.
    ...(gates.length > 0 && { lit: (happening) => readBy(gates, name, reasonOf(event, happening.args)) }),
    ...(row as unknown as StationRow<Readonly<Record<string, number>>>),
    ...((token === 'still' || row.still) && { still: true as const }),
    side: token === 'side',
    goesBack: token === 'goesBack' || (token === 'level' && 'low'),
  };
}

const readBy = (gates: readonly GateRow[], name: EventName, reason: string | undefined): readonly Field[] =>
  gates.filter(({ events }) => (events?.[name] ?? reason) === reason).flatMap(({ reads }) => reads);

/** Takes in the table of a part, beside the rows of its events. */
export function addStations<T extends EventRows>(rows: T, table: Stations<T>): void {
  for (const [name, row] of Object.entries(table)) {
    if (row !== null)
      stations.set(name, stationFor(name as EventName, rows[name] as EventRow, row as StationRow<never>));
  }
}

/** The station of an event; null where it has no place on the stage. */
export const stationOf = (name: EventName): Station | null => stations.get(name) ?? null;

/** What a station reads of a step. */
export function happeningOf(step: {
  readonly name: EventName;
  readonly where: number;
  readonly args: readonly [number, number, number, number];
}): Happening {
  return { index: step.where & 0xffff, args: argsOf(step.name, step.args) as Readonly<Record<string, number>> };
}

/** vCPU a place belongs to, -1 none. */
export function vcpuOf(place: Place): number {
  return 'vcpu' in place && place.vcpu !== null ? place.vcpu : -1;
}

/** Fields that decided an event. */
export function litOf(station: Station, happening: Happening): readonly Field[] {
  return typeof station.lit === 'function' ? station.lit(happening) : (station.lit ?? []);
}

addStations(FIRST_EVENTS, {
  ...USERSPACE_STATIONS,
  ...DEVICE_STATIONS,
  ...IRQFD_STATIONS,
  ...ROUTING_STATIONS,
  ...PIC_STATIONS,
  ...IOAPIC_STATIONS,
  ...LAPIC_STATIONS,
  ...TIMER_STATIONS,
  ...PIT_STATIONS,
  ...VCPU_STATIONS,
  ...GUEST_STATIONS,
});
