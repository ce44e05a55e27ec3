/**
 * The i8254 as KVM models it (arch/x86/kvm/i8254.c, v6.18): three channels, of which channel 0 drives GSI 0, with
 * re-injection of ticks the guest has not acknowledged; the speaker port; the NMI watchdog through LVT0.
 * @differs 82C54 (pit-bcd): KVM counts in binary whatever the BCD bit says.
 * @differs 82C54 (pit-null-count): NULL COUNT (bit 6 of the status) is never set.
 * @differs 82C54 (pit-gate): it keeps counting while the gate is low in modes 0 and 4.
 * @differs 82C54 (pit-mode): a new mode is taken into the timer only with the next count.
 *
 * Left out: HPET legacy mode (no HPET here).
 */
import { highOf, join, lowOf } from '../../../base/u64.ts';
import { EV } from '../../core/events.ts';
import { AT_PIT, beginJourney, emit, enter, lapicAt, leave, type Machine, put } from '../../core/machine.ts';
import { now, put64, read64 } from '../../core/time.ts';
import type { PitWires } from '../../core/wires.ts';
import { LAPIC, PIT } from '../../core/words.ts';
import { APICV_INHIBIT } from '../../kvm/inhibits.ts';
import { localDeliver } from '../lapic/timer.ts';

const R = PIT.at;
/** KVM_PIT_FREQ, Hz */
const FREQUENCY = 1193181;
/** min_timer_period_us */
const MIN_PERIOD_NS = 200_000;
/** KVM_PIT_IRQ_SOURCE_ID */
const PIT_SOURCE = 2;
/** RW_STATE_*: which byte of a count comes next (1 is the low byte alone). */
const MSB = 2;
const WORD0 = 3;
const WORD1 = 4;

const at = (m: Machine, register: number, channel = 0): number => m.wordMap.pit + register + channel;
const get = (m: Machine, register: number, channel = 0): number => m.w[at(m, register, channel)];

/** Load times are kept as 64 bits: low words and high words of the three channels lie apart. */
function loadTime(m: Machine, channel: number): number {
  return join(get(m, R.loadLo, channel), get(m, R.loadHi, channel));
}

function setLoadTime(m: Machine, channel: number): void {
  put(m, at(m, R.loadLo, channel), lowOf(now(m)));
  put(m, at(m, R.loadHi, channel), highOf(now(m)));
}

/** struct kvm_pit_channel_state of the three channels, and the flags. */
const STATE_WORDS: readonly number[] = [
  ...[R.count, R.latchedCount, R.countLatched, R.statusLatched, R.status, R.readState, R.writeState].flatMap(three),
  ...[R.writeLatch, R.rwMode, R.mode, R.bcd, R.gate, R.loadLo, R.loadHi].flatMap(three),
  R.speakerOn,
];

function three(base: number): number[] {
  return [base, base + 1, base + 2];
}

/** @kvm i8254.c kvm_vm_ioctl_get_pit2 */
export const savePit = (m: Machine): ReadonlyMap<number, number> =>
  new Map(STATE_WORDS.map((word) => [word, get(m, word)]));

/** Every channel is loaded with its count again, so all of them start anew. @kvm i8254.c kvm_vm_ioctl_set_pit2 */
export function restorePit(m: Machine, saved: ReadonlyMap<number, number>): void {
  for (const word of STATE_WORDS) {
    if (word === R.speakerOn && m.without.has('b172862241b4')) continue;
    put(m, at(m, word), saved.get(word) ?? 0);
  }
  for (let channel = 0; channel < 3; channel++) loadCount(m, channel, get(m, R.count, channel));
}

/** KVM_CREATE_PIT2. @kvm i8254.c kvm_create_pit, kvm_pit_reset */
export function resetPit(m: Machine): void {
  put(m, at(m, R.present), 1);
  for (let channel = 0; channel < 3; channel++) {
    put(m, at(m, R.mode, channel), 0xff);
    put(m, at(m, R.gate, channel), channel === 2 ? 0 : 1);
    put(m, at(m, R.count, channel), 0x10000);
    if (channel !== 0) setLoadTime(m, channel);
  }
  if (m.config.pitReinject !== false) setReinject(m);
}

