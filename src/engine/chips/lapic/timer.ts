/**
 * The local APIC timer in virtual time (arch/x86/kvm/lapic.c, v6.18). The bus clock is KVM's default, 1 ns a cycle;
 * the guest's TSC runs at 1 GHz, so it is virtual time plus the vCPU's TSC offset.
 *
 * KVM has two clocks for it, an hrtimer and, on Intel, the VMX preemption timer ("hv timer"). Only the hrtimer is modelled:
 * both expire at the same instant, and a timer that expires does so in one way here, through apic_timer_fn, unless it was due
 * when it was armed. Where the two differ in what happens, the vendor decides (the reserved mode). Left out too: the timer
 * advance, which hides a real host's latency and has nothing to hide here, and that a sleeping Intel vCPU's deadline is
 * worked out anew after its TSC was moved (kvm_lapic_switch_to_sw_timer).
 */
import { highOf, lowOf } from '../../../base/u64.ts';
import { masks, shifts } from '../../../spec/define/registers.ts';
import { LVT_LINT, LVT_TIMER } from '../../../spec/registers/lapic.ts';
import { EV } from '../../core/events.ts';
import {
  atLapic,
  beginJourney,
  emit,
  enter,
  lapicAt,
  leave,
  type Machine,
  put,
  timerJourney,
  vcpuAt,
} from '../../core/machine.ts';
import { now, put64, putWide, read64, readWide } from '../../core/time.ts';
import { BASE, LAPIC, VCPU, VM } from '../../core/words.ts';
import { hwEnabled, swEnabled } from './priority.ts';

const R = LAPIC.at;
/** min_timer_period_us default: periodic timers never run faster. */
const MIN_PERIOD_NS = 200_000;

const { MASK, VECTOR, TIMER_MODE: MODE_BITS } = masks(LVT_TIMER);
const { DELIVERY_MODE, TRIG_MODE } = masks(LVT_LINT);
const { DELIVERY_MODE: DELIVERY_AT } = shifts(LVT_LINT);
const { TIMER_MODE: MODE_AT } = shifts(LVT_TIMER);
/** Bits 18:17 of LVTT. The fourth value is reserved: KVM stores it and no timer starts in it. */
export const TIMER_MODE = { oneShot: 0, periodic: 1 << MODE_AT, deadline: 2 << MODE_AT } as const;

/** Which of LVTT's mode bits exist: bit 18 only with TSC_DEADLINE in CPUID. @kvm cpuid.c kvm_vcpu_after_set_cpuid */
export const timerModeMask = (m: Machine): number => (m.config.tscDeadline === false ? TIMER_MODE.periodic : MODE_BITS);

/** The guest's time stamp counter. @kvm x86.c kvm_read_l1_tsc */
export const guestTsc = (m: Machine, vcpu: number): bigint =>
  BigInt.asUintN(64, BigInt(now(m)) + readWide(m, vcpuAt(m, vcpu) + VCPU.at.tscOffsetLo));

/**
 * The guest writes MSR 0x10: its offset moves. A timer that is armed stays where it was.
 * @kvm x86.c kvm_set_msr_common, adjust_tsc_offset_guest
 */
export const writeTsc = (m: Machine, vcpu: number, value: bigint): void => moveTsc(m, vcpu, value - guestTsc(m, vcpu));

/** The offset and what MSR 0x3b says of it move together. */
function moveTsc(m: Machine, vcpu: number, by: bigint): void {
  const at = vcpuAt(m, vcpu);
  for (const word of [VCPU.at.tscOffsetLo, VCPU.at.tscAdjustLo]) {
    putWide(m, at + word, BigInt.asUintN(64, readWide(m, at + word) + by));
  }
}

/** MSR 0x3b. @kvm x86.c kvm_get_msr_common */
export const tscAdjust = (m: Machine, vcpu: number): bigint => readWide(m, vcpuAt(m, vcpu) + VCPU.at.tscAdjustLo);

