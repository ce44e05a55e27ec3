/**
 * irqfd: an eventfd that injects a GSI, with or without a resampler (virt/kvm/eventfd.c, v6.18).
 * The work queue is modelled as finished before the signalling op answers.
 */
import { CHIP, EV } from '../core/events.ts';
import { beginJourney, emit, enter, leave, type Machine, put, whereOf } from '../core/machine.ts';
import { IRQFD, IRQFD_SLOTS, VM } from '../core/words.ts';
import { gsiOfPin, routesOfGsi } from './routing.ts';

const R = IRQFD.at;
/** KVM_IRQFD_RESAMPLE_IRQ_SOURCE_ID */
const RESAMPLE_SOURCE = 1;

const slotAt = (m: Machine, slot: number): number => m.wordMap.irqfd + slot * IRQFD.size;

function isResampler(m: Machine, slot: number, gsi: number): boolean {
  const at = slotAt(m, slot);
  return m.w[at + R.used] !== 0 && m.w[at + R.resample] === 1 && m.w[at + R.gsi] === (gsi | 0);
}

const used = (m: Machine, slot: number): number => m.w[slotAt(m, slot) + R.used];

/**
 * Slot of the newest irqfd on a GSI that the test accepts, -1 none. `used` counts up, so newer is larger; it is negative
 * for one that user space has lost sight of by assigning another on the same GSI: KVM still has it.
 */
function newest(m: Machine, accept: (slot: number) => boolean): number {
  let best = -1;
  for (let slot = 0; slot < IRQFD_SLOTS; slot++) {
    if (m.w[slotAt(m, slot) + R.used] === 0 || !accept(slot)) continue;
    if (best === -1 || Math.abs(used(m, slot)) > Math.abs(used(m, best))) best = slot;
  }
  return best;
}

/** Slot of the irqfd that a signal on this GSI uses: the newest. */
export function irqfdOf(m: Machine, gsi: number): number {
  return newest(m, (slot) => used(m, slot) > 0 && m.w[slotAt(m, slot) + R.gsi] === (gsi | 0));
}

/** Slot of the newest resampling irqfd on this GSI. */
export function resamplerOf(m: Machine, gsi: number): number {
  return newest(m, (slot) => isResampler(m, slot, gsi));
}

/**
 * How many resampling irqfds a GSI has. Each scan of an IOAPIC asks for each of its pins: while the list of ack notifiers has never
 * changed nobody is on it, and then what is rare is looked at first.
 */
function resamplersOn(m: Machine, gsi: number): number {
  const { w } = m;
  let n = 0;
  if (w[m.wordMap.vm + VM.at.ackNotifierSeq] === 0) return n;
  for (let slot = 0, at = slotAt(m, 0); slot < IRQFD_SLOTS; slot++, at += IRQFD.size) {
    if (w[at + R.resample] === 1 && isResampler(m, slot, gsi)) n++;
  }
  return n;
}

/** KVM_IRQFD. @returns 0, or -22 without an irqchip, and for a resampler without a full one; -24 when every slot is taken @kvm eventfd.c kvm_irqfd_assign */
export function assignIrqfd(m: Machine, gsi: number, resample: number): number {
  if (m.irqchip === 'none' || (resample && m.split)) return -22;
  let slot = 0;
  let order = 0;
  for (let i = 0; i < IRQFD_SLOTS; i++) order = Math.max(order, Math.abs(used(m, i)));
  while (slot < IRQFD_SLOTS && m.w[slotAt(m, slot) + R.used] !== 0) slot++;
  if (slot === IRQFD_SLOTS) return -24;
  const at = slotAt(m, slot);
  const first = resample === 1 && resamplersOn(m, gsi) === 0;
  const outer = enter(m, EV.irqfd_assign, whereOf('irqfd', slot), gsi, resample);
  const before = irqfdOf(m, gsi);
  if (before !== -1) put(m, slotAt(m, before) + R.used, -used(m, before));
  put(m, at + R.used, order + 1);
  put(m, at + R.gsi, gsi);
  put(m, at + R.resample, resample);
  put(m, at + R.resampleCount, 0);
  put(m, at + R.entrySeq, 0);
  updateRoute(m, slot);
  if (first) notifierListChanged(m);
  m.wires.bypassChanged(m, gsi, 'assigned');
  leave(m, outer);
  return 0;
}

/** The list of ack notifiers changed: EOIs to intercept may have. @kvm ioapic.c kvm_arch_post_irq_ack_notifier_list_update */
function notifierListChanged(m: Machine): void {
  put(m, m.wordMap.vm + VM.at.ackNotifierSeq, m.w[m.wordMap.vm + VM.at.ackNotifierSeq] + 1);
  if (!m.split) m.wires.scanIoapic(m);
}

