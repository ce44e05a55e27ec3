/**
 * The 8259 pair as KVM models it (arch/x86/kvm/i8259.c, v6.18).
 *
 * Modelled: ICW1-4, OCW1-3, ELCR, automatic EOI, rotation, poll, special fully nested mode, cascade, spurious IRQ 7/15.
 * Left out, because KVM leaves it out: single mode and level mode of ICW1 (accepted, not acted on), ICW3 (ignored: the
 * slave is always on pin 2), the effect of special mask mode (the bit is stored and never used).
 * @differs 8259A (pic-special-mask): the data sheet gives special mask mode an effect; KVM does not.
 * @differs 8259A (pic-edge-irr): an edge in IRR survives the line going low.
 * @differs 8259A (pic-level-mode): LTIM of ICW1 is not acted on; the ELCR alone makes a pin level-triggered.
 * @differs 8259A (pic-poll): a poll clears IRR and ISR; the chip sets ISR.
 */
import { masks } from '../../../spec/define/registers.ts';
import { APIC_BASE, LVT_LINT } from '../../../spec/registers/lapic.ts';
import { EV, REQ } from '../../core/events.ts';
import {
  atPic,
  emit,
  enter,
  lapicAt,
  leave,
  type Machine,
  PIC_PIN_JOURNEY,
  pinJourney,
  put,
} from '../../core/machine.ts';
import { BASE, LAPIC, PIC } from '../../core/words.ts';

const R = PIC.at;
const { ENABLE } = masks(APIC_BASE);
const { MASK, DELIVERY_MODE } = masks(LVT_LINT);

const picBase = (chip: number): number => BASE.pic + chip * PIC.size;

/** Power-on state: everything zero but the ELCR masks (kvm_pic_init). */
export function resetPics(m: Machine): void {
  put(m, picBase(0) + R.elcrMask, 0xf8);
  put(m, picBase(1) + R.elcrMask, 0xde);
}

/** struct kvm_pic_state, in its order. */
const STATE_WORDS: readonly number[] = [
  ...[R.lastIrr, R.irr, R.imr, R.isr, R.priorityAdd, R.irqBase, R.readRegSelect, R.poll, R.specialMask, R.initState],
  ...[R.autoEoi, R.rotateOnAutoEoi, R.specialFullyNested, R.init4, R.elcr, R.elcrMask],
];

/** KVM_GET_IRQCHIP of one chip. @kvm irq.c kvm_vm_ioctl_get_irqchip */
export const savePic = (m: Machine, chip: number): ReadonlyMap<number, number> =>
  new Map(STATE_WORDS.map((word) => [word, m.w[picBase(chip) + word]]));

/** KVM_SET_IRQCHIP of one chip: the lines' sources stay, the output is worked out anew. @kvm irq.c kvm_vm_ioctl_set_irqchip */
export function restorePic(m: Machine, chip: number, saved: ReadonlyMap<number, number>): void {
  for (const word of STATE_WORDS) put(m, picBase(chip) + word, saved.get(word) ?? 0);
  picUpdateIrq(m);
}

/** @kvm i8259.c kvm_pic_update_irq */
export function picUpdateIrq(m: Machine): void {
  updateIrq(m);
  picUnlock(m);
}

/** Does this vCPU take interrupts from the PIC? @kvm lapic.c kvm_apic_accept_pic_intr */
export function acceptsPicIntr(m: Machine, vcpu: number): boolean {
  const at = lapicAt(m, vcpu);
  if ((m.w[at + LAPIC.at.baseLo] & ENABLE) === 0) return true;
  // ExtINT is mode 7, all of its bits.
  return (m.w[at + LAPIC.at.lvtLint0] & (MASK | DELIVERY_MODE)) === DELIVERY_MODE;
}

/** Releasing the lock is where a rising output wakes the vCPU that listens. @kvm i8259.c pic_unlock */
function picUnlock(m: Machine): void {
  if (m.w[picBase(0) + R.wakeupNeeded] !== 0) wakeListener(m);
}

function wakeListener(m: Machine): void {
  put(m, picBase(0) + R.wakeupNeeded, 0);
  if (m.irqchip !== 'full') {
    m.wires.userPicOutput(m);
    return;
  }
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) {
    if (!acceptsPicIntr(m, vcpu)) continue;
    const outer = enter(m, EV.pic_wakeup, atPic(0), vcpu);
    m.wires.request(m, vcpu, REQ.event);
    m.wires.kick(m, vcpu);
    leave(m, outer);
    return;
  }
  emit(m, EV.pic_nobody, atPic(0));
}

