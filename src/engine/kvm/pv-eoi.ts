/**
 * PV EOI: a byte of guest memory in which KVM says "this EOI you may leave unsaid" (arch/x86/kvm/lapic.c, v6.18).
 * With APICv irr_pending is always set, so it never arms there.
 */

import { setEoi, testVector } from '../chips/lapic/priority.ts';
import { EV } from '../core/events.ts';
import { atLapic, atVcpu, enter, lapicAt, leave, type Machine, put, vcpuAt } from '../core/machine.ts';
import { LAPIC, VCPU } from '../core/words.ts';

const L = LAPIC.at;
const V = VCPU.at;

/** MSR_KVM_PV_EOI_EN */
export const PV_EOI_MSR = 0x4b564d04;

/** @returns false for #GP: an address that is not a multiple of 4 @kvm lapic.c kvm_lapic_set_pv_eoi */
export function setPvEoi(m: Machine, vcpu: number, low: number, high: number): boolean {
  if ((low & 2) !== 0) return false;
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
  if (testVector(m.w, lapic + L.handled, vector)) return;
  const outer = enter(m, EV.pv_eoi_arm, atLapic(vcpu), vector);
  put(m, at + V.pvEoiByte, 1);
  put(m, at + V.pvEoiPending, 1);
  leave(m, outer);
}

/** After an exit: a cleared byte means the guest ended its interrupt. @kvm lapic.c apic_sync_pv_eoi_from_guest */
export function pvEoiFromGuest(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  if (m.w[at + V.pvEoiPending] !== 1) return;
  const ended = m.w[at + V.pvEoiByte] === 0;
  const outer = enter(m, ended ? EV.kvm_pv_eoi : EV.pv_eoi_disarm, atLapic(vcpu), m.w[lapicAt(m, vcpu) + L.highestIsr]);
  put(m, at + V.pvEoiByte, 0);
  put(m, at + V.pvEoiPending, 0);
  if (ended) setEoi(m, vcpu);
  leave(m, outer);
}

/** The guest's EOI: if the byte is set, clearing it is enough. @returns whether it was */
export function guestPvEoi(m: Machine, vcpu: number): boolean {
  const at = vcpuAt(m, vcpu) + V.pvEoiByte;
  if (m.w[at] !== 1) return false;
  const outer = enter(m, EV.pv_eoi_guest, atVcpu(vcpu), m.w[lapicAt(m, vcpu) + L.highestIsr]);
  put(m, at, 0);
  leave(m, outer);
  return true;
}
