/**
 * The engine as the prediction needs it: one machine, driven a kernel function at a time, whose log rows become the lines
 * KVM must print, and whose log takes any of it back. The only file of `trace` that knows the engine's folders.
 */
import { ioapicMmioRead, ioapicMmioWrite, resetIoapic } from '../../engine/chips/ioapic/ioapic.ts';
import { acceptIrq } from '../../engine/chips/lapic/delivery.ts';
import {
  ackInterrupt,
  apicHasInterrupt,
  clearIsr,
  findHighestIsr,
  highestVector,
  inX2apic,
  sendEoi,
  setEoi,
  setIsr,
  swEnabled,
  testVector,
} from '../../engine/chips/lapic/priority.ts';
import { readRegister, resetLapic, setTpr, writeApicBase, writeRegister } from '../../engine/chips/lapic/registers.ts';
import { elcrRead, elcrWrite, picRead, picWrite, resetPics } from '../../engine/chips/pic/pic.ts';
import { PIT_CHIP, resetPit } from '../../engine/chips/pit/pit.ts';
import { EV, REQ } from '../../engine/core/events.ts';
import { hasPit } from '../../engine/core/has.ts';
import { COL, ROW, WRITE } from '../../engine/core/log.ts';
import { AT_VM, allocateMachine, enter, lapicAt, leave, type Machine, put, vcpuAt } from '../../engine/core/machine.ts';
import { BASE, IOAPIC, LAPIC, PIC, VCPU } from '../../engine/core/words.ts';
import { markMapDirty, recalculateApicMap } from '../../engine/kvm/apic-map.ts';
import { gsiOfPin, resetRouting, setRouting } from '../../engine/kvm/routing.ts';
import { acceptEvents, getInterrupt, hasExtint, resetVcpu, serveRequests } from '../../engine/kvm/vcpu.ts';
import { BASE_WIRES } from '../../engine/machine/plain.ts';
import { TP } from '../tracepoints.ts';
import { acceptKey, ackKey, msiKey, picKey, picOf, rteKey, vectorKey } from './keys.ts';

export interface ChipsConfig {
  /** vCPU ids, ascending. */
  readonly ids: readonly number[];
  readonly split: boolean;
  readonly routing: 'kernel' | 'qemu';
  /** The trace starts in a running guest: local APICs are taken for enabled. */
  readonly running: boolean;
  readonly x2apic: boolean;
  /** KVM's i8254 is there: it wants to hear of GSI 0's EOIs. */
  readonly pit: boolean;
}

/** How many vCPUs the engine models. */
const MAX_PHYS_ADDR = 48;
/** LVTT's mode field, and TSC-deadline in it. */
const TIMER_MODE = 3 << 17;
const TIMER_DEADLINE = 2 << 17;

export interface Message {
  readonly vector: number;
  readonly deliveryMode: number;
  readonly logical: boolean;
  readonly level: boolean;
  readonly trigMode: boolean;
  readonly shorthand: number;
  readonly dest: number;
  readonly redirHint: boolean;
}

/** Requests a vCPU serves before it enters the guest and that change what is printed later. */
const SERVED = (1 << REQ.scanIoapic) | (1 << REQ.ioapicEoiExit);

/** @kvm eventfd.c kvm_notify_acked_irq */
function notifyAcked(m: Machine, chip: number, pin: number): void {
  const gsi = gsiOfPin(m, chip, pin);
  const outer = enter(m, EV.kvm_ack_irq, AT_VM, chip, pin, gsi);
  if (gsi === 0 && hasPit(m)) PIT_CHIP.ack(m);
  leave(m, outer);
}

export class Chips {
  readonly m: Machine;
  readonly ids: readonly number[];
  /** The engine's number of each id, -1 none. */
  private readonly numberOf: Int16Array;
  /** APICv takes the interrupts: each accepted vector is posted. */
  apicv = false;
  /** Writes to the local APICs are not in the trace. */
  assumeEnabled = false;
  /** Tracepoints that were recorded at all: of the others no line is promised. */
  prints: (event: number) => boolean = () => true;
  /** v6.1: a vector that was pending when its pin moved stays the IOAPIC's business until the next scan. */
  keepsStaleRoutes = false;

