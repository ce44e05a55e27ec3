/**
 * IRR, ISR, TMR and PPR of a local APIC, acknowledge and EOI (arch/x86/kvm/lapic.c, v6.18).
 * KVM's caches (irr_pending, isr_count, highest_isr_cache) are state, because their staleness is visible behaviour.
 */
import { masks } from '../../../spec/define/registers.ts';
import { APIC_BASE, SVR, TPR } from '../../../spec/registers/lapic.ts';
import { EV, REQ } from '../../core/events.ts';
import { atLapic, emit, enter, lapicAt, leave, type Machine, put } from '../../core/machine.ts';
import { LAPIC } from '../../core/words.ts';

const R = LAPIC.at;
export const { ENABLE, EXTD, BSP, BASE: BASE_LO } = masks(APIC_BASE);
export const { ENABLE: SOFTWARE_ENABLE, SUPPRESS_EOI } = masks(SVR);
const { PRIORITY_CLASS } = masks(TPR);

/** Highest vector of an eight-word bitmap, -1 when empty. @kvm lapic.c apic_find_highest_vector */
export function highestVector(w: Int32Array, base: number): number {
  for (let i = 7; i >= 0; i--) {
    const word = w[base + i];
    if (word !== 0) return i * 32 + 31 - Math.clz32(word);
  }
  return -1;
}

export function testVector(w: Int32Array, base: number, vector: number): boolean {
  return ((w[base + (vector >> 5)] >>> (vector & 31)) & 1) === 1;
}

export function setVector(m: Machine, base: number, vector: number): void {
  const at = base + (vector >> 5);
  put(m, at, m.w[at] | (1 << (vector & 31)));
}

export function clearVector(m: Machine, base: number, vector: number): void {
  const at = base + (vector >> 5);
  put(m, at, m.w[at] & ~(1 << (vector & 31)));
}

/** @kvm lapic.c kvm_apic_hw_enabled */
export function hwEnabled(m: Machine, vcpu: number): boolean {
  return (m.w[lapicAt(m, vcpu) + R.baseLo] & ENABLE) !== 0;
}

/** @kvm lapic.h kvm_apic_sw_enabled */
export function swEnabled(m: Machine, vcpu: number): boolean {
  return (m.w[lapicAt(m, vcpu) + R.svr] & SOFTWARE_ENABLE) !== 0;
}

/** @kvm lapic.h apic_x2apic_mode */
export function inX2apic(m: Machine, vcpu: number): boolean {
  return (m.w[lapicAt(m, vcpu) + R.baseLo] & EXTD) !== 0;
}

/** @kvm lapic.c apic_find_highest_irr */
export function findHighestIrr(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  return m.w[at + R.irrPending] === 0 ? -1 : highestVector(m.w, at + R.irr);
}

/** @kvm lapic.c apic_find_highest_isr */
export function findHighestIsr(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  if (m.w[at + R.isrCount] === 0) return -1;
  const cached = m.w[at + R.highestIsr];
  return cached !== -1 ? cached : highestVector(m.w, at + R.isr);
}

/** @kvm lapic.c kvm_lapic_set_irr */
export function setIrr(m: Machine, vcpu: number, vector: number): void {
  const at = lapicAt(m, vcpu);
  const already = testVector(m.w, at + R.irr, vector);
  m.journeys[vcpu * 512 + vector] = m.journey;
  const outer = enter(m, EV.irr_set, atLapic(vcpu), vector, already ? 1 : 0);
  setVector(m, at + R.irr, vector);
  put(m, at + R.irrPending, 1);
  leave(m, outer);
}

/** @kvm lapic.c apic_clear_irr */
function clearIrr(m: Machine, vcpu: number, vector: number): void {
  const at = lapicAt(m, vcpu);
  clearVector(m, at + R.irr, vector);
  if (m.w[at + R.apicvActive] === 0) put(m, at + R.irrPending, highestVector(m.w, at + R.irr) === -1 ? 0 : 1);
}

/** @kvm lapic.c apic_set_isr */
export function setIsr(m: Machine, vcpu: number, vector: number): void {
  const at = lapicAt(m, vcpu);
  if (testVector(m.w, at + R.isr, vector)) return;
  setVector(m, at + R.isr, vector);
  if (m.w[at + R.apicvActive] === 1) {
    m.wires.hwapicIsrUpdate(m, vcpu, vector);
  } else {
    put(m, at + R.isrCount, m.w[at + R.isrCount] + 1);
    put(m, at + R.highestIsr, vector);
  }
}

/** @kvm lapic.c apic_clear_isr */
export function clearIsr(m: Machine, vcpu: number, vector: number): void {
  const at = lapicAt(m, vcpu);
  if (!testVector(m.w, at + R.isr, vector)) return;
  clearVector(m, at + R.isr, vector);
  if (m.w[at + R.apicvActive] === 1) {
    m.wires.hwapicIsrUpdate(m, vcpu, findHighestIsr(m, vcpu));
  } else {
    put(m, at + R.isrCount, m.w[at + R.isrCount] - 1);
    put(m, at + R.highestIsr, -1);
  }
}

