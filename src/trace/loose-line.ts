/** Lines without a CPU column: latency style, a time alone, the comments of function_graph, and the bare event. */
import { BLANK, COLON, contains, isDigit, startsWith } from './bytes.ts';
import { contextOf, readTime } from './columns.ts';
import { nameEnd } from './event-names.ts';
import { readEvent } from './event-text.ts';
import { DROP_MARK, readOther } from './no-event.ts';
import type { TraceRecord } from './record.ts';
import { LINE, type TextTables } from './text-tables.ts';

/** Latency style (`comm-pid cpuflags time:`), time only, or nothing but the event. */
export function readLoose(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
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
