/** The ops that put words into the state by hand (spec/raw.ts), beside those with which a guest writes (guest-ops.ts). */
import { hex } from '../base/numbers.ts';
import type { MachineView } from '../engine/view/machine-view.ts';
import { nameWord } from '../engine/view/tables.ts';
import type { GivenOp } from '../spec/ops/index.ts';
import { placeText, rawMask } from '../spec/raw.ts';

/** Bits of a word that can be put in by hand. */
export function rawBits(view: MachineView, address: number): number {
  const { kind, register } = nameWord(view.wordMap, address);
  return rawMask(kind, register);
}

/**
 * What puts these words there; bits that cannot be put in by hand stay as they are.
 * @returns null where none of them can
 */
export function rawWrite(view: MachineView, addresses: readonly number[], words: readonly number[]): GivenOp[] | null {
  if (addresses.every((address) => rawBits(view, address) === 0)) return null;
  return addresses.flatMap((address, i): GivenOp[] => {
    const mask = rawBits(view, address);
    const value = ((words[i] ?? 0) & mask) >>> 0;
    if (mask === 0 || value === (view.w[address] & mask) >>> 0) return [];
    return [{ op: 'raw', at: placeText(nameWord(view.wordMap, address)), value: hex(value) }];
  });
}
