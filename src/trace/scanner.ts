/**
 * From slices of a text file to records: finds the lines, unfolds what a mailer broke, skips lines without end. Nothing of
 * the text is kept but the piece of a line that a slice boundary cuts.
 */
import { BLANK } from './bytes.ts';
import { type LineIndex, MARK_LINES } from './line-index.ts';
import { type Literal, literal, past } from './literal.ts';
import { createRecord, type TraceRecord } from './record.ts';
import { readLine } from './text-line.ts';
import { LINE, type TextTables } from './text-tables.ts';
import { TP } from './tracepoints.ts';

/** A longer line is skipped and counted. */
export const MAX_LINE = 65_536;
/** No mailer leaves longer lines where it folds (RFC 5322 allows 998 bytes, 78 are usual). */
const MAIL_WIDTH = 100;
/** So much of a text's beginning is looked at for folds. */
const FOLD_BYTES = 16_384;
/** A head, its event and its fields: more pieces than these make no line. */
const MAX_PIECES = 4;
/** A file of so few lines is a paste: its last line may lack the line end and be whole. */
const PASTE_LINES = 200;

export interface Sink {
  /** An event, of KVM or not. The record is the scanner's own: copy what you keep. */
  event(r: TraceRecord): void;
  /** Events are missing here. @param n how many, 0 where nobody says */
  lost(line: number, n: number): void;
}

export interface ScanTotals {
  lines: number;
  bytes: number;
  unreadable: number;
  lost: number;
  /** The first line that could not be read, 0 none. */
  firstUnreadable: number;
  cutOff: boolean;
  /** CPUs the host has, by a header that says so; 0: none does. */
  hostCpus: number;
}

