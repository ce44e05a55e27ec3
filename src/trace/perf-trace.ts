/** The lines of perf trace: a time in milliseconds, a task, and a call with its fields by name. */
import { BLANK, COLON, contains, isDigit, isWord } from './bytes.ts';
import { nameLengths, rawHeads, usualName } from './event-names.ts';
import { readEvent, readKnown } from './event-text.ts';
import { literal, past } from './literal.ts';
import type { TraceRecord } from './record.ts';
import { LINE, type TextTables } from './text-tables.ts';
import { FIRST_UNKNOWN } from './tracepoints.ts';

const KVM_GROUP = literal(' kvm:');
const DURATION_END = literal('): ');

/**
 * perf trace: `    17.594 qemu-system-x8/899 kvm:kvm_set_irq(gsi: 4)`; times are milliseconds since the start. Of a single thread
 * neither it nor its comm is printed, with --no-comm the number alone; where system calls are traced too, a duration is before them.
 */
export function readPerfTrace(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  let p = from;
  while (p < to && b[p] === BLANK) p++;
  let whole = 0;
  let q = p;
  for (; q < to && isDigit(b[q]); q++) whole = whole * 10 + b[q] - 48;
  if (q === p || b[q] !== 46) return 0;
  const first = ++q;
  let part = 0;
  for (; q < to && isDigit(b[q]); q++) part = part * 10 + b[q] - 48;
  if (q - first !== 3 || b[q] !== BLANK) return 0;
  if (b[q + 1] === 40 && (b[q + 2] === BLANK || isDigit(b[q + 2]))) {
    const end = contains(b, q, to, DURATION_END.bytes);
    if (end > 0) q = end + DURATION_END.length - 1;
  }
  let mark = from + tables.groupColumn;
  if (mark < q || past(b, mark, to, KVM_GROUP) < 0) {
    mark = from + tables.otherGroup;
    if (mark < q || past(b, mark, to, KVM_GROUP) < 0) mark = contains(b, q, to, KVM_GROUP.bytes);
    if (mark < 0) {
      const other = foreignCall(b, q, to, r, tables);
      if (other === LINE.other) {
        r.ts = whole * 1000 + part;
        tables.clock = 's';
        return other;
      }
      // A system call that goes on: `( 1.012 ms): qemu/899  ... [continued]: ppoll()) = 1`.
      return q > first + 3 ? LINE.comment : 0;
    }
    tables.otherGroup = tables.groupColumn;
    tables.groupColumn = mark - from;
  }
  if (!readTask(b, q, mark, r)) return 0;
  r.ts = whole * 1000 + part;
  tables.clock = 's';
  tables.perfTrace = true;
  const name = mark + KVM_GROUP.length;
  const known = usualName(b, name, to, rawHeads);
  if (known >= 0) return readKnown(known, b, name + nameLengths[known], to, r, tables);
  return readEvent(b, mark, to, r, tables, true);
}

/** `comm/tid`, `tid` or nothing in b[from, end), which begins with a blank. @returns false where something else is there */
function readTask(b: Uint8Array, from: number, end: number, r: TraceRecord): boolean {
  let q = end - 1;
  while (q > from && b[q] === BLANK) q--;
  if (q <= from) return true;
  let pid = 0;
  let unit = 1;
  for (; q > from && isDigit(b[q]); q--) {
    pid += (b[q] - 48) * unit;
    unit *= 10;
  }
  if (unit === 1 || (b[q] !== 47 && q !== from)) return false;
  r.tid = pid;
  return true;
}

/** Another event, or a system call, of a thread: `qemu/899 irq:irq_handler_entry(irq: 4)`, `qemu/899 ioctl(fd: 9) = 0`. */
function foreignCall(b: Uint8Array, from: number, to: number, r: TraceRecord, tables: TextTables): number {
  let end = from;
  while (end < to && b[end] !== 40) end++;
  let name = end;
  while (name > from && isWord(b[name - 1])) name--;
  if (end >= to || name === end) return 0;
  let task = name;
  if (b[task - 1] === COLON) for (task--; task > from && isWord(b[task - 1]); ) task--;
  if (b[task - 1] !== BLANK || !readTask(b, from, task - 1, r)) return 0;
  // A word and a bracket behind a number may be anything.
  if (r.tid < 0 && task === name) return 0;
  r.event = FIRST_UNKNOWN + tables.others.take(b, name, end);
  return LINE.other;
}
