/**
 * Six characters that say whether a link still leads to the state it was made at. Words are named and zeros left out, so a
 * register that is new or has moved in the state does not make every older link look wrong.
 */
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
  'vm.tscWriteLo',
  'vm.tscWriteHi',
  'vm.tscWriteNsLo',
  'vm.tscWriteNsHi',
  'vm.tscOffsetLo',
  'vm.tscOffsetHi',
  'vm.tscByUser',
  'vm.tscWritten',
]);

/** FNV-1a over a text's UTF-16 units. */
function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/**
 * Book-keeping of the model, not state of the machine: how often a vCPU was kicked, the vector a CPU got last. Repairs change how
 * they are kept, and a link made before one still leads where it led.
 */
const BOOKS: ReadonlySet<string> = new Set(['vcpu.kicks', 'pcpu.lastVector']);

interface Sum {
  readonly low: number;
  readonly high: number;
}

const NOTHING: Sum = { low: 0, high: 0 };

function sumOf([kind, index, register, sub, value]: NamedWord): Sum {
  if (value === 0 || LATER.has(`${kind}.${register}`)) return NOTHING;
  const [name, word] = FIRST_NAMES[`${kind}.${register}`] ?? [register, sub];
  const hash = fnv1a(`${kind}.${index}.${name}.${word}=${value | 0}`);
  return { low: hash, high: Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) };
}

const plus = (a: Sum, b: Sum): Sum => ({ low: (a.low + b.low) | 0, high: (a.high + b.high) | 0 });
const minus = (a: Sum, b: Sum): Sum => ({ low: (a.low - b.low) | 0, high: (a.high - b.high) | 0 });

function textOf({ low, high }: Sum): string {
  let text = '';
  for (let i = 0; i < 5; i++) text += digit64(low >>> (i * 6));
  return text + digit64(high >>> 13);
}

/** Order of the words does not matter. */
export function hashState(words: Iterable<NamedWord>): string {
  let sum = NOTHING;
  for (const word of words) sum = plus(sum, sumOf(word));
  return textOf(sum);
}

/** Values such a word may have had before a repair: near what it is, rather more, and none. */
const nearby = (value: number): readonly number[] => [
  0,
  ...Array.from({ length: 21 }, (_, i) => value - 4 + i).filter((n) => n > 0 && n !== value),
];
/** Words of the books that may differ at once. */
const MOST_DIFFERENT = 2;

/**
 * Does a hash fit a state, but for the books? Sums are added up, so the books' words can be put in as they may have been.
 * @param words all words of BOOKS among them, zeros as well
 */
export function fitsState(hash: string, words: readonly NamedWord[]): boolean {
  const whole = words.map(sumOf).reduce(plus, NOTHING);
  // The first digit is quicker than all of them, and right once in 64.
  const fits = (sum: Sum): boolean => digit64(sum.low) === hash[0] && textOf(sum) === hash;
  if (fits(whole)) return true;
  const changes = words
    .filter(([kind, , register]) => BOOKS.has(`${kind}.${register}`))
    .map((word) => {
      const [kind, index, register, sub, value] = word;
      const now = sumOf(word);
      return nearby(value).map((other) => minus(sumOf([kind, index, register, sub, other]), now));
    });
  const search = (from: number, sum: Sum, left: number): boolean => {
    for (let i = from; i < changes.length; i++) {
      for (const change of changes[i] ?? []) {
        const next = plus(sum, change);
        if (fits(next) || (left > 1 && search(i + 1, next, left - 1))) return true;
      }
    }
    return false;
  };
  return search(0, whole, MOST_DIFFERENT);
}
