/**
 * One op on a machine: from the command to its answer. Guest ops follow vcpu_enter_guest: requests first, then a
 * pending NMI, then the instruction with IF=0.
 */

import { highWord, lowWord } from '../../base/u64.ts';
import { OpError } from '../../spec/define/op.ts';
import { type GuestOp, type ModelOp, OPS, type Op, type OpName, type OpResult } from '../../spec/ops/index.ts';
import { INFO } from '../../spec/registers/entry-info.ts';
import { REG, x2apicMsr } from '../../spec/registers/lapic.ts';
import { apicHasInterrupt, findHighestIrr, inX2apic } from '../chips/lapic/priority.ts';
import { readMsr, setTpr, writeMsr, x2apicMsrWrite } from '../chips/lapic/registers.ts';
import { fireDueTimer, injectPendingTimer } from '../chips/lapic/timer.ts';
import { EINVAL, ENXIO, ioctl } from '../core/errno.ts';
import { EV, REQ } from '../core/events.ts';
import type { Underway } from '../core/keyframe.ts';
import {
  AT_VM,
  atVcpu,
  beginJourney,
  emit,
  enter,
  lapicAt,
  leave,
  type Machine,
  put,
  vcpuAt,
} from '../core/machine.ts';
import type { Entered, Handlers } from '../core/wires.ts';
import { LAPIC, VCPU } from '../core/words.ts';
import { mmioRead, mmioWrite, pioRead, pioStringIn, pioStringOut, pioWrite, plainAccess } from '../kvm/emulator.ts';
import { assignIrqfd, deassignIrqfd, irqfdOf, pollResample, resamplerOf, signalIrqfd } from '../kvm/irqfd.ts';
import { setRouting } from '../kvm/routing.ts';
import {
  acceptEvents,
  countExit,
  getInterrupt,
  HELD,
  hasExtint,
  injectNmi,
  iret,
  kvmInterrupt,
  noteHeld,
  processNmi,
  serveRequests,
  takeNmi,
} from '../kvm/vcpu.ts';
import { advanceOn, settleOn } from '../world/clock.ts';
import { hex } from './hex.ts';
import { late } from './late.ts';
import { MAX_PHYS_ADDR } from './limits.ts';
import { kvmSetMsi } from './plain.ts';

const OK: OpResult = { ok: true };

/** Where a guest's EOI goes that does not know that its APIC page has moved. */
const EOI_ADDRESS = 0xfee000b0n;

/** The instruction itself, once the vCPU is in. */
const INSTRUCTIONS: Handlers<GuestOp['op']> = {
  mmio_write: (m, op) => mmioWrite(m, op.vcpu, op.addr, op.size, op.value),
  mmio_read: (m, op) => mmioRead(m, op.vcpu, op.addr, op.size),
  pio_write: (m, op) => pioWrite(m, op.vcpu, op.port, op.size, BigInt(op.value)),
  pio_read: (m, op) => pioRead(m, op.vcpu, op.port, op.size),
  pio_string: (m, { vcpu, port, dir, size, count, data }) =>
    dir === 'out' ? pioStringOut(m, vcpu, port, size, data) : pioStringIn(m, vcpu, port, size, count),
  wrmsr: (m, op) => (writeMsr(m, op.vcpu, op.msr, op.value, MAX_PHYS_ADDR) ? OK : { gp: true }),
  rdmsr(m, op) {
    const value = readMsr(m, op.vcpu, op.msr);
    return value === null ? { gp: true } : { value: hex(value) };
  },
  set_cr8(m, op) {
    if (op.value > 15) return { gp: true };
    setTpr(m, op.vcpu, op.value << 4);
    return OK;
  },
  eoi(m, op) {
    if (!inX2apic(m, op.vcpu)) {
      return mmioWrite(m, op.vcpu, EOI_ADDRESS, 4, 0n);
    }
    x2apicMsrWrite(m, op.vcpu, x2apicMsr(REG.eoi), 0n);
    return OK;
  },
  nop: () => OK,
};

function guestInstruction(m: Machine, op: GuestOp): OpResult {
  const carryOut = INSTRUCTIONS[op.op] as (m: Machine, op: GuestOp) => OpResult;
  return carryOut(m, op);
}

/** Without APICv each of these leaves the guest; mov to CR8 does not, thanks to the TPR shadow. */
function exitAndEmulate(m: Machine, op: GuestOp): OpResult {
  if (op.op !== 'nop' && op.op !== 'set_cr8') countExit(m, op.vcpu);
  return guestInstruction(m, op);
}

/** A request to look for events is pending. The op's own entry, with IF=0, uses it up; a model guest still waits on it. */
function wantsEvent(m: Machine, vcpu: number): boolean {
  return (m.w[vcpuAt(m, vcpu) + VCPU.at.requests] & ((1 << REQ.event) | (1 << REQ.nmi))) !== 0;
}

