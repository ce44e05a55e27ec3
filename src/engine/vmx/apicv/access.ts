/**
 * A guest's access to its local APIC under virtualization: which the processor does by itself, which it does and then
 * exits (APIC-write, trap-like), and which it leaves to KVM (APIC-access, MSR and other exits).
 * SDM vol. 3C, "Virtualizing Memory-Mapped APIC Accesses" and "Virtualizing MSR-Based APIC Accesses".
 *
 * @differs SDM (tpr-high-bits): without APICv a WRMSR to TPR is taken as KVM emulates it (no #GP for bits 31:8).
 */

import { highWord, lowWord } from '../../../base/u64.ts';
import { masks, shifts, writeMask } from '../../../spec/define/registers.ts';
import type { GuestOp, OpResult } from '../../../spec/ops/index.ts';
import {
  ICR,
  ICR_X2,
  isX2apicMsr,
  REG,
  SHORTHAND as SHORTHANDS,
  TPR,
  x2apicMsr,
  x2apicRegister,
} from '../../../spec/registers/lapic.ts';
import { sendEoi } from '../../chips/lapic/priority.ts';
import {
  apicPage,
  inApicPage,
  isReadable,
  pageWord,
  setTpr,
  writeRegister,
  writeX2apicIcr,
} from '../../chips/lapic/registers.ts';
import { TIMER_MODE } from '../../chips/lapic/timer.ts';
import { EV, REQ } from '../../core/events.ts';
import { atLapic, atVcpu, beginJourney, emit, enter, lapicAt, leave, type Machine, put } from '../../core/machine.ts';
import { LAPIC, VMCS } from '../../core/words.ts';
import { vmExit } from '../run-loop.ts';
import { EXIT, hasControl, SECONDARY, vmcs } from '../vmcs.ts';
import { virtualizeIpi } from './ipi-virtualization.ts';
import { virtualizeEoi, virtualizeSelfIpi, virtualizeTpr } from './virtual-apic.ts';

const F = VMCS.at;
const L = LAPIC.at;
const OK: OpResult = { ok: true };
const APIC_ACCESS_PAGE = 0xfee00000n;

const secondary = (m: Machine, vcpu: number, bit: number): boolean => hasControl(m, vcpu, F.secondaryControls, bit);
const range = (from: number, to: number): number[] =>
  Array.from({ length: (to - from) / 16 + 1 }, (_, i) => from + i * 16);

/** Offsets whose reads, and whose writes, "APIC-register virtualization" covers. */
const READS = new Set([
  ...[
    REG.id,
    REG.version,
    REG.tpr,
    REG.eoi,
    REG.ldr,
    REG.dfr,
    REG.svr,
    REG.esr,
    REG.icr,
    REG.icr2,
    REG.tmict,
    REG.tdcr,
  ],
  ...range(REG.isr, REG.esr - 0x10),
  ...range(REG.lvtTimer, REG.lvtError),
]);
const WRITES = new Set([
  ...[REG.id, REG.tpr, REG.eoi, REG.ldr, REG.dfr, REG.svr, REG.esr, REG.icr, REG.icr2, REG.tmict, REG.tdcr],
  ...range(REG.lvtTimer, REG.lvtError),
]);

/** EOI-induced exit. @kvm vmx.c handle_apic_eoi_induced, lapic.c kvm_apic_set_eoi_accelerated */
function eoiInduced(m: Machine, vcpu: number, vector: number): void {
  vmExit(m, vcpu, EXIT.eoiInduced, vector);
  const outer = enter(m, EV.eoi_induced, atVcpu(vcpu), vector);
  sendEoi(m, vcpu, vector);
  m.wires.request(m, vcpu, REQ.event);
  leave(m, outer);
}

function eoi(m: Machine, vcpu: number): void {
  const vector = virtualizeEoi(m, vcpu);
  if (vector !== -1) eoiInduced(m, vcpu, vector);
}

