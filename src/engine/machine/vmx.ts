/**
 * A machine on an Intel host with its run loop: APICv and posted interrupts or not, physical CPUs, VT-d. It is built on
 * the plain machine's wires; what differs is how a vCPU is entered and what the processor does without KVM.
 */

import type { GuestOp, OpResult } from '../../spec/ops/index.ts';
import { REG } from '../../spec/registers/lapic.ts';
import { findHighestIrr, findHighestIsr, highestVector, hwEnabled, inX2apic, setIrr } from '../chips/lapic/priority.ts';
import { updateApicvCaches } from '../chips/lapic/registers.ts';
import { injectPendingTimer } from '../chips/lapic/timer.ts';
import { PIT_CHIP } from '../chips/pit/pit.ts';
import { EV, KICK, REQ } from '../core/events.ts';
import { modelsVmm } from '../core/has.ts';
import {
  AT_VM,
  atLapic,
  atVcpu,
  emit,
  enter,
  lapicAt,
  leave,
  type Machine,
  piDescAt,
  put,
  whereOf,
} from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import type { Entered, Wires } from '../core/wires.ts';
import { HANDLER_DEPTH, LAPIC, PI_DESC, VCPU, VM } from '../core/words.ts';
import {
  ensureLoaded,
  freeCpu,
  hostIpi,
  pcpuCount,
  resetHostCpus,
  runningOn,
  vcpuLoad,
  vcpuPut,
} from '../host/pcpu.ts';
import { bypassChanged, deviceMessage, followRoutes } from '../host/vfio.ts';
import { plainAccess } from '../kvm/emulator.ts';
import { VMX_INHIBITS } from '../kvm/inhibits.ts';
import { APIC_PAGE } from '../kvm/memslots.ts';
import { guestPvEoi } from '../kvm/pv-eoi.ts';
import { acceptEvents, kickOutcome, MODE, makeRequest } from '../kvm/vcpu.ts';
import { accessVirtualized, exitReason } from '../vmx/apicv/access.ts';
import { deliverVirtual } from '../vmx/apicv/virtual-apic.ts';
import { type MmioOp, mmioExit, zapAll } from '../vmx/ept.ts';
import { hasInterrupt, interruptBlocked, nmiBlocked } from '../vmx/inject.ts';
import { clearPosted, postInterrupt, resetPiDesc, syncPirToIrr, wakeUp } from '../vmx/pi-desc.ts';
import { type Entry, inGuest, openWindows, runVcpu, serveRequests, vmExit } from '../vmx/run-loop.ts';
import {
  apicvActive,
  EXIT,
  HOST_VECTOR,
  hwapicIsrUpdate,
  loadEoiExitmap,
  refreshControls,
  resetVmcs,
  setVirtualApicMode,
} from '../vmx/vmcs.ts';
import { beginHandler, guestEoi } from '../world/guest.ts';
import { VMM } from '../world/userspace.ts';
import { MODEL_WIRES } from './model-ops.ts';
import { takeEvent, VMX_MODEL_OPS } from './vmx-ops.ts';

const V = VCPU.at;

/** @kvm x86.c __kvm_set_or_clear_apicv_inhibit */
const setApicvInhibit: Wires['setApicvInhibit'] = (m, reason, on) => {
  const at = m.wordMap.vm + VM.at.apicvInhibits;
  const before = m.w[at];
  const bit = 1 << reason;
  if (m.config.apicv !== true || (VMX_INHIBITS & bit) === 0) return;
  const after = on ? before | bit : before & ~bit;
  if (before === after) return;
  const flips = (before === 0) !== (after === 0);
  const outer = enter(m, EV.apicv_inhibit, AT_VM, reason, on ? 1 : 0, flips ? 1 : 0);
  if (flips)
    requestMany(
      m,
      Array.from({ length: m.vcpus }, (_, vcpu) => vcpu),
      REQ.apicvUpdate,
    );
  put(m, at, after);
  leave(m, outer);
};