/** @kvm i8259.c pic_set_irq1 @returns 1 latched, 0 it was pending already, -1 masked */
function setIrq1(m: Machine, chip: number, pin: number, level: number): number {
  const at = picBase(chip);
  const w = m.w;
  const bit = 1 << pin;
  const irr = w[at + R.irr];
  const lastIrr = w[at + R.lastIrr];
  const levelTriggered = (w[at + R.elcr] & bit) !== 0;
  let result = 1;
  if (level === 0) {
    if (levelTriggered) put(m, at + R.irr, irr & ~bit);
    put(m, at + R.lastIrr, lastIrr & ~bit);
  } else {
    if (levelTriggered || (lastIrr & bit) === 0) {
      result = (irr & bit) === 0 ? 1 : 0;
      put(m, at + R.irr, irr | bit);
    }
    put(m, at + R.lastIrr, lastIrr | bit);
  }
  return (w[at + R.imr] & bit) !== 0 ? -1 : result;
}

/** Highest priority in a mask: 0 highest, 8 none. @kvm i8259.c get_priority */
function priorityOf(mask: number, priorityAdd: number): number {
  if (mask === 0) return 8;
  let priority = 0;
  while ((mask & (1 << ((priority + priorityAdd) & 7))) === 0) priority++;
  return priority;
}

/** Pin this chip wants served, -1 none. @kvm i8259.c pic_get_irq */
function wantedPin(m: Machine, chip: number): number {
  const at = picBase(chip);
  const requests = m.w[at + R.irr] & ~m.w[at + R.imr];
  return requests === 0 ? -1 : winner(m, chip, requests);
}

/** The request above all that is in service, -1 none. */
function winner(m: Machine, chip: number, requests: number): number {
  const at = picBase(chip);
  const w = m.w;
  const add = w[at + R.priorityAdd];
  const priority = priorityOf(requests, add);
  let inService = w[at + R.isr];
  if (chip === 0 && w[at + R.specialFullyNested] === 1) inService &= ~4;
  return priority < priorityOf(inService, add) ? (priority + add) & 7 : -1;
}

/** Must follow every change that may change the wanted pin. @kvm i8259.c pic_update_irq */
function updateIrq(m: Machine): void {
  if (wantedPin(m, 1) >= 0) {
    setIrq1(m, 0, 2, 1);
    setIrq1(m, 0, 2, 0);
  }
  const pin = wantedPin(m, 0);
  const level = pin >= 0 ? 1 : 0;
  // A kernel has all its changes as a rule, and this is asked at each line.
  if (m.without.size > 0 && m.w[picBase(0) + R.output] === 0 && m.without.has('4cad9f87876a'))
    put(m, picBase(0) + R.wakeupNeeded, 1);
  if (m.w[picBase(0) + R.output] !== level) setOutput(m, level, pin);
}

/** @kvm i8259.c pic_irq_request */
function setOutput(m: Machine, level: number, pin: number): void {
  const master = picBase(0);
  const outer = enter(m, EV.pic_output, atPic(0), level, pin);
  if (level) put(m, master + R.wakeupNeeded, 1);
  put(m, master + R.output, level);
  leave(m, outer);
}

/**
 * A line of the pair moves: the PIC end of a GSI route.
 * @param pin 0 to 15 @param source who drives it (0 user space, 1 resampler, 2 PIT); the pin sees the OR of all
 * @returns 1 latched, 0 coalesced, -1 masked
 * @kvm i8259.c kvm_pic_set_irq
 */
export function picSetIrq(m: Machine, gsi: number, pin: number, source: number, level: number): number {
  const chip = pin >> 3;
  const at = picBase(chip);
  const shift = (pin & 7) * 4;
  const outer = enter(m, EV.pic_line, atPic(chip), pin, level, source);
  const bit = 1 << (shift + source);
  const lines = m.w[at + R.lines];
  put(m, at + R.lines, level ? lines | bit : lines & ~bit);
  const driven = (m.w[at + R.lines] >>> shift) & 0xf ? 1 : 0;
  if (driven) m.journeys[pinJourney(m, PIC_PIN_JOURNEY + pin)] = m.journey;
  const result = setIrq1(m, chip, pin & 7, driven);
  if (driven && result === -1) emit(m, EV.pic_masked, atPic(chip), pin);
  else if (driven && result === 0) emit(m, EV.pic_coalesced, atPic(chip), pin);
  updateIrq(m);
  emit(m, EV.kvm_pic_set_irq, atPic(chip), pin, result, gsi, driven);
  picUnlock(m);
  leave(m, outer);
  return result;
}

