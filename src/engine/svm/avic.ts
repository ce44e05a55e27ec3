/**
 * A machine on an AMD host with AVIC (arch/x86/kvm/svm/avic.c, v6.18): the backing page is the local APIC's register page,
 * there is no descriptor; a doorbell tells a running vCPU to look, the physical-id table tells who runs. While an inhibit
 * reason holds the machine is a plain one: KVM injects. In x2APIC mode it is hybrid: each access exits, delivery stays AVIC's.
 *
 * Modelled: KVM's and the processor's delivery, doorbell, IPIs to physical, logical, broadcast and shorthand destinations
 * with the incomplete exits 0, 1, 2 and 4, accelerated TPR and edge EOI, the traps, inhibits with the update of each vCPU.
 * The logical id table is kept as KVM keeps it, the physical one is not: where AVIC is not inhibited it is one to one with
 * the APICs' ids. Left out: x2AVIC, the IOMMU's guest-mode entries, VMCB fields.
 */

import { OpError } from '../../spec/define/op.ts';
import type { GuestOp, OpResult } from '../../spec/ops/index.ts';
import { REG } from '../../spec/registers/lapic.ts';
import {
  apicHasInterrupt,
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
import { inApicPage, pageWord, sendIpi, updateApicvCaches, writeRegister } from '../chips/lapic/registers.ts';
import { TIMER_MODE } from '../chips/lapic/timer.ts';
import { EV, REQ } from '../core/events.ts';
import {
  AT_VM,
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
import type { ModelOps, Wires } from '../core/wires.ts';
import { BASE, LAPIC, VCPU, VM } from '../core/words.ts';
import { APICV_INHIBIT, AVIC_INHIBITS } from '../kvm/inhibits.ts';
import { countExit, hasExtint, kick, MODE, makeRequest } from '../kvm/vcpu.ts';
import { beginHandler, openWindow, serveVcpu } from '../world/guest.ts';

const V = VCPU.at;
const L = LAPIC.at;
/** Registers whose write traps after the value is in the page. @kvm avic.c is_avic_unaccelerated_access_trap */
const RRR = 0xc0;
const TRAPS = new Set<number>([
  RRR,
  ...[REG.id, REG.ldr, REG.dfr, REG.svr, REG.esr, REG.tmict, REG.tdcr],
  ...[REG.lvtTimer, REG.lvtThermal, REG.lvtPerf, REG.lvtLint0, REG.lvtLint1, REG.lvtError],
]);
/** AVIC_IPI_FAILURE_*, and -1: the processor sent it whole. */
const IPI = { sent: -1, invalidType: 0, notRunning: 1, invalidTarget: 2, invalidVector: 4 } as const;
/** AVIC_MAX_PHYSICAL_ID: the xAVIC's table has no place for larger ids. @kvm avic.c avic_init_backing_page */
const MAX_PHYSICAL_ID = 0xfe;
/** Who rings a doorbell, as `avic_doorbell` says. */
const RING = { kvm: 0, processor: 1 } as const;

/** kvm_vcpu_apicv_active */
const active = (m: Machine, vcpu: number): boolean => m.w[lapicAt(m, vcpu) + L.apicvActive] === 1;
/** Does the processor virtualize this vCPU's APIC page? Without x2AVIC not in x2APIC mode. */
const accelerates = (m: Machine, vcpu: number): boolean => active(m, vcpu) && !inX2apic(m, vcpu);
const isOpen = (m: Machine, vcpu: number): boolean => reg(m, vcpu, V.rflagsIf) === 1 && reg(m, vcpu, V.shadow) === 0;
const inhibits = (m: Machine): number => m.w[BASE.vm + VM.at.apicvInhibits];

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

function doorbell(m: Machine, vcpu: number, by: number): void {
  const pcpu = reg(m, vcpu, V.avicHost);
  emit(m, EV.avic_doorbell, whereOf('pcpu', pcpu), vcpu, by);
}

/** The sleeper's thread is woken. After HLT with IF=0 it finds nothing that may go in, and sleeps on. @kvm kvm_main.c kvm_vcpu_check_block */
function wake(m: Machine, vcpu: number): void {
  if (reg(m, vcpu, V.halted) === 0) return;
  const outer = enter(m, EV.vcpu_wakeup, atVcpu(vcpu), 1);
  if (isOpen(m, vcpu)) set(m, vcpu, V.halted, 0);
  leave(m, outer);
}

/** AVIC off: an event is asked for, and a kick; on: a doorbell or a wake-up. @kvm svm.c svm_complete_interrupt_delivery */
function completeDelivery(m: Machine, vcpu: number, vector: number): void {
  if (!active(m, vcpu)) {
    makeRequest(m, vcpu, REQ.event);
    kick(m, vcpu);
    return;
  }
  const running = m.without.has('31f251d4ddfa') ? reg(m, vcpu, V.avicRunning) === 1 : inGuestMode(m, vcpu);
  const outer = enter(m, EV.avic_deliver, atVcpu(vcpu), vector, running ? 1 : 0);
  if (running) doorbell(m, vcpu, RING.kvm);
  else wake(m, vcpu);
  leave(m, outer);
}

const inGuestMode = (m: Machine, vcpu: number): boolean => reg(m, vcpu, V.mode) === MODE.inGuest;

/** In guest mode a doorbell does it, else the thread is woken if it sleeps. */
function ringOrWake(m: Machine, vcpu: number): void {
  if (inGuestMode(m, vcpu)) doorbell(m, vcpu, RING.kvm);
  else wake(m, vcpu);
}

/** IRR in the backing page, then whatever makes the vCPU look. @kvm svm.c svm_deliver_interrupt */
const deliverInterrupt: Wires['deliverInterrupt'] = (m, vcpu, vector) => {
  setIrr(m, vcpu, vector);
  completeDelivery(m, vcpu, vector);
};

/** The processor looks at the page and takes what is above PPR. @param open the guest takes interrupts @returns the vector, -1 none */
function evaluate(m: Machine, vcpu: number, open: boolean): number {
  const at = lapicAt(m, vcpu);
  const vector = highestVector(m.w, at + L.irr);
  if (vector === -1) return -1;
  const ppr = m.w[at + L.ppr];
  if (!open || (vector & 0xf0) <= (ppr & 0xf0)) return -1;
  m.journey = m.journeys[vcpu * 512 + vector];
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
  put(m, at + L.ppr, pprOf(m.w[at + L.tpr], highestVector(m.w, at + L.isr)));
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
  m.journey = vector === -1 ? 0 : m.journeys[vcpu * 512 + 256 + vector];
  const outer = enter(m, EV.eoi_virtualization, atLapic(vcpu), Math.max(vector, 0), 0, 0);
  if (vector !== -1) clearVector(m, at + L.isr, vector);
  updatePprWord(m, vcpu);
  leave(m, outer);
}

const idOf = (m: Machine, vcpu: number): number => reg(m, vcpu, V.apicId);
const everyVcpu = (m: Machine): number[] => Array.from({ length: m.vcpus }, (_, vcpu) => vcpu);

/** The vCPUs of a physical destination, by the physical id table; null where its entry is not valid. */
function physicalTargets(m: Machine, dest: number): number[] | null {
  if (dest === 0xff) return everyVcpu(m);
  // Before v6.0 an entry moved along with its APIC's ID. @kvm avic.c avic_handle_apic_id_update (v5.15)
  const follows = m.without.has('3743c2f02517');
  const entryOf = (vcpu: number): number => (follows ? m.w[lapicAt(m, vcpu) + L.id] >>> 24 : idOf(m, vcpu));
  const target = everyVcpu(m).find((vcpu) => entryOf(vcpu) === dest);
  return target === undefined ? null : [target];
}

/** Place of an LDR in the logical id table, -1 where it has none. @kvm avic.c avic_get_logical_id_entry */
function entryIndex(ldr: number, flat: boolean): number {
  const id = ldr >>> 24;
  const cluster = flat ? 0 : id >>> 4;
  const bit = flat ? id : id & 0xf;
  if (cluster === 15 || bit === 0 || (bit & (bit - 1)) !== 0) return -1;
  return 31 - Math.clz32(bit) + cluster * 4;
}

const entryWord = (index: number): number => (index < 32 ? V.avicEntriesLo : V.avicEntriesHi);
/** The vCPU in a valid entry, -1 where it is not valid. */
const entryVcpu = (m: Machine, index: number): number =>
  index > 59 ? -1 : everyVcpu(m).findIndex((vcpu) => ((reg(m, vcpu, entryWord(index)) >>> (index & 31)) & 1) === 1);

/** An entry's valid bit is cleared, whoever is in it. */
function clearEntry(m: Machine, index: number): void {
  const owner = index === -1 ? -1 : entryVcpu(m, index);
  if (owner === -1) return;
  set(m, owner, entryWord(index), reg(m, owner, entryWord(index)) & ~(1 << (index & 31)));
}

/** @kvm avic.c avic_invalidate_logical_id_entry */
function invalidateEntry(m: Machine, vcpu: number): void {
  if (inX2apic(m, vcpu)) return;
  clearEntry(m, entryIndex(reg(m, vcpu, V.avicLdr), reg(m, vcpu, V.avicDfrNot) === 0));
}

/** Another LDR than the last one: its entry goes, the new one's becomes valid. The same again does nothing. @kvm avic.c avic_handle_ldr_update */
function followLdr(m: Machine, vcpu: number, ldr: number): void {
  if (inX2apic(m, vcpu) || ldr === reg(m, vcpu, V.avicLdr)) return;
  invalidateEntry(m, vcpu);
  set(m, vcpu, V.avicLdr, ldr);
  const at = lapicAt(m, vcpu);
  const index = entryIndex(ldr, m.w[at + L.dfr] === -1);
  if (index === -1) return;
  clearEntry(m, index);
  // The entry holds the APIC's ID as it is now; another than the vCPU's own switches AVIC off.
  const id = m.w[at + L.id] >>> 24;
  const owner = everyVcpu(m).find((other) => idOf(m, other) === id) ?? vcpu;
  set(m, owner, entryWord(index), reg(m, owner, entryWord(index)) | (1 << (index & 31)));
}

/** Another DFR: the entry of the LDR goes, and comes again only with another LDR. @kvm avic.c avic_handle_dfr_update */
function followDfr(m: Machine, vcpu: number, dfr: number): void {
  if (~dfr === reg(m, vcpu, V.avicDfrNot)) return;
  invalidateEntry(m, vcpu);
  set(m, vcpu, V.avicDfrNot, ~dfr);
}

/** @kvm avic.c avic_apicv_post_state_restore */
function apicvPostStateRestore(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  followDfr(m, vcpu, m.w[at + L.dfr]);
  followLdr(m, vcpu, m.w[at + L.ldr]);
}

/**
 * The vCPUs of a logical destination, by the logical id table as KVM keeps it: null where the entry of one of its bits is not
 * valid. A software-disabled APIC keeps its entry.
 */
function logicalTargets(m: Machine, vcpu: number, dest: number): number[] | null {
  const flat = m.w[lapicAt(m, vcpu) + L.dfr] === -1;
  const base = flat ? 0 : (dest >>> 4) * 4;
  const targets: number[] = [];
  for (let rest = flat ? dest : dest & 0xf; rest !== 0; rest &= rest - 1) {
    const target = entryVcpu(m, base + 31 - Math.clz32(rest & -rest));
    if (target === -1) return null;
    targets.push(target);
  }
  return targets;
}

/** Who an ICR write of the guest is for; null where the processor finds one of them invalid. */
function ipiTargets(m: Machine, vcpu: number, low: number, dest: number): number[] | null {
  switch ((low >>> 18) & 3) {
    case 1:
      return [vcpu];
    case 2:
      return everyVcpu(m);
    case 3:
      return everyVcpu(m).filter((other) => other !== vcpu);
    default:
      return (low & 0x800) === 0 ? physicalTargets(m, dest) : logicalTargets(m, vcpu, dest);
  }
}

/** How the processor's sending ends. Only fixed, edge-triggered interrupts are its own. */
function ipiOutcome(m: Machine, vcpu: number, low: number, targets: readonly number[] | null): number {
  if ((low & 0x8700) !== 0) return IPI.invalidType;
  if ((low & 0xff) < 16) return IPI.invalidVector;
  if (targets === null) return IPI.invalidTarget;
  const missed = targets.some((target) => target !== vcpu && reg(m, target, V.avicRunning) === 0);
  return missed ? IPI.notRunning : IPI.sent;
}

/**
 * The guest writes ICR: the processor sets the bits in the targets' pages and rings for those that run; what it cannot do
 * is an incomplete-IPI exit: KVM sends the whole IPI, or sees to those that did not run, and looks at every target for that.
 * @kvm avic.c avic_incomplete_ipi_interception, avic_kick_target_vcpus
 */
function writeIcr(m: Machine, vcpu: number, low: number): void {
  const icr2 = m.w[lapicAt(m, vcpu) + L.icr2];
  const dest = icr2 >>> 24;
  const targets = ipiTargets(m, vcpu, low, dest);
  const id = ipiOutcome(m, vcpu, low, targets);
  const before = beginJourney(m);
  if (id === IPI.sent || id === IPI.notRunning) for (const target of targets ?? []) ring(m, vcpu, target, low, dest);
  put(m, lapicAt(m, vcpu) + L.icr, low & ~0x1000);
  if (id !== IPI.sent) {
    countExit(m, vcpu);
    const outer = enter(m, EV.avic_incomplete_ipi, atVcpu(vcpu), id, low, dest);
    if (id === IPI.notRunning) for (const target of targets ?? []) kickTarget(m, vcpu, target, low & 0xff);
    else if (id !== IPI.invalidVector) sendIpi(m, vcpu, low & ~0x1000, icr2);
    leave(m, outer);
  }
  m.journey = before;
}

/** The processor's part for one target. */
function ring(m: Machine, vcpu: number, target: number, low: number, dest: number): void {
  const outer = enter(m, EV.avic_ipi, atLapic(vcpu), low & 0xff, dest, target);
  m.journeys[target * 512 + (low & 0xff)] = m.journey;
  setVector(m, lapicAt(m, target) + L.irr, low & 0xff);
  if (target !== vcpu && reg(m, target, V.avicRunning) === 1) doorbell(m, target, RING.processor);
  leave(m, outer);
}

/**
 * KVM's part for one target: the bit is set, so only the end of a delivery is left. The sender is out of the guest and awake.
 * @kvm avic.c avic_kick_vcpu, svm.c svm_complete_interrupt_delivery
 */
function kickTarget(m: Machine, vcpu: number, target: number, vector: number): void {
  const outer = enter(m, EV.avic_kick, atVcpu(vcpu), target, vector);
  if (m.without.has('66fa226c131f')) wake(m, target);
  else {
    put(m, lapicAt(m, target) + L.irrPending, 1);
    if (!active(m, target)) completeDelivery(m, target, vector);
    else if (target !== vcpu) ringOrWake(m, target);
  }
  leave(m, outer);
}

/** A register write that the processor does whole, or with KVM's help. */
function writeAccelerated(m: Machine, vcpu: number, offset: number, value: number): void {
  const outer = enter(m, EV.apic_write_virtualized, atLapic(vcpu), offset, value);
  if (offset === REG.tpr) {
    put(m, lapicAt(m, vcpu) + L.tpr, value & 0xff);
    updatePprWord(m, vcpu);
  } else if (offset === REG.icr2) put(m, lapicAt(m, vcpu) + L.icr2, value & 0xff000000);
  else if (offset === REG.eoi) eoi(m, vcpu);
  else writeIcr(m, vcpu, value);
  leave(m, outer);
}

/**
 * A write that traps: the processor has put the value in the page, KVM writes the register once more to do what hangs on
 * it. Where KVM then ignores the write, the page keeps what the processor put: ESR, and TMICT in TSC-deadline mode.
 * @kvm avic.c avic_unaccel_trap_write, lapic.c kvm_apic_write_nodecode
 */
function trapped(m: Machine, vcpu: number, offset: number, value: number): void {
  if (offset === RRR) return;
  if (offset === REG.ldr) followLdr(m, vcpu, value);
  if (offset === REG.dfr) followDfr(m, vcpu, value);
  const at = lapicAt(m, vcpu);
  if (offset === REG.esr) put(m, at + L.esr, value);
  if (offset === REG.tmict && m.w[at + L.timerMode] === TIMER_MODE.deadline) put(m, at + L.tmict, value);
  writeRegister(m, vcpu, offset, value);
}

/** A guest instruction: what of it the AVIC takes. @returns null where it takes nothing */
function instruction(m: Machine, op: GuestOp, emulate: (m: Machine, op: GuestOp) => OpResult): OpResult | null {
  const { vcpu } = op;
  if (!accelerates(m, vcpu)) return null;
  if (op.op === 'eoi') {
    eoi(m, vcpu);
    return { ok: true };
  }
  if ((op.op !== 'mmio_write' && op.op !== 'mmio_read') || op.size !== 4 || !inApicPage(m, vcpu, op.addr)) return null;
  const offset = Number(op.addr & 0xff0n);
  if (op.op === 'mmio_read' && offset !== REG.tmcct) {
    const value = pageWord(m, vcpu, offset) >>> 0;
    emit(m, EV.apic_read_virtualized, atLapic(vcpu), offset, value);
    return { value: `0x${value.toString(16)}` };
  }
  const accelerated = offset === REG.tpr || offset === REG.icr2 || offset === REG.eoi || offset === REG.icr;
  if (op.op === 'mmio_write' && accelerated) {
    writeAccelerated(m, vcpu, offset, Number(op.value & 0xffffffffn) | 0);
    return { ok: true };
  }
  countExit(m, vcpu);
  const trap = op.op === 'mmio_write' && TRAPS.has(offset) ? 1 : 0;
  const outer = enter(m, EV.avic_unaccelerated, atVcpu(vcpu), offset, trap);
  if (trap === 1 && op.op === 'mmio_write') {
    trapped(m, vcpu, offset, Number(op.value & 0xffffffffn) | 0);
    leave(m, outer);
    return { ok: true };
  }
  const result = emulate(m, op);
  leave(m, outer);
  return result;
}

/** @kvm x86.c __kvm_set_or_clear_apicv_inhibit with svm.h AVIC_REQUIRED_APICV_INHIBITS */
const setApicvInhibit: Wires['setApicvInhibit'] = (m, reason, on) => {
  const at = BASE.vm + VM.at.apicvInhibits;
  const before = m.w[at];
  const bit = 1 << reason;
  if ((AVIC_INHIBITS & bit) === 0) return;
  const after = on ? before | bit : before & ~bit;
  if (before === after) return;
  const flips = (before === 0) !== (after === 0);
  const outer = enter(m, EV.apicv_inhibit, AT_VM, reason, on ? 1 : 0, flips ? 1 : 0);
  if (flips) for (let vcpu = 0; vcpu < m.vcpus; vcpu++) makeRequest(m, vcpu, REQ.apicvUpdate);
  put(m, at, after);
  leave(m, outer);
};

/** The vCPU follows the VM's inhibits, at its next entry. @kvm x86.c __kvm_vcpu_update_apicv, avic.c avic_refresh_apicv_exec_ctrl */
function apicvUpdate(m: Machine, vcpu: number): void {
  const enabled = (m.w[lapicAt(m, vcpu) + L.baseLo] & 0x800) !== 0;
  const activate = inhibits(m) === 0 && enabled;
  if (active(m, vcpu) === activate) return;
  const outer = enter(m, EV.apicv_update, atVcpu(vcpu), activate ? 1 : 0, inhibits(m));
  put(m, lapicAt(m, vcpu) + L.apicvActive, activate ? 1 : 0);
  updateApicvCaches(m, vcpu);
  if (activate) {
    // LDR and DFR may have changed while nothing trapped. @kvm avic.c avic_refresh_virtual_apic_mode
    apicvPostStateRestore(m, vcpu);
    load(m, vcpu);
  } else unload(m, vcpu);
  if (!activate) makeRequest(m, vcpu, REQ.event);
  leave(m, outer);
}

/**
 * What KVM injects by itself cannot go into the guest now: an ExtINT, or, where AVIC is off already, a vector of the local
 * APIC. The window KVM asks for needs AVIC off in the whole VM, until it has opened: on whichever vCPU, so that another
 * that waits asks again at its next entry.
 * @kvm x86.c kvm_check_and_inject_events, svm.c svm_enable_irq_window, interrupt_window_interception
 */
function followIrqWindow(m: Machine, vcpu: number): void {
  const injectable = hasExtint(m, vcpu) || (!active(m, vcpu) && apicHasInterrupt(m, vcpu) !== -1);
  const waits = injectable && !isOpen(m, vcpu) ? 1 : 0;
  if (waits === 0 && reg(m, vcpu, V.irqWindow) === 0) return;
  set(m, vcpu, V.irqWindow, waits);
  setApicvInhibit(m, APICV_INHIBIT.irqWindow, waits === 1);
}

/** One look at a vCPU of the model guest. */
function serveAvic(m: Machine, vcpu: number): boolean {
  const inside = reg(m, vcpu, V.mode) === MODE.inGuest;
  // INIT and SIPI are KVM's to take, by an exit. @kvm x86.c vcpu_enter_guest
  const requests = (reg(m, vcpu, V.requests) & ~(1 << REQ.event)) | m.w[lapicAt(m, vcpu) + L.pendingEvents];
  const halted = reg(m, vcpu, V.halted) === 1;
  // The window's exit comes first: AVIC is on again before anything goes in.
  if (reg(m, vcpu, V.irqWindow) === 1 && isOpen(m, vcpu)) followIrqWindow(m, vcpu);
  if (!active(m, vcpu) || requests !== 0) {
    const moved = serveVcpu(m, vcpu);
    if (moved) followIrqWindow(m, vcpu);
    return moved;
  }
  if (!halted && !inside) {
    const pending = findHighestIrr(m, vcpu);
    m.journey = pending === -1 ? 0 : m.journeys[vcpu * 512 + pending];
    load(m, vcpu);
    set(m, vcpu, V.mode, MODE.inGuest);
    return true;
  }
  const nmi = reg(m, vcpu, V.nmiPending) > 0 && reg(m, vcpu, V.nmiMasked) === 0;
  if (inside && !nmi && !hasExtint(m, vcpu)) {
    if ((reg(m, vcpu, V.requests) & (1 << REQ.event)) !== 0) set(m, vcpu, V.requests, 0);
    const vector = evaluate(m, vcpu, isOpen(m, vcpu));
    if (vector !== -1) beginHandler(m, vcpu, vector);
    return vector !== -1;
  }
  // An NMI or the 8259: the plain way, through an exit.
  if (nmi) m.wires.request(m, vcpu, REQ.event);
  const moved = serveVcpu(m, vcpu);
  if (moved) followIrqWindow(m, vcpu);
  return moved;
}

/** AVIC's ends of the wires. @param base the machine's without it @param models its model ops */
export const avicWires = (base: Omit<Wires, 'modelOps'>, models: ModelOps): Wires => ({
  ...base,
  apicAccessPage: true,
  modelOps: {
    ...models,
    // VT-d is Intel's, and AMD's IOMMU is not modelled.
    vtd_msi() {
      throw new OpError('op.notOneOf', 'vendor', { allowed: 'intel' });
    },
    apicv_inhibit(m, op) {
      setApicvInhibit(m, op.reason, op.set === 1);
      return { ok: true };
    },
  },
  deliverInterrupt,
  setApicvInhibit,
  apicvPostStateRestore,
  apicvActivated: (m) => inhibits(m) === 0,
  createVcpu(m, vcpu) {
    if (idOf(m, vcpu) > MAX_PHYSICAL_ID) {
      setApicvInhibit(m, APICV_INHIBIT.physicalIdTooBig, true);
      return;
    }
    put(m, lapicAt(m, vcpu) + L.apicvActive, 1);
    load(m, vcpu);
  },
  apicvUpdate,
  instruction,
  takeVirtual: (m, vcpu) => (active(m, vcpu) ? evaluate(m, vcpu, true) : null),
  afterEntry: followIrqWindow,
  enterGuest(m, vcpu) {
    const entered = base.enterGuest(m, vcpu);
    if (active(m, vcpu) && reg(m, vcpu, V.avicRunning) === 0) load(m, vcpu);
    return entered;
  },
  serveVcpu: serveAvic,
  openWindow(m, vcpu) {
    if (!active(m, vcpu) || reg(m, vcpu, V.nmiPending) > 0 || hasExtint(m, vcpu)) openWindow(m, vcpu);
  },
  guestHalt(m, vcpu) {
    base.guestHalt(m, vcpu);
    if (active(m, vcpu)) unload(m, vcpu);
  },
  guestEoi(m, vcpu, kind) {
    if (kind === 'apic' && accelerates(m, vcpu)) eoi(m, vcpu);
    else base.guestEoi(m, vcpu, kind);
  },
});
