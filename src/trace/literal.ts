/** Fixed words of a line, compared four bytes at a time: most of what a line holds is the same in the next. */

export interface Literal {
  readonly bytes: Uint8Array;
  readonly length: number;
  /** Its first word, and its last, which may overlap the one before; 0 where it is shorter than a word. */
  readonly first: number;
  readonly last: number;
  /** The whole words between them. */
  readonly words: Int32Array;
}

const encoder = new TextEncoder();

export function literal(text: string): Literal {
  return literalOf(encoder.encode(text));
}

/** The same of bytes that nobody changes. */
export function literalOf(bytes: Uint8Array): Literal {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  const words = Int32Array.from({ length: Math.max(0, (length - 5) >> 2) }, (_, i) => view.getInt32(4 * i + 4, true));
  const isShort = length < 4;
  return {
    bytes,
    length,
    first: isShort ? 0 : view.getInt32(0, true),
    last: isShort ? 0 : view.getInt32(length - 4, true),
    words,
  };
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
  const end = p + text.length;
  if (p < 0 || end > to) return -1;
  if (text.length < 4) {
    for (let i = 0; i < text.length; i++) if (b[p + i] !== text.bytes[i]) return -1;
    return end;
  }
  const at = wordsOf(b);
  // What ends it tells most of those apart that begin alike.
  if (at.getInt32(end - 4, true) !== text.last) return -1;
  if (at.getInt32(p, true) !== text.first) return -1;
  // The two words reach over each other, or meet.
  if (text.length <= 8) return end;
  const { words } = text;
  for (let i = 0; i < words.length; i++) if (at.getInt32(p + 4 * i + 4, true) !== words[i]) return -1;
  return end;
}