/** Ticks that were missed are made up for, which AVIC cannot do. @kvm i8254.c kvm_pit_set_reinject */
function setReinject(m: Machine): void {
  m.wires.setApicvInhibit(m, APICV_INHIBIT.pitReinject, true);
  put(m, at(m, R.reinject), 1);
  resetReinject(m);
}

/** @kvm i8254.c kvm_pit_reset_reinject */
function resetReinject(m: Machine): void {
  put(m, at(m, R.pending), 0);
  put(m, at(m, R.irqAck), 1);
}

const toNs = (count: number): number => Math.floor((count * 1e9) / FREQUENCY);

/**
 * Counts since the channel was loaded. Channel 0 tells them from its timer, one that has fired or was stopped too.
 * @kvm i8254.c kpit_elapsed, __kpit_elapsed
 */
function elapsedCounts(m: Machine, channel: number): number {
  const period = read64(m, at(m, R.periodLo));
  const due = read64(m, at(m, R.dueLo));
  const ns = channel !== 0 ? now(m) - loadTime(m, channel) : period === 0 ? 0 : period - (due - now(m));
  // Whole seconds apart, so that no product leaves the numbers that are exact.
  const seconds = Math.floor(ns / 1e9);
  return seconds * FREQUENCY + Math.floor(((ns - seconds * 1e9) * FREQUENCY) / 1e9);
}

/** @kvm i8254.c pit_get_count */
function currentCount(m: Machine, channel: number): number {
  const count = get(m, R.count, channel);
  const gone = elapsedCounts(m, channel);
  const mode = get(m, R.mode, channel);
  if (mode === 0 || mode === 1 || mode === 4 || mode === 5) return (count - gone) & 0xffff;
  return mode === 3 ? count - ((2 * gone) % count) : count - (gone % count);
}

/** @kvm i8254.c pit_get_out */
function output(m: Machine, channel: number): number {
  const count = get(m, R.count, channel);
  const gone = elapsedCounts(m, channel);
  switch (get(m, R.mode, channel)) {
    case 1:
      return gone < count ? 1 : 0;
    case 2:
      return gone % count === 0 && gone !== 0 ? 1 : 0;
    case 3:
      return gone % count < (count + 1) >> 1 ? 1 : 0;
    case 4:
    case 5:
      return gone === count ? 1 : 0;
    default:
      return gone >= count ? 1 : 0;
  }
}

/** @kvm i8254.c pit_load_count, create_pit_timer */
function loadCount(m: Machine, channel: number, value: number): void {
  const count = value === 0 ? 0x10000 : value;
  put(m, at(m, R.count, channel), count);
  if (channel !== 0) {
    setLoadTime(m, channel);
    return;
  }
  const mode = get(m, R.mode);
  const outer = enter(m, EV.pit_load, AT_PIT, count, mode);
  if (mode > 4) put(m, at(m, R.running), 0);
  else startTimer(m, toNs(count), mode === 2 || mode === 3);
  leave(m, outer);
}

/** The first tick comes after the count as it is; only the later ones are kept apart. @kvm i8254.c create_pit_timer */
function startTimer(m: Machine, interval: number, periodic: boolean): void {
  put64(m, at(m, R.periodLo), periodic ? Math.max(interval, MIN_PERIOD_NS) : interval);
  put(m, at(m, R.periodic), periodic ? 1 : 0);
  put64(m, at(m, R.dueLo), now(m) + interval);
  put(m, at(m, R.running), 1);
  resetReinject(m);
}

