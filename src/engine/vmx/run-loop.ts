/**
 * Into the guest and out of it: vcpu_run, vcpu_enter_guest and the VM entry and exit between them (arch/x86/kvm/x86.c,
 * vmx/vmx.c, v6.18). What the processor does at entry and exit is here too, marked @sdm.
 *
 * Left out: exceptions, SMM, nesting, the fast exit paths (an exit is always handled outside guest mode), halt polling.
 */

import { masks } from '../../spec/define/registers.ts';
import { INFO } from '../../spec/registers/entry-info.ts';
import { GUEST_INTERRUPTIBILITY } from '../../spec/registers/run-loop.ts';
import { hwEnabled, refreshPpr, testVector } from '../chips/lapic/priority.ts';
import { EV, KICK, REQ } from '../core/events.ts';
import { atVcpu, emit, enter, lapicAt, leave, type Machine } from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import { LAPIC, VCPU, VMCS } from '../core/words.ts';
import { pvEoiFromGuest, pvEoiToGuest } from '../kvm/pv-eoi.ts';
import { acceptEvents, injectNmi, MODE, processNmi, scanIoapic, takeRequest } from '../kvm/vcpu.ts';
import { beginHandler, keepFlag, NMI_VECTOR } from '../world/guest.ts';
import { deliverVirtual, enterVirtualApic, noteVirtualHeld } from './apicv/virtual-apic.ts';
import {
  cancelInjection,
  checkAndInject,
  completeInterrupts,
  interruptBlocked,
  refreshTprThreshold,
} from './inject.ts';
import { apicvActive, EXIT, PRIMARY, setVmcs, vmcs } from './vmcs.ts';

const V = VCPU.at;
const { NMI: BLOCKED_BY_NMI } = masks(GUEST_INTERRUPTIBILITY);
const F = VMCS.at;
/** Turns of the loop before the model gives up; each needs a reason (a request, a window), so few are ever taken. */
const MAX_TURNS = 16;
/** Qualification of an EPT violation: a read of a page that is not there, at a guest linear address. @sdm "Exit Qualification for EPT Violations" */
const EPT_READ = 0x181;
const RACE = { none: 0, kick: 1, nmi: 2, fault: 3 } as const;

/** What came of entering: which event the guest took, and EOIs user space hears of on the way (split irqchip). */
export interface Entry {
  entered: boolean;
  vector: number;
  nmi: boolean;
  readonly eoiExits: number[];
}

export const inGuest = (m: Machine, vcpu: number): boolean => reg(m, vcpu, V.mode) !== MODE.outside;

function served(m: Machine, vcpu: number, request: number, serve: () => void): void {
  if (!takeRequest(m, vcpu, request)) return;
  const outer = enter(m, EV.request_served, atVcpu(vcpu), request);
  serve();
  leave(m, outer);
}

/** Requests in the kernel's order, all but KVM_REQ_EVENT. @kvm x86.c vcpu_enter_guest */
export function serveRequests(m: Machine, vcpu: number, eoiExits: number[]): void {
  served(m, vcpu, REQ.nmi, () => processNmi(m, vcpu));
  served(m, vcpu, REQ.ioapicEoiExit, () => {
    const vector = m.w[lapicAt(m, vcpu) + LAPIC.at.pendingIoapicEoi];
    if (!testVector(m.w, lapicAt(m, vcpu) + LAPIC.at.handled, vector)) return;
    emit(m, EV.eoi_exit, atVcpu(vcpu), vector);
    eoiExits.push(vector);
    m.wires.userEoi(m, vector);
  });
  served(m, vcpu, REQ.scanIoapic, () => scanIoapic(m, vcpu));
  served(m, vcpu, REQ.loadEoiExitmap, () => m.wires.loadEoiExitmap(m, vcpu));
  served(m, vcpu, REQ.apicvUpdate, () => m.wires.apicvUpdate(m, vcpu));
}

/** Something comes between event injection and entry: set up by the `race` op. */
function meetRace(m: Machine, vcpu: number): void {
  const race = reg(m, vcpu, V.race);
  if (race === RACE.none || race === RACE.fault) return;
  set(m, vcpu, V.race, RACE.none);
  if (race === RACE.nmi) injectNmi(m, vcpu);
  const outer = enter(m, EV.kick, atVcpu(vcpu), KICK.ipi, 1);
  set(m, vcpu, V.mode, MODE.exiting);
  set(m, vcpu, V.kicks, reg(m, vcpu, V.kicks) + 1);
  set(m, vcpu, V.ipis, reg(m, vcpu, V.ipis) + 1);
  leave(m, outer);
}

