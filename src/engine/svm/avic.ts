/**
 * A machine on an AMD host with AVIC (arch/x86/kvm/svm/avic.c, v6.18): the backing page is the local APIC's register page,
 * there is no descriptor; a doorbell tells a running vCPU to look, the physical-id table tells who runs.
 *
 * Modelled: KVM's and the processor's delivery, doorbell, IPIs with their incomplete exits 0 to 2, accelerated TPR and
 * edge EOI, the traps. Left out: logical-id table (such IPIs exit), x2AVIC, the IOMMU's guest-mode entries, VMCB fields.
 */

import type { GuestOp, OpResult } from '../../spec/ops/index.ts';
import { REG } from '../../spec/registers/lapic.ts';
import {
  clearVector,
  findHighestIrr,
  highestVector,
  inX2apic,
  pprOf,
  setEoi,
  setIrr,
  setVector,
  testVector,
} from '../chips/lapic/priority.ts';
import { inApicPage, pageWord } from '../chips/lapic/registers.ts';
import { EV, REQ } from '../core/events.ts';
import {
  atLapic,
  atVcpu,
  beginJourney,
  emit,
  enter,
  lapicAt,
  leave,
  type Machine,
  put,
  whereOf,
} from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import type { Host } from '../core/wires.ts';
import { LAPIC, VCPU } from '../core/words.ts';
import { countExit, MODE } from '../kvm/vcpu.ts';
import { MODEL_HOST } from '../machine/model-ops.ts';
import { PLAIN_MODEL_OPS } from '../machine/vmx-ops.ts';
import { beginHandler, openWindow, serveVcpu } from '../world/guest.ts';

const V = VCPU.at;
const L = LAPIC.at;
/** Registers whose write traps after the value is in the page. @kvm avic.c is_avic_unaccelerated_access_trap */
const TRAPS = new Set<number>([
  ...[REG.id, REG.ldr, REG.dfr, REG.svr, REG.esr, REG.tmict, REG.tdcr],
  ...[REG.lvtTimer, REG.lvtThermal, REG.lvtPerf, REG.lvtLint0, REG.lvtLint1, REG.lvtError],
]);

/** IsRunning and the host's id. @kvm avic.c avic_vcpu_load */
function load(m: Machine, vcpu: number): void {
  const outer = enter(m, EV.avic_load, atVcpu(vcpu), reg(m, vcpu, V.pcpu));
  set(m, vcpu, V.avicRunning, 1);
  set(m, vcpu, V.avicHost, reg(m, vcpu, V.pcpu));
  leave(m, outer);
}

/** @kvm avic.c avic_vcpu_put */
function unload(m: Machine, vcpu: number): void {
  const outer = enter(m, EV.avic_put, atVcpu(vcpu));
  set(m, vcpu, V.avicRunning, 0);
  leave(m, outer);
}

function doorbell(m: Machine, vcpu: number): void {
  const pcpu = reg(m, vcpu, V.avicHost);
  emit(m, EV.avic_doorbell, whereOf('pcpu', pcpu), vcpu);
}

function wake(m: Machine, vcpu: number): void {
  if (reg(m, vcpu, V.halted) === 0) return;
  const outer = enter(m, EV.vcpu_wakeup, atVcpu(vcpu), 1);
  set(m, vcpu, V.halted, 0);
  leave(m, outer);
}

/** IRR in the backing page, then a doorbell or a wake-up. @kvm svm.c svm_deliver_interrupt, svm_complete_interrupt_delivery */
const deliverInterrupt: Host['deliverInterrupt'] = (m, vcpu, vector) => {
  setIrr(m, vcpu, vector);
  const running = reg(m, vcpu, V.mode) === MODE.inGuest;
  const outer = enter(m, EV.avic_deliver, atVcpu(vcpu), vector, running ? 1 : 0);
  if (running) doorbell(m, vcpu);
  else wake(m, vcpu);
  leave(m, outer);
};

