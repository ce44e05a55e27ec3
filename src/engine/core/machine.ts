/**
 * The machine: configuration, words, log, and the two primitives every device is written with: `put` changes a word and
 * records it, `emit` records an event and makes it the cause of what follows until `leave`.
 */

import type { CreateOp, Irqchip } from '../../spec/ops/index.ts';
import { type Commit, missingChanges } from '../../spec/quirks.ts';
import type { BusTable } from '../kvm/bus.ts';
import type { CoalescedEntry, Zone } from '../kvm/coalesced.ts';
import type { Ioeventfd } from '../kvm/ioeventfd.ts';
import type { SlotMemory, SlotTable } from '../kvm/memslots.ts';
import { createLog, type EffectLog, growLog, ROW, ROW_SHIFT, WRITE } from './log.ts';
import type { Saves } from './saved.ts';
import type { Wires } from './wires.ts';
import {
  BASE,
  COMPONENT_CODE,
  type ComponentKind,
  createWordMap,
  DEVICE,
  LAPIC,
  PI_DESC,
  VCPU,
  VMCS,
  type WordMap,
} from './words.ts';

/** A routing entry as the kernel keeps it: an irqchip pin (slave pins as 8..15) or an MSI message. */
export interface RouteEntry {
  readonly gsi: number;
  /** CHIP.picMaster, CHIP.picSlave, CHIP.ioapic or CHIP.msi. */
  readonly chip: number;
  readonly pin: number;
  readonly addrLo: number;
  readonly addrHi: number;
  readonly data: number;
}

/** kvm_irq_routing_table: entries in table order, by GSI, and the reverse map chip/pin to GSI (-1: none). */
export interface RouteTable {
  readonly entries: readonly RouteEntry[];
  readonly byGsi: readonly (readonly RouteEntry[] | undefined)[];
  readonly pinToGsi: Int32Array;
}

/** kvm_apic_map. Derived: always a function of the local APICs' registers, so never saved. */
export interface ApicMap {
  valid: boolean;
  /** 0 software disabled, 1 xAPIC cluster, 2 xAPIC flat, 3 x2APIC, 4 disabled (kvm_apic_logical_mode). */
  mode: number;
  maxId: number;
  /** vCPU index by physical id, -1 none. */
  phys: Int16Array;
  flat: Int8Array;
  cluster: Int8Array;
  dirty: boolean;
}

export interface Machine {
  // configuration
  readonly config: CreateOp;
  readonly wordMap: WordMap;
  // what the ioctls that set a VM up have made of it; `create` has done them all (machine/setup.ts)
  /** vCPUs there are: up to wordMap.vcpus. */
  vcpus: number;
  /** kvm->arch.irqchip_mode: none in the kernel, all of it, or the local APICs alone. */
  irqchip: Irqchip;
  /** The irqchip is 'split'. */
  split: boolean;
  /** nr_reserved_ioapic_pins: GSIs whose routes stand for a user-space IOAPIC's pins. */
  reservedPins: number;
  x2apicFormat: boolean;
  broadcastQuirkDisabled: boolean;
  /** KVM_X2APIC_*_SUPPRESS_EOI_BROADCAST: 0 not said (quirk), 1 enabled, 2 disabled. */
  suppressEoiBroadcast: number;
  /** bsp_vcpu_id: the vCPU with this id is the bootstrap processor at reset. */
  bootId: number;
  /** max_vcpu_ids; 0 until said or used. */
  maxVcpuIds: bigint;
  /** Whose processor, and whose half of KVM. */
  readonly vendor: 'intel' | 'amd';
  /** Changes of KVM's behaviour that this machine's kernel is without. */
  readonly without: ReadonlySet<Commit>;
  readonly wires: Wires;
  // state
  readonly w: Int32Array;
  /** Every routing table there has been; word VM.routes says which is in force. */
  routeTables: RouteTable[];
  /** What user space saved; it outlives the machine. */
  readonly saves: Saves;
  /** Every state of the buses there has been; word VM.buses says which is in force (kvm/bus.ts). */
  busTables: BusTable[];
  /** Every set of memory slots there has been; word VM.slots says which is in force (kvm/memslots.ts). */
  slotTables: SlotTable[];
  /** Every set of MMIO SPTEs there has been, as frame and generation; word VM.mmioSptes says which is in force (vmx/ept.ts). */
  mmioSptes: ReadonlyMap<number, number>[];
  /** What is in each slot's memory, by the order in which slots were made. User space's, as the four below. */
  readonly memory: SlotMemory[];
  /** Every eventfd a KVM_IOEVENTFD was ever asked for with (kvm/ioeventfd.ts). */
  readonly ioeventfds: Ioeventfd[];
  /** Coalesced zones by the order they were registered in, null once taken away (kvm/coalesced.ts). */
  readonly zones: (Zone | null)[];
  /** What waits in the coalesced ring. */
  readonly ring: CoalescedEntry[];
  commands: number;
  nextJourney: number;
  /** Journey by vCPU and vector (index vcpu * 512 + vector for IRR and PIR, + 256 for ISR) and by IOAPIC / PIC pin. */
  readonly journeys: Int32Array;
  // derived
  readonly map: ApicMap;
  // book-keeping of the run, not state
  /** kvm_running_vcpu: the vCPU whose thread this is, or on whose CPU this interrupt came; -1 another's. */
  current: number;
  readonly log: EffectLog;
  cause: number;
  where: number;
  journey: number;
}

