/**
 * Reading a machine from its words, for the page, the printer and the tests: no rule of KVM in here, only names.
 * A MachineView is what the page folds from the log at the playhead; a Machine serves as one as well.
 */

import { join } from '../../base/u64.ts';
import type { CreateOp, Irqchip } from '../../spec/ops/index.ts';
import type { RouteTable } from '../core/machine.ts';
import {
  BLOCK_OF,
  type ComponentKind,
  DEVICE,
  IOAPIC,
  LAPIC,
  PI_DESC,
  PIC,
  VCPU,
  VM,
  VMCS,
  type WordMap,
} from '../core/words.ts';

export interface MachineView {
  readonly config: CreateOp;
  readonly wordMap: WordMap;
  readonly w: Int32Array;
  readonly routeTables: readonly RouteTable[];
  /** As KVM has it now; absent: as the machine was made. */
  readonly irqchip?: Irqchip;
  /** KVM_CAP_X2APIC_API as it is now; absent: as the machine was made. */
  readonly x2apicFormat?: boolean;
  readonly broadcastQuirkDisabled?: boolean;
}

/** Where the interrupt chips are: a machine may be born without, and get them by KVM_CREATE_IRQCHIP. */
export const irqchipOf = ({ irqchip, config }: MachineView): Irqchip => irqchip ?? config.irqchip;

/** A register of a component; `sub` picks the pin, table entry, channel or bitmap word. */
export interface RegisterRef {
  readonly kind: ComponentKind;
  readonly index: number;
  readonly register: string;
  readonly sub: number;
}

/** Vector bitmap words that a 16 x 16 grid can show, by name. */
export type GridName = 'irr' | 'isr' | 'tmr' | 'pir' | 'handled' | 'eoiExit';

/** Address of a register: block base + instance * size + offset (+ word). */
export function addressOf(wordMap: WordMap, kind: ComponentKind, index: number, register: string, sub = 0): number {
  const block = BLOCK_OF[kind];
  const offset = (block.at as Record<string, number>)[register];
  if (offset === undefined) throw new RangeError(`${kind} has no register ${register}`);
  return wordMap[kind] + index * block.size + offset + sub;
}

/** A register's word, unsigned. */
export function readWord(v: MachineView, kind: ComponentKind, index: number, register: string, sub = 0): number {
  return v.w[addressOf(v.wordMap, kind, index, register, sub)] >>> 0;
}

/** First word of a vCPU's vector bitmap. */
export function gridAddress(v: MachineView, grid: GridName, vcpu: number): number {
  const lapic = v.wordMap.lapic + vcpu * LAPIC.size;
  switch (grid) {
    case 'irr':
      return lapic + LAPIC.at.irr;
    case 'isr':
      return lapic + LAPIC.at.isr;
    case 'tmr':
      return lapic + LAPIC.at.tmr;
    case 'handled':
      return lapic + LAPIC.at.handled;
    case 'pir':
      return v.wordMap.piDesc + vcpu * PI_DESC.size + PI_DESC.at.pir;
    case 'eoiExit':
      return v.wordMap.vmcs + vcpu * VMCS.size + VMCS.at.eoiExitBitmap;
  }
}

export function vectorIn(w: Int32Array, base: number, vector: number): boolean {
  return ((w[base + (vector >> 5)] >>> (vector & 31)) & 1) === 1;
}

/** Vectors set in an eight-word bitmap, ascending. */
export function vectorsIn(w: Int32Array, base: number): number[] {
  const out: number[] = [];
  for (let i = 0; i < 8; i++) {
    let bits = w[base + i];
    while (bits !== 0) {
      const bit = 31 - Math.clz32(bits & -bits);
      out.push(i * 32 + bit);
      bits &= bits - 1;
    }
  }
  return out;
}

/** Virtual time, ns. */
export function nowOf(v: MachineView): number {
  return join(v.w[v.wordMap.vm + VM.at.nowLo], v.w[v.wordMap.vm + VM.at.nowHi]);
}

/** The routing table in force. */
export function routesOf(v: MachineView): RouteTable {
  return v.routeTables[v.w[v.wordMap.vm + VM.at.routes]] as RouteTable;
}

export interface LapicView {
  readonly id: number;
  readonly mode: 'disabled' | 'xapic' | 'x2apic';
  readonly softwareEnabled: boolean;
  readonly tpr: number;
  readonly ppr: number;
  readonly irr: readonly number[];
  readonly isr: readonly number[];
  readonly tmr: readonly number[];
}

export function apicMode(v: MachineView, vcpu: number): LapicView['mode'] {
  const base = v.w[v.wordMap.lapic + vcpu * LAPIC.size + LAPIC.at.baseLo];
  return (base & 0x800) === 0 ? 'disabled' : (base & 0xc00) === 0xc00 ? 'x2apic' : 'xapic';
}