/** @kvm i8259.c pic_clear_isr */
function clearIsr(m: Machine, chip: number, irq: number): void {
  const at = picBase(chip);
  const pin = chip * 8 + irq;
  const outer = enter(m, EV.pic_eoi, atPic(chip), pin);
  put(m, at + R.isr, m.w[at + R.isr] & ~(1 << irq));
  picUnlock(m);
  if (m.irqchip === 'full') m.wires.notifyAcked(m, pin >> 3, pin);
  leave(m, outer);
}

/** @kvm i8259.c pic_intack */
function intack(m: Machine, chip: number, irq: number): void {
  const at = picBase(chip);
  const bit = 1 << irq;
  put(m, at + R.isr, m.w[at + R.isr] | bit);
  if ((m.w[at + R.elcr] & bit) === 0) put(m, at + R.irr, m.w[at + R.irr] & ~bit);
  if (m.w[at + R.autoEoi] === 1) {
    if (m.w[at + R.rotateOnAutoEoi] === 1) put(m, at + R.priorityAdd, (irq + 1) & 7);
    clearIsr(m, chip, irq);
  }
}

/**
 * The CPU acknowledges: which vector is it? @returns the vector (spurious 7 or 15 when nothing is wanted any more)
 * @kvm i8259.c kvm_pic_read_irq
 */
export function picReadIrq(m: Machine): number {
  const master = picBase(0);
  const slave = picBase(1);
  const irq = wantedPin(m, 0);
  const irq2 = irq === 2 ? wantedPin(m, 1) : -1;
  const spurious = irq < 0 || (irq === 2 && irq2 < 0);
  const pin = irq < 0 ? 7 : irq === 2 ? 8 + (irq2 < 0 ? 7 : irq2) : irq;
  const vector = pin < 8 ? m.w[master + R.irqBase] + pin : m.w[slave + R.irqBase] + pin - 8;
  if (!spurious) m.journey = m.journeys[pinJourney(m, PIC_PIN_JOURNEY + pin)];
  const outer = enter(m, EV.pic_inta, atPic(pin >> 3), pin, vector, spurious ? 1 : 0);
  put(m, master + R.output, 0);
  if (irq >= 0) {
    intack(m, 0, irq);
    if (irq === 2 && irq2 >= 0) intack(m, 1, irq2);
  }
  updateIrq(m);
  picUnlock(m);
  leave(m, outer);
  return vector;
}

/** ICW1. @kvm i8259.c kvm_pic_reset */
function resetByIcw1(m: Machine, chip: number): void {
  const at = picBase(chip);
  const w = m.w;
  const elcr = w[at + R.elcr];
  const edgeIrr = w[at + R.irr] & ~elcr & 0xff;
  put(m, at + R.lastIrr, 0);
  put(m, at + R.irr, w[at + R.irr] & elcr);
  put(m, at + R.imr, 0);
  put(m, at + R.priorityAdd, 0);
  put(m, at + R.specialMask, 0);
  put(m, at + R.readRegSelect, 0);
  if (w[at + R.init4] === 0) {
    put(m, at + R.specialFullyNested, 0);
    put(m, at + R.autoEoi, 0);
  }
  put(m, at + R.initState, 1);
  let listens = false;
  for (let vcpu = 0; vcpu < m.vcpus && !listens; vcpu++) listens = acceptsPicIntr(m, vcpu);
  if (!listens) return;
  for (let irq = 0; irq < 8; irq++) if ((edgeIrr & (1 << irq)) !== 0) clearIsr(m, chip, irq);
}

/** OCW2: EOI and rotation commands by bits 7:5. */
function ocw2(m: Machine, chip: number, value: number): void {
  const at = picBase(chip);
  const command = value >> 5;
  if (command === 0 || command === 4) {
    put(m, at + R.rotateOnAutoEoi, command >> 2);
  } else if (command === 1 || command === 5) {
    const add = m.w[at + R.priorityAdd];
    const priority = priorityOf(m.w[at + R.isr], add);
    if (priority === 8) return;
    const irq = (priority + add) & 7;
    if (command === 5) put(m, at + R.priorityAdd, (irq + 1) & 7);
    clearIsr(m, chip, irq);
    updateIrq(m);
  } else if (command === 3 || command === 7) {
    if (command === 7) put(m, at + R.priorityAdd, ((value & 7) + 1) & 7);
    clearIsr(m, chip, value & 7);
    updateIrq(m);
  } else if (command === 6) {
    put(m, at + R.priorityAdd, (value + 1) & 7);
    updateIrq(m);
  }
}

