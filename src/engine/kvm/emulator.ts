/**
 * What KVM does with a guest access that the processor left to it: the page-or-MMIO decision, the devices' buses, the
 * exit to user space (arch/x86/kvm/x86.c and emulate.c, v6.18). User space answers reads with 0.
 */

import { highOf, inPage, pageOf } from '../../base/u64.ts';
import { BUS } from '../../spec/iodevs.ts';
import type { GuestOp, OpResult } from '../../spec/ops/index.ts';
import { apicGfn, lapicMmioRead, lapicMmioWrite } from '../chips/lapic/registers.ts';
import { EV } from '../core/events.ts';
import { atVcpu, emit, type Machine, put, vcpuAt } from '../core/machine.ts';
import { VCPU } from '../core/words.ts';
import { busRead, busWrite } from './bus.ts';
import { APIC_PAGE, generation, type Memslot, readMemory, slotOfPage, writeMemory } from './memslots.ts';
import { countExit } from './vcpu.ts';

const V = VCPU.at;
const EXIT_IO = 2;
const EXIT_MMIO = 6;
/** Bytes the emulator reads ahead for INS: sizeof(struct read_cache.data). */
const READ_AHEAD = 1024;

/** Is the way of each access told? Only where the scene is about it. */
const tells = (m: Machine): boolean => m.config.roads === true;
const lowWord = (addr: bigint): number => Number(BigInt.asUintN(32, addr));
const APIC_GFN = pageOf(APIC_PAGE);
/** Outcomes in the log. */
const KNOWN = { no: 0, apicPage: 1, cache: 2 } as const;
const COPY = { done: 0, noSlot: 1, readonly: 2 } as const;
const WAY = { out: 0, in: 1, outs: 2, ins: 3 } as const;

/** A part of an access that lies in one page. */
interface Part {
  readonly addr: bigint;
  /** Number of the page. */
  readonly gfn: number;
  readonly len: number;
  /** Bytes of the access before it. */
  readonly before: number;
}

/** An access as user space is shown it. */
type UserExit = Readonly<Record<string, unknown>>;
/** The same with what user space answers. */
interface Exit {
  readonly told: UserExit;
  readonly value: bigint;
}

const hex = (value: bigint | number): string => `0x${value.toString(16)}`;
const bytes = (value: bigint, len: number): bigint => BigInt.asUintN(len * 8, value);

/** The emulator does each page on its own, the lower first. @kvm x86.c emulator_read_write */
function parts(addr: bigint, len: number): Part[] {
  const over = inPage(addr) + len - 0x1000;
  if (over <= 0) return [{ addr, gfn: pageOf(addr), len, before: 0 }];
  const before = len - over;
  const next = addr + BigInt(before);
  return [
    { addr, gfn: pageOf(addr), len: before, before: 0 },
    { addr: next, gfn: pageOf(next), len: over, before },
  ];
}

/** What of a value belongs to a part. */
const partOf = (value: bigint, { before }: Part): bigint => (before === 0 ? value : value >> BigInt(before * 8));

/** Can the processor do it by itself: a slot behind each byte, and one that may be written where it is a write? */
function isPlainMemory(m: Machine, { gfn }: Part, write: boolean): boolean {
  const slot = slotOfPage(m, gfn);
  return slot !== undefined && !(write && slot.readonly);
}

/** A store to memory, part by part. */
function storeMemory(m: Machine, addr: bigint, len: number, value: bigint): void {
  for (const part of parts(addr, len))
    writeMemory(m, slotOfPage(m, part.gfn) as Memslot, part.addr, part.len, partOf(value, part));
}

/** A load from memory, part by part. */
function loadMemory(m: Machine, addr: bigint, len: number): bigint {
  let value = 0n;
  for (const part of parts(addr, len))
    value |= readMemory(m, slotOfPage(m, part.gfn) as Memslot, part.addr, part.len) << BigInt(part.before * 8);
  return value;
}

/**
 * A load or store that the processor does by itself because memory is behind every byte of it: no exit, no KVM.
 * @returns null for everything else
 */
