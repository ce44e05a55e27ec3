/**
 * What happens to a vCPU between two runs of guest code: requests, kick, NMI, INIT/SIPI, and which event is taken next
 * (arch/x86/kvm/x86.c and virt/kvm/kvm_main.c, v6.18). The full VM-entry path with its VMCS fields lies beside this.
 * @differs Intel (amd-init-nmi): on AMD an INIT keeps NMI blocking.
 */

import type { Commit } from '../../spec/quirks.ts';
import { INFO } from '../../spec/registers/entry-info.ts';
import { OWED } from '../chips/ioapic/ioapic.ts';
import { ackInterrupt, apicHasInterrupt, BSP, hwEnabled, pendingEoi, testVector } from '../chips/lapic/priority.ts';
import { resetLapic } from '../chips/lapic/registers.ts';
import { acceptsPicIntr, picOutput, picReadIrq } from '../chips/pic/pic.ts';
import { EEXIST, EINVAL, ENXIO } from '../core/errno.ts';
import { EV, KICK, REQ } from '../core/events.ts';
import { atVcpu, beginJourney, emit, enter, lapicAt, leave, type Machine, put, vcpuAt } from '../core/machine.ts';
import { LAPIC, VCPU } from '../core/words.ts';

const V = VCPU.at;
const L = LAPIC.at;

/** KVM_MP_STATE_* */
export const MP_STATE = { runnable: 0, initReceived: 2, halted: 3 } as const;
/** vcpu->mode */
export const MODE = { outside: 0, inGuest: 1, exiting: 2 } as const;

/** @kvm kvm_host.h kvm_make_request */
export function makeRequest(m: Machine, vcpu: number, request: number): void {
  const at = vcpuAt(m, vcpu) + V.requests;
  const before = m.w[at];
  if ((before & (1 << request)) !== 0) return;
  const outer = enter(m, EV.request, atVcpu(vcpu), request);
  put(m, at, before | (1 << request));
  leave(m, outer);
}

/** @kvm kvm_host.h kvm_check_request */
export function takeRequest(m: Machine, vcpu: number, request: number): boolean {
  const at = vcpuAt(m, vcpu) + V.requests;
  const before = m.w[at];
  if ((before & (1 << request)) === 0) return false;
  put(m, at, before & ~(1 << request));
  return true;
}

/** What a kick comes to. A vCPU that waits for SIPI in KVM_RUN sleeps as well. */
export function kickOutcome(m: Machine, vcpu: number, asleep: boolean, inside: boolean): number {
  const waitsForSipi = m.config.guest !== undefined && m.w[vcpuAt(m, vcpu) + V.mpState] === MP_STATE.initReceived;
  if (asleep || waitsForSipi) return KICK.woken;
  if (vcpu === m.current) return KICK.self;
  return inside ? KICK.ipi : KICK.nothing;
}

/**
 * Gets a vCPU back to KVM code, if it must be: wakes a sleeper, sends an IPI to one in guest mode, else nothing.
 * @kvm kvm_main.c __kvm_vcpu_kick
 */
export function kick(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  const inside = m.w[at + V.mode] === MODE.inGuest;
  const outcome = kickOutcome(m, vcpu, m.w[at + V.halted] === 1, inside);
  const outer = enter(m, EV.kick, atVcpu(vcpu), outcome);
  if (outcome === KICK.ipi) put(m, at + V.ipis, m.w[at + V.ipis] + 1);
  if (inside && outcome !== KICK.woken) {
    put(m, at + V.mode, MODE.exiting);
    put(m, at + V.kicks, m.w[at + V.kicks] + 1);
  }
  leave(m, outer);
}

/**
 * Index of the journey of the NMI that goes in next; the one behind it waits at the next index, since KVM queues two. No local
 * APIC accepts vectors 2 and 3, so nothing else is kept there.
 */
const nmiJourney = (vcpu: number): number => vcpu * 512 + 2;

/** An NMI is queued: it goes in as part of the journey that is going on. */
function queueNmiJourney(m: Machine, vcpu: number): void {
  const at = nmiJourney(vcpu);
  const isFirst = m.w[vcpuAt(m, vcpu) + V.nmiQueued] === 0 && m.w[vcpuAt(m, vcpu) + V.nmiPending] === 0;
  m.journeys[isFirst ? at : at + 1] = m.journey;
  if (isFirst) m.journeys[at + 1] = 0;
}

