/** Registers out of the state words: the 32-bit words a layout wants, and a plain number as text. */

import { hex, nanoseconds } from '../../base/numbers.ts';
import { join } from '../../base/u64.ts';
import { addressOf, inX2apic, type MachineView, type RegisterRef, readWord } from '../../engine/view/machine-view.ts';
import type { NumberShape, Reading } from '../../spec/define/registers.ts';
import { readingOf } from './register-table.ts';

export function reading(view: MachineView, ref: RegisterRef): Reading {
  return readingOf(ref.kind, ref.index, ref.register, ref.sub, {
    x2apic: ref.kind === 'lapic' && inX2apic(view, ref.index),
    posted: ref.register === 'irte' && ((readWord(view, 'device', ref.index, 'irte', ref.sub & ~3) >>> 15) & 1) === 1,
  });
}

/** Words that lie in a row as entries of one, two or four. */
const isTable = (ref: RegisterRef): boolean => ref.register === 'msixTable' || ref.register === 'irte';

/** State addresses of a layout's words. */
export function partAddresses(view: MachineView, ref: RegisterRef, parts: readonly string[]): number[] {
  if (isTable(ref)) {
    const first = ref.sub & -parts.length;
    return parts.map((register, i) => addressOf(view.wordMap, ref.kind, ref.index, register, first + i));
  }
  return parts.map((register) => addressOf(view.wordMap, ref.kind, ref.index, register, ref.sub));
}

/** Which of the layout's words this state word is. */
export function partIndex(ref: RegisterRef, parts: readonly string[]): number {
  if (isTable(ref)) return ref.sub & (parts.length - 1);
  return Math.max(0, parts.indexOf(ref.register));
}

export const wordsAtAddresses = (w: Int32Array, addresses: readonly number[]): number[] =>
  addresses.map((address) => w[address] >>> 0);

/** A plain number. @param high the upper half, where it has one */
export function numberText(
  word: number,
  shape: NumberShape,
  labels: Readonly<Record<number, string>> | undefined,
  high = 0,
): string {
  const named = labels?.[word >>> 0];
  if (named !== undefined) return named;
  switch (shape) {
    case 'hex':
      return hex(word);
    case 'vector':
      return hex(word);
    case 'signed':
      return (word | 0) < 0 ? '−1' : String(word);
    case 'ns':
      return nanoseconds(join(word, high));
    case 'bool':
    case 'dec':
      return String(word >>> 0);
  }
}