/** MSR 0x3b is written: by the guest the TSC moves along, by user space it is a number to be kept. @kvm x86.c kvm_set_msr_common */
export function writeTscAdjust(m: Machine, vcpu: number, value: bigint, byHost: boolean): void {
  if (byHost) putWide(m, vcpuAt(m, vcpu) + VCPU.at.tscAdjustLo, value);
  else moveTsc(m, vcpu, value - tscAdjust(m, vcpu));
}

/** virtual_tsc_khz */
const TSC_KHZ = 1_000_000n;
/** One second of the guest's TSC: how far apart user space's writes may be and still be meant as the same. */
const SLOP = TSC_KHZ * 1000n;

/**
 * User space sets a vCPU's TSC, or KVM does when it makes one (`value` null, for 0). 0, and what is less than a second off
 * what user space set last, is taken for an attempt to bring the vCPUs' TSCs together: then the offset is the one all have,
 * not the one asked for. @kvm x86.c kvm_synchronize_tsc, __kvm_synchronize_tsc
 */
export function synchronizeTsc(m: Machine, vcpu: number, value: bigint | null): void {
  const vm = BASE.vm;
  const data = value ?? 0n;
  const last = readWide(m, vm + VM.at.tscWriteLo);
  const expected = BigInt.asUintN(64, last + BigInt(now(m) - read64(m, vm + VM.at.tscWriteNsLo)));
  const byUser = m.w[vm + VM.at.tscByUser] === 1 || m.without.has('bf328e22e472');
  const near = byUser && data < BigInt.asUintN(64, expected + SLOP) && BigInt.asUintN(64, data + SLOP) > expected;
  const matched = (data === 0n || near) && m.w[vm + VM.at.tscWritten] === 1;
  const asked = BigInt.asUintN(64, data - BigInt(now(m)));
  const offset = matched ? readWide(m, vm + VM.at.tscOffsetLo) : asked;
  if (value !== null) put(m, vm + VM.at.tscByUser, 1);
  put(m, vm + VM.at.tscWritten, 1);
  putWide(m, vm + VM.at.tscWriteLo, data);
  put64(m, vm + VM.at.tscWriteNsLo, now(m));
  if (!matched) putWide(m, vm + VM.at.tscOffsetLo, offset);
  putWide(m, vcpuAt(m, vcpu) + VCPU.at.tscOffsetLo, offset);
}

const modeOf = (m: Machine, vcpu: number): number => m.w[lapicAt(m, vcpu) + R.timerMode];

/** @kvm lapic.c cancel_apic_timer */
export function cancelTimer(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  if (m.w[at + R.timerRunning] === 1) emit(m, EV.timer_cancel, atLapic(vcpu));
  put(m, at + R.timerRunning, 0);
  put(m, at + R.timerPending, 0);
}

/** @kvm lapic.c update_divide_count */
export function updateDivideCount(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const tdcr = m.w[at + R.tdcr];
  put(m, at + R.divideCount, 1 << ((((tdcr & 3) | ((tdcr & 8) >> 1)) + 1) & 7));
}

/** A count in ns, at the divider of now. @kvm lapic.c tmict_to_ns */
const countToNs = (m: Machine, vcpu: number, count: number): number =>
  (count >>> 0) * m.w[lapicAt(m, vcpu) + R.divideCount];

/** Period from TMICT; one that is too short for a periodic timer is made longer. @kvm lapic.c limit_periodic_timer_frequency */
function periodOf(m: Machine, vcpu: number): number {
  const period = countToNs(m, vcpu, m.w[lapicAt(m, vcpu) + R.tmict]);
  const periodic = modeOf(m, vcpu) === TIMER_MODE.periodic;
  return periodic && period !== 0 && period < MIN_PERIOD_NS ? MIN_PERIOD_NS : period;
}

/** The hrtimer is armed. */
function arm(m: Machine, vcpu: number, due: number): void {
  const at = lapicAt(m, vcpu);
  const outer = enter(m, EV.timer_start, atLapic(vcpu), lowOf(due), highOf(due), modeOf(m, vcpu) >>> MODE_AT);
  put64(m, at + R.expiryLo, due);
  put(m, at + R.timerRunning, 1);
  leave(m, outer);
}