/** VM entry. @returns the event delivered as part of it: its information field, or 0 @sdm "VM Entries" */
function vmEntry(m: Machine, vcpu: number): number {
  const info = vmcs(m, vcpu, F.vmEntryIntrInfo);
  const outer = enter(m, EV.kvm_entry, atVcpu(vcpu), info, vmcs(m, vcpu, F.rvi), vmcs(m, vcpu, F.svi));
  setVmcs(
    m,
    vcpu,
    F.guestInterruptibility,
    reg(m, vcpu, V.shadow) | (reg(m, vcpu, V.nmiMasked) === 1 ? BLOCKED_BY_NMI : 0),
  );
  if (apicvActive(m, vcpu)) enterVirtualApic(m, vcpu);
  leave(m, outer);
  const vectored = reg(m, vcpu, V.vectored);
  if (vectored !== 0) {
    set(m, vcpu, V.vectored, 0);
    beginHandler(m, vcpu, vectored - 1, true);
  }
  return (info & INFO.valid) === 0 ? 0 : info;
}

/** The event of the entry reaches the guest. */
function deliverEvent(m: Machine, vcpu: number, info: number): void {
  const nmi = (info & INFO.typeMask) === INFO.nmi;
  const vector = info & INFO.vector;
  if (!nmi) m.journey = m.journeys[vcpu * 512 + 256 + vector];
  const outer = enter(m, EV.event_delivery, atVcpu(vcpu), vector, nmi ? 2 : 0);
  if (nmi) set(m, vcpu, V.nmiMasked, 1);
  leave(m, outer);
}

/**
 * VM exit and what KVM does with every exit before it looks at the reason.
 * @param vectoring interruption information of an event whose delivery the exit interrupted, or 0
 * @sdm "VM Exits" @kvm vmx.c vmx_vcpu_run, vmx_complete_interrupts
 */
export function vmExit(m: Machine, vcpu: number, reason: number, qualification = 0, vectoring = 0): void {
  const outer = enter(m, EV.kvm_exit, atVcpu(vcpu), reason, qualification, vectoring);
  setVmcs(m, vcpu, F.exitReason, reason);
  setVmcs(m, vcpu, F.exitQualification, qualification);
  setVmcs(m, vcpu, F.idtVectoringInfo, vectoring);
  setVmcs(m, vcpu, F.vmEntryIntrInfo, vmcs(m, vcpu, F.vmEntryIntrInfo) & ~INFO.valid);
  setVmcs(
    m,
    vcpu,
    F.guestInterruptibility,
    reg(m, vcpu, V.shadow) | (reg(m, vcpu, V.nmiMasked) === 1 ? BLOCKED_BY_NMI : 0),
  );
  setVmcs(m, vcpu, F.recognized, 0);
  set(m, vcpu, V.exits, reg(m, vcpu, V.exits) + 1);
  set(m, vcpu, V.mode, MODE.outside);
  completeInterrupts(m, vcpu, vectoring);
  pvEoiFromGuest(m, vcpu);
  leave(m, outer);
}

/** @returns the event delivered by the entry, 0 none, or null when the vCPU turned back @kvm x86.c vcpu_enter_guest */
function enterOnce(m: Machine, vcpu: number, eoiExits: number[]): { info: number; immediate: boolean } | null {
  const outer = enter(m, EV.vcpu_enter_guest, atVcpu(vcpu), reg(m, vcpu, V.requests));
  const result = enterInside(m, vcpu, eoiExits);
  leave(m, outer);
  return result;
}

