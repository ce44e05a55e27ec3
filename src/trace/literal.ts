/** Fixed words of a line, compared four bytes at a time: most of what a line holds is the same in the next. */

export interface Literal {
  readonly bytes: Uint8Array;
  /** Whole words from its start; the last, which may overlap the one before, ends with it. Of fewer than four bytes, none. */
  readonly words: Int32Array;
}

const encoder = new TextEncoder();

export function literal(text: string): Literal {
  const bytes = encoder.encode(text);
  const n = bytes.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, n);
  const words = Int32Array.from({ length: n < 4 ? 0 : (n + 3) >> 2 }, (_, i) =>
    view.getInt32(Math.min(4 * i, n - 4), true),
  );
  return { bytes, words };
}

/** The bytes last looked at, as words at any place. */
let seen: Uint8Array | null = null;
let view: DataView = new DataView(new ArrayBuffer(0));

/** @returns the bytes as words at any place */
export function wordsOf(b: Uint8Array): DataView {
  if (b !== seen) {
    seen = b;
    view = new DataView(b.buffer, b.byteOffset, b.length);
  }
  return view;
}

/** @returns index past the literal at p, -1 if it does not stand there @param p -1: it does not */
export function past(b: Uint8Array, p: number, to: number, text: Literal): number {
  const { words } = text;
  const n = text.bytes.length;
  if (p < 0 || p + n > to) return -1;
  const last = words.length - 1;
  if (last < 0) {
    for (let i = 0; i < n; i++) if (b[p + i] !== text.bytes[i]) return -1;
    return p + n;
  }
  const at = wordsOf(b);
  for (let i = 0; i < last; i++) if (at.getInt32(p + 4 * i, true) !== words[i]) return -1;
  return at.getInt32(p + n - 4, true) === words[last] ? p + n : -1;
}
