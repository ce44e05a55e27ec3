/**
 * The local APIC's register map: MMIO and MSR reads and writes with their masks and faults, APIC_BASE, reset
 * (arch/x86/kvm/lapic.c, v6.18).
 *
 * @differs SDM (lapic-errors, low-vectors): KVM never records errors in ESR (it reads 0), and accepts vectors below 16.
 * @differs SDM (eoi-value): a non-zero EOI write does not fault in x2APIC mode.
 * @differs SDM (lvt-bits): LVT delivery status and remote IRR are plain bits that KVM never sets.
 * @differs SDM (lvt0-fixed): only ExtINT mode of LVT0 is connected to the 8259.
 * @differs Intel (amd-icr): on AMD the x2APIC ICR is two registers again.
 */
import { highWord, join, joinBig, lowWord, pageOf } from '../../../base/u64.ts';
import { type BitLayout, masks, shifts, writeMask } from '../../../spec/define/registers.ts';
import { DELIVERY_MODE as DELIVERY } from '../../../spec/delivery-mode.ts';
import {
  APIC_BASE,
  APIC_ID,
  APIC_PAGE,
  DFR,
  ICR,
  ICR_X2,
  isX2apicMsr,
  LDR,
  LVR,
  LVT_ERROR,
  LVT_LINT,
  LVT_SENSOR,
  LVT_TIMER,
  MSR,
  PAGE_WORDS,
  REG,
  SHORTHAND as SHORTHANDS,
  SVR,
  x2apicRegister,
} from '../../../spec/registers/lapic.ts';
import { EV, REQ } from '../../core/events.ts';
import {
  atLapic,
  atVcpu,
  beginJourney,
  emit,
  enter,
  isBootVcpu,
  lapicAt,
  leave,
  type Machine,
  put,
  vcpuAt,
} from '../../core/machine.ts';
import { readWide } from '../../core/time.ts';
import type { LapicIrq } from '../../core/wires.ts';
import { LAPIC, VCPU } from '../../core/words.ts';
import { markMapDirty, recalculateApicMap } from '../../kvm/apic-map.ts';
import { APICV_INHIBIT } from '../../kvm/inhibits.ts';
import { PV_EOI_MSR, setPvEoi } from '../../kvm/pv-eoi.ts';
import {
  BASE_LO,
  BSP,
  ENABLE,
  EXTD,
  hwEnabled,
  inX2apic,
  SOFTWARE_ENABLE,
  SUPPRESS_EOI,
  setEoi,
  swEnabled,
  updatePpr,
} from './priority.ts';
import {
  currentCount,
  guestTsc,
  readDeadline,
  synchronizeTsc,
  timerModeMask,
  tscAdjust,
  updateDivideCount,
  updateTimerMode,
  writeDeadline,
  writeDivide,
  writeInitialCount,
  writeTsc,
  writeTscAdjust,
} from './timer.ts';

const R = LAPIC.at;

/** State word of each register that simply reads back, by its offset in the page. LVT CMCI: this model CPU has none. */
const WORD_OF = new Map<number, number>(
  [...PAGE_WORDS].flatMap(([offset, { register, sub }]) =>
    register === 'lvtCmci' ? [] : [[offset, R[register] + sub] as const],
  ),
);

/** A register's word in the page, or 0 where the page has none: what a virtualized read returns. */
export function pageWord(m: Machine, vcpu: number, reg: number): number {
  const offset = WORD_OF.get(reg);
  return offset === undefined ? 0 : m.w[lapicAt(m, vcpu) + offset];
}

/** Is this a register whose read KVM does not refuse? @kvm lapic.c kvm_lapic_readable_reg_mask */
export const isReadable = (m: Machine, vcpu: number, reg: number): boolean => readable(m, vcpu, reg);