/** The next NMI goes in: what is recorded from here on is its journey, and its handler's. */
export function takeNmiJourney(m: Machine, vcpu: number): void {
  const at = nmiJourney(vcpu);
  if (m.journeys[at] !== 0) m.journey = m.journeys[at];
  m.journeys[at] = m.journeys[at + 1];
  m.journeys[at + 1] = 0;
  m.journeys[at + 256] = m.journey;
}

/** @kvm x86.c kvm_inject_nmi */
export function injectNmi(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  queueNmiJourney(m, vcpu);
  const outer = enter(m, EV.nmi_queued, atVcpu(vcpu), m.w[at + V.nmiQueued] + 1);
  put(m, at + V.nmiQueued, m.w[at + V.nmiQueued] + 1);
  makeRequest(m, vcpu, REQ.nmi);
  leave(m, outer);
}

/** Queued NMIs become pending: two at most, one while NMIs are blocked. @kvm x86.c process_nmi */
export function processNmi(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  const limit = m.w[at + V.nmiMasked] === 1 || m.w[at + V.nmiInjected] === 1 ? 1 : 2;
  const pending = Math.min(m.w[at + V.nmiPending] + m.w[at + V.nmiQueued], limit);
  put(m, at + V.nmiQueued, 0);
  put(m, at + V.nmiPending, pending);
  if (pending > 0) makeRequest(m, vcpu, REQ.event);
}

/** INIT: kvm_vcpu_reset beyond the local APIC. The model keeps cr0's cache bits clear, as a 64-bit guest has them. */
function resetVcpuByInit(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  resetLapic(m, vcpu, true);
  put(m, at + V.nmiQueued, 0);
  put(m, at + V.nmiPending, 0);
  put(m, at + V.nmiInjected, 0);
  // SVM keeps its own note of NMI blocking, which INIT does not touch. @kvm svm.c svm_vcpu_reset
  if (m.vendor === 'intel') put(m, at + V.nmiMasked, 0);
  put(m, at + V.intrInjected, 0);
  put(m, at + V.intrNr, -1);
  put(m, at + V.shadow, 0);
  put(m, at + V.rflagsIf, 0);
  put(m, at + V.depth, 0);
  put(m, at + V.cs, 0xf000);
  put(m, at + V.csBaseLo, 0xffff0000);
  put(m, at + V.rip, 0xfff0);
  put(m, at + V.cr0, 0x10);
}

/** APIC_BASE says bootstrap processor, whoever was it at reset. @kvm x86.c kvm_vcpu_is_bsp */
const isBsp = (m: Machine, vcpu: number): boolean => (m.w[lapicAt(m, vcpu) + L.baseLo] & BSP) !== 0;

/** HLT, while INIT is no event of its own but the MP state that HLT writes. @kvm x86.c kvm_emulate_halt before 66450a21f996 */
export function haltLosesInit(m: Machine, vcpu: number): void {
  const pendingAt = lapicAt(m, vcpu) + L.pendingEvents;
  if (m.without.has('66450a21f996') && (m.w[pendingAt] & 1) !== 0) put(m, pendingAt, m.w[pendingAt] & ~1);
}

/** INIT and SIPI are looked at. @kvm lapic.c kvm_apic_accept_events */
export function acceptEvents(m: Machine, vcpu: number): void {
  const pendingAt = lapicAt(m, vcpu) + L.pendingEvents;
  const pending = m.w[pendingAt];
  if (pending === 0) return;
  const at = vcpuAt(m, vcpu);
  if ((pending & 1) !== 0) {
    const state = isBsp(m, vcpu) ? MP_STATE.runnable : MP_STATE.initReceived;
    const outer = enter(m, EV.accept_init, atVcpu(vcpu), state);
    put(m, pendingAt, pending & ~1);
    resetVcpuByInit(m, vcpu);
    put(m, at + V.mpState, state);
    put(m, at + V.halted, 0);
    leave(m, outer);
  }
  if ((pending & 2) !== 0) {
    const waits = m.w[at + V.mpState] === MP_STATE.initReceived;
    const vector = m.w[lapicAt(m, vcpu) + L.sipiVector];
    const outer = enter(m, EV.accept_sipi, atVcpu(vcpu), vector, waits ? 1 : 0);
    put(m, pendingAt, 0);
    if (waits) {
      put(m, at + V.cs, vector << 8);
      put(m, at + V.csBaseLo, vector << 12);
      put(m, at + V.rip, 0);
      put(m, at + V.mpState, MP_STATE.runnable);
    }
    leave(m, outer);
  }
}

