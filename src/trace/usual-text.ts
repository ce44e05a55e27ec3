/**
 * The texts that make up most of a trace, read by hand: what template.ts reads by its templates, many times as fast. Each
 * returns false as soon as a byte is not the usual one, and then the template has the word; a test holds the two together.
 */
import type { Names } from './record.ts';
import { TP } from './tracepoints.ts';

const BLANK = 32;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const word = {
  gsi: encode('gsi '),
  level: encode(' level '),
  source: encode(' source '),
  chip: encode('chip '),
  pin: encode(' pin '),
  firstPin: encode('pin '),
  dst: encode(' dst '),
  vec: encode(' vec '),
  coalesced: encode(' (coalesced)'),
  masked: encode('|masked)'),
  edge: encode('edge'),
  levelMode: encode('level'),
  open: encode(' ('),
  fixed: encode('Fixed|'),
  lowPrio: encode('LowPrio|'),
  physical: encode('physical|'),
  logical: encode('logical|'),
  vcpu: encode('vcpu '),
  reason: encode(' reason '),
  rip: encode(' rip 0x'),
  commaRip: encode(', rip 0x'),
  info1: encode(' info1 0x'),
  info2: encode(' info2 0x'),
  intrInfo: encode(' intr_info 0x'),
  pioRead: encode('pio_read at 0x'),
  pioWrite: encode('pio_write at 0x'),
  size: encode(' size '),
  count: encode(' count '),
  val: encode(' val 0x'),
  apicid: encode('apicid '),
  kvmExit: encode('reason KVM_EXIT_'),
  msrRead: encode('msr_read '),
  msrWrite: encode('msr_write '),
  equals: encode(' = 0x'),
};

/** Where the last number ended; -1 where there was none. */
let at = -1;
/** High half of the last wide number. */
let high = 0;

/** @returns index past the word at p, -1 if it does not stand there */
function past(b: Uint8Array, p: number, to: number, text: Uint8Array): number {
  const n = text.length;
  if (p < 0 || p + n > to) return -1;
  for (let i = 0; i < n; i++) if (b[p + i] !== text[i]) return -1;
  return p + n;
}

function decimal(b: Uint8Array, p: number, to: number): number {
  let v = 0;
  let q = p;
  for (; q < to; q++) {
    const d = b[q] - 48;
    if (d < 0 || d > 9) break;
    v = v * 10 + d;
  }
  at = p < 0 || q === p || q - p > 9 ? -1 : q;
  return v;
}

/** Up to 64 bits: the low half is returned, the high one is in `high`. */
function wide(b: Uint8Array, p: number, to: number): number {
  let lo = 0;
  let hi = 0;
  let q = p;
  // Most are zeros with zeros before them.
  while (q < to && b[q] === 48) q++;
  for (; q < to; q++) {
    const c = b[q];
    const d = c < 58 ? c - 48 : c - 87;
    if (d < 0 || d > 15 || (c > 57 && c < 97)) break;
    hi = (hi << 4) | (lo >>> 28);
    lo = (lo << 4) | d;
  }
  at = p < 0 || q === p ? -1 : q;
  high = hi >>> 0;
  return lo >>> 0;
}

function setIrq(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  f[0] = decimal(b, past(b, p, to, word.gsi), to);
  f[1] = decimal(b, past(b, at, to, word.level), to);
  f[2] = decimal(b, past(b, at, to, word.source), to);
  return at === to;
}

function picSetIrq(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  f[0] = decimal(b, past(b, p, to, word.chip), to);
  f[1] = decimal(b, past(b, at, to, word.pin), to);
  return flags(b, past(b, at, to, word.open), to, f, 2);
}

/** `edge|masked) (coalesced)`: trigger, mask and merging, in three fields. */
function flags(b: Uint8Array, p: number, to: number, f: Float64Array, slot: number): boolean {
  const edge = past(b, p, to, word.edge);
  let q = edge < 0 ? past(b, p, to, word.levelMode) : edge;
  if (q < 0 || q >= to) return false;
  f[slot] = edge < 0 ? 1 : 0;
  if (b[q] === 41) {
    q++;
    f[slot + 1] = 0;
  } else {
    q = past(b, q, to, word.masked);
    f[slot + 1] = 1;
  }
  f[slot + 2] = 0;
  if (q === to) return true;
  f[slot + 2] = 1;
  return past(b, q, to, word.coalesced) === to;
}