const { VECTOR, DELIVERY_MODE, DEST_MODE, DELIVERY_STATUS, LEVEL, TRIG_MODE, SHORTHAND } = masks(ICR);
const { DELIVERY_MODE: MODE_AT, SHORTHAND: SHORTHAND_AT, DEST: DEST_AT } = shifts(ICR);
const { MASK, DELIVERY_MODE: LVT_MODE } = masks(LVT_LINT);
const { DIRECTED_EOI } = masks(LVR);
const { TIMER_MODE } = masks(LVT_TIMER);
const { ID } = masks(APIC_ID);
const { ID: ID_AT } = shifts(APIC_ID);
const { EXTD: EXTD_AT } = shifts(APIC_BASE);
const { LOGICAL_ID } = masks(LDR);
const { ONES: DFR_ONES } = masks(DFR);
const { DEST: ICR2_DEST } = masks(ICR);
/** Delivery modes and a shorthand where they stand in LVT and ICR. */
const NMI = DELIVERY.indexOf('NMI') << MODE_AT;
const EXTINT = DELIVERY.indexOf('ExtINT') << MODE_AT;
const SELF = SHORTHANDS.indexOf('self') << SHORTHAND_AT;
/** What a guest write of one word of a register stores. */
const stored = (layout: BitLayout): number => (writeMask(layout)[0] ?? 0) | 0;
/** LVT_MASK, and with mode bits, and LINT_MASK: what a guest may store in each entry. */
const LVT_WRITE_MASK = new Map<number, number>([
  [REG.lvtThermal, stored(LVT_SENSOR)],
  [REG.lvtPerf, stored(LVT_SENSOR)],
  [REG.lvtLint0, stored(LVT_LINT)],
  [REG.lvtLint1, stored(LVT_LINT)],
  [REG.lvtError, stored(LVT_ERROR)],
]);
/** Timer entry: LVT_MASK, to which the mode bits are added that this CPU has. */
const LVT_TIMER_MASK = stored(LVT_TIMER) & ~TIMER_MODE;
const LVT_WORDS = [R.lvtTimer, R.lvtThermal, R.lvtPerf, R.lvtLint0, R.lvtLint1, R.lvtError];

const SVR_MASK = stored(SVR) & ~SUPPRESS_EOI;
/** Reserved bits of APIC_BASE's low word. */
const BASE_RESERVED_LO = ~stored(APIC_BASE);
/** Bits whose being set faults in the x2APIC ICR: 31:20, 17:16, 13; the busy bit is let pass. */
const ICR_RESERVED = ~stored(ICR_X2) & ~DELIVERY_STATUS;

/** @kvm lapic.c kvm_apic_set_version */
export function setVersion(m: Machine, vcpu: number): void {
  // Six LVTs. Directed EOI only where the IOAPIC is user space's and user space did not switch it off.
  const directed = m.split && m.suppressEoiBroadcast !== 2;
  put(m, lapicAt(m, vcpu) + R.version, 0x00050014 | (directed ? DIRECTED_EOI : 0));
}

/** @kvm lapic.c apic_set_spiv */
export function setSvr(m: Machine, vcpu: number, value: number): void {
  const before = swEnabled(m, vcpu);
  put(m, lapicAt(m, vcpu) + R.svr, value);
  if (before !== swEnabled(m, vcpu)) markMapDirty(m);
}

/** The i8254's ticks become NMIs where LVT0 says so. @kvm lapic.c apic_manage_nmi_watchdog */
const setNmiWatchdog = (m: Machine, vcpu: number, lvt0: number): void =>
  put(m, lapicAt(m, vcpu) + R.lvt0InNmiMode, (lvt0 & (MASK | LVT_MODE)) === NMI ? 1 : 0);
export const followLvt0 = (m: Machine, vcpu: number): void =>
  setNmiWatchdog(m, vcpu, m.w[lapicAt(m, vcpu) + R.lvtLint0]);

/** Word of the upper half of the x2APIC ICR: 0x304 where it is one register of 64 bits, ICR2 where the vendor splits it. */
export function icrHighWord(m: Machine): number {
  if (m.without.has('a57a31684d7b')) return R.icr2;
  return m.vendor === 'amd' && !m.without.has('73b42dc69be8') ? R.icr2 : R.icrHi;
}

const setXapicId = (m: Machine, vcpu: number, id: number): void => {
  put(m, lapicAt(m, vcpu) + R.id, (id << ID_AT) & ID);
  markMapDirty(m);
};

/** @kvm lapic.c kvm_apic_calc_x2apic_ldr */
export const x2apicLdr = (id: number): number => ((id >>> 4) << 16) | (1 << (id & 0xf));

/**
 * RESET or INIT of a local APIC. INIT keeps the APIC's id and base.
 * @kvm lapic.c kvm_lapic_reset
 */
