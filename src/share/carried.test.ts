/** Files of strangers that look like our figures: whatever is in them, they are read in the time their bytes take. */
import { describe, expect, test } from 'vitest';
import { cpuMsOf } from '../cli/cpu-time.ts';
import { type Carried, carriedBy, FIGURE_MAX, withCarried, withComment } from './carried.ts';

/** As large as a figure may be with `npm run fuzz`; else a part of it, for what takes time by the square of it shows there as well. */
const SIZE = process.env.FUZZ === undefined ? FIGURE_MAX / 16 : FIGURE_MAX;

const CARRIED: Carried = {
  type: 'irqscope',
  v: 1,
  app: '0.1.0',
  link: 'p=intx-shared&t=3',
  step: 3,
  count: 90,
  title: 'a < b & c',
};
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** A beginning, and one text over and over. */
function filled(head: string, text: string): Uint8Array {
  const bytes = new Uint8Array(SIZE);
  bytes.set(latin1(head));
  const part = latin1(text);
  for (let at = head.length; at + part.length <= SIZE; at += part.length) bytes.set(part, at);
  return bytes;
}
const box = (type: string, size: number): string =>
  String.fromCharCode((size >>> 24) & 255, (size >>> 16) & 255, (size >>> 8) & 255, size & 255) + type;
const FTYP = `${box('ftyp', 16)}isom\0\0\0\0`;
const PNG = '\x89PNG\r\n\x1a\n';
const GIF = 'GIF89a\x01\0\x01\0\0\0\0';

describe('a large file that is no figure is told from one within a second of CPU', () => {
  test.each([
    ['an SVG that begins over and over', '<svg ', '<svg '],
    ['an SVG whose metadata begin over and over', '<svg>', '<metadata '],
    ['an SVG whose title begins over and over', '<svg>', '<title '],
    ['an SVG of entities', '<svg><metadata>', '&#x41;'],
    ['an SVG of section ends', '<svg><metadata>', ']]> '],
    ['a PNG of empty chunks', PNG, '\0\0\0\0iTXt\0\0\0\0'],
    ['a GIF of comments', GIF, '\x21\xfe\x01{\0'],
    ['a GIF of empty extensions', GIF, '\x21\xf9\0'],
    ['a GIF of one-byte blocks', `${GIF}\x21\xfe`, '\x01{'],
    ['an MP4 of scenes that never end', `${FTYP}${box('udta', SIZE - 16)}`, '{"type":"irqscope"'],
    ['an MP4 of empty boxes', FTYP, box('free', 8)],
    ['a WebM of scenes that never end', '\x1a\x45\xdf\xa3', '{"type":"irqscope"'],
    ['a WebM of braces', '\x1a\x45\xdf\xa3', '{'],
  ])('%s', (_, head, text) => {
    const bytes = filled(head, text);
    expect(cpuMsOf(() => expect(carriedBy(bytes)).toBeNull())).toBeLessThan(1_000);
  });

  test('an MP4 of boxes in boxes', () => {
    const bytes = new Uint8Array(1 << 20);
    bytes.set(latin1(FTYP));
    for (let at = 16; at + 8 <= bytes.length; at += 8) bytes.set(latin1(box('moov', bytes.length - at)), at);
    expect(carriedBy(bytes)).toBeNull();
  });
});

describe('what is ours is found', () => {
  const json = JSON.stringify(CARRIED);
  const escaped = json.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  test.each([
    ['in the metadata of an SVG', bytesOf(`<svg xmlns="x"><metadata id="a">${escaped}</metadata></svg>`)],
    [
      'in a section of it',
      bytesOf(`<?xml version="1.0"?>\n<svg><metadata> <![CDATA[${json.replaceAll('<', '&lt;')}]]></metadata></svg>`),
    ],
    ['in a comment of a GIF', withComment(latin1(`${GIF},\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;`), CARRIED)],
    ['in a PNG', withCarried(latin1(`${PNG}\0\0\0\0IDAT\0\0\0\0`), CARRIED)],
    ['in a WebM, behind much else', latin1(`\x1a\x45\xdf\xa3${'{"type":"x"'.repeat(9_000)}${json}`)],
  ])('%s', (_, bytes) => {
    expect(carriedBy(bytes)).toEqual(CARRIED);
  });

  test('in the root of an SVG whose metadata somebody took out', () => {
    const svg = `<svg viewBox="0 0 1 1" data-irqscope='p=intx-shared&amp;t=3'><title>a &lt; b</title></svg>`;
    expect(carriedBy(bytesOf(svg))).toMatchObject({ link: 'p=intx-shared&t=3', title: 'a < b' });
  });
});
