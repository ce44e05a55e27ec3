/**
 * The records of the first pass, for the second: the text of a trace is read once, where its numbers have room in memory. Of a
 * larger one nothing is kept, and the second pass reads the text again.
 *
 * A record takes some ten bytes, a tenth of its line: what is the same as in the one before is not said again. Most are
 *
 *     what happened, with a bit for another thread, CPU or context than before (its number follows) and one for a time that is no
 *     whole step ahead (it follows as a double); the step; which of the fields differ from the last of this event; those fields
 *
 * with numbers in groups of seven bits. Fields that are no unsigned words make a record whose fields are doubles.
 */
import { createRecord, type TraceRecord } from './record.ts';
import type { Pause } from './scan.ts';
import type { ScanTotals, Sink } from './scanner.ts';
import type { Survey } from './survey.ts';
import { fieldCount } from './template.ts';
import type { Wants } from './text-tables.ts';
import { FIRST_UNKNOWN } from './tracepoints.ts';

/** Bytes of a block: some 25,000 records, so that a block is told in a few milliseconds. */
const BLOCK = 1 << 18;
/** Blocks kept at most: 128 MB, what a gigabyte of text comes to; a page has 300 MB for all it does. */
const MOST_BLOCKS = 512;
/** A text of so many bytes has no room. */
const MOST_BYTES = 1.25e9;

/** No record has more bytes, with the line it stands on. */
const MOST_RECORD = 192;
const MOST_FIELDS = 12;

/** First byte: an event's number, or one of these. */
const CODE = {
  /** Another event: its number follows. */
  other: 59,
  /** Fields are doubles. Event follows. */
  wide: 60,
  /** The next record's line is not the next line. */
  line: 61,
  /** Events are missing here. */
  gap: 62,
} as const;
const CODES = 63;
const OTHER_ACTOR = 0x40;
const OTHER_TIME = 0x80;

/** Threads with their CPU and context, told apart; those of a hostile file are more. */
const MOST_ACTORS = 1 << 20;
const SLOTS = 4096;
const PROBES = 8;

/** A double byte by byte. */
const one = new Float64Array(1);
const oneBytes = new Uint8Array(one.buffer);

/** What the next record is held against, the same for who writes and who reads. */
class Before {
  line = 0;
  ts = 0;
  actor = -1;
  /** The last fields of each event. */
  readonly fields = new Float64Array(FIRST_UNKNOWN * MOST_FIELDS);
}

interface Block {
  readonly bytes: Uint8Array;
  used: number;
}

const createBlock = (): Block => ({ bytes: new Uint8Array(BLOCK), used: 0 });

/** Writes an unsigned word. @returns the place behind it */
function put(b: Uint8Array, from: number, value: number): number {
  let p = from;
  let rest = value;
  while (rest > 127 || rest < 0) {
    b[p++] = (rest & 127) | 128;
    rest >>>= 7;
  }
  b[p] = rest;
  return p + 1;
}

function putDouble(b: Uint8Array, p: number, value: number): number {
  one[0] = value;
  for (let i = 0; i < 8; i++) b[p + i] = oneBytes[i];
  return p + 8;
}

export class KeptRecords implements Sink, Wants {
  private readonly blocks: Block[] = [];
  private block: Block;
  private room: boolean;
  private readonly survey: Survey;
  private before = new Before();
  /** Who acts: thread, process, CPU, context, one after another; and where in it those are that came last. */
  private readonly actors: number[] = [];
  private readonly slots = new Int32Array(SLOTS).fill(-1);

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

  /** Bytes in use. */
  get size(): number {
    return (this.blocks.length - 1) * BLOCK + this.block.used;
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
    const { bytes } = this.next();
    const p = this.block.used;
    bytes[p] = CODE.gap;
    this.block.used = putDouble(bytes, putDouble(bytes, p + 1, line), n);
  }

  /** Lets go of all: there is no room. */
  private drop(): void {
    this.room = false;
    this.blocks.length = 0;
    this.block = createBlock();
    this.actors.length = 0;
  }

  /** A block with room for one record more. */
  private next(): Block {
    if (this.block.used + MOST_RECORD <= BLOCK) return this.block;
    if (this.blocks.length === MOST_BLOCKS) this.drop();
    else {
      this.block = createBlock();
      this.blocks.push(this.block);
    }
    return this.block;
  }

  private actorOf({ tid, tgid, cpu, context }: TraceRecord): number {
    const { actors, slots } = this;
    const first = (tid * 31 + cpu * 7 + context) & (SLOTS - 1);
    let slot = first;
    for (let i = 0; i < PROBES; i++) {
      slot = (first + i) & (SLOTS - 1);
      const at = slots[slot];
      if (at < 0) break;
      if (actors[at] === tid && actors[at + 1] === tgid && actors[at + 2] === cpu && actors[at + 3] === context)
        return at >> 2;
      // Where all are taken the first gives way.
      if (i === PROBES - 1) slot = first;
    }
    slots[slot] = actors.length;
    actors.push(tid, tgid, cpu, context);
    return slots[slot] >> 2;
  }