/** The value is in the page; KVM does the rest. @kvm vmx.c handle_apic_write, lapic.c kvm_apic_write_nodecode */
function apicWriteExit(m: Machine, vcpu: number, reg: number, value: number): void {
  vmExit(m, vcpu, EXIT.apicWrite, reg);
  const outer = enter(m, EV.apic_write_exit, atVcpu(vcpu), reg);
  writeRegister(m, vcpu, reg, value);
  leave(m, outer);
}

/** Plain fixed edge message to oneself with a vector above 15. @sdm "APIC-Write Emulation" */
const isSelfIpi = (low: number): boolean =>
  (low & RESERVED_OR_BUSY) === 0 &&
  (low & SHORTHAND) === SELF &&
  (low & (TRIG_MODE | DELIVERY_MODE)) === 0 &&
  (low & PRIORITY_CLASS) !== 0;
/** ICR bits 31:20, 17:16, 13 and 12. */
const { VECTOR, DELIVERY_MODE, TRIG_MODE, SHORTHAND } = masks(ICR_X2);
const SELF = SHORTHANDS.indexOf('self') << shifts(ICR_X2).SHORTHAND;
const { DEST: ICR2_DEST } = masks(ICR);
const { DEST: DEST_AT } = shifts(ICR);
const { PRIORITY_CLASS } = masks(TPR);
/** Bits of the x2APIC ICR that are reserved, the busy bit of xAPIC's among them. */
const RESERVED_OR_BUSY = ~(writeMask(ICR_X2)[0] ?? 0);
const RESERVED = RESERVED_OR_BUSY & ~masks(ICR).DELIVERY_STATUS;

function writeIcr(m: Machine, vcpu: number, low: number): void {
  const at = lapicAt(m, vcpu);
  if (isSelfIpi(low)) {
    put(m, at + L.icr, low);
    selfIpi(m, vcpu, low & VECTOR);
  } else if (virtualizeIpi(m, vcpu, low, m.w[at + L.icr2] >>> DEST_AT)) {
    put(m, at + L.icr, low);
  } else {
    apicWriteExit(m, vcpu, REG.icr, low);
  }
}

function selfIpi(m: Machine, vcpu: number, vector: number): void {
  const before = beginJourney(m);
  virtualizeSelfIpi(m, vcpu, vector);
  m.journey = before;
}

/** APIC-write emulation. @sdm "APIC-Write Emulation" */
function emulateWrite(m: Machine, vcpu: number, reg: number, value: number): void {
  const at = lapicAt(m, vcpu);
  switch (reg) {
    case REG.tpr:
      put(m, at + L.tpr, value & 0xff);
      virtualizeTpr(m, vcpu);
      return;
    case REG.eoi:
      eoi(m, vcpu);
      return;
    case REG.icr:
      writeIcr(m, vcpu, value);
      return;
    case REG.icr2:
      put(m, at + L.icr2, value & ICR2_DEST);
      return;
    case REG.esr:
      put(m, at + L.esr, value);
      apicWriteExit(m, vcpu, reg, value);
      return;
    case REG.tmict:
      if (m.w[at + L.timerMode] === TIMER_MODE.deadline) put(m, at + L.tmict, value);
      apicWriteExit(m, vcpu, reg, value);
      return;
    default:
      apicWriteExit(m, vcpu, reg, value);
  }
}

/** Bytes of a partial write laid over the register's word. */
function merged(m: Machine, vcpu: number, reg: number, byte: number, size: number, value: number): number {
  if (size === 4) return value | 0;
  const mask = ((1 << (size * 8)) - 1) << (byte * 8);
  return (pageWord(m, vcpu, reg) & ~mask) | ((value << (byte * 8)) & mask);
}

type MmioOp = Extract<GuestOp, { op: 'mmio_write' | 'mmio_read' }>;

