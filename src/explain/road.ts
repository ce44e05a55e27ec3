/**
 * The road of one guest access: how it left the guest, what KVM asks about it, in KVM's order, with this access's values, and
 * where it ended. Read from the rows of its op, as far as they have come; a question not reached yet has no answer.
 */
import { hex } from '../base/numbers.ts';
import { compareRange } from '../engine/view/io-ranges.ts';
import { COL } from '../engine/view/tables.ts';
import { busesAt, type Registered } from '../log/buses.ts';
import type { SceneLog } from '../log/log.ts';
import { argsIn, cellOf } from '../log/rows.ts';
import { commandAt } from '../log/steps.ts';
import { EVENT_NAMES, type EventArgs, type EventName } from '../spec/events/index.ts';
import { EXIT_NAMES } from '../spec/exits.ts';
import { BUS } from '../spec/iodevs.ts';

/** In KVM's order: MMIO asks the first five, the last of them a bus; a port only its bus. */
export type Question = 'apic-page' | 'mmio-cache' | 'slot' | 'lapic' | 'mmio-bus' | 'pio-bus';
/** `passed`: not asked, an earlier answer made it needless. `ahead`: not reached yet. */
export type Answer = 'yes' | 'no' | 'passed' | 'ahead';
export interface Asked {
  readonly question: Question;
  readonly answer: Answer;
  /** What was compared with what: numbers and the kernel's own names. */
  readonly value: string;
}
/** Where bytes went. `guest`: the processor did it by itself. */
export type End = 'guest' | 'memory' | 'lapic' | 'device' | 'eventfd' | 'ring' | 'user' | 'ahead';

/** What a bus was searched for. */
export interface BusLookup {
  readonly bus: number;
  readonly addr: number;
  readonly size: number;
}

/** What became of the bytes in one page, or of one element at a port. */
export interface RoadPart {
  readonly addr: number;
  readonly len: number;
  readonly asked: readonly Asked[];
  readonly end: End;
  /** Whose range took it. */
  readonly taker: Registered | null;
  /** The search of a bus, where it has come to one. */
  readonly lookup: BusLookup | null;
  /** Exit to user space: it has answered. */
  readonly answered: boolean;
}

export interface Road {
  /** `fast`: an EPT misconfiguration that was an eventfd's on the fast bus; nothing was decoded. */
  readonly kind: 'memory' | 'mmio' | 'fast' | 'pio';
  /** OUT, IN, REP OUTS, REP INS by number; -1 for memory. */
  readonly way: number;
  readonly write: boolean;
  readonly addr: number;
  readonly size: number;
  /** Elements of a string that go at once. */
  readonly count: number;
  /** VM exit it began with, by name; null where the machine has no run loop, or none was needed. */
  readonly exit: string | null;
  /** The fast bus was asked, and had nobody. */
  readonly missedFast: boolean;
  readonly parts: readonly RoadPart[];
}

const EXIT_REASONS = { io: 2, mmio: 6 } as const;
const pageOf = (addr: number): number => (addr & ~0xfff) >>> 0;

/** One row of the op that is of the access. */
type Seen = { [K in EventName]: { readonly name: K; readonly seq: number; readonly args: EventArgs<K> } }[EventName];

const OF_A_ROAD: ReadonlySet<EventName> = new Set<EventName>([
  'kvm_exit',
  'memory_access',
  'onepage',
  'slot_copy',
  'bus_lookup',
  'fast_mmio',
  'pio_access',
  'pio_answered',
  'ioeventfd_hit',
  'coalesced_queued',
  'userspace_exit',
  'mmio_answered',
]);

/** Rows of the op that a row belongs to, up to the next op. */
function seenOf(log: SceneLog, seq: number): { readonly rows: Seen[]; readonly op: Readonly<Record<string, unknown>> } {
  const at = commandAt(log.commands, seq);
  const from = log.commands[at]?.seq ?? 0;
  const to = Math.min(log.used, log.commands[at + 1]?.seq ?? log.used);
  const rows: Seen[] = [];
  for (let i = from; i < to; i++) {
    const name = EVENT_NAMES[cellOf(log, i, COL.code)];
    if (name === undefined || !OF_A_ROAD.has(name)) continue;
    rows.push({ name, seq: i, args: argsIn(log, i, name) } as Seen);
  }
  return { rows, op: log.commands[at]?.op ?? {} };
}

