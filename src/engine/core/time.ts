/** Virtual time, and what is 64 bits wide in two state words. */
import { highOf, highWord, join, joinBig, lowOf, lowWord } from '../../base/u64.ts';
import { type Machine, put } from './machine.ts';
import { BASE, VM } from './words.ts';

/** A 64-bit value kept in two words, as a number (exact below 2 ** 53). */
export const read64 = (m: Machine, at: number): number => join(m.w[at], m.w[at + 1]);

export function put64(m: Machine, at: number, value: number): void {
  put(m, at, lowOf(value));
  put(m, at + 1, highOf(value));
}

/** The same with all 64 bits. */
export const readWide = (m: Machine, at: number): bigint => joinBig(m.w[at], m.w[at + 1]);

export function putWide(m: Machine, at: number, value: bigint): void {
  put(m, at, lowWord(value));
  put(m, at + 1, highWord(value));
}

/** Virtual time, ns. */
export const now = (m: Machine): number => read64(m, BASE.vm + VM.at.nowLo);