export function resetLapic(m: Machine, vcpu: number, init: boolean): void {
  const at = lapicAt(m, vcpu);
  const id = m.w[vcpuAt(m, vcpu) + VCPU.at.apicId];
  m.wires.apicvPreStateRestore(m, vcpu);
  if (!init) {
    put(m, at + R.baseLo, APIC_PAGE | ENABLE | (isBootVcpu(m, vcpu) ? BSP : 0));
    put(m, at + R.baseHi, 0);
    m.wires.setVirtualApicMode(m, vcpu);
    setXapicId(m, vcpu, id);
  }
  put(m, at + R.timerRunning, 0);
  setVersion(m, vcpu);
  for (const word of LVT_WORDS) put(m, at + word, MASK);
  updateTimerMode(m, vcpu);
  if (isBootVcpu(m, vcpu)) put(m, at + R.lvtLint0, EXTINT);
  followLvt0(m, vcpu);
  put(m, at + R.dfr, -1);
  setSvr(m, vcpu, 0xff);
  markMapDirty(m);
  put(m, at + R.tpr, 0);
  const x2 = inX2apic(m, vcpu);
  if (!x2) put(m, at + R.ldr, 0);
  put(m, at + R.esr, 0);
  put(m, at + R.icr, 0);
  // In x2APIC mode KVM clears the 64 bits at 0x300, whatever half of them it uses.
  put(m, at + (x2 ? R.icrHi : R.icr2), 0);
  put(m, at + R.tdcr, 0);
  put(m, at + R.tmict, 0);
  for (let i = 0; i < 8; i++) {
    put(m, at + R.irr + i, 0);
    put(m, at + R.isr + i, 0);
    put(m, at + R.tmr + i, 0);
  }
  updateApicvCaches(m, vcpu);
  updateDivideCount(m, vcpu);
  put(m, at + R.timerPending, 0);
  put(m, vcpuAt(m, vcpu) + VCPU.at.pvEoiMsrLo, 0);
  put(m, vcpuAt(m, vcpu) + VCPU.at.pvEoiMsrHi, 0);
  updatePpr(m, vcpu);
  if (m.w[at + R.apicvActive] === 1) {
    m.wires.apicvPostStateRestore(m, vcpu);
    m.wires.hwapicIsrUpdate(m, vcpu, -1);
  }
  put(m, vcpuAt(m, vcpu) + VCPU.at.pvEoiPending, 0);
  put(m, at + R.arbPrio, 0);
  recalculateApicMap(m, !init);
}

/** @kvm lapic.c kvm_apic_update_apicv */
export function updateApicvCaches(m: Machine, vcpu: number): void {
  const at = lapicAt(m, vcpu);
  let inService = 0;
  for (let i = 0; i < 8; i++) for (let rest = m.w[at + R.isr + i]; rest !== 0; rest &= rest - 1) inService++;
  put(m, at + R.irrPending, 1);
  put(m, at + R.isrCount, m.w[at + R.apicvActive] === 1 ? 1 : inService);
  put(m, at + R.highestIsr, -1);
}

/** @kvm lapic.c kvm_lapic_readable_reg_mask */
function readable(m: Machine, vcpu: number, reg: number): boolean {
  const x2 = inX2apic(m, vcpu);
  if (reg === REG.apr || reg === REG.dfr || reg === REG.icr2) return !x2;
  return reg === REG.tmcct || WORD_OF.has(reg);
}

/** @returns the register's 32 bits, or null where KVM refuses the read @kvm lapic.c kvm_lapic_reg_read */
export function readRegister(m: Machine, vcpu: number, offset: number, len: number): number | null {
  const reg = offset & ~0xf;
  if ((offset & 0xf) + len > 4 || reg > 0x3f0 || !readable(m, vcpu, reg)) return null;
  let value = 0;
  if (reg === REG.tmcct) value = currentCount(m, vcpu);
  else if (reg !== REG.apr) {
    if (reg === REG.ppr) updatePpr(m, vcpu);
    value = m.w[lapicAt(m, vcpu) + (WORD_OF.get(reg) as number)];
  }
  emit(m, EV.kvm_apic_read, atLapic(vcpu), reg, value);
  return value >>> 0;
}

/** An ICR value as a message. @kvm lapic.c kvm_icr_to_lapic_irq */
function icrMessage(x2: boolean, low: number, high: number): LapicIrq {
  return {
    vector: low & VECTOR,
    deliveryMode: (low & DELIVERY_MODE) >>> MODE_AT,
    logical: (low & DEST_MODE) !== 0,
    level: (low & LEVEL) !== 0,
    trigMode: (low & TRIG_MODE) !== 0,
    shorthand: (low & SHORTHAND) >>> SHORTHAND_AT,
    dest: x2 ? high >>> 0 : high >>> DEST_AT,
    redirHint: false,
  };
}

