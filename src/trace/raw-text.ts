/**
 * Raw fields as text: perf trace's `gsi: 4, level: 1)` (zero fields left out) and trace-cmd report -R's
 * `exit_reason=1024 guest_rip=0xfff0`. Values are decimal, or hexadecimal with 0x.
 */
import type { Names } from './record.ts';
import { type RawFields, TRACEPOINTS } from './tracepoints.ts';

interface Pairs extends RawFields {
  readonly values: Map<string, bigint>;
}

const pairs: Pairs = {
  values: new Map(),
  num(name) {
    return Number(BigInt.asIntN(32, this.values.get(name) ?? 0n));
  },
  // perf trace leaves zeros out: what is not there says nothing.
  has(name) {
    return this.values.has(name);
  },
  high(name) {
    return Number(BigInt.asIntN(32, (this.values.get(name) ?? 0n) >> 32n));
  },
};

/** `name: value` or `name=value`, several. */
const PAIR = /([A-Za-z_]\w*)\s*[:=]\s*(-?(?:0x[0-9a-fA-F]+|\d+)|[A-Z][A-Z0-9_]+)/g;

/** The names perf trace gives to values of a field called vector: the host kernel's own vectors (asm/irq_vectors.h). */
const VECTOR_NAMES: Readonly<Record<string, bigint>> = {
  NMI: 0x02n,
  IRQ_MOVE_CLEANUP: 0x20n,
  IA32_SYSCALL: 0x80n,
  POSTED_MSI_NOTIFICATION: 0xebn,
  LOCAL_TIMER: 0xecn,
  HYPERV_STIMER0: 0xedn,
  HYPERV_REENLIGHTENMENT: 0xeen,
  MANAGED_IRQ_SHUTDOWN: 0xefn,
  POSTED_INTR_NESTED: 0xf0n,
  POSTED_INTR_WAKEUP: 0xf1n,
  POSTED_INTR: 0xf2n,
  HYPERVISOR_CALLBACK: 0xf3n,
  DEFERRED_ERROR: 0xf4n,
  IRQ_WORK: 0xf6n,
  X86_PLATFORM_IPI: 0xf7n,
  REBOOT: 0xf8n,
  THRESHOLD_APIC: 0xf9n,
  THERMAL_APIC: 0xfan,
  CALL_FUNCTION_SINGLE: 0xfbn,
  CALL_FUNCTION: 0xfcn,
  RESCHEDULE: 0xfdn,
  ERROR_APIC: 0xfen,
  SPURIOUS_APIC: 0xffn,
};

function vectorOrNumber(text: string): bigint | null {
  if (/^[A-Z]/.test(text)) return VECTOR_NAMES[text] ?? null;
  return text.startsWith('-') ? -BigInt(text.slice(1)) : BigInt(text);
}

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
  // One string a line of these two formats: their events are few, and a name must be looked up anyway.
  let text = '';
  for (let i = from; i < to; i++) text += String.fromCharCode(b[i]);
  pairs.values.clear();
  for (const [, name = '', value = '0'] of text.matchAll(PAIR)) {
    const number = vectorOrNumber(value);
    if (number === null) return false;
    pairs.values.set(name, number);
  }
  // perf trace prints nothing between the brackets when every field is zero.
  if (pairs.values.size === 0 && text.trim() !== ')') return false;
  f.fill(0);
  raw(pairs, f, (name) => reasons.add(name));
  return true;
}