/**
 * Arms what the mode asks for. A deadline that is not in the future fires here and now, in the vCPU's own context; a
 * count of which nothing is left is armed for this very instant, as the kernel's comparison is strict there.
 * @kvm lapic.c restart_apic_timer, start_sw_period, start_sw_tscdeadline
 */
function restart(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const mode = modeOf(m, vcpu);
  if (mode !== TIMER_MODE.periodic && m.w[at + R.timerPending] !== 0) return;
  if (mode === TIMER_MODE.deadline) {
    const deadline = readWide(m, at + R.deadlineLo);
    if (deadline === 0n) return;
    const left = deadline - guestTsc(m, vcpu);
    const ns = left > 0n ? cyclesToNs(left) : 0;
    if (ns > 0) arm(m, vcpu, ns + now(m));
    else expire(m, vcpu, false);
    return;
  }
  if (mode !== TIMER_MODE.periodic && mode !== TIMER_MODE.oneShot) {
    restartReserved(m, vcpu);
    return;
  }
  if (read64(m, at + R.periodLo) === 0) return;
  // No time passes within an op, so a target is never before now, and start_sw_period's way for one that is has no twin.
  arm(m, vcpu, read64(m, at + R.expiryLo));
}

/** Cycles of the TSC as the hrtimer's ns. KVM multiplies first, in 64 bits, so what is five hours off comes too early. */
const cyclesToNs = (cycles: bigint): number => Number(BigInt.asUintN(64, cycles * 1_000_000n) / TSC_KHZ);

/**
 * LVTT's fourth mode: start_sw_timer knows nothing to start in it, but the preemption timer takes whatever deadline the mode
 * before left behind, if that is not used up. @kvm lapic.c start_hv_timer
 */
function restartReserved(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const target = read64(m, at + R.expiryLo);
  if (m.vendor !== 'intel' || read64(m, at + R.periodLo) === 0 || target === 0) return;
  if (target > now(m)) arm(m, vcpu, target);
  else expire(m, vcpu, false);
}

/**
 * Starts the timer with a count that is left: TMICT itself after a guest's write, TMCCT after a restore.
 * @param left current count to start from, -1 for the initial count @kvm lapic.c __start_apic_timer, set_target_expiration
 */
export function startTimer(m: Machine, vcpu: number, left = -1): void {
  const at = lapicAt(m, vcpu);
  const mode = modeOf(m, vcpu);
  put(m, at + R.timerPending, 0);
  if (mode === TIMER_MODE.periodic || mode === TIMER_MODE.oneShot) {
    const period = periodOf(m, vcpu);
    put64(m, at + R.periodLo, period);
    put64(m, at + R.deadlineLo, 0);
    if (period === 0) return;
    const asked = left === -1 ? period : countToNs(m, vcpu, left);
    // Nothing left: before v6.3 a one-shot began anew.
    const anew = mode === TIMER_MODE.periodic || m.without.has('8e6ed96cdd50');
    const rest = asked > 0 ? Math.min(asked, period) : anew ? period : 0;
    put64(m, at + R.expiryLo, now(m) + rest);
  }
  restart(m, vcpu);
}

/** TMICT was written. @kvm lapic.c kvm_lapic_reg_write */
export function writeInitialCount(m: Machine, vcpu: number, value: number): void {
  if (modeOf(m, vcpu) === TIMER_MODE.deadline) return;
  cancelTimer(m, vcpu);
  put(m, lapicAt(m, vcpu) + R.tmict, value);
  startTimer(m, vcpu);
}

/** TDCR was written: a running timer keeps its count, so its rest is rescaled. @kvm lapic.c update_target_expiration */
export function writeDivide(m: Machine, vcpu: number, value: number): void {
  const at = lapicAt(m, vcpu);
  const before = m.w[at + R.divideCount];
  put(m, at + R.tdcr, value & 0xb);
  updateDivideCount(m, vcpu);
  const after = m.w[at + R.divideCount];
  if (after === before || read64(m, at + R.periodLo) === 0) return;
  put(m, at + R.timerRunning, 0);
  const target = read64(m, at + R.expiryLo);
  const rest = Math.max(0, target - now(m));
  put64(m, at + R.periodLo, periodOf(m, vcpu));
  // A target of 0 is a deadline that a one-shot has used up. The clocks that count in ns take it for one long past; the
  // preemption timer, all that the reserved mode has, is not started without one.
  const usedUp = target === 0 && modeOf(m, vcpu) === MODE_BITS;
  put64(m, at + R.expiryLo, usedUp ? 0 : now(m) + Math.floor((rest * after) / before));
  restart(m, vcpu);
}

