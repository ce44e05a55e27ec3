/**
 * What a figure carries of the scene it shows, and how to get it out of a file again. Nothing in a file is trusted: the caps of
 * links hold, and the link is read as any other.
 *
 * SVG: JSON in <metadata>, and the link again in `data-irqscope` of the root, which optimisers leave alone.
 * PNG: an uncompressed iTXt chunk `irqscope` before the first IDAT.
 * GIF: a comment before its pictures. MP4: the comment in `udta`. WebM: the tag COMMENT.
 */
import { inGif, inMp4, inWebm, isGif, isMp4, isWebm, withGifComment } from './carried-film.ts';
import { LINK_TEXT_MAX } from './preset-link.ts';

export interface Carried {
  readonly type: 'irqscope';
  readonly v: 1;
  /** Version of the program that made it. */
  readonly app: string;
  /** Text of the link, without `#`; null where the scene was too long for one. */
  readonly link: string | null;
  readonly step: number;
  readonly count: number;
  readonly title: string;
  /** "intx-shared@1" */
  readonly source?: string | null;
}

/** Larger files are no figures of ours. */
export const FIGURE_MAX = 64 * 1024 * 1024;
const TEXT_MAX = 200;
/** Longest tag, and longest metadata, that are looked at: a link, each of its characters written as a number. */
const TAG_MAX = 8 * LINK_TEXT_MAX;
const METADATA_MAX = TAG_MAX + 65_536;
/** Chunks of a PNG that may stand before its pixels. */
const MOST_CHUNKS = 4_096;
const KEYWORD = 'irqscope';
const PNG_HEAD = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] as const;

const isCount = (v: unknown): v is number => Number.isInteger(v) && (v as number) >= -1 && (v as number) <= 4_000_000;
const isText = (v: unknown): v is string => typeof v === 'string' && v.length <= TEXT_MAX;

/** @returns null for what no figure of ours carries */
function checked(json: unknown): Carried | null {
  if (typeof json !== 'object' || json === null) return null;
  const { type, v, app, link, step, count, title, source } = json as Readonly<Record<string, unknown>>;
  if (type !== 'irqscope' || v !== 1 || !isText(app) || !isText(title) || !isCount(step) || !isCount(count))
    return null;
  if (link !== null && (typeof link !== 'string' || link.length > LINK_TEXT_MAX)) return null;
  return { type, v, app, link, step, count, title, ...(isText(source) ? { source } : {}) };
}

function fromJson(text: string): Carried | null {
  try {
    return checked(JSON.parse(text));
  } catch {
    return null;
  }
}

const NAMED: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
const unescapeXml = (text: string): string =>
  text.replace(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, dec?: string, hex?: string, name?: string) => {
    if (name !== undefined) return NAMED[name] ?? whole;
    const code = dec === undefined ? Number.parseInt(hex ?? '', 16) : Number(dec);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });

/** A tag's text and what stands behind it up to the next one. By plain search: a pattern that begins anew at each `<svg` takes hours. */
function tagIn(text: string, name: string): { readonly tag: string; readonly inner: string } | null {
  const from = text.indexOf(`<${name}`);
  const end = from < 0 ? -1 : text.indexOf('>', from);
  if (end < 0 || end - from > TAG_MAX) return null;
  const next = text.indexOf('<', end);
  return { tag: text.slice(from, end), inner: next < 0 ? text.slice(end + 1) : text.slice(end + 1, next) };
}

function inSvg(text: string): Carried | null {
  const from = text.indexOf('<metadata');
  const open = from < 0 ? -1 : text.indexOf('>', from);
  if (open >= 0) {
    const metadata = text.slice(open + 1, open + 1 + METADATA_MAX);
    const body = /^\s*(?:<!\[CDATA\[)?([^<]*)/.exec(metadata)?.[1] ?? '';
    const whole = fromJson(unescapeXml(body).replace(/\]\]>\s*$/, ''));
    if (whole !== null) return whole;
  }
  const link = /\sdata-irqscope=(?:"([^"]*)"|'([^']*)')/.exec(tagIn(text, 'svg')?.tag ?? '');
  const bare = unescapeXml(link?.[1] ?? link?.[2] ?? '');
  if (bare === '') return null;
  const title = unescapeXml((tagIn(text, 'title')?.inner ?? '').slice(0, METADATA_MAX)).slice(0, TEXT_MAX);
  return checked({ type: 'irqscope', v: 1, app: '', link: bare, step: -1, count: 0, title });
}

