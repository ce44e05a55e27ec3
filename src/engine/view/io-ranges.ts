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

/**
 * Index of the first range that an access is offered to, -1 none.
 * @param look told of each range looked at, with the order of the two
 * @kvm kvm_main.c kvm_io_bus_get_first_dev
 */
export function firstRange(
  ranges: readonly IoRange[],
  addr: number,
  len: number,
  look?: (at: number, order: number) => void,
): number {
  const compare = (at: number): number => {
    const order = compareRange(addr, len, ranges[at] as IoRange);
    look?.(at, order);
    return order;
  };
  let base = 0;
  let left = ranges.length;
  let found = -1;
  // lib/bsearch.c, turn by turn: with ranges that lie over one another the way it goes decides which one it hits.
  while (left > 0 && found === -1) {
    const pivot = base + (left >> 1);
    const order = compare(pivot);
    if (order === 0) found = pivot;
    else if (order > 0) {
      base = pivot + 1;
      left--;
    }
    left >>= 1;
  }
  while (found > 0 && compare(found - 1) === 0) found--;
  return found;
}