/** A memory access to the APIC page. @returns null when it is not the processor's to virtualize */
function mmio(m: Machine, op: MmioOp): OpResult | null {
  const { vcpu, size } = op;
  if (!secondary(m, vcpu, SECONDARY.virtualizeApicAccesses)) return null;
  if (!inApicPage(m, vcpu, op.addr) || apicPage(m, vcpu) !== APIC_ACCESS_PAGE) return null;
  const offset = Number(op.addr - APIC_ACCESS_PAGE);
  const reg = offset & 0xff0;
  const byte = offset & 0xf;
  const write = op.op === 'mmio_write';
  const registers = secondary(m, vcpu, SECONDARY.apicRegisterVirtualization);
  const covered = registers ? (write ? WRITES : READS).has(reg) : reg === REG.tpr && size === 4;
  if (!covered || byte + size > 4) {
    vmExit(m, vcpu, EXIT.apicAccess, offset | (write ? 0x1000 : 0));
    emit(m, EV.apic_access_exit, atVcpu(vcpu), reg, write ? 1 : 0);
    return null;
  }
  if (op.op === 'mmio_read') {
    const word = pageWord(m, vcpu, reg) >>> (byte * 8);
    const value = size === 4 ? word >>> 0 : word & ((1 << (size * 8)) - 1);
    emit(m, EV.apic_read_virtualized, atLapic(vcpu), reg, value);
    return { value: `0x${value.toString(16)}` };
  }
  const value = merged(m, vcpu, reg, byte, size, lowWord(op.value));
  const outer = enter(m, EV.apic_write_virtualized, atLapic(vcpu), reg, value);
  if (registers) emulateWrite(m, vcpu, reg, value);
  else shadowTpr(m, vcpu, value & 0xff);
  leave(m, outer);
  return OK;
}

/** TPR without virtual-interrupt delivery: an exit only when it falls below the threshold. @sdm "TPR Virtualization" */
function shadowTpr(m: Machine, vcpu: number, value: number): void {
  const threshold = vmcs(m, vcpu, F.tprThreshold);
  if (((value >> 4) & 0xf) >= threshold) {
    const outer = enter(m, EV.tpr_virtualization, atLapic(vcpu), value);
    setTpr(m, vcpu, value);
    leave(m, outer);
    return;
  }
  put(m, lapicAt(m, vcpu) + L.tpr, value);
  vmExit(m, vcpu, EXIT.tprBelowThreshold);
  const outer = enter(m, EV.tpr_below_threshold, atVcpu(vcpu), value, threshold);
  setTpr(m, vcpu, value);
  leave(m, outer);
}

/** TPR by whichever way: MSR, CR8. */
function writeTpr(m: Machine, vcpu: number, value: number): void {
  if (!secondary(m, vcpu, SECONDARY.virtualInterruptDelivery)) {
    shadowTpr(m, vcpu, value & 0xff);
    return;
  }
  put(m, lapicAt(m, vcpu) + L.tpr, value & 0xff);
  virtualizeTpr(m, vcpu);
}

function gp(m: Machine, vcpu: number, msr: number): OpResult {
  emit(m, EV.gp_fault, atVcpu(vcpu), msr);
  return { gp: true };
}

/** WRMSR to the x2APIC range. @returns null for an exit to KVM @sdm "Virtualizing MSR-Based APIC Accesses" */
function wrmsr(m: Machine, vcpu: number, msr: number, value: bigint): OpResult | null {
  if (!secondary(m, vcpu, SECONDARY.virtualizeX2apic)) return null;
  const vid = secondary(m, vcpu, SECONDARY.virtualInterruptDelivery);
  const low = lowWord(value);
  if (msr === x2apicMsr(REG.tpr)) {
    if (vid && value > 0xffn) return gp(m, vcpu, msr);
    if (value > 0xffffffffn) return null;
    writeTpr(m, vcpu, low);
    return OK;
  }
  if (!vid) return null;
  if (msr === x2apicMsr(REG.eoi)) {
    if (value !== 0n) return gp(m, vcpu, msr);
    eoi(m, vcpu);
    return OK;
  }
  if (msr === x2apicMsr(REG.selfIpi)) {
    if (value > 0xffn) return gp(m, vcpu, msr);
    if ((low & PRIORITY_CLASS) !== 0) selfIpi(m, vcpu, low);
    else apicWriteExit(m, vcpu, REG.selfIpi, low);
    return OK;
  }
  return msr === x2apicMsr(REG.icr) && m.config.ipiVirtualization === true ? wrmsrIcr(m, vcpu, value) : null;
}