/**
 * SVM's V_TPR has four bits, and KVM writes it back over the whole TPR at every exit, unless it intercepts CR8 because a
 * vector waits below TPR. @kvm svm.c sync_cr8_to_lapic, svm_update_cr8_intercept
 */
function writeBackTpr(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const tpr = m.w[at + LAPIC.at.tpr];
  const irr = findHighestIrr(m, vcpu);
  if ((tpr & 0xf) === 0 || m.w[at + LAPIC.at.apicvActive] === 1 || (irr !== -1 && tpr >> 4 >= irr >> 4)) return;
  setTpr(m, vcpu, tpr & 0xf0);
}

/** The vCPU's thread takes an op, whatever the run loop: INIT and SIPI come first. @returns why it cannot run, null: it can */
function takeUp(m: Machine, vcpu: number): OpResult | null {
  m.current = vcpu;
  acceptEvents(m, vcpu);
  const state = m.w[vcpuAt(m, vcpu) + VCPU.at.mpState];
  return state === 0 ? null : { not_runnable: state };
}

/** Before the entry: what its host does for it, and the timers that are due. */
function makeReady(m: Machine, vcpu: number): void {
  m.wires.beforeEntry?.(m, vcpu);
  fireDueTimer(m, vcpu);
}

/**
 * vcpu_run looks for expired timers after vcpu_enter_guest: what KVM can inject by itself then is in already, and is taken
 * first; a processor that delivers by itself finds both. @kvm x86.c vcpu_run, vcpu_enter_guest
 */
const takesBeforeTimer = (m: Machine, vcpu: number): boolean =>
  m.w[lapicAt(m, vcpu) + LAPIC.at.apicvActive] === 0 && (hasExtint(m, vcpu) || apicHasInterrupt(m, vcpu) !== -1);

/** The answer of an op that went into the guest. */
function told({ result, nmi, eoiExits }: Entered): OpResult {
  if (!nmi && eoiExits.length === 0) return result;
  return { ...result, ...(nmi ? { nmi: true } : {}), ...(eoiExits.length > 0 ? { eoi_exit: eoiExits } : {}) };
}

function guestOp(m: Machine, op: GuestOp): OpResult {
  const refused = takeUp(m, op.vcpu);
  if (refused !== null) return refused;
  makeReady(m, op.vcpu);
  injectPendingTimer(m, op.vcpu);
  return told(m.wires.guestOp?.(m, op, guestInstruction) ?? plainGuestOp(m, op));
}

/** A guest op: entry, instruction, and in split mode one more look so that its EOI exit is reported with it. */
function plainGuestOp(m: Machine, op: GuestOp): Entered {
  const guest = m.config.guest !== undefined;
  let looksAgain = wantsEvent(m, op.vcpu);
  const eoiExits = serveRequests(m, op.vcpu);
  // A model guest has a handler for its NMIs and takes them itself.
  const nmi = !guest && takeNmi(m, op.vcpu);
  lookForMore(m, op.vcpu);
  // SVM's exit writes TPR back, which brings PPR up to date too; where no vendor is named it is as recorded, on AMD.
  if (m.config.vendor !== 'intel') apicHasInterrupt(m, op.vcpu);
  m.wires.afterEntry?.(m, op.vcpu);
  const result = m.wires.instruction?.(m, op, guestInstruction) ?? plainAccess(m, op) ?? exitAndEmulate(m, op);
  // One that the instruction armed for this very instant goes in with it. With nothing beside it the next op is as good.
  if (findHighestIrr(m, op.vcpu) !== -1) fireDueTimer(m, op.vcpu);
  injectPendingTimer(m, op.vcpu);
  if (m.vendor === 'amd') writeBackTpr(m, op.vcpu);
  looksAgain ||= wantsEvent(m, op.vcpu);
  if (m.split) eoiExits.push(...serveRequests(m, op.vcpu));
  if (guest && looksAgain) m.wires.request(m, op.vcpu, REQ.event);
  return { result, nmi, eoiExits };
}

/** The guest is entered with IF=1 and takes at most one event. */
function run(m: Machine, vcpu: number, keep: boolean): OpResult {
  const refused = takeUp(m, vcpu);
  if (refused !== null) return refused;
  // vcpu_enter_guest of the run loops does this by itself.
  if (m.wires.run === undefined && wasInjected(m, vcpu)) return reinject(m, vcpu, keep);
  // What is due only now was armed for this instant by an op before, and was put in there.
  const waits = m.w[lapicAt(m, vcpu) + LAPIC.at.timerPending] === 1;
  makeReady(m, vcpu);
  if (!waits || !takesBeforeTimer(m, vcpu)) injectPendingTimer(m, vcpu);
  const entered = m.wires.run?.(m, vcpu) ?? plainRun(m, vcpu);
  injectPendingTimer(m, vcpu);
  if (entered.result.vector === null) noteNothing(m, vcpu);
  return keepEvent(m, vcpu, keep, told(entered));
}

