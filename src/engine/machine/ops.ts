/**
 * One op on a machine: from the command to its answer. Guest ops follow vcpu_enter_guest: requests first, then a
 * pending NMI, then the instruction with IF=0.
 */

import { OpError } from '../../spec/define/op.ts';
import { type GuestOp, type ModelOp, OPS, type Op, type OpName, type OpResult } from '../../spec/ops/index.ts';
import { REG, x2apicMsr } from '../../spec/registers/lapic.ts';
import { IOAPIC_BASE, IOAPIC_LENGTH, ioapicMmioRead, ioapicMmioWrite } from '../chips/ioapic/ioapic.ts';
import { apicHasInterrupt, inX2apic } from '../chips/lapic/priority.ts';
import {
  apicPage,
  inApicPage,
  lapicMmioRead,
  lapicMmioWrite,
  readMsr,
  setTpr,
  writeMsr,
  x2apicMsrWrite,
} from '../chips/lapic/registers.ts';
import { elcrRead, elcrWrite, picRead, picWrite } from '../chips/pic/pic.ts';
import { EV, REQ } from '../core/events.ts';
import { AT_VM, atVcpu, beginJourney, emit, enter, leave, type Machine, put, vcpuAt } from '../core/machine.ts';
import { VCPU } from '../core/words.ts';
import { assignIrqfd, deassignIrqfd, irqfdOf, pollResample, resamplerOf, signalIrqfd } from '../kvm/irqfd.ts';
import { setRouting } from '../kvm/routing.ts';
import {
  acceptEvents,
  countExit,
  getInterrupt,
  injectNmi,
  iret,
  processNmi,
  serveRequests,
  takeNmi,
} from '../kvm/vcpu.ts';
import { INFO } from '../vmx/vmcs.ts';
import { kvmSetMsi } from './plain.ts';
import { hex, printCpu, printMachine } from './print.ts';

const OK: OpResult = { ok: true };
/** MAXPHYADDR of the model CPU. */
const MAX_PHYS_ADDR = 48;

function mmioWrite(m: Machine, op: Op<'mmio_write'>): OpResult {
  const value = Number(op.value & 0xffffffffn) | 0;
  const over = pastPage(op.addr, op.size);
  if (inApicPage(m, op.vcpu, op.addr)) {
    const inside = op.size - over;
    lapicMmioWrite(m, op.vcpu, Number(op.addr - apicPage(m, op.vcpu)), inside, value);
    return over === 0 ? OK : exitWrite(m, op.vcpu, op.addr + BigInt(inside), over, op.value >> BigInt(inside * 8));
  }
  if (inIoapic(m, op.addr, op.size)) {
    ioapicMmioWrite(m, Number(op.addr) - IOAPIC_BASE, op.size, value);
    return OK;
  }
  // User space sees one page's part at a time; the first is what this op's exit shows.
  return exitWrite(m, op.vcpu, op.addr, op.size - over, op.value);
}

/** Bytes of an access that lie in the next page: the emulator does each page on its own. @kvm x86.c emulator_read_write */
const pastPage = (addr: bigint, size: number): number => Math.max(0, Number(addr & 0xfffn) + size - 0x1000);

/** A write nobody in the kernel has. */
function exitWrite(m: Machine, vcpu: number, addr: bigint, size: number, value: bigint): OpResult {
  const data = value & ((1n << BigInt(size * 8)) - 1n);
  exitToUser(m, vcpu, 6, Number(addr & 0xffffffffn), size);
  return { ok: true, exit: 'mmio', exit_addr: hex(addr), exit_len: size, exit_data: hex(data) };
}

