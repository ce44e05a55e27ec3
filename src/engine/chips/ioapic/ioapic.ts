/**
 * The IOAPIC as KVM models it (arch/x86/kvm/ioapic.c, v6.18): an 82093AA, version 0x11, 24 pins, 8-bit destinations.
 *
 * Modelled: IOREGSEL/IOWIN, every RTE field and write rule, edge and level, remote IRR, re-delivery after EOI, the
 * delay after 10,000 successive EOIs, RTC tracking on pin 8, the vectors whose EOI must be intercepted.
 * @differs 82093AA (ioapic-status): delivery status is never 1, for nothing is ever under way.
 * @differs 82093AA (ioapic-storm): the delay after 10,000 successive EOIs.
 * Left out, because the device has none: the EOI register (0x40) and the pin assertion register (0x20) of later parts.
 */
import { highOf, join, lowOf } from '../../../base/u64.ts';
import { masks, shifts } from '../../../spec/define/registers.ts';
import { IOREGSEL_ADDR, RTE } from '../../../spec/registers/ioapic.ts';
import { SVR } from '../../../spec/registers/lapic.ts';
import { CHIP, EV, REQ } from '../../core/events.ts';
import {
  AT_IOAPIC,
  beginJourney,
  emit,
  enter,
  lapicAt,
  leave,
  type Machine,
  pinJourney,
  put,
} from '../../core/machine.ts';
import type { SavedIrqchip } from '../../core/saved.ts';
import type { LapicIrq } from '../../core/wires.ts';
import { BASE, IOAPIC, LAPIC, VM } from '../../core/words.ts';

const R = IOAPIC.at;
export const IOAPIC_PINS = 24;
export const IOAPIC_BASE = IOREGSEL_ADDR;
/** RTC_GSI: the pin whose edges KVM follows to their EOI. */
const RTC_PIN = 8;
/** IOAPIC_SUCCESSIVE_IRQ_MAX_COUNT, and the delay that follows it: HZ / 100 jiffies. */
const STORM_LIMIT = 10_000;
const STORM_DELAY_NS = 10_000_000;

const { VECTOR, DELIVERY_MODE, DEST_MODE, DELIVERY_STATUS, REMOTE_IRR, TRIG_MODE, MASK } = masks(RTE);
const { SUPPRESS_EOI } = masks(SVR);
const { DELIVERY_MODE: MODE_AT, DEST: DEST_AT } = shifts(RTE);
/** Bits of the low half that a guest write leaves alone. */
const READ_ONLY = DELIVERY_STATUS | REMOTE_IRR;

/** @kvm ioapic.c kvm_ioapic_reset */
export function resetIoapic(m: Machine): void {
  for (let pin = 0; pin < IOAPIC_PINS; pin++) put(m, BASE.ioapic + R.redirLo + pin, MASK);
}

/** The message an RTE sends. */
function rteMessage(lo: number, hi: number): LapicIrq {
  return {
    vector: lo & VECTOR,
    deliveryMode: (lo & DELIVERY_MODE) >>> MODE_AT,
    logical: (lo & DEST_MODE) !== 0,
    level: true,
    trigMode: (lo & TRIG_MODE) !== 0,
    shorthand: 0,
    dest: hi >>> DEST_AT,
    redirHint: false,
  };
}