/** LVTT changed: the mode may be another. @kvm lapic.c apic_update_lvtt */
export function updateTimerMode(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const mode = m.w[at + R.lvtTimer] & timerModeMask(m);
  const before = modeOf(m, vcpu);
  if (mode === before) return;
  if ((mode === TIMER_MODE.deadline) !== (before === TIMER_MODE.deadline)) {
    cancelTimer(m, vcpu);
    put(m, at + R.tmict, 0);
    put64(m, at + R.periodLo, 0);
    put64(m, at + R.deadlineLo, 0);
  }
  put(m, at + R.timerMode, mode);
  const period = read64(m, at + R.periodLo);
  if (mode === TIMER_MODE.periodic && period !== 0 && period < MIN_PERIOD_NS) put64(m, at + R.periodLo, MIN_PERIOD_NS);
}

/**
 * MSR 0x6e0 written: dropped where the APIC is off or LVTT is in another mode; 0 disarms.
 * @kvm lapic.c kvm_set_lapic_tscdeadline_msr
 */
export function writeDeadline(m: Machine, vcpu: number, value: bigint): void {
  const at = lapicAt(m, vcpu);
  if (!hwEnabled(m, vcpu) || modeOf(m, vcpu) !== TIMER_MODE.deadline) {
    emit(m, EV.deadline_dropped, atLapic(vcpu), modeOf(m, vcpu) >>> MODE_AT, hwEnabled(m, vcpu) ? 1 : 0);
    return;
  }
  put(m, at + R.timerRunning, 0);
  putWide(m, at + R.deadlineLo, value);
  startTimer(m, vcpu);
}

/** @kvm lapic.c kvm_get_lapic_tscdeadline_msr */
export function readDeadline(m: Machine, vcpu: number): bigint {
  const at = lapicAt(m, vcpu);
  if (!hwEnabled(m, vcpu) || modeOf(m, vcpu) !== TIMER_MODE.deadline) return 0n;
  return readWide(m, at + R.deadlineLo);
}

/**
 * TMCCT: what is left, in bus cycles. A whole period reads as the count and not as 0: on real hardware some ns have gone
 * by at every read, so the kernel's remainder never sees it. @kvm lapic.c apic_get_tmcct
 */
export function currentCount(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  const period = read64(m, at + R.periodLo);
  if (modeOf(m, vcpu) === TIMER_MODE.deadline || m.w[at + R.tmict] === 0 || period === 0) return 0;
  const rest = Math.max(0, read64(m, at + R.expiryLo) - now(m));
  const ns = rest > 0 && rest % period === 0 ? period : rest % period;
  return Math.floor(ns / m.w[at + R.divideCount]);
}

/** When this timer fires next, ns; Infinity when it is not armed. */
export function timerDue(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  return m.w[at + R.timerRunning] === 1 ? read64(m, at + R.expiryLo) : Infinity;
}

/** Is the vCPU's thread in vcpu_run right now, so that it looks at what expired? A model guest's always is, on its CPU. */
function threadRuns(m: Machine, vcpu: number): boolean {
  const at = vcpuAt(m, vcpu);
  if (m.wires.modelsCpus && m.w[at + VCPU.at.loaded] === 0) return false;
  return m.config.guest !== undefined || m.w[at + VCPU.at.inRun] === 1;
}

/**
 * The timer has expired. With APICv the vCPU's own thread injects at once; else the expiry is remembered, one however
 * many there are, and goes in when the thread comes by in vcpu_run. @param fromTimer the hrtimer's callback, which kicks
 * @kvm lapic.c apic_timer_expired
 */
