/**
 * What the processor does with the virtual-APIC page by itself, without KVM: PPR, TPR, EOI and self-IPI virtualization,
 * evaluation and delivery of virtual interrupts, posted-interrupt processing (SDM vol. 3C, "APIC Virtualization and
 * Virtual Interrupts"). VIRR, VISR, VTPR and VPPR are the words of the local APIC's register page: it is the same page.
 */

import { masks } from '../../../spec/define/registers.ts';
import { TPR } from '../../../spec/registers/lapic.ts';
import { clearVector, highestVector, pprOf, setVector, testVector } from '../../chips/lapic/priority.ts';
import { EV } from '../../core/events.ts';
import {
  atLapic,
  atVcpu,
  emit,
  enter,
  lapicAt,
  leave,
  type Machine,
  piDescAt,
  put,
  vcpuAt,
} from '../../core/machine.ts';
import { LAPIC, PI_DESC, VCPU, VMCS } from '../../core/words.ts';
import { mergePir, setPi } from '../pi-desc.ts';
import { hasControl, PRIMARY, setVmcs, vmcs } from '../vmcs.ts';

const { PRIORITY_CLASS } = masks(TPR);

const F = VMCS.at;
const L = LAPIC.at;
const V = VCPU.at;

/** @sdm "PPR Virtualization" */
export function virtualizePpr(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const vtpr = m.w[at + L.tpr];
  const svi = vmcs(m, vcpu, F.svi);
  const vppr = pprOf(vtpr, svi);
  if (vppr === m.w[at + L.ppr]) return;
  const outer = enter(m, EV.ppr_virtualization, atLapic(vcpu), vtpr, svi, vppr);
  put(m, at + L.ppr, vppr);
  leave(m, outer);
}

/** RVI above VPPR by class, and no interrupt-window exiting. @sdm "Evaluation of Pending Virtual Interrupts" */
export function evaluatePending(m: Machine, vcpu: number): void {
  const rvi = vmcs(m, vcpu, F.rvi);
  const vppr = m.w[lapicAt(m, vcpu) + L.ppr];
  const window = hasControl(m, vcpu, F.primaryControls, PRIMARY.interruptWindow);
  const recognized = !window && (rvi & PRIORITY_CLASS) > (vppr & PRIORITY_CLASS) ? 1 : 0;
  if (rvi === 0 && vmcs(m, vcpu, F.recognized) === recognized) return;
  const outer = enter(m, EV.vid_evaluate, atVcpu(vcpu), rvi, vppr, recognized);
  setVmcs(m, vcpu, F.recognized, recognized);
  leave(m, outer);
}

/**
 * A recognized virtual interrupt is delivered if IF=1 and nothing blocks it.
 * @returns the vector, -1 none @sdm "Virtual-Interrupt Delivery"
 */
export function deliverVirtual(m: Machine, vcpu: number): number {
  const v = vcpuAt(m, vcpu);
  if (vmcs(m, vcpu, F.recognized) === 0) return -1;
  if (m.w[v + V.rflagsIf] === 0 || m.w[v + V.shadow] !== 0) return -1;
  if (hasControl(m, vcpu, F.primaryControls, PRIMARY.interruptWindow)) return -1;
  const at = lapicAt(m, vcpu);
  const vector = vmcs(m, vcpu, F.rvi);
  m.journey = m.journeys[vcpu * 512 + vector];
  m.journeys[vcpu * 512 + 256 + vector] = m.journey;
  const rvi = highestWithout(m.w, at + L.irr, vector);
  const outer = enter(m, EV.vid_deliver, atLapic(vcpu), vector, rvi);
  setVector(m, at + L.isr, vector);
  setVmcs(m, vcpu, F.svi, vector);
  put(m, at + L.ppr, vector & PRIORITY_CLASS);
  clearVector(m, at + L.irr, vector);
  setVmcs(m, vcpu, F.rvi, rvi);
  setVmcs(m, vcpu, F.recognized, 0);
  leave(m, outer);
  return vector;
}

