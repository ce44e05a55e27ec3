/**
 * The model guest: what a vCPU does by itself while virtual time passes. It takes what KVM injects, runs the handler of
 * that vector for its length, quiets the device, writes the EOI, returns; an idle vCPU halts or spins.
 * A device is quieted as its handler starts, as drivers do, so what it raises meanwhile is still there at the EOI.
 * This is not KVM and claims nothing about a real guest: it is there so that an interrupt's way has an end.
 */

import { highOf, join, lowOf } from '../../base/u64.ts';
import type { HandlerSpec } from '../../spec/ops/index.ts';
import { INFO } from '../../spec/registers/entry-info.ts';
import { REG, x2apicMsr } from '../../spec/registers/lapic.ts';
import { apicHasInterrupt, inX2apic, testVector } from '../chips/lapic/priority.ts';
import { lapicMmioWrite, x2apicMsrWrite } from '../chips/lapic/registers.ts';
import { picWrite } from '../chips/pic/pic.ts';
import { EV, REQ } from '../core/events.ts';
import { atVcpu, enter, lapicAt, leave, type Machine } from '../core/machine.ts';
import { reg, set } from '../core/regs.ts';
import { now } from '../core/time.ts';
import { HANDLER_DEPTH, LAPIC, VCPU } from '../core/words.ts';
import { pioWrite } from '../kvm/emulator.ts';
import {
  acceptEvents,
  countExit,
  getInterrupt,
  HELD,
  haltLosesInit,
  hasExtint,
  iret,
  MODE,
  noteHeld,
  serveRequests,
  takeNmi,
} from '../kvm/vcpu.ts';
import { deviceQuiet, deviceSlot } from './device.ts';

const V = VCPU.at;
/** A vector without a handler of its own: acknowledged and forgotten, as an OS does with a spurious one. */
const UNKNOWN_NS = 1000;
/** The NMI handler's length, ns, and the vector that stands for it on the handler stack. */
const NMI_NS = 2000;
export const NMI_VECTOR = 2;

export function handlerOf(m: Machine, vector: number): HandlerSpec | undefined {
  return m.config.guest?.handlers.find((handler) => handler.vector === vector);
}

/** The guest at power-on of a scene: interrupts on, running. */
export function resetGuest(m: Machine): void {
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    set(m, vcpu, V.rflagsIf, 1);
    set(m, vcpu, V.inRun, 1);
    // With fewer CPUs than vCPUs some wait for their first turn.
    if (reg(m, vcpu, V.preempted) === 1) continue;
    set(m, vcpu, V.mode, MODE.inGuest);
    set(m, vcpu, V.loaded, 1);
  }
}

/** When the innermost handler ends, ns; Infinity when none runs. */
export function handlerDue(m: Machine, vcpu: number): number {
  const depth = reg(m, vcpu, V.depth);
  if (depth === 0 || reg(m, vcpu, V.preempted) === 1) return Infinity;
  return join(reg(m, vcpu, V.stackEndLo + depth - 1), reg(m, vcpu, V.stackEndHi + depth - 1));
}

function setEnd(m: Machine, vcpu: number, level: number, ns: number): void {
  set(m, vcpu, V.stackEndLo + level, lowOf(ns));
  set(m, vcpu, V.stackEndHi + level, highOf(ns));
}

/** Keeps RFLAGS.IF of what a delivery interrupts, before it clears it. A maskable interrupt finds 1, an NMI either. */
export function keepFlag(m: Machine, vcpu: number, nmi: boolean): void {
  const bit = 1 << reg(m, vcpu, V.depth);
  const others = reg(m, vcpu, V.stackIfOff) & ~bit;
  set(m, vcpu, V.stackIfOff, nmi && reg(m, vcpu, V.rflagsIf) === 0 ? others | bit : others);
}

/**
 * Through the IDT into a handler. Handlers below it stand still meanwhile, so they end that much later.
 * @param late the delivery was over earlier, and kept the flag then
 */
export function beginHandler(m: Machine, vcpu: number, vector: number, late = false): void {
  const depth = reg(m, vcpu, V.depth);
  const handler = handlerOf(m, vector);
  const ns = vector === NMI_VECTOR ? NMI_NS : (handler?.ns ?? UNKNOWN_NS);
  const device = handler?.devices?.[0] === undefined ? -1 : deviceSlot(m, handler.devices[0]);
  const outer = enter(m, EV.handler_enter, atVcpu(vcpu), vector, depth + 1, device);
  for (let level = 0; level < depth; level++) {
    const end = join(reg(m, vcpu, V.stackEndLo + level), reg(m, vcpu, V.stackEndHi + level));
    setEnd(m, vcpu, level, end + ns);
  }
  set(m, vcpu, V.stackVector + depth, vector);
  setEnd(m, vcpu, depth, now(m) + ns);
  if (!late) keepFlag(m, vcpu, vector === NMI_VECTOR);
  set(m, vcpu, V.depth, depth + 1);
  set(m, vcpu, V.rflagsIf, handler?.nests === true ? 1 : 0);
  quietDevices(m, handler);
  leave(m, outer);
}

