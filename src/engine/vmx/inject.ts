/**
 * Which event goes into the guest at this entry: the middle of vcpu_enter_guest (arch/x86/kvm/x86.c
 * kvm_check_and_inject_events and vmx.c's part of it, v6.18). Exceptions, SMIs and nested guests are left out.
 */

import { INFO } from '../../spec/registers/entry-info.ts';
import { apicHasInterrupt, findHighestIrr, hwEnabled } from '../chips/lapic/priority.ts';
import { EV, REQ } from '../core/events.ts';
import { atVcpu, enter, lapicAt, leave, type Machine } from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import { LAPIC, VCPU, VMCS } from '../core/words.ts';
import { getInterrupt, HELD, hasExtint, noteHeld, takeNmiJourney } from '../kvm/vcpu.ts';
import { writeEntryInfo } from './entry-info.ts';
import { apicvActive, enableIrqWindow, enableNmiWindow, setVmcs, updateCr8Intercept, vmcs } from './vmcs.ts';

const V = VCPU.at;
const F = VMCS.at;

function putEntryInfo(m: Machine, vcpu: number, info: number): void {
  setVmcs(m, vcpu, F.vmEntryIntrInfo, info);
  writeEntryInfo(m, vcpu, info);
}

/** @kvm vmx.c vmx_inject_irq */
function injectIrq(m: Machine, vcpu: number, vector: number, extint: boolean, reinjected: boolean): void {
  const outer = enter(m, EV.kvm_inj_virq, atVcpu(vcpu), vector, extint ? 1 : 0, reinjected ? 1 : 0);
  if (!reinjected) set(m, vcpu, V.injections, reg(m, vcpu, V.injections) + 1);
  putEntryInfo(m, vcpu, INFO.valid | INFO.external | vector);
  leave(m, outer);
}

/** @kvm vmx.c vmx_inject_nmi */
function injectNmi(m: Machine, vcpu: number): void {
  const outer = enter(m, EV.inject_nmi, atVcpu(vcpu));
  putEntryInfo(m, vcpu, INFO.nmiInfo);
  leave(m, outer);
}

/** @kvm vmx.c vmx_nmi_blocked */
export const nmiBlocked = (m: Machine, vcpu: number): boolean =>
  reg(m, vcpu, V.shadow) !== 0 || reg(m, vcpu, V.nmiMasked) === 1;

/** @kvm vmx.c vmx_interrupt_blocked */
export const interruptBlocked = (m: Machine, vcpu: number): boolean =>
  reg(m, vcpu, V.rflagsIf) === 0 || reg(m, vcpu, V.shadow) !== 0;

/** @kvm irq.c kvm_cpu_has_injectable_intr: with APICv the processor injects what is in the local APIC */
function hasInjectable(m: Machine, vcpu: number): boolean {
  if (hasExtint(m, vcpu)) return true;
  return !apicvActive(m, vcpu) && apicHasInterrupt(m, vcpu) !== -1;
}

/** @kvm irq.c kvm_cpu_has_interrupt */
export const hasInterrupt = (m: Machine, vcpu: number): boolean =>
  hasExtint(m, vcpu) || apicHasInterrupt(m, vcpu) !== -1;

/** What was interrupted goes in again. @returns whether there was something */
function reinject(m: Machine, vcpu: number): boolean {
  if (reg(m, vcpu, V.nmiInjected) === 1) injectNmi(m, vcpu);
  else if (reg(m, vcpu, V.intrInjected) === 1) injectIrq(m, vcpu, reg(m, vcpu, V.intrNr), false, true);
  else return false;
  return true;
}

/**
 * @returns whether the entry must be followed by an immediate exit, because an older event had to go in first
 * @kvm x86.c kvm_check_and_inject_events
 */
