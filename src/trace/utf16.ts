/**
 * Texts in UTF-16, as PowerShell's `>` writes them, read as if they were UTF-8: bytes come out at the offsets a UTF-8 file would
 * have, so that a trace of a gigabyte is still read by pieces. A mark at the start of UTF-8 is left out.
 */
import { lastAtMost } from '../base/bisect.ts';
import type { ByteSource } from './source.ts';

export type Utf16 = 'utf-16le' | 'utf-16be';

/** Bytes of UTF-16 that are turned at once. */
const BLOCK = 2 * 1024 * 1024;
/** Without a mark so many units are looked at, and all but one in so many must be plain text. */
const LOOK = 512;
const ODD_ONE_IN = 10;
/** Fewer units without a mark say nothing. */
const LEAST = 8;

const isPlain = (unit: number): boolean => (unit >= 32 && unit < 127) || unit === 9 || unit === 10 || unit === 13;

/**
 * @param b first bytes of a file
 * @returns null for what is no text in UTF-16. Without a mark it is taken for one where nearly all of it is ASCII and no unit is zero
 */
export function utf16Of(b: Uint8Array): Utf16 | null {
  if (b[0] === 0xff && b[1] === 0xfe) return 'utf-16le';
  if (b[0] === 0xfe && b[1] === 0xff) return 'utf-16be';
  const units = Math.min(b.length >> 1, LOOK);
  if (units < LEAST || !b.subarray(0, 2).includes(0)) return null;
  const high = b[0] === 0 ? 0 : 1;
  let odd = 0;
  for (let i = 0; i < units; i++) {
    const top = b[2 * i + high];
    const low = b[2 * i + 1 - high];
    if (top === 0 && low === 0) return null;
    if (top !== 0 || !isPlain(low)) odd++;
  }
  if (odd * ODD_ONE_IN > units) return null;
  return high === 0 ? 'utf-16be' : 'utf-16le';
}

const isMarkedUtf8 = (b: Uint8Array): boolean => b[0] === 0xef && b[1] === 0xbb && b[2] === 0xbf;

/**
 * For a text that comes piece by piece, cut anywhere, by its first piece: turns each into UTF-8. The last piece is empty.
 * @returns null where there is nothing to turn
 */
export function utf8Stream(first: Uint8Array): ((piece: Uint8Array) => Uint8Array) | null {
  const encoding = isMarkedUtf8(first) ? 'utf-8' : utf16Of(first);
  if (encoding === null) return null;
  const decoder = new TextDecoder(encoding);
  const encoder = new TextEncoder();
  return (piece) => encoder.encode(decoder.decode(piece, { stream: piece.length > 0 }));
}

/** Does a unit begin a pair whose other half is the next one? */
const isFirstHalf = (b: Uint8Array, at: number, encoding: Utf16): boolean =>
  (b[at + (encoding === 'utf-16le' ? 1 : 0)] & 0xfc) === 0xd8;

/**
 * @param turning told how far it is in a file of UTF-16, which is gone through once
 * @returns the source itself, unless it is UTF-16 or begins with a mark
 */
export async function asUtf8(source: ByteSource, turning: (bytes: number) => void = () => {}): Promise<ByteSource> {
  const head = await source.read(0, 2 * LOOK);
  if (isMarkedUtf8(head)) return { size: source.size - 3, read: (from, length) => source.read(from + 3, length) };
  const encoding = utf16Of(head);
  return encoding === null ? source : turned(source, encoding, turning);
}

interface Block {
  /** Where it begins in the file, and what it becomes. */
  readonly at: number;
  readonly to: number;
  readonly length: number;
}

/** Once through the file for the length of each block; a block is turned again when something in it is asked for. */
async function turned(source: ByteSource, encoding: Utf16, turning: (bytes: number) => void): Promise<ByteSource> {
  const encoder = new TextEncoder();
  const bytesOf = async (at: number, to: number): Promise<Uint8Array> =>
    encoder.encode(new TextDecoder(encoding).decode(await source.read(at, to - at)));
  const blocks: Block[] = [];
  let size = 0;
  let last: Uint8Array = new Uint8Array();
  for (let from = 0; from < source.size; ) {
    let end = Math.min(from + BLOCK, source.size);
    // A pair is not parted.
    if (end < source.size && isFirstHalf(await source.read(end - 2, 2), 0, encoding)) end -= 2;
    last = await bytesOf(from, end);
    blocks.push({ at: size, to: end, length: last.length });
    size += last.length;
    from = end;
    turning(end);
  }
  let held = blocks.length - 1;
  const block = async (i: number): Promise<Uint8Array> => {
    if (i === held) return last;
    last = await bytesOf(blocks[i - 1]?.to ?? 0, (blocks[i] as Block).to);
    held = i;
    return last;
  };
  const indexOf = (at: number): number =>
    Math.max(
      0,
      lastAtMost(blocks.length, (i) => (blocks[i] as Block).at, at),
    );
  return {
    size,
    async read(from, length) {
      const to = Math.min(from + length, size);
      const out = new Uint8Array(Math.max(0, to - from));
      for (let i = indexOf(from), at = from; at < to; i++) {
        const start = (blocks[i] as Block).at;
        const bytes = await block(i);
        const part = bytes.subarray(at - start, to - start);
        out.set(part, at - from);
        at += part.length;
      }
      return out;
    },
  };
}