function ioapicSetIrq(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  f[0] = decimal(b, past(b, p, to, word.firstPin), to);
  f[1] = wide(b, past(b, at, to, word.dst), to);
  f[2] = decimal(b, past(b, at, to, word.vec), to);
  const q = past(b, at, to, word.open);
  const fixed = past(b, q, to, word.fixed);
  const mode = fixed < 0 ? past(b, q, to, word.lowPrio) : fixed;
  f[3] = fixed < 0 ? 1 : 0;
  const physical = past(b, mode, to, word.physical);
  f[4] = physical < 0 ? 1 : 0;
  return flags(b, physical < 0 ? past(b, mode, to, word.logical) : physical, to, f, 5);
}

function accept(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  f[0] = wide(b, past(b, p, to, word.apicid), to);
  f[1] = decimal(b, past(b, at, to, word.vec), to);
  const q = past(b, past(b, at, to, word.open), to, word.fixed);
  if (q < 0) return false;
  f[2] = 0;
  f[3] = b[q] === 108 ? 1 : 0;
  f[4] = 0;
  const end = past(b, q, to, f[3] === 1 ? word.levelMode : word.edge);
  return end + 1 === to && b[end] === 41;
}

function entry(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  f[0] = decimal(b, past(b, p, to, word.vcpu), to);
  f[1] = wide(b, past(b, at, to, word.commaRip), to);
  f[2] = high;
  f[3] = 0;
  if (at < 0) return false;
  if (at === to || b[at] === 91) return true;
  f[3] = wide(b, past(b, at, to, word.intrInfo), to);
  return at >= 0;
}

function exit(b: Uint8Array, p: number, to: number, f: Float64Array, reasons: Names): boolean {
  f[0] = decimal(b, past(b, p, to, word.vcpu), to);
  const name = past(b, at, to, word.reason);
  if (name < 0) return false;
  let q = name;
  while (q < to && b[q] !== BLANK) q++;
  let rip = past(b, q, to, word.rip);
  if (rip < 0) return false;
  while (rip < to && b[rip] !== BLANK) rip++;
  f[2] = wide(b, past(b, rip, to, word.info1), to);
  f[3] = high;
  f[4] = wide(b, past(b, at, to, word.info2), to);
  f[5] = high;
  f[6] = wide(b, past(b, at, to, word.intrInfo), to);
  f[7] = 1;
  if (at < 0) return false;
  f[1] = reasons.take(b, name, q);
  return true;
}

function pio(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  const write = past(b, p, to, word.pioWrite);
  f[0] = write < 0 ? 0 : 1;
  f[1] = wide(b, write < 0 ? past(b, p, to, word.pioRead) : write, to);
  f[2] = decimal(b, past(b, at, to, word.size), to);
  f[3] = decimal(b, past(b, at, to, word.count), to);
  f[4] = wide(b, past(b, at, to, word.val), to);
  return at >= 0 && high === 0;
}

function msr(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  const write = past(b, p, to, word.msrWrite);
  f[0] = write < 0 ? 0 : 1;
  f[1] = wide(b, write < 0 ? past(b, p, to, word.msrRead) : write, to);
  f[2] = wide(b, past(b, at, to, word.equals), to);
  f[3] = high;
  f[4] = 0;
  return at === to;
}

function userspaceExit(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  let q = past(b, p, to, word.kvmExit);
  if (q < 0) return false;
  while (q < to && b[q] !== BLANK) q++;
  f[0] = decimal(b, past(b, q, to, word.open), to);
  f[1] = 0;
  return at >= 0 && b[at] === 41;
}

/** @returns false where the text is not the usual one: template.ts must read it */
export function readUsual(
  event: number,
  b: Uint8Array,
  from: number,
  to: number,
  f: Float64Array,
  reasons: Names,
): boolean {
  switch (event) {
    case TP.kvm_set_irq:
      return setIrq(b, from, to, f);
    case TP.kvm_pic_set_irq:
      return picSetIrq(b, from, to, f);
    case TP.kvm_ioapic_set_irq:
      return ioapicSetIrq(b, from, to, f);
    case TP.kvm_apic_accept_irq:
    case TP.kvm_apicv_accept_irq:
      return accept(b, from, to, f);
    case TP.kvm_entry:
      return entry(b, from, to, f);
    case TP.kvm_exit:
      return exit(b, from, to, f, reasons);
    case TP.kvm_pio:
      return pio(b, from, to, f);
    case TP.kvm_msr:
      return msr(b, from, to, f);
    case TP.kvm_userspace_exit:
      return userspaceExit(b, from, to, f);
    default:
      return false;
  }
}