/** The change since when a pending vector of another vCPU's entry keeps its EOI intercepted. */
const keptBy = (m: Machine, edge: boolean): Commit =>
  m.split ? 'fceb3a36c29a' : edge ? 'db2bdcbbbd32' : '0fc5a36dd6b3';

/** Which EOIs this vCPU must tell the IOAPIC about. @kvm x86.c vcpu_scan_ioapic, irq.c kvm_scan_ioapic_irq */
export function scanIoapic(m: Machine, vcpu: number): void {
  if (!hwEnabled(m, vcpu)) return;
  const at = lapicAt(m, vcpu);
  const outer = enter(m, EV.scan_ioapic, atVcpu(vcpu));
  const fresh = new Int32Array(8);
  let stale = -1;
  m.wires.syncPirToIrr(m, vcpu);
  m.wires.scanEntries(m, vcpu, (dest, logical, vector, edge) => {
    if (dest === OWED || m.wires.matchDest(m, vcpu, dest, logical)) {
      fresh[vector >> 5] = fresh[vector >> 5] | (1 << (vector & 31));
    } else if (pendingEoi(m, vcpu, vector) && !m.without.has(keptBy(m, edge === true))) {
      fresh[vector >> 5] = fresh[vector >> 5] | (1 << (vector & 31));
      if (vector > stale && !m.without.has('87e4951e250b')) stale = vector;
    }
  });
  for (let i = 0; i < 8; i++) put(m, at + L.handled + i, fresh[i]);
  put(m, at + L.staleEoi, stale);
  if (m.w[vcpuAt(m, vcpu) + V.nested] === 0) makeRequest(m, vcpu, REQ.loadEoiExitmap);
  // Before, it was loaded at once: into L2's vmcs02, which is not in the model, and vmcs01 kept what it had.
  else if (!m.without.has('e40ff1d6608d')) put(m, vcpuAt(m, vcpu) + V.nested, 2);
  leave(m, outer);
}

/** The interrupt-relevant requests, in vcpu_enter_guest's order. @returns vectors whose EOI goes to user space */
export function serveRequests(m: Machine, vcpu: number): number[] {
  const eoiExits: number[] = [];
  if (takeRequest(m, vcpu, REQ.nmi)) processNmi(m, vcpu);
  if (takeRequest(m, vcpu, REQ.ioapicEoiExit)) {
    const vector = m.w[lapicAt(m, vcpu) + L.pendingIoapicEoi];
    if (testVector(m.w, lapicAt(m, vcpu) + L.handled, vector)) {
      emit(m, EV.eoi_exit, atVcpu(vcpu), vector);
      countExit(m, vcpu);
      eoiExits.push(vector);
      m.wires.userEoi(m, vector);
    }
  }
  if (takeRequest(m, vcpu, REQ.scanIoapic)) scanIoapic(m, vcpu);
  if (takeRequest(m, vcpu, REQ.loadEoiExitmap)) m.wires.loadEoiExitmap(m, vcpu);
  if (takeRequest(m, vcpu, REQ.apicvUpdate)) m.wires.apicvUpdate(m, vcpu);
  takeRequest(m, vcpu, REQ.event);
  return eoiExits;
}

/**
 * KVM_INTERRUPT: an ExtINT for a local APIC in the kernel; without one, whatever user space wants in at the next entry.
 * @returns 0 or an errno @kvm x86.c kvm_vcpu_ioctl_interrupt
 */
export function kvmInterrupt(m: Machine, vcpu: number, vector: number): number {
  if (vector > 255) return EINVAL;
  if (m.irqchip === 'full') return ENXIO;
  const at = vcpuAt(m, vcpu);
  if (m.split && m.w[at + V.pendingExtint] !== -1) return EEXIST;
  if (m.journey === 0) beginJourney(m);
  const outer = enter(m, EV.ioctl_interrupt, atVcpu(vcpu), vector);
  if (m.split) put(m, at + V.pendingExtint, vector);
  else {
    put(m, at + V.intrInjected, 1);
    put(m, at + V.intrNr, vector);
  }
  m.wires.request(m, vcpu, REQ.event);
  leave(m, outer);
  return 0;
}

export function countExit(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu) + V.exits;
  put(m, at, m.w[at] + 1);
}