/** @kvm x86.c __kvm_vcpu_update_apicv */
function apicvUpdate(m: Machine, vcpu: number): void {
  const lapic = lapicAt(m, vcpu);
  const inhibits = m.w[m.wordMap.vm + VM.at.apicvInhibits];
  const enabled = hwEnabled(m, vcpu);
  const activate = m.config.apicv === true && inhibits === 0 && enabled ? 1 : 0;
  if (m.w[lapic + LAPIC.at.apicvActive] === activate) return;
  const outer = enter(m, EV.apicv_update, atVcpu(vcpu), activate, inhibits);
  put(m, lapic + LAPIC.at.apicvActive, activate);
  updateApicvCaches(m, vcpu);
  refreshControls(m, vcpu);
  // v6.18 leaves SVI as it was: the EOI of what is in service then ends nothing.
  if (activate === 1 && !m.without.has('b2849bec936b')) hwapicIsrUpdate(m, vcpu, findHighestIsr(m, vcpu));
  if (activate === 0) m.wires.request(m, vcpu, REQ.event);
  leave(m, outer);
}

/**
 * A request of several vCPUs at once wakes nobody; those in the guest get one function call, and it is waited for.
 * @kvm kvm_main.c kvm_make_vcpus_request_mask, kvm_kick_many_cpus
 */
function requestMany(m: Machine, vcpus: readonly number[], number: number): void {
  for (const vcpu of vcpus) makeRequest(m, vcpu, number);
  const inside = vcpus.filter((vcpu) => vcpu !== m.current && reg(m, vcpu, V.mode) === MODE.inGuest);
  const [outcome, vector] =
    inside.length > 1 ? [KICK.callMany, HOST_VECTOR.callFunction] : [KICK.callOne, HOST_VECTOR.callFunctionSingle];
  for (const vcpu of inside) forceOut(m, vcpu, outcome, vector);
}

/** An IPI makes the guest's CPU leave it. */
function forceOut(m: Machine, vcpu: number, outcome: number, vector: number): void {
  const pcpu = reg(m, vcpu, V.pcpu);
  const outer = enter(m, EV.kick, atVcpu(vcpu), outcome);
  set(m, vcpu, V.mode, MODE.exiting);
  set(m, vcpu, V.kicks, reg(m, vcpu, V.kicks) + 1);
  set(m, vcpu, V.ipis, reg(m, vcpu, V.ipis) + 1);
  const inner = enter(m, EV.reschedule_ipi, whereOf('pcpu', pcpu), vcpu, vector);
  hostIpi(m, pcpu, vector);
  leave(m, inner);
  leave(m, outer);
}

/** @kvm kvm_main.c __kvm_vcpu_kick */
function kick(m: Machine, vcpu: number): void {
  const outcome = kickOutcome(m, vcpu, reg(m, vcpu, V.blocking) === 1, reg(m, vcpu, V.mode) === MODE.inGuest);
  if (outcome === KICK.ipi) {
    forceOut(m, vcpu, outcome, HOST_VECTOR.reschedule);
    return;
  }
  const outer = enter(m, EV.kick, atVcpu(vcpu), outcome);
  if (outcome === KICK.woken) wakeUp(m, vcpu);
  leave(m, outer);
}

/** The vCPU's hrtimer is on its CPU: if the guest runs there, the host's timer interrupt is an exit. */
function timerInterrupt(m: Machine, vcpu: number): boolean {
  if (reg(m, vcpu, V.loaded) === 0) return false;
  if (inGuest(m, vcpu)) hostIpi(m, reg(m, vcpu, V.pcpu), HOST_VECTOR.localTimer);
  return true;
}

/** @kvm vmx.c vmx_deliver_interrupt */
const deliverInterrupt: Wires['deliverInterrupt'] = (m, vcpu, vector) => {
  if (!apicvActive(m, vcpu)) {
    setIrr(m, vcpu, vector);
    m.wires.request(m, vcpu, REQ.event);
    m.wires.kick(m, vcpu);
    return;
  }
  postInterrupt(m, vcpu, vector);
  emit(m, EV.kvm_apicv_accept_irq, atLapic(vcpu), vector);
};

function createVcpu(m: Machine, vcpu: number): void {
  if (vcpu === 0) resetHostCpus(m);
  put(m, lapicAt(m, vcpu) + LAPIC.at.apicvActive, m.config.apicv === true ? 1 : 0);
  resetPiDesc(m, vcpu);
  resetVmcs(m, vcpu);
  const pcpu = vcpu % pcpuCount(m);
  set(m, vcpu, V.pcpu, runningOn(m, pcpu) === -1 ? -1 : pcpu);
  if (runningOn(m, pcpu) === -1) vcpuLoad(m, vcpu, pcpu);
  else set(m, vcpu, V.preempted, 1);
}