/** Nothing went in: what PPR holds back is said, or that nothing waits. */
function noteNothing(m: Machine, vcpu: number): void {
  if (m.irqchip === 'none' || hasExtint(m, vcpu)) return;
  if (findHighestIrr(m, vcpu) === -1) emit(m, EV.run_nothing, atVcpu(vcpu));
  else if (m.wires.run === undefined) noteHeld(m, vcpu, HELD.priority);
}

function plainRun(m: Machine, vcpu: number): Entered {
  const eoiExits = serveRequests(m, vcpu);
  if (takeNmi(m, vcpu)) {
    lookForMore(m, vcpu);
    return { result: {}, nmi: true, eoiExits };
  }
  const virtual = hasExtint(m, vcpu) ? null : (m.wires.takeVirtual?.(m, vcpu) ?? null);
  const vector = virtual ?? getInterrupt(m, vcpu);
  if (virtual === null && vector !== -1) {
    const at = vcpuAt(m, vcpu) + VCPU.at.injections;
    const outer = enter(m, EV.kvm_inj_virq, atVcpu(vcpu), vector);
    put(m, at, m.w[at] + 1);
    m.wires.writeEntryInfo(m, vcpu, INFO.valid | vector);
    leave(m, outer);
  }
  lookForMore(m, vcpu);
  m.wires.afterEntry?.(m, vcpu);
  return { result: { vector: vector === -1 ? null : vector }, nmi: false, eoiExits };
}

/**
 * KVM looks whether an event waits: for a vector of the local APIC's that brings PPR up to date, the PIC's comes before it.
 * @kvm x86.c kvm_check_and_inject_events, irq.c kvm_cpu_has_injectable_intr
 */
function lookForMore(m: Machine, vcpu: number): void {
  if (!hasExtint(m, vcpu)) apicHasInterrupt(m, vcpu);
}

/** The thread is stopped between acknowledge and entry: the event stays in VCPU_EVENTS. An NMI's blocking has begun. */
function keepEvent(m: Machine, vcpu: number, keep: boolean, taken: OpResult): OpResult {
  const at = vcpuAt(m, vcpu);
  if (keep && taken.nmi === true) put(m, at + VCPU.at.nmiInjected, 1);
  if (keep && typeof taken.vector === 'number') {
    put(m, at + VCPU.at.intrInjected, 1);
    put(m, at + VCPU.at.intrNr, taken.vector);
  }
  return taken;
}

/** An event went in before and did not arrive. */
const wasInjected = (m: Machine, vcpu: number): boolean =>
  m.w[vcpuAt(m, vcpu) + VCPU.at.nmiInjected] === 1 || m.w[vcpuAt(m, vcpu) + VCPU.at.intrInjected] === 1;

/** What was injected and did not arrive goes in again, before anything else. @kvm x86.c kvm_check_and_inject_events */
function reinject(m: Machine, vcpu: number, keep: boolean): OpResult {
  const at = vcpuAt(m, vcpu);
  const nmi = m.w[at + VCPU.at.nmiInjected] === 1;
  const vector = m.w[at + VCPU.at.intrNr];
  const outer = nmi ? enter(m, EV.inject_nmi, atVcpu(vcpu)) : enter(m, EV.kvm_inj_virq, atVcpu(vcpu), vector, 0, 1);
  m.wires.writeEntryInfo(m, vcpu, nmi ? 0x80000202 : 0x80000000 | vector);
  if (nmi) put(m, at + VCPU.at.nmiMasked, 1);
  if (!keep && nmi) put(m, at + VCPU.at.nmiInjected, 0);
  if (!keep && !nmi) {
    put(m, at + VCPU.at.intrInjected, 0);
    put(m, at + VCPU.at.intrNr, -1);
  }
  leave(m, outer);
  lookForMore(m, vcpu);
  return nmi ? { nmi: true } : { vector };
}

function signalMsi(m: Machine, addr: bigint, data: number): OpResult {
  const addrLo = lowWord(addr);
  const addrHi = highWord(addr);
  beginJourney(m);
  const outer = enter(m, EV.ioctl_signal_msi, AT_VM, addrLo, data, addrHi);
  const status = m.irqchip === 'none' ? -EINVAL : kvmSetMsi(m, addrLo, addrHi, data | 0, 1, -1);
  leave(m, outer);
  // The ioctl returns -1 as it would any error number: EPERM.
  return status < 0 ? { status: -1, errno: -status } : { status };
}