/** @kvm lapic.c kvm_apic_send_ipi */
export function sendIpi(m: Machine, vcpu: number, low: number, high: number): void {
  const irq = icrMessage(inX2apic(m, vcpu), low, high);
  const before = beginJourney(m);
  const outer = enter(m, EV.kvm_apic_ipi, atLapic(vcpu), low, irq.dest, irq.vector);
  m.wires.deliverToApic(m, vcpu, irq, false);
  leave(m, outer);
  m.journey = before;
}

/** @kvm lapic.c apic_set_tpr */
export function setTpr(m: Machine, vcpu: number, value: number): void {
  put(m, lapicAt(m, vcpu) + R.tpr, value & 0xff);
  updatePpr(m, vcpu);
}

function writeSvr(m: Machine, vcpu: number, value: number): void {
  const at = lapicAt(m, vcpu);
  const mask = SVR_MASK | ((m.w[at + R.version] & DIRECTED_EOI) !== 0 ? SUPPRESS_EOI : 0);
  setSvr(m, vcpu, value & mask);
  if ((value & SOFTWARE_ENABLE) !== 0) return;
  for (const word of LVT_WORDS) put(m, at + word, m.w[at + word] | MASK);
  updateTimerMode(m, vcpu);
  put(m, at + R.timerPending, 0);
}

/** One 32-bit register write, xAPIC or x2APIC. @returns false where KVM refuses it @kvm lapic.c kvm_lapic_reg_write */
export function writeRegister(m: Machine, vcpu: number, reg: number, value: number): boolean {
  const outer = enter(m, EV.kvm_apic_write, atLapic(vcpu), reg, value, 0, inX2apic(m, vcpu) ? 1 : 0);
  const ok = applyWrite(m, vcpu, reg, value | 0);
  if (!ok) emit(m, EV.apic_write_ignored, atLapic(vcpu), reg, value);
  recalculateApicMap(m);
  leave(m, outer);
  return ok;
}

function applyWrite(m: Machine, vcpu: number, reg: number, value: number): boolean {
  const at = lapicAt(m, vcpu);
  const x2 = inX2apic(m, vcpu);
  switch (reg) {
    case REG.id:
      if (x2) return false;
      setXapicId(m, vcpu, value >>> ID_AT);
      return true;
    case REG.tpr:
      setTpr(m, vcpu, value);
      return true;
    case REG.eoi:
      setEoi(m, vcpu);
      return true;
    case REG.ldr:
    case REG.dfr:
      if (x2) return false;
      put(m, at + (reg === REG.ldr ? R.ldr : R.dfr), reg === REG.ldr ? value & LOGICAL_ID : value | DFR_ONES);
      markMapDirty(m);
      return true;
    case REG.svr:
      writeSvr(m, vcpu, value);
      return true;
    case REG.icr: {
      const low = value & ~DELIVERY_STATUS;
      sendIpi(m, vcpu, low, m.w[at + R.icr2]);
      put(m, at + R.icr, low);
      return true;
    }
    case REG.icr2:
      if (x2) return false;
      put(m, at + R.icr2, value & ICR2_DEST);
      return true;
    case REG.lvtTimer:
      put(m, at + R.lvtTimer, (swEnabled(m, vcpu) ? value : value | MASK) & (LVT_TIMER_MASK | timerModeMask(m)));
      updateTimerMode(m, vcpu);
      return true;
    case REG.lvtLint0:
    case REG.lvtThermal:
    case REG.lvtPerf:
    case REG.lvtLint1:
    case REG.lvtError: {
      if (reg === REG.lvtLint0) setNmiWatchdog(m, vcpu, value);
      const entry = (swEnabled(m, vcpu) ? value : value | MASK) & (LVT_WRITE_MASK.get(reg) as number);
      put(m, at + (WORD_OF.get(reg) as number), entry);
      return true;
    }
    case REG.tmict:
      writeInitialCount(m, vcpu, value);
      return true;
    case REG.tdcr:
      writeDivide(m, vcpu, value);
      return true;
    case REG.esr:
      return !(x2 && value !== 0);
    case REG.selfIpi:
      if (!x2 || (value & ~0xff) !== 0) return false;
      sendIpi(m, vcpu, SELF | value, 0);
      return true;
    default:
      return false;
  }
}

