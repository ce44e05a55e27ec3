/** Numbers as a reader sees them: vectors and masks in hex, counts and ids in decimal, times in the unit that fits. */

import { hex } from './hex.ts';

export { hex };

/** "0xfee01000" from two 32-bit halves. */
export function hex64(lo: number, hi: number): string {
  return hi === 0 ? hex(lo) : `0x${(hi >>> 0).toString(16)}${(lo >>> 0).toString(16).padStart(8, '0')}`;
}

/** "12.4 µs" */
export function nanoseconds(ns: number): string {
  if (ns < 1000) return `${ns} ns`;
  const [value, unit] = ns < 1e6 ? [ns / 1e3, 'µs'] : ns < 1e9 ? [ns / 1e6, 'ms'] : [ns / 1e9, 's'];
  return `${Number(value.toPrecision(4))} ${unit}`;
}

/** Reads what a person typed: decimal or 0x hex, whole, within the range. @returns null when it is not that */
export function parseNumber(text: string, max: number): number | null {
  const clean = text.trim();
  if (!/^(0x[0-9a-f]+|\d+)$/i.test(clean)) return null;
  const value = Number(clean);
  return Number.isSafeInteger(value) && value <= max ? value : null;
}
