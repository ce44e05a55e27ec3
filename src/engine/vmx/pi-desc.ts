/**
 * The posted-interrupt descriptor and KVM's part in it (arch/x86/kvm/vmx/{common.h,posted_intr.c,vmx.c}, v6.18).
 * The processor's own part (posted-interrupt processing) is in vmx/apicv, the IOMMU's in host/vtd.
 *
 * Left out: NDST on a host in xAPIC mode (the model host is in x2APIC mode, so NDST is the CPU's id as it is), and
 * posting to a nested guest.
 */

import { findHighestIrr, highestVector, testVector } from '../chips/lapic/priority.ts';
import { EV, REQ } from '../core/events.ts';
import {
  atVcpu,
  deviceAt,
  emit,
  enter,
  lapicAt,
  leave,
  type Machine,
  piDescAt,
  put,
  vcpuAt,
  whereOf,
} from '../core/machine.ts';
import { DEVICE, LAPIC, PCPU, PI_DESC, VCPU } from '../core/words.ts';
import { MODE } from '../kvm/vcpu.ts';
import { apicvActive, HOST_VECTOR, setRvi } from './vmcs.ts';

const D = PI_DESC.at;
const V = VCPU.at;

export const atPiDesc = (vcpu: number): number => whereOf('piDesc', vcpu);
export const pi = (m: Machine, vcpu: number, field: number): number => m.w[piDescAt(m, vcpu) + field];
export const setPi = (m: Machine, vcpu: number, field: number, value: number): void =>
  put(m, piDescAt(m, vcpu) + field, value);
export const pirEmpty = (m: Machine, vcpu: number): boolean => highestVector(m.w, piDescAt(m, vcpu) + D.pir) === -1;

/** @kvm vmx.c __vmx_vcpu_reset */
export function resetPiDesc(m: Machine, vcpu: number): void {
  setPi(m, vcpu, D.nv, HOST_VECTOR.postedIntr);
  setPi(m, vcpu, D.sn, 1);
}

/** Stale posted bits go before a reset. @kvm posted_intr.c pi_apicv_pre_state_restore */
export function clearPosted(m: Machine, vcpu: number): void {
  setPi(m, vcpu, D.on, 0);
  for (let i = 0; i < 8; i++) setPi(m, vcpu, D.pir + i, 0);
}

/** Sets a PIR bit, whoever posts. @returns true if it was set already @kvm posted_intr.h pi_test_and_set_pir */
export function setPir(m: Machine, vcpu: number, vector: number): boolean {
  const base = piDescAt(m, vcpu) + D.pir;
  const already = testVector(m.w, base, vector);
  if (!already) m.journeys[vcpu * 512 + vector] = m.journey;
  put(m, base + (vector >> 5), m.w[base + (vector >> 5)] | (1 << (vector & 31)));
  return already;
}

/** Posts a vector; the first to do so notifies. @kvm common.h __vmx_deliver_posted_interrupt */
export function postInterrupt(m: Machine, vcpu: number, vector: number): void {
  const already = testVector(m.w, piDescAt(m, vcpu) + D.pir, vector);
  const outer = enter(m, EV.pir_set, atPiDesc(vcpu), vector, already ? 1 : 0);
  setPir(m, vcpu, vector);
  if (!already) {
    const on = pi(m, vcpu, D.on);
    const inner = enter(m, EV.on_set, atPiDesc(vcpu), on);
    setPi(m, vcpu, D.on, 1);
    if (on === 0) triggerPosted(m, vcpu);
    leave(m, inner);
  }
  leave(m, outer);
}

/** In guest mode: the notification vector; else wake it if it sleeps. @kvm common.h kvm_vcpu_trigger_posted_interrupt */
function triggerPosted(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  if (m.w[at + V.mode] !== MODE.inGuest) {
    emit(m, EV.pi_no_notification, atVcpu(vcpu), 0);
    wakeUp(m, vcpu);
    return;
  }
  const pcpu = m.w[at + V.pcpu];
  const outer = enter(m, EV.pi_notification, whereOf('pcpu', pcpu), vcpu, HOST_VECTOR.postedIntr);
  m.wires.hostIpi(m, pcpu, HOST_VECTOR.postedIntr);
  leave(m, outer);
}

/** Wakes a sleeping thread: it becomes runnable; that it runs again is the scheduler's. @kvm kvm_main.c kvm_vcpu_wake_up */
export function wakeUp(m: Machine, vcpu: number): boolean {
  const at = vcpuAt(m, vcpu);
  if (m.w[at + V.blocking] === 0) return false;
  const outer = enter(m, EV.vcpu_wakeup, atVcpu(vcpu), 1);
  if (m.config.guest !== undefined) put(m, at + V.blocking, 0);
  leave(m, outer);
  return true;
}

/**
 * PIR into IRR. With APICv the result is RVI, without it a new highest vector asks for event injection.
 * An empty PIR under ON=1 answers "no vector", whatever IRR holds, as the kernel does.
 * @returns highest IRR vector, -1 none @kvm vmx.c vmx_sync_pir_to_irr, lapic.c __kvm_apic_update_irr
 */
export function syncPirToIrr(m: Machine, vcpu: number): number {
  let maxIrr: number;
  let fresh = false;
  if (pi(m, vcpu, D.on) === 1) {
    const pir = highestVector(m.w, piDescAt(m, vcpu) + D.pir);
    const outer = enter(m, EV.pir_synced, atVcpu(vcpu), pir);
    setPi(m, vcpu, D.on, 0);
    const added = highestAdded(m, vcpu);
    maxIrr = pir === -1 ? -1 : mergePir(m, vcpu);
    fresh = maxIrr !== -1 && added === maxIrr;
    if (fresh && !apicvActive(m, vcpu)) put(m, lapicAt(m, vcpu) + LAPIC.at.irrPending, 1);
    leave(m, outer);
  } else {
    maxIrr = findHighestIrr(m, vcpu);
  }
  if (apicvActive(m, vcpu)) setRvi(m, vcpu, maxIrr);
  else if (fresh) m.wires.request(m, vcpu, REQ.event);
  return maxIrr;
}