/** @kvm ioapic.c ioapic_service @returns CPUs reached, -1 masked, waiting for EOI, or nobody there */
function service(m: Machine, pin: number, lineStatus: boolean): number {
  const w = m.w;
  const at = BASE.ioapic;
  const lo = w[at + R.redirLo + pin];
  if ((lo & MASK) !== 0) {
    emit(m, EV.ioapic_masked, AT_IOAPIC, pin);
    return -1;
  }
  const level = (lo & TRIG_MODE) !== 0;
  if (level && (lo & REMOTE_IRR) !== 0) {
    emit(m, EV.ioapic_remote_irr, AT_IOAPIC, pin);
    return -1;
  }
  const irq = rteMessage(lo, w[at + R.redirHi + pin]);
  const outer = enter(
    m,
    EV.ioapic_service,
    AT_IOAPIC,
    pin,
    irq.vector,
    irq.dest,
    irq.deliveryMode | (irq.logical ? 8 : 0),
  );
  if (!level) put(m, at + R.irrDelivered, w[at + R.irrDelivered] | (1 << pin));
  const trackRtc = pin === RTC_PIN && lineStatus;
  const result = m.wires.deliverToApic(m, -1, irq, trackRtc);
  if (trackRtc) put(m, at + R.rtcPendingEoi, Math.max(result, 0));
  // KVM sets remote IRR for -1 (nobody there) too.
  if (level && result !== 0) put(m, at + R.redirLo + pin, w[at + R.redirLo + pin] | REMOTE_IRR);
  leave(m, outer);
  return result;
}

/** @kvm ioapic.c ioapic_set_irq */
function setLine(m: Machine, gsi: number, pin: number, level: number, lineStatus: boolean): number {
  const at = BASE.ioapic;
  const bit = 1 << pin;
  const edge = (m.w[at + R.redirLo + pin] & TRIG_MODE) === 0;
  const irr = m.w[at + R.irr];
  let result: number;
  if (!level) {
    put(m, at + R.irr, irr & ~bit);
    result = 1;
  } else {
    if (edge && m.wires.apicvActivated(m)) lazyUpdateEoi(m, pin);
    if (pin === RTC_PIN && lineStatus && m.w[at + R.rtcPendingEoi] > 0) {
      emit(m, EV.rtc_coalesced, AT_IOAPIC, pin, m.w[at + R.rtcPendingEoi]);
      result = 0;
    } else {
      put(m, at + R.irr, irr | bit);
      if (edge) put(m, at + R.irrDelivered, m.w[at + R.irrDelivered] & ~bit);
      if (edge && (irr & bit) !== 0) {
        emit(m, EV.ioapic_coalesced, AT_IOAPIC, pin);
        result = 0;
      } else {
        result = service(m, pin, lineStatus);
      }
    }
  }
  emit(m, EV.kvm_ioapic_set_irq, AT_IOAPIC, pin, result, gsi, level);
  return result;
}

/**
 * A pin's line moves: the IOAPIC end of a GSI route.
 * @param source who drives it (0 user space, 1 resampler, 2 PIT); the pin sees the OR of all
 * @returns CPUs reached; 1 for a line going low; 0 coalesced; -1 masked, waiting for EOI or nobody there
 * @kvm ioapic.c kvm_ioapic_set_irq
 */
export function ioapicSetIrq(
  m: Machine,
  gsi: number,
  pin: number,
  source: number,
  level: number,
  lineStatus: boolean,
): number {
  const at = BASE.ioapic + R.lines + pin;
  const outer = enter(m, EV.ioapic_line, AT_IOAPIC, pin, level, source, gsi);
  const lines = m.w[at];
  put(m, at, level ? lines | (1 << source) : lines & ~(1 << source));
  const driven = m.w[at] === 0 ? 0 : 1;
  if (driven) m.journeys[pinJourney(m, pin)] = m.journey;
  const result = setLine(m, gsi, pin, driven, lineStatus);
  leave(m, outer);
  return result;
}

/** @kvm ioapic.c ioapic_mmio_write @param len bytes, 1 2 4 or 8; @param data their low 32 bits */
export function ioapicMmioWrite(m: Machine, offset: number, len: number, data: number): void {
  const value = (len === 1 ? data & 0xff : len === 2 ? data & 0xffff : data) | 0;
  const at = BASE.ioapic;
  const outer = enter(m, EV.ioapic_write, AT_IOAPIC, offset, value, m.w[at + R.ioregsel]);
  if (offset === 0) put(m, at + R.ioregsel, value & 0xff);
  else if (offset === 0x10) writeIndirect(m, value);
  leave(m, outer);
}