  constructor(config: ChipsConfig) {
    this.ids = config.ids;
    this.numberOf = new Int16Array(Math.max(-1, ...config.ids) + 1).fill(-1);
    const create = {
      op: 'create',
      vcpus: config.ids.length,
      irqchip: config.split ? 'split' : 'full',
      runLoop: 'none',
      ids: config.ids,
      x2apicApi: 0,
      pit: config.pit,
      routing: config.routing,
    } as const;
    const m = allocateMachine(
      create,
      // A trace has its own guest, devices and time: nothing of the models is on these wires.
      {
        ...BASE_WIRES,
        // Nor are there irqfds that resample: of those who hear of an EOI the i8254 is left.
        notifyAcked,
        hasAckNotifier: (m, chip, pin) => hasPit(m) && gsiOfPin(m, chip, pin) === 0 && PIT_CHIP.listens(m),
        pit: () => PIT_CHIP,
        vmm: () => ({}) as never,
        modelOps: {} as never,
        apicvActivated: () => this.apicv,
      },
      create.vcpus,
      new Map(),
    );
    this.m = m;
    for (let v = 0; v < m.vcpus; v++) {
      resetVcpu(m, v, config.ids[v] ?? v);
      m.wires.createVcpu(m, v);
      resetLapic(m, v, false);
    }
    if (!config.split) {
      resetPics(m);
      resetIoapic(m);
    }
    resetRouting(m);
    if (config.pit && !config.split) resetPit(m);
    config.ids.forEach((id, i) => {
      this.numberOf[id] = i;
    });
    if (config.running) {
      for (let v = 0; v < config.ids.length; v++) {
        if (config.x2apic) this.writeBase(v, 0xfee00c00 | (v === 0 ? 0x100 : 0), 0);
        writeRegister(this.m, v, 0xf0, 0x1ff);
      }
    }
    // A VMM that sets its own routes also masks LINT0 of the first vCPU at reset (KVM_X86_QUIRK_LINT0_REENABLED off).
    if (config.routing === 'qemu' && !config.running) put(this.m, lapicAt(this.m, 0) + LAPIC.at.lvtLint0, 0x10000);
    for (let v = 0; v < config.ids.length; v++) this.serve(v);
    this.m.log.used = 0;
  }

  /** The engine's number of a vCPU, -1 for an id it has not. */
  vcpuOf(id: number): number {
    return id >= 0 && id < this.numberOf.length ? this.numberOf[id] : -1;
  }

  // -- what happens