/** The processor looks at the page and takes what is above PPR. @returns the vector, -1 none */
function evaluate(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  const vector = highestVector(m.w, at + L.irr);
  if (vector === -1) return -1;
  const ppr = m.w[at + L.ppr] as number;
  const open = reg(m, vcpu, V.rflagsIf) === 1 && reg(m, vcpu, V.shadow) === 0;
  if (!open || (vector & 0xf0) <= (ppr & 0xf0)) return -1;
  m.journey = m.journeys[vcpu * 512 + vector] as number;
  const outer = enter(m, EV.avic_evaluate, atVcpu(vcpu), vector, ppr, 1);
  m.journeys[vcpu * 512 + 256 + vector] = m.journey;
  clearVector(m, at + L.irr, vector);
  setVector(m, at + L.isr, vector);
  put(m, at + L.ppr, vector & 0xf0);
  leave(m, outer);
  return vector;
}

/** The processor keeps PPR itself. */
function updatePprWord(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  put(m, at + L.ppr, pprOf(m.w[at + L.tpr] as number, highestVector(m.w, at + L.isr)));
}

/** An edge EOI is the processor's own; a level one traps. */
function eoi(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const vector = highestVector(m.w, at + L.isr);
  if (vector !== -1 && testVector(m.w, at + L.tmr, vector)) {
    countExit(m, vcpu);
    const outer = enter(m, EV.avic_unaccelerated, atVcpu(vcpu), REG.eoi, 1);
    setEoi(m, vcpu);
    leave(m, outer);
    return;
  }
  m.journey = vector === -1 ? 0 : (m.journeys[vcpu * 512 + 256 + vector] as number);
  const outer = enter(m, EV.eoi_virtualization, atLapic(vcpu), Math.max(vector, 0), 0, 0);
  if (vector !== -1) clearVector(m, at + L.isr, vector);
  updatePprWord(m, vcpu);
  leave(m, outer);
}

/** @returns true if the processor sent it whole; false: an incomplete-IPI exit, and KVM has done the rest or must */
function sendIpi(m: Machine, vcpu: number, low: number, emulate: () => void): void {
  const dest = (m.w[lapicAt(m, vcpu) + L.icr2] as number) >>> 24;
  const plain = (low & 0x7000000) === 0 && ((low >>> 18) & 3) === 0 && (low & 0x8f00) === 0;
  const target = plain ? findId(m, dest) : -1;
  const id = !plain ? 0 : target === -1 ? 2 : reg(m, target, V.avicRunning) === 1 ? -1 : 1;
  const before = beginJourney(m);
  if (target !== -1) {
    const outer = enter(m, EV.avic_ipi, atLapic(vcpu), low & 0xff, dest, target);
    m.journeys[target * 512 + (low & 0xff)] = m.journey;
    setVector(m, lapicAt(m, target) + L.irr, low & 0xff);
    if (id === -1) doorbell(m, target);
    leave(m, outer);
  }
  if (id !== -1) {
    countExit(m, vcpu);
    const outer = enter(m, EV.avic_incomplete_ipi, atVcpu(vcpu), id, low, dest);
    if (id === 1) {
      emit(m, EV.avic_kick, atVcpu(vcpu), target);
      wake(m, target);
    } else {
      emulate();
    }
    leave(m, outer);
  }
  put(m, lapicAt(m, vcpu) + L.icr, low & ~0x1000);
  m.journey = before;
}

function findId(m: Machine, dest: number): number {
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) if (reg(m, vcpu, V.apicId) === dest) return vcpu;
  return -1;
}

