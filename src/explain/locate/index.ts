/**
 * Where each event happens on the stage, what its token says there, and which fields decided: a table a part, typed by the
 * part's events, so a new event does not compile until it has its row.
 */
import { type EventRow, type EventRows, reasonOf } from '../../spec/define/event.ts';
import { argsOf, type EventName, FIRST_EVENTS } from '../../spec/events/index.ts';
import { GATE_ROWS, type GateRow, gatesSaidBy } from '../gates/rows.ts';
import { DEVICE_LOCATORS } from './device.ts';
import { GUEST_LOCATORS } from './guest.ts';
import { IOAPIC_LOCATORS } from './ioapic.ts';
import { LAPIC_LOCATORS } from './lapic.ts';
import type { Field, Happening, Locator, LocatorRow, Locators, Place } from './locator.ts';
import { ownPlace } from './makers.ts';
import { PIC_LOCATORS } from './pic.ts';
import { ROUTING_LOCATORS } from './routing.ts';
import { USERSPACE_LOCATORS } from './userspace.ts';
import { VCPU_LOCATORS } from './vcpu.ts';

/** Gates that the log speaks of: the stage asks what they ask. */
export { GATE_ROWS };

const locators = new Map<string, Locator>();

function locatorFor(name: EventName, event: EventRow, row: LocatorRow<never>): Locator {
  const { token } = event;
  const gates = gatesSaidBy(name);
  return {
    // What a gate held back lights what that gate reads.
    ...(gates.length > 0 && { lit: (happening) => readBy(gates, name, reasonOf(event, happening.args)) }),
    ...(row as unknown as LocatorRow<Readonly<Record<string, number>>>),
    ...((token === 'still' || row.still) && { still: true as const }),
    side: token === 'side',
    goesBack: token === 'goesBack' || (token === 'level' && 'low'),
  };
}

const readBy = (gates: readonly GateRow[], name: EventName, reason: string | undefined): readonly Field[] =>
  gates.filter(({ events }) => (events?.[name] ?? reason) === reason).flatMap(({ reads }) => reads);

/** Takes in the table of a part, beside the rows of its events. */
export function addLocators<T extends EventRows>(rows: T, table: Locators<T>): void {
  for (const [name, event] of Object.entries(rows)) {
    const row = table[name] === undefined ? ownPlace(event) : (table[name] as LocatorRow<never> | null);
    if (row !== null) locators.set(name, locatorFor(name as EventName, event, row));
  }
}

/** The locator of an event; null where it has no place on the stage. */
export const locatorOf = (name: EventName): Locator | null => locators.get(name) ?? null;

/** What a locator reads of a step. */
export function happeningOf(step: {
  readonly name: EventName;
  readonly where: number;
  readonly args: readonly [number, number, number, number];
}): Happening {
  return {
    index: step.where & 0xffff,
    kind: step.where >>> 16,
    args: argsOf(step.name, step.args) as Readonly<Record<string, number>>,
  };
}

/** vCPU a place belongs to, -1 none. */
export function vcpuOf(place: Place): number {
  return 'vcpu' in place && place.vcpu !== null ? place.vcpu : -1;
}

/** Fields that decided an event. */
export function litOf(locator: Locator, happening: Happening): readonly Field[] {
  return typeof locator.lit === 'function' ? locator.lit(happening) : (locator.lit ?? []);
}

addLocators(FIRST_EVENTS, {
  ...USERSPACE_LOCATORS,
  ...DEVICE_LOCATORS,
  ...ROUTING_LOCATORS,
  ...PIC_LOCATORS,
  ...IOAPIC_LOCATORS,
  ...LAPIC_LOCATORS,
  ...VCPU_LOCATORS,
  ...GUEST_LOCATORS,
});
