/** Numbers as answers have them. */

/** "0x…" in lower case without leading zeros. */
export function hex(value: number | bigint): string {
  if (typeof value === 'bigint') return `0x${value.toString(16)}`;
  const word = value >>> 0;
  return word < SMALL.length ? (SMALL[word] as string) : `0x${word.toString(16)}`;
}

/** Most of what a machine prints is small, and a string that is there costs nothing. */
const SMALL: readonly string[] = Array.from({ length: 256 }, (_, n) => `0x${n.toString(16)}`);