function expire(m: Machine, vcpu: number, fromTimer: boolean): void {
  const at = lapicAt(m, vcpu);
  const mode = modeOf(m, vcpu);
  const before = beginJourney(m);
  const outer = enter(m, EV.timer_expired, atLapic(vcpu), mode >>> MODE_AT, fromTimer ? 1 : 0);
  if (m.w[at + R.timerPending] === 0) {
    if (!fromTimer && m.w[at + R.apicvActive] === 1) {
      deliverTimer(m, vcpu);
    } else {
      put(m, at + R.timerPending, 1);
      m.journeys[timerJourney(m, vcpu)] = m.journey;
      if (fromTimer) m.wires.kick(m, vcpu);
      if (isMasked(m, vcpu)) emit(m, EV.lvt_masked, atLapic(vcpu), R.lvtTimer);
    }
  }
  if (fromTimer && mode === TIMER_MODE.periodic) {
    put64(m, at + R.expiryLo, read64(m, at + R.expiryLo) + read64(m, at + R.periodLo));
  } else {
    put(m, at + R.timerRunning, 0);
  }
  if (fromTimer && threadRuns(m, vcpu)) injectPendingTimer(m, vcpu);
  leave(m, outer);
  if (!fromTimer) m.journey = before;
}

/** The armed instant has come: the host's timer interrupt, on the CPU where the vCPU runs. @kvm lapic.c apic_timer_fn */
export function expireTimer(m: Machine, vcpu: number): void {
  const before = m.current;
  m.current = m.wires.timerInterrupt(m, vcpu) ? vcpu : -1;
  expire(m, vcpu, true);
  m.current = before;
}

const isMasked = (m: Machine, vcpu: number): boolean => (m.w[lapicAt(m, vcpu) + R.lvtTimer] & MASK) !== 0;

/** @kvm lapic.c kvm_apic_inject_pending_timer_irqs */
function deliverTimer(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const outer = enter(m, EV.timer_inject, atLapic(vcpu), m.w[at + R.lvtTimer] & VECTOR);
  localDeliver(m, vcpu, R.lvtTimer);
  const mode = modeOf(m, vcpu);
  if (mode === TIMER_MODE.deadline || mode === TIMER_MODE.oneShot) put64(m, at + R.deadlineLo, 0);
  if (mode === TIMER_MODE.oneShot) put64(m, at + R.expiryLo, 0);
  leave(m, outer);
}

/**
 * The thread comes by in vcpu_run: several expirations since the last time are one interrupt. One that expired while its
 * entry was masked stays pending, and goes in when the entry is unmasked.
 * @kvm x86.c vcpu_run, lapic.c apic_has_pending_timer, kvm_inject_apic_timer_irqs
 */
export function injectPendingTimer(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  if (m.w[at + R.timerPending] === 0) return;
  if (isMasked(m, vcpu) || !hwEnabled(m, vcpu) || !swEnabled(m, vcpu)) return;
  const journey = m.journey;
  m.journey = m.journeys[timerJourney(m, vcpu)];
  deliverTimer(m, vcpu);
  put(m, at + R.timerPending, 0);
  m.journey = journey;
}

/** An entry outside the flow of virtual time: what is due by now fires. */
export function fireDueTimer(m: Machine, vcpu: number): void {
  if (timerDue(m, vcpu) <= now(m)) expireTimer(m, vcpu);
}

/** An LVT entry's interrupt. @param lvt word offset of the entry @returns 1 taken, 0 not @kvm lapic.c kvm_apic_local_deliver */
export function localDeliver(m: Machine, vcpu: number, lvt: number): number {
  const entry = m.w[lapicAt(m, vcpu) + lvt];
  if (!hwEnabled(m, vcpu) || (entry & MASK) !== 0) {
    emit(m, EV.lvt_masked, atLapic(vcpu), lvt);
    return 0;
  }
  return m.wires.acceptIrq(m, vcpu, {
    vector: entry & VECTOR,
    deliveryMode: (entry & DELIVERY_MODE) >>> DELIVERY_AT,
    logical: false,
    level: true,
    trigMode: (entry & TRIG_MODE) !== 0,
    shorthand: 0,
    dest: 0,
    redirHint: false,
  });
}