function latchCount(m: Machine, channel: number): void {
  if (get(m, R.countLatched, channel) !== 0) return;
  // Sixteen bits: a counter that was never loaded, or stands at its reload of 0, is latched as 0.
  put(m, at(m, R.latchedCount, channel), currentCount(m, channel) & 0xffff);
  put(m, at(m, R.countLatched, channel), get(m, R.rwMode, channel));
}

function latchStatus(m: Machine, channel: number): void {
  if (get(m, R.statusLatched, channel) !== 0) return;
  const status = (output(m, channel) << 7) | (get(m, R.rwMode, channel) << 4) | (get(m, R.mode, channel) << 1);
  put(m, at(m, R.status, channel), (status | get(m, R.bcd, channel)) & 0xff);
  put(m, at(m, R.statusLatched, channel), 1);
}

function writeControl(m: Machine, value: number): void {
  const channel = value >> 6;
  if (channel === 3) {
    for (let i = 0; i < 3; i++) {
      if ((value & (2 << i)) === 0) continue;
      if ((value & 0x20) === 0) latchCount(m, i);
      if ((value & 0x10) === 0) latchStatus(m, i);
    }
    return;
  }
  const access = (value >> 4) & 3;
  if (access === 0) {
    latchCount(m, channel);
    return;
  }
  const mode = (value >> 1) & 7;
  for (const register of [R.rwMode, R.readState, R.writeState]) put(m, at(m, register, channel), access);
  put(m, at(m, R.mode, channel), mode > 5 ? mode - 4 : mode);
  put(m, at(m, R.bcd, channel), value & 1);
}

function writeCounter(m: Machine, channel: number, value: number): void {
  switch (get(m, R.writeState, channel)) {
    case MSB:
      loadCount(m, channel, value << 8);
      break;
    case WORD0:
      put(m, at(m, R.writeLatch, channel), value);
      put(m, at(m, R.writeState, channel), WORD1);
      break;
    case WORD1:
      loadCount(m, channel, get(m, R.writeLatch, channel) | (value << 8));
      put(m, at(m, R.writeState, channel), WORD0);
      break;
    default:
      loadCount(m, channel, value);
  }
}

/** Ports 0x40-0x43 and 0x61. @returns false for a port that is not the PIT's @kvm i8254.c pit_ioport_write, speaker_ioport_write */
function pitWrite(m: Machine, port: number, value: number): boolean {
  if (get(m, R.present) === 0 || ((port < 0x40 || port > 0x43) && port !== 0x61)) return false;
  const outer = enter(m, EV.pit_write, AT_PIT, port, value);
  if (port === 0x61) {
    put(m, at(m, R.speakerOn), (value >> 1) & 1);
    const rising = get(m, R.gate, 2) < (value & 1);
    const mode = get(m, R.mode, 2);
    if (rising && (mode === 1 || mode === 2 || mode === 3 || mode === 5)) setLoadTime(m, 2);
    put(m, at(m, R.gate, 2), value & 1);
  } else if (port === 0x43) {
    writeControl(m, value);
  } else {
    writeCounter(m, port & 3, value);
  }
  leave(m, outer);
  return true;
}

function readCounter(m: Machine, channel: number): number {
  const latched = get(m, R.countLatched, channel);
  if (latched !== 0) {
    const count = get(m, R.latchedCount, channel);
    put(m, at(m, R.countLatched, channel), latched === WORD0 ? MSB : 0);
    return latched === MSB ? count >> 8 : count & 0xff;
  }
  const state = get(m, R.readState, channel);
  const count = currentCount(m, channel);
  if (state === WORD0) put(m, at(m, R.readState, channel), WORD1);
  if (state === WORD1) put(m, at(m, R.readState, channel), WORD0);
  return (state === MSB || state === WORD1 ? count >> 8 : count) & 0xff;
}