function irqLine(m: Machine, gsi: number, level: number): OpResult {
  if (level === 1) beginJourney(m);
  const outer = enter(m, EV.ioctl_irq_line, AT_VM, gsi, level);
  const status = m.irqchip === 'none' ? null : m.wires.setIrq(m, 0, gsi, level, true);
  leave(m, outer);
  return status === null ? { errno: ENXIO } : { status };
}

/** An op on a machine that is there. */
export type RunOp = Exclude<Op, { op: 'create' | 'create_vm' }>;

function checkVcpu(m: Machine, op: RunOp): void {
  const vcpu = (op as { readonly vcpu?: number }).vcpu;
  if (vcpu !== undefined && vcpu >= m.vcpus) throw new OpError('op.noVcpu', 'vcpu', { max: m.vcpus - 1 });
}

/**
 * Carries out one op (not `create`, which makes the machine: see session.ts).
 * @returns the answer in the form of the conformance files
 * @throws OpError for an op that makes no sense on this machine; the machine is unchanged then
 */
export function execute(m: Machine, op: RunOp): OpResult {
  checkVcpu(m, op);
  m.cause = -1;
  m.current = -1;
  m.journey = 0;
  const outer = enter(m, EV.op, AT_VM, m.commands++);
  // An op that throws leaves its cause behind; the next one begins with its own.
  const result = dispatch(m, op);
  endOp(m, outer);
  return result;
}

/** Goes on with an op that was left under way, to its end. @throws Error for one in which no time passes */
export function goOn(m: Machine, op: RunOp, { cause, where, journey, ...time }: Underway): void {
  m.cause = cause;
  m.where = where;
  m.journey = journey;
  if (op.op === 'advance') advanceOn(m, time);
  else if (op.op === 'settle') settleOn(m, time, op.events);
  else throw new Error(`no time passes in ${op.op}`);
  endOp(m, -1);
}

/** What comes after every op. @param outer cause of the op itself: nothing */
function endOp(m: Machine, outer: number): void {
  m.current = -1;
  m.wires.afterOp?.(m);
  leave(m, outer);
}

type LateOp = keyof ReturnType<typeof late>['LATE_HANDLERS'];

/** Ops by which the VMM, or whoever looks, reaches the machine; others are in late-parts.ts. */
const HANDLERS: Handlers<Exclude<OpName, 'create' | 'create_vm' | GuestOp['op'] | ModelOp['op'] | LateOp>> = {
  irq_line: (m, op) => irqLine(m, op.gsi, op.level),
  msi: (m, op) => signalMsi(m, op.addr, op.data),
  routing: (m, op) => ioctl(m.irqchip !== 'none' && setRouting(m, op.entries) ? 0 : -EINVAL),
  irqfd: (m, op) => ioctl(assignIrqfd(m, op.gsi, op.resample)),
  irqfd_deassign(m, op) {
    const slot = irqfdOf(m, op.gsi);
    if (slot === -1) return { error: 'no irqfd' };
    deassignIrqfd(m, slot);
    return { rc: 0 };
  },
  irqfd_signal(m, op) {
    const slot = irqfdOf(m, op.gsi);
    if (slot === -1) return { error: 'no irqfd' };
    signalIrqfd(m, slot);
    return OK;
  },
  irqfd_resample_poll(m, op) {
    const count = resamplerOf(m, op.gsi) === -1 ? null : pollResample(m, op.gsi);
    return count === null ? { error: 'no resample irqfd' } : { count };
  },
  nmi(m, op) {
    m.wires.leaveRun(m, op.vcpu);
    beginJourney(m);
    const outer = enter(m, EV.ioctl_nmi, atVcpu(op.vcpu));
    injectNmi(m, op.vcpu);
    leave(m, outer);
    return { rc: 0 };
  },
  extint(m, op) {
    m.wires.leaveRun(m, op.vcpu);
    return ioctl(-kvmInterrupt(m, op.vcpu, op.vector));
  },
  run: (m, op) => run(m, op.vcpu, op.keep === 1),
  // As the recordings do it, through KVM_GET_VCPU_EVENTS: queued NMIs count while still blocked, then the mask ends, and
  // a pending one is taken at the next entry.
  iret(m, op) {
    processNmi(m, op.vcpu);
    iret(m, op.vcpu);
    return OK;
  },
  note: () => OK,
};

type AnyHandler = (m: Machine, op: RunOp) => OpResult;

/** By the class of the op: an instruction runs inside an entry, a model op is the machine's wires' to do. */
function dispatch(m: Machine, op: RunOp): OpResult {
  const { class: opClass } = OPS[op.op];
  if (opClass === 'guest') return guestOp(m, op as GuestOp);
  const handlers: Readonly<Record<string, unknown>> = opClass === 'model' ? m.wires.modelOps : HANDLERS;
  return ((handlers[op.op] ?? late().LATE_HANDLERS[op.op as LateOp]) as AnyHandler)(m, op);
}