/** Is this guest physical address in the vCPU's APIC page? @kvm lapic.c apic_mmio_in_range */
export const inApicPage = (m: Machine, vcpu: number, addr: bigint): boolean => pageOf(addr) === apicGfn(m, vcpu);

/** Number of the page the APIC sits at. */
export function apicGfn(m: Machine, vcpu: number): number {
  const at = lapicAt(m, vcpu);
  return join(m.w[at + R.baseLo] & BASE_LO, m.w[at + R.baseHi]) / 4096;
}

/** Page address of the APIC. */
export function apicPage(m: Machine, vcpu: number): bigint {
  const at = lapicAt(m, vcpu);
  return joinBig(m.w[at + R.baseLo] & BASE_LO, m.w[at + R.baseHi]);
}

/** An MMIO write that hit the APIC page. Swallowed when the APIC is off or in x2APIC mode. @kvm lapic.c apic_mmio_write */
export function lapicMmioWrite(m: Machine, vcpu: number, offset: number, len: number, value: number): void {
  if (!hwEnabled(m, vcpu) || inX2apic(m, vcpu) || len !== 4 || (offset & 0xf) !== 0) {
    emit(m, EV.apic_write_ignored, atLapic(vcpu), offset, value);
    return;
  }
  writeRegister(m, vcpu, offset & 0xff0, value);
}

/** @returns up to 4 bytes as a number; all ones when the APIC is off or in x2APIC mode; null where KVM refuses */
export function lapicMmioRead(m: Machine, vcpu: number, offset: number, len: number): bigint | null {
  if (!hwEnabled(m, vcpu) || inX2apic(m, vcpu)) return (1n << BigInt(len * 8)) - 1n;
  const value = readRegister(m, vcpu, offset, len);
  if (value === null) return null;
  const shifted = BigInt(value) >> BigInt((offset & 0xf) * 8);
  return shifted & ((1n << BigInt(len * 8)) - 1n);
}

/** @kvm lapic.c __kvm_x2apic_icr_write @returns false for #GP */
export function writeX2apicIcr(m: Machine, vcpu: number, low: number, high: number): boolean {
  if ((low & ICR_RESERVED) !== 0 && !m.without.has('71bf395a276f')) return false;
  const at = lapicAt(m, vcpu);
  const value = low & ~DELIVERY_STATUS;
  sendIpi(m, vcpu, value, high);
  put(m, at + R.icr, value);
  put(m, at + icrHighWord(m), high);
  return true;
}

/** WRMSR 0x800..0x8ff. @returns false for #GP @kvm lapic.c kvm_x2apic_msr_write */
export function x2apicMsrWrite(m: Machine, vcpu: number, msr: number, value: bigint): boolean {
  if (!inX2apic(m, vcpu)) return false;
  const reg = x2apicRegister(msr);
  const low = lowWord(value);
  const high = highWord(value);
  if (reg === REG.icr) {
    const outer = enter(m, EV.kvm_apic_write, atLapic(vcpu), reg, low, high, 1);
    const ok = writeX2apicIcr(m, vcpu, low, high);
    leave(m, outer);
    return ok;
  }
  return high === 0 && writeRegister(m, vcpu, reg, low);
}

/** RDMSR 0x800..0x8ff. @returns null for #GP @kvm lapic.c kvm_x2apic_msr_read */
export function x2apicMsrRead(m: Machine, vcpu: number, msr: number): bigint | null {
  if (!inX2apic(m, vcpu)) return null;
  const reg = x2apicRegister(msr);
  const at = lapicAt(m, vcpu);
  if (reg === REG.icr) {
    return joinBig(m.w[at + R.icr], m.w[at + icrHighWord(m)]);
  }
  const value = readRegister(m, vcpu, reg, 4);
  return value === null ? null : BigInt(value);
}

/** Mode by EN (bit 11) and EXTD (bit 10). @kvm lapic.h kvm_apic_mode */
const modeOf = (low: number): number => (low & (ENABLE | EXTD)) >>> EXTD_AT;
const DISABLED = 0;
const INVALID = 1;
const XAPIC = 2;
const X2APIC = 3;

/**
 * IA32_APIC_BASE is written. @param maxPhysAddr the guest's MAXPHYADDR @param byHost every transition between modes is
 * allowed then @returns false for #GP @kvm lapic.c kvm_apic_set_base
 */