/** Is a vector from outside the local APIC waiting? @kvm irq.c kvm_cpu_has_extint */
export function hasExtint(m: Machine, vcpu: number): boolean {
  // Without a local APIC whatever user space queued goes in as it is.
  if (m.irqchip === 'none') return m.w[vcpuAt(m, vcpu) + V.intrInjected] === 1;
  if (!acceptsPicIntr(m, vcpu)) return false;
  return m.split ? m.w[vcpuAt(m, vcpu) + V.pendingExtint] !== -1 : picOutput(m);
}

/** The vector that KVM_INTERRUPT queued on a vCPU without a local APIC, -1 none. */
function takeQueued(m: Machine, vcpu: number): number {
  const at = vcpuAt(m, vcpu);
  if (m.w[at + V.intrInjected] !== 1) return -1;
  const vector = m.w[at + V.intrNr];
  put(m, at + V.intrInjected, 0);
  put(m, at + V.intrNr, -1);
  return vector;
}

/** Takes the vector KVM would inject: ExtINT before the local APIC. @returns -1 none @kvm irq.c kvm_cpu_get_interrupt */
export function getInterrupt(m: Machine, vcpu: number): number {
  if (m.irqchip === 'none') return takeQueued(m, vcpu);
  if (hasExtint(m, vcpu)) {
    const at = vcpuAt(m, vcpu) + V.pendingExtint;
    const vector = m.split ? m.w[at] : picReadIrq(m);
    const outer = enter(m, EV.extint_ack, atVcpu(vcpu), vector);
    if (m.split) put(m, at, -1);
    leave(m, outer);
    return vector;
  }
  const vector = apicHasInterrupt(m, vcpu);
  if (vector !== -1) ackInterrupt(m, vcpu, vector);
  return vector;
}

/** Takes a pending NMI that nothing blocks. @returns whether one was taken */
export function takeNmi(m: Machine, vcpu: number): boolean {
  const at = vcpuAt(m, vcpu);
  if (m.w[at + V.nmiPending] === 0 || m.w[at + V.nmiMasked] === 1 || m.w[at + V.shadow] !== 0) return false;
  takeNmiJourney(m, vcpu);
  const outer = enter(m, EV.inject_nmi, atVcpu(vcpu));
  put(m, at + V.nmiPending, m.w[at + V.nmiPending] - 1);
  put(m, at + V.nmiMasked, 1);
  m.wires.writeEntryInfo(m, vcpu, INFO.nmiInfo);
  leave(m, outer);
  return true;
}

/** IRET ends NMI blocking. */
export function iret(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu) + V.nmiMasked;
  if (m.w[at] === 0) return;
  const outer = enter(m, EV.nmi_unmask, atVcpu(vcpu));
  put(m, at, 0);
  leave(m, outer);
}

/** Is there a vCPU with this id? @kvm kvm_host.h kvm_get_vcpu_by_id */
export function idInUse(m: Machine, id: number): boolean {
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) if (m.w[vcpuAt(m, vcpu) + V.apicId] === id) return true;
  return false;
}

/** Power-on state of everything but the local APIC. */
export function resetVcpu(m: Machine, vcpu: number, id: number): void {
  const at = vcpuAt(m, vcpu);
  put(m, at + V.apicId, id);
  put(m, at + V.intrNr, -1);
  put(m, at + V.pendingExtint, -1);
  put(m, at + V.cs, 0x18);
  put(m, at + V.rip, 0x6004);
  put(m, at + V.cr0, 0x80000011);
  put(m, at + V.pcpu, vcpu % Math.max(1, m.config.pcpus ?? m.vcpus));
  put(m, lapicAt(m, vcpu) + L.staleEoi, -1);
}

/** Reason codes of `inject_held`. */
export const HELD = { interruptFlag: 0, shadow: 1, priority: 2, otherEvent: 3, lvt0: 4 } as const;

/** Says why a waiting interrupt is not taken now. Records nothing if none waits. */
export function noteHeld(m: Machine, vcpu: number, reason: number): void {
  const lapic = lapicAt(m, vcpu);
  const vector = m.wires.syncPirToIrr(m, vcpu);
  const extint = hasExtint(m, vcpu);
  if (vector === -1 && !extint) return;
  m.journey = extint ? m.journey : m.journeys[vcpu * 512 + vector];
  emit(m, EV.inject_held, atVcpu(vcpu), reason, extint ? -1 : vector, m.w[lapic + L.ppr]);
}
