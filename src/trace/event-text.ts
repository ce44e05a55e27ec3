/** The event of a line, once what is before it has been read: its name, with or without its group, and the text behind it. */
import { BLANK, COLON, isDigit, isWord, pastBlanks, startsWith } from './bytes.ts';
import { heads, lookUp, nameEnd, nameLengths, usualName } from './event-names.ts';
import { literal, past } from './literal.ts';
import { rawWasCut, readRaw } from './raw-text.ts';
import type { TraceRecord } from './record.ts';
import { readText } from './template.ts';
import { LINE, type TextTables } from './text-tables.ts';
import { FIRST_UNKNOWN } from './tracepoints.ts';
import { readUsual } from './usual-text.ts';

const GROUP = literal('kvm:');

/**
 * The event's name at `from`, its text behind it.
 * @param timed a time stood before it: then any name is an event's
 * @returns one of LINE
 */
export function readEvent(
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

/** The text of a known event, whose name ends at q. @returns one of LINE */
export function readKnown(
  event: number,
  b: Uint8Array,
  q: number,
  to: number,
  r: TraceRecord,
  tables: TextTables,
): number {
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