/** A driver reads its device first and does its work after: the line falls early, the EOI comes at the end. */
function quietDevices(m: Machine, handler: HandlerSpec | undefined): void {
  for (const id of handler?.devices ?? []) {
    const slot = deviceSlot(m, id);
    if (slot !== -1) deviceQuiet(m, slot);
  }
}

/** OCW2, a non-specific EOI, at KVM's chip or by way of an exit at the VMM's. */
function writePic(m: Machine, vcpu: number, port: number): void {
  if (m.irqchip === 'full') picWrite(m, port, 0x20);
  else pioWrite(m, vcpu, port, 1, 0x20n);
}

/** The EOI a handler owes. */
export function guestEoi(m: Machine, vcpu: number, kind: HandlerSpec['eoi']): void {
  if (kind === 'none') return;
  if (kind === 'pic' || kind === 'pic-slave') {
    if (kind === 'pic-slave') writePic(m, vcpu, 0xa0);
    writePic(m, vcpu, 0x20);
  } else if (inX2apic(m, vcpu)) x2apicMsrWrite(m, vcpu, x2apicMsr(REG.eoi), 0n);
  else lapicMmioWrite(m, vcpu, REG.eoi, 4, 0);
}

/** The innermost handler ends: EOI, IRET. */
export function endHandler(m: Machine, vcpu: number): void {
  const depth = reg(m, vcpu, V.depth);
  const vector = reg(m, vcpu, V.stackVector + depth - 1);
  const handler = handlerOf(m, vector);
  m.journey = m.journeys[vcpu * 512 + 256 + vector];
  const inService = testVector(m.w, lapicAt(m, vcpu) + LAPIC.at.isr, vector);
  if (vector === NMI_VECTOR && !inService) iret(m, vcpu);
  // Without a handler of its own a vector is ended where it is in service: a spurious one of the 8259 is nowhere.
  else m.wires.guestEoi(m, vcpu, handler?.eoi ?? (inService ? 'apic' : 'none'));
  m.journey = m.journeys[vcpu * 512 + 256 + vector];
  const outer = enter(m, EV.handler_exit, atVcpu(vcpu), vector, depth - 1);
  set(m, vcpu, V.depth, depth - 1);
  // IRET brings back the flags of what was interrupted; an NMI comes whatever IF is.
  const wasOff = (reg(m, vcpu, V.stackIfOff) >>> (depth - 1)) & 1;
  set(m, vcpu, V.stackIfOff, reg(m, vcpu, V.stackIfOff) & ~(1 << (depth - 1)));
  set(m, vcpu, V.rflagsIf, wasOff ^ 1);
  leave(m, outer);
}

/** Nothing left to do: HLT, if this guest halts. */
export function idle(m: Machine, vcpu: number): void {
  if (m.config.guest?.idle !== 'halt' || reg(m, vcpu, V.mpState) !== 0) return;
  // A sleeper's thread looks at nothing: its PIR stays as it is.
  if (reg(m, vcpu, V.halted) === 1 || hasWork(m, vcpu)) return;
  m.journey = 0;
  m.wires.guestHalt(m, vcpu);
}

/** HLT without the run loop: an exit, and the vCPU waits. @kvm x86.c kvm_emulate_halt */
export function guestHalt(m: Machine, vcpu: number): void {
  const outer = enter(m, EV.guest_halt, atVcpu(vcpu));
  set(m, vcpu, V.halted, 1);
  set(m, vcpu, V.mode, MODE.outside);
  countExit(m, vcpu);
  leave(m, outer);
}

/** Would KVM wake this vCPU? @kvm x86.c kvm_vcpu_has_events */
function hasWork(m: Machine, vcpu: number): boolean {
  if ((reg(m, vcpu, V.requests) & (1 << REQ.nmi)) !== 0 || reg(m, vcpu, V.nmiPending) > 0) return true;
  if (reg(m, vcpu, V.rflagsIf) === 0) return false;
  return hasExtint(m, vcpu) || apicHasInterrupt(m, vcpu) !== -1;
}

/**
 * One look at a vCPU: if KVM has something for it, it leaves the guest, is served, and enters again, perhaps with an
 * event. @returns whether anything happened
 */
export function serveVcpu(m: Machine, vcpu: number): boolean {
  acceptEvents(m, vcpu);
  if (m.config.guest === undefined || reg(m, vcpu, V.mpState) !== 0 || !hasRequests(m, vcpu)) return false;
  if (reg(m, vcpu, V.depth) >= HANDLER_DEPTH) return false;
  if (reg(m, vcpu, V.halted) === 1) {
    if (!hasWork(m, vcpu)) return false;
    const outer = enter(m, EV.guest_wake, atVcpu(vcpu));
    set(m, vcpu, V.halted, 0);
    leave(m, outer);
  } else {
    countExit(m, vcpu);
  }
  return m.wires.enterGuest(m, vcpu);
}

