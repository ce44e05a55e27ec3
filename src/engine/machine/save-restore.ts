/**
 * What user space does around a snapshot or a migration: KVM_GET_* and KVM_SET_* of each part, in whatever order, and MSRs
 * written by the host (arch/x86/kvm/x86.c, v6.18). The parts are as real ones: what is in none of them is lost.
 */
import { OpError } from '../../spec/define/op.ts';
import type { Op, OpResult } from '../../spec/ops/index.ts';
import { restoreIoapic, saveIoapic } from '../chips/ioapic/ioapic.ts';
import { readMsr, writeApicBase, writeMsr } from '../chips/lapic/registers.ts';
import { restoreLapic, saveLapic } from '../chips/lapic/state.ts';
import { currentCount, readDeadline, writeDeadline } from '../chips/lapic/timer.ts';
import { picUpdateIrq, restorePic, savePic } from '../chips/pic/pic.ts';
import { restorePit, savePit } from '../chips/pit/pit.ts';
import { EINVAL, ENXIO } from '../core/errno.ts';
import { EV, REQ } from '../core/events.ts';
import { AT_VM, atVcpu, enter, lapicAt, leave, type Machine, put, vcpuAt } from '../core/machine.ts';
import type { Saved, SavedEvents, SavedPart } from '../core/saved.ts';
import { LAPIC, PIT, VCPU } from '../core/words.ts';
import { acceptEvents, MP_STATE, processNmi } from '../kvm/vcpu.ts';
import { hex } from './hex.ts';
import { MAX_PHYS_ADDR } from './limits.ts';

const V = VCPU.at;
const MSR_APIC_BASE = 0x1b;
/** Codes of the parts in `state_restore`. */
const PART: Readonly<Record<SavedPart, number>> = { lapic: 0, msrs: 1, events: 2, mp: 3, irqchip: 4, pit: 5 };
const MOST_SAVES = 256;

const reg = (m: Machine, vcpu: number, register: number): number => m.w[vcpuAt(m, vcpu) + register];
const set = (m: Machine, vcpu: number, register: number, value: number): void =>
  put(m, vcpuAt(m, vcpu) + register, value);

const failed = (errno: number): OpResult => ({ rc: -1, errno });
/** The error of a part that the machine does not have, 0 if it has it: no irqchip of its own, no i8254, no local APIC. */
function missing(m: Machine, what: SavedPart): number {
  if (what === 'irqchip') return m.irqchip === 'full' ? 0 : ENXIO;
  if (what === 'pit') return m.w[m.wordMap.pit + PIT.at.present] === 1 ? 0 : ENXIO;
  return what === 'lapic' && m.irqchip === 'none' ? EINVAL : 0;
}

/** @kvm x86.c kvm_vcpu_ioctl_x86_get_vcpu_events */
function saveEvents(m: Machine, vcpu: number): SavedEvents {
  processNmi(m, vcpu);
  return {
    what: 'events',
    interruptInjected: reg(m, vcpu, V.intrInjected),
    interruptNr: reg(m, vcpu, V.intrNr),
    shadow: reg(m, vcpu, V.shadow),
    nmiInjected: reg(m, vcpu, V.nmiInjected),
    nmiPending: reg(m, vcpu, V.nmiPending),
    nmiMasked: reg(m, vcpu, V.nmiMasked),
    latchedInit: (m.w[lapicAt(m, vcpu) + LAPIC.at.pendingEvents] & 1) === 1,
  };
}

/** @kvm x86.c kvm_vcpu_ioctl_x86_set_vcpu_events */
function restoreEvents(m: Machine, vcpu: number, saved: SavedEvents): void {
  processNmi(m, vcpu);
  set(m, vcpu, V.intrInjected, saved.interruptInjected);
  set(m, vcpu, V.intrNr, saved.interruptNr);
  set(m, vcpu, V.shadow, saved.shadow);
  set(m, vcpu, V.nmiInjected, saved.nmiInjected);
  set(m, vcpu, V.nmiPending, 0);
  set(m, vcpu, V.nmiQueued, saved.nmiPending);
  if (saved.nmiPending > 0) m.wires.request(m, vcpu, REQ.nmi);
  set(m, vcpu, V.nmiMasked, saved.nmiMasked);
  const pending = lapicAt(m, vcpu) + LAPIC.at.pendingEvents;
  put(m, pending, (m.w[pending] & ~1) | (saved.latchedInit ? 1 : 0));
  m.wires.request(m, vcpu, REQ.event);
}

/** @kvm x86.c kvm_arch_vcpu_ioctl_get_mpstate */
function saveMp(m: Machine, vcpu: number): Saved {
  acceptEvents(m, vcpu);
  return { what: 'mp', mpState: reg(m, vcpu, V.halted) === 1 ? MP_STATE.halted : reg(m, vcpu, V.mpState) };
}

/** @kvm x86.c kvm_arch_vcpu_ioctl_set_mpstate */
function restoreMp(m: Machine, vcpu: number, mpState: number): void {
  set(m, vcpu, V.halted, mpState === MP_STATE.halted ? 1 : 0);
  set(m, vcpu, V.mpState, mpState === MP_STATE.halted ? MP_STATE.runnable : mpState);
  m.wires.request(m, vcpu, REQ.event);
}

const apicBase = (m: Machine, vcpu: number): bigint => readMsr(m, vcpu, MSR_APIC_BASE) as bigint;

/** A part of the machine, not of a vCPU. */
const isWhole = (what: SavedPart): boolean => what === 'irqchip' || what === 'pit';

