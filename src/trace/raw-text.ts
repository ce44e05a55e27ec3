/**
 * Raw fields as text: perf trace's `gsi: 4, level: 1)` (zero fields left out), trace-cmd report -R's
 * `exit_reason=1024 guest_rip=0xfff0`, and ftrace's `options/fields`: `gsi=0x4 (4) pin=(4) imr='.'(184)`. Values are decimal,
 * or hexadecimal with 0x.
 */
import { isDigit } from './bytes.ts';
import { type Literal, literal, past } from './literal.ts';
import type { Names } from './record.ts';
import { type RawFields, TP, TRACEPOINTS } from './tracepoints.ts';

/** The pairs of one line: where each name stands, and the halves of its value. */
const MOST_PAIRS = 32;
const nameFrom = new Int32Array(MOST_PAIRS);
const nameTo = new Int32Array(MOST_PAIRS);
const lowHalf = new Float64Array(MOST_PAIRS);
const highHalf = new Float64Array(MOST_PAIRS);
let count = 0;
let line: Uint8Array = new Uint8Array(0);

/** Place of a name among the pairs, the last if it stands there twice; -1 none. */
function find(name: string): number {
  const { length } = name;
  const first = name.charCodeAt(0);
  next: for (let i = count - 1; i >= 0; i--) {
    const from = nameFrom[i];
    if (nameTo[i] - from !== length || line[from] !== first) continue;
    for (let k = 1; k < length; k++) if (line[from + k] !== name.charCodeAt(k)) continue next;
    return i;
  }
  return -1;
}

const pairs: RawFields = {
  num(name) {
    const i = find(name);
    return i < 0 ? 0 : lowHalf[i] | 0;
  },
  // perf trace leaves zeros out: what is not there says nothing.
  has(name) {
    return find(name) >= 0;
  },
  high(name) {
    const i = find(name);
    return i < 0 ? 0 : highHalf[i] | 0;
  },
};

/** The names perf trace gives to values of a field called vector: the host kernel's own vectors (asm/irq_vectors.h). */
const VECTORS: Readonly<Record<string, number>> = {
  NMI: 0x02,
  IRQ_MOVE_CLEANUP: 0x20,
  IA32_SYSCALL: 0x80,
  POSTED_MSI_NOTIFICATION: 0xeb,
  LOCAL_TIMER: 0xec,
  HYPERV_STIMER0: 0xed,
  HYPERV_REENLIGHTENMENT: 0xee,
  MANAGED_IRQ_SHUTDOWN: 0xef,
  POSTED_INTR_NESTED: 0xf0,
  POSTED_INTR_WAKEUP: 0xf1,
  POSTED_INTR: 0xf2,
  HYPERVISOR_CALLBACK: 0xf3,
  DEFERRED_ERROR: 0xf4,
  IRQ_WORK: 0xf6,
  X86_PLATFORM_IPI: 0xf7,
  REBOOT: 0xf8,
  THRESHOLD_APIC: 0xf9,
  THERMAL_APIC: 0xfa,
  CALL_FUNCTION_SINGLE: 0xfb,
  CALL_FUNCTION: 0xfc,
  RESCHEDULE: 0xfd,
  ERROR_APIC: 0xfe,
  SPURIOUS_APIC: 0xff,
};

/** By their length: few are of one. */
const VECTOR_NAMES: (readonly [number, Literal])[][] = [];
for (const [name, vector] of Object.entries(VECTORS)) {
  VECTOR_NAMES[name.length] = [...(VECTOR_NAMES[name.length] ?? []), [vector, literal(name)]];
}

const TWO32 = 2 ** 32;
const QUOTE = 39;
const EQUALS = 61;
const isUpper = (c: number): boolean => c >= 65 && c <= 90;
/** Of what a field's name is made: 1 what it may begin with, 2 the digits, 0 what ends it. */
const IN_NAME = new Uint8Array(256);
for (let c = 0; c < 256; c++) IN_NAME[c] = isUpper(c & ~32) || c === 95 ? 1 : isDigit(c) ? 2 : 0;

/** Where the last value ended, and whether it was hexadecimal. */
let at = 0;
let wasHex = false;

/**
 * trace-cmd report -R prints a field by the first place of the print format that names it, a cast included: of an RTE, an ICR
 * or an MSI that is `(u8)`, the vector alone.
 */
const CUT_BY_CAST: ReadonlySet<number> = new Set([TP.kvm_ioapic_set_irq, TP.kvm_apic_ipi, TP.kvm_msi_set_irq]);
const ECX = new TextEncoder().encode('ecx');

/** `(4)` or `'.'(184)`, as ftrace's fields option prints a byte: the place of its digits, p where it is none. */
function byteField(b: Uint8Array, p: number, to: number): number {
  const q = b[p] === QUOTE && p + 2 < to && b[p + 2] === QUOTE ? p + 3 : p;
  return q < to && b[q] === 40 ? q + 1 : p;
}

/** What stands at p as a number, into the pair: `-12`, `0xfff0`, `(4)` or a vector's name. @returns false where none of them does */
function readValue(b: Uint8Array, p: number, to: number, pair: number, inHex: boolean): boolean {
  if (inHex) return readAny(b, p, to, pair, true);
  if (b[p] === 48 && b[p + 1] === 120) {
    wasHex = true;
    return readHex(b, p + 2, to, pair);
  }
  return readSmall(b, p, to, pair) || readAny(b, p, to, pair, false);
}

