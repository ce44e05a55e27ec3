/** Binary search over anything that is ascending by index. */

/** @returns the last index whose value is at most `wanted`; -1 where there is none */
export function lastAtMost(count: number, value: (index: number) => number, wanted: number): number {
  let low = -1;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (value(middle) <= wanted) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** @returns how many of the first values are below `wanted` */
export function countBelow(count: number, value: (index: number) => number, wanted: number): number {
  return lastAtMost(count, value, wanted - 1) + 1;
}