/** @kvm ioapic.c ioapic_write_indirect */
function writeIndirect(m: Machine, value: number): void {
  const at = BASE.ioapic;
  const index = m.w[at + R.ioregsel];
  if (index === 1 || index === 2) return;
  if (index === 0) {
    put(m, at + R.id, (value >>> 24) & 0xf);
    return;
  }
  // ioregsel below 0x10 wraps to a pin number past the table, as the kernel's unsigned arithmetic does.
  const pin = index < 0x10 ? IOAPIC_PINS : (index - 0x10) >> 1;
  if (pin >= IOAPIC_PINS) return;
  writeRte(m, pin, index & 1, value);
}

/** One half of an RTE is written: replace, keep read-only bits, then what the new entry means for a waiting line. */
function writeRte(m: Machine, pin: number, half: number, value: number): void {
  const at = BASE.ioapic;
  const loAt = at + R.redirLo + pin;
  const hiAt = at + R.redirHi + pin;
  const oldLo = m.w[loAt];
  const oldHi = m.w[hiAt];
  const outer = enter(m, EV.rte_write, AT_IOAPIC, pin, half, value);
  if (half === 1) {
    put(m, hiAt, value);
  } else {
    let lo = (value & ~READ_ONLY) | (oldLo & READ_ONLY);
    if ((lo & TRIG_MODE) === 0) lo &= ~REMOTE_IRR;
    put(m, loAt, lo);
  }
  const lo = m.w[loAt];
  const masked = (lo & MASK) !== 0;
  if (masked !== ((oldLo & MASK) !== 0)) m.wires.fireMaskNotifiers(m, CHIP.ioapic, pin, masked);
  if ((lo & TRIG_MODE) !== 0 && (m.w[at + R.irr] & (1 << pin)) !== 0 && !masked && (lo & REMOTE_IRR) === 0) {
    if (!m.without.has('fef8f2b90edb') && m.wires.notifyResampler(m, CHIP.ioapic, pin)) {
      put(m, at + R.irr, m.w[at + R.irr] & ~(1 << pin));
    } else {
      const journey = m.journey;
      m.journey = m.journeys[pinJourney(m, pin)] || journey;
      service(m, pin, false);
      m.journey = journey;
    }
  }
  requestScan(m, pin, oldLo, oldHi);
  leave(m, outer);
}

/** Which vCPUs must look again at the vectors they intercept: those of the new and the old destination. */
function requestScan(m: Machine, pin: number, oldLo: number, oldHi: number): void {
  const at = BASE.ioapic;
  const lo = m.w[at + R.redirLo + pin];
  const hi = m.w[at + R.redirHi + pin];
  const irq = rteMessage(lo, hi);
  if (irq.deliveryMode !== 0) {
    m.wires.scanIoapic(m);
    return;
  }
  const asked = new Set<number>();
  const visit = (vcpu: number): void => {
    asked.add(vcpu);
  };
  m.wires.forEachDestination(m, irq, visit);
  if ((oldLo & DEST_MODE) !== (lo & DEST_MODE) || oldHi >>> DEST_AT !== hi >>> DEST_AT) {
    // The kernel pairs the old destination with the new destination mode.
    m.wires.forEachDestination(m, { ...irq, dest: oldHi >>> DEST_AT }, visit);
  }
  m.wires.requestMany(m, [...asked], REQ.scanIoapic);
}

/** @kvm ioapic.c ioapic_mmio_read @returns the register's 32 bits */
export function ioapicMmioRead(m: Machine, offset: number): number {
  const at = BASE.ioapic;
  const index = m.w[at + R.ioregsel];
  const value = offset === 0 ? index : offset === 0x10 ? readIndirect(m, index) : 0;
  emit(m, EV.ioapic_read, AT_IOAPIC, offset, value, index);
  return value >>> 0;
}

/** @kvm ioapic.c ioapic_read_indirect */
function readIndirect(m: Machine, index: number): number {
  const at = BASE.ioapic;
  if (index === 0 || index === 2) return (m.w[at + R.id] & 0xf) << 24;
  if (index === 1) return 0x00170011;
  const pin = index < 0x10 ? IOAPIC_PINS : (index - 0x10) >> 1;
  if (pin >= IOAPIC_PINS) return -1;
  return m.w[at + ((index & 1) === 1 ? R.redirHi : R.redirLo) + pin];
}