/** ICR is passed through with IPI virtualization only. */
function wrmsrIcr(m: Machine, vcpu: number, value: bigint): OpResult {
  const low = lowWord(value);
  const high = highWord(value);
  if ((low & RESERVED) !== 0) return gp(m, vcpu, x2apicMsr(REG.icr));
  const at = lapicAt(m, vcpu);
  put(m, at + L.icr, low);
  put(m, at + L.icrHi, high);
  if (virtualizeIpi(m, vcpu, low, high >>> 0)) return OK;
  vmExit(m, vcpu, EXIT.apicWrite, REG.icr);
  const outer = enter(m, EV.apic_write_exit, atVcpu(vcpu), REG.icr);
  writeX2apicIcr(m, vcpu, low, high);
  leave(m, outer);
  return OK;
}

/** RDMSR of the x2APIC range: every valid register but the current count comes from the page. */
function rdmsr(m: Machine, vcpu: number, msr: number): OpResult | null {
  if (!secondary(m, vcpu, SECONDARY.virtualizeX2apic)) return null;
  const reg = x2apicRegister(msr);
  const registers = secondary(m, vcpu, SECONDARY.apicRegisterVirtualization);
  if (registers ? !isReadable(m, vcpu, reg) || reg === REG.tmcct : reg !== REG.tpr) return null;
  let value = BigInt(pageWord(m, vcpu, reg) >>> 0);
  if (reg === REG.icr) value |= BigInt(m.w[lapicAt(m, vcpu) + L.icrHi] >>> 0) << 32n;
  emit(m, EV.apic_read_virtualized, atLapic(vcpu), reg, Number(value & 0xffffffffn));
  return { value: `0x${value.toString(16)}` };
}

/** The EOI as a guest writes it, by MMIO or by MSR. */
function guestEoi(m: Machine, vcpu: number): OpResult | null {
  if (secondary(m, vcpu, SECONDARY.virtualizeX2apic)) return wrmsr(m, vcpu, x2apicMsr(REG.eoi), 0n);
  return mmio(m, { op: 'mmio_write', vcpu, addr: APIC_ACCESS_PAGE + BigInt(REG.eoi), size: 4, value: 0n });
}

/**
 * One guest instruction in non-root mode.
 * @returns its result where the processor did it, with or without an exit; null where KVM must emulate it (an
 * APIC-access exit has been taken already; for other exits see exitReason)
 */
export function accessVirtualized(m: Machine, op: GuestOp): OpResult | null {
  switch (op.op) {
    case 'mmio_write':
    case 'mmio_read':
      return mmio(m, op);
    case 'wrmsr':
      return isX2apicMsr(op.msr) ? wrmsr(m, op.vcpu, op.msr, op.value) : null;
    case 'rdmsr':
      return isX2apicMsr(op.msr) ? rdmsr(m, op.vcpu, op.msr) : null;
    case 'set_cr8':
      if (op.value > 15) return { gp: true };
      writeTpr(m, op.vcpu, op.value << 4);
      return OK;
    case 'eoi':
      return guestEoi(m, op.vcpu);
    case 'nop':
      return OK;
    default:
      return null;
  }
}

/** Why an instruction the processor could not do leaves the guest. */
export function exitReason(op: GuestOp): number {
  switch (op.op) {
    case 'wrmsr':
      return EXIT.wrmsr;
    case 'rdmsr':
      return EXIT.rdmsr;
    case 'pio_write':
    case 'pio_read':
    case 'pio_string':
      return EXIT.io;
    default:
      // What is left is an EOI: of an x2APIC, for else it is a store.
      return EXIT.wrmsr;
  }
}