export function plainAccess(m: Machine, op: GuestOp): OpResult | null {
  if (op.op !== 'mmio_write' && op.op !== 'mmio_read') return null;
  const isWrite = op.op === 'mmio_write';
  for (const part of parts(op.addr, op.size)) if (!isPlainMemory(m, part, isWrite)) return null;
  if (tells(m)) {
    const slot = slotOfPage(m, pageOf(op.addr))?.slot;
    emit(m, EV.memory_access, atVcpu(op.vcpu), lowWord(op.addr), op.size, slot, isWrite ? 1 : 0);
  }
  if (op.op === 'mmio_read') return { value: hex(loadMemory(m, op.addr, op.size)) };
  storeMemory(m, op.addr, op.size, op.value);
  return { ok: true };
}

/**
 * The access faulted on an address without a slot: the vCPU remembers the frame as MMIO until the slots change.
 * @kvm mmu/mmu.c kvm_handle_noslot_fault, handle_mmio_page_fault; x86.h vcpu_cache_mmio_info
 */
function cacheMmio(m: Machine, vcpu: number, { addr, gfn }: Part): void {
  const at = vcpuAt(m, vcpu);
  put(m, at + V.mmioGfnLo, gfn | 0);
  put(m, at + V.mmioGfnHi, highOf(gfn));
  put(m, at + V.mmioGeneration, generation(m));
  if (tells(m)) emit(m, EV.mmio_cached, atVcpu(vcpu), lowWord(addr), generation(m));
}

/** @kvm x86.h vcpu_match_mmio_gpa */
function inMmioCache(m: Machine, vcpu: number, gfn: number): boolean {
  const at = vcpuAt(m, vcpu);
  return (
    m.w[at + V.mmioGeneration] === generation(m) &&
    m.w[at + V.mmioGfnLo] === (gfn | 0) &&
    m.w[at + V.mmioGfnHi] === highOf(gfn)
  );
}

/** Known to be MMIO before anything is tried: the APIC page wherever the APIC is, or the cache. @kvm x86.c vcpu_is_mmio_gpa */
function knownAs(m: Machine, vcpu: number, gfn: number): number {
  if (gfn === APIC_GFN) return KNOWN.apicPage;
  return inMmioCache(m, vcpu, gfn) ? KNOWN.cache : KNOWN.no;
}

/** The slot that takes a part; undefined where it must go on as MMIO. @kvm x86.c emulator_read_write_onepage */
function copySlot(m: Machine, vcpu: number, { addr, gfn, len }: Part, write: boolean): Memslot | undefined {
  const known = knownAs(m, vcpu, gfn);
  if (tells(m)) emit(m, EV.onepage, atVcpu(vcpu), lowWord(addr), len, write ? 1 : 0, known);
  if (known !== KNOWN.no) return undefined;
  const slot = slotOfPage(m, gfn);
  const outcome = slot === undefined ? COPY.noSlot : write && slot.readonly ? COPY.readonly : COPY.done;
  if (tells(m)) emit(m, EV.slot_copy, atVcpu(vcpu), lowWord(addr), len, slot?.slot ?? -1, outcome);
  return outcome === COPY.done ? slot : undefined;
}

/** Does the vCPU's own local APIC sit at this address? It is asked before the bus. */
const isOwnApic = (m: Machine, vcpu: number, { gfn }: Part): boolean =>
  m.irqchip !== 'none' && gfn === apicGfn(m, vcpu);

/** One page's part of a write. @returns false when it is left for user space @kvm x86.c emulator_read_write_onepage, vcpu_mmio_write */
function writeOnePage(m: Machine, vcpu: number, part: Part, value: bigint): boolean {
  const { addr, len } = part;
  const slot = copySlot(m, vcpu, part, true);
  if (slot !== undefined) {
    writeMemory(m, slot, addr, len, value);
    return true;
  }
  if (isOwnApic(m, vcpu, part)) {
    lapicMmioWrite(m, vcpu, inPage(addr), len, Number(bytes(value, 4)) | 0);
    return true;
  }
  return busWrite(m, BUS.mmio, Number(addr), len, value);
}