/** What KVM_GET_IRQCHIP shows as irr: edges already delivered are hidden. @kvm ioapic.c kvm_get_ioapic */
export function ioapicVisibleIrr(m: Machine): number {
  const at = BASE.ioapic;
  return (m.w[at + R.irr] & ~m.w[at + R.irrDelivered]) >>> 0;
}

/** @kvm ioapic.c kvm_get_ioapic */
export function saveIoapic(m: Machine): SavedIrqchip['ioapic'] {
  const at = BASE.ioapic;
  const pins = Array.from({ length: IOAPIC_PINS }, (_, pin) => pin);
  return {
    ioregsel: m.w[at + R.ioregsel],
    id: m.w[at + R.id],
    irr: ioapicVisibleIrr(m),
    redirLo: pins.map((pin) => m.w[at + R.redirLo + pin]),
    redirHi: pins.map((pin) => m.w[at + R.redirHi + pin]),
  };
}

/**
 * The state is copied and each pin of the saved IRR raised again. A Remote IRR that is in the save stays, although its
 * vector may be in no local APIC. @kvm ioapic.c kvm_set_ioapic, kvm_ioapic_inject_all
 */
export function restoreIoapic(m: Machine, saved: SavedIrqchip['ioapic']): void {
  const at = BASE.ioapic;
  put(m, at + R.ioregsel, saved.ioregsel);
  put(m, at + R.id, saved.id);
  for (let pin = 0; pin < IOAPIC_PINS; pin++) {
    put(m, at + R.redirLo + pin, saved.redirLo[pin]);
    put(m, at + R.redirHi + pin, saved.redirHi[pin]);
  }
  put(m, at + R.irr, 0);
  put(m, at + R.irrDelivered, 0);
  m.wires.scanIoapic(m);
  rtcReset(m);
  for (let pin = 0; pin < IOAPIC_PINS; pin++) {
    if (((saved.irr >>> pin) & 1) === 0) continue;
    beginJourney(m);
    m.journeys[pinJourney(m, pin)] = m.journey;
    setLine(m, pin, pin, 1, true);
  }
  rtcRestoreAll(m);
}

const rtcBit = (vcpu: number): number => 1 << (vcpu & 31);
const rtcWord = (vcpu: number): number => BASE.ioapic + R.rtcDest + (vcpu >> 5);

/** A vCPU accepted pin 8's vector: its EOI is owed. Vectors are kept four to a word. */
export function rtcTrack(m: Machine, vcpu: number, vector: number): void {
  put(m, rtcWord(vcpu), m.w[rtcWord(vcpu)] | rtcBit(vcpu));
  const at = BASE.ioapic + R.rtcVectors + (vcpu >> 2);
  const shift = (vcpu & 3) * 8;
  put(m, at, (m.w[at] & ~(0xff << shift)) | (vector << shift));
}

function rtcVector(m: Machine, vcpu: number): number {
  return (m.w[BASE.ioapic + R.rtcVectors + (vcpu >> 2)] >>> ((vcpu & 3) * 8)) & 0xff;
}

const rtcOwed = (m: Machine, vcpu: number): boolean => (m.w[rtcWord(vcpu)] & rtcBit(vcpu)) !== 0;

/** @kvm ioapic.c rtc_irq_eoi */
function rtcEoi(m: Machine, vcpu: number, vector: number): void {
  if (!rtcOwed(m, vcpu) || rtcVector(m, vcpu) !== vector) return;
  put(m, rtcWord(vcpu), m.w[rtcWord(vcpu)] & ~rtcBit(vcpu));
  const pending = m.w[BASE.ioapic + R.rtcPendingEoi] - 1;
  put(m, BASE.ioapic + R.rtcPendingEoi, pending);
  if (pending < 0) rtcRestoreAll(m);
}

