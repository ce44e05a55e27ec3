/**
 * The definer of events. An event is a row of the effect log that has a name: who acts, the kernel function that does it, the
 * tracepoint of the same moment, what a manual says of it, and its arguments with their kinds. From the row come the engine's
 * code, the typed arguments of every reader, the parameters of its sentence, and its line in a golden text or a terminal.
 */

import { join } from '../../base/u64.ts';
import type { CiteKey } from '../citations.ts';
import type { BitLayout } from '../define/registers.ts';
import type { KernelFn } from '../kernel/functions.ts';

/** Components an event can happen at. The engine's own list of blocks must be the same: it takes these rows by its type. */
export type Actor =
  | 'vm'
  | 'irqfd'
  | 'pic'
  | 'ioapic'
  | 'lapic'
  | 'vcpu'
  | 'piDesc'
  | 'vmcs'
  | 'pit'
  | 'device'
  | 'pcpu';

/** One of a few words, by number; an empty word is a number that does not occur. */
export interface Reason {
  readonly reason: readonly string[];
}
/** A word with a bit layout. */
export interface Bits {
  readonly bits: BitLayout;
}

/**
 * What an argument is. `ns64` takes two columns, low word first; every other kind takes one. `dest` is a destination id,
 * `mode` the delivery mode with bit 3 for logical and bits 5:4 for the shorthand, `register` an offset in the APIC page,
 * `dec` a signed count or index, `bytes` how many of them,
 * `hex` the bits of a word.
 */
export type ArgKind =
  | 'vector'
  | 'gsi'
  | 'pin'
  | 'vcpu'
  | 'pcpu'
  | 'hex'
  | 'dec'
  | 'bytes'
  | 'ns64'
  | 'flag'
  | 'level'
  | 'chip'
  | 'register'
  | 'mode'
  | 'dest'
  | 'exit'
  | 'userExit'
  | 'request'
  | 'requests'
  | 'mpState'
  | 'inhibit'
  | Reason
  | Bits;

/**
 * What the event does to the token of its interrupt on the stage: `moves` it, leaves it where it is (`still`), sends something
 * along (`side`), `ends` it, sends something back to the source (`goesBack`), or, for a line, moves it up and goes back down
 * (`level`). Absent: the event has no place on the stage.
 */
export type TokenRule = 'moves' | 'still' | 'side' | 'ends' | 'goesBack' | 'level';

interface Common {
  /** Number in the log; never used again for another event. */
  readonly code: number;
  readonly by: Actor;
  /** Kernel function at v6.18; null where the actor is not KVM (a device, the guest, the CPU, the IOMMU). */
  readonly fn: KernelFn | null;
  /** The function on an AMD host, where the vendor module's own is meant. */
  readonly amd?: KernelFn;
  /** The function by the value of an argument, where the event is recorded by more than one. */
  readonly fnBy?: { readonly arg: string; readonly fns: Readonly<Record<number, KernelFn | null>> };
  /** Tracepoint of the same moment, if KVM has one. */
  readonly trace?: string;
  readonly cite: CiteKey | null;
  /** In the order of the columns. */
  readonly args: Readonly<Record<string, ArgKind>>;
  readonly token?: TokenRule;
}

/**
 * `since`: step set in which the event became a moment a reader can stop at, where that is not the first. `t` in a link counts the
 * steps of the link's set, so an event that becomes one later says a later set; a test has the codes of the first. `minor`: no
 * moment of its own, shown with the event before it.
 */
export type EventRow = Common &
  ({ readonly since?: 2; readonly minor?: never } | { readonly since?: never; readonly minor: true });

/** Columns of a row that say where in the kernel it comes from. A page has them apart from the rows (`events/sources.ts`). */
export const SOURCE_COLUMNS = ['fn', 'amd', 'fnBy', 'trace', 'cite'] as const;
export type EventSource = Pick<EventRow, (typeof SOURCE_COLUMNS)[number]>;
/** A row without them. */
export type EventFacts = Omit<EventRow, keyof EventSource>;

/** The newest step set. */
export const STEP_SET: number = 2;

export type EventRows = Readonly<Record<string, EventRow>>;

/** The four argument columns of a log row. */
export type ArgColumns = readonly [number, number, number, number];

/** Arguments of a row by name. */
export type ArgsOf<R extends EventRow> = { readonly [K in keyof R['args']]: number };

/** A kind that is one of these words, from number 0 on. */
export const reason = (...words: readonly string[]): Reason => ({ reason: words });
/** A kind that is a word of this layout. */
export const bits = (layout: BitLayout): Bits => ({ bits: layout });

/** Takes the rows of a part as they are. A test holds that their arguments fit the four columns. */
export const defineEvents = <const R extends EventRows>(rows: R): R => rows;

/** Columns that a row's arguments take. */
export const widthOf = ({ args }: EventFacts): number =>
  Object.values(args).reduce((sum, kind) => sum + columnsOf(kind), 0);

const columnsOf = (kind: ArgKind): number => (kind === 'ns64' ? 2 : 1);

/** The word of an event's reason, where it has one of several. */
export function reasonOf({ args }: EventFacts, values: Readonly<Record<string, number>>): string | undefined {
  for (const [name, kind] of Object.entries(args))
    if (typeof kind === 'object' && 'reason' in kind) return kind.reason[values[name] ?? -1];
  return undefined;
}

/** The arguments of a row by name. @param at where its first column is in `columns` */
export function readArgs(row: EventFacts, columns: ArrayLike<number>, at = 0): Record<string, number> {
  const out: Record<string, number> = {};
  // Not by entries: a run has millions of rows, and each would make a list of lists.
  for (const name in row.args) {
    const kind = row.args[name] as ArgKind;
    const low = columns[at];
    out[name] = kind === 'ns64' ? join(low, columns[at + 1]) : low;
    at += columnsOf(kind);
  }
  return out;
}