  setIrq(gsi: number, level: number, source: number): void {
    this.m.wires.setIrq(this.m, source & 3, gsi, level, source === 0);
  }
  deliver(src: number, message: Message): void {
    this.m.wires.deliverToApic(this.m, src, message, false);
  }
  accept(vcpu: number, message: Message): void {
    acceptIrq(this.m, vcpu, message, false);
  }
  eoi(vcpu: number): void {
    this.beforeEoi(vcpu);
    setEoi(this.m, vcpu);
  }
  /** An EOI the processor virtualised and reported: the register is its own affair. */
  eoiInduced(vcpu: number, vector: number): void {
    this.beforeEoi(vcpu);
    sendEoi(this.m, vcpu, vector);
  }
  private beforeEoi(vcpu: number): void {
    if (this.keepsStaleRoutes) put(this.m, lapicAt(this.m, vcpu) + LAPIC.at.staleEoi, -1);
  }
  inject(vcpu: number): number {
    return getInterrupt(this.m, vcpu);
  }
  /** What KVM would inject, without taking it. */
  wouldInject(vcpu: number): boolean {
    return hasExtint(this.m, vcpu) || apicHasInterrupt(this.m, vcpu) !== -1;
  }
  /** The local APIC's own choice, the 8259 apart; -1 none. */
  apicChoice(vcpu: number): number {
    return apicHasInterrupt(this.m, vcpu);
  }
  /** The 8259 pin whose vector this is, -1 none. */
  picPinOf(vector: number): number {
    if (this.m.split) return -1;
    for (let chip = 0; chip < 2; chip++) {
      const base = this.pic(chip, 'irqBase');
      if (vector >= base && vector < base + 8) return chip * 8 + vector - base;
    }
    return -1;
  }
  /** A pin of the 8259 pair with this number on its chip that waits, -1 none. @param masks the masks are known */
  waitingPicPin(pin: number, masks: boolean): number {
    for (let chip = 0; chip < 2; chip++) {
      const masked = masks ? this.pic(chip, 'imr') : 0;
      if (((this.pic(chip, 'irr') & ~masked) >> pin) & 1) return chip * 8 + pin;
    }
    return -1;
  }
  hasExtint(vcpu: number): boolean {
    return hasExtint(this.m, vcpu);
  }
  /** IRR to ISR, whatever the priorities say. */
  take(vcpu: number, vector: number): void {
    ackInterrupt(this.m, vcpu, vector);
  }
  dropIrr(vcpu: number, vector: number): void {
    const at = lapicAt(this.m, vcpu) + LAPIC.at.irr + (vector >> 5);
    put(this.m, at, this.m.w[at] & ~(1 << (vector & 31)));
  }
  dropIsr(vcpu: number, vector: number): void {
    clearIsr(this.m, vcpu, vector);
  }
  raiseIsr(vcpu: number, vector: number): void {
    setIsr(this.m, vcpu, vector);
  }
  writeApic(vcpu: number, register: number, value: number): void {
    writeRegister(this.m, vcpu, register, value);
  }
  readApic(vcpu: number, register: number): number | null {
    return readRegister(this.m, vcpu, register, 4);
  }
  /** ICR or ICR2 as stored; the message it sends is a line of its own. */
  storeIcr(vcpu: number, register: number, lo: number, hi: number): void {
    const at = lapicAt(this.m, vcpu) + LAPIC.at[register === 0x310 ? 'icr2' : 'icr'];
    put(this.m, at, register === 0x310 ? lo & 0xff000000 : lo & ~0x1000);
    if (register === 0x300 && inX2apic(this.m, vcpu)) put(this.m, lapicAt(this.m, vcpu) + LAPIC.at.icrHi, hi);
  }
  writeBase(vcpu: number, lo: number, hi: number): void {
    writeApicBase(this.m, vcpu, (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0), MAX_PHYS_ADDR);
  }
  /** LVTT with this vector, not masked; of its mode nothing is known. */
  setTimerVector(vcpu: number, vector: number): void {
    const at = lapicAt(this.m, vcpu) + LAPIC.at.lvtTimer;
    put(this.m, at, vector | (this.m.w[at] & TIMER_MODE));
  }
  /** A deadline written at all shows the mode. @kvm lapic.c kvm_set_lapic_tscdeadline_msr */
  setTimerToDeadline(vcpu: number): void {
    const at = lapicAt(this.m, vcpu) + LAPIC.at.lvtTimer;
    put(this.m, at, (this.m.w[at] & ~TIMER_MODE) | TIMER_DEADLINE);
  }
  /** A logical id seen at work: flat model, one bit. Of an APIC that has one, or is in x2APIC mode, nothing is learnt. */
  learnLogical(vcpu: number, bit: number): void {
    const at = lapicAt(this.m, vcpu) + LAPIC.at.ldr;
    if (inX2apic(this.m, vcpu) || this.m.w[at] !== 0 || (bit & (bit - 1)) !== 0) return;
    writeRegister(this.m, vcpu, 0xd0, bit << 24);
  }
  /** After a gap a local APIC counts as enabled. */
  assumeOn(vcpu: number): void {
    if (!swEnabled(this.m, vcpu)) writeRegister(this.m, vcpu, 0xf0, 0x1ff);
  }
  setTpr(vcpu: number, value: number): void {
    setTpr(this.m, vcpu, value);
  }
  ioapicWrite(offset: number, length: number, value: number): void {
    ioapicMmioWrite(this.m, offset, length, value);
  }
  ioapicRead(offset: number): number {
    return ioapicMmioRead(this.m, offset) >>> 0;
  }
  portWrite(port: number, value: number): void {
    if (port >= 0x4d0) elcrWrite(this.m, port, value & 255);
    else picWrite(this.m, port, value & 255);
  }
  portRead(port: number): number {
    return port >= 0x4d0 ? elcrRead(this.m, port) : picRead(this.m, port);
  }
  /** A GSI's MSI route, learnt from a line. */
  routeMsi(entries: readonly { gsi: number; addr: bigint; data: number }[]): void {
    setRouting(
      this.m,
      entries.map((e) => ({ gsi: e.gsi, msi_addr: e.addr, msi_data: e.data })),
    );
  }