/** An instruction that reaches for memory, an EOI of an xAPIC among them. */
function asMmio(m: Machine, op: GuestOp): MmioOp | null {
  if (op.op === 'mmio_write' || op.op === 'mmio_read') return op;
  if (op.op !== 'eoi' || inX2apic(m, op.vcpu)) return null;
  return { op: 'mmio_write', vcpu: op.vcpu, addr: APIC_PAGE + BigInt(REG.eoi), size: 4, value: 0n };
}

/** KVM emulates an instruction the processor left to it. */
function emulateWithExit(m: Machine, op: GuestOp, emulate: (m: Machine, op: GuestOp) => OpResult): OpResult {
  if (inGuest(m, op.vcpu)) {
    const access = asMmio(m, op);
    if (access === null) vmExit(m, op.vcpu, exitReason(op));
    else {
      const over = mmioExit(m, access);
      if (over !== null) return over;
    }
    if (op.op === 'wrmsr' || op.op === 'rdmsr') {
      emit(m, EV.msr_exit, atVcpu(op.vcpu), op.msr, op.op === 'wrmsr' ? 1 : 0);
    }
  }
  return emulate(m, op);
}

/** What another thread asked for, the vCPU sees when it has left the guest. */
function leaveForRequests(m: Machine, vcpu: number): void {
  if (inGuest(m, vcpu) && reg(m, vcpu, V.requests) !== 0) vmExit(m, vcpu, EXIT.externalInterrupt);
}

/** Whoever lets a halted guest execute something has ended its HLT. */
function endHalt(m: Machine, vcpu: number): void {
  if (reg(m, vcpu, V.halted) === 0) return;
  const outer = enter(m, EV.guest_wake, atVcpu(vcpu));
  set(m, vcpu, V.halted, 0);
  set(m, vcpu, V.blocking, 0);
  leave(m, outer);
}

/** A vCPU in the guest executes it there; one outside is entered for it and leaves again. */
function guestOp(m: Machine, op: GuestOp, emulate: (m: Machine, op: GuestOp) => OpResult): Entered {
  const { vcpu } = op;
  leaveForRequests(m, vcpu);
  const outside = !inGuest(m, vcpu);
  const stays = reg(m, vcpu, V.inRun) === 1;
  let entry: Entry | null = null;
  if (outside) {
    if (!stays) set(m, vcpu, V.rflagsIf, 0);
    m.wires.request(m, vcpu, REQ.event);
    entry = runVcpu(m, vcpu);
    if (m.config.guest !== undefined) takeEvent(m, vcpu, entry);
  }
  if (op.op === 'eoi' && guestPvEoi(m, vcpu)) return { result: { ok: true }, nmi: false, eoiExits: [] };
  const result = accessVirtualized(m, op) ?? plainAccess(m, op) ?? emulateWithExit(m, op, emulate);
  injectPendingTimer(m, vcpu);
  const eoiExits = entry?.eoiExits ?? [];
  if (!stays && inGuest(m, vcpu)) vmExit(m, vcpu, EXIT.io);
  // One more look, so that an EOI exit is told by the op that caused it.
  if (m.split && !inGuest(m, vcpu)) serveRequests(m, vcpu, eoiExits);
  return { result, nmi: entry?.nmi === true, eoiExits };
}

/** The guest is entered with IF=1 and takes at most one event; then it is in the host. */
function run(m: Machine, vcpu: number): Entered {
  leaveForRequests(m, vcpu);
  set(m, vcpu, V.rflagsIf, 1);
  set(m, vcpu, V.shadow, 0);
  if (!inGuest(m, vcpu)) m.wires.request(m, vcpu, REQ.event);
  const entry = runVcpu(m, vcpu);
  if (inGuest(m, vcpu)) vmExit(m, vcpu, EXIT.io);
  set(m, vcpu, V.rflagsIf, 0);
  set(m, vcpu, V.inRun, 0);
  const { nmi, vector, eoiExits } = entry;
  return { result: nmi ? {} : { vector: vector === -1 ? null : vector }, nmi, eoiExits };
}

