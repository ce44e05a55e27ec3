/** Order and search of the ranges on one of KVM's buses (virt/kvm/kvm_main.c, v6.18): the engine's own, and whoever shows a bus. */
import type { IoRange } from '../../spec/iodevs.ts';

/**
 * Order of two ranges; 0 where the second holds the first whole. Not symmetrical: which is the key matters.
 * @kvm kvm_main.c kvm_io_bus_cmp
 */
export function compareRange(addr: number, len: number, range: IoRange): number {
  const start = Number(range.addr);
  if (addr < start) return -1;
  if (range.len === 0) return addr > start ? 1 : 0;
  return addr + len > start + range.len ? 1 : 0;
}

/** The bus with the range in its place: before the first that the order puts after it. @kvm kvm_main.c kvm_io_bus_register_dev */
export function insertRange<R extends IoRange>(ranges: readonly R[], range: R): R[] {
  const at = ranges.findIndex((other) => compareRange(Number(other.addr), other.len, range) > 0);
  return at === -1 ? [...ranges, range] : ranges.toSpliced(at, 0, range);
}
