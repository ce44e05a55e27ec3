/**
 * The VMM's own interrupt chips, where KVM has none or only the local APICs: an 82093AA and the 8259 pair as QEMU models
 * them (hw/intc/ioapic.c, hw/intc/i8259.c, target/i386/kvm). Their registers stand in the same words as KVM's would; what
 * differs is who acts and how it reaches KVM: RTE to MSI route, KVM_IRQ_LINE, KVM_EXIT_IOAPIC_EOI, KVM_INTERRUPT.
 *
 * A machine without a model guest has no VMM either: its exits are answered with 0, as the recordings' were.
 */
import type { RoutingEntrySpec } from '../../spec/ops/index.ts';
import { IOAPIC_BASE, IOAPIC_PINS } from '../chips/ioapic/ioapic.ts';
import {
  acceptsPicIntr,
  elcrRead,
  elcrWrite,
  picOutput,
  picRead,
  picReadIrq,
  picSetIrq,
  picWrite,
} from '../chips/pic/pic.ts';
import { EV } from '../core/events.ts';
import { AT_IOAPIC, atVcpu, emit, enter, leave, type Machine, put, vcpuAt } from '../core/machine.ts';
import type { VmmWires } from '../core/wires.ts';
import { BASE, IOAPIC, VCPU } from '../core/words.ts';
import { routeTable, setRouting, toSpec } from '../kvm/routing.ts';
import { countExit, kvmInterrupt } from '../kvm/vcpu.ts';

const R = IOAPIC.at;
const V = VCPU.at;
const PAGE = 0x1000;
/** Version 0x20: it has an EOI register. */
const VERSION = 0x0017_0020;
const OFFSET = { ioregsel: 0, iowin: 0x10, eoi: 0x40 } as const;
const VECTOR = 0xff;
const READ_ONLY = 0x5000;
const REMOTE_IRR = 0x4000;
const LEVEL = 0x8000;
const MASKED = 0x10000;
const EXIT_IRQ_WINDOW_OPEN = 7;
const WHY = { masked: 0, remoteIrr: 1 } as const;
const OUTCOME = { wanted: 0, open: 1, injected: 2 } as const;

const word = (m: Machine, register: number): number => m.w[BASE.ioapic + register];
const set = (m: Machine, register: number, value: number): void => put(m, BASE.ioapic + register, value);
const low = (m: Machine, pin: number): number => word(m, R.redirLo + pin);

/** The VMM's IOAPIC raises or lowers a GSI in KVM: it is the chip that acts, not a device. */
function irqLine(m: Machine, gsi: number, level: number): void {
  const outer = enter(m, EV.ioctl_irq_line, AT_IOAPIC, gsi, level);
  m.wires.setIrq(m, 0, gsi, level, true);
  leave(m, outer);
}

/** Sends what waits at each pin. With the local APICs in KVM, through the GSI whose route is the RTE's message. */
function service(m: Machine): void {
  // Without them there is nobody to send to: this VMM models no local APIC.
  if (!m.split) return;
  for (let pin = 0; pin < IOAPIC_PINS; pin++) {
    if ((word(m, R.irr) & (1 << pin)) === 0) continue;
    const entry = low(m, pin);
    if ((entry & MASKED) !== 0) {
      emit(m, EV.vmm_held, AT_IOAPIC, pin, WHY.masked);
    } else if ((entry & LEVEL) === 0) {
      set(m, R.irr, word(m, R.irr) & ~(1 << pin));
      irqLine(m, pin, 1);
      irqLine(m, pin, 0);
    } else if ((entry & REMOTE_IRR) !== 0) {
      emit(m, EV.vmm_held, AT_IOAPIC, pin, WHY.remoteIrr);
    } else {
      set(m, R.redirLo + pin, entry | REMOTE_IRR);
      irqLine(m, pin, 1);
    }
  }
}

/** A line at the VMM's chips: the 8259 pair first, then the IOAPIC, where GSI 0 is pin 2. @param gsi as QEMU's pc wires it */
function vmmLine(m: Machine, gsi: number, level: number): void {
  if (gsi < 16 && gsi !== 2) picSetIrq(m, gsi, gsi, 0, level);
  const pin = gsi === 0 ? 2 : gsi;
  if (pin >= IOAPIC_PINS || m.irqchip === 'none') return;
  const outer = enter(m, EV.vmm_line, AT_IOAPIC, pin, level);
  const entry = low(m, pin);
  const irr = word(m, R.irr);
  if ((entry & LEVEL) !== 0) {
    set(m, R.irr, level ? irr | (1 << pin) : irr & ~(1 << pin));
    if (level) service(m);
  } else if (level) {
    // An edge at a masked pin is lost.
    if ((entry & MASKED) !== 0) emit(m, EV.vmm_held, AT_IOAPIC, pin, WHY.masked);
    else {
      set(m, R.irr, irr | (1 << pin));
      service(m);
    }
  }
  leave(m, outer);
}