/** Index into Machine.journeys of a pin: IOAPIC pins 0..23, then PIC pins 0..15. */
export function pinJourney(m: Machine, chipPin: number): number {
  return m.wordMap.vcpus * 512 + chipPin;
}
export const PIC_PIN_JOURNEY = 24;
/** Index of the journey of a timer that expired and is not injected yet. */
export const timerJourney = (m: Machine, vcpu: number): number => m.wordMap.vcpus * 512 + 40 + vcpu;

export const lapicAt = (_m: Machine, vcpu: number): number => BASE.lapic + vcpu * LAPIC.size;
export const vcpuAt = (m: Machine, vcpu: number): number => m.wordMap.vcpu + vcpu * VCPU.size;
export const piDescAt = (m: Machine, vcpu: number): number => m.wordMap.piDesc + vcpu * PI_DESC.size;
export const vmcsAt = (m: Machine, vcpu: number): number => m.wordMap.vmcs + vcpu * VMCS.size;
/** Is it the bootstrap processor at reset? @kvm x86.c kvm_vcpu_is_reset_bsp */
export const isBootVcpu = (m: Machine, vcpu: number): boolean => m.w[vcpuAt(m, vcpu) + VCPU.at.apicId] === m.bootId;
export const deviceAt = (_m: Machine, slot: number): number => BASE.device + slot * DEVICE.size;

/** `where` of a component instance. */
export const whereOf = (kind: ComponentKind, index = 0): number => (COMPONENT_CODE[kind] << 16) | index;

const W_PIC = COMPONENT_CODE.pic << 16;
const W_LAPIC = COMPONENT_CODE.lapic << 16;
const W_VCPU = COMPONENT_CODE.vcpu << 16;
export const atLapic = (vcpu: number): number => W_LAPIC | vcpu;
export const atVcpu = (vcpu: number): number => W_VCPU | vcpu;
export const AT_VM = whereOf('vm');
export const AT_IOAPIC = whereOf('ioapic');
export const AT_PIT = whereOf('pit');
export const atPic = (chip: number): number => W_PIC | chip;

// The three writers below spell out the eight columns each, although they differ in two: calls are what costs here (a
// row by call takes twice its time by inlining), and V8 takes a writer into its caller only while it is small. `| 0`
// spares the compiler the way over floating point for a number it knows nothing of, and `at | 1` the overflow check.

/** Sets a state word and records the change; a write of the same value records nothing. */
export function put(m: Machine, address: number, value: number): void {
  const before = m.w[address];
  const after = value | 0;
  if (before !== after) change(m, address, before, after);
}

function change(m: Machine, address: number, before: number, after: number): void {
  m.w[address] = after;
  const log = m.log;
  const at = log.used;
  if (at >= log.rows.length) {
    log.used = at + ROW;
    if (log.counts) return;
    growLog(log);
  }
  const rows = log.rows;
  rows[at] = WRITE;
  rows[at | 1] = m.cause;
  rows[at | 2] = m.where;
  rows[at | 3] = m.journey;
  rows[at | 4] = address;
  rows[at | 5] = before;
  rows[at | 6] = after;
  rows[at | 7] = 0;
  log.used = at + ROW;
}

/**
 * Records an event and makes it the cause of what follows.
 * @returns the cause before it, to be given back to `leave` when the event's consequences are done
 */
