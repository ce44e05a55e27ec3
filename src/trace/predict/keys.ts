/**
 * A judged line as one number, the same for what the engine promises and for what the trace shows, so that comparing two
 * lines is comparing two numbers. Bits 40 and up: the tracepoint.
 */
import { CHIPS, MODES, TP, TRACEPOINTS } from '../tracepoints.ts';

const EVENT = 2 ** 40;

export const eventOf = (key: number): number => Math.floor(key / EVENT);
/** Bits 31:0 of a key are `key | 0`, a step of the processor; `%` on such a number is a call. @returns bits 39:32 */
const top = (key: number): number => (key / 2 ** 32) & 255;

export const picKey = (pin: number, level: number, masked: number, coalesced: number): number =>
  TP.kvm_pic_set_irq * EVENT + pin + level * 16 + masked * 32 + coalesced * 64;

/** @param lo, hi the RTE's halves */
export const rteKey = (pin: number, lo: number, hi: number, coalesced: number): number =>
  ioapicKey(pin, hi >>> 24, lo & 255, (lo >>> 8) & 7, (lo >>> 11) & 1, (lo >>> 15) & 1, (lo >>> 16) & 1, coalesced);

export const ioapicKey = (
  pin: number,
  dst: number,
  vec: number,
  mode: number,
  logical: number,
  level: number,
  masked: number,
  coalesced: number,
): number =>
  TP.kvm_ioapic_set_irq * EVENT +
  pin +
  dst * 2 ** 5 +
  vec * 2 ** 13 +
  mode * 2 ** 21 +
  logical * 2 ** 24 +
  level * 2 ** 25 +
  masked * 2 ** 26 +
  coalesced * 2 ** 27;

/** @param event kvm_apic_accept_irq or kvm_apicv_accept_irq @param id the vCPU's id, which KVM prints as apicid */
export const acceptKey = (event: number, id: number, vec: number, mode: number, level: number): number =>
  event * EVENT + vec + mode * 256 + level * 2048 + id * 4096;

export const ackKey = (chip: number, pin: number): number => TP.kvm_ack_irq * EVENT + chip * 32 + pin;

/** @param event kvm_eoi, kvm_pv_eoi or kvm_inj_virq @param vector -1 for none */
export const vectorKey = (event: number, id: number, vector: number): number => event * EVENT + id * 512 + vector + 1;

export const msiKey = (dst: number, vec: number, mode: number, logical: number, level: number, rh: number): number =>
  TP.kvm_msi_set_irq * EVENT + vec + mode * 256 + logical * 2048 + level * 4096 + rh * 8192 + (dst % 2 ** 24) * 2 ** 14;

export const valueKey = (event: number, value: number): number => event * EVENT + value;

/** RTE halves as an ioapic line shows them: no delivery status, no remote IRR. */
export function rteOf(key: number): { pin: number; lo: number; hi: number; coalesced: number } {
  const k = key | 0;
  const lo =
    ((k >>> 13) & 255) |
    (((k >>> 21) & 7) << 8) |
    (((k >>> 24) & 1) << 11) |
    (((k >>> 25) & 1) << 15) |
    (((k >>> 26) & 1) << 16);
  return { pin: k & 31, lo, hi: (k >>> 5) << 24, coalesced: (k >>> 27) & 1 };
}

export function picOf(key: number): { pin: number; level: number; masked: number; coalesced: number } {
  const k = key | 0;
  return { pin: k & 15, level: (k >>> 4) & 1, masked: (k >>> 5) & 1, coalesced: (k >>> 6) & 1 };
}

export function acceptOf(key: number): { id: number; vector: number; mode: number; level: number } {
  const k = key | 0;
  return { id: (k >>> 12) | (top(key) << 20), vector: k & 255, mode: (k >>> 8) & 7, level: (k >>> 11) & 1 };
}

export const vectorOf = (key: number): { id: number; vector: number } => ({
  id: (key >>> 9) | (top(key) << 23),
  vector: (key & 511) - 1,
});

/** Pin and chip (CHIPS) of a kvm_ack_irq; the pin of a kvm_ioapic_set_irq too. */
export const pinOf = (key: number): number => key & 31;
export const chipOf = (key: number): number => (key >>> 5) & 3;