export function writeApicBase(m: Machine, vcpu: number, value: bigint, maxPhysAddr: number, byHost = false): boolean {
  const at = lapicAt(m, vcpu);
  const low = lowWord(value);
  const high = highWord(value);
  const oldLow = m.w[at + R.baseLo];
  if (low === oldLow && high === m.w[at + R.baseHi]) return true;
  if (value >> BigInt(maxPhysAddr) !== 0n || (low & BASE_RESERVED_LO) !== 0 || modeOf(low) === INVALID) return false;
  const from = modeOf(oldLow);
  const to = modeOf(low);
  if (!byHost && ((from === X2APIC && to === XAPIC) || (from === DISABLED && to === X2APIC))) return false;
  const outer = enter(m, EV.apic_base, atLapic(vcpu), low, high);
  setBase(m, vcpu, low, high);
  recalculateApicMap(m);
  leave(m, outer);
  return true;
}

/** @kvm lapic.c __kvm_apic_set_base */
function setBase(m: Machine, vcpu: number, low: number, high: number): void {
  const at = lapicAt(m, vcpu);
  const id = m.w[vcpuAt(m, vcpu) + VCPU.at.apicId];
  const changed = m.w[at + R.baseLo] ^ low;
  put(m, at + R.baseLo, low);
  put(m, at + R.baseHi, high);
  if ((changed & ENABLE) !== 0) {
    if ((low & ENABLE) !== 0) setXapicId(m, vcpu, id);
    else markMapDirty(m);
  }
  if ((changed & EXTD) !== 0) {
    if ((low & EXTD) !== 0) {
      put(m, at + R.id, id);
      put(m, at + R.ldr, x2apicLdr(id));
      markMapDirty(m);
    } else if ((low & ENABLE) !== 0 && !m.without.has('052c3b99cbc8')) {
      setXapicId(m, vcpu, id);
    }
  }
  if ((changed & (ENABLE | EXTD)) !== 0) {
    m.wires.request(m, vcpu, REQ.apicvUpdate);
    m.wires.setVirtualApicMode(m, vcpu);
  }
  const moved = (low & BASE_LO) >>> 0 !== APIC_PAGE || high !== 0;
  if ((low & ENABLE) !== 0 && moved && !m.without.has('3743c2f02517')) {
    m.wires.setApicvInhibit(m, APICV_INHIBIT.apicBaseModified, true);
  }
}

/** WRMSR: TSC and TSC_ADJUST, APIC_BASE, the x2APIC range, TSC_DEADLINE, PV EOI. Others are none of an interrupt's and fault.
 * @param byHost KVM_SET_MSRS @returns false for #GP, or where KVM refuses */
export function writeMsr(
  m: Machine,
  vcpu: number,
  msr: number,
  value: bigint,
  maxPhysAddr: number,
  byHost = false,
): boolean {
  let ok = true;
  if (msr === MSR.apicBase) ok = writeApicBase(m, vcpu, value, maxPhysAddr, byHost);
  else if (isX2apicMsr(msr)) ok = x2apicMsrWrite(m, vcpu, msr, value);
  else if (msr === MSR.tscDeadline) writeDeadline(m, vcpu, value);
  else if (msr === MSR.tscAdjust) writeTscAdjust(m, vcpu, value, byHost);
  else if (msr === PV_EOI_MSR) ok = setPvEoi(m, vcpu, lowWord(value), highWord(value));
  else if (msr === MSR.tsc) byHost ? synchronizeTsc(m, vcpu, value) : writeTsc(m, vcpu, value);
  else ok = false;
  if (!ok && !byHost) emit(m, EV.gp_fault, atVcpu(vcpu), msr);
  return ok;
}

/** RDMSR. @returns null for #GP */
export function readMsr(m: Machine, vcpu: number, msr: number, byHost = false): bigint | null {
  const at = lapicAt(m, vcpu);
  let value: bigint | null = 0n;
  if (msr === MSR.apicBase) value = joinBig(m.w[at + R.baseLo], m.w[at + R.baseHi]);
  else if (isX2apicMsr(msr)) value = x2apicMsrRead(m, vcpu, msr);
  else if (msr === MSR.tscDeadline) value = readDeadline(m, vcpu);
  else if (msr === MSR.tsc) value = guestTsc(m, vcpu);
  else if (msr === MSR.tscAdjust) value = tscAdjust(m, vcpu);
  else if (msr === PV_EOI_MSR) value = readWide(m, vcpuAt(m, vcpu) + VCPU.at.pvEoiMsrLo);
  else value = null;
  if (value === null && !byHost) emit(m, EV.gp_fault, atVcpu(vcpu), msr);
  return value;
}