/** OCW1: the mask. */
function writeMask(m: Machine, chip: number, value: number): void {
  const at = picBase(chip);
  const changed = m.w[at + R.imr] ^ value;
  put(m, at + R.imr, value);
  for (let irq = 0; irq < 8; irq++) {
    if (m.irqchip === 'full' && (changed & (1 << irq)) !== 0)
      m.wires.fireMaskNotifiers(m, chip, chip * 8 + irq, (value & (1 << irq)) !== 0);
  }
  updateIrq(m);
}

/** What a byte written to this port means now, for the reader: 1-4 ICWn, 11-13 OCWn. */
function wordKind(initState: number, odd: boolean, value: number): number {
  if (!odd) return (value & 0x10) !== 0 ? 1 : (value & 8) !== 0 ? 13 : 12;
  return initState === 0 ? 11 : initState + 1;
}

/** @param port 0x20, 0x21, 0xa0 or 0xa1 @kvm i8259.c pic_ioport_write */
export function picWrite(m: Machine, port: number, value: number): void {
  const chip = port >> 7;
  const at = picBase(chip);
  const odd = (port & 1) === 1;
  const state = m.w[at + R.initState];
  const outer = enter(m, EV.pic_write, atPic(chip), port, value, wordKind(state, odd, value));
  if (!odd) {
    if ((value & 0x10) !== 0) {
      put(m, at + R.init4, value & 1);
      resetByIcw1(m, chip);
    } else if ((value & 8) !== 0) {
      if ((value & 4) !== 0) put(m, at + R.poll, 1);
      if ((value & 2) !== 0) put(m, at + R.readRegSelect, value & 1);
      if ((value & 0x40) !== 0) put(m, at + R.specialMask, (value >> 5) & 1);
    } else {
      ocw2(m, chip, value);
    }
  } else if (state === 0) {
    writeMask(m, chip, value);
  } else if (state === 1) {
    put(m, at + R.irqBase, value & 0xf8);
    put(m, at + R.initState, 2);
  } else if (state === 2) {
    put(m, at + R.initState, m.w[at + R.init4] === 1 ? 3 : 0);
  } else {
    put(m, at + R.specialFullyNested, (value >> 4) & 1);
    put(m, at + R.autoEoi, (value >> 1) & 1);
    put(m, at + R.initState, 0);
  }
  picUnlock(m);
  leave(m, outer);
}

/** @kvm i8259.c pic_poll_read */
function pollRead(m: Machine, chip: number): number {
  const irq = wantedPin(m, chip);
  if (irq < 0) {
    updateIrq(m);
    return 0x07;
  }
  const master = picBase(0);
  if (chip === 1) {
    put(m, master + R.isr, m.w[master + R.isr] & ~4);
    put(m, master + R.irr, m.w[master + R.irr] & ~4);
  }
  const at = picBase(chip);
  put(m, at + R.irr, m.w[at + R.irr] & ~(1 << irq));
  clearIsr(m, chip, irq);
  if (chip === 1 || irq !== 2) updateIrq(m);
  return m.without.has('0d42522bdee7') ? irq : irq | 0x80;
}

/** @param port 0x20, 0x21, 0xa0 or 0xa1 @kvm i8259.c pic_ioport_read */
export function picRead(m: Machine, port: number): number {
  const chip = port >> 7;
  const at = picBase(chip);
  let value: number;
  if (m.w[at + R.poll] === 1) {
    const outer = enter(m, EV.pic_read, atPic(chip), port, 0x80);
    value = pollRead(m, chip);
    put(m, at + R.poll, 0);
    picUnlock(m);
    leave(m, outer);
    return value;
  }
  if ((port & 1) === 1) value = m.w[at + R.imr];
  else value = m.w[at + (m.w[at + R.readRegSelect] === 1 ? R.isr : R.irr)];
  emit(m, EV.pic_read, atPic(chip), port, value);
  return value;
}

/** @param port 0x4d0 or 0x4d1 @kvm i8259.c elcr_ioport_write */
export function elcrWrite(m: Machine, port: number, value: number): void {
  const at = picBase(port & 1);
  const outer = enter(m, EV.elcr_write, atPic(port & 1), port, value);
  put(m, at + R.elcr, value & m.w[at + R.elcrMask]);
  leave(m, outer);
}

/** @param port 0x4d0 or 0x4d1 @kvm i8259.c elcr_ioport_read */
export function elcrRead(m: Machine, port: number): number {
  return m.w[picBase(port & 1) + R.elcr];
}

/** kvm_pic.output: does the pair ask for the CPU? */
export function picOutput(m: Machine): boolean {
  return m.w[picBase(0) + R.output] === 1;
}
