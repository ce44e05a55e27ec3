/** The words of the tables of places: what a place is, which fields can be lit, what a table says of an event. */
import type { ArgsOf, EventRows } from '../../spec/define/event.ts';

/** Fields of the VMCS as the stage groups them, a row each. */
export type VmcsPart = 'entry' | 'blocking' | 'status' | 'threshold' | 'vectoring' | 'windows';
/** Rows of a vCPU card where a token can dock; `mode` is the boundary between guest and root. */
export type VcpuPart = 'state' | 'flags' | 'nmi' | 'inject' | 'handler' | 'mode' | VmcsPart;
export type Grid = 'irr' | 'isr' | 'pir';

export type Place =
  | { readonly at: 'device'; readonly slot: number }
  | { readonly at: 'pit' }
  | { readonly at: 'user' }
  /** The source that drives this GSI here: the device in `slot`; -1: whichever is wired to it. */
  | { readonly at: 'source'; readonly gsi: number; readonly slot: number }
  | { readonly at: 'route'; readonly gsi: number }
  | { readonly at: 'msi' }
  | { readonly at: 'picPin'; readonly pin: number }
  | { readonly at: 'pic' }
  | { readonly at: 'ioapicPin'; readonly pin: number }
  | { readonly at: 'ioapic' }
  /** The line between chips and local APICs, at the height the token comes from, or at a local APIC's. */
  | { readonly at: 'bus'; readonly vcpu: number | null }
  | { readonly at: 'lapic'; readonly vcpu: number }
  | { readonly at: 'cell'; readonly vcpu: number; readonly grid: Grid; readonly vector: number }
  | { readonly at: 'vcpu'; readonly vcpu: number; readonly part: VcpuPart }
  | { readonly at: 'pcpu'; readonly pcpu: number }
  /** An entry of the IOMMU's interrupt remapping table; entry -1: whichever of the device's. */
  | { readonly at: 'irte'; readonly slot: number; readonly entry: number };

/** A field that decided, lit while the step is shown. */
export type Field =
  | 'source.line'
  | 'route.chips'
  | 'pic.irr'
  | 'pic.imr'
  | 'pic.isr'
  | 'pic.output'
  | 'rte.vector'
  | 'rte.mode'
  | 'rte.trig'
  | 'rte.remoteIrr'
  | 'rte.dest'
  | 'rte.mask'
  | 'rte.line'
  | 'lapic.id'
  | 'lapic.enabled'
  | 'lapic.ppr'
  | 'lapic.tpr'
  | 'lapic.irr'
  | 'lapic.isr'
  | 'lapic.pir'
  | 'desc.on'
  | 'desc.sn'
  | 'vcpu.state'
  | 'vcpu.if'
  | 'vcpu.shadow'
  | 'vcpu.nmi'
  | 'vcpu.inject'
  | 'vcpu.handler'
  | 'vcpu.counters'
  | 'vcpu.mode'
  | 'pcpu'
  | 'irte'
  | 'idt';

/** What a row of the table may read of an event. */
export interface Happening<A = Readonly<Record<string, number>>> {
  /** Instance of the component that acts. */
  readonly index: number;
  /** Kind of that component, by its code. */
  readonly kind: number;
  readonly args: A;
}

/** Why a token ended: keys of stage texts. */
export type EndReason =
  | 'stage.end.noRoute'
  | 'stage.end.levelLow'
  | 'stage.end.invalid'
  | 'stage.end.masked'
  | 'stage.end.coalesced'
  | 'stage.end.nobody'
  | 'stage.end.remoteIrr'
  | 'stage.end.rtc'
  | 'stage.end.suppressed'
  | 'stage.end.resampled'
  | 'stage.end.noDestination'
  | 'stage.end.emptySlot'
  | 'stage.end.apicDisabled'
  | 'stage.end.deassert'
  | 'stage.end.ignored'
  | 'stage.end.gp'
  | 'stage.end.pitHeld'
  | 'stage.end.nothing'
  | 'stage.end.msixPending';

/** A row: where an event happens and what its token says there. What the event does to the token is its row in spec/events. */
export interface LocatorRow<A> {
  readonly place: (h: Happening<A>) => Place;
  /** Side of the row the token rests at: where it came in, or where it will go on from. */
  readonly dock: 'in' | 'out';
  /** What the token knows here: short, for the dock. */
  readonly label: (h: Happening<A>) => string;
  /** The same in full, while it travels here. */
  readonly long?: (h: Happening<A>) => string;
  readonly lit?: readonly Field[] | ((h: Happening<A>) => readonly Field[]);
  readonly end?: EndReason;
  /** Goes on where this event left the journey, though another caused it. */
  readonly after?: 'pic_output' | 'lowest_prio';
  /** Ends no token and moves none: what is refused is a register access. */
  readonly still?: true;
  /** Where a vector that has reached a physical CPU goes on to, in the step after. */
  readonly onward?: (h: Happening<A>) => Place;
  /** Passes a place on its way; `slot` is the device it comes from. */
  readonly via?: (slot: number) => Place;
}

/** Rows of a part. An event without one is shown at whoever acts, by its row in spec; null: it has no place on the stage. */
export type Locators<T extends EventRows> = { readonly [K in keyof T]?: LocatorRow<ArgsOf<T[K]>> | null };

/** A row with what the event does to its token. */
export interface Locator extends LocatorRow<Readonly<Record<string, number>>> {
  /** Goes along with the journey as a token of its own: a kick, a wake-up, a notification. */
  readonly side: boolean;
  /** Goes back to where the interrupt came from: always, or when its line falls. */
  readonly goesBack: boolean | 'low';
  /** Lights its place, moves no token: a register access, a note on what was just seen. */
  readonly still?: true;
}