/** KVM_EXIT_IOAPIC_EOI: every level RTE with this vector that waits for it. */
function vmmEoi(m: Machine, vector: number): void {
  for (let pin = 0; pin < IOAPIC_PINS; pin++) {
    const entry = low(m, pin);
    if ((entry & VECTOR) !== vector || (entry & LEVEL) === 0 || (entry & REMOTE_IRR) === 0) continue;
    const again = (entry & MASKED) === 0 && (word(m, R.irr) & (1 << pin)) !== 0;
    const outer = enter(m, EV.vmm_eoi, AT_IOAPIC, pin, vector, again ? 1 : 0);
    set(m, R.redirLo + pin, entry & ~REMOTE_IRR);
    if (again) service(m);
    leave(m, outer);
  }
}

/** The message of an RTE as an MSI route. */
function routeOf(m: Machine, pin: number): RoutingEntrySpec {
  const lo = low(m, pin);
  const dest = (word(m, R.redirHi + pin) >>> 24) << 12;
  return {
    gsi: pin,
    msi_addr: BigInt(0xfee00000 + dest + ((lo & 0x800) >> 9)),
    msi_data: (lo & VECTOR) | (lo & LEVEL) | (lo & 0x700),
  };
}

/** KVM_SET_GSI_ROUTING with what the unmasked RTEs say now; a masked one keeps the route it had. */
function followRtes(m: Machine): void {
  if (!m.split) return;
  const before = routeTable(m).entries.map(toSpec);
  const wanted: RoutingEntrySpec[] = [];
  let changed = false;
  for (let pin = 0; pin < IOAPIC_PINS; pin++) {
    const old = before.find(({ gsi }) => gsi === pin);
    const spec = (low(m, pin) & MASKED) === 0 ? routeOf(m, pin) : old;
    if (spec === undefined) continue;
    wanted.push(spec);
    if (!('msi_addr' in spec) || (old !== undefined && 'msi_addr' in old && sameMessage(old, spec))) continue;
    changed = true;
    emit(m, EV.vmm_rte_route, AT_IOAPIC, pin, Number(spec.msi_addr & 0xffffffffn), spec.msi_data);
  }
  if (changed) setRouting(m, [...wanted, ...before.filter(({ gsi }) => gsi >= IOAPIC_PINS)]);
}

type Message = Extract<RoutingEntrySpec, { readonly msi_data: number }>;
const sameMessage = (a: Message, b: Message): boolean => a.msi_addr === b.msi_addr && a.msi_data === b.msi_data;

function writeRte(m: Machine, index: number, value: number): void {
  const pin = (index - 0x10) >> 1;
  if (index < 0x10 || pin >= IOAPIC_PINS) return;
  const old = low(m, pin);
  if ((index & 1) === 1) set(m, R.redirHi + pin, value);
  else set(m, R.redirLo + pin, (value & ~READ_ONLY) | (old & READ_ONLY));
  if ((low(m, pin) & LEVEL) === 0) set(m, R.redirLo + pin, low(m, pin) & ~REMOTE_IRR);
}

function writeWindow(m: Machine, index: number, value: number): void {
  if (index === 0) set(m, R.id, (value >>> 24) & 0xf);
  writeRte(m, index, value);
}

function readWindow(m: Machine, index: number): number {
  if (index === 0 || index === 2) return word(m, R.id) << 24;
  if (index === 1) return VERSION;
  const pin = (index - 0x10) >> 1;
  if (index < 0x10 || pin >= IOAPIC_PINS) return 0;
  return word(m, ((index & 1) === 1 ? R.redirHi : R.redirLo) + pin);
}

const onIoapic = (addr: number): boolean => addr >= IOAPIC_BASE && addr < IOAPIC_BASE + PAGE;

/** KVM_EXIT_MMIO of a store. Only whole words count at IOWIN. */
function vmmMmioWrite(m: Machine, addr: number, len: number, data: bigint): void {
  if (!onIoapic(addr)) return;
  const offset = addr & 0xff;
  const value = Number(BigInt.asUintN(32, data)) | 0;
  const index = word(m, R.ioregsel);
  const outer = enter(m, EV.vmm_ioapic_write, AT_IOAPIC, offset, value, index);
  if (offset === OFFSET.ioregsel) set(m, R.ioregsel, value & 0xff);
  else if (offset === OFFSET.iowin && len === 4) {
    writeWindow(m, index, value);
    followRtes(m);
    service(m);
  } else if (offset === OFFSET.eoi && len === 4) vmmEoi(m, value & VECTOR);
  leave(m, outer);
}