/** @returns null for a port that is not the PIT's @kvm i8254.c pit_ioport_read, speaker_ioport_read */
function pitRead(m: Machine, port: number): number | null {
  if (get(m, R.present) === 0) return null;
  if (port === 0x61) {
    const refresh = Math.floor(now(m) / 2 ** 14) & 1;
    return (get(m, R.speakerOn) << 1) | get(m, R.gate, 2) | (output(m, 2) << 5) | (refresh << 4);
  }
  if (port < 0x40 || port > 0x43) return null;
  if (port === 0x43) return 0;
  const channel = port & 3;
  if (get(m, R.statusLatched, channel) === 1) {
    put(m, at(m, R.statusLatched, channel), 0);
    return get(m, R.status, channel);
  }
  return readCounter(m, channel);
}

/** When channel 0 ticks next, ns; Infinity when it does not. */
function pitDue(m: Machine): number {
  return get(m, R.running) === 1 ? read64(m, at(m, R.dueLo)) : Infinity;
}

/** @kvm i8254.c pit_timer_fn */
function pitTick(m: Machine): void {
  beginJourney(m);
  const discards = get(m, R.reinject) !== 1 && pitListens(m);
  const dropped = discards && get(m, R.pending) > 0;
  if (pitListens(m) && !dropped) put(m, at(m, R.pending), get(m, R.pending) + 1);
  const outer = enter(m, EV.pit_tick, AT_PIT, get(m, R.pending));
  if (get(m, R.periodic) === 1) put64(m, at(m, R.dueLo), read64(m, at(m, R.dueLo)) + read64(m, at(m, R.periodLo)));
  else put(m, at(m, R.running), 0);
  if (dropped) emit(m, EV.pit_held, AT_PIT, get(m, R.pending));
  else doWork(m);
  leave(m, outer);
}

/** Pulses GSI 0, unless the tick before it has not been acknowledged. @kvm i8254.c pit_do_work */
function doWork(m: Machine): void {
  if (pitListens(m)) {
    const acked = get(m, R.irqAck) === 1;
    put(m, at(m, R.irqAck), 0);
    if (!acked) {
      emit(m, EV.pit_held, AT_PIT, get(m, R.pending));
      return;
    }
  }
  const outer = enter(m, EV.pit_do_work, AT_PIT);
  m.wires.setIrq(m, PIT_SOURCE, 0, 1, false);
  m.wires.setIrq(m, PIT_SOURCE, 0, 0, false);
  let watchdog = false;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) watchdog ||= m.w[lapicAt(m, vcpu) + LAPIC.at.lvt0InNmiMode] === 1;
  if (watchdog) for (let vcpu = 0; vcpu < m.vcpus; vcpu++) localDeliver(m, vcpu, LAPIC.at.lvtLint0);
  leave(m, outer);
}

/** Without re-injection nobody listens to acknowledges and masks; once the policy was another. @kvm i8254.c kvm_pit_set_reinject */
const pitListens = (m: Machine): boolean =>
  get(m, R.reinject) === 1 || (m.without.has('7dd0fdff145c') && get(m, R.present) === 1);

/** GSI 0 was acknowledged: the next held tick may go. @kvm i8254.c kvm_pit_ack_irq */
function pitAck(m: Machine): void {
  if (!pitListens(m)) return;
  const left = Math.max(0, get(m, R.pending) - 1);
  const outer = enter(m, EV.pit_ack, AT_PIT, get(m, R.pending));
  put(m, at(m, R.irqAck), 1);
  put(m, at(m, R.pending), left);
  if (left > 0) {
    beginJourney(m);
    doWork(m);
  }
  leave(m, outer);
}

/** GSI 0 was unmasked at a chip: ticks missed while masked are forgotten. @kvm i8254.c pit_mask_notifier */
function pitMaskNotify(m: Machine, masked: boolean): void {
  if (pitListens(m) && !masked) resetReinject(m);
}

export const PIT_CHIP: PitWires = {
  listens: pitListens,
  ack: pitAck,
  maskNotify: pitMaskNotify,
  due: pitDue,
  tick: pitTick,
  write: pitWrite,
  read: pitRead,
  reset: resetPit,
};