/** One page's part of a read. @returns null when it is left for user space @kvm x86.c emulator_read_write_onepage, vcpu_mmio_read */
function readOnePage(m: Machine, vcpu: number, part: Part): bigint | null {
  const { addr, len } = part;
  const slot = copySlot(m, vcpu, part, false);
  if (slot !== undefined) return readMemory(m, slot, addr, len);
  if (isOwnApic(m, vcpu, part)) return lapicMmioRead(m, vcpu, inPage(addr), len) ?? 0n;
  return busRead(m, BUS.mmio, Number(addr), len);
}

/** A part nobody in the kernel has: KVM_EXIT_MMIO, and its second half. @param data null: a load */
function mmioExit(m: Machine, vcpu: number, { addr, len }: Part, data: bigint | null): Exit {
  countExit(m, vcpu);
  emit(m, EV.userspace_exit, atVcpu(vcpu), EXIT_MMIO, lowWord(addr), len);
  const exit = { exit: 'mmio', exit_addr: hex(addr), exit_len: len };
  let value = 0n;
  if (data === null) value = m.wires.userMmioRead(m, Number(addr), len);
  else m.wires.userMmioWrite(m, Number(addr), len, bytes(data, len));
  if (tells(m)) emit(m, EV.mmio_answered, atVcpu(vcpu), lowWord(addr), len, data === null ? 0 : 1);
  return { told: data === null ? exit : { ...exit, exit_data: hex(bytes(data, len)) }, value };
}

/** One exit is told by its own members, several as a list. */
const withExits = (result: OpResult, exits: readonly UserExit[]): OpResult =>
  exits.length < 2 ? { ...result, ...exits[0] } : { ...result, exits };

/** What faulted: the first part that is no plain memory. Without a slot its frame goes into the MMIO cache. */
function noteFault(m: Machine, vcpu: number, pages: readonly Part[], write: boolean): void {
  for (const part of pages) {
    if (isPlainMemory(m, part, write)) continue;
    if (slotOfPage(m, part.gfn) === undefined) cacheMmio(m, vcpu, part);
    return;
  }
}

/** An emulated store. Both pages' work in the kernel comes before the first part's exit. @kvm x86.c emulator_write_emulated */
export function mmioWrite(m: Machine, vcpu: number, addr: bigint, len: number, value: bigint): OpResult {
  const pages = parts(addr, len);
  noteFault(m, vcpu, pages, true);
  const left: Part[] = [];
  for (const part of pages) if (!writeOnePage(m, vcpu, part, partOf(value, part))) left.push(part);
  if (left.length === 0) return { ok: true };
  return withExits(
    { ok: true },
    left.map((part) => mmioExit(m, vcpu, part, partOf(value, part)).told),
  );
}

/** An emulated load. @kvm x86.c emulator_read_emulated */
export function mmioRead(m: Machine, vcpu: number, addr: bigint, len: number): OpResult {
  const pages = parts(addr, len);
  noteFault(m, vcpu, pages, false);
  let value = 0n;
  const left: Part[] = [];
  for (const part of pages) {
    const read = readOnePage(m, vcpu, part);
    if (read === null) left.push(part);
    else if (part.before === 0) value |= bytes(read, part.len);
    else value |= bytes(read, part.len) << BigInt(part.before * 8);
  }
  if (left.length === 0) return { value: hex(value) };
  const exits = left.map((part) => {
    const exit = mmioExit(m, vcpu, part, null);
    value |= bytes(exit.value, part.len) << BigInt(part.before * 8);
    return exit.told;
  });
  return withExits({ value: hex(value) }, exits);
}

/** An access to a port: which instruction, how many elements at once. */
interface PortAccess {
  readonly port: number;
  readonly size: number;
  readonly count: number;
  readonly way: number;
}

function tellPio(m: Machine, vcpu: number, { port, size, count, way }: PortAccess): void {
  if (tells(m)) emit(m, EV.pio_access, atVcpu(vcpu), port, size, count, way);
}

