/**
 * A line of any text format: what stands before the event (comm, thread, CPU, flags, time), the event's name, its text.
 *
 *   ftrace            comm-pid (tgid) [cpu] flags time: event: text
 *   trace-cmd report  buffer: comm-pid [cpu] time: (+diff) event: text      latency style: comm-pid cpuflags time: ...
 *   perf script       comm pid/tid flags [cpu] time: group:event: text
 *   perf trace        ms comm/tid group:event(field: value, ...)
 *   bare              event: text
 *
 * A comm may hold blanks, slashes, brackets and colons, so the columns are found from the CPU backwards (the last
 * `-digits` before it), and the CPU itself is looked for behind the 16 columns ftrace gives a comm.
 */
import { type Literal, literal, past, wordsOf } from './literal.ts';
import { rawWasCut, readRaw } from './raw-text.ts';
import { CONTEXT, Names, type TraceRecord } from './record.ts';
import { readText } from './template.ts';
import { FIRST_UNKNOWN, TRACEPOINTS } from './tracepoints.ts';
import { readUsual } from './usual-text.ts';

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

/** Threads remembered by their bytes. */
const THREADS = 64;

export interface Wants {
  /** @returns false where the fields of this event, by this thread, are of no more use */
  wants(event: number, tid: number): boolean;
}

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

const isDigit = (c: number): boolean => c >= 48 && c <= 57;
const isWord = (c: number): boolean => (c >= 97 && c <= 122) || c === 95 || isDigit(c) || (c >= 65 && c <= 90);
const BLANK = 32;
const COLON = 58;

/** Powers of ten for the fraction of a time: what a digit string of that length is worth in millionths. */
const SCALE = [1e6, 1e5, 1e4, 1e3, 1e2, 10, 1];

/** The CPU column `[ddd]`, from `from` on. @returns index of '[', -1 none */
function findCpu(b: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    if (b[i] !== 91) continue;
    let q = i + 1;
    while (q < to && isDigit(b[q])) q++;
    if (q > i + 1 && q < to && b[q] === 93 && q - i <= 6) return i;
  }
  return -1;
}

/** Columns before the CPU: `comm-pid (tgid)`, `comm pid/tid`, `comm pid flags`. @returns place before the thread's number, -1 none */
function readThread(b: Uint8Array, from: number, cpuAt: number, r: TraceRecord): number {
  let q = cpuAt - 1;
  while (q >= from && b[q] === BLANK) q--;
  if (q >= from && b[q] === 41) {
    // (tgid), or (-----) where it was not recorded
    let end = q - 1;
    while (end >= from && b[end] !== 40) end--;
    let tgid = 0;
    let digits = 0;
    for (let k = end + 1; k < q; k++) {
      if (!isDigit(b[k])) continue;
      tgid = tgid * 10 + b[k] - 48;
      digits++;
    }
    if (digits > 0) r.tgid = tgid;
    q = end - 1;
    while (q >= from && b[q] === BLANK) q--;
  }
  if (q >= from && !isDigit(b[q])) {
    // perf script with flags before the CPU
    let start = q;
    while (start >= from && b[start] !== BLANK) start--;
    if (q - start < 4 || q - start > 6) return -1;
    r.context = contextOf(b[start + 3]);
    q = start;
    while (q >= from && b[q] === BLANK) q--;
  }
  let pid = 0;
  let unit = 1;
  for (; q >= from && isDigit(b[q]); q--) {
    pid += (b[q] - 48) * unit;
    unit *= 10;
  }
  if (unit === 1 || (q >= from && b[q] !== 45 && b[q] !== BLANK && b[q] !== 47)) return -1;
  r.tid = pid;
  return q;
}

function contextOf(c: number): number {
  switch (c) {
    case 46: // .
      return CONTEXT.task;
    case 115: // s
      return CONTEXT.softirq;
    case 104: // h
    case 72: // H
      return CONTEXT.hardirq;
    case 122: // z
    case 90: // Z
      return CONTEXT.nmi;
    default:
      return CONTEXT.task;
  }
}