/** Whether an entry now would take an event that a later `run` is meant to show. */
const hasNmi = (m: Machine, vcpu: number): boolean => reg(m, vcpu, V.nmiQueued) > 0 || reg(m, vcpu, V.nmiPending) > 0;

/** Threads that left the guest for an exit go back in. The model guest's do so in virtual time instead. */
function afterOp(m: Machine): void {
  if (m.config.guest !== undefined) return;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    if (reg(m, vcpu, V.inRun) === 0 || reg(m, vcpu, V.loaded) === 0 || inGuest(m, vcpu) || hasNmi(m, vcpu)) continue;
    m.current = vcpu;
    runVcpu(m, vcpu);
    m.current = -1;
  }
}

/** @kvm x86.c kvm_vcpu_has_events */
function hasEvents(m: Machine, vcpu: number): boolean {
  if (m.w[lapicAt(m, vcpu) + LAPIC.at.pendingEvents] !== 0) return true;
  if ((reg(m, vcpu, V.requests) & (1 << REQ.nmi)) !== 0) return true;
  if (reg(m, vcpu, V.nmiPending) > 0 && !nmiBlocked(m, vcpu)) return true;
  return !interruptBlocked(m, vcpu) && hasInterrupt(m, vcpu);
}

/** What happens next belongs to the interrupt that waits, if one does. */
function followPending(m: Machine, vcpu: number): void {
  const pir = highestVector(m.w, piDescAt(m, vcpu) + PI_DESC.at.pir);
  const vector = Math.max(pir, findHighestIrr(m, vcpu));
  m.journey = vector === -1 ? 0 : m.journeys[vcpu * 512 + vector];
}

/** The thread of a sleeper that was woken, or has something to do. */
function wakeSleeper(m: Machine, vcpu: number): boolean {
  if (reg(m, vcpu, V.halted) === 0) return false;
  const woken = reg(m, vcpu, V.blocking) === 0;
  if (!woken && (reg(m, vcpu, V.requests) & (1 << REQ.nmi)) === 0) return false;
  if (woken && interruptBlocked(m, vcpu)) {
    // HLT with IF=0: an interrupt wakes the thread, kvm_vcpu_check_block finds nothing that may go in, and it sleeps on.
    injectPendingTimer(m, vcpu);
    if (!hasEvents(m, vcpu)) {
      set(m, vcpu, V.blocking, 1);
      return false;
    }
  }
  followPending(m, vcpu);
  endHalt(m, vcpu);
  set(m, vcpu, V.preempted, 1 - reg(m, vcpu, V.loaded));
  return true;
}

/** One look at a vCPU of the model guest. */
function serveVcpu(m: Machine, vcpu: number): boolean {
  let moved = wakeSleeper(m, vcpu);
  if (reg(m, vcpu, V.halted) === 1 || reg(m, vcpu, V.depth) >= HANDLER_DEPTH) return moved;
  if (reg(m, vcpu, V.loaded) === 0) {
    const pcpu = freeCpu(m, vcpu);
    if (pcpu === -1) return moved;
    vcpuLoad(m, vcpu, pcpu);
    moved = true;
  }
  // KVM_REQ_UNBLOCK cancels the first entry of one that was scheduled in, and vcpu_run comes by what expired meanwhile.
  injectPendingTimer(m, vcpu);
  if (!moved) followPending(m, vcpu);
  leaveForRequests(m, vcpu);
  if (inGuest(m, vcpu)) {
    const opened = openWindows(m, vcpu);
    if (!opened) {
      const vector = deliverVirtual(m, vcpu);
      if (vector !== -1) beginHandler(m, vcpu, vector);
      return vector !== -1 || moved;
    }
  }
  acceptEvents(m, vcpu);
  if (reg(m, vcpu, V.mpState) !== 0) return moved;
  takeEvent(m, vcpu, runVcpu(m, vcpu));
  return true;
}

