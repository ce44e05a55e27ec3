/**
 * One line of a trace as numbers. The scanner fills the same record again for each line, so a trace of any size makes no
 * object a line; whoever wants to keep something copies the numbers.
 */

import { type Literal, literalOf, past } from './literal.ts';

/** What the thread was doing: bits of ftrace's third flag column. -1 where the format has no such column. */
export const CONTEXT = { unknown: -1, task: 0, softirq: 1, hardirq: 2, nmi: 3 } as const;

export interface TraceRecord {
  /** 1-based line of the file (for trace.dat: 1-based place among the merged records). */
  line: number;
  /** Microseconds, or ticks where the clock counts ticks; NaN where there is no clock. */
  ts: number;
  /** Thread id; -1 where the format has none. */
  tid: number;
  /** Process id where there is a column for it, else -1. */
  tgid: number;
  cpu: number;
  context: number;
  /** Tracepoint: an index into TRACEPOINTS, or FIRST_UNKNOWN and up for events that are only counted. */
  event: number;
  /** Fields in the order of the tracepoint's row; 64-bit values take two, low half first. */
  readonly f: Float64Array;
}

export function createRecord(): TraceRecord {
  return { line: 0, ts: Number.NaN, tid: -1, tgid: -1, cpu: -1, context: -1, event: 0, f: new Float64Array(12) };
}

/** Fills one record with what another holds. */
export function copyRecord(from: TraceRecord, to: TraceRecord): void {
  to.line = from.line;
  to.ts = from.ts;
  to.tid = from.tid;
  to.tgid = from.tgid;
  to.cpu = from.cpu;
  to.context = from.context;
  to.event = from.event;
  // A few steps: the call of set costs more.
  for (let i = 0; i < 12; i++) to.f[i] = from.f[i];
}

/** The names that come again and again are told by their length and two letters. */
const nearOf = (b: Uint8Array, from: number, to: number): number =>
  ((to - from) * 61 + b[from + ((to - from) >> 1)] * 7 + b[to - 1]) & 255;

/** Names met in a trace (exit reasons, unknown events), numbered in the order they came. */
export class Names {
  readonly list: string[] = [];
  private readonly slots = new Int32Array(4096).fill(-1);
  private readonly bytes: Literal[] = [];
  private readonly near = new Int32Array(256).fill(-1);

  /** Number of the name in b[from, to). A name past the 3,000th shares the number of "(others)". */
  take(b: Uint8Array, from: number, to: number): number {
    const usual = this.usual(b, from, to);
    if (usual >= 0) return usual;
    const id = this.find(b, from, to);
    this.near[nearOf(b, from, to)] = id;
    return id;
  }

  /** The same, of one of the few names that come again and again; -1: it is none of them. */
  usual(b: Uint8Array, from: number, to: number): number {
    const usual = this.near[nearOf(b, from, to)];
    return usual >= 0 && past(b, from, to, this.bytes[usual] as Literal) === to ? usual : -1;
  }

  private find(b: Uint8Array, from: number, to: number): number {
    let hash = 0x811c9dc5;
    for (let i = from; i < to; i++) hash = Math.imul(hash ^ b[i], 0x01000193);
    let slot = (hash >>> 0) & 4095;
    for (;;) {
      const id = this.slots[slot];
      if (id < 0) break;
      if (past(b, from, to, this.bytes[id] as Literal) === to) return id;
      slot = (slot + 1) & 4095;
    }
    if (this.list.length >= 3000) return this.add('(others)');
    return this.put(slot, b.slice(from, to));
  }

  add(name: string): number {
    const at = this.list.indexOf(name);
    if (at >= 0) return at;
    const bytes = new TextEncoder().encode(name);
    if (this.list.length >= 3000) return this.put(-1, bytes);
    return this.take(bytes, 0, bytes.length);
  }

  private put(slot: number, bytes: Uint8Array): number {
    const id = this.list.length;
    this.list.push(new TextDecoder().decode(bytes));
    this.bytes.push(literalOf(bytes));
    if (slot >= 0) this.slots[slot] = id;
    return id;
  }
}