function mmioRead(m: Machine, op: Op<'mmio_read'>): OpResult {
  if (inApicPage(m, op.vcpu, op.addr)) {
    const over = pastPage(op.addr, op.size);
    const inside = op.size - over;
    const value = hex(lapicMmioRead(m, op.vcpu, Number(op.addr - apicPage(m, op.vcpu)), inside) ?? 0n);
    if (over === 0) return { value };
    const rest = op.addr + BigInt(inside);
    exitToUser(m, op.vcpu, 6, Number(rest & 0xffffffffn), over);
    return { value, exit: 'mmio', exit_addr: hex(rest), exit_len: over };
  }
  if (inIoapic(m, op.addr, op.size)) {
    const value = BigInt(ioapicMmioRead(m, Number(op.addr) - IOAPIC_BASE));
    return { value: hex(value & ((1n << BigInt(op.size * 8)) - 1n)) };
  }
  const size = op.size - pastPage(op.addr, op.size);
  exitToUser(m, op.vcpu, 6, Number(op.addr & 0xffffffffn), size);
  return { value: '0x0', exit: 'mmio', exit_addr: hex(op.addr), exit_len: size };
}

/** The bus offers an access to a device only if all of it lies in the device's range. @kvm kvm_main.c kvm_io_bus_cmp */
function inIoapic(m: Machine, addr: bigint, size: number): boolean {
  const base = BigInt(IOAPIC_BASE);
  return !m.split && addr >= base && addr + BigInt(size) <= base + BigInt(IOAPIC_LENGTH);
}

function exitToUser(m: Machine, vcpu: number, reason: number, addr: number, size: number): void {
  countExit(m, vcpu);
  emit(m, EV.userspace_exit, atVcpu(vcpu), reason, addr, size);
}

const isPicPort = (port: number): boolean => port === 0x20 || port === 0x21 || port === 0xa0 || port === 0xa1;
const isElcrPort = (port: number): boolean => port === 0x4d0 || port === 0x4d1;

function pioWrite(m: Machine, op: Op<'pio_write'>): OpResult {
  if (!m.split && isPicPort(op.port)) picWrite(m, op.port, op.value);
  else if (!m.split && isElcrPort(op.port)) elcrWrite(m, op.port, op.value);
  else if (!m.host.pioWrite(m, op.port, op.value)) {
    exitToUser(m, op.vcpu, 2, op.port, 1);
    return { ok: true, exit: 'io', exit_port: hex(op.port), exit_data: hex(op.value) };
  }
  return OK;
}

function pioRead(m: Machine, op: Op<'pio_read'>): OpResult {
  if (!m.split && isPicPort(op.port)) return { value: hex(picRead(m, op.port)) };
  if (!m.split && isElcrPort(op.port)) return { value: hex(elcrRead(m, op.port)) };
  const value = m.host.pioRead(m, op.port);
  if (value !== null) return { value: hex(value) };
  exitToUser(m, op.vcpu, 2, op.port, 1);
  return { value: '0x0', exit: 'io', exit_port: hex(op.port) };
}

type Handlers<K extends OpName> = { readonly [N in K]: (m: Machine, op: Op<N>) => OpResult };

/** The instruction itself, once the vCPU is in. */
const INSTRUCTIONS: Handlers<GuestOp['op']> = {
  mmio_write: mmioWrite,
  mmio_read: mmioRead,
  pio_write: pioWrite,
  pio_read: pioRead,
  wrmsr: (m, op) => (writeMsr(m, op.vcpu, op.msr, op.value, MAX_PHYS_ADDR) ? OK : { gp: true }),
  rdmsr(m, op) {
    const value = readMsr(m, op.vcpu, op.msr);
    return value === null ? { gp: true } : { value: hex(value) };
  },
  set_cr8(m, op) {
    if (op.value > 15) return { gp: true };
    setTpr(m, op.vcpu, op.value << 4);
    return OK;
  },
  eoi(m, op) {
    if (inX2apic(m, op.vcpu)) x2apicMsrWrite(m, op.vcpu, x2apicMsr(REG.eoi), 0n);
    else lapicMmioWrite(m, op.vcpu, REG.eoi, 4, 0);
    return OK;
  },
  nop: () => OK,
};

function guestInstruction(m: Machine, op: GuestOp): OpResult {
  const carryOut = INSTRUCTIONS[op.op] as (m: Machine, op: GuestOp) => OpResult;
  return carryOut(m, op);
}