/** KVM_IRQFD with DEASSIGN on one irqfd; the last resampler of a GSI lowers its line. @kvm eventfd.c irqfd_shutdown */
export function deassignIrqfd(m: Machine, slot: number): void {
  const at = slotAt(m, slot);
  const gsi = m.w[at + R.gsi];
  const resample = m.w[at + R.resample] === 1;
  const outer = enter(m, EV.irqfd_deassign, whereOf('irqfd', slot), gsi);
  put(m, at + R.used, 0);
  put(m, at + R.resample, 0);
  if (resample && resamplersOn(m, gsi) === 0) {
    notifierListChanged(m);
    m.wires.setIrq(m, RESAMPLE_SOURCE, gsi, 0, false);
  }
  m.wires.bypassChanged(m, gsi, 'deassigned');
  leave(m, outer);
}

/**
 * Copies the GSI's route into irq_entry where it is the only one, between two counts of the seqcount: it is odd while the copy
 * is made, and a signal that has read it meanwhile reads again. Only a message can be sent from the copy, so of a chip's pin
 * nothing is kept here. @kvm eventfd.c irqfd_update
 */
function updateRoute(m: Machine, slot: number): void {
  const at = slotAt(m, slot);
  const routes = routesOfGsi(m, m.w[at + R.gsi]);
  put(m, at + R.msiRoute, routes.length === 1 && routes[0]?.chip === CHIP.msi ? 1 : 0);
  put(m, at + R.entrySeq, m.w[at + R.entrySeq] + 2);
}

/** @kvm eventfd.c kvm_irq_routing_update */
export function irqfdRoutingUpdate(m: Machine): void {
  for (let slot = 0; slot < IRQFD_SLOTS; slot++) if (m.w[slotAt(m, slot) + R.used] !== 0) updateRoute(m, slot);
}

/** The eventfd is written. @kvm eventfd.c irqfd_wakeup, irqfd_inject */
export function signalIrqfd(m: Machine, slot: number): void {
  const at = slotAt(m, slot);
  const gsi = m.w[at + R.gsi];
  const where = whereOf('irqfd', slot);
  if (m.journey === 0) beginJourney(m);
  const outer = enter(m, EV.irqfd_wakeup, where, gsi);
  const fast = m.w[at + R.msiRoute] === 1 && m.wires.setIrqInatomic(m, gsi);
  if (!fast) {
    const resample = m.w[at + R.resample];
    const inner = enter(m, EV.irqfd_inject, where, gsi, resample);
    if (resample === 1) {
      m.wires.setIrq(m, RESAMPLE_SOURCE, gsi, 1, false);
    } else {
      m.wires.setIrq(m, 0, gsi, 1, false);
      m.wires.setIrq(m, 0, gsi, 0, false);
    }
    leave(m, inner);
  }
  leave(m, outer);
}

/** Tells every resampling irqfd of a GSI. @kvm eventfd.c irqfd_resampler_notify */
function notifyResamplefds(m: Machine, gsi: number): void {
  for (let slot = 0; slot < IRQFD_SLOTS; slot++) {
    if (!isResampler(m, slot, gsi)) continue;
    const at = slotAt(m, slot);
    const count = m.w[at + R.resampleCount] + 1;
    const outer = enter(m, EV.resamplefd_signal, whereOf('irqfd', slot), gsi, count);
    put(m, at + R.resampleCount, count);
    m.wires.resampled(m, gsi);
    leave(m, outer);
  }
}

/** A GSI was acknowledged: one de-assert, then all are told. @kvm eventfd.c irqfd_resampler_ack */
export function resamplerAck(m: Machine, gsi: number): void {
  const slot = resamplerOf(m, gsi);
  if (slot === -1) return;
  const outer = enter(m, EV.irqfd_resampler_ack, whereOf('irqfd', slot), gsi);
  m.wires.setIrq(m, RESAMPLE_SOURCE, gsi, 0, false);
  notifyResamplefds(m, gsi);
  leave(m, outer);
}

/** Does the pin's GSI have a resampler? If so tell it. @kvm eventfd.c kvm_notify_irqfd_resampler */
export function notifyResampler(m: Machine, chip: number, pin: number): boolean {
  const gsi = gsiOfPin(m, chip, pin);
  if (gsi === -1 || resamplersOn(m, gsi) === 0) return false;
  emit(m, EV.irqfd_resample_unmask, whereOf('ioapic'), pin, gsi);
  notifyResamplefds(m, gsi);
  return true;
}

/** Is a resampler registered as ack notifier for this GSI? */
export const hasResampler = (m: Machine, gsi: number): boolean => resamplersOn(m, gsi) > 0;

/** Resample events since the last poll, read and cleared; null when no resampling irqfd is on the GSI. */
export function pollResample(m: Machine, gsi: number): number | null {
  const slot = resamplerOf(m, gsi);
  if (slot === -1 || irqfdOf(m, gsi) === -1) return null;
  const at = slotAt(m, slot) + R.resampleCount;
  const count = m.w[at];
  put(m, at, 0);
  return count;
}
