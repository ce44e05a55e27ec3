/** Where films carry their scene: a comment of a GIF, `udta` of an MP4, a tag of a WebM. Only bytes; what they say is checked elsewhere. */

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean =>
  bytes.length >= at + text.length && [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0));

export const isGif = (bytes: Uint8Array): boolean => startsWith(bytes, 'GIF89a') || startsWith(bytes, 'GIF87a');
/** MP4 by its brand: pictures (AVIF, HEIC) have the same first box. */
export const isMp4 = (bytes: Uint8Array): boolean =>
  startsWith(bytes, 'ftyp', 4) && /^(isom|iso\d|mp4\d|avc1|M4V |qt {2})/.test(latin1(bytes.subarray(8, 12)));
export const isWebm = (bytes: Uint8Array): boolean => startsWith(bytes, '\x1a\x45\xdf\xa3');

/** Longest text looked at; a link has a cap far below. */
const MOST = 65_536;
/** So many beginnings of a text of ours are followed, boxes in boxes opened, and comments read. */
const MOST_TRIES = 64;
const MOST_DEEP = 8;
/** Boxes of one box. */
const MOST_BOXES = 16_384;

function latin1(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

const utf8 = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Where the header and the global colours of a GIF end. */
const gifBody = (bytes: Uint8Array): number =>
  13 + ((bytes[10] ?? 0) & 0x80 ? 3 * 2 ** (((bytes[10] ?? 0) & 7) + 1) : 0);

/** Texts of a GIF's comments. */
export function* inGif(bytes: Uint8Array): Generator<string> {
  let at = gifBody(bytes);
  /** Passes the sub-blocks that begin at `at`. @param parts gets their bytes, as far as wanted */
  const blocks = (parts: number[] | null): void => {
    for (let size = bytes[at] ?? 0; size > 0; size = bytes[at] ?? 0) {
      if (parts !== null && parts.length < MOST) parts.push(...bytes.subarray(at + 1, at + 1 + size));
      at += 1 + size;
    }
    at++;
  };
  let comments = 0;
  while (at < bytes.length && comments < MOST_TRIES) {
    const kind = bytes[at];
    if (kind === 0x21) {
      const parts = bytes[at + 1] === 0xfe ? [] : null;
      at += 2;
      blocks(parts);
      if (parts === null) continue;
      comments++;
      yield utf8(Uint8Array.from(parts));
    } else if (kind === 0x2c) {
      const flags = bytes[at + 9] ?? 0;
      at += 11 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
      blocks(null);
    } else return;
  }
}

/** The GIF with a comment before its pictures. */
export function withGifComment(gif: Uint8Array, comment: string): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(comment);
  const block: number[] = [0x21, 0xfe];
  for (let at = 0; at < text.length; at += 255) {
    const part = text.subarray(at, at + 255);
    block.push(part.length, ...part);
  }
  block.push(0);
  const place = gifBody(gif);
  const whole = new Uint8Array(gif.length + block.length);
  whole.set(gif.subarray(0, place));
  whole.set(block, place);
  whole.set(gif.subarray(place), place + block.length);
  return whole;
}

/** A JSON object that stands somewhere in bytes: from its first member of ours to its last brace. */
function jsonIn(bytes: Uint8Array, from: number): string | null {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < Math.min(bytes.length, from + MOST); at++) {
    const byte = bytes[at];
    if (quoted) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) quoted = false;
    } else if (byte === 0x22) quoted = true;
    else if (byte === 0x7b) depth++;
    else if (byte === 0x7d && --depth === 0) return utf8(bytes.subarray(from, at + 1));
  }
  return null;
}

const OURS = '{"type":"irqscope"';

/** Asked at each brace of a file: nothing is made for it. */
function beginsHere(bytes: Uint8Array, at: number): boolean {
  for (let i = 0; i < OURS.length; i++) if (bytes[at + i] !== OURS.charCodeAt(i)) return false;
  return true;
}

function* ours(bytes: Uint8Array): Generator<string> {
  let tries = 0;
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] !== 0x7b || !beginsHere(bytes, at)) continue;
    if (tries++ >= MOST_TRIES) return;
    const text = jsonIn(bytes, at);
    if (text !== null) yield text;
  }
}

/** Boxes of a part of an MP4. */
function* boxes(bytes: Uint8Array): Generator<{ readonly type: string; readonly data: Uint8Array }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0, n = 0; n < MOST_BOXES && at + 8 <= bytes.length; n++) {
    let size = view.getUint32(at);
    let head = 8;
    if (size === 1 && at + 16 <= bytes.length) {
      size = Number(view.getBigUint64(at + 8));
      head = 16;
    } else if (size === 0) size = bytes.length - at;
    if (size < head || at + size > bytes.length) return;
    yield { type: latin1(bytes.subarray(at + 4, at + 8)), data: bytes.subarray(at + head, at + size) };
    at += size;
  }
}

/** Texts of ours in `udta` of an MP4, of the movie or of a track, however a program has packed it there. */
export function* inMp4(bytes: Uint8Array, deep = 0): Generator<string> {
  for (const { type, data } of boxes(bytes)) {
    if ((type === 'moov' || type === 'trak') && deep < MOST_DEEP) yield* inMp4(data, deep + 1);
    else if (type === 'udta' || type === 'meta') yield* ours(data);
  }
}

/** Texts of ours in a WebM. Its tags may stand at its beginning or its end, so all of it is looked at. */
export const inWebm = (bytes: Uint8Array): Generator<string> => ours(bytes);
