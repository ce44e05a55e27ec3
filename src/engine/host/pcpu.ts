/**
 * The model host: physical CPUs, which vCPU's thread each runs, and what a vector does that arrives there. The scheduler
 * is as simple as can be and the same everywhere: a free CPU takes the first vCPU that waits; nobody is preempted unless
 * an op says so.
 */

import { highOf, join, lowOf } from '../../base/u64.ts';
import { EV } from '../core/events.ts';
import { atVcpu, emit, enter, leave, type Machine, put, vcpuAt, whereOf } from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import { now, put64, read64 } from '../core/time.ts';
import { PCPU, PCPU_SLOTS, VCPU } from '../core/words.ts';
import { processPosted } from '../vmx/apicv/virtual-apic.ts';
import { piLoad, piPut, piWakeupHandler } from '../vmx/pi-desc.ts';
import { inGuest, vmExit } from '../vmx/run-loop.ts';
import { apicvActive, EXIT, HOST_VECTOR } from '../vmx/vmcs.ts';

const V = VCPU.at;
const P = PCPU.at;
const NOBODY = -1;

const pcpuAt = (m: Machine, pcpu: number): number => m.wordMap.pcpu + pcpu * PCPU.size;
const atPcpu = (pcpu: number): number => whereOf('pcpu', pcpu);
export const runningOn = (m: Machine, pcpu: number): number => m.w[pcpuAt(m, pcpu) + P.running];
export const pcpuCount = (m: Machine): number => Math.min(PCPU_SLOTS, m.config.pcpus ?? m.vcpus);

export function resetHostCpus(m: Machine): void {
  for (let pcpu = 0; pcpu < PCPU_SLOTS; pcpu++) put(m, pcpuAt(m, pcpu) + P.running, NOBODY);
}

/** A vector reaches a CPU: consumed by the guest that runs there, or an exit and the host's handler. */
export function hostIpi(m: Machine, pcpu: number, vector: number): void {
  const at = pcpuAt(m, pcpu);
  put(m, at + P.lastVector, vector);
  put(m, at + P.ipis, m.w[at + P.ipis] + 1);
  const vcpu = runningOn(m, pcpu);
  const guest = vcpu !== NOBODY && inGuest(m, vcpu);
  if (guest && vector === HOST_VECTOR.postedIntr && apicvActive(m, vcpu)) {
    processPosted(m, vcpu);
    return;
  }
  if (guest) {
    vmExit(m, vcpu, EXIT.externalInterrupt);
    const outer = enter(m, EV.external_interrupt, atVcpu(vcpu), vector);
    hostHandler(m, pcpu, vector);
    leave(m, outer);
  } else {
    hostHandler(m, pcpu, vector);
  }
}

/** Host handlers: 0xfd does nothing but having interrupted, 0xf2 only counts, 0xf1 wakes. */
function hostHandler(m: Machine, pcpu: number, vector: number): void {
  if (vector === HOST_VECTOR.postedWakeup) piWakeupHandler(m, pcpu);
  else if (vector === HOST_VECTOR.postedIntr) emit(m, EV.pi_ipi_ignored, atPcpu(pcpu));
}

/** The vCPU's thread goes onto a CPU. @kvm x86.c kvm_arch_vcpu_load, vmx.c vmx_vcpu_load */
export function vcpuLoad(m: Machine, vcpu: number, pcpu: number): void {
  const from = reg(m, vcpu, V.pcpu);
  const outer = enter(m, EV.vcpu_load, atVcpu(vcpu), pcpu, from);
  shiftHandlers(m, vcpu);
  put(m, pcpuAt(m, pcpu) + P.running, vcpu);
  piLoad(m, vcpu, pcpu, from !== pcpu);
  set(m, vcpu, V.pcpu, pcpu);
  set(m, vcpu, V.loaded, 1);
  set(m, vcpu, V.preempted, 0);
  set(m, vcpu, V.blocking, 0);
  leave(m, outer);
}

/** HLT with IF=0: no interrupt is to wake it. The op that says `blocked` means IF=1. @kvm vmx.c vmx_interrupt_blocked */
const sleepsClosed = (m: Machine, vcpu: number): boolean =>
  m.config.guest !== undefined && (reg(m, vcpu, V.rflagsIf) === 0 || reg(m, vcpu, V.shadow) !== 0);

/** It leaves its CPU: to sleep, or because the host wants the CPU. @kvm x86.c kvm_arch_vcpu_put, vmx.c vmx_vcpu_put */
export function vcpuPut(m: Machine, vcpu: number, why: 'preempted' | 'blocking'): void {
  const pcpu = reg(m, vcpu, V.pcpu);
  const preempted = why === 'preempted' ? 1 : 0;
  const outer = enter(m, EV.vcpu_put, atVcpu(vcpu), pcpu, preempted, 1 - preempted);
  put(m, pcpuAt(m, pcpu) + P.running, NOBODY);
  set(m, vcpu, V.loaded, 0);
  set(m, vcpu, V.preempted, preempted);
  set(m, vcpu, V.blocking, 1 - preempted);
  put64(m, vcpuAt(m, vcpu) + V.offCpuLo, now(m));
  piPut(m, vcpu, why === 'blocking' && !sleepsClosed(m, vcpu));
  leave(m, outer);
}

/** Handlers stand still while their vCPU has no CPU: they end that much later. */
function shiftHandlers(m: Machine, vcpu: number): void {
  const at = vcpuAt(m, vcpu);
  const lost = now(m) - read64(m, at + V.offCpuLo);
  for (let level = 0; level < reg(m, vcpu, V.depth); level++) {
    const end = join(reg(m, vcpu, V.stackEndLo + level), reg(m, vcpu, V.stackEndHi + level)) + lost;
    set(m, vcpu, V.stackEndLo + level, lowOf(end));
    set(m, vcpu, V.stackEndHi + level, highOf(end));
  }
}

/** The CPU it last ran on if that is free, else the first free one, -1 none. */
export function freeCpu(m: Machine, vcpu: number): number {
  const last = reg(m, vcpu, V.pcpu);
  if (runningOn(m, last) === NOBODY) return last;
  for (let pcpu = 0; pcpu < pcpuCount(m); pcpu++) if (runningOn(m, pcpu) === NOBODY) return pcpu;
  return -1;
}

/** The host takes the CPU away: if guest code runs, the host's own timer interrupt forces it out first. */
export function preempt(m: Machine, vcpu: number): void {
  if (reg(m, vcpu, V.loaded) === 0) return;
  if (inGuest(m, vcpu)) vmExit(m, vcpu, EXIT.externalInterrupt);
  vcpuPut(m, vcpu, 'preempted');
}

/** Puts a vCPU on a CPU; who runs there must go. */
export function schedule(m: Machine, vcpu: number, pcpu: number): void {
  if (reg(m, vcpu, V.loaded) === 1) {
    if (reg(m, vcpu, V.pcpu) === pcpu) return;
    preempt(m, vcpu);
  }
  const other = runningOn(m, pcpu);
  if (other !== NOBODY) preempt(m, other);
  vcpuLoad(m, vcpu, pcpu);
}

/** Puts it on any CPU, if it has none. */
export function ensureLoaded(m: Machine, vcpu: number): void {
  if (reg(m, vcpu, V.loaded) === 1) return;
  const free = freeCpu(m, vcpu);
  schedule(m, vcpu, free === -1 ? reg(m, vcpu, V.pcpu) : free);
}