/** The first range from `first` on that takes an access: an eventfd or a ring says so in the log, a chip always does. */
function takerOf(
  log: SceneLog,
  lookup: Extract<Seen, { name: 'bus_lookup' }>,
  after: readonly Seen[],
): Registered | null {
  const { bus, addr, size, first } = lookup.args;
  const ranges = busesAt(log, lookup.seq)[bus] ?? [];
  const said = after.find(({ name }) => name === 'ioeventfd_hit' || name === 'coalesced_queued');
  const left = after.some((s) => s.name === 'userspace_exit');
  for (let i = first; first >= 0 && i < ranges.length; i++) {
    const range = ranges[i] as Registered;
    if (compareRange(addr >>> 0, size, range) !== 0) break;
    if (
      range.kind === 'ioeventfd'
        ? said?.name === 'ioeventfd_hit'
        : range.kind === 'coalesced'
          ? said?.name === 'coalesced_queued'
          : !left
    )
      return range;
  }
  return null;
}

const rangeText = ({ addr, len }: Registered): string => `0x${addr.toString(16)} + ${hex(len)}`;
const ended = (taker: Registered): End =>
  taker.kind === 'ioeventfd' ? 'eventfd' : taker.kind === 'coalesced' ? 'ring' : 'device';

/**
 * The road of the access that a row is of, as far as it has come.
 * @param seq a row of the access's op @param until rows from here on have not happened yet
 * @returns null where that op is no access that is told, or has not come to one
 */
export function roadAt(log: SceneLog, seq: number, until: number): Road | null {
  const { rows, op } = seenOf(log, seq);
  const come = (seq: number): boolean => seq < until;
  const exit = rows.find((s) => s.name === 'kvm_exit');
  const exitName =
    exit?.name === 'kvm_exit' && come(exit.seq) ? (EXIT_NAMES[exit.args.reason] ?? String(exit.args.reason)) : null;
  const base = { exit: exitName, missedFast: false, count: 1, way: -1 };
  const plain = rows.find((s) => s.name === 'memory_access');
  if (plain?.name === 'memory_access' && come(plain.seq)) {
    const { addr, size, write } = plain.args;
    const part: RoadPart = {
      addr: addr >>> 0,
      len: size,
      asked: [],
      end: 'guest',
      taker: null,
      lookup: null,
      answered: false,
    };
    return { ...base, kind: 'memory', exit: null, write: write === 1, addr: addr >>> 0, size, parts: [part] };
  }
  const fastLookup = rows.find((s) => s.name === 'bus_lookup' && s.args.bus === BUS.fastMmio);
  const hit = rows.find((s) => s.name === 'fast_mmio');
  if (hit?.name === 'fast_mmio' && come(hit.seq)) {
    const addr = hit.args.addr >>> 0;
    const lookup = fastLookup as Extract<Seen, { name: 'bus_lookup' }> | undefined;
    const taker = lookup === undefined ? null : takerOf(log, lookup, rows);
    const part: RoadPart = {
      addr,
      len: 0,
      asked: [],
      end: 'eventfd',
      taker,
      lookup: lookup?.args ?? null,
      answered: false,
    };
    return { ...base, kind: 'fast', write: op.op !== 'mmio_read', addr, size: 0, parts: [part] };
  }
  const missedFast = fastLookup !== undefined && come(fastLookup.seq);
  const pages = rows.filter((s) => s.name === 'onepage');
  if (pages.length > 0) {
    const first = pages[0] as Extract<Seen, { name: 'onepage' }>;
    if (!come(first.seq)) return null;
    const parts = pages.map((page, i) =>
      mmioPart(
        log,
        page as Extract<Seen, { name: 'onepage' }>,
        rows,
        (pages[i + 1] as Seen | undefined)?.seq ?? Number.POSITIVE_INFINITY,
        until,
      ),
    );
    const size = parts.reduce((sum, { len }) => sum + len, 0);
    return {
      ...base,
      missedFast,
      kind: 'mmio',
      write: first.args.write === 1,
      addr: first.args.addr >>> 0,
      size,
      parts,
    };
  }
  const ports = rows.filter((s) => s.name === 'pio_access' && come(s.seq)) as Extract<Seen, { name: 'pio_access' }>[];
  const port = ports.at(-1);
  if (port === undefined) return null;
  const next = rows.find((s) => s.name === 'pio_access' && s.seq > port.seq)?.seq ?? Number.POSITIVE_INFINITY;
  const { size, count, way } = port.args;
  const part = portPart(
    log,
    port,
    rows.filter((s) => s.seq > port.seq && s.seq < next),
    until,
  );
  return { ...base, kind: 'pio', write: way === 0 || way === 2, way, addr: port.args.port, size, count, parts: [part] };
}