  /** Is there something the vCPU must do before it enters the guest? */
  mustServe(vcpu: number): boolean {
    return (
      (this.m.w[vcpuAt(this.m, vcpu) + VCPU.at.requests] & SERVED) !== 0 ||
      this.m.w[lapicAt(this.m, vcpu) + LAPIC.at.pendingEvents] !== 0
    );
  }
  /** @returns vectors whose EOI goes to user space */
  serve(vcpu: number): number[] {
    const init = this.m.w[lapicAt(this.m, vcpu) + LAPIC.at.pendingEvents] !== 0;
    acceptEvents(this.m, vcpu);
    // The guest enables the APIC again, in lines that were not recorded.
    if (init && this.assumeEnabled) writeRegister(this.m, vcpu, 0xf0, 0x1ff);
    return serveRequests(this.m, vcpu);
  }
  /** With APICv the processor empties IRR and ISR by itself: once the guest runs, nothing waits that we can know of. */
  forgetPosted(vcpu: number): void {
    const at = lapicAt(this.m, vcpu);
    for (let i = 0; i < 8; i++) {
      put(this.m, at + LAPIC.at.irr + i, 0);
      put(this.m, at + LAPIC.at.isr + i, 0);
    }
    put(this.m, at + LAPIC.at.isrCount, 0);
    put(this.m, at + LAPIC.at.highestIsr, -1);
  }

  // -- what is

  highestIsr(vcpu: number): number {
    return findHighestIsr(this.m, vcpu);
  }
  inIrr(vcpu: number, vector: number): boolean {
    return testVector(this.m.w, lapicAt(this.m, vcpu) + LAPIC.at.irr, vector);
  }
  inIsr(vcpu: number, vector: number): boolean {
    return testVector(this.m.w, lapicAt(this.m, vcpu) + LAPIC.at.isr, vector);
  }
  highestIrr(vcpu: number): number {
    return highestVector(this.m.w, lapicAt(this.m, vcpu) + LAPIC.at.irr);
  }
  isLevel(vcpu: number, vector: number): boolean {
    return testVector(this.m.w, lapicAt(this.m, vcpu) + LAPIC.at.tmr, vector);
  }
  lapic(vcpu: number, register: keyof typeof LAPIC.at): number {
    return this.m.w[lapicAt(this.m, vcpu) + LAPIC.at[register]];
  }
  enabled(vcpu: number): boolean {
    return swEnabled(this.m, vcpu);
  }
  x2apic(vcpu: number): boolean {
    return inX2apic(this.m, vcpu);
  }
  rteLo(pin: number): number {
    return this.m.w[BASE.ioapic + IOAPIC.at.redirLo + pin];
  }
  rteHi(pin: number): number {
    return this.m.w[BASE.ioapic + IOAPIC.at.redirHi + pin];
  }
  setRte(pin: number, lo: number, hi: number): void {
    put(this.m, BASE.ioapic + IOAPIC.at.redirLo + pin, lo);
    put(this.m, BASE.ioapic + IOAPIC.at.redirHi + pin, hi);
    // Who must tell the IOAPIC of its EOIs follows from the table.
    this.scanAll();
  }
  /** The pin's EOIs are only looked at because an interrupt was on its way when the pin moved elsewhere. */
  isStaleRoute(pin: number): boolean {
    return (this.rteLo(pin) & 0x8000) === 0 && pin !== 8 && !this.m.wires.hasAckNotifier(this.m, 2, pin);
  }
  /** Every vCPU looks at the IOAPIC's routes again. */
  scanAll(): void {
    for (let v = 0; v < this.ids.length; v++) {
      this.m.wires.request(this.m, v, REQ.scanIoapic);
      this.serve(v);
    }
  }
  pinIrr(pin: number): number {
    return (this.m.w[BASE.ioapic + IOAPIC.at.irr] >>> pin) & 1;
  }
  setPinIrr(pin: number, value: number): void {
    const at = BASE.ioapic + IOAPIC.at.irr;
    const before = this.m.w[at];
    put(this.m, at, value ? before | (1 << pin) : before & ~(1 << pin));
  }
  pic(chip: number, register: keyof typeof PIC.at): number {
    return this.m.w[BASE.pic + chip * PIC.size + PIC.at[register]];
  }
  setPicBit(chip: number, register: 'irr' | 'imr' | 'elcr' | 'lastIrr' | 'isr', bit: number, value: number): void {
    const at = BASE.pic + chip * PIC.size + PIC.at[register];
    const before = this.m.w[at];
    put(this.m, at, value ? before | (1 << bit) : before & ~(1 << bit));
  }
  setPicBase(chip: number, base: number): void {
    put(this.m, BASE.pic + chip * PIC.size + PIC.at.irqBase, base);
  }