/** HLT: an exit; with nothing pending the thread sleeps. @kvm x86.c kvm_emulate_halt, vcpu_block */
function guestHalt(m: Machine, vcpu: number): void {
  if (!inGuest(m, vcpu)) return;
  vmExit(m, vcpu, EXIT.hlt);
  const outer = enter(m, EV.guest_halt, atVcpu(vcpu));
  // vmx_skip_emulated_instruction: the shadow of an STI before HLT ends with HLT.
  set(m, vcpu, V.shadow, 0);
  if (!hasEvents(m, vcpu)) {
    set(m, vcpu, V.halted, 1);
    const inner = enter(m, EV.vcpu_block, atVcpu(vcpu));
    vcpuPut(m, vcpu, 'blocking');
    leave(m, inner);
  } else {
    m.wires.request(m, vcpu, REQ.event);
  }
  leave(m, outer);
}

/** KVM_RUN anew: what KVM_SET_MP_STATE said decides whether the thread sleeps. @kvm x86.c vcpu_run, vcpu_block */
function backToRun(m: Machine, vcpu: number): void {
  if (m.config.guest === undefined) return;
  const halted = reg(m, vcpu, V.halted);
  if (halted === 0 && reg(m, vcpu, V.blocking) === 1) {
    set(m, vcpu, V.blocking, 0);
    set(m, vcpu, V.preempted, 1 - reg(m, vcpu, V.loaded));
  } else if (halted === 1 && reg(m, vcpu, V.loaded) === 1) {
    const outer = enter(m, EV.vcpu_block, atVcpu(vcpu));
    vcpuPut(m, vcpu, 'blocking');
    leave(m, outer);
  }
  injectPendingTimer(m, vcpu);
  m.wires.openWindow(m, vcpu);
  // It goes in at once, so that the next message and the guest's next instruction find it inside.
  if (halted === 0) serveVcpu(m, vcpu);
}

/** The handler's EOI as a guest instruction: virtualized, or an exit to KVM. */
const vmxGuestEoi: Wires['guestEoi'] = (m, vcpu, kind) => {
  const outside = !inGuest(m, vcpu);
  if (outside || kind === 'none' || kind === 'pic' || kind === 'pic-slave') {
    if (!outside && kind !== 'none') vmExit(m, vcpu, EXIT.io);
    guestEoi(m, vcpu, kind);
    return;
  }
  if (guestPvEoi(m, vcpu)) return;
  if (accessVirtualized(m, { op: 'eoi', vcpu }) !== null) return;
  if (inGuest(m, vcpu)) vmExit(m, vcpu, inX2apic(m, vcpu) ? EXIT.wrmsr : EXIT.apicAccess);
  guestEoi(m, vcpu, kind);
};

export const VMX_WIRES: Wires = {
  ...MODEL_WIRES,
  pit: () => PIT_CHIP,
  vmm: () => VMM,
  modelsCpus: true,
  apicAccessPage: true,
  flushShadow: zapAll,
  deliverInterrupt,
  syncPirToIrr: (m, vcpu) => (m.config.apicv === true ? syncPirToIrr(m, vcpu) : findHighestIrr(m, vcpu)),
  hwapicIsrUpdate,
  loadEoiExitmap,
  setApicvInhibit,
  apicvUpdate,
  apicvActivated: (m) => m.config.apicv === true && m.w[m.wordMap.vm + VM.at.apicvInhibits] === 0,
  timerInterrupt,
  requestMany,
  kick,
  createVcpu,
  apicvPreStateRestore: clearPosted,
  apicvPostStateRestore() {},
  setVirtualApicMode,
  hostIpi,
  deviceMessage,
  bypassChanged,
  routingChanged(m, before) {
    MODEL_WIRES.routingChanged(m, before);
    followRoutes(m, before);
  },
  beforeEntry(m, vcpu) {
    endHalt(m, vcpu);
    ensureLoaded(m, vcpu);
  },
  guestOp,
  run,
  afterOp,
  serveVcpu,
  openWindow(m, vcpu) {
    if (modelsVmm(m)) VMM.window(m, vcpu);
    // A running guest's window opens by itself; a sleeper's thread looks whether it has become runnable.
    if (reg(m, vcpu, V.blocking) === 1 && hasEvents(m, vcpu)) wakeUp(m, vcpu);
  },
  leaveRun(m, vcpu) {
    if (inGuest(m, vcpu)) vmExit(m, vcpu, EXIT.externalInterrupt);
  },
  backToRun,
  guestHalt,
  guestEoi: vmxGuestEoi,
  modelOps: VMX_MODEL_OPS,
};
