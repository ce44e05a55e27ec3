/**
 * The records of the first pass, for the second: the text of a trace is read once, where its numbers have room in memory.
 * Of a larger one nothing is kept, and the second pass reads the text again.
 */
import { createRecord, type TraceRecord } from './record.ts';
import type { Pause } from './scan.ts';
import type { ScanTotals, Sink } from './scanner.ts';
import type { Survey } from './survey.ts';
import { fieldCount } from './template.ts';
import type { Wants } from './text-line.ts';
import { FIRST_UNKNOWN } from './tracepoints.ts';

/** Words of a block: some 25,000 records, so that a block is told in a few milliseconds. */
const BLOCK = 1 << 18;
/** Blocks kept at most: 64 MB, some million and a half of records; a page has 300 MB for all it does. */
const MOST_BLOCKS = 64;
/** A text of so many bytes has no room. */
const MOST_BYTES = 220e6;

/** Words of a record's head: what it is, its line, its thread and process, its time (two words). Then its fields. */
const HEAD = 6;
/** A record of fields that are doubles has no more words. */
const MOST_WORDS = HEAD + 24;

/** In a head's first word: the event's bits, then context and CPU, each plus 1 for none. */
const EVENT_BITS = 12;
const EVENT = (1 << EVENT_BITS) - 1;
const CPU_AT = EVENT_BITS + 3;
const MOST_CPUS = 4095;
/** Fields are doubles: one of them is no unsigned word. */
const WIDE = 1 << 28;
/** Events are missing here. */
const GAP = 1 << 29;

interface Block {
  readonly words: Int32Array;
  /** The same as doubles. */
  readonly doubles: Float64Array;
  used: number;
}

function createBlock(): Block {
  const buffer = new ArrayBuffer(BLOCK * 4);
  return { words: new Int32Array(buffer), doubles: new Float64Array(buffer), used: 0 };
}

export class KeptRecords implements Sink, Wants {
  private readonly blocks: Block[] = [];
  private block: Block;
  private room: boolean;
  private readonly survey: Survey;

  /** @param survey is told each record first @param textBytes how long the text is, 0 where that is not known */
  constructor(survey: Survey, textBytes: number) {
    this.survey = survey;
    this.room = textBytes <= MOST_BYTES;
    this.block = createBlock();
    this.blocks.push(this.block);
  }

  /** Every record is there. */
  get isWhole(): boolean {
    return this.room;
  }

  /** What is kept is kept with all its fields. */
  wants(event: number, tid: number): boolean {
    return this.room || this.survey.wants(event, tid);
  }

  event(r: TraceRecord): void {
    this.survey.event(r);
    if (this.room) this.keep(r);
  }

  lost(line: number, n: number): void {
    this.survey.lost(line);
    if (!this.room) return;
    const block = this.next();
    const at = block.used;
    block.words[at] = GAP;
    block.words[at + 1] = line;
    block.doubles[(at + 4) >> 1] = n;
    block.used = at + HEAD;
  }

  /** Lets go of all: there is no room, or a record is none that a machine writes. */
  private drop(): void {
    this.room = false;
    this.blocks.length = 0;
    this.block = createBlock();
  }

  /** A block with room for one record more. */
  private next(): Block {
    if (this.block.used + MOST_WORDS <= BLOCK) return this.block;
    if (this.blocks.length === MOST_BLOCKS) this.drop();
    else {
      this.block = createBlock();
      this.blocks.push(this.block);
    }
    return this.block;
  }

  private keep(r: TraceRecord): void {
    const block = this.next();
    const { words, doubles } = block;
    const at = block.used;
    const { f, event, cpu, tid, tgid } = r;
    if (event > EVENT || cpu >= MOST_CPUS || (tid | 0) !== tid || (tgid | 0) !== tgid) {
      this.drop();
      return;
    }
    const head = event | ((r.context + 1) << EVENT_BITS) | ((cpu + 1) << CPU_AT);
    words[at] = head;
    words[at + 1] = r.line;
    words[at + 2] = tid;
    words[at + 3] = tgid;
    doubles[(at + 4) >> 1] = r.ts;
    const n = event < FIRST_UNKNOWN ? fieldCount[event] : 0;
    let p = at + HEAD;
    let wide = false;
    for (let i = 0; i < n; i++) {
      const value = f[i];
      const word = value | 0;
      words[p++] = word;
      if (word >>> 0 !== value) wide = true;
    }
    if (wide) {
      words[at] = head | WIDE;
      for (let i = 0; i < n; i++) doubles[((at + HEAD) >> 1) + i] = f[i];
      p = at + HEAD + 2 * n;
    }
    block.used = (p + 1) & ~1;
  }

  /** Tells all of it again. @param totals of the pass that read it */
  async replay(sink: Sink, totals: ScanTotals, pause: Pause): Promise<void> {
    const r = createRecord();
    const { length } = this.blocks;
    for (let i = 0; i < length; i++) {
      tell(this.blocks[i] as Block, r, sink);
      await pause(Math.round((totals.bytes * (i + 1)) / length), r.line);
    }
  }
}

function tell({ words, doubles, used }: Block, r: TraceRecord, sink: Sink): void {
  const { f } = r;
  for (let at = 0; at < used; ) {
    const head = words[at];
    r.line = words[at + 1];
    if (head === GAP) {
      sink.lost(r.line, doubles[(at + 4) >> 1]);
      at += HEAD;
      continue;
    }
    const event = head & EVENT;
    r.event = event;
    r.context = ((head >>> EVENT_BITS) & 7) - 1;
    r.cpu = ((head >>> CPU_AT) & MOST_CPUS) - 1;
    r.tid = words[at + 2];
    r.tgid = words[at + 3];
    r.ts = doubles[(at + 4) >> 1];
    const n = event < FIRST_UNKNOWN ? fieldCount[event] : 0;
    let p = at + HEAD;
    if ((head & WIDE) === 0) for (let i = 0; i < n; i++) f[i] = words[p++] >>> 0;
    else {
      for (let i = 0; i < n; i++) f[i] = doubles[(p >> 1) + i];
      p += 2 * n;
    }
    at = (p + 1) & ~1;
    sink.event(r);
  }
}