function busAsked(
  log: SceneLog,
  question: Question,
  lookup: Seen | undefined,
  after: readonly Seen[],
  until: number,
): { readonly asked: Asked; readonly taker: Registered | null; readonly lookup: BusLookup | null } {
  if (lookup?.name !== 'bus_lookup' || lookup.seq >= until)
    return { asked: { question, answer: 'ahead', value: '' }, taker: null, lookup: null };
  const taker = takerOf(log, lookup, after);
  const { first } = lookup.args;
  const found = (busesAt(log, lookup.seq)[lookup.args.bus] ?? [])[first];
  const value = taker !== null ? rangeText(taker) : found !== undefined && first >= 0 ? rangeText(found) : '-';
  return { asked: { question, answer: taker === null ? 'no' : 'yes', value }, taker, lookup: lookup.args };
}

function mmioPart(
  log: SceneLog,
  page: Extract<Seen, { name: 'onepage' }>,
  rows: readonly Seen[],
  next: number,
  until: number,
): RoadPart {
  const { addr: at, size: len, known } = page.args;
  const addr = at >>> 0;
  if (page.seq >= until) return { addr, len, asked: [], end: 'ahead', taker: null, lookup: null, answered: false };
  const own = rows.filter((s) => s.seq > page.seq && s.seq < next);
  const inPart = (a: number): boolean => a >>> 0 >= addr && a >>> 0 < addr + len;
  // Both pages' work in the kernel comes before the first part's exit, so an exit is found by its address.
  const leaves = rows.find(
    (s) => s.name === 'userspace_exit' && s.args.reason === EXIT_REASONS.mmio && inPart(s.args.addrLo),
  );
  const answer = rows.find((s) => s.name === 'mmio_answered' && inPart(s.args.addr));
  const lookup = own.find((s) => s.name === 'bus_lookup' && s.args.bus === BUS.mmio);
  const copy = own.find((s) => s.name === 'slot_copy');
  const copied = copy?.name === 'slot_copy' && copy.args.outcome === 0;
  const decided = known !== 0 || (copy !== undefined && copy.seq < until);
  const slot: Asked =
    known !== 0
      ? { question: 'slot', answer: 'passed', value: '' }
      : copy?.name === 'slot_copy' && copy.seq < until
        ? {
            question: 'slot',
            answer: copied ? 'yes' : 'no',
            value: ['', '-', 'read-only'][copy.args.outcome] || `slot ${copy.args.slot}`,
          }
        : { question: 'slot', answer: 'ahead', value: '' };
  const toLapic = decided && !copied && lookup === undefined && leaves === undefined;
  const lapic: Asked['answer'] = copied ? 'passed' : !decided ? 'ahead' : toLapic ? 'yes' : 'no';
  const bus =
    copied || toLapic
      ? { asked: { question: 'mmio-bus', answer: 'passed', value: '' } as Asked, taker: null, lookup: null }
      : busAsked(
          log,
          'mmio-bus',
          lookup,
          [...own.filter((s) => s.seq > (lookup?.seq ?? 0)), ...(leaves === undefined ? [] : [leaves])],
          until,
        );
  const left = leaves !== undefined && leaves.seq < until;
  const end: End =
    copied && decided ? 'memory' : toLapic ? 'lapic' : bus.taker !== null ? ended(bus.taker) : left ? 'user' : 'ahead';
  return {
    addr,
    len,
    asked: [
      { question: 'apic-page', answer: known === 1 ? 'yes' : 'no', value: hex(pageOf(addr)) },
      {
        question: 'mmio-cache',
        answer: known === 1 ? 'passed' : known === 2 ? 'yes' : 'no',
        value: known === 1 ? '' : `gfn ${hex(addr >>> 12)}`,
      },
      slot,
      { question: 'lapic', answer: lapic, value: lapic === 'yes' || lapic === 'no' ? hex(pageOf(addr)) : '' },
      bus.asked,
    ],
    end,
    taker: bus.taker,
    lookup: bus.lookup,
    answered: answer !== undefined && answer.seq < until,
  };
}

function portPart(
  log: SceneLog,
  port: Extract<Seen, { name: 'pio_access' }>,
  own: readonly Seen[],
  until: number,
): RoadPart {
  const lookup = own.find((s) => s.name === 'bus_lookup' && s.args.bus === BUS.pio);
  const { asked, taker, lookup: searched } = busAsked(log, 'pio-bus', lookup, own, until);
  const left = own.some((s) => s.name === 'userspace_exit' && s.args.reason === EXIT_REASONS.io && s.seq < until);
  return {
    addr: port.args.port,
    len: port.args.size,
    asked: [asked],
    end: taker !== null ? ended(taker) : left ? 'user' : 'ahead',
    taker,
    lookup: searched,
    answered: own.some((s) => s.name === 'pio_answered' && s.seq < until),
  };
}
