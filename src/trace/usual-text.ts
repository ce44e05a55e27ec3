/**
 * The texts that make up most of a trace, read by hand: what template.ts reads by its templates, many times as fast. Each
 * returns false as soon as a byte is not the usual one, and then the template has the word; a test holds the two together.
 */
import { BLANK } from './bytes.ts';
import { type Literal, literal, past, wordsOf } from './literal.ts';
import type { Names } from './record.ts';
import { APIC_REGISTERS, TP } from './tracepoints.ts';

const word = {
  gsi: literal('gsi '),
  level: literal(' level '),
  source: literal(' source '),
  chip: literal('chip '),
  pin: literal(' pin '),
  firstPin: literal('pin '),
  dst: literal(' dst '),
  vec: literal(' vec '),
  coalesced: literal(' (coalesced)'),
  masked: literal('|masked)'),
  edge: literal('edge'),
  levelMode: literal('level'),
  open: literal(' ('),
  fixed: literal('Fixed|'),
  lowPrio: literal('LowPrio|'),
  physical: literal('physical|'),
  logical: literal('logical|'),
  vcpu: literal('vcpu '),
  vcpuId: literal('vcpu_id '),
  reason: literal(' reason '),
  rip: literal(' rip 0x'),
  commaRip: literal(', rip 0x'),
  info1: literal(' info1 0x'),
  info2: literal(' info2 0x'),
  intrInfo: literal(' intr_info 0x'),
  pioRead: literal('pio_read at 0x'),
  pioWrite: literal('pio_write at 0x'),
  size: literal(' size '),
  count: literal(' count '),
  val: literal(' val 0x'),
  apicid: literal('apicid '),
  kvmExit: literal('reason KVM_EXIT_'),
  msrRead: literal('msr_read '),
  msrWrite: literal('msr_write '),
  equals: literal(' = 0x'),
  vector: literal(' vector '),
  irq: literal('IRQ 0x'),
  reinjected: literal(' [reinjected]'),
  apicRead: literal('apic_read APIC_'),
  apicWrite: literal('apic_write APIC_'),
  mmioRead: literal('mmio read len '),
  mmioWrite: literal('mmio write len '),
  gpa: literal(' gpa 0x'),
  firstDst: literal('dst '),
  rh: literal('|rh)'),
  master: literal('irqchip PIC master'),
  slave: literal('irqchip PIC slave'),
  ioapic: literal('irqchip IOAPIC'),
};

/** What stands behind `APIC_`, by the first letter. */
const REGISTERS: (readonly (readonly [number, Literal])[] | undefined)[] = [];
for (const [offset, name] of [...APIC_REGISTERS].sort((a, b) => b[1].length - a[1].length)) {
  const rest = `${name.slice('APIC_'.length)} = 0x`;
  const first = rest.charCodeAt(0);
  REGISTERS[first] = [...(REGISTERS[first] ?? []), [offset, literal(rest)]];
}

/** Where the last number ended; -1 where there was none. */
let at = -1;
/** High half of the last wide number, signed: a number past 2^31 would be an object each time it is set. */
let high = 0;

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

/** What a byte is worth as a digit of a number KVM prints with %x; -1 none. */
const HEX = new Int8Array(256).fill(-1);
for (let d = 0; d < 16; d++) HEX[d.toString(16).charCodeAt(0)] = d;
const FOUR_ZEROS = 0x30303030;

/** Up to 64 bits: the low half is returned, the high one is in `high`. */
function wide(b: Uint8Array, p: number, to: number): number {
  high = 0;
  if (p < 0) {
    at = -1;
    return 0;
  }
  // Most are one digit.
  if (p + 1 < to && b[p + 1] === BLANK && HEX[b[p]] >= 0) {
    at = p + 1;
    return HEX[b[p]];
  }
  let q = p;
  // Most are zeros with zeros before them.
  const words = wordsOf(b);
  while (q + 4 < to && words.getInt32(q, true) === FOUR_ZEROS) q += 4;
  let lo = 0;
  let hi = 0;
  // Four at a time: a byte that is no digit makes the sum negative.
  while (q + 4 <= to) {
    const four = (HEX[b[q]] << 12) | (HEX[b[q + 1]] << 8) | (HEX[b[q + 2]] << 4) | HEX[b[q + 3]];
    if (four < 0) break;
    hi = (hi << 16) | (lo >>> 16);
    lo = (lo << 16) | four;
    q += 4;
  }
  for (; q < to; q++) {
    const d = HEX[b[q]];
    if (d < 0) break;
    hi = (hi << 4) | (lo >>> 28);
    lo = (lo << 4) | d;
  }
  high = hi;
  at = q === p ? -1 : q;
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
  f[2] = high >>> 0;
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
  f[3] = high >>> 0;
  f[4] = wide(b, past(b, at, to, word.info2), to);
  f[5] = high >>> 0;
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
  f[3] = high >>> 0;
  f[4] = 0;
  return at === to;
}

/** `apicid 0 vector 48` */
function eoi(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  f[0] = wide(b, past(b, p, to, word.apicid), to);
  f[1] = decimal(b, past(b, at, to, word.vector), to);
  return at === to && high === 0;
}