/** KVM warns and recounts when the count went below zero. @kvm ioapic.c kvm_rtc_eoi_tracking_restore_all */
function rtcRestoreAll(m: Machine): void {
  rtcReset(m);
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) rtcRestoreOne(m, vcpu);
}

/** @kvm ioapic.c rtc_irq_eoi_tracking_reset */
function rtcReset(m: Machine): void {
  const at = BASE.ioapic;
  put(m, at + R.rtcPendingEoi, 0);
  put(m, at + R.rtcDest, 0);
  put(m, at + R.rtcDest + 1, 0);
}

/** Whether this vCPU owes pin 8's EOI is looked up in its IRR and ISR. @kvm ioapic.c __rtc_irq_eoi_tracking_restore_one */
export function rtcRestoreOne(m: Machine, vcpu: number): void {
  const at = BASE.ioapic;
  const lo = m.w[at + R.redirLo + RTC_PIN];
  const dest = m.w[at + R.redirHi + RTC_PIN] >>> DEST_AT;
  if (!m.wires.matchDest(m, vcpu, dest, (lo & DEST_MODE) !== 0)) return;
  const owes = m.wires.pendingEoi(m, vcpu, lo & VECTOR);
  if (owes === rtcOwed(m, vcpu)) return;
  const pending = m.w[at + R.rtcPendingEoi] + (owes ? 1 : -1);
  if (owes) rtcTrack(m, vcpu, lo & VECTOR);
  else put(m, rtcWord(vcpu), m.w[rtcWord(vcpu)] & ~rtcBit(vcpu));
  put(m, at + R.rtcPendingEoi, pending);
  if (pending < 0) rtcRestoreAll(m);
}

/** With APICv an EOI may never reach us: forget one vCPU's that is over. @kvm ioapic.c ioapic_lazy_update_eoi */
function lazyUpdateEoi(m: Machine, pin: number): void {
  const lo = m.w[BASE.ioapic + R.redirLo + pin];
  const dest = m.w[BASE.ioapic + R.redirHi + pin] >>> DEST_AT;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    // The kernel passes the RTE's raw mode bit, 1, where APIC_DEST_LOGICAL is 0x800: anything but 0 matches logically.
    if (!m.wires.matchDest(m, vcpu, dest, (lo & DEST_MODE) !== 0) || m.wires.pendingEoi(m, vcpu, lo & VECTOR)) continue;
    rtcEoi(m, vcpu, lo & VECTOR);
    return;
  }
}

/** Destination of a scanned entry that counts whoever it is meant for: pin 8's vector still owed. */
export const OWED = -1;

/**
 * Adds to a vCPU's intercepted vectors those of this IOAPIC: level pins, pins with an ack notifier, and pin 8, if the
 * destination matches or the vector is still pending there. The mask bit is not looked at.
 * @kvm ioapic.c kvm_ioapic_scan_entry
 */
export function ioapicScanEntry(
  m: Machine,
  vcpu: number,
  scan: (dest: number, logical: boolean, vector: number, edge?: boolean) => void,
): void {
  const at = BASE.ioapic;
  if (rtcOwed(m, vcpu) && !m.without.has('db2bdcbbbd32')) scan(OWED, false, rtcVector(m, vcpu));
  for (let pin = 0; pin < IOAPIC_PINS; pin++) {
    const lo = m.w[at + R.redirLo + pin];
    if ((lo & MASK) !== 0 && m.without.has('0f6c0a740b7d')) continue;
    if ((lo & TRIG_MODE) === 0 && pin !== RTC_PIN && !m.wires.hasAckNotifier(m, CHIP.ioapic, pin)) continue;
    scan(m.w[at + R.redirHi + pin] >>> DEST_AT, (lo & DEST_MODE) !== 0, lo & VECTOR, (lo & TRIG_MODE) === 0);
  }
}

