/** What a line of text can be, and what reading lines learns on the way: names, the clock, where the columns of the last line stood. */
import { Names } from './record.ts';

/** What a line was. */
export const LINE = {
  /** An event of KVM whose text was read. */
  event: 1,
  /** An event of another subsystem, or one whose text no row reads: counted by name. */
  other: 2,
  /** Comment, header, blank. */
  comment: 3,
  /** A head without its event: the rest may be on the next line. */
  half: 4,
  unreadable: 5,
  /** `[LOST n EVENTS]`, `buffer started`: `lost` says how many. */
  lost: 6,
} as const;

/** One reading of a text: whoever reads a line fills in what the next may use. */
export interface TextTables {
  /** Exit reasons. */
  readonly reasons: Names;
  /** Events that are only counted, by number minus FIRST_UNKNOWN. */
  readonly others: Names;
  /** Set by a LINE.lost: events lost, 0 where the text gives no number. */
  lost: number;
  /** The clock of the last event: 's', 'ticks' or 'none'. */
  clock: 's' | 'ticks' | 'none';
  /** The index pass: what is still wanted of an event's text; null reads them all. */
  readonly wants: Wants | null;
  /** Where the CPU column stood in the last line, and in the last that had it elsewhere: most often it stands there again. */
  cpuColumn: number;
  otherColumn: number;
  /** How far behind it the point of the time stood, 0 none; whether flags were between them. */
  dotColumn: number;
  dotFlags: boolean;
  /** The first line of which a recorder's own print left fields out, 0 none. */
  cutLine: number;
  /** The last line was one of perf trace. */
  perfTrace: boolean;
  /** Where ` kvm:` stood in it, and in the last that had it elsewhere. */
  groupColumn: number;
  otherGroup: number;
  /** Whole seconds as the last line had them: their six bytes, and what they are worth. */
  secondsLow: number;
  secondsHigh: number;
  seconds: number;
  /** The eight bytes before a CPU column, with the thread they name: few threads print most lines. */
  readonly threadBytes: Int32Array;
  readonly threadIds: Int32Array;
}

/** Threads remembered by their bytes; a power of two. */
export const THREADS = 64;

/** Says what an index pass may leave unread. */
export interface Wants {
  /** @returns false where the fields of this event, by this thread, are of no more use */
  wants(event: number, tid: number): boolean;
}

/** Tables of a text of which nothing is read yet. */
export function createTables(wants: Wants | null = null): TextTables {
  return {
    reasons: new Names(),
    others: new Names(),
    lost: 0,
    clock: 'none',
    wants,
    cpuColumn: -1,
    otherColumn: -1,
    dotColumn: 0,
    dotFlags: false,
    cutLine: 0,
    perfTrace: false,
    groupColumn: 0,
    otherGroup: 0,
    secondsLow: 0,
    secondsHigh: 0,
    seconds: 0,
    threadBytes: new Int32Array(2 * THREADS),
    threadIds: new Int32Array(THREADS).fill(-1),
  };
}