/** Chunks of a PNG: its type, and where its data lies. */
function* chunks(bytes: Uint8Array): Generator<{ type: string; from: number; to: number; at: number }> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at: number = PNG_HEAD.length;
  for (let n = 0; n < MOST_CHUNKS && at + 12 <= bytes.length; n++) {
    const length = view.getUint32(at);
    const to = at + 8 + length;
    if (to + 4 > bytes.length) return;
    yield { type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), from: at + 8, to, at };
    at = to + 4;
  }
}

function inPng(bytes: Uint8Array): Carried | null {
  for (const { type, from, to } of chunks(bytes)) {
    if (type !== 'iTXt') continue;
    const data = bytes.subarray(from, to);
    const end = data.indexOf(0);
    if (end < 0 || new TextDecoder('latin1').decode(data.subarray(0, end)) !== KEYWORD || data[end + 1] !== 0) continue;
    // Compression flag and method, then language tag and translated keyword, each ended by a zero.
    const language = data.indexOf(0, end + 3);
    const translated = language < 0 ? -1 : data.indexOf(0, language + 1);
    if (translated >= 0) return fromJson(new TextDecoder().decode(data.subarray(translated + 1)));
  }
  return null;
}

const startsWith = (bytes: Uint8Array, text: string, at = 0): boolean =>
  bytes.length >= at + text.length && [...text].every((c, i) => bytes[at + i] === c.charCodeAt(0));
const isPng = (bytes: Uint8Array): boolean => PNG_HEAD.every((byte, i) => bytes[i] === byte);
const isSvg = (bytes: Uint8Array): boolean => {
  const text = new TextDecoder().decode(bytes.subarray(0, 4_096));
  return /^\s*(<\?xml|<!--|<!DOCTYPE svg|<svg)/i.test(text) && /<svg[\s>]/i.test(text);
};

/** Each tells by a file's first bytes whether it is of a kind that may carry a scene. */
export const CARRIERS: readonly ((head: Uint8Array) => boolean)[] = [isPng, isSvg, isGif, isMp4, isWebm];

const FILMS = [
  [isGif, inGif],
  [isMp4, inMp4],
  [isWebm, inWebm],
] as const;

/** Other pictures, by their first bytes: JPEG, WebP, TIFF, AVIF and HEIC, PDF. */
export const isPicture = (head: Uint8Array): boolean =>
  ['\xff\xd8\xff', 'II*\0', 'MM\0*', '%PDF-'].some((text) => startsWith(head, text)) ||
  startsWith(head, 'WEBP', 8) ||
  startsWith(head, 'ftyp', 4);

/** What a file carries; null for a picture of somebody else, or one that was stripped. */
export function carriedBy(bytes: Uint8Array): Carried | null {
  if (bytes.length > FIGURE_MAX) return null;
  if (isPng(bytes)) return inPng(bytes);
  for (const [is, texts] of FILMS) {
    if (!is(bytes)) continue;
    for (const text of texts(bytes)) {
      const carried = fromJson(text);
      if (carried !== null) return carried;
    }
    return null;
  }
  return isSvg(bytes) ? inSvg(new TextDecoder().decode(bytes)) : null;
}

const CRC = new Uint32Array(256).map((_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});
function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

/** The PNG with what it is to carry, before its pixels. @throws RangeError for what is no PNG */
export function withCarried(png: Uint8Array, carried: Carried): Uint8Array {
  const place = [...chunks(png)].find(({ type }) => type === 'IDAT')?.at;
  if (place === undefined) throw new RangeError('no PNG');
  const text = new TextEncoder().encode(`iTXt${KEYWORD}\0\0\0\0\0${JSON.stringify(carried)}`);
  const chunk = new Uint8Array(text.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, text.length - 4);
  chunk.set(text, 4);
  view.setUint32(text.length + 4, crc32(text));
  const whole = new Uint8Array(png.length + chunk.length);
  whole.set(png.subarray(0, place));
  whole.set(chunk, place);
  whole.set(png.subarray(place), place + chunk.length);
  return whole;
}

/** The GIF with what it is to carry, before its pictures. */
export const withComment = (gif: Uint8Array, carried: Carried): Uint8Array<ArrayBuffer> =>
  withGifComment(gif, JSON.stringify(carried));