export function lapicView(v: MachineView, vcpu: number): LapicView {
  const at = v.wordMap.lapic + vcpu * LAPIC.size;
  const reg = (offset: number): number => v.w[at + offset] >>> 0;
  const mode = apicMode(v, vcpu);
  return {
    id: mode === 'x2apic' ? reg(LAPIC.at.id) : reg(LAPIC.at.id) >>> 24,
    mode,
    softwareEnabled: (reg(LAPIC.at.svr) & 0x100) !== 0,
    tpr: reg(LAPIC.at.tpr),
    ppr: reg(LAPIC.at.ppr),
    irr: vectorsIn(v.w, at + LAPIC.at.irr),
    isr: vectorsIn(v.w, at + LAPIC.at.isr),
    tmr: vectorsIn(v.w, at + LAPIC.at.tmr),
  };
}

/** Is this vCPU's local APIC in x2APIC mode? */
export const inX2apic = (v: MachineView, vcpu: number): boolean => apicMode(v, vcpu) === 'x2apic';

export interface RteView {
  readonly pin: number;
  readonly vector: number;
  readonly deliveryMode: number;
  readonly logical: boolean;
  readonly remoteIrr: boolean;
  readonly level: boolean;
  readonly masked: boolean;
  readonly dest: number;
  /** IOAPIC irr bit: the line as the IOAPIC remembers it. */
  readonly irr: boolean;
}

export function rteView(v: MachineView, pin: number): RteView {
  const lo = v.w[v.wordMap.ioapic + IOAPIC.at.redirLo + pin];
  const hi = v.w[v.wordMap.ioapic + IOAPIC.at.redirHi + pin];
  return {
    pin,
    vector: lo & 0xff,
    deliveryMode: (lo >> 8) & 7,
    logical: ((lo >> 11) & 1) === 1,
    remoteIrr: ((lo >> 14) & 1) === 1,
    level: ((lo >> 15) & 1) === 1,
    masked: ((lo >> 16) & 1) === 1,
    dest: hi >>> 24,
    irr: ((v.w[v.wordMap.ioapic + IOAPIC.at.irr] >>> pin) & 1) === 1,
  };
}

export interface PicView {
  readonly irr: number;
  readonly imr: number;
  readonly isr: number;
  readonly elcr: number;
  readonly irqBase: number;
  readonly output: boolean;
}

/** @param chip 0 master, 1 slave */
export function picView(v: MachineView, chip: number): PicView {
  const at = v.wordMap.pic + chip * PIC.size;
  const reg = (offset: number): number => v.w[at + offset];
  return {
    irr: reg(PIC.at.irr),
    imr: reg(PIC.at.imr),
    isr: reg(PIC.at.isr),
    elcr: reg(PIC.at.elcr),
    irqBase: reg(PIC.at.irqBase),
    output: reg(PIC.at.output) === 1,
  };
}

export interface VcpuView {
  readonly apicId: number;
  readonly mpState: number;
  readonly mode: number;
  readonly rflagsIf: boolean;
  readonly shadow: number;
  readonly nmiPending: number;
  readonly nmiMasked: boolean;
  /** Vector queued for injection (vcpu->arch.interrupt), -1 none. */
  readonly injecting: number;
  readonly halted: boolean;
  /** Handlers running, outermost first. */
  readonly handlers: readonly number[];
  readonly exits: number;
  readonly injections: number;
  readonly kicks: number;
  readonly pcpu: number;
  readonly loaded: boolean;
  readonly preempted: boolean;
  readonly blocking: boolean;
}

export function vcpuView(v: MachineView, vcpu: number): VcpuView {
  const at = v.wordMap.vcpu + vcpu * VCPU.size;
  const reg = (offset: number): number => v.w[at + offset];
  const handlers: number[] = [];
  for (let i = 0; i < reg(VCPU.at.depth); i++) handlers.push(reg(VCPU.at.stackVector + i));
  return {
    apicId: reg(VCPU.at.apicId),
    mpState: reg(VCPU.at.mpState),
    mode: reg(VCPU.at.mode),
    rflagsIf: reg(VCPU.at.rflagsIf) === 1,
    shadow: reg(VCPU.at.shadow),
    nmiPending: reg(VCPU.at.nmiPending),
    nmiMasked: reg(VCPU.at.nmiMasked) === 1,
    injecting: reg(VCPU.at.intrInjected) === 1 ? reg(VCPU.at.intrNr) : -1,
    halted: reg(VCPU.at.halted) === 1,
    handlers,
    exits: reg(VCPU.at.exits),
    injections: reg(VCPU.at.injections),
    kicks: reg(VCPU.at.ipis),
    pcpu: reg(VCPU.at.pcpu),
    loaded: reg(VCPU.at.loaded) === 1,
    preempted: reg(VCPU.at.preempted) === 1,
    blocking: reg(VCPU.at.blocking) === 1,
  };
}

export interface DeviceView {
  readonly slot: number;
  readonly gsi: number;
  readonly line: boolean;
  readonly pending: number;
  readonly raised: number;
}

export function deviceView(v: MachineView, slot: number): DeviceView {
  const at = v.wordMap.device + slot * DEVICE.size;
  const reg = (offset: number): number => v.w[at + offset];
  return {
    slot,
    gsi: reg(DEVICE.at.gsi),
    line: reg(DEVICE.at.line) === 1,
    pending: reg(DEVICE.at.pending),
    raised: reg(DEVICE.at.raised),
  };
}

/** Is the host modelled: its CPUs, the run loop, the VMCS? */
export const hasHost = (config: MachineView['config']): boolean => config.runLoop === 'vmx';
