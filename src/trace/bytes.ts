/** Bytes of a line: digits, blanks, words somewhere in it. */
import { wordsOf } from './literal.ts';

/** Of bytes past an end, which are undefined, neither is true. */
export const isDigit = (c: number): boolean => c >= 48 && c <= 57;
export const isWord = (c: number): boolean => (c >= 97 && c <= 122) || c === 95 || isDigit(c) || (c >= 65 && c <= 90);
export const BLANK = 32;
export const COLON = 58;
const FOUR_BLANKS = 0x20202020;

/** @returns index of the mark in b[from, to), -1 where it is nowhere */
export function contains(b: Uint8Array, from: number, to: number, mark: Uint8Array): number {
  outer: for (let i = from; i + mark.length <= to; i++) {
    for (let k = 0; k < mark.length; k++) if (b[i + k] !== mark[k]) continue outer;
    return i;
  }
  return -1;
}

/** Does the ASCII text stand at p, before `to`? */
export function startsWith(b: Uint8Array, p: number, to: number, text: string): boolean {
  if (p + text.length > to) return false;
  for (let i = 0; i < text.length; i++) if (b[p + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Index past the blanks at `from`: perf script and trace-cmd report put many of them before an event, or behind its name. */
export function pastBlanks(b: Uint8Array, from: number, to: number): number {
  let p = from;
  if (b[p] !== BLANK || p >= to) return p;
  p++;
  if (b[p] !== BLANK) return p;
  const words = wordsOf(b);
  while (p + 4 <= to && words.getInt32(p, true) === FOUR_BLANKS) p += 4;
  while (p < to && b[p] === BLANK) p++;
  return p;
}