export function enter(m: Machine, code: number, where: number, a?: number, b?: number, c?: number, d?: number): number {
  const log = m.log;
  if (!log.counts) return enterRow(m, code, where, a, b, c, d);
  // Small enough that V8 takes it into its callers: what is counted costs no call.
  const outer = m.cause;
  const used = log.used;
  m.cause = log.firstSeq + (used >> ROW_SHIFT);
  m.where = where;
  log.used = used + ROW;
  return outer;
}

function enterRow(m: Machine, code: number, where: number, a = 0, b = 0, c = 0, d = 0): number {
  const log = m.log;
  const at = log.used;
  const outer = m.cause;
  m.cause = log.firstSeq + (at >> ROW_SHIFT);
  m.where = where;
  if (at >= log.rows.length) growLog(log);
  const rows = log.rows;
  rows[at] = code | 0;
  rows[at | 1] = outer;
  rows[at | 2] = where | 0;
  rows[at | 3] = m.journey;
  rows[at | 4] = a | 0;
  rows[at | 5] = b | 0;
  rows[at | 6] = c | 0;
  rows[at | 7] = d | 0;
  log.used = at + ROW;
  return outer;
}

/** Ends the event that `enter` began. */
export function leave(m: Machine, outer: number): void {
  m.cause = outer;
}

/** Records an event that causes nothing (an end, a note). */
export function emit(m: Machine, code: number, where: number, a = 0, b = 0, c = 0, d = 0): void {
  const log = m.log;
  const at = log.used;
  if (at >= log.rows.length) {
    log.used = at + ROW;
    if (log.counts) return;
    growLog(log);
  }
  const rows = log.rows;
  rows[at] = code | 0;
  rows[at | 1] = m.cause;
  rows[at | 2] = where | 0;
  rows[at | 3] = m.journey;
  rows[at | 4] = a | 0;
  rows[at | 5] = b | 0;
  rows[at | 6] = c | 0;
  rows[at | 7] = d | 0;
  log.used = at + ROW;
}

/** Starts a new journey: what is recorded from here on belongs to it. @returns the journey before */
export function beginJourney(m: Machine): number {
  const outer = m.journey;
  m.journey = m.nextJourney++;
  return outer;
}

/** Routes a VMM reserves for the pins of its IOAPIC. */
const DEFAULT_RESERVED_PINS = 24;

/** As KVM keeps it: up to 4,096 may be asked for, but the field has eight bits, so that 256 or 4,096 reserve none. */
export const reservedPins = (asked: number): number => asked & 0xff;

/** kvm->arch.irqchip_mode */
export function setIrqchip(m: Machine, irqchip: Irqchip): void {
  m.irqchip = irqchip;
  m.split = irqchip === 'split';
}

/** Memory for a machine of this configuration, all words zero. Devices reset themselves (machine/reset.ts). */
export function allocateMachine(config: CreateOp, wires: Wires, vcpus: number, saves: Saves): Machine {
  const wordMap = createWordMap(config.vcpus);
  const flags = config.x2apicApi ?? 0;
  return {
    config,
    wordMap,
    vcpus,
    irqchip: config.irqchip,
    split: config.irqchip === 'split',
    reservedPins: reservedPins(config.routes ?? DEFAULT_RESERVED_PINS),
    x2apicFormat: (flags & 1) !== 0,
    broadcastQuirkDisabled: (flags & 2) !== 0,
    suppressEoiBroadcast: flags & 4 ? 1 : flags & 8 ? 2 : 0,
    bootId: config.bsp ?? 0,
    maxVcpuIds: 0n,
    vendor: config.vendor ?? (config.avic === true ? 'amd' : 'intel'),
    without: missingChanges(config.kernel ?? '6.18', config.quirks ?? []),
    wires,
    w: new Int32Array(wordMap.size),
    routeTables: [],
    saves,
    busTables: [],
    slotTables: [],
    mmioSptes: [],
    memory: [],
    ioeventfds: [],
    zones: [],
    ring: [],
    commands: 0,
    nextJourney: 1,
    journeys: new Int32Array(config.vcpus * 513 + 40),
    map: {
      valid: false,
      mode: 0,
      maxId: 255,
      phys: new Int16Array(256).fill(-1),
      flat: new Int8Array(8).fill(-1),
      cluster: new Int8Array(64).fill(-1),
      dirty: false,
    },
    current: -1,
    log: createLog(),
    cause: -1,
    where: 0,
    journey: 0,
  };
}