/** Reads a time that ends in a colon at or after p. @returns index past the colon, -1 if it is none */
function readTime(b: Uint8Array, p: number, to: number, r: TraceRecord, tables: TextTables): number {
  let q = p;
  let whole = 0;
  for (; q < to; q++) {
    const d = b[q] - 48;
    if (d < 0 || d > 9) break;
    whole = whole * 10 + d;
  }
  if (q === p || q >= to) return -1;
  if (b[q] === 46) {
    const first = ++q;
    let part = 0;
    for (; q < to; q++) {
      const d = b[q] - 48;
      if (d < 0 || d > 9) break;
      part = part * 10 + d;
    }
    const digits = q - first;
    if (b[q] !== COLON || digits === 0) return -1;
    r.ts = whole * 1e6 + (digits <= 6 ? part * SCALE[digits] : part / 10 ** (digits - 6));
    tables.clock = 's';
    return q + 1;
  }
  if (b[q] === COLON) {
    r.ts = whole;
    tables.clock = 'ticks';
    return q + 1;
  }
  // options/latency-format: microseconds since the first line, and a mark of how long the last one took.
  if (b[q] !== 117 || b[q + 1] !== 115) return -1;
  const mark = DELAY_MARKS.has(b[q + 2]) ? q + 3 : q + 2;
  if (mark >= to || b[mark] !== COLON) return -1;
  r.ts = whole;
  tables.clock = 's';
  return mark + 1;
}

/** @kvm trace_output.c mark[]; a blank for none */
const DELAY_MARKS: ReadonlySet<number | undefined> = new Set([...' +!#*@$'].map((c) => c.charCodeAt(0)));

const START_MARK = new TextEncoder().encode('buffer started');
const LOST_MARK = new TextEncoder().encode('LOST ');
const DROP_MARK = new TextEncoder().encode('EVENTS DROPPED');

function contains(b: Uint8Array, from: number, to: number, mark: Uint8Array): number {
  outer: for (let i = from; i + mark.length <= to; i++) {
    for (let k = 0; k < mark.length; k++) if (b[i + k] !== mark[k]) continue outer;
    return i;
  }
  return -1;
}

/** A line without an event: header, loss, or nothing we know. */
function readOther(b: Uint8Array, from: number, to: number, tables: TextTables): number {
  let p = from;
  while (p < to && (b[p] === BLANK || b[p] === 9)) p++;
  if (p >= to) return LINE.comment;
  const started = contains(b, p, to, START_MARK);
  if (started >= 0 && b[p] === 35) {
    tables.lost = 0;
    return LINE.lost;
  }
  const lostAt = contains(b, p, to, LOST_MARK);
  const dropped = lostAt < 0 ? contains(b, p, to, DROP_MARK) : -1;
  if (lostAt >= 0 || dropped >= 0) {
    let q = lostAt >= 0 ? lostAt + 5 : dropped - 1;
    if (lostAt < 0) while (q > p && isDigit(b[q - 1])) q--;
    let n = 0;
    for (; q < to && isDigit(b[q]); q++) n = n * 10 + b[q] - 48;
    tables.lost = n;
    return LINE.lost;
  }
  if (b[p] === 35 || isStack(b, from, p, to)) return LINE.comment;
  // cpus=4, version = 7, CPU 2 is empty
  if (startsWith(b, p, to, 'cpus=') || startsWith(b, p, to, 'version =') || startsWith(b, p, to, 'CPU ')) {
    return LINE.comment;
  }
  return LINE.unreadable;
}

/**
 * A call of the stack behind an event: `ffffffffa0b2c3d4 kvm_set_irq+0x12 ([kvm])`, `kvm_set_irq ([kvm])` of perf, which indents
 * them, ` => kvm_set_irq` and the head above them of ftrace.
 */