/** A request to look for events is pending. The op's own entry, with IF=0, uses it up; a model guest still waits on it. */
function wantsEvent(m: Machine, vcpu: number): boolean {
  return ((m.w[vcpuAt(m, vcpu) + VCPU.at.requests] as number) & ((1 << REQ.event) | (1 << REQ.nmi))) !== 0;
}

/** A guest op: entry, instruction, and in split mode one more look so that its EOI exit is reported with it. */
function guestOp(m: Machine, op: GuestOp): OpResult {
  if (m.host.guestOp !== undefined) return m.host.guestOp(m, op, guestInstruction);
  acceptEvents(m, op.vcpu);
  const state = m.w[vcpuAt(m, op.vcpu) + VCPU.at.mpState] as number;
  if (state !== 0) return { not_runnable: state };
  const guest = m.config.guest !== undefined;
  let looksAgain = wantsEvent(m, op.vcpu);
  const eoiExits = serveRequests(m, op.vcpu);
  // A model guest has a handler for its NMIs and takes them itself.
  const nmi = !guest && takeNmi(m, op.vcpu);
  apicHasInterrupt(m, op.vcpu);
  // Without APICv each of these leaves the guest; mov to CR8 does not, thanks to the TPR shadow.
  if (op.op !== 'nop' && op.op !== 'set_cr8') countExit(m, op.vcpu);
  const result = guestInstruction(m, op);
  looksAgain ||= wantsEvent(m, op.vcpu);
  if (m.split) eoiExits.push(...serveRequests(m, op.vcpu));
  if (guest && looksAgain) m.host.request(m, op.vcpu, REQ.event);
  if (!nmi && eoiExits.length === 0) return result;
  return { ...result, ...(nmi ? { nmi: true } : {}), ...(eoiExits.length > 0 ? { eoi_exit: eoiExits } : {}) };
}

/** The guest is entered with IF=1 and takes at most one event. */
function run(m: Machine, vcpu: number): OpResult {
  if (m.host.run !== undefined) return m.host.run(m, vcpu);
  acceptEvents(m, vcpu);
  const state = m.w[vcpuAt(m, vcpu) + VCPU.at.mpState] as number;
  if (state !== 0) return { not_runnable: state };
  const eoiExits = serveRequests(m, vcpu);
  const extra = eoiExits.length > 0 ? { eoi_exit: eoiExits } : {};
  if (takeNmi(m, vcpu)) return { nmi: true, ...extra };
  const vector = getInterrupt(m, vcpu);
  if (vector !== -1) {
    const at = vcpuAt(m, vcpu) + VCPU.at.injections;
    const outer = enter(m, EV.kvm_inj_virq, atVcpu(vcpu), vector);
    put(m, at, (m.w[at] as number) + 1);
    m.host.writeEntryInfo(m, vcpu, INFO.valid | vector);
    leave(m, outer);
  }
  return { vector: vector === -1 ? null : vector, ...extra };
}

function signalMsi(m: Machine, addr: bigint, data: number): OpResult {
  const addrLo = Number(addr & 0xffffffffn) | 0;
  const addrHi = Number(addr >> 32n) | 0;
  beginJourney(m);
  const outer = enter(m, EV.ioctl_signal_msi, AT_VM, addrLo, data, addrHi);
  const status = kvmSetMsi(m, addrLo, addrHi, data | 0, 1, -1);
  leave(m, outer);
  // The ioctl returns -1 as it would any error number: EPERM.
  return status < 0 ? { status: -1, errno: -status } : { status };
}

function irqLine(m: Machine, gsi: number, level: number): OpResult {
  if (level === 1) beginJourney(m);
  const outer = enter(m, EV.ioctl_irq_line, AT_VM, gsi, level);
  const status = m.host.setIrq(m, 0, gsi, level, true);
  leave(m, outer);
  return { status };
}