/** A decimal number of few digits, as nearly all are. */
function readSmall(b: Uint8Array, p: number, to: number, pair: number): boolean {
  let q = p;
  let value = 0;
  for (const end = Math.min(to, p + 9); q < end; q++) {
    const d = b[q] - 48;
    if (d < 0 || d > 9) break;
    value = value * 10 + d;
  }
  if (q === p || q >= to || isDigit(b[q])) return false;
  lowHalf[pair] = value;
  highHalf[pair] = 0;
  wasHex = false;
  at = q;
  return true;
}

/** Hexadecimal digits: the last sixteen count. */
function readHex(b: Uint8Array, p: number, to: number, pair: number): boolean {
  let q = p;
  let low = 0;
  let high = 0;
  for (; q < to; q++) {
    const c = b[q];
    const d = isDigit(c) ? c - 48 : (c | 32) >= 97 && (c | 32) <= 102 ? (c | 32) - 87 : -1;
    if (d < 0) break;
    high = (high << 4) | (low >>> 28);
    low = (low << 4) | d;
  }
  lowHalf[pair] = low >>> 0;
  highHalf[pair] = high >>> 0;
  at = q;
  return q > p;
}

/** So many digits more, and a number of 32 bits before them is a whole number still. */
const DIGITS_AT_ONCE = 6;

/** Decimal digits, however many: modulo 2^64. */
function readDecimal(b: Uint8Array, p: number, to: number, pair: number, negative: boolean): boolean {
  let q = p;
  let low = 0;
  let high = 0;
  for (let more = true; more; ) {
    let part = 0;
    let unit = 1;
    const end = Math.min(to, q + DIGITS_AT_ONCE);
    for (; q < end && isDigit(b[q]); q++) {
      part = part * 10 + b[q] - 48;
      unit *= 10;
    }
    more = unit === 1e6;
    low = low * unit + part;
    high = (high * unit + Math.floor(low / TWO32)) % TWO32;
    low %= TWO32;
  }
  if (negative) {
    high = low === 0 ? -high : -high - 1;
    low = low === 0 ? 0 : TWO32 - low;
  }
  lowHalf[pair] = low;
  highHalf[pair] = high;
  at = q;
  return q > p;
}

/** The name of a vector. */
function readVector(b: Uint8Array, p: number, to: number, pair: number): boolean {
  let q = p;
  while (q < to && (isUpper(b[q]) || isDigit(b[q]) || b[q] === 95)) q++;
  const list = VECTOR_NAMES[q - p];
  if (list === undefined) return false;
  for (let i = 0; i < list.length; i++) {
    const [vector, name] = list[i] as readonly [number, Literal];
    if (past(b, p, q, name) !== q) continue;
    lowHalf[pair] = vector;
    highHalf[pair] = 0;
    wasHex = false;
    at = q;
    return true;
  }
  return false;
}

function readAny(b: Uint8Array, p: number, to: number, pair: number, inHex: boolean): boolean {
  let q = byteField(b, p, to);
  if (q < to && isUpper(b[q])) return readVector(b, q, to, pair);
  const negative = b[q] === 45;
  if (negative) q++;
  wasHex = b[q] === 48 && b[q + 1] === 120;
  if (!wasHex && !inHex) return readDecimal(b, q, to, pair, negative);
  return readHex(b, wasHex ? q + 2 : q, to, pair);
}

/** The pairs were `name=value` with a decimal first value. */
let isDecimal = false;

function pastBlanks(b: Uint8Array, p: number, to: number): number {
  let q = p;
  while (q < to && (b[q] === 32 || b[q] === 9)) q++;
  return q;
}

/** `name: value` or `name=value`, several. @returns false where a value is of no known kind */
function readPairs(b: Uint8Array, from: number, to: number): boolean {
  count = 0;
  line = b;
  for (let p = from; p < to && count < MOST_PAIRS; ) {
    if (IN_NAME[b[p]] !== 1) {
      p++;
      continue;
    }
    const first = p++;
    while (p < to && IN_NAME[b[p]] !== 0) p++;
    const sign = pastBlanks(b, p, to);
    if (b[sign] !== 58 && b[sign] !== 61) continue;
    const value = pastBlanks(b, sign + 1, to);
    // Only kvm_msr's number is printed in hexadecimal without a mark.
    const inHex = b[sign] === EQUALS && p - first === 3 && b[first] === ECX[0] && b[first + 1] === ECX[1];
    if (!readValue(b, value, to, count, inHex)) {
      if (value < to && isUpper(b[value])) return false;
      continue;
    }
    if (count === 0) isDecimal = b[sign] === EQUALS && !wasHex;
    nameFrom[count] = first;
    nameTo[count++] = p;
    p = at;
  }
  return true;
}

/** The numbers of the reasons of the line at hand. */
let reasonNames: Names | null = null;
const reasonOf = (name: string): number => (reasonNames as Names).add(name);

/** The raw fields last read lack what a cast took away. */
export let rawWasCut = false;

/** @returns false where there is not one field */
export function readRaw(
  event: number,
  b: Uint8Array,
  from: number,
  to: number,
  f: Float64Array,
  reasons: Names,
): boolean {
  const raw = TRACEPOINTS[event]?.raw;
  if (raw === undefined) return false;
  if (!readPairs(b, from, to)) return false;
  // perf trace prints nothing between the brackets when every field is zero.
  if (count === 0) {
    let end = to;
    while (end > from && b[end - 1] === 32) end--;
    if (end - from !== 1 || b[from] !== 41) return false;
  }
  rawWasCut = isDecimal && count > 0 && CUT_BY_CAST.has(event);
  // A few steps: the call of fill costs more.
  for (let i = 0; i < f.length; i++) f[i] = 0;
  reasonNames = reasons;
  raw(pairs, f, reasonOf);
  return true;
}
