/**
 * Text of the stage in small frames, over every scene: none out of its card, none on another, none cut, no number
 * that nothing names, none with padding zeros. Widths are estimated as the
 * cards themselves do, on the safe side; what a browser draws at a desk's sizes is measured in `e2e/look.spec.ts`.
 */
import { describe, expect, test } from 'vitest';
import { dom, open } from '../../cli/figure-scene.ts';
import { portion } from '../../cli/portion.ts';
import { PRESET_IDS } from '../../scenes/files.ts';
import { openStill } from '../figure/still.tsx';
import { textSize, textWidth } from './text-fit.ts';

/** Rooms of the stage in frames of 480 x 360, 700 x 500 and 340 px, at 1600 x 1000 and 1280 x 800, at 200 % zoom of 1600 x 1000, and at 360 px. */
const FRAMES = [
  [1220, 640, false],
  [950, 480, false],
  [480, 280, true],
  [700, 370, true],
  [340, 320, true],
  [800, 300, false],
  [344, 640, false],
] as const;

interface Written {
  readonly text: string;
  readonly x0: number;
  readonly x1: number;
  readonly y: number;
}

const SIZES: readonly (readonly [string, number])[] = [
  ['bd-smaller', 12],
  ['bd-title', 13],
  ['bd-count', 14],
  ['bd-small', 11],
  ['bd-mono', 11.5],
];
const MONO = /bd-(mono|label|tiny|exit|ppr|vector|count)\b/;
/** Classes that say a face or a size of their own. */
const OWN = /bd-(smaller|title|count|small|mono|key|note|label|exit|ioctl)\b/;
/** The estimate is this much wider than letters are, at least. */
const SAFE = { sans: 0.9, mono: 0.99 } as const;

/** Letters pressed together more than this are no longer letters. */
const PRESSED = 0.75;

/** Width of a text as it is when nothing presses it: the runs of its tspans one after the other. */
function lettersOf(text: Element, scale: number): number {
  let w = 0;
  const add = (run: Node, kind: string): void => {
    if (run.nodeType === 3) {
      const face = MONO.test(kind) && !/bd-key/.test(kind) ? 'mono' : 'sans';
      const size = textSize(SIZES.find(([name]) => kind.split(' ').includes(name))?.[1] ?? 11, scale);
      w += textWidth(run.textContent ?? '', size, face) * SAFE[face];
      return;
    }
    const element = run as Element;
    w += Number(element.getAttribute('dx') ?? 0);
    const own = element.getAttribute('class') ?? '';
    for (const child of element.childNodes) add(child, OWN.test(own) ? own : kind);
  };
  const kind = text.getAttribute('class') ?? '';
  for (const child of text.childNodes) add(child, kind);
  return w;
}

/** Where a text begins and ends. */
function writtenOf(text: Element, scale: number): Written | null {
  const w = lettersOf(text, scale);
  if (w === 0 || text.getAttribute('textLength') !== null) return null;
  const anchor = text.getAttribute('text-anchor') ?? 'start';
  const x0 = Number(text.getAttribute('x')) - (anchor === 'end' ? w : anchor === 'middle' ? w / 2 : 0);
  return { text: text.textContent ?? '', x0, x1: x0 + w, y: Number(text.getAttribute('y')) };
}

/** Cards whose columns have heads. */
const TABLES = new Set(['ioapic', 'idt', 'routing', 'pic']);
/** Names of rows; labels of a grid, of vectors in it and of tiles. */
const KEY = /bd-key\b/;
const IN_GRID = /bd-(label|vector|tiny)\b/;