function extint(m: Machine, vcpu: number, vector: number): OpResult {
  if (!m.split) return { rc: -1, errno: 6 };
  const at = vcpuAt(m, vcpu) + VCPU.at.pendingExtint;
  if (m.w[at] !== -1) return { rc: -1, errno: 17 };
  beginJourney(m);
  const outer = enter(m, EV.ioctl_interrupt, atVcpu(vcpu), vector);
  put(m, at, vector);
  m.host.request(m, vcpu, 6);
  leave(m, outer);
  return { rc: 0 };
}

/** An op on a machine that is there. */
export type RunOp = Exclude<Op, { op: 'create' }>;

function checkVcpu(m: Machine, op: RunOp): void {
  const vcpu = (op as { readonly vcpu?: number }).vcpu;
  if (vcpu !== undefined && vcpu >= m.vcpus) throw new OpError('op.noVcpu', 'vcpu', { max: m.vcpus - 1 });
}

/**
 * Carries out one op (not `create`, which makes the machine: see session.ts).
 * @returns the answer in the form of the conformance files
 * @throws OpError for an op that makes no sense on this machine; the machine is unchanged then
 */
export function execute(m: Machine, op: RunOp): OpResult {
  checkVcpu(m, op);
  m.cause = -1;
  m.journey = 0;
  const outer = enter(m, EV.op, AT_VM, m.commands++);
  // An op that throws leaves its cause behind; the next one begins with its own.
  const result = dispatch(m, op);
  m.host.afterOp?.(m);
  leave(m, outer);
  return result;
}

/** Ops by which the VMM, or whoever looks, reaches the machine. */
const HANDLERS: Handlers<Exclude<OpName, 'create' | GuestOp['op'] | ModelOp['op']>> = {
  irq_line: (m, op) => irqLine(m, op.gsi, op.level),
  msi: (m, op) => signalMsi(m, op.addr, op.data),
  routing: (m, op) => (setRouting(m, op.entries) ? { rc: 0 } : { rc: -1, errno: 22 }),
  irqfd(m, op) {
    const rc = assignIrqfd(m, op.gsi, op.resample);
    return rc === 0 ? { rc } : { rc: -1, errno: -rc };
  },
  irqfd_deassign(m, op) {
    const slot = irqfdOf(m, op.gsi);
    if (slot === -1) return { error: 'no irqfd' };
    deassignIrqfd(m, slot);
    return { rc: 0 };
  },
  irqfd_signal(m, op) {
    const slot = irqfdOf(m, op.gsi);
    if (slot === -1) return { error: 'no irqfd' };
    signalIrqfd(m, slot);
    return OK;
  },
  irqfd_resample_poll(m, op) {
    const count = resamplerOf(m, op.gsi) === -1 ? null : pollResample(m, op.gsi);
    return count === null ? { error: 'no resample irqfd' } : { count };
  },
  nmi(m, op) {
    beginJourney(m);
    const outer = enter(m, EV.ioctl_nmi, atVcpu(op.vcpu));
    injectNmi(m, op.vcpu);
    leave(m, outer);
    return { rc: 0 };
  },
  extint: (m, op) => extint(m, op.vcpu, op.vector),
  run: (m, op) => run(m, op.vcpu),
  // As the recordings do it, through KVM_GET_VCPU_EVENTS: queued NMIs count while still blocked, then the mask ends, and
  // a pending one is taken at the next entry.
  iret(m, op) {
    processNmi(m, op.vcpu);
    iret(m, op.vcpu);
    return OK;
  },
  cpu: (m, op) => printCpu(m, op.vcpu),
  note: () => OK,
  get: (m) => printMachine(m),
};

type AnyHandler = (m: Machine, op: RunOp) => OpResult;

/** By the class of the op: an instruction runs inside an entry, a model op is the machine's wires' to do. */
function dispatch(m: Machine, op: RunOp): OpResult {
  const { class: opClass } = OPS[op.op];
  if (opClass === 'guest') return guestOp(m, op as GuestOp);
  const handlers: Readonly<Record<string, unknown>> = opClass === 'model' ? m.host.modelOps : HANDLERS;
  return (handlers[op.op] as AnyHandler)(m, op);
}