/** A guest instruction: what of it the AVIC takes. */
function guestOp(m: Machine, op: GuestOp, emulate: (m: Machine, op: GuestOp) => OpResult): OpResult {
  const { vcpu } = op;
  if (op.op === 'eoi' && !inX2apic(m, vcpu)) {
    eoi(m, vcpu);
    return { ok: true };
  }
  const mmio = op.op === 'mmio_write' || op.op === 'mmio_read';
  if (!mmio || inX2apic(m, vcpu) || op.size !== 4 || !inApicPage(m, vcpu, op.addr)) {
    if (op.op !== 'nop') countExit(m, vcpu);
    return emulate(m, op);
  }
  const offset = Number(op.addr & 0xff0n);
  if (op.op === 'mmio_read' && offset !== REG.tmcct) {
    const value = pageWord(m, vcpu, offset) >>> 0;
    emit(m, EV.apic_read_virtualized, atLapic(vcpu), offset, value);
    return { value: `0x${value.toString(16)}` };
  }
  if (op.op === 'mmio_write') {
    const value = Number(op.value & 0xffffffffn) | 0;
    if (offset === REG.tpr || offset === REG.icr2 || offset === REG.eoi || offset === REG.icr) {
      const outer = enter(m, EV.apic_write_virtualized, atLapic(vcpu), offset, value);
      if (offset === REG.tpr) {
        put(m, lapicAt(m, vcpu) + L.tpr, value & 0xff);
        updatePprWord(m, vcpu);
      } else if (offset === REG.icr2) put(m, lapicAt(m, vcpu) + L.icr2, value & 0xff000000);
      else if (offset === REG.eoi) eoi(m, vcpu);
      else sendIpi(m, vcpu, value, () => void emulate(m, op));
      leave(m, outer);
      return { ok: true };
    }
  }
  countExit(m, vcpu);
  const trap = op.op === 'mmio_write' && TRAPS.has(offset) ? 1 : 0;
  const outer = enter(m, EV.avic_unaccelerated, atVcpu(vcpu), offset, trap);
  const result = emulate(m, op);
  leave(m, outer);
  return result;
}

export const AVIC_HOST: Host = {
  ...MODEL_HOST,
  apicAccessPage: true,
  modelOps: PLAIN_MODEL_OPS,
  deliverInterrupt,
  apicvActivated: () => true,
  createVcpu(m, vcpu) {
    put(m, lapicAt(m, vcpu) + L.apicvActive, 1);
    load(m, vcpu);
  },
  apicvUpdate() {},
  guestOp,
  serveVcpu(m, vcpu) {
    const inside = reg(m, vcpu, V.mode) === MODE.inGuest;
    const requests = reg(m, vcpu, V.requests) & ~(1 << REQ.event);
    if (reg(m, vcpu, V.halted) === 0 && !inside) {
      const pending = findHighestIrr(m, vcpu);
      m.journey = pending === -1 ? 0 : (m.journeys[vcpu * 512 + pending] as number);
      load(m, vcpu);
      set(m, vcpu, V.mode, MODE.inGuest);
      return true;
    }
    const nmi = reg(m, vcpu, V.nmiPending) > 0 && reg(m, vcpu, V.nmiMasked) === 0;
    if (inside && requests === 0 && !nmi) {
      if ((reg(m, vcpu, V.requests) & (1 << REQ.event)) !== 0) set(m, vcpu, V.requests, 0);
      const vector = evaluate(m, vcpu);
      if (vector !== -1) beginHandler(m, vcpu, vector);
      return vector !== -1;
    }
    // An NMI, or a request of another kind: the plain way, through an exit.
    if (nmi) m.host.request(m, vcpu, REQ.event);
    return serveVcpu(m, vcpu);
  },
  openWindow(m, vcpu) {
    if (reg(m, vcpu, V.nmiPending) > 0) openWindow(m, vcpu);
  },
  guestHalt(m, vcpu) {
    MODEL_HOST.guestHalt(m, vcpu);
    unload(m, vcpu);
  },
  guestEoi(m, vcpu, kind) {
    if (kind === 'apic') eoi(m, vcpu);
    else MODEL_HOST.guestEoi(m, vcpu, kind);
  },
};