  private keep(r: TraceRecord): void {
    const { bytes } = this.next();
    const { before } = this;
    const { event, f, ts } = r;
    let p = this.block.used;
    if (r.line !== before.line + 1) {
      bytes[p] = CODE.line;
      p = putDouble(bytes, p + 1, r.line);
    }
    before.line = r.line;
    const start = p;
    const actor = this.actorOf(r);
    if (actor > MOST_ACTORS) {
      this.drop();
      return;
    }
    let head: number = Math.min(event, CODE.other);
    p++;
    if (head === CODE.other) p = put(bytes, p, event);
    if (actor !== before.actor) {
      head |= OTHER_ACTOR;
      p = put(bytes, p, actor);
      before.actor = actor;
    }
    const step = (ts - before.ts) | 0;
    if (step >= 0 && before.ts + step === ts) p = put(bytes, p, step);
    else {
      head |= OTHER_TIME;
      p = putDouble(bytes, p, ts);
    }
    before.ts = ts;
    bytes[start] = head;
    if (event < FIRST_UNKNOWN) {
      const n = fieldCount[event];
      const { fields } = before;
      const base = event * MOST_FIELDS;
      const marks = p;
      p += n > 8 ? 2 : 1;
      let changed = 0;
      for (let i = 0; i < n; i++) {
        const value = f[i];
        if (value === fields[base + i]) continue;
        const word = value >>> 0;
        if (word !== value) {
          this.block.used = this.keepWide(r, start);
          return;
        }
        changed |= 1 << i;
        p = put(bytes, p, word);
      }
      bytes[marks] = changed;
      if (n > 8) bytes[marks + 1] = changed >> 8;
      if (changed !== 0) for (let i = 0; i < n; i++) fields[base + i] = f[i];
    }
    this.block.used = p;
  }

  private keepWide({ event, ts, f }: TraceRecord, start: number): number {
    const { bytes } = this.block;
    bytes[start] = CODE.wide;
    let p = put(bytes, start + 1, event);
    p = put(bytes, p, this.before.actor);
    p = putDouble(bytes, p, ts);
    for (let i = 0; i < fieldCount[event]; i++) p = putDouble(bytes, p, f[i]);
    return p;
  }

  /** Tells all of it again. @param totals of the pass that read it */
  async replay(sink: Sink, totals: ScanTotals, pause: Pause): Promise<void> {
    const r = createRecord();
    const before = new Before();
    const { length } = this.blocks;
    for (let i = 0; i < length; i++) {
      tell(this.blocks[i] as Block, this.actors, before, r, sink);
      await pause(Math.round((totals.bytes * (i + 1)) / length), r.line);
    }
  }
}

/** Where the last number ended. */
let at = 0;

function take(b: Uint8Array, p: number): number {
  const first = b[p];
  if (first < 128) {
    at = p + 1;
    return first;
  }
  let value = first & 127;
  let q = p + 1;
  for (let shift = 7; ; shift += 7) {
    const next = b[q++];
    value |= (next & 127) << shift;
    if (next < 128) break;
  }
  at = q;
  return value >>> 0;
}

function takeDouble(b: Uint8Array, p: number): number {
  for (let i = 0; i < 8; i++) oneBytes[i] = b[p + i];
  at = p + 8;
  return one[0];
}

function act(r: TraceRecord, actors: readonly number[], actor: number): void {
  const first = actor * 4;
  r.tid = actors[first];
  r.tgid = actors[first + 1];
  r.cpu = actors[first + 2];
  r.context = actors[first + 3];
}

function tell({ bytes, used }: Block, actors: readonly number[], before: Before, r: TraceRecord, sink: Sink): void {
  const { f } = r;
  const { fields } = before;
  at = 0;
  while (at < used) {
    const head = bytes[at];
    const code = head & CODES;
    if (code === CODE.line) {
      before.line = takeDouble(bytes, at + 1) - 1;
      continue;
    }
    if (code === CODE.gap) {
      const line = takeDouble(bytes, at + 1);
      sink.lost(line, takeDouble(bytes, at));
      continue;
    }
    r.line = ++before.line;
    if (code === CODE.wide) {
      r.event = take(bytes, at + 1);
      before.actor = take(bytes, at);
      act(r, actors, before.actor);
      before.ts = r.ts = takeDouble(bytes, at);
      for (let i = 0; i < fieldCount[r.event]; i++) f[i] = takeDouble(bytes, at);
    } else {
      r.event = code;
      at++;
      if (code === CODE.other) r.event = take(bytes, at);
      if ((head & OTHER_ACTOR) !== 0) {
        before.actor = take(bytes, at);
        act(r, actors, before.actor);
      }
      r.ts = (head & OTHER_TIME) === 0 ? before.ts + take(bytes, at) : takeDouble(bytes, at);
      before.ts = r.ts;
      if (r.event < FIRST_UNKNOWN) fieldsOf(bytes, r, fields);
    }
    // What the sink reads may call here again.
    const next = at;
    sink.event(r);
    at = next;
  }
}

function fieldsOf(bytes: Uint8Array, { event, f }: TraceRecord, fields: Float64Array): void {
  const n = fieldCount[event];
  const base = event * MOST_FIELDS;
  let changed = bytes[at++];
  if (n > 8) changed |= bytes[at++] << 8;
  for (let i = 0; i < n; i++) {
    if (((changed >> i) & 1) !== 0) fields[base + i] = take(bytes, at);
    f[i] = fields[base + i];
  }
}