const NEWLINE = 10;
const RETURN = 13;
const ENTRIES = new TextEncoder().encode('entries-written: ');
/** Before the host's number of CPUs: trace-cmd report's first line, ftrace's header, that of perf script --header. */
const HOST_CPUS = /(?:^cpus=|#P:|nrcpus online : )(\d{1,4})\b/;
/** Headers stand in the first lines. */
const HEADER_LINES = 200;

/** The chunk four bytes at a time; none where it does not begin at a word. */
function wordsOf(chunk: Uint8Array): Int32Array {
  const aligned = (chunk.byteOffset & 3) === 0;
  return aligned ? new Int32Array(chunk.buffer, chunk.byteOffset, chunk.length >> 2) : new Int32Array(0);
}

/** Place of the lowest byte that is marked by its highest bit: what borrows from it may mark those above too. */
const firstByte = (marks: number): number => (31 - Math.clz32(marks & -marks)) >> 3;

/**
 * Index of the next line end, -1 none. Lines are some hundred bytes: a call of indexOf costs more than these few steps.
 * A word with a byte of 0 in it is one from which 1 borrows: (x - 0x01010101) & ~x & 0x80808080.
 */
function lineEnd(b: Uint8Array, words: Int32Array, from: number): number {
  let p = from;
  const { length } = b;
  const limit = words.length;
  if (limit > 0) {
    while ((p & 3) !== 0) {
      if (p >= length) return -1;
      if (b[p] === NEWLINE) return p;
      p++;
    }
    let w = p >> 2;
    // Four words at a time: which of their bytes it is, is looked for when there is one.
    for (; w + 3 < limit; w += 4) {
      const x = words[w] ^ 0x0a0a0a0a;
      const y = words[w + 1] ^ 0x0a0a0a0a;
      const u = words[w + 2] ^ 0x0a0a0a0a;
      const v = words[w + 3] ^ 0x0a0a0a0a;
      const atX = (x - 0x01010101) & ~x & 0x80808080;
      const atY = (y - 0x01010101) & ~y & 0x80808080;
      const atU = (u - 0x01010101) & ~u & 0x80808080;
      const atV = (v - 0x01010101) & ~v & 0x80808080;
      if ((atX | atY | atU | atV) === 0) continue;
      if (atX !== 0) return (w << 2) + firstByte(atX);
      if (atY !== 0) return (w << 2) + 4 + firstByte(atY);
      if (atU !== 0) return (w << 2) + 8 + firstByte(atU);
      return (w << 2) + 12 + firstByte(atV);
    }
    p = Math.max(p, w << 2);
  }
  for (; p < length; p++) if (b[p] === NEWLINE) return p;
  return -1;
}

/** A time or a CPU: what stands in the head of a line. perf trace has milliseconds, and no colon. */
const HEAD = /\d\.\d{3,9}:|\[\d{3,}\]|^\s*\d+\.\d{3} \S/;
/** So begins the text of an event. */
const EVENT = /\bkvm\w*:/;
/** A line of its own, whatever is before it: a comment, a blank, a call of a stack, lost events. */
const ALONE = /^[\s>]*(?:#|$|=>|<stack|[0-9a-f]{8,} )|^\s+(?:[0-9a-f]+ )?\S+ \([[/]|\bCPU ?:?\d+|\bLOST \d|\bEVENTS\b/;
/** May this be the tail of the line before, broken off by a mailer? Asked where lines are folded only. */
const isTail = (text: string): boolean =>
  text.length <= MAIL_WIDTH && !HEAD.test(text) && !EVENT.test(text) && !ALONE.test(text);
const textOf = (b: Uint8Array, from: number, to: number): string => new TextDecoder().decode(b.subarray(from, to));

/**
 * What an event may end in and read well without: where one of them begins a line, a mailer broke it, however far down the
 * text is folded first. Any other tail leaves a line that does not read.
 */
const TAILS = ['(coalesced)', '(#GP)', '[reinjected]', 'info', 'intr_info 0x', 'error_code 0x', 'rip 0x', '0x'].map(
  literal,
);
const BEGINS_TAIL = new Uint8Array(256);
for (const { bytes } of TAILS) BEGINS_TAIL[bytes[0]] = 1;
const QUOTE = 62;

/** Does the line at p begin with one of them, behind the marks of a quotation? */
function isLateTail(b: Uint8Array, from: number): boolean {
  let p = from;
  if (b[p] === QUOTE) while (b[p] === QUOTE || b[p] === BLANK) p++;
  if (BEGINS_TAIL[b[p]] !== 1) return false;
  for (let i = 0; i < TAILS.length; i++) if (past(b, p, b.length, TAILS[i] as Literal) >= 0) return true;
  return false;
}

/** Did a mailer break lines of this text? Its first lines say so: one of them goes on below. */
function isFolded(b: Uint8Array): boolean {
  const lines = textOf(b, 0, Math.min(b.length, FOLD_BYTES)).split('\n').slice(0, -1);
  return lines.some(
    (line, i) => i > 0 && (HEAD.test(lines[i - 1] ?? '') || EVENT.test(lines[i - 1] ?? '')) && isTail(line),
  );
}

export class TextScanner {
  readonly totals: ScanTotals = {
    lines: 0,
    bytes: 0,
    unreadable: 0,
    lost: 0,
    firstUnreadable: 0,
    cutOff: false,
    hostCpus: 0,
  };
  private readonly record = createRecord();
  private carry = new Uint8Array(4096);
  private carried = 0;
  /** The line that began in a former slice is too long: drop it up to its end. */
  private skipping = false;
  /** A head whose event may be on the next line. */
  private half = new Uint8Array(0);
  private halfLine = 0;
  private pieces = 0;
  private hasHead = false;
  /** It reads as an event already: only the tail of its text may follow. */
  private halfReads = false;
  /** Lines are folded here: an event waits for its tail. null: nothing was seen yet. */
  private folds: boolean | null = null;
  /** The next line holds only what belonged to the last event. */
  private swallow = false;

  private readonly tables: TextTables;
  private readonly sink: Sink | null;
  /** Takes the place of each 1,024th line. */
  index: LineIndex | null = null;
  /** Sees the bytes of each line. */
  private readonly see: ((line: number, bytes: Uint8Array) => void) | null;
  /** Offset of the slice at hand. */
  private base = 0;

  /** @param sink null: lines are not read, only found */
  constructor(tables: TextTables, sink: Sink | null, see: ((line: number, bytes: Uint8Array) => void) | null = null) {
    this.tables = tables;
    this.sink = sink;
    this.see = see;
  }

  /** The next byte is the first of this line. */
  startAt(line: number): void {
    this.totals.lines = line - 1;
  }

  push(chunk: Uint8Array): void {
    this.base = this.totals.bytes;
    this.totals.bytes += chunk.length;
    this.folds ??= isFolded(chunk);
    let from = 0;
    if (this.skipping || this.carried > 0) {
      const end = chunk.indexOf(NEWLINE);
      if (end < 0) {
        this.keep(chunk, 0, chunk.length);
        return;
      }
      if (!this.skipping) this.keep(chunk, 0, end);
      if (this.skipping) this.tooLong();
      else this.line(this.carry, 0, this.carried, null, 0, this.base - this.carried + end);
      this.carried = 0;
      this.skipping = false;
      from = end + 1;
    }
    const words = wordsOf(chunk);
    for (;;) {
      const end = lineEnd(chunk, words, from);
      if (end < 0) break;
      if (end - from > MAX_LINE) this.tooLong();
      else this.line(chunk, from, end, chunk, end + 1, this.base + from);
      from = end + 1;
    }
    if (from < chunk.length) this.keep(chunk, from, chunk.length);
  }

  /** The file ends: what is left is a line that lacks its end. */
  finish(): void {
    if (this.skipping) this.tooLong();
    else if (this.carried > 0) {
      const before = this.totals.unreadable;
      if (this.totals.lines < PASTE_LINES) this.line(this.carry, 0, this.carried, null, 0, this.totals.bytes);
      else {
        this.totals.lines++;
        this.totals.cutOff = true;
      }
      if (this.totals.unreadable > before || (this.half.length > 0 && !this.halfReads)) {
        this.totals.unreadable = before;
        this.half = new Uint8Array(0);
        this.totals.cutOff = true;
      }
    }
    this.dropHalf();
  }

  private keep(b: Uint8Array, from: number, to: number): void {
    const need = this.carried + to - from;
    if (need > MAX_LINE) {
      this.skipping = true;
      this.carried = 0;
      return;
    }
    if (need > this.carry.length) {
      const bigger = new Uint8Array(Math.max(need, this.carry.length * 2));
      bigger.set(this.carry.subarray(0, this.carried));
      this.carry = bigger;
    }
    this.carry.set(b.subarray(from, to), this.carried);
    this.carried = need;
  }

  private tooLong(): void {
    this.totals.lines++;
    this.unreadable(this.totals.lines);
  }

  private unreadable(line: number): void {
    this.totals.unreadable++;
    if (this.totals.firstUnreadable === 0) this.totals.firstUnreadable = line;
  }

  /** @param offset of the line's first byte @param ahead the slice that holds the next line, from `next` on; null where it is not at hand */
  private line(
    b: Uint8Array,
    from: number,
    toEnd: number,
    ahead: Uint8Array | null,
    next: number,
    offset: number,
  ): void {
    const to = toEnd > from && b[toEnd - 1] === RETURN ? toEnd - 1 : toEnd;
    const r = this.record;
    const line = ++this.totals.lines;
    if (this.index !== null && (line - 1) % MARK_LINES === 0) this.index.add(offset, r.ts);
    this.see?.(line, b.subarray(from, to));
    if (this.sink === null) return;
    if (this.swallow) {
      this.swallow = false;
      return;
    }
    if (this.half.length > 0 && this.joinHalf(b, from, to)) return;
    r.line = line;
    const kind = readLine(b, from, to, r, this.tables);
    if (ahead !== null && next < ahead.length && !this.folds && isLateTail(ahead, next)) this.folds = true;
    if (this.folds && (kind === LINE.event || kind === LINE.other)) this.hold(b.slice(from, to), line, true);
    else if (kind === LINE.event) {
      if (r.event === TP.kvm_inj_virq && r.f[2] === 0 && ahead !== null) this.reinjectedBelow(ahead, next);
      this.sink?.event(r);
    } else if (kind === LINE.other) this.sink?.event(r);
    else if (kind === LINE.comment) this.comment(b, from, to, line);
    else if (kind === LINE.lost) this.loss(line);
    else {
      this.hold(b.slice(from, to), line, false);
      this.hasHead = kind === LINE.half;
    }
  }

  private hold(piece: Uint8Array<ArrayBuffer>, line: number, reads: boolean): void {
    this.half = piece;
    this.halfLine = line;
    this.halfReads = reads;
    this.pieces = 1;
  }

  /** A line with no event of its own may be the end of the one before it, or its middle. */
  private joinHalf(b: Uint8Array, from: number, to: number): boolean {
    if (this.pieces === MAX_PIECES || (this.halfReads && !isTail(textOf(b, from, to)))) {
      this.dropHalf();
      return false;
    }
    let p = from;
    while (p < to && (b[p] === BLANK || b[p] === 62 || b[p] === 9)) p++;
    const joined = new Uint8Array(this.half.length + 1 + to - p);
    joined.set(this.half);
    joined[this.half.length] = BLANK;
    joined.set(b.subarray(p, to), this.half.length + 1);
    const r = this.record;
    const lost = this.tables.lost;
    // A line that reads by itself, with its own time, was not folded off.
    if (readLine(b, from, to, r, this.tables) === LINE.event && !Number.isNaN(r.ts)) {
      this.dropHalf();
      return false;
    }
    this.tables.lost = lost;
    const kind = readLine(joined, 0, joined.length, r, this.tables);
    const reads = kind === LINE.event || kind === LINE.other;
    // A head, and an event that lacks its last fields.
    const goesOn = this.folds && !this.halfReads && this.hasHead && !HEAD.test(textOf(b, from, to));
    if ((!reads && !goesOn) || joined.length > MAX_LINE) {
      this.dropHalf();
      return false;
    }
    this.half = joined;
    this.halfReads = reads;
    this.pieces++;
    if (reads && !this.folds) this.dropHalf();
    return true;
  }

  /** What was kept of a folded line is an event by now, or is none. */
  private dropHalf(): void {
    if (this.half.length === 0) return;
    const joined = this.half;
    this.half = new Uint8Array(0);
    if (!this.halfReads) {
      for (let i = 0; i < this.pieces; i++) this.unreadable(this.halfLine);
      return;
    }
    this.halfReads = false;
    readLine(joined, 0, joined.length, this.record, this.tables);
    this.record.line = this.halfLine;
    this.sink?.event(this.record);
  }

  /** `kvm_inj_virq: IRQ 0xd1` with `[reinjected]` folded to the next line. */
  private reinjectedBelow(b: Uint8Array, next: number): void {
    let p = next;
    while (b[p] === BLANK || b[p] === 62 || b[p] === 9) p++;
    const mark = '[reinjected]';
    for (let i = 0; i < mark.length; i++) if (b[p + i] !== mark.charCodeAt(i)) return;
    this.record.f[2] = 1;
    this.swallow = true;
  }

  private comment(b: Uint8Array, from: number, to: number, line: number): void {
    if (line <= HEADER_LINES && this.totals.hostCpus === 0) {
      const text = new TextDecoder().decode(b.subarray(from, to));
      this.totals.hostCpus = Number(HOST_CPUS.exec(text)?.[1] ?? 0);
    }
    // "# entries-in-buffer/entries-written: 104849/104849   #P:4": the rest was overwritten.
    outer: for (let i = from; i + ENTRIES.length < to; i++) {
      for (let k = 0; k < ENTRIES.length; k++) if (b[i + k] !== ENTRIES[k]) continue outer;
      let p = i + ENTRIES.length;
      const number = (): number => {
        let n = 0;
        for (; p < to; p++) {
          const d = b[p] - 48;
          if (d < 0 || d > 9) break;
          n = n * 10 + d;
        }
        return n;
      };
      const inBuffer = number();
      p++;
      const written = number();
      if (written > inBuffer) {
        this.totals.lost += written - inBuffer;
        this.sink?.lost(line, written - inBuffer);
      }
      return;
    }
  }

  private loss(line: number): void {
    this.totals.lost += this.tables.lost;
    this.sink?.lost(line, this.tables.lost);
  }
}
