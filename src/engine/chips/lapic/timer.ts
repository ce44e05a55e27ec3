/**
 * The local APIC timer in virtual time (arch/x86/kvm/lapic.c, v6.18). The bus clock is KVM's default, 1 ns a cycle;
 * the model TSC runs at 1 GHz, so a deadline is in ns of virtual time.
 *
 * Left out: the VMX preemption timer as a separate clock (it expires at the same virtual instant) and the timer
 * advance, which hides a real host's latency and has nothing to hide here.
 */
import { EV } from '../../core/events.ts';
import { atLapic, beginJourney, emit, enter, lapicAt, leave, type Machine, put } from '../../core/machine.ts';
import { LAPIC, VM } from '../../core/words.ts';
import { hwEnabled } from './priority.ts';

const R = LAPIC.at;
/** min_timer_period_us default: periodic timers never run faster. */
const MIN_PERIOD_NS = 200_000;
const TWO32 = 2 ** 32;

/** Bits 18:17 of LVTT. */
export const TIMER_MODE = { oneShot: 0, periodic: 0x20000, deadline: 0x40000 } as const;
const MODE_MASK = 0x60000;

/** 64-bit value kept in two words, as a number (exact below 2^53). */
export function read64(m: Machine, at: number): number {
  return ((m.w[at + 1] as number) >>> 0) * TWO32 + ((m.w[at] as number) >>> 0);
}

export function put64(m: Machine, at: number, value: number): void {
  put(m, at, value % TWO32);
  put(m, at + 1, Math.floor(value / TWO32));
}

/** Virtual time, ns. */
export const now = (m: Machine): number => read64(m, m.layout.vm + VM.at.nowLo);

/** @kvm lapic.c cancel_apic_timer */
function cancelTimer(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  if (m.w[at + R.timerRunning] === 1) emit(m, EV.timer_cancel, atLapic(vcpu));
  put(m, at + R.timerRunning, 0);
  put(m, at + R.timerPending, 0);
}

/** @kvm lapic.c update_divide_count */
export function updateDivideCount(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const tdcr = m.w[at + R.tdcr] as number;
  put(m, at + R.divideCount, 1 << ((((tdcr & 3) | ((tdcr & 8) >> 1)) + 1) & 7));
}

function periodOf(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  const period = ((m.w[at + R.tmict] as number) >>> 0) * (m.w[at + R.divideCount] as number);
  const periodic = m.w[at + R.timerMode] === TIMER_MODE.periodic;
  return periodic && period !== 0 && period < MIN_PERIOD_NS ? MIN_PERIOD_NS : period;
}

/** Arms what the mode asks for, or fires at once if it is due. @kvm lapic.c restart_apic_timer */
function restart(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const mode = m.w[at + R.timerMode] as number;
  if (mode !== TIMER_MODE.periodic && m.w[at + R.timerPending] !== 0) return;
  if (mode === TIMER_MODE.deadline && read64(m, at + R.deadlineLo) === 0) {
    put(m, at + R.timerRunning, 0);
    return;
  }
  const due =
    mode === TIMER_MODE.deadline
      ? Math.min(read64(m, at + R.deadlineLo), Number.MAX_SAFE_INTEGER)
      : read64(m, at + R.expiryLo);
  const outer = enter(m, EV.timer_start, atLapic(vcpu), due % TWO32, Math.floor(due / TWO32), mode >>> 17);
  put64(m, at + R.expiryLo, due);
  put(m, at + R.timerRunning, 1);
  leave(m, outer);
}

/** TMICT was written. @kvm lapic.c start_apic_timer, set_target_expiration */
export function writeInitialCount(m: Machine, vcpu: number, value: number): void {
  const at = lapicAt(m, vcpu);
  if (m.w[at + R.timerMode] === TIMER_MODE.deadline) return;
  cancelTimer(m, vcpu);
  put(m, at + R.tmict, value);
  const period = periodOf(m, vcpu);
  put64(m, at + R.periodLo, period);
  put64(m, at + R.deadlineLo, 0);
  if (period === 0) return;
  put64(m, at + R.expiryLo, now(m) + period);
  restart(m, vcpu);
}

/** TDCR was written: a running timer keeps its count, so its rest is rescaled. @kvm lapic.c update_target_expiration */
export function writeDivide(m: Machine, vcpu: number, value: number): void {
  const at = lapicAt(m, vcpu);
  const before = m.w[at + R.divideCount] as number;
  put(m, at + R.tdcr, value & 0xb);
  updateDivideCount(m, vcpu);
  const after = m.w[at + R.divideCount] as number;
  if (after === before || read64(m, at + R.periodLo) === 0) return;
  const rest = Math.max(0, read64(m, at + R.expiryLo) - now(m));
  put64(m, at + R.periodLo, periodOf(m, vcpu));
  put64(m, at + R.expiryLo, now(m) + Math.floor((rest * after) / before));
  restart(m, vcpu);
}