/**
 * PPR from TPR and the highest vector in service: the higher class wins, and TPR's low nibble counts only if it does.
 * @kvm lapic.c __apic_update_ppr @sdm "Task and Processor Priorities"
 */
export function pprOf(tpr: number, highestIsr: number): number {
  const isrv = Math.max(highestIsr, 0);
  return (tpr & PRIORITY_CLASS) >= (isrv & PRIORITY_CLASS) ? tpr & 0xff : isrv & PRIORITY_CLASS;
}

/** Brings the stored PPR up to date. @returns true if it dropped @kvm lapic.c __apic_update_ppr */
export function refreshPpr(m: Machine, vcpu: number): boolean {
  const at = lapicAt(m, vcpu);
  const before = m.w[at + R.ppr];
  const after = pprOf(m.w[at + R.tpr], findHighestIsr(m, vcpu));
  if (before === after) return false;
  const outer = enter(m, EV.ppr, atLapic(vcpu), before, after);
  put(m, at + R.ppr, after);
  leave(m, outer);
  return after < before;
}

/** Highest IRR vector whose class is above the priority given, -1 none. @kvm lapic.c apic_has_interrupt_for_ppr */
function hasInterruptForPpr(m: Machine, vcpu: number, ppr: number): number {
  const highest = m.wires.syncPirToIrr(m, vcpu);
  return highest === -1 || (highest & PRIORITY_CLASS) <= ppr ? -1 : highest;
}

/** After a TPR write or an EOI: a drop may let something through. @kvm lapic.c apic_update_ppr */
export function updatePpr(m: Machine, vcpu: number): void {
  if (!refreshPpr(m, vcpu)) return;
  const ppr = m.w[lapicAt(m, vcpu) + R.ppr];
  if (hasInterruptForPpr(m, vcpu, ppr) !== -1) m.wires.request(m, vcpu, REQ.event);
}

/** Vector the local APIC would inject now, -1 none. @kvm lapic.c kvm_apic_has_interrupt */
export function apicHasInterrupt(m: Machine, vcpu: number): number {
  if (!hwEnabled(m, vcpu)) return -1;
  refreshPpr(m, vcpu);
  return hasInterruptForPpr(m, vcpu, m.w[lapicAt(m, vcpu) + R.ppr]);
}

/** IRR to ISR. @kvm lapic.c kvm_apic_ack_interrupt */
export function ackInterrupt(m: Machine, vcpu: number, vector: number): void {
  m.journey = m.journeys[vcpu * 512 + vector];
  m.journeys[vcpu * 512 + 256 + vector] = m.journey;
  const outer = enter(m, EV.apic_ack, atLapic(vcpu), vector);
  clearIrr(m, vcpu, vector);
  setIsr(m, vcpu, vector);
  refreshPpr(m, vcpu);
  leave(m, outer);
}

/** The vector waits in IRR or is in service. @kvm lapic.c kvm_apic_pending_eoi */
export function pendingEoi(m: Machine, vcpu: number, vector: number): boolean {
  const at = lapicAt(m, vcpu);
  return testVector(m.w, at + R.isr, vector) || testVector(m.w, at + R.irr, vector);
}

/** An EOI goes out to the IOAPIC if one owns the vector. @kvm lapic.c kvm_ioapic_send_eoi */
export function sendEoi(m: Machine, vcpu: number, vector: number): void {
  const at = lapicAt(m, vcpu);
  if (!testVector(m.w, at + R.handled, vector)) return;
  if (m.w[at + R.staleEoi] === vector) m.wires.request(m, vcpu, REQ.scanIoapic);
  if (m.split) {
    // With KVM_X2APIC_ENABLE_SUPPRESS_EOI_BROADCAST a directed-EOI APIC tells nobody; without it KVM always does.
    if (m.suppressEoiBroadcast === 1 && (m.w[at + R.svr] & SUPPRESS_EOI) !== 0) return;
    put(m, at + R.pendingIoapicEoi, vector);
    m.wires.request(m, vcpu, REQ.ioapicEoiExit);
    return;
  }
  m.wires.ioapicUpdateEoi(m, vcpu, vector, testVector(m.w, at + R.tmr, vector));
}

/** The EOI register is written. @returns the vector ended, -1 if nothing was in service @kvm lapic.c apic_set_eoi */
export function setEoi(m: Machine, vcpu: number): number {
  const vector = findHighestIsr(m, vcpu);
  if (vector === -1) {
    emit(m, EV.eoi_nothing, atLapic(vcpu));
    return -1;
  }
  m.journey = m.journeys[vcpu * 512 + 256 + vector];
  const outer = enter(m, EV.kvm_eoi, atLapic(vcpu), vector);
  clearIsr(m, vcpu, vector);
  updatePpr(m, vcpu);
  sendEoi(m, vcpu, vector);
  m.wires.request(m, vcpu, REQ.event);
  leave(m, outer);
  return vector;
}