/** Numbers of a card that nothing names, neither the head of a column, nor a grid, nor a name beside it. */
function namelessIn(card: Element): string[] {
  if (TABLES.has(card.getAttribute('data-card') ?? '')) return [];
  const texts = [...card.querySelectorAll('text')].filter((text) => text.textContent !== '');
  const at = (text: Element, side: 'x' | 'y'): number => Number(text.getAttribute(side));
  return texts
    .filter(({ textContent }) => /^(0x[0-9a-f]+|\d+)([ /›×]+(0x[0-9a-f]+|\d+)?)*$/.test(textContent ?? ''))
    .filter((number) => {
      if (IN_GRID.test(number.getAttribute('class') ?? '')) return false;
      // What is in a grid too small to write in it is listed under it, in its journeys' colours.
      if (/^lapic/.test(card.getAttribute('data-card') ?? '') && number.querySelector('tspan.bd-on') !== null)
        return false;
      // One handler in another.
      if (number.textContent?.includes('›')) return false;
      const row = texts.filter((text) => text !== number && Math.abs(at(text, 'y') - at(number, 'y')) < 7);
      const before = row.filter((text) => at(text, 'x') < at(number, 'x')).sort((a, b) => at(b, 'x') - at(a, 'x'))[0];
      // What an address is can be seen.
      return !KEY.test(before?.getAttribute('class') ?? '') && !/^0xfee/.test(number.textContent ?? '');
    })
    .map(({ textContent }) => `"${textContent}" has no name`);
}

/** What is wrong with the texts of a drawn stage. */
function faultsIn(root: Element, scale: number): string[] {
  const faults: string[] = [];
  for (const card of root.querySelectorAll('[data-card]')) {
    const id = card.getAttribute('data-card') ?? '';
    const frame = card.querySelector('.bd-card');
    if (frame === null) continue;
    const left = Number(frame.getAttribute('x'));
    const right = left + Number(frame.getAttribute('width'));
    for (const text of card.querySelectorAll('text')) {
      const pressed = text.getAttribute('textLength');
      const share = pressed === null ? 1 : Number(pressed) / lettersOf(text, scale);
      if (share < PRESSED) faults.push(`${id}: "${text.textContent}" is pressed to ${share.toFixed(2)} of its width`);
    }
    faults.push(...namelessIn(card).map((fault) => `${id}: ${fault}`));
    const texts = [...card.querySelectorAll('text')].flatMap((text) => writtenOf(text, scale) ?? []);
    texts.forEach((a, i) => {
      if (a.text === '–') faults.push(`${id}: a dash for what is not there`);
      if (/\b0x0[0-9a-f]/.test(a.text)) faults.push(`${id}: "${a.text}" is padded`);
      if (a.text.includes('…')) faults.push(`${id}: "${a.text}" is cut`);
      if (a.x0 < left - 1 || a.x1 > right + 1) faults.push(`${id}: "${a.text}" reaches out of its card`);
      for (const b of texts.slice(i + 1)) {
        const near = Math.abs(a.y - b.y) < 7 && Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0) > 0;
        if (near) faults.push(`${id}: "${a.text}" runs into "${b.text}"`);
      }
    });
  }
  return faults;
}

/** Moments of a run, as shares of it. Of frames and moments one in five is drawn for each scene and language. */
const MOMENTS = [0.25, 0.6, 1];

describe('a small frame has no text out of its card, on another or cut, and no dash for a value; numbers have a name and one form', () => {
  test.each(PRESET_IDS)('%s', async (id) => {
    const faults = new Set<string>();
    for (const lang of ['en', 'zh-CN'] as const) {
      const { moment } = await open(`p=${id}`, lang);
      const shown = FRAMES.flatMap(([width, height, embed]) =>
        (embed ? MOMENTS : MOMENTS.slice(1, 2)).map((share) => ({ width, height, embed, share })),
      );
      for (const { width, height, embed, share } of portion(shown, 7, `${id} ${lang}`, 2)) {
        const step = Math.round((moment.scene.steps.length - 1) * share);
        const still = await openStill(dom, { ...moment, step }, { width, height, embed });
        const where = `${lang}, ${width} x ${height}, step ${step}`;
        for (const fault of faultsIn(still.root, still.stage.layout.scale)) faults.add(`${where}: ${fault}`);
      }
    }
    expect([...faults]).toEqual([]);
  });
});