function inject(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  f[0] = 0;
  f[1] = wide(b, past(b, p, to, word.irq), to);
  f[2] = 0;
  if (at === to) return true;
  f[2] = 1;
  return past(b, at, to, word.reinjected) === to;
}

function ackIrq(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  let q = past(b, p, to, word.ioapic);
  f[0] = 2;
  if (q < 0) {
    q = past(b, p, to, word.master);
    f[0] = 0;
  }
  if (q < 0) {
    q = past(b, p, to, word.slave);
    f[0] = 1;
  }
  f[1] = decimal(b, past(b, q, to, word.pin), to);
  return at === to;
}

function apic(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  const write = past(b, p, to, word.apicWrite);
  f[0] = write < 0 ? 0 : 1;
  const name = write < 0 ? past(b, p, to, word.apicRead) : write;
  if (name < 0 || name >= to) return false;
  const list = REGISTERS[b[name]];
  if (list === undefined) return false;
  for (let i = 0; i < list.length; i++) {
    const [offset, text] = list[i] as readonly [number, Literal];
    const value = past(b, name, to, text);
    if (value < 0) continue;
    f[1] = offset;
    f[2] = wide(b, value, to);
    f[3] = high >>> 0;
    f[4] = 0;
    return at === to;
  }
  return false;
}

function mmio(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  const write = past(b, p, to, word.mmioWrite);
  f[0] = write < 0 ? 1 : 2;
  f[1] = decimal(b, write < 0 ? past(b, p, to, word.mmioRead) : write, to);
  f[2] = wide(b, past(b, at, to, word.gpa), to);
  f[3] = high >>> 0;
  f[4] = wide(b, past(b, at, to, word.val), to);
  f[5] = high >>> 0;
  return at === to;
}

function msi(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  f[0] = wide(b, past(b, p, to, word.firstDst), to);
  f[1] = decimal(b, past(b, at, to, word.vec), to);
  const q = past(b, at, to, word.open);
  const fixed = past(b, q, to, word.fixed);
  const mode = fixed < 0 ? past(b, q, to, word.lowPrio) : fixed;
  f[2] = fixed < 0 ? 1 : 0;
  const physical = past(b, mode, to, word.physical);
  f[3] = physical < 0 ? 1 : 0;
  const trigger = physical < 0 ? past(b, mode, to, word.logical) : physical;
  const edge = past(b, trigger, to, word.edge);
  f[4] = edge < 0 ? 1 : 0;
  const end = edge < 0 ? past(b, trigger, to, word.levelMode) : edge;
  f[5] = 0;
  if (end >= 0 && end + 1 === to && b[end] === 41) return high === 0;
  f[5] = 1;
  return past(b, end, to, word.rh) === to && high === 0;
}

function userspaceExit(b: Uint8Array, p: number, to: number, f: Float64Array): boolean {
  let q = past(b, p, to, word.kvmExit);
  if (q < 0) return false;
  while (q < to && b[q] !== BLANK) q++;
  f[0] = decimal(b, past(b, q, to, word.open), to);
  f[1] = 0;
  return at >= 0 && b[at] === 41;
}

/** `vcpu_id 1 hv_timer 0`, `vcpu 0: delta -8 (early)`: of these only whose they are is read. */
function whose(b: Uint8Array, p: number, to: number, f: Float64Array, name: Literal, inHex: boolean): boolean {
  const id = past(b, p, to, name);
  f[0] = inHex ? wide(b, id, to) : decimal(b, id, to);
  return at >= 0 && (!inHex || high === 0);
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
    case TP.kvm_entry:
      return entry(b, from, to, f);
    case TP.kvm_exit:
      return exit(b, from, to, f, reasons);
    case TP.kvm_pio:
      return pio(b, from, to, f);
    case TP.kvm_userspace_exit:
      return userspaceExit(b, from, to, f);
    case TP.kvm_set_irq:
      return setIrq(b, from, to, f);
    case TP.kvm_pic_set_irq:
      return picSetIrq(b, from, to, f);
    case TP.kvm_ioapic_set_irq:
      return ioapicSetIrq(b, from, to, f);
    case TP.kvm_apic_accept_irq:
    case TP.kvm_apicv_accept_irq:
      return accept(b, from, to, f);
    case TP.kvm_msr:
      return msr(b, from, to, f);
    case TP.kvm_eoi:
    case TP.kvm_pv_eoi:
      return eoi(b, from, to, f);
    case TP.kvm_inj_virq:
      return inject(b, from, to, f);
    case TP.kvm_ack_irq:
      return ackIrq(b, from, to, f);
    case TP.kvm_apic:
      return apic(b, from, to, f);
    case TP.kvm_mmio:
      return mmio(b, from, to, f);
    case TP.kvm_msi_set_irq:
      return msi(b, from, to, f);
    case TP.kvm_hv_timer_state:
      return whose(b, from, to, f, word.vcpuId, true);
    case TP.kvm_wait_lapic_expire:
      return whose(b, from, to, f, word.vcpu, false);
    default:
      return false;
  }
}
