/** The names of the tracepoints that are known, found in a line: by three letters where it is as most are, by a hash otherwise. */
import { BLANK, COLON } from './bytes.ts';
import { type Literal, literal, past, wordsOf } from './literal.ts';
import { TRACEPOINTS } from './tracepoints.ts';

/** Index of what ends the name at p: a colon, a bracket, a blank. */
export function nameEnd(b: Uint8Array, p: number, to: number): number {
  let q = p;
  for (; q < to; q++) {
    const c = b[q];
    if (c === COLON || c === BLANK || c === 40) break;
  }
  return q;
}

const nameBytes = TRACEPOINTS.map((row) => new TextEncoder().encode(row.name));
export const nameLengths = Int32Array.from(TRACEPOINTS, (row) => row.name.length);

/** Names as most lines have them. */
export const heads = TRACEPOINTS.map((row) => literal(`${row.name}: `));
/** And as those of perf trace have them. */
export const rawHeads = TRACEPOINTS.map((row) => literal(`${row.name}(`));

/** Numbers of the names by their hash, or in the next free place behind it; -1 free. */
const probe = new Int32Array(1024).fill(-1);
{
  const encoder = new TextEncoder();
  TRACEPOINTS.forEach((row, i) => {
    let slot = hashOf(encoder.encode(row.name), 0, row.name.length);
    while (probe[slot] >= 0) slot = (slot + 1) & 1023;
    probe[slot] = i;
  });
}

/** Of names as long as these, a few letters tell most apart; the name itself is compared after. */
function hashOf(b: Uint8Array, from: number, to: number): number {
  const n = to - from;
  if (n < 8) return n;
  const some = b[from + 4] * 7 + b[from + 6] * 31 + b[to - 5] * 131;
  return (some + b[to - 2] * 17 + n * 257) & 1023;
}

/** The event whose name is b[from, to), -1 none. */
export function lookUp(b: Uint8Array, from: number, to: number): number {
  for (let slot = hashOf(b, from, to); ; slot = (slot + 1) & 1023) {
    const id = probe[slot];
    if (id < 0) return -1;
    const name = nameBytes[id] as Uint8Array;
    if (name.length !== to - from) continue;
    let k = 0;
    while (k < name.length && name[k] === b[from + k]) k++;
    if (k === name.length) return id;
  }
}

/**
 * Known names by three letters behind `kvm_`: the first of those that share them, from 1 on, and behind each the next.
 * Most lines are found without a hash.
 */
const firstByThree = new Uint8Array(1 << 15);
const nextAlike = new Uint8Array(TRACEPOINTS.length + 1);
const threeOf = (b: Uint8Array, p: number): number => ((b[p] & 31) << 10) | ((b[p + 1] & 31) << 5) | (b[p + 2] & 31);
for (let id = nameBytes.length; id > 0; id--) {
  const name = nameBytes[id - 1] as Uint8Array;
  if (name.length < 7 || !(TRACEPOINTS[id - 1]?.name ?? '').startsWith('kvm_')) continue;
  const three = threeOf(name, 4);
  nextAlike[id] = firstByThree[three];
  firstByThree[three] = id;
}
const KVM_ = new DataView(new TextEncoder().encode('kvm_').buffer).getInt32(0, true);

/** The event whose name, and what most lines have behind it, stands at p; -1: look closer. */
export function usualName(b: Uint8Array, p: number, to: number, list: readonly Literal[]): number {
  if (p + 8 > to || wordsOf(b).getInt32(p, true) !== KVM_) return -1;
  for (let id = firstByThree[threeOf(b, p + 4)]; id > 0; id = nextAlike[id]) {
    // At least one byte of its text behind it.
    if (past(b, p, to - 1, list[id - 1] as Literal) >= 0) return id - 1;
  }
  return -1;
}
