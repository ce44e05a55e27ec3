/**
 * Six characters that say whether a link still leads to the state it was made at. Words are named and zeros left out, so a
 * register that is new or has moved in the state does not make every older link look wrong.
 */
import { fnv1a } from '../base/fnv.ts';
import { digit64 } from './base64url.ts';

/** A state word by name: component, instance, register, word of it. */
export type NamedWord = readonly [kind: string, index: number, register: string, sub: number, value: number];

/** Registers by the names hashes were first made with, and the word of that register: a hash once made holds for ever. */
const FIRST_NAMES: Readonly<Record<string, readonly [register: string, sub: number]>> = {
  'vcpu.offCpuLo': ['spare', 0],
  'vcpu.offCpuHi': ['spare', 1],
};

/**
 * Registers newer than the links that are about: left out for good, so that a link made before them still fits. What they
 * hold follows from the ops, which are in the link.
 */
const LATER: ReadonlySet<string> = new Set([
  'vm.buses',
  'vm.slots',
  'vm.mmioSptes',
  'vcpu.windowWanted',
  'vcpu.mmioGfnLo',
  'vcpu.mmioGfnHi',
  'vcpu.mmioGeneration',
  'vcpu.ipis',
  'vcpu.tscOffsetLo',
  'vcpu.tscOffsetHi',
  'vcpu.irqWindow',
  'vcpu.vectored',
  'vcpu.tscAdjustLo',
  'vcpu.tscAdjustHi',
  'vcpu.avicLdr',
  'vcpu.avicDfrNot',
  'vcpu.avicEntriesLo',
  'vcpu.avicEntriesHi',
  'vcpu.nested',
  'vcpu.stackIfOff',
  'vm.tscWriteLo',
  'vm.tscWriteHi',
  'vm.tscWriteNsLo',
  'vm.tscWriteNsHi',
  'vm.tscOffsetLo',
  'vm.tscOffsetHi',
  'vm.tscByUser',
  'vm.tscWritten',
  'irqfd.entrySeq',
  'device.virtioIsr',
]);

/** Bits newer than the links, in words that are not: a remapping entry's hint and its check of the sender. */
const LATER_BITS: Readonly<Record<string, number>> = { 'device.irte.0': 8, 'device.irte.2': 1 << 18 };

/** Order of the words does not matter: their hashes are added up. */
export function hashState(words: Iterable<NamedWord>): string {
  let low = 0;
  let high = 0;
  for (const [kind, index, register, sub, held] of words) {
    const value = held & ~(LATER_BITS[`${kind}.${register}.${sub & 3}`] ?? 0);
    if (value === 0 || LATER.has(`${kind}.${register}`)) continue;
    const [name, word] = FIRST_NAMES[`${kind}.${register}`] ?? [register, sub];
    const hash = fnv1a(`${kind}.${index}.${name}.${word}=${value | 0}`);
    low = (low + hash) | 0;
    high = (high + Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)) | 0;
  }
  let text = '';
  for (let i = 0; i < 5; i++) text += digit64(low >>> (i * 6));
  return text + digit64(high >>> 13);
}
