/** A trace.dat file as records, those of all CPUs merged by time. */
import { CONTEXT, createRecord } from '../record.ts';
import type { ScanTotals, Sink } from '../scanner.ts';
import type { ByteSource } from '../source.ts';
import type { TextTables } from '../text-tables.ts';
import { FIRST_UNKNOWN, TRACEPOINTS } from '../tracepoints.ts';
import { openDat } from './file.ts';
import { type EventFormat, RecordFields } from './format.ts';
import { CpuStream } from './ring-buffer.ts';

const HARDIRQ = 0x08;
const SOFTIRQ = 0x10;
const NMI = 0x40;
/** Clocks that count no time. */
const TICKS = new Set(['x86-tsc', 'counter']);

/** @param more asked now and then: false ends the scan (somebody cancelled) @param progress bytes done */
export async function scanDat(
  given: ByteSource,
  tables: TextTables,
  totals: ScanTotals,
  sink: Sink,
  pause: (bytes: number) => Promise<void>,
): Promise<void> {
  // Pieces of several CPUs are held at a time, and a source may read into one buffer again and again.
  const source: ByteSource = {
    size: given.size,
    read: async (from, length) => (await given.read(from, length)).slice(),
  };
  const file = await openDat(source);
  tables.clock = TICKS.has(file.clock) ? 'ticks' : 's';
  const streams: CpuStream[] = [];
  for (const data of file.cpus) {
    const stream = new CpuStream(source, file, data);
    if (await stream.next()) streams.push(stream);
  }
  totals.bytes = source.size;
  totals.cutOff = file.cpus.some(({ offset, size }) => offset + size > source.size);
  const r = createRecord();
  const fields = new RecordFields();
  const others = new Map<number, number>();
  const scale = tables.clock === 'ticks' ? 1 : 1000;
  let sincePause = 0;
  while (streams.length > 0) {
    let first = 0;
    for (let i = 1; i < streams.length; i++) {
      if ((streams[i] as CpuStream).ts < (streams[first] as CpuStream).ts) first = i;
    }
    const s = streams[first] as CpuStream;
    r.line = ++totals.lines;
    if (s.missed !== 0) {
      const n = Math.max(s.missed, 0);
      totals.lost += n;
      sink.lost(r.line, n);
      s.missed = 0;
    }
    const format = s.length >= 8 ? file.formats.get(s.view.getUint16(s.at, true)) : undefined;
    if (format === undefined) {
      totals.unreadable++;
      if (totals.firstUnreadable === 0) totals.firstUnreadable = r.line;
    } else {
      const flags = s.view.getUint8(s.at + 2);
      r.ts = s.ts / scale;
      r.cpu = s.cpu;
      r.tid = s.view.getInt32(s.at + 4, true);
      r.context =
        flags & NMI
          ? CONTEXT.nmi
          : flags & HARDIRQ
            ? CONTEXT.hardirq
            : flags & SOFTIRQ
              ? CONTEXT.softirq
              : CONTEXT.task;
      r.event = format.event >= 0 ? format.event : otherEvent(format, others, tables);
      const raw = TRACEPOINTS[format.event]?.raw;
      if (raw !== undefined) {
        fields.point(s.view, s.at, s.length, format);
        r.f.fill(0);
        raw(fields, r.f, (name) => tables.reasons.add(name));
      }
      sink.event(r);
    }
    if (!s.nextHere() && !(await s.next())) streams.splice(first, 1);
    if (++sincePause === 65_536) {
      sincePause = 0;
      await pause(totals.lines);
    }
  }
}

function otherEvent(format: EventFormat, others: Map<number, number>, tables: TextTables): number {
  const known = others.get(format.id);
  if (known !== undefined) return known;
  const event = FIRST_UNKNOWN + tables.others.add(format.name);
  others.set(format.id, event);
  return event;
}
