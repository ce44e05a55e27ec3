/**
 * The events by name and by code. What every scene may have is here from the start; the parts of late.ts join when their rows are
 * loaded: at once in the engine (all.ts), on a page when a log first has one of their codes (explain/late.ts).
 *
 * An event is a row of eight numbers (engine/core/log.ts). Codes and numbers only: views turn a name into words by key
 * `event.<name>`.
 */
import { type ArgColumns, type ArgsOf, type EventFacts, type EventRows, readArgs } from '../define/event.ts';
import type { APICV_EVENTS } from './apicv.ts';
import type { AVIC_EVENTS } from './avic.ts';
import type { BUS_EVENTS } from './bus.ts';
import { DEVICE_EVENTS } from './device.ts';
import { GUEST_EVENTS } from './guest.ts';
import { IOAPIC_EVENTS } from './ioapic.ts';
import type { IRQFD_EVENTS } from './irqfd.ts';
import { LAPIC_EVENTS } from './lapic.ts';
import type { PCPU_EVENTS } from './pcpu.ts';
import type { PI_DESC_EVENTS } from './pi-desc.ts';
import { PIC_EVENTS } from './pic.ts';
import type { PIT_EVENTS } from './pit.ts';
import type { PV_EOI_EVENTS } from './pv-eoi.ts';
import { ROUTING_EVENTS } from './routing.ts';
import type { RUN_LOOP_EVENTS } from './run-loop.ts';
import type { TIMER_EVENTS } from './timer.ts';
import { USERSPACE_EVENTS } from './userspace.ts';
import { VCPU_EVENTS } from './vcpu.ts';
import type { VTD_EVENTS } from './vtd.ts';

export const FIRST_EVENTS = {
  ...USERSPACE_EVENTS,
  ...DEVICE_EVENTS,
  ...ROUTING_EVENTS,
  ...PIC_EVENTS,
  ...IOAPIC_EVENTS,
  ...LAPIC_EVENTS,
  ...VCPU_EVENTS,
  ...GUEST_EVENTS,
};

type LateEvents = typeof IRQFD_EVENTS &
  typeof TIMER_EVENTS &
  typeof PIT_EVENTS &
  typeof PCPU_EVENTS &
  typeof RUN_LOOP_EVENTS &
  typeof PI_DESC_EVENTS &
  typeof APICV_EVENTS &
  typeof VTD_EVENTS &
  typeof AVIC_EVENTS &
  typeof PV_EOI_EVENTS &
  typeof BUS_EVENTS;

/** Every row, by the name of its event. */
export type EventTable = typeof FIRST_EVENTS & LateEvents;
export type EventName = keyof EventTable;
/** Arguments of an event by name. */
export type EventArgs<K extends EventName = EventName> = ArgsOf<EventTable[K]>;

const rows = new Map<string, EventFacts>();
const names: (EventName | undefined)[] = [];
const steps: (EventName | undefined)[] = [];

/** Names by code; undefined for a code no event has (0 is a word write) or whose row is not here yet. */
export const EVENT_NAMES: readonly (EventName | undefined)[] = names;

/** By code: the event's name if a reader can stop at it, else undefined. */
export const STEP_NAMES: readonly (EventName | undefined)[] = steps;

/** Takes in the rows of a part; once is enough. Throws if two events have one code. */
export function addEvents(part: EventRows): void {
  for (const [name, row] of Object.entries(part)) {
    const taken = names[row.code];
    if (taken !== undefined && taken !== name) throw new Error(`event code ${row.code}: ${name} and ${taken}`);
    names[row.code] = name as EventName;
    if (row.minor !== true) steps[row.code] = name as EventName;
    rows.set(name, row);
  }
}

/** The row of an event. Throws where its part is not loaded, which the page sees to before a log is shown. */
export function eventRow(name: EventName): EventFacts {
  const row = rows.get(name);
  if (row === undefined) throw new Error(`no rows of ${name}`);
  return row;
}

/** The arguments of an event, out of the columns of its log row. */
export function argsOf<K extends EventName>(name: K, columns: ArgColumns): EventArgs<K> {
  return readArgs(eventRow(name), columns) as EventArgs<K>;
}

/** The same, out of a log. @param at index of the row's first word, its code */
export function argsAt<K extends EventName>(name: K, rows: Int32Array, at: number): EventArgs<K> {
  return readArgs(eventRow(name), rows, at + FIRST_ARG) as EventArgs<K>;
}

/** Column of a row where its arguments begin. */
const FIRST_ARG = 4;

addEvents(FIRST_EVENTS);