const hasRequests = (m: Machine, vcpu: number): boolean => reg(m, vcpu, V.requests) !== 0;

/** vcpu_enter_guest without APICv: requests, NMI, ExtINT, local APIC, entry. @returns true @kvm x86.c vcpu_enter_guest */
export function enterGuest(m: Machine, vcpu: number): boolean {
  serveRequests(m, vcpu);
  if (takeNmi(m, vcpu)) {
    set(m, vcpu, V.mode, MODE.inGuest);
    beginHandler(m, vcpu, NMI_VECTOR);
    return true;
  }
  const allowed = reg(m, vcpu, V.rflagsIf) === 1 && reg(m, vcpu, V.shadow) === 0;
  // Where the processor takes vectors from the APIC page by itself, KVM injects only what comes past it.
  const virtual = m.wires.takeVirtual !== undefined && m.w[lapicAt(m, vcpu) + LAPIC.at.apicvActive] === 1;
  if (virtual && !hasExtint(m, vcpu)) {
    set(m, vcpu, V.mode, MODE.inGuest);
    return true;
  }
  const vector = allowed ? getInterrupt(m, vcpu) : -1;
  if (vector === -1) {
    const reason = reg(m, vcpu, V.rflagsIf) === 0 ? HELD.interruptFlag : allowed ? HELD.priority : HELD.shadow;
    noteHeld(m, vcpu, reason);
    set(m, vcpu, V.mode, MODE.inGuest);
    return true;
  }
  const extint = m.journeys[vcpu * 512 + 256 + vector] !== m.journey;
  if (extint) m.journeys[vcpu * 512 + 256 + vector] = m.journey;
  const outer = enter(m, EV.kvm_inj_virq, atVcpu(vcpu), vector, extint ? 1 : 0);
  set(m, vcpu, V.injections, reg(m, vcpu, V.injections) + 1);
  m.wires.writeEntryInfo(m, vcpu, INFO.valid | vector);
  set(m, vcpu, V.mode, MODE.inGuest);
  beginHandler(m, vcpu, vector);
  leave(m, outer);
  return true;
}

/** A handler that returned lets a waiting interrupt in: the window KVM asked for opens. */
export function openWindow(m: Machine, vcpu: number): void {
  if (reg(m, vcpu, V.shadow) !== 0) return;
  const nmi = reg(m, vcpu, V.nmiPending) > 0 && reg(m, vcpu, V.nmiMasked) === 0;
  const allowed = reg(m, vcpu, V.rflagsIf) === 1;
  const waiting = allowed && (m.wires.syncPirToIrr(m, vcpu) !== -1 || hasExtint(m, vcpu));
  if (nmi || waiting) m.wires.request(m, vcpu, REQ.event);
}

/** L2 is entered or left; on the way back L1's EOI-exit bitmap is loaded, where that had to wait. @kvm kvm_cache_regs.h leave_guest_mode */
function guestNested(m: Machine, vcpu: number, nested: number): void {
  const outer = enter(m, EV.guest_nested, atVcpu(vcpu), nested);
  if (nested === 0 && reg(m, vcpu, V.nested) === 2) m.wires.request(m, vcpu, REQ.loadEoiExitmap);
  set(m, vcpu, V.nested, nested === 0 ? 0 : Math.max(1, reg(m, vcpu, V.nested)));
  leave(m, outer);
}

/** The guest changes its own flags, halts, or runs a guest of its own. */
export function guestFlags(
  m: Machine,
  vcpu: number,
  change: { rflagsIf?: number; shadow?: number; halt?: number; nested?: number },
): void {
  if (change.nested !== undefined) guestNested(m, vcpu, change.nested);
  if (change.rflagsIf === undefined && change.shadow === undefined && change.halt === undefined) return;
  const outer = enter(
    m,
    EV.guest_flags,
    atVcpu(vcpu),
    change.rflagsIf ?? reg(m, vcpu, V.rflagsIf),
    change.shadow ?? reg(m, vcpu, V.shadow),
  );
  if (change.rflagsIf !== undefined) set(m, vcpu, V.rflagsIf, change.rflagsIf);
  if (change.shadow !== undefined) set(m, vcpu, V.shadow, change.shadow);
  leave(m, outer);
  if (change.halt === 1) {
    haltLosesInit(m, vcpu);
    m.wires.guestHalt(m, vcpu);
  } else if (change.halt === 0) {
    set(m, vcpu, V.halted, 0);
    set(m, vcpu, V.mode, MODE.inGuest);
  }
  m.wires.openWindow(m, vcpu);
}