export function checkAndInject(m: Machine, vcpu: number): boolean {
  const queued = reg(m, vcpu, V.intrInjected) === 1 ? reg(m, vcpu, V.intrNr) : -1;
  const busy = reg(m, vcpu, V.nmiInjected) === 1 || queued !== -1;
  const outer = enter(m, EV.inject_events, atVcpu(vcpu), reg(m, vcpu, V.nmiPending), queued, busy ? 0 : 1);
  const immediate = injectInOrder(m, vcpu, !reinject(m, vcpu));
  leave(m, outer);
  return immediate;
}

function injectInOrder(m: Machine, vcpu: number, mayInject: boolean): boolean {
  let canInject = mayInject;
  if (reg(m, vcpu, V.nmiPending) > 0) {
    if (!canInject) return true;
    if (!nmiBlocked(m, vcpu)) {
      set(m, vcpu, V.nmiPending, reg(m, vcpu, V.nmiPending) - 1);
      set(m, vcpu, V.nmiInjected, 1);
      takeNmiJourney(m, vcpu);
      injectNmi(m, vcpu);
      canInject = false;
    }
    if (reg(m, vcpu, V.nmiPending) > 0) enableNmiWindow(m, vcpu, reg(m, vcpu, V.shadow) === 1);
  }
  if (!hasInjectable(m, vcpu)) {
    if (!apicvActive(m, vcpu)) noteHeld(m, vcpu, HELD.priority);
    return false;
  }
  if (!canInject) return true;
  if (interruptBlocked(m, vcpu)) {
    noteHeld(m, vcpu, reg(m, vcpu, V.rflagsIf) === 0 ? HELD.interruptFlag : HELD.shadow);
  } else {
    const extint = hasExtint(m, vcpu);
    const vector = getInterrupt(m, vcpu);
    if (extint) m.journeys[vcpu * 512 + 256 + vector] = m.journey;
    set(m, vcpu, V.intrInjected, 1);
    set(m, vcpu, V.intrNr, vector);
    injectIrq(m, vcpu, vector, extint, false);
  }
  if (hasInjectable(m, vcpu)) enableIrqWindow(m, vcpu);
  return false;
}

/** @kvm x86.c update_cr8_intercept */
export function refreshTprThreshold(m: Machine, vcpu: number): void {
  if (!hwEnabled(m, vcpu) || apicvActive(m, vcpu)) return;
  const irr = findHighestIrr(m, vcpu);
  const tpr = (m.w[lapicAt(m, vcpu) + LAPIC.at.tpr] >> 4) & 0xf;
  updateCr8Intercept(m, vcpu, tpr, irr === -1 ? -1 : irr >> 4);
}

/**
 * What was being delivered when the guest was left, or not entered at all, is queued again.
 * @kvm vmx.c __vmx_complete_interrupts
 */
export function completeInterrupts(m: Machine, vcpu: number, info: number): void {
  set(m, vcpu, V.nmiInjected, 0);
  set(m, vcpu, V.intrInjected, 0);
  set(m, vcpu, V.intrNr, -1);
  if ((info & INFO.valid) === 0) return;
  const outer = enter(m, EV.complete_interrupts, atVcpu(vcpu), info);
  m.wires.request(m, vcpu, REQ.event);
  if ((info & INFO.typeMask) === INFO.nmi) {
    set(m, vcpu, V.nmiInjected, 1);
    set(m, vcpu, V.nmiMasked, 0);
  } else {
    set(m, vcpu, V.intrInjected, 1);
    set(m, vcpu, V.intrNr, info & INFO.vector);
  }
  leave(m, outer);
}

/** The entry does not happen. @kvm vmx.c vmx_cancel_injection */
export function cancelInjection(m: Machine, vcpu: number): void {
  const info = vmcs(m, vcpu, F.vmEntryIntrInfo);
  const outer = enter(m, EV.cancel_injection, atVcpu(vcpu), info);
  completeInterrupts(m, vcpu, info);
  setVmcs(m, vcpu, F.vmEntryIntrInfo, 0);
  leave(m, outer);
}
