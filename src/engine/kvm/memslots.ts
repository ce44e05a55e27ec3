/**
 * Guest memory as KVM sees it: slots (virt/kvm/kvm_main.c, v6.18). A set of slots is never changed: KVM_SET_USER_MEMORY_REGION
 * makes a new one of the next generation, so every set there has been is kept and word VM.slots, which is the generation,
 * says which is in force. What is in the memory belongs to user space, and lives as long as the slot.
 */
import { pageOf } from '../../base/u64.ts';
import { EEXIST, EINVAL } from '../core/errno.ts';
import { type Machine, put } from '../core/machine.ts';
import { BASE, VM } from '../core/words.ts';

const PAGE_SIZE = 0x1000n;
/** KVM_USER_MEM_SLOTS: SHRT_MAX less the three KVM keeps for itself. */
const MOST_SLOTS = 32764;
/** KVM_MEM_MAX_NR_PAGES */
const MOST_PAGES = (1n << 31n) - 1n;
/** kvm_mmu_max_gfn: bits of a guest-physical address on the model host. */
const ADDRESS_BITS = 48n;

/** struct kvm_memory_slot */
export interface Memslot {
  readonly slot: number;
  readonly gpa: bigint;
  readonly size: bigint;
  /** The same in pages: base_gfn and npages. */
  readonly baseGfn: number;
  readonly pages: number;
  readonly readonly: boolean;
  /** Which memory stands behind it: index into Machine.memory. */
  readonly memory: number;
}

/** One set of slots, in no order that means anything. */
export type SlotTable = readonly Memslot[];
/** Pages of one slot's memory that something was written to, by their number in the slot. */
export type SlotMemory = Map<number, Uint8Array>;

const end = (slot: Pick<Memslot, 'gpa' | 'size'>): bigint => slot.gpa + slot.size;

/** The slots in force. */
export function memslots(m: Machine): SlotTable {
  return m.slotTables[generation(m)] as SlotTable;
}

/** The generation of the slots: what the MMIO cache was filled under must be of the same. */
export const generation = (m: Machine): number => m.w[BASE.vm + VM.at.slots];

function install(m: Machine, slots: SlotTable): void {
  m.slotTables.push(slots);
  put(m, BASE.vm + VM.at.slots, m.slotTables.length - 1);
}

/** Memory at power-on: the guest's own first MiB in slot 0. */
export function resetMemory(m: Machine): void {
  m.memory.push(new Map());
  install(m, [{ slot: 0, gpa: 0n, size: 0x100000n, baseGfn: 0, pages: 256, readonly: false, memory: 0 }]);
}

/** Slot that holds an address, if one does. @kvm kvm_host.h gfn_to_memslot */
export const slotOf = (m: Machine, addr: bigint): Memslot | undefined => slotOfPage(m, pageOf(addr));

/** The same for a page by its number. */
export function slotOfPage(m: Machine, gfn: number): Memslot | undefined {
  const slots = memslots(m);
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i] as Memslot;
    if (gfn >= slot.baseGfn && gfn < slot.baseGfn + slot.pages) return slot;
  }
  return undefined;
}

/**
 * KVM_SET_USER_MEMORY_REGION. @param size bytes; 0 deletes
 * @returns 0 or minus an errno @kvm kvm_main.c kvm_set_memory_region, x86.c kvm_arch_prepare_memory_region
 */
export function setMemoryRegion(m: Machine, id: number, gpa: bigint, size: bigint, readonly: boolean): number {
  if (size % PAGE_SIZE !== 0n || gpa % PAGE_SIZE !== 0n || id >= MOST_SLOTS) return -EINVAL;
  if (BigInt.asUintN(64, gpa + size) < gpa || size / PAGE_SIZE > MOST_PAGES) return -EINVAL;
  const slots = memslots(m);
  const old = slots.find(({ slot }) => slot === id);
  const others = slots.filter((slot) => slot !== old);
  if (size === 0n) {
    if (old === undefined) return -EINVAL;
    install(m, others);
    m.wires.flushShadow?.(m);
    return 0;
  }
  if (old !== undefined) {
    if (old.size !== size || old.readonly !== readonly) return -EINVAL;
    if (old.gpa === gpa) return 0;
  }
  if (others.some((other) => gpa < end(other) && other.gpa < gpa + size)) return -EEXIST;
  if (privateApicSlot(m) && gpa < APIC_PAGE + PAGE_SIZE && APIC_PAGE < gpa + size) return -EEXIST;
  if (gpa + size > 1n << ADDRESS_BITS) return -EINVAL;
  const memory = old?.memory ?? m.memory.push(new Map()) - 1;
  const pages = Number(size / PAGE_SIZE);
  install(m, [...others, { slot: id, gpa, size, baseGfn: pageOf(gpa), pages, readonly, memory }]);
  if (old !== undefined) m.wires.flushShadow?.(m);
  return 0;
}

/** APIC_DEFAULT_PHYS_BASE */
export const APIC_PAGE = 0xfee00000n;

/** KVM's own slot at the APIC page, from the first vCPU on where the processor virtualizes accesses to it. @kvm lapic.c kvm_alloc_apic_access_page */
const privateApicSlot = (m: Machine): boolean => m.wires.apicAccessPage && m.vcpus > 0 && m.irqchip !== 'none';

function page(slot: Memslot, addr: bigint): { readonly index: number; readonly offset: number } {
  const inside = Number(addr - slot.gpa);
  return { index: inside >> 12, offset: inside & 0xfff };
}

/** Reads bytes of one page, low byte first. */
export function readMemory(m: Machine, slot: Memslot, addr: bigint, len: number): bigint {
  const { index, offset } = page(slot, addr);
  const bytes = m.memory[slot.memory]?.get(index);
  let value = 0n;
  if (bytes !== undefined) for (let i = len - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[offset + i]);
  return value;
}

/** Writes bytes of one page, low byte first. */
export function writeMemory(m: Machine, slot: Memslot, addr: bigint, len: number, value: bigint): void {
  const { index, offset } = page(slot, addr);
  const memory = m.memory[slot.memory] as SlotMemory;
  const bytes = memory.get(index) ?? new Uint8Array(Number(PAGE_SIZE));
  memory.set(index, bytes);
  for (let i = 0; i < len; i++) bytes[offset + i] = Number((value >> BigInt(i * 8)) & 0xffn);
}