  /** All of it as the report shows it; registers that only hardware has with APICv are named as unknown. */
  state(
    picUnknown: boolean,
    unknownOf: (vcpu: number) => string[],
    unknownPins: readonly number[],
  ): Record<string, unknown> {
    const hex = (value: number, digits = 8): string => `0x${(value >>> 0).toString(16).padStart(digits, '0')}`;
    const set = (vcpu: number, register: 'irr' | 'isr' | 'tmr'): number[] => {
      const base = lapicAt(this.m, vcpu) + LAPIC.at[register];
      return Array.from({ length: 256 }, (_, v) => v).filter((v) => testVector(this.m.w, base, v));
    };
    return {
      ioapic: Array.from({ length: 24 }, (_, pin) => `${hex(this.rteHi(pin))}${hex(this.rteLo(pin)).slice(2)}`),
      ...(unknownPins.length > 0 ? { unknownPins } : {}),
      pic: [0, 1].map((chip) => ({
        irr: hex(this.pic(chip, 'irr'), 2),
        imr: hex(this.pic(chip, 'imr'), 2),
        isr: hex(this.pic(chip, 'isr'), 2),
        base: hex(this.pic(chip, 'irqBase'), 2),
        elcr: hex(this.pic(chip, 'elcr'), 2),
        ...(picUnknown ? { unknown: ['irr', 'imr', 'isr', 'base', 'elcr'] } : {}),
      })),
      lapic: this.ids.map((id, v) => ({
        vcpu: id,
        irr: set(v, 'irr'),
        isr: set(v, 'isr'),
        tmr: set(v, 'tmr'),
        tpr: this.lapic(v, 'tpr'),
        ppr: this.lapic(v, 'ppr'),
        ...Object.fromEntries(
          (
            [
              'id',
              'ldr',
              'dfr',
              'svr',
              'icr',
              'lvtTimer',
              'lvtThermal',
              'lvtPerf',
              'lvtLint0',
              'lvtLint1',
              'lvtError',
            ] as const
          ).map((name) => [name, hex(this.lapic(v, name))]),
        ),
        base: `${hex(this.lapic(v, 'baseHi'))}${hex(this.lapic(v, 'baseLo')).slice(2)}`,
        unknown: unknownOf(v),
      })),
    };
  }

  /** Every word of the machine. */
  words(): Int32Array {
    return this.m.w.slice();
  }
  setWords(words: Int32Array): void {
    this.m.w.set(words);
    this.m.log.used = 0;
    markMapDirty(this.m);
    recalculateApicMap(this.m);
    this.m.log.used = 0;
  }