/** An ioctl on a vCPU: its thread is out of KVM_RUN for it, and goes back. @kvm kvm_main.c kvm_vcpu_ioctl */
function betweenRuns<T>(m: Machine, vcpu: number, ioctl: () => T): T {
  m.current = vcpu;
  m.wires.leaveRun(m, vcpu);
  const result = ioctl();
  m.wires.backToRun(m, vcpu);
  return result;
}

/** @throws OpError for a vCPU's part of a vCPU that is not there */
function vcpuOf(m: Machine, op: Op<'save' | 'restore'>): number {
  const vcpu = op.vcpu ?? 0;
  if (!isWhole(op.what) && vcpu >= m.vcpus) throw new OpError('op.noVcpu', 'vcpu', { max: m.vcpus - 1 });
  return vcpu;
}

function take(m: Machine, what: SavedPart, vcpu: number): Saved {
  switch (what) {
    case 'lapic':
      return saveLapic(m, vcpu);
    case 'msrs':
      return { what, apicBase: apicBase(m, vcpu), tscDeadline: readDeadline(m, vcpu) };
    case 'events':
      return saveEvents(m, vcpu);
    case 'mp':
      return saveMp(m, vcpu);
    case 'irqchip':
      return { what, pics: [savePic(m, 0), savePic(m, 1)], ioapic: saveIoapic(m) };
    case 'pit':
      return { what, channels: savePit(m) };
  }
}

/** KVM_GET_*: a part of now, under a name. One that fails leaves what the name stood for. @throws OpError past 256 names */
export function save(m: Machine, op: Op<'save'>): OpResult {
  const { what } = op;
  const vcpu = vcpuOf(m, op);
  const error = missing(m, what);
  if (error !== 0) return failed(error);
  const key = `${what} ${op.as}`;
  if (!m.saves.has(key) && m.saves.size >= MOST_SAVES) throw new OpError('op.tooMany', 'as', { max: MOST_SAVES });
  const part = isWhole(what) ? take(m, what, vcpu) : betweenRuns(m, vcpu, () => take(m, what, vcpu));
  m.saves.set(key, part);
  if (part.what !== 'msrs') return { rc: 0 };
  return { rc: 2, apic_base: hex(part.apicBase), tsc_deadline: hex(part.tscDeadline) };
}

/** @returns what KVM_SET_MSRS says: how many were set, in order */
function restoreMsrs(m: Machine, vcpu: number, base: bigint, deadline: bigint): number {
  if (!writeApicBase(m, vcpu, base, MAX_PHYS_ADDR, true)) return 0;
  writeDeadline(m, vcpu, deadline);
  return 2;
}

/** @returns 0 or an error number; of MSRs how many were set */
function give(m: Machine, vcpu: number, part: Saved): number {
  switch (part.what) {
    case 'lapic':
      return 0 - restoreLapic(m, vcpu, part);
    case 'msrs':
      return restoreMsrs(m, vcpu, part.apicBase, part.tscDeadline);
    case 'events':
      restoreEvents(m, vcpu, part);
      return 0;
    case 'mp':
      restoreMp(m, vcpu, part.mpState);
      return 0;
    case 'irqchip':
      part.pics.forEach((pic, chip) => {
        restorePic(m, chip, pic);
      });
      restoreIoapic(m, part.ioapic);
      picUpdateIrq(m);
      return 0;
    case 'pit':
      restorePit(m, part.channels);
      return 0;
  }
}

/** KVM_SET_*: a part saved under a name, into this machine. */
export function restore(m: Machine, op: Op<'restore'>): OpResult {
  const { what } = op;
  const vcpu = vcpuOf(m, op);
  const part = m.saves.get(`${what} ${op.from}`);
  if (part === undefined) return { error: 'no save' };
  const error = missing(m, what);
  if (error !== 0) return failed(error);
  const whole = isWhole(what);
  const outer = enter(m, EV.state_restore, whole ? AT_VM : atVcpu(vcpu), PART[what], vcpu);
  const rc = whole ? give(m, vcpu, part) : betweenRuns(m, vcpu, () => give(m, vcpu, part));
  leave(m, outer);
  return rc < 0 ? failed(-rc) : { rc };
}

/** KVM_SET_MSRS of one. */
export function setMsr(m: Machine, op: Op<'set_msr'>): OpResult {
  const outer = enter(m, EV.state_restore, atVcpu(op.vcpu), PART.msrs, op.vcpu);
  const ok = betweenRuns(m, op.vcpu, () => writeMsr(m, op.vcpu, op.msr, op.value, MAX_PHYS_ADDR, true));
  leave(m, outer);
  return { rc: ok ? 1 : 0 };
}

/** KVM_GET_MSRS of one. */
export function getMsr(m: Machine, op: Op<'get_msr'>): OpResult {
  const value = betweenRuns(m, op.vcpu, () => readMsr(m, op.vcpu, op.msr, true));
  return value === null ? { rc: 0 } : { value: hex(value) };
}

const MODES = ['oneshot', 'periodic', 'deadline', 'reserved'] as const;

/** The timer as user space can see it: mode by LVTT, running while TMCCT (or the deadline) is not 0. */
export function timerState(m: Machine, vcpu: number): OpResult {
  const mode = (m.w[lapicAt(m, vcpu) + LAPIC.at.lvtTimer] >>> 17) & 3;
  const running = mode === 2 ? readDeadline(m, vcpu) !== 0n : currentCount(m, vcpu) !== 0;
  return { mode: MODES[mode], running };
}
