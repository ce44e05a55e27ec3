/**
 * 64-bit numbers in two 32-bit words. As a double where 53 bits are enough (times in ns), as a bigint where all count
 * (addresses, MSRs).
 */

const TWO32 = 2 ** 32;

/** @returns a double: exact below 2 ** 53 */
export const join = (low: number, high: number): number => (high >>> 0) * TWO32 + (low >>> 0);
/** The words of a double that is a whole number below 2 ** 53, not negative. */
export const lowOf = (value: number): number => value % TWO32;
export const highOf = (value: number): number => Math.floor(value / TWO32);

export const joinBig = (low: number, high: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
const EXACT = 2 ** 53;
/** Number of the page of 4 KiB that an address lies in, and the address within it. Doubles as long as they are exact: a bigint costs ten times as much. */
export const pageOf = (addr: bigint): number => {
  const value = Number(addr);
  return value < EXACT ? Math.floor(value / 4096) : Number(addr >> 12n);
};
export const inPage = (addr: bigint): number => {
  const value = Number(addr);
  return value < EXACT ? value % 4096 : Number(addr & 0xfffn);
};
/** The words of a bigint, as signed 32-bit numbers. */
export const lowWord = (value: bigint): number => Number(value & 0xffff_ffffn) | 0;
export const highWord = (value: bigint): number => Number((value >> 32n) & 0xffff_ffffn) | 0;