/** Highest vector that is in PIR and not yet in IRR, -1 none. */
function highestAdded(m: Machine, vcpu: number): number {
  const pir = piDescAt(m, vcpu) + D.pir;
  const irr = lapicAt(m, vcpu) + LAPIC.at.irr;
  for (let i = 7; i >= 0; i--) {
    const added = m.w[pir + i] & ~m.w[irr + i];
    if (added !== 0) return i * 32 + 31 - Math.clz32(added);
  }
  return -1;
}

/** PIR words into IRR words and PIR to zero. @returns highest IRR vector */
export function mergePir(m: Machine, vcpu: number): number {
  const pir = piDescAt(m, vcpu) + D.pir;
  const irr = lapicAt(m, vcpu) + LAPIC.at.irr;
  for (let i = 0; i < 8; i++) {
    const posted = m.w[pir + i];
    if (posted === 0) continue;
    put(m, pir + i, 0);
    put(m, irr + i, m.w[irr + i] | posted);
  }
  return highestVector(m.w, irr);
}

/** Is the wakeup vector of any use: can something post to a sleeper? @kvm posted_intr.c vmx_needs_pi_wakeup */
function needsWakeup(m: Machine): boolean {
  if (m.config.apicv !== true) return false;
  // Before a2486020a82e a vCPU that slept already did not hear of the first device: here it is assigned with its first IRTE, and
  // nobody is woken for it. Since then all are, so that it counts as assigned from the start.
  const late = m.without.has('a2486020a82e');
  const assigned =
    m.config.postedInterrupts === true ||
    (m.config.devices ?? []).some(
      (d, slot) => d.kind === 'nvme' && (!late || m.w[deviceAt(m, slot) + DEVICE.at.irte] !== 0),
    );
  return assigned || m.config.ipiVirtualization === true;
}

const listed = (m: Machine, pcpu: number): number => m.wordMap.pcpu + pcpu * PCPU.size + PCPU.at.wakeupList;

/** The vCPU is put on a CPU. @param moved it was on another @kvm posted_intr.c vmx_vcpu_pi_load */
export function piLoad(m: Machine, vcpu: number, pcpu: number, moved: boolean): void {
  if (m.config.apicv !== true) return;
  const waiting = pi(m, vcpu, D.nv) === HOST_VECTOR.postedWakeup;
  const full = waiting || moved;
  if (!full && pi(m, vcpu, D.sn) === 0) return;
  const outer = enter(m, EV.pi_load, atPiDesc(vcpu), pcpu, full ? 1 : 0, pirEmpty(m, vcpu) ? 0 : 1);
  if (waiting) {
    const old = m.w[vcpuAt(m, vcpu) + V.pcpu];
    put(m, listed(m, old), m.w[listed(m, old)] & ~(1 << (vcpu & 31)));
    setPi(m, vcpu, D.onWakeupList, 0);
  }
  setPi(m, vcpu, D.sn, 0);
  if (full) {
    setPi(m, vcpu, D.ndst, pcpu);
    setPi(m, vcpu, D.nv, HOST_VECTOR.postedIntr);
  }
  if (!pirEmpty(m, vcpu) && !m.without.has('c112b5f50232')) setPi(m, vcpu, D.on, 1);
  leave(m, outer);
}

/**
 * The vCPU leaves its CPU: a sleeper gets the wakeup vector, any other is not to be notified.
 * @param sleeps it blocks with interrupts on and is not merely preempted @kvm posted_intr.c vmx_vcpu_pi_put
 */
export function piPut(m: Machine, vcpu: number, sleeps: boolean): void {
  if (!needsWakeup(m)) return;
  if (!sleeps) {
    const outer = enter(m, EV.pi_put, atPiDesc(vcpu));
    setPi(m, vcpu, D.sn, 1);
    leave(m, outer);
    return;
  }
  const pcpu = m.w[vcpuAt(m, vcpu) + V.pcpu];
  const on = pi(m, vcpu, D.on);
  const outer = enter(m, EV.pi_wakeup_on, atPiDesc(vcpu), pcpu, on);
  put(m, listed(m, pcpu), m.w[listed(m, pcpu)] | (1 << (vcpu & 31)));
  setPi(m, vcpu, D.onWakeupList, 1);
  setPi(m, vcpu, D.nv, HOST_VECTOR.postedWakeup);
  if (on === 1) m.wires.hostIpi(m, pcpu, HOST_VECTOR.postedWakeup);
  leave(m, outer);
}

/** Vector 0xf1 in the host: who on this CPU's list has ON set is woken. @kvm posted_intr.c pi_wakeup_handler */
export function piWakeupHandler(m: Machine, pcpu: number): void {
  let count = 0;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) if (isListed(m, vcpu, pcpu)) count++;
  const outer = enter(m, EV.pi_wakeup_handler, whereOf('pcpu', pcpu), count);
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    if (isListed(m, vcpu, pcpu) && pi(m, vcpu, D.on) === 1) wakeUp(m, vcpu);
  }
  leave(m, outer);
}

const isListed = (m: Machine, vcpu: number, pcpu: number): boolean =>
  pi(m, vcpu, D.onWakeupList) === 1 && m.w[vcpuAt(m, vcpu) + V.pcpu] === pcpu;