function enterInside(m: Machine, vcpu: number, eoiExits: number[]): { info: number; immediate: boolean } | null {
  serveRequests(m, vcpu, eoiExits);
  let immediate = false;
  if (takeRequest(m, vcpu, REQ.event)) {
    acceptEvents(m, vcpu);
    if (reg(m, vcpu, V.mpState) !== 0) return null;
    immediate = checkAndInject(m, vcpu);
    refreshTprThreshold(m, vcpu);
    pvEoiToGuest(m, vcpu);
  }
  set(m, vcpu, V.mode, MODE.inGuest);
  if (hwEnabled(m, vcpu)) {
    m.wires.syncPirToIrr(m, vcpu);
    if (!apicvActive(m, vcpu)) refreshPpr(m, vcpu);
  }
  meetRace(m, vcpu);
  const kicked = reg(m, vcpu, V.mode) === MODE.exiting;
  const requests = reg(m, vcpu, V.requests);
  if (kicked || requests !== 0) {
    const outer = enter(m, EV.exit_request, atVcpu(vcpu), kicked ? 1 : 0, requests);
    set(m, vcpu, V.mode, MODE.outside);
    if (immediate) m.wires.request(m, vcpu, REQ.event);
    cancelInjection(m, vcpu);
    pvEoiFromGuest(m, vcpu);
    leave(m, outer);
    return null;
  }
  if (immediate) {
    emit(m, EV.immediate_exit, atVcpu(vcpu));
    m.wires.request(m, vcpu, REQ.event);
  }
  return { info: vmEntry(m, vcpu), immediate };
}

/** A window KVM asked for is open: exit, and look again. @returns whether one was @kvm vmx.c handle_interrupt_window */
export function openWindows(m: Machine, vcpu: number): boolean {
  const primary = vmcs(m, vcpu, F.primaryControls);
  const nmi = (primary & PRIMARY.nmiWindow) !== 0 && reg(m, vcpu, V.nmiMasked) === 0 && reg(m, vcpu, V.shadow) !== 2;
  const irq = (primary & PRIMARY.interruptWindow) !== 0 && !interruptBlocked(m, vcpu);
  if (!nmi && !irq) return false;
  vmExit(m, vcpu, nmi ? EXIT.nmiWindow : EXIT.interruptWindow);
  const outer = enter(m, nmi ? EV.nmi_window_open : EV.irq_window_open, atVcpu(vcpu));
  setVmcs(m, vcpu, F.primaryControls, primary & ~(nmi ? PRIMARY.nmiWindow : PRIMARY.interruptWindow));
  m.wires.request(m, vcpu, REQ.event);
  leave(m, outer);
  return true;
}

/** Guest code runs until its next event boundary. @returns true if the guest was left for a window */
function guestRuns(m: Machine, vcpu: number, entry: Entry): boolean {
  if (openWindows(m, vcpu)) return true;
  const vector = deliverVirtual(m, vcpu);
  if (vector !== -1) entry.vector = vector;
  else noteVirtualHeld(m, vcpu);
  return false;
}

/**
 * Enters, and again after every exit that KVM caused itself, until guest code runs undisturbed or takes one event.
 * A vCPU that is in the guest already just runs on. @kvm x86.c vcpu_run
 */
export function runVcpu(m: Machine, vcpu: number): Entry {
  const entry: Entry = { entered: false, vector: -1, nmi: false, eoiExits: [] };
  for (let turn = 0; turn < MAX_TURNS; turn++) {
    if (inGuest(m, vcpu)) {
      entry.entered = true;
      if (!guestRuns(m, vcpu, entry)) return entry;
      continue;
    }
    const result = enterOnce(m, vcpu, entry.eoiExits);
    if (reg(m, vcpu, V.mpState) !== 0) return entry;
    if (result === null) continue;
    if (result.info === 0) {
      if (result.immediate) vmExit(m, vcpu, EXIT.preemptionTimer);
      continue;
    }
    if (reg(m, vcpu, V.race) === RACE.fault) {
      set(m, vcpu, V.race, RACE.none);
      vmExit(m, vcpu, EXIT.eptViolation, EPT_READ, result.info);
      continue;
    }
    deliverEvent(m, vcpu, result.info);
    entry.entered = true;
    const nmi = (result.info & INFO.typeMask) === INFO.nmi;
    if (result.immediate) vmExit(m, vcpu, EXIT.preemptionTimer);
    if (result.immediate && m.config.guest !== undefined) {
      // It is past the IDT, but its first instruction comes after the next entry.
      keepFlag(m, vcpu, nmi);
      set(m, vcpu, V.rflagsIf, 0);
      set(m, vcpu, V.vectored, 1 + (nmi ? NMI_VECTOR : result.info & INFO.vector));
      return entry;
    }
    entry.nmi = nmi;
    if (!nmi) entry.vector = result.info & INFO.vector;
    return entry;
  }
  return entry;
}
