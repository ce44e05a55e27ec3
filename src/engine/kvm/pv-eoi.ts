/**
 * PV EOI: a byte of guest memory in which KVM says "this EOI you may leave unsaid" (arch/x86/kvm/lapic.c, v6.18).
 * With APICv irr_pending is always set, so it never arms there.
 */

import { joinBig } from '../../base/u64.ts';
import { setEoi, testVector } from '../chips/lapic/priority.ts';
import { EV } from '../core/events.ts';
import { atLapic, atVcpu, enter, lapicAt, leave, type Machine, put, vcpuAt } from '../core/machine.ts';
import { LAPIC, VCPU } from '../core/words.ts';
import { type Memslot, readMemory, slotOf, writeMemory } from './memslots.ts';

const L = LAPIC.at;
const V = VCPU.at;

/** MSR_KVM_PV_EOI_EN */
export const PV_EOI_MSR = 0x4b564d04;

const addressOf = (low: number, high: number): bigint => joinBig(low & ~1, high);
/** The memory that the byte is in. KVM writes it, so a read-only slot is none. */
function slotFor(m: Machine, addr: bigint): Memslot | null {
  const slot = slotOf(m, addr);
  return slot === undefined || slot.readonly ? null : slot;
}

/** @kvm lapic.c pv_eoi_put_user */
function putByte(m: Machine, vcpu: number, value: 0 | 1): void {
  const at = vcpuAt(m, vcpu);
  const addr = addressOf(m.w[at + V.pvEoiMsrLo], m.w[at + V.pvEoiMsrHi]);
  const slot = slotFor(m, addr);
  if (slot !== null) writeMemory(m, slot, addr, 1, BigInt(value));
  put(m, at + V.pvEoiByte, value);
}

/** Bit 0 of the byte as the guest left it; null where its memory is gone. @kvm lapic.c pv_eoi_get_user */
function getByte(m: Machine, vcpu: number): number | null {
  const at = vcpuAt(m, vcpu);
  const addr = addressOf(m.w[at + V.pvEoiMsrLo], m.w[at + V.pvEoiMsrHi]);
  const slot = slotFor(m, addr);
  return slot === null ? null : Number(readMemory(m, slot, addr, 1) & 1n);
}

/**
 * @returns false for #GP: an address that is no multiple of 4, or one to enable where guest memory has no slot
 * @kvm lapic.c kvm_lapic_set_pv_eoi
 */
export function setPvEoi(m: Machine, vcpu: number, low: number, high: number): boolean {
  if ((low & 2) !== 0) return false;
  if ((low & 1) !== 0 && slotFor(m, addressOf(low, high)) === null) return false;
  const at = vcpuAt(m, vcpu);
  const outer = enter(m, EV.pv_eoi_enable, atLapic(vcpu), low & 1);
  put(m, at + V.pvEoiMsrLo, low);
  put(m, at + V.pvEoiMsrHi, high);
  leave(m, outer);
  return true;
}

/** Before entry: nothing else is pending and the IOAPIC need not hear of this EOI. @kvm lapic.c apic_sync_pv_eoi_to_guest */
export function pvEoiToGuest(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  const lapic = lapicAt(m, vcpu);
  const vector = m.w[lapic + L.highestIsr];
  if ((m.w[at + V.pvEoiMsrLo] & 1) === 0 || m.w[lapic + L.irrPending] === 1 || vector === -1) return;
  if (testVector(m.w, lapic + L.handled, vector) || getByte(m, vcpu) === null) return;
  const outer = enter(m, EV.pv_eoi_arm, atLapic(vcpu), vector);
  putByte(m, vcpu, 1);
  put(m, at + V.pvEoiPending, 1);
  leave(m, outer);
}

/** After an exit: a cleared byte means the guest ended its interrupt. @kvm lapic.c apic_sync_pv_eoi_from_guest */
export function pvEoiFromGuest(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  if (m.w[at + V.pvEoiPending] !== 1) return;
  const byte = getByte(m, vcpu);
  const ended = byte !== 1;
  const outer = enter(m, ended ? EV.kvm_pv_eoi : EV.pv_eoi_disarm, atLapic(vcpu), m.w[lapicAt(m, vcpu) + L.highestIsr]);
  if (byte === 1) putByte(m, vcpu, 0);
  // What cannot be read counts as cleared, and is asked for again at each exit.
  if (byte !== null) put(m, at + V.pvEoiPending, 0);
  if (ended) setEoi(m, vcpu);
  leave(m, outer);
}

/** The guest's EOI: if the byte is set, clearing it is enough. @returns whether it was */
export function guestPvEoi(m: Machine, vcpu: number): boolean {
  const at = vcpuAt(m, vcpu) + V.pvEoiByte;
  if (m.w[at] !== 1 || getByte(m, vcpu) !== 1) return false;
  const outer = enter(m, EV.pv_eoi_guest, atVcpu(vcpu), m.w[lapicAt(m, vcpu) + L.highestIsr]);
  putByte(m, vcpu, 0);
  leave(m, outer);
  return true;
}