/** A port nobody in the kernel has: KVM_EXIT_IO, for one element or as many as were read ahead. @param data null: a read */
function ioExit(m: Machine, vcpu: number, { port, size, count, way }: PortAccess, data: bigint | null): Exit {
  countExit(m, vcpu);
  emit(m, EV.userspace_exit, atVcpu(vcpu), EXIT_IO, port, size);
  let value = 0n;
  if (data === null) value = bytes(BigInt(m.wires.userPioRead(m, port)), size);
  else m.wires.userPioWrite(m, port, Number(data));
  if (tells(m)) emit(m, EV.pio_answered, atVcpu(vcpu), port, size, count, way);
  const told = {
    exit: 'io',
    exit_port: hex(port),
    ...(size === 1 ? {} : { exit_size: size }),
    ...(count === 1 ? {} : { exit_count: count }),
    ...(data === null || count !== 1 ? {} : { exit_data: hex(data) }),
  };
  return { told, value };
}

/** OUT between a port and RAX. @kvm x86.c kvm_fast_pio_out, emulator_pio_in_out */
export function pioWrite(m: Machine, vcpu: number, port: number, size: number, value: bigint): OpResult {
  const data = bytes(value, size);
  const access = { port, size, count: 1, way: WAY.out };
  tellPio(m, vcpu, access);
  if (busWrite(m, BUS.pio, port, size, data)) return { ok: true };
  return { ok: true, ...ioExit(m, vcpu, access, data).told };
}

/** IN between a port and RAX. @kvm x86.c kvm_fast_pio_in, emulator_pio_in_out */
export function pioRead(m: Machine, vcpu: number, port: number, size: number): OpResult {
  const access = { port, size, count: 1, way: WAY.in };
  tellPio(m, vcpu, access);
  const taken = busRead(m, BUS.pio, port, size);
  if (taken !== null) return { value: hex(taken) };
  const { told, value } = ioExit(m, vcpu, access, null);
  return { value: hex(value), ...told };
}

/** REP OUTS: one element at a time, each offered to the bus. @kvm emulate.c em_out; x86.c emulator_pio_out_emulated */
export function pioStringOut(m: Machine, vcpu: number, port: number, size: number, data: readonly bigint[]): OpResult {
  const exits: UserExit[] = [];
  const access = { port, size, count: 1, way: WAY.outs };
  for (const each of data) {
    const value = bytes(each, size);
    tellPio(m, vcpu, access);
    if (!busWrite(m, BUS.pio, port, size, value)) exits.push(ioExit(m, vcpu, access, value).told);
  }
  return { ok: true, ...(exits.length > 0 ? { exits } : {}) };
}

/**
 * REP INS: as many elements as fit the read cache in one go; if the first is nobody's, one exit asks for all of them.
 * The buffer begins a page, so a page end never cuts a go short.
 * @returns with at most 64 elements also what is in memory then @kvm emulate.c pio_in_emulated
 */
export function pioStringIn(m: Machine, vcpu: number, port: number, size: number, count: number): OpResult {
  const exits: UserExit[] = [];
  const data: string[] = [];
  for (let left = count; left > 0; ) {
    const now = Math.min(left, READ_AHEAD / size);
    left -= now;
    const access = { port, size, count: now, way: WAY.ins };
    tellPio(m, vcpu, access);
    const first = busRead(m, BUS.pio, port, size);
    let answered = 0n;
    if (first === null) {
      const exit = ioExit(m, vcpu, access, null);
      exits.push(exit.told);
      answered = exit.value;
    }
    for (let i = 0; i < now; i++) {
      const value = i === 0 || first === null ? first : busRead(m, BUS.pio, port, size);
      data.push(hex(value ?? answered));
    }
  }
  return { ok: true, ...(exits.length > 0 ? { exits } : {}), ...(count <= MOST_DATA ? { data } : {}) };
}
/** Elements of a string read that an answer still lists. */
const MOST_DATA = 64;