/** Why a vector in VIRR is not delivered. Records nothing when none waits. */
export function noteVirtualHeld(m: Machine, vcpu: number): void {
  const rvi = vmcs(m, vcpu, F.rvi);
  if (rvi === 0) return;
  const v = vcpuAt(m, vcpu);
  const vppr = m.w[lapicAt(m, vcpu) + L.ppr];
  const below = (rvi & PRIORITY_CLASS) <= (vppr & PRIORITY_CLASS);
  const reason = below ? 2 : m.w[v + V.rflagsIf] === 0 ? 0 : m.w[v + V.shadow] !== 0 ? 1 : -1;
  if (reason === -1) return;
  m.journey = m.journeys[vcpu * 512 + rvi];
  emit(m, EV.vid_held, atVcpu(vcpu), reason, rvi, vppr);
}

/** With virtual-interrupt delivery: PPR, then a look at what is pending. @sdm "TPR Virtualization" */
export function virtualizeTpr(m: Machine, vcpu: number): void {
  const outer = enter(m, EV.tpr_virtualization, atLapic(vcpu), m.w[lapicAt(m, vcpu) + L.tpr]);
  virtualizePpr(m, vcpu);
  evaluatePending(m, vcpu);
  leave(m, outer);
}

/** @returns the vector whose EOI must exit, -1 none @sdm "EOI Virtualization" */
export function virtualizeEoi(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  const vector = vmcs(m, vcpu, F.svi);
  const exits = testVector(m.w, m.wordMap.vmcs + vcpu * VMCS.size + F.eoiExitBitmap, vector);
  m.journey = m.journeys[vcpu * 512 + 256 + vector];
  const below = highestWithout(m.w, at + L.isr, vector);
  const outer = enter(m, EV.eoi_virtualization, atLapic(vcpu), vector, below, exits ? 1 : 0);
  clearVector(m, at + L.isr, vector);
  setVmcs(m, vcpu, F.svi, below);
  virtualizePpr(m, vcpu);
  if (!exits) evaluatePending(m, vcpu);
  leave(m, outer);
  return exits ? vector : -1;
}

/** Highest vector of a bitmap once `vector` is out of it, 0 with none: what RVI and SVI become. */
function highestWithout(w: Int32Array, base: number, vector: number): number {
  for (let i = 7; i >= 0; i--) {
    const word = w[base + i] & (i === vector >> 5 ? ~(1 << (vector & 31)) : -1);
    if (word !== 0) return i * 32 + 31 - Math.clz32(word);
  }
  return 0;
}

/** @sdm "Self-IPI Virtualization" */
export function virtualizeSelfIpi(m: Machine, vcpu: number, vector: number): void {
  m.journeys[vcpu * 512 + vector] = m.journey;
  const outer = enter(m, EV.self_ipi_virtualization, atLapic(vcpu), vector);
  setVector(m, lapicAt(m, vcpu) + L.irr, vector);
  setVmcs(m, vcpu, F.rvi, Math.max(vmcs(m, vcpu, F.rvi), vector));
  evaluatePending(m, vcpu);
  leave(m, outer);
}

/** The notification vector arrived in non-root mode. @sdm "Posted-Interrupt Processing" */
export function processPosted(m: Machine, vcpu: number): void {
  const highest = highestVector(m.w, piDescAt(m, vcpu) + PI_DESC.at.pir);
  const rvi = Math.max(vmcs(m, vcpu, F.rvi), highest);
  if (highest !== -1) m.journey = m.journeys[vcpu * 512 + highest];
  const outer = enter(m, EV.pi_processing, atVcpu(vcpu), highest, rvi);
  setPi(m, vcpu, PI_DESC.at.on, 0);
  mergePir(m, vcpu);
  setVmcs(m, vcpu, F.rvi, rvi);
  evaluatePending(m, vcpu);
  leave(m, outer);
}

/** What the processor does with the page as part of a VM entry. @sdm "Updating Non-Register State" */
export function enterVirtualApic(m: Machine, vcpu: number): void {
  virtualizePpr(m, vcpu);
  evaluatePending(m, vcpu);
}