/** The line without what the interrupt itself makes of it. */
export function settingOf(key: number): number {
  return eventOf(key) === TP.kvm_ioapic_set_irq
    ? key - rteOf(key).coalesced * 2 ** 27
    : key - picOf(key).coalesced * 64;
}
/** A pin of a chip, whatever its line says of it. */
export const slotOf = (key: number): number =>
  eventOf(key) * 32 + (eventOf(key) === TP.kvm_ioapic_set_irq ? rteOf(key).pin : picOf(key).pin);

/** What a line is about, for a finding. */
export function subjectOf(key: number): { vcpu: number | null; gsi: number | null; vector: number | null } {
  switch (eventOf(key)) {
    case TP.kvm_ioapic_set_irq:
      return { vcpu: null, gsi: rteOf(key).pin === 2 ? 0 : rteOf(key).pin, vector: rteOf(key).lo & 255 };
    case TP.kvm_pic_set_irq:
      return { vcpu: null, gsi: picOf(key).pin, vector: null };
    case TP.kvm_apic_accept_irq:
    case TP.kvm_apicv_accept_irq:
      return { vcpu: acceptOf(key).id, gsi: null, vector: acceptOf(key).vector };
    case TP.kvm_entry:
    case TP.kvm_exit:
      return { vcpu: vectorOf(key).id, gsi: null, vector: null };
    case TP.kvm_eoi:
    case TP.kvm_pv_eoi:
    case TP.kvm_inj_virq:
      return { vcpu: vectorOf(key).id, gsi: null, vector: vectorOf(key).vector };
    default:
      return { vcpu: null, gsi: null, vector: null };
  }
}

/** The line as KVM prints it, without what stands before the event's text. */
export function textOf(key: number): string {
  const event = eventOf(key);
  const name = TRACEPOINTS[event]?.name ?? '?';
  switch (event) {
    case TP.kvm_pic_set_irq: {
      const p = picOf(key);
      const flags = `${p.level ? 'level' : 'edge'}${p.masked ? '|masked' : ''}`;
      return `${name}: chip ${p.pin >> 3} pin ${p.pin & 7} (${flags})${p.coalesced ? ' (coalesced)' : ''}`;
    }
    case TP.kvm_ioapic_set_irq: {
      const { pin, lo, hi, coalesced } = rteOf(key);
      const flags = [
        MODES[(lo >>> 8) & 7],
        lo & 0x800 ? 'logical' : 'physical',
        `${lo & 0x8000 ? 'level' : 'edge'}${lo & 0x10000 ? '|masked' : ''}`,
      ].join('|');
      const dst = (hi >>> 24).toString(16);
      return `${name}: pin ${pin} dst ${dst} vec ${lo & 255} (${flags})${coalesced ? ' (coalesced)' : ''}`;
    }
    case TP.kvm_apic_accept_irq:
    case TP.kvm_apicv_accept_irq: {
      const a = acceptOf(key);
      return `${name}: apicid ${a.id.toString(16)} vec ${a.vector} (${MODES[a.mode]}|${a.level ? 'level' : 'edge'})`;
    }
    case TP.kvm_ack_irq:
      return `${name}: irqchip ${CHIPS[chipOf(key)]} pin ${pinOf(key)}`;
    case TP.kvm_eoi:
    case TP.kvm_pv_eoi:
      return `${name}: apicid ${vectorOf(key).id.toString(16)} vector ${vectorOf(key).vector}`;
    case TP.kvm_entry:
    case TP.kvm_exit:
      return `${name}: vcpu ${vectorOf(key).id}`;
    case TP.kvm_inj_virq:
      return vectorOf(key).vector < 0 ? `no ${name}` : `${name}: IRQ 0x${vectorOf(key).vector.toString(16)}`;
    case TP.kvm_msi_set_irq: {
      const flags = [
        MODES[(key >>> 8) & 7],
        (key >>> 11) & 1 ? 'logical' : 'physical',
        `${(key >>> 12) & 1 ? 'level' : 'edge'}${(key >>> 13) & 1 ? '|rh' : ''}`,
      ].join('|');
      return `${name}: dst ${((key >>> 14) | ((top(key) & 63) << 18)).toString(16)} vec ${key & 255} (${flags})`;
    }
    default:
      return `${name}: 0x${(key % EVENT).toString(16)}`;
  }
}
