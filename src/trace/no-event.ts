/** Lines that hold no event: headers, events lost, calls of a stack. */
import { BLANK, contains, isDigit, startsWith } from './bytes.ts';
import { LINE, type TextTables } from './text-tables.ts';

const START_MARK = new TextEncoder().encode('buffer started');
const LOST_MARK = new TextEncoder().encode('LOST ');
export const DROP_MARK = new TextEncoder().encode('EVENTS DROPPED');

/** A line without an event: header, loss, or nothing we know. @returns one of LINE */
export function readOther(b: Uint8Array, from: number, to: number, tables: TextTables): number {
  let p = from;
  while (p < to && (b[p] === BLANK || b[p] === 9)) p++;
  if (p >= to) return LINE.comment;
  const started = contains(b, p, to, START_MARK);
  if (started >= 0 && b[p] === 35) {
    tables.lost = 0;
    return LINE.lost;
  }
  const lostAt = contains(b, p, to, LOST_MARK);
  const dropped = lostAt < 0 ? contains(b, p, to, DROP_MARK) : -1;
  if (lostAt >= 0 || dropped >= 0) {
    let q = lostAt >= 0 ? lostAt + 5 : dropped - 1;
    if (lostAt < 0) while (q > p && isDigit(b[q - 1])) q--;
    let n = 0;
    for (; q < to && isDigit(b[q]); q++) n = n * 10 + b[q] - 48;
    tables.lost = n;
    return LINE.lost;
  }
  if (b[p] === 35 || isStack(b, from, p, to)) return LINE.comment;
  // cpus=4, version = 7, CPU 2 is empty
  if (startsWith(b, p, to, 'cpus=') || startsWith(b, p, to, 'version =') || startsWith(b, p, to, 'CPU ')) {
    return LINE.comment;
  }
  return LINE.unreadable;
}

/**
 * A call of the stack behind an event: `ffffffffa0b2c3d4 kvm_set_irq+0x12 ([kvm])`, `kvm_set_irq ([kvm])` of perf, which indents
 * them, ` => kvm_set_irq` and the head above them of ftrace.
 */
function isStack(b: Uint8Array, from: number, p: number, to: number): boolean {
  if (startsWith(b, p, to, '=> ') || startsWith(b, p, to, '<stack trace>')) return true;
  if (p === from || b[to - 1] !== 41) return false;
  const open = contains(b, p, to, MODULE);
  return open > p && (b[open + 2] === 91 || b[open + 2] === 47);
}
const MODULE = new TextEncoder().encode(' (');