/** LVTT changed: the mode may be another. @kvm lapic.c apic_update_lvtt */
export function updateTimerMode(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const mode = (m.w[at + R.lvtTimer] as number) & MODE_MASK;
  const before = m.w[at + R.timerMode] as number;
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

/** MSR 0x6e0 written: ignored outside deadline mode; 0 disarms. @kvm lapic.c kvm_set_lapic_tscdeadline_msr */
export function writeDeadline(m: Machine, vcpu: number, value: bigint): void {
  const at = lapicAt(m, vcpu);
  if (!hwEnabled(m, vcpu) || m.w[at + R.timerMode] !== TIMER_MODE.deadline) return;
  put(m, at + R.timerRunning, 0);
  put(m, at + R.timerPending, 0);
  put(m, at + R.deadlineLo, Number(value & 0xffffffffn));
  put(m, at + R.deadlineHi, Number(value >> 32n));
  restart(m, vcpu);
}

/** @kvm lapic.c kvm_get_lapic_tscdeadline_msr */
export function readDeadline(m: Machine, vcpu: number): bigint {
  const at = lapicAt(m, vcpu);
  if (!hwEnabled(m, vcpu) || m.w[at + R.timerMode] !== TIMER_MODE.deadline) return 0n;
  return (BigInt((m.w[at + R.deadlineHi] as number) >>> 0) << 32n) | BigInt((m.w[at + R.deadlineLo] as number) >>> 0);
}

/** TMCCT: what is left, in bus cycles. @kvm lapic.c apic_get_tmcct */
export function currentCount(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  const period = read64(m, at + R.periodLo);
  if (m.w[at + R.timerMode] === TIMER_MODE.deadline || m.w[at + R.tmict] === 0 || period === 0) return 0;
  const rest = Math.max(0, read64(m, at + R.expiryLo) - now(m));
  return Math.floor((rest % period) / (m.w[at + R.divideCount] as number));
}

/** When this timer fires next, ns; Infinity when it is not armed. */
export function timerDue(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  return m.w[at + R.timerRunning] === 1 ? read64(m, at + R.expiryLo) : Infinity;
}

/** The armed instant has come. @kvm lapic.c apic_timer_fn, apic_timer_expired */
export function expireTimer(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  const mode = m.w[at + R.timerMode] as number;
  beginJourney(m);
  const outer = enter(m, EV.timer_expired, atLapic(vcpu), mode >>> 17);
  if (m.w[at + R.timerPending] === 0) {
    put(m, at + R.timerPending, 1);
    m.host.kick(m, vcpu);
  }
  if (mode === TIMER_MODE.periodic) put64(m, at + R.expiryLo, read64(m, at + R.expiryLo) + read64(m, at + R.periodLo));
  else put(m, at + R.timerRunning, 0);
  injectPendingTimer(m, vcpu);
  leave(m, outer);
}

/** Back in vcpu_run: several expirations since the last look are one interrupt. @kvm lapic.c kvm_inject_apic_timer_irqs */
export function injectPendingTimer(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  if (m.w[at + R.timerPending] === 0) return;
  const outer = enter(m, EV.timer_inject, atLapic(vcpu), (m.w[at + R.lvtTimer] as number) & 0xff);
  localDeliver(m, vcpu, R.lvtTimer);
  if (m.w[at + R.timerMode] !== TIMER_MODE.periodic) put64(m, at + R.deadlineLo, 0);
  put(m, at + R.timerPending, 0);
  leave(m, outer);
}

/** An LVT entry's interrupt. @param lvt word offset of the entry @returns 1 taken, 0 not @kvm lapic.c kvm_apic_local_deliver */
export function localDeliver(m: Machine, vcpu: number, lvt: number): number {
  const entry = m.w[lapicAt(m, vcpu) + lvt] as number;
  if (!hwEnabled(m, vcpu) || (entry & 0x10000) !== 0) {
    emit(m, EV.lvt_masked, atLapic(vcpu), lvt);
    return 0;
  }
  return m.host.acceptIrq(m, vcpu, {
    vector: entry & 0xff,
    deliveryMode: (entry >>> 8) & 7,
    logical: false,
    level: true,
    trigMode: (entry & 0x8000) !== 0,
    shorthand: 0,
    dest: 0,
    redirHint: false,
  });
}
