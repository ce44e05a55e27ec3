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
import { findCpu, readFromCpu } from './columns.ts';
import { readEvent } from './event-text.ts';
import { readLoose } from './loose-line.ts';
import { readOther } from './no-event.ts';
import { readPerfTrace } from './perf-trace.ts';
import { CONTEXT, type TraceRecord } from './record.ts';
import { LINE, type TextTables } from './text-tables.ts';
import { readUsualColumns } from './usual-columns.ts';

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