/** @kvm ioapic.c kvm_ioapic_update_eoi_one */
function updateEoiOne(m: Machine, vcpu: number, pin: number, level: boolean): void {
  const at = BASE.ioapic;
  const loAt = at + R.redirLo + pin;
  const outer = enter(m, EV.ioapic_update_eoi, AT_IOAPIC, pin, m.w[loAt] & VECTOR, level ? 1 : 0);
  m.wires.notifyAcked(m, CHIP.ioapic, pin);
  const suppressed = (m.w[lapicAt(m, vcpu) + LAPIC.at.svr] & SUPPRESS_EOI) !== 0;
  if (!level || suppressed) {
    if (level) emit(m, EV.eoi_suppressed, AT_IOAPIC, pin);
    leave(m, outer);
    return;
  }
  put(m, loAt, m.w[loAt] & ~REMOTE_IRR);
  const lo = m.w[loAt];
  if ((lo & MASK) === 0 && (m.w[at + R.irr] & (1 << pin)) !== 0) {
    const count = m.w[at + R.irqEoi + pin] + 1;
    if (count === STORM_LIMIT && !m.without.has('184564efae4d')) {
      put(m, at + R.irqEoi + pin, 0);
      emit(m, EV.kvm_ioapic_delayed_eoi_inj, AT_IOAPIC, pin);
      scheduleEoiInject(m);
    } else {
      put(m, at + R.irqEoi + pin, count);
      redeliver(m, pin);
    }
  } else {
    put(m, at + R.irqEoi + pin, 0);
  }
  leave(m, outer);
}

/**
 * The line is still high: the pin sends again. It is the interrupt that drives the line now, and that waited here, which goes on:
 * its journey and not the one that the EOI ended. A pin that nobody drove by name goes on a journey of its own.
 */
function redeliver(m: Machine, pin: number): void {
  const before = m.journey;
  const waits = m.journeys[pinJourney(m, pin)];
  if (waits === 0) beginJourney(m);
  else m.journey = waits;
  m.journeys[pinJourney(m, pin)] = m.journey;
  const outer = enter(m, EV.ioapic_redeliver, AT_IOAPIC, pin, m.w[BASE.ioapic + R.redirLo + pin] & VECTOR);
  service(m, pin, false);
  leave(m, outer);
  m.journey = before;
}

function scheduleEoiInject(m: Machine): void {
  const vm = BASE.vm;
  const lo = m.w[vm + VM.at.eoiInjectDueLo];
  const hi = m.w[vm + VM.at.eoiInjectDueHi];
  if (lo !== 0 || hi !== 0) return;
  const now = join(m.w[vm + VM.at.nowLo], m.w[vm + VM.at.nowHi]);
  const due = now + STORM_DELAY_NS;
  put(m, vm + VM.at.eoiInjectDueLo, lowOf(due));
  put(m, vm + VM.at.eoiInjectDueHi, highOf(due));
}

/** The delayed work of a storm: every level pin that waits sends. @kvm ioapic.c kvm_ioapic_eoi_inject_work */
export function eoiInjectWork(m: Machine): void {
  const vm = BASE.vm;
  const at = BASE.ioapic;
  put(m, vm + VM.at.eoiInjectDueLo, 0);
  put(m, vm + VM.at.eoiInjectDueHi, 0);
  const outer = enter(m, EV.eoi_inject_work, AT_IOAPIC);
  for (let pin = 0; pin < IOAPIC_PINS; pin++) {
    const lo = m.w[at + R.redirLo + pin];
    if ((lo & TRIG_MODE) === 0 || (lo & REMOTE_IRR) !== 0) continue;
    if ((m.w[at + R.irr] & (1 << pin)) !== 0) redeliver(m, pin);
  }
  leave(m, outer);
}

/** A local APIC's EOI reaches the IOAPIC: every pin with this vector. @kvm ioapic.c kvm_ioapic_update_eoi */
export function ioapicUpdateEoi(m: Machine, vcpu: number, vector: number, level: boolean): void {
  rtcEoi(m, vcpu, vector);
  for (let pin = 0; pin < IOAPIC_PINS; pin++) {
    if ((m.w[BASE.ioapic + R.redirLo + pin] & VECTOR) !== vector) continue;
    updateEoiOne(m, vcpu, pin, level);
    if (m.without.has('4fa6b9c5dc41')) return;
  }
}
