/**
 * The columns before an event, wherever they are: thread, CPU, flags, time. A comm may hold blanks, slashes, brackets and colons, so
 * they are found from the CPU backwards: the thread's number is the last digits before it.
 */
import { BLANK, COLON, isDigit } from './bytes.ts';
import { CONTEXT, type TraceRecord } from './record.ts';
import type { TextTables } from './text-tables.ts';

/** Powers of ten for the fraction of a time: what a digit string of that length is worth in millionths. */
const SCALE = [1e6, 1e5, 1e4, 1e3, 1e2, 10, 1];

/** The CPU column `[ddd]`, from `from` on. @returns index of '[', -1 none */
export function findCpu(b: Uint8Array, from: number, to: number): number {
  for (let i = from; i < to; i++) {
    if (b[i] !== 91) continue;
    let q = i + 1;
    while (q < to && isDigit(b[q])) q++;
    if (q > i + 1 && q < to && b[q] === 93 && q - i <= 6) return i;
  }
  return -1;
}

/** Columns before the CPU: `comm-pid (tgid)`, `comm pid/tid`, `comm pid flags`. @returns place before the thread's number, -1 none */
export function readThread(b: Uint8Array, from: number, cpuAt: number, r: TraceRecord): number {
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

/** What a third flag of ftrace's says, one of CONTEXT. @param c its byte */
export function contextOf(c: number): number {
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
export function readTime(b: Uint8Array, p: number, to: number, r: TraceRecord, tables: TextTables): number {
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

/** The columns around the CPU, which stands at cpuAt. @returns index past the time, -1 if there is none */
export function readFromCpu(
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
