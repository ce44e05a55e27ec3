/** The columns before an event where they were in the last lines (text-tables.ts), compared by words: most lines need no search. */
import { BLANK, COLON, isDigit, pastBlanks } from './bytes.ts';
import { contextOf, readThread, readTime } from './columns.ts';
import { wordsOf } from './literal.ts';
import { CONTEXT, type TraceRecord } from './record.ts';
import { type TextTables, THREADS } from './text-tables.ts';

/** So many bytes before the CPU column tell the thread, a blank before the column left out. */
const THREAD_BYTES = 8;

/** Four digits at once: their value, -1 where one is none. @param x their bytes, the first lowest */
function fourDigits(x: number): number {
  if ((x & 0xf0f0f0f0) !== 0x30303030 || ((x + 0x06060606) & 0xf0f0f0f0) !== 0x30303030) return -1;
  const pairs = Math.imul(x & 0x0f0f0f0f, 10) + ((x & 0x0f0f0f0f) >>> 8);
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
}

/**
 * `...-pid  [ddd] flags seconds.micros:` with its columns where they were in the last lines, as nearly all lines of a file have it.
 * @returns index past the time, 0 where the line is another: then nothing counts that was read
 */
export function readUsualColumns(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
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
