/**
 * Ops that no ioctl has: where a vCPU is, posting to it, an IOMMU's message, entry, exit, and what the VMCS and the
 * descriptor hold. On a machine without the host model they work as far as its words go.
 */

import { OpError } from '../../spec/define/op.ts';
import type { OpResult, VcpuStateName } from '../../spec/ops/index.ts';
import { REQ } from '../core/events.ts';
import { beginJourney, lapicAt, type Machine, piDescAt, vmcsAt } from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import type { ModelOps } from '../core/wires.ts';
import { LAPIC, PI_DESC, VCPU, VMCS } from '../core/words.ts';
import { ensureLoaded, preempt, schedule, vcpuPut } from '../host/pcpu.ts';
import { vtdMessage } from '../host/vtd.ts';
import { vectorsIn } from '../view/machine-view.ts';
import { pi } from '../vmx/pi-desc.ts';
import { type Entry, inGuest, runVcpu, vmExit } from '../vmx/run-loop.ts';
import { EXIT, HOST_VECTOR, vmcs } from '../vmx/vmcs.ts';
import { beginHandler, NMI_VECTOR } from '../world/guest.ts';
import { hex } from './hex.ts';
import { MODEL_OPS } from './model-ops.ts';

const V = VCPU.at;
const OK: OpResult = { ok: true };
const RACES = { kick: 1, nmi: 2, fault: 3 } as const;

/** Leaves the guest, if it is there, and stays out. */
function toHost(m: Machine, vcpu: number, reason: number): void {
  ensureLoaded(m, vcpu);
  if (inGuest(m, vcpu)) vmExit(m, vcpu, reason);
  set(m, vcpu, V.inRun, 0);
  set(m, vcpu, V.halted, 0);
}

/** Goes to guest mode with IF=0 by a whole entry; from guest mode by way of the host. */
function toGuest(m: Machine, vcpu: number): void {
  toHost(m, vcpu, EXIT.preemptionTimer);
  if (m.config.guest === undefined) set(m, vcpu, V.rflagsIf, 0);
  set(m, vcpu, V.inRun, 1);
  m.wires.request(m, vcpu, REQ.event);
  // What the entry acknowledged is in its handler. @kvm irq.c kvm_cpu_get_interrupt
  const entry = runVcpu(m, vcpu);
  if (m.config.guest) takeEvent(m, vcpu, entry);
}

function setState(m: Machine, vcpu: number, state: VcpuStateName): void {
  switch (state) {
    case 'host':
      toHost(m, vcpu, EXIT.externalInterrupt);
      return;
    case 'guest':
      toGuest(m, vcpu);
      return;
    case 'blocked':
      if (reg(m, vcpu, V.loaded) === 0 && reg(m, vcpu, V.blocking) === 1) return;
      toHost(m, vcpu, EXIT.hlt);
      set(m, vcpu, V.halted, 1);
      vcpuPut(m, vcpu, 'blocking');
      return;
    case 'preempted':
      if (reg(m, vcpu, V.loaded) === 0 && reg(m, vcpu, V.preempted) === 1) return;
      ensureLoaded(m, vcpu);
      set(m, vcpu, V.halted, 0);
      preempt(m, vcpu);
  }
}

/** Without APICv no descriptor is in use: what reset left in it (SN=1) is not told, but what a loaded vCPU's would be. */
function printVmx(m: Machine, vcpu: number): OpResult {
  const used = m.config.apicv === true;
  return {
    pir: vectorsIn(m.w, piDescAt(m, vcpu) + PI_DESC.at.pir),
    on: pi(m, vcpu, PI_DESC.at.on) === 1,
    sn: used && pi(m, vcpu, PI_DESC.at.sn) === 1,
    nv: hex(used ? pi(m, vcpu, PI_DESC.at.nv) : HOST_VECTOR.postedIntr),
    ndst: hex(pi(m, vcpu, PI_DESC.at.ndst)),
    rvi: vmcs(m, vcpu, VMCS.at.rvi),
    svi: vmcs(m, vcpu, VMCS.at.svi),
    eoi_exit_bitmap: vectorsIn(m.w, vmcsAt(m, vcpu) + VMCS.at.eoiExitBitmap),
    vm_entry_intr_info: hex(vmcs(m, vcpu, VMCS.at.entryInfoWritten)),
  };
}

/** The event an entry brought starts its handler. */
export function takeEvent(m: Machine, vcpu: number, entry: Entry): boolean {
  if (!entry.nmi && entry.vector === -1) return false;
  beginHandler(m, vcpu, entry.nmi ? NMI_VECTOR : entry.vector);
  return true;
}

/**
 * A model guest that is told to halt and is not inside, as after an exit, goes in for it. Where an INIT waits the HLT was what
 * brought it out.
 * @returns whether what it took there has ended its HLT already
 */
function interruptsHalt(m: Machine, vcpu: number): boolean {
  const stays = reg(m, vcpu, V.halted) | reg(m, vcpu, V.mpState) | m.w[lapicAt(m, vcpu) + LAPIC.at.pendingEvents];
  if (m.config.guest === undefined || inGuest(m, vcpu) || stays !== 0) return false;
  ensureLoaded(m, vcpu);
  m.wires.request(m, vcpu, REQ.event);
  return takeEvent(m, vcpu, runVcpu(m, vcpu));
}

export const VMX_MODEL_OPS: ModelOps = {
  ...MODEL_OPS,
  guest(m, op) {
    if (op.halt === 1 && interruptsHalt(m, op.vcpu)) return OK;
    return MODEL_OPS.guest(m, op);
  },
  vcpu_state(m, op) {
    setState(m, op.vcpu, op.state);
    return OK;
  },
  post(m, op) {
    beginJourney(m);
    m.wires.deliverInterrupt(m, op.vcpu, op.vector);
    return OK;
  },
  vtd_msi(m, op) {
    if (op.irte.pda_vcpu >= m.vcpus) throw new OpError('op.noVcpu', 'pda_vcpu', { max: m.vcpus - 1 });
    beginJourney(m);
    vtdMessage(m, op.irte);
    return OK;
  },
  vmentry(m, op) {
    setState(m, op.vcpu, 'guest');
    return OK;
  },
  vmexit(m, op) {
    setState(m, op.vcpu, 'host');
    return OK;
  },
  get_vmx: (m, op) => printVmx(m, op.vcpu),
  schedule(m, op) {
    if (op.pcpu === null) preempt(m, op.vcpu);
    else schedule(m, op.vcpu, op.pcpu);
    return OK;
  },
  apicv_inhibit(m, op) {
    m.wires.setApicvInhibit(m, op.reason, op.set === 1);
    return OK;
  },
  race(m, op) {
    set(m, op.vcpu, V.race, RACES[op.with]);
    return OK;
  },
};