/** KVM_EXIT_MMIO of a load. @returns what the VMM answers */
function vmmMmioRead(m: Machine, addr: number, len: number): bigint {
  if (!onIoapic(addr)) return 0n;
  const offset = addr & 0xff;
  if (offset === OFFSET.ioregsel) return BigInt(word(m, R.ioregsel));
  return offset === OFFSET.iowin && len === 4 ? BigInt(readWindow(m, word(m, R.ioregsel)) >>> 0) : 0n;
}

const isPicPort = (port: number): boolean => (port & ~1) === 0x20 || (port & ~1) === 0xa0;
const isElcrPort = (port: number): boolean => (port & ~1) === 0x4d0;

/** KVM_EXIT_IO of an OUT. */
function vmmPioWrite(m: Machine, port: number, value: number): void {
  if (isPicPort(port)) picWrite(m, port, value & 0xff);
  else if (isElcrPort(port)) elcrWrite(m, port, value & 0xff);
}

/** KVM_EXIT_IO of an IN. @returns what the VMM answers */
function vmmPioRead(m: Machine, port: number): number {
  return isPicPort(port) ? picRead(m, port) : isElcrPort(port) ? elcrRead(m, port) : 0;
}

const vcpuWord = (m: Machine, vcpu: number, register: number): number => m.w[vcpuAt(m, vcpu) + register];

/** May KVM_INTERRUPT go in now? run->ready_for_interrupt_injection. @kvm x86.c kvm_vcpu_ready_for_interrupt_injection */
function isReady(m: Machine, vcpu: number): boolean {
  if (vcpuWord(m, vcpu, V.rflagsIf) === 0 || vcpuWord(m, vcpu, V.shadow) !== 0) return false;
  return m.split ? vcpuWord(m, vcpu, V.pendingExtint) === -1 : vcpuWord(m, vcpu, V.intrInjected) === 0;
}

/** The vCPU that the VMM's 8259 drives: the first that takes ExtINT; without a local APIC in KVM, the first. */
function listener(m: Machine): number {
  if (m.irqchip === 'none') return m.vcpus > 0 ? 0 : -1;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) if (acceptsPicIntr(m, vcpu)) return vcpu;
  return -1;
}

/** The VMM reads the vector and calls KVM_INTERRUPT, or asks for the window. */
function offer(m: Machine, vcpu: number): void {
  if (!isReady(m, vcpu)) {
    if (vcpuWord(m, vcpu, V.windowWanted) === 1) return;
    put(m, vcpuAt(m, vcpu) + V.windowWanted, 1);
    emit(m, EV.vmm_interrupt, atVcpu(vcpu), OUTCOME.wanted);
    return;
  }
  put(m, vcpuAt(m, vcpu) + V.windowWanted, 0);
  const outer = enter(m, EV.vmm_interrupt, atVcpu(vcpu), OUTCOME.injected);
  kvmInterrupt(m, vcpu, picReadIrq(m));
  leave(m, outer);
  if (picOutput(m)) offer(m, vcpu);
}

/** The INT output of the VMM's 8259 pair rose. */
function vmmPicOutput(m: Machine): void {
  const vcpu = listener(m);
  if (vcpu !== -1 && picOutput(m)) offer(m, vcpu);
}

/** The guest's flags changed or a handler returned: KVM_EXIT_IRQ_WINDOW_OPEN, if the VMM asked for it. */
function vmmWindow(m: Machine, vcpu: number): void {
  if (vcpuWord(m, vcpu, V.windowWanted) === 0 || !isReady(m, vcpu)) return;
  countExit(m, vcpu);
  emit(m, EV.userspace_exit, atVcpu(vcpu), EXIT_IRQ_WINDOW_OPEN, 0, 0);
  put(m, vcpuAt(m, vcpu) + V.windowWanted, 0);
  if (picOutput(m)) offer(m, vcpu);
}

export const VMM: VmmWires = {
  line: vmmLine,
  mmioWrite: vmmMmioWrite,
  mmioRead: vmmMmioRead,
  pioWrite: vmmPioWrite,
  pioRead: vmmPioRead,
  eoi: vmmEoi,
  picOutput: vmmPicOutput,
  window: vmmWindow,
};