function isStack(b: Uint8Array, from: number, p: number, to: number): boolean {
  if (startsWith(b, p, to, '=> ') || startsWith(b, p, to, '<stack trace>')) return true;
  if (p === from || b[to - 1] !== 41) return false;
  const open = contains(b, p, to, MODULE);
  return open > p && (b[open + 2] === 91 || b[open + 2] === 47);
}
const MODULE = new TextEncoder().encode(' (');

function startsWith(b: Uint8Array, p: number, to: number, text: string): boolean {
  if (p + text.length > to) return false;
  for (let i = 0; i < text.length; i++) if (b[p + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Index of what ends the name at p: a colon, a bracket, a blank. */
function nameEnd(b: Uint8Array, p: number, to: number): number {
  let q = p;
  for (; q < to; q++) {
    const c = b[q];
    if (c === COLON || c === BLANK || c === 40) break;
  }
  return q;
}

/** perf script and trace-cmd report put many of them before an event, or behind its name. */
function pastBlanks(b: Uint8Array, from: number, to: number): number {
  let p = from;
  if (b[p] !== BLANK || p >= to) return p;
  p++;
  if (b[p] !== BLANK) return p;
  const words = wordsOf(b);
  while (p + 4 <= to && words.getInt32(p, true) === FOUR_BLANKS) p += 4;
  while (p < to && b[p] === BLANK) p++;
  return p;
}
const FOUR_BLANKS = 0x20202020;

/** The event's name at p, its text behind it. */
function readEvent(
  b: Uint8Array,
  from: number,
  to: number,
  r: TraceRecord,
  tables: TextTables,
  timed: boolean,
): number {
  let p = pastBlanks(b, from, to);
  if (b[p] === 40) {
    // trace-cmd report --ts-diff
    while (p < to && b[p] !== 41) p++;
    p++;
    while (p < to && b[p] === BLANK) p++;
  }
  if (timed && isDigit(b[p])) {
    // perf script -F +period
    let q = p;
    while (q < to && isDigit(b[q])) q++;
    if (b[q] === BLANK) {
      while (q < to && b[q] === BLANK) q++;
      p = q;
    }
  }
  if (p >= to) return timed ? LINE.half : LINE.unreadable;
  const known = usualName(b, p, to, heads);
  if (known >= 0) return readKnown(known, b, p + nameLengths[known], to, r, tables);
  const grouped = past(b, p, to, GROUP);
  if (grouped >= 0) {
    const own = usualName(b, grouped, to, heads);
    if (own >= 0) return readKnown(own, b, grouped + nameLengths[own], to, r, tables);
  }
  let name = p;
  let q = nameEnd(b, p, to);
  if (q + 1 < to && b[q] === COLON && isWord(b[q + 1])) {
    // group:event
    name = q + 1;
    q = nameEnd(b, name, to);
  }
  // A line of the function tracer: `kvm_set_msr_common <-__kvm_set_msr`.
  if (timed && b[q] === BLANK && b[q + 1] === 60 && b[q + 2] === 45) return LINE.comment;
  if (q === name || q >= to || (b[q] !== COLON && b[q] !== 40)) return LINE.unreadable;
  if (timed) {
    const usual = tables.others.usual(b, name, q);
    if (usual >= 0) {
      r.event = FIRST_UNKNOWN + usual;
      return LINE.other;
    }
  }
  const event = lookUp(b, name, q);
  if (event < 0) {
    for (let i = name; i < q; i++) if (!isWord(b[i]) && b[i] !== 45) return LINE.unreadable;
    // Without a time anything may stand before a colon: only KVM's names are taken for events then.
    if (!timed && !startsWith(b, name, q, 'kvm_')) return LINE.unreadable;
    r.event = FIRST_UNKNOWN + tables.others.take(b, name, q);
    return LINE.other;
  }
  return readKnown(event, b, q, to, r, tables);
}

/** The text of a known event, whose name ends at q. */
function readKnown(event: number, b: Uint8Array, q: number, to: number, r: TraceRecord, tables: TextTables): number {
  r.event = event;
  if (tables.wants !== null && !tables.wants.wants(event, r.tid)) return LINE.event;
  if (b[q] === 40) return readRaw(event, b, q + 1, to, r.f, tables.reasons) ? LINE.event : LINE.unreadable;
  let text = pastBlanks(b, q + 1, to);
  while (text < to && (b[text] === BLANK || b[text] === 9)) text++;
  if (text >= to) return LINE.half;
  if (readUsual(event, b, text, to, r.f, tables.reasons)) return LINE.event;
  if (readText(event, b, text, to, r.f, tables.reasons)) return LINE.event;
  if (!readRaw(event, b, text, to, r.f, tables.reasons)) return LINE.unreadable;
  if (rawWasCut && tables.cutLine === 0) tables.cutLine = r.line;
  return LINE.event;
}

const probe = new Int32Array(1024).fill(-1);
{
  const encoder = new TextEncoder();
  TRACEPOINTS.forEach((row, i) => {
    let slot = hashOf(encoder.encode(row.name), 0, row.name.length);
    while (probe[slot] >= 0) slot = (slot + 1) & 1023;
    probe[slot] = i;
  });
}
/** Names as most lines have them, and as those of perf trace. */
const heads = TRACEPOINTS.map((row) => literal(`${row.name}: `));
const GROUP = literal('kvm:');
const rawHeads = TRACEPOINTS.map((row) => literal(`${row.name}(`));
const nameLengths = Int32Array.from(TRACEPOINTS, (row) => row.name.length);
const nameBytes = TRACEPOINTS.map((row) => new TextEncoder().encode(row.name));

/** Of names as long as these, a few letters tell most apart; the name itself is compared after. */
function hashOf(b: Uint8Array, from: number, to: number): number {
  const n = to - from;
  if (n < 8) return n;
  const some = b[from + 4] * 7 + b[from + 6] * 31 + b[to - 5] * 131;
  return (some + b[to - 2] * 17 + n * 257) & 1023;
}

/**
 * Known names by three letters behind `kvm_`: the first of those that share them, from 1 on, and behind each the next.
 * Most lines are found without a hash.
 */
const firstByThree = new Uint8Array(1 << 15);
const nextAlike = new Uint8Array(TRACEPOINTS.length + 1);
const threeOf = (b: Uint8Array, p: number): number => ((b[p] & 31) << 10) | ((b[p + 1] & 31) << 5) | (b[p + 2] & 31);
for (let id = nameBytes.length; id > 0; id--) {
  const name = nameBytes[id - 1] as Uint8Array;
  if (name.length < 7 || !(TRACEPOINTS[id - 1]?.name ?? '').startsWith('kvm_')) continue;
  const three = threeOf(name, 4);
  nextAlike[id] = firstByThree[three];
  firstByThree[three] = id;
}
const KVM_ = new DataView(new TextEncoder().encode('kvm_').buffer).getInt32(0, true);

/** The event whose name, and what most lines have behind it, stands at p; -1: look closer. */
function usualName(b: Uint8Array, p: number, to: number, list: readonly Literal[]): number {
  if (p + 8 > to || wordsOf(b).getInt32(p, true) !== KVM_) return -1;
  for (let id = firstByThree[threeOf(b, p + 4)]; id > 0; id = nextAlike[id]) {
    // At least one byte of its text behind it.
    if (past(b, p, to - 1, list[id - 1] as Literal) >= 0) return id - 1;
  }
  return -1;
}

function lookUp(b: Uint8Array, from: number, to: number): number {
  for (let slot = hashOf(b, from, to); ; slot = (slot + 1) & 1023) {
    const id = probe[slot];
    if (id < 0) return -1;
    const name = nameBytes[id] as Uint8Array;
    if (name.length !== to - from) continue;
    let k = 0;
    while (k < name.length && name[k] === b[from + k]) k++;
    if (k === name.length) return id;
  }
}

/**
 * perf trace: `    17.594 qemu-system-x8/899 kvm:kvm_set_irq(gsi: 4)`; times are milliseconds since the start. Of a single thread
 * neither it nor its comm is printed, with --no-comm the number alone; where system calls are traced too, a duration is before them.
 */
function readPerfTrace(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  let p = from;
  while (p < to && b[p] === BLANK) p++;
  let whole = 0;
  let q = p;
  for (; q < to && isDigit(b[q]); q++) whole = whole * 10 + b[q] - 48;
  if (q === p || b[q] !== 46) return 0;
  const first = ++q;
  let part = 0;
  for (; q < to && isDigit(b[q]); q++) part = part * 10 + b[q] - 48;
  if (q - first !== 3 || b[q] !== BLANK) return 0;
  if (b[q + 1] === 40 && (b[q + 2] === BLANK || isDigit(b[q + 2]))) {
    const end = contains(b, q, to, DURATION_END.bytes);
    if (end > 0) q = end + DURATION_END.length - 1;
  }
  let mark = from + tables.groupColumn;
  if (mark < q || past(b, mark, to, KVM_GROUP) < 0) {
    mark = from + tables.otherGroup;
    if (mark < q || past(b, mark, to, KVM_GROUP) < 0) mark = contains(b, q, to, KVM_GROUP.bytes);
    if (mark < 0) {
      const other = foreignCall(b, q, to, r, tables);
      if (other === LINE.other) {
        r.ts = whole * 1000 + part;
        tables.clock = 's';
        return other;
      }
      // A system call that goes on: `( 1.012 ms): qemu/899  ... [continued]: ppoll()) = 1`.
      return q > first + 3 ? LINE.comment : 0;
    }
    tables.otherGroup = tables.groupColumn;
    tables.groupColumn = mark - from;
  }
  if (!readTask(b, q, mark, r)) return 0;
  r.ts = whole * 1000 + part;
  tables.clock = 's';
  tables.perfTrace = true;
  const name = mark + KVM_GROUP.length;
  const known = usualName(b, name, to, rawHeads);
  if (known >= 0) return readKnown(known, b, name + nameLengths[known], to, r, tables);
  return readEvent(b, mark, to, r, tables, true);
}
const DURATION_END = literal('): ');

/** `comm/tid`, `tid` or nothing in b[from, end), which begins with a blank. @returns false where something else is there */
function readTask(b: Uint8Array, from: number, end: number, r: TraceRecord): boolean {
  let q = end - 1;
  while (q > from && b[q] === BLANK) q--;
  if (q <= from) return true;
  let pid = 0;
  let unit = 1;
  for (; q > from && isDigit(b[q]); q--) {
    pid += (b[q] - 48) * unit;
    unit *= 10;
  }
  if (unit === 1 || (b[q] !== 47 && q !== from)) return false;
  r.tid = pid;
  return true;
}

/** Another event, or a system call, of a thread: `qemu/899 irq:irq_handler_entry(irq: 4)`, `qemu/899 ioctl(fd: 9) = 0`. */
function foreignCall(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  let end = from;
  while (end < to && b[end] !== 40) end++;
  let name = end;
  while (name > from && isWord(b[name - 1])) name--;
  if (end >= to || name === end) return 0;
  let task = name;
  if (b[task - 1] === COLON) for (task--; task > from && isWord(b[task - 1]); ) task--;
  if (b[task - 1] !== BLANK || !readTask(b, from, task - 1, r)) return 0;
  // A word and a bracket behind a number may be anything.
  if (r.tid < 0 && task === name) return 0;
  r.event = FIRST_UNKNOWN + tables.others.take(b, name, end);
  return LINE.other;
}
const KVM_GROUP = literal(' kvm:');

function clear(r: TraceRecord): void {
  r.tid = -1;
  r.tgid = -1;
  r.cpu = -1;
  r.context = CONTEXT.unknown;
  r.ts = Number.NaN;
}

/**
 * Reads one line, b[from, to) without its line end, into the record.
 * @returns one of LINE
 */
export function readLine(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  clear(r);
  if (b[from] === 35 && from < to) {
    const kind = readOther(b, from, to, tables);
    // A commented or quoted event is one all the same.
    if (kind !== LINE.comment || to - from < 30) return kind;
    let p = from + 1;
    while (p < to && b[p] === 35) p++;
    const inner = readColumns(b, p, to, r, tables);
    return inner === LINE.event || inner === LINE.other ? inner : LINE.comment;
  }
  return readColumns(b, from, to, r, tables);
}

function readColumns(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  const usual = readUsualColumns(b, from, to, r, tables);
  if (usual > 0) return readEvent(b, usual, to, r, tables, true);
  if (tables.cpuColumn >= 0) clear(r);
  if (tables.perfTrace) {
    const again = readPerfTrace(b, from, to, r, tables);
    if (again !== 0) return again;
    tables.perfTrace = false;
  }
  const limit = Math.min(to, from + 110);
  // Before the 16 columns of a comm only where the last line had it so.
  const isEarly = tables.cpuColumn >= 0 && tables.cpuColumn < 16;
  let cpuAt = findCpu(b, isEarly ? from : from + 16, limit);
  let after = cpuAt < 0 ? -1 : readFromCpu(b, from, cpuAt, to, r, tables);
  if (after < 0 && (isEarly || cpuAt < 0)) {
    cpuAt = findCpu(b, isEarly ? from + 16 : from, limit);
    if (cpuAt >= 0) after = readFromCpu(b, from, cpuAt, to, r, tables);
  }
  if (after >= 0) return readEvent(b, after, to, r, tables, true);
  const perf = readPerfTrace(b, from, to, r, tables);
  if (perf !== 0) return perf;
  return readLoose(b, from, to, r, tables);
}

/** The columns around the CPU, which stands at cpuAt. @returns index past the time, -1 if there is none */
function readFromCpu(
  b: Uint8Array,
  from: number,
  cpuAt: number,
  to: number,
  r: TraceRecord,
  tables: TextTables,
): number {
  let p = cpuAt + 1;
  let cpu = 0;
  for (; b[p] !== 93; p++) cpu = cpu * 10 + b[p] - 48;
  r.cpu = cpu;
  readThread(b, from, cpuAt, r);
  if (cpuAt - from !== tables.cpuColumn) {
    tables.otherColumn = tables.cpuColumn;
    tables.cpuColumn = cpuAt - from;
  }
  p++;
  while (p < to && b[p] === BLANK) p++;
  if (p < to && !isDigit(b[p])) {
    const flags = p;
    while (p < to && b[p] !== BLANK) p++;
    if (p - flags >= 3) r.context = contextOf(b[flags + 2]);
    while (p < to && b[p] === BLANK) p++;
  }
  return readTime(b, p, to, r, tables);
}

/** Four digits at once: their value, -1 where one is none. @param x their bytes, the first lowest */
function fourDigits(x: number): number {
  if ((x & 0xf0f0f0f0) !== 0x30303030 || ((x + 0x06060606) & 0xf0f0f0f0) !== 0x30303030) return -1;
  const pairs = Math.imul(x & 0x0f0f0f0f, 10) + ((x & 0x0f0f0f0f) >>> 8);
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
}

/** So many bytes before the CPU column tell the thread, a blank before the column left out. */
const THREAD_BYTES = 8;

/**
 * `...-pid  [ddd] flags seconds.micros:` with its columns where they were in the last lines, as nearly all lines of a file have it.
 * @returns index past the time, 0 where the line is another: then nothing counts that was read
 */
function readUsualColumns(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  let cpuAt = from + tables.cpuColumn;
  if (b[cpuAt] !== 91 && tables.otherColumn >= 0) {
    cpuAt = from + tables.otherColumn;
    if (b[cpuAt] !== 91) return 0;
    tables.otherColumn = tables.cpuColumn;
    tables.cpuColumn = cpuAt - from;
  }
  if (tables.cpuColumn <= THREAD_BYTES || cpuAt + 24 > to || b[cpuAt] !== 91 || b[cpuAt + 4] !== 93) return 0;
  const words = wordsOf(b);
  const low = words.getInt32(cpuAt - 9, true);
  const high = words.getInt32(cpuAt - 5, true);
  const slot = (low ^ (low >>> 12) ^ high ^ (high >>> 7)) & (THREADS - 1);
  if (
    tables.threadIds[slot] >= 0 &&
    tables.threadBytes[2 * slot] === low &&
    tables.threadBytes[2 * slot + 1] === high
  ) {
    r.tid = tables.threadIds[slot];
  } else {
    const before = readThread(b, from, cpuAt, r);
    if (before <= from) return 0;
    // The eight bytes tell it only if all of it, and the dash, is in them, and nothing else.
    if (before >= cpuAt - 9 && r.tid < 2 ** 31 && r.tgid < 0 && r.context === CONTEXT.unknown) {
      tables.threadBytes[2 * slot] = low;
      tables.threadBytes[2 * slot + 1] = high;
      tables.threadIds[slot] = r.tid;
    }
  }
  const cpu = b[cpuAt + 1] * 100 + b[cpuAt + 2] * 10 + b[cpuAt + 3] - 48 * 111;
  if (cpu < 0 || cpu > 999 || b[cpuAt + 5] !== BLANK) return 0;
  r.cpu = cpu;
  const { dotColumn } = tables;
  const dot = cpuAt + dotColumn;
  if (
    dotColumn > 0 &&
    dot + 8 < to &&
    b[dot] === 46 &&
    b[dot + 7] === COLON &&
    (!tables.dotFlags || b[cpuAt + 11] === BLANK) &&
    words.getInt32(dot - 4, true) === tables.secondsLow &&
    words.getInt16(dot - 6, true) === tables.secondsHigh
  ) {
    const four = fourDigits(words.getInt32(dot + 1, true));
    const tens = b[dot + 5] - 48;
    const ones = b[dot + 6] - 48;
    if (four < 0 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return 0;
    if (tables.dotFlags) r.context = contextOf(b[cpuAt + 8]);
    r.ts = tables.seconds * 1e6 + four * 100 + tens * 10 + ones;
    return dot + 8;
  }
  return readTimeColumns(b, cpuAt, to, r, tables);
}

/** What stands behind the CPU column: flags of four to six letters or none, and the time. @returns index past it, 0 for another */
function readTimeColumns(b: Uint8Array, cpuAt: number, to: number, r: TraceRecord, tables: TextTables): number {
  let p = pastBlanks(b, cpuAt + 5, to);
  let hasFlags = false;
  if (!isDigit(b[p])) {
    const flags = p;
    while (p < to && b[p] !== BLANK) p++;
    if (p - flags < 4 || p - flags > 6) return 0;
    // Five of them behind one blank: so most kernels print them.
    hasFlags = flags === cpuAt + 6 && p === cpuAt + 11;
    r.context = contextOf(b[flags + 2]);
    p = pastBlanks(b, p, to);
    if (!hasFlags) return Math.max(0, readTime(b, p, to, r, tables));
  }
  const first = p;
  const end = readTime(b, p, to, r, tables);
  if (end < 0) return 0;
  const dot = end - 8;
  // The next line may be read by the six bytes before the point, where nothing but blanks is between them and what is before.
  const least = cpuAt + (hasFlags ? 12 : 6);
  if (b[dot] === 46 && dot - 6 <= least && first >= least && first >= dot - 6) {
    const words = wordsOf(b);
    tables.dotColumn = dot - cpuAt;
    tables.dotFlags = hasFlags;
    tables.secondsLow = words.getInt32(dot - 4, true);
    tables.secondsHigh = words.getInt16(dot - 6, true);
    let seconds = 0;
    for (let q = first; q < dot; q++) seconds = seconds * 10 + b[q] - 48;
    tables.seconds = seconds;
  } else tables.dotColumn = 0;
  return end;
}

/** Latency style (`comm-pid cpuflags time:`), time only, or nothing but the event. */
function readLoose(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  let p = from;
  while (p < to && (b[p] === BLANK || b[p] === 9 || b[p] === 62 || b[p] === 124)) p++;
  const graph = readGraph(b, p, to, r, tables);
  if (graph !== 0) return graph;
  // "CPU 1: 55 EVENTS DROPPED" has what looks like a time of ticks.
  if (startsWith(b, p, to, 'CPU') && contains(b, p, to, DROP_MARK) >= 0) return readOther(b, from, to, tables);
  // a time somewhere before the event; what looks like one behind it (`kvm_wait_lapic_expire: vcpu 0: ...`) is none
  const isBare = startsWith(b, p, to, 'kvm_') && b[nameEnd(b, p, to)] === COLON;
  const limit = isBare ? p : Math.min(to, p + 90);
  for (let q = p; q < limit; q++) {
    if (!isDigit(b[q]) || (q > p && b[q - 1] !== BLANK)) continue;
    const after = readTime(b, q, to, r, tables);
    if (after < 0 || (after < to && b[after] !== BLANK)) continue;
    latencyColumns(b, p, q, r);
    return readEvent(b, after, to, r, tables, true);
  }
  const before = tables.clock;
  const kind = readEvent(b, p, to, r, tables, false);
  if (kind === LINE.event || kind === LINE.other || kind === LINE.half) {
    if (before === 'none') tables.clock = 'none';
    return kind;
  }
  return readOther(b, from, to, tables);
}

/** A function's line of function_graph: `1)   0.512 us    |  kvm_pic_set_irq();`; an event between them stands in a comment. */
function readGraph(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  let p = from;
  let cpu = 0;
  while (p < to && isDigit(b[p])) cpu = cpu * 10 + b[p++] - 48;
  if (p === from || b[p] !== 41) return 0;
  while (p < to && b[p] !== 124) p++;
  if (p === to) return 0;
  const open = contains(b, p, to, COMMENT_MARK);
  if (open < 0) return LINE.comment;
  let end = to;
  while (end > open && b[end - 1] !== 42) end--;
  end--;
  while (end > open && b[end - 1] === BLANK) end--;
  r.cpu = cpu;
  const kind = readEvent(b, open + COMMENT_MARK.length, end, r, tables, false);
  return kind === LINE.event || kind === LINE.other ? kind : LINE.comment;
}
const COMMENT_MARK = new TextEncoder().encode('/* ');

/** `qemu-sys-159     1d..1.`, or a thread without a CPU: `CPU 0/KVM  159`, `qemu 158/159`, `qemu-159` before the time. */
function latencyColumns(b: Uint8Array, from: number, to: number, r: TraceRecord): void {
  let end = to;
  while (end > from && b[end - 1] === BLANK) end--;
  let word = end;
  while (word > from && b[word - 1] !== BLANK) word--;
  let p = word;
  let cpu = 0;
  while (p < end && isDigit(b[p])) cpu = cpu * 10 + b[p++] - 48;
  let q = end;
  // Flags of four to six letters; the last may be how deep preemption is off. `0/KVM` is the end of a comm.
  if (p > word && p < end && end - p >= 4 && b[p] !== 47 && b[p] !== 45) {
    r.cpu = cpu;
    r.context = contextOf(b[p + 2]);
    q = word;
    while (q > from && b[q - 1] === BLANK) q--;
    readNumber(b, from, q, r, true);
  } else if (p === end || b[p] === 47 || b[p] === 45 || p === word) readNumber(b, from, end, r, false);
}

/** The thread whose number ends at `end`, behind its process's, its comm and a dash, or its comm and a blank. */
function readNumber(b: Uint8Array, from: number, end: number, r: TraceRecord, dashOnly: boolean): void {
  let q = end;
  let pid = 0;
  let unit = 1;
  for (; q > from && isDigit(b[q - 1]); q--) {
    pid += (b[q - 1] - 48) * unit;
    unit *= 10;
  }
  if (unit === 1) return;
  const before = q > from ? b[q - 1] : BLANK;
  if (before === 45 || (!dashOnly && (before === 47 || before === BLANK))) r.tid = pid;
}