  // -- the log

  /** Where the next row goes. */
  get mark(): number {
    return this.m.log.used;
  }
  /** Takes back every write since the mark. */
  undo(mark: number): void {
    const { log, w } = this.m;
    const rows = log.rows;
    for (let at = log.used - ROW; at >= mark; at -= ROW) {
      if (rows[at] === WRITE) w[rows[at + COL.a]] = rows[at + COL.b];
    }
    log.used = mark;
    // The destination map is a function of the words: build it again from those of before.
    markMapDirty(this.m);
    recalculateApicMap(this.m);
    log.used = mark;
  }
  /** As undo, for ops that do not touch what the destination map is made of. */
  takeBack(mark: number): void {
    const { log, w } = this.m;
    const rows = log.rows;
    for (let at = log.used - ROW; at >= mark; at -= ROW) {
      if (rows[at] === WRITE) w[rows[at + COL.a]] = rows[at + COL.b];
    }
    log.used = mark;
  }
  /** Forgets the rows before the mark. @returns by how much later marks move */
  drop(mark: number): number {
    const { log } = this.m;
    log.rows.copyWithin(0, mark, log.used);
    log.used -= mark;
    return mark;
  }

  /** The lines KVM must print for what was recorded since the mark, as keys. */
  lines(mark: number, out: number[]): void {
    const { rows, used } = this.m.log;
    const { prints } = this;
    let last = 0;
    for (let at = mark; at < used; at += ROW) {
      const a = rows[at + COL.a];
      const b = rows[at + COL.b];
      const c = rows[at + COL.c];
      switch (rows[at]) {
        case EV.kvm_pic_set_irq: {
          if (!prints(TP.kvm_pic_set_irq)) break;
          const chip = a >> 3;
          const bit = a & 7;
          out.push(picKey(a, (this.pic(chip, 'elcr') >> bit) & 1, (this.pic(chip, 'imr') >> bit) & 1, b === 0 ? 1 : 0));
          break;
        }
        case EV.kvm_ioapic_set_irq:
          if (prints(TP.kvm_ioapic_set_irq)) out.push(rteKey(a, this.rteLo(a), this.rteHi(a), b === 0 ? 1 : 0));
          break;
        case EV.kvm_apic_accept_irq: {
          const id = this.ids[rows[at + COL.where] & 0xffff];
          if (prints(TP.kvm_apic_accept_irq)) out.push(acceptKey(TP.kvm_apic_accept_irq, id, a, b, c));
          last = acceptKey(TP.kvm_apicv_accept_irq, id, a, b, c);
          break;
        }
        case EV.irr_set:
          if (this.apicv && prints(TP.kvm_apicv_accept_irq)) out.push(last);
          break;
        case EV.kvm_ack_irq:
          if (prints(TP.kvm_ack_irq)) out.push(ackKey(a, b));
          break;
        case EV.kvm_eoi:
          out.push(vectorKey(TP.kvm_eoi, this.ids[rows[at + COL.where] & 0xffff], a));
          break;
        case EV.eoi_nothing:
          out.push(vectorKey(TP.kvm_eoi, this.ids[rows[at + COL.where] & 0xffff], -1));
          break;
        case EV.kvm_msi_set_irq:
          out.push(msiKey(c >>> 0, b & 255, (b >>> 8) & 7, (a >>> 2) & 1, (b >>> 15) & 1, (a >>> 3) & 1));
          break;
      }
    }
  }
}

/** The 8259 as a line shows it, before the line moves its pin. */
export function setPicFrom(chips: Chips, key: number, level: number): void {
  const p = picOf(key);
  const chip = p.pin >> 3;
  const bit = p.pin & 7;
  chips.setPicBit(chip, 'elcr', bit, p.level);
  chips.setPicBit(chip, 'imr', bit, p.masked);
  if (level === 1 && p.masked === 0) {
    chips.setPicBit(chip, 'irr', bit, p.coalesced);
    if (p.coalesced === 1) chips.setPicBit(chip, 'lastIrr', bit, 0);
  }
}
