/**
 * What the author of a lecture writes, and what a deck asks a frame for: attributes of a scene, the steps of its slide, figures of
 * its steps. A fixed seed's share runs with every `npm test`, the rest with `npm run fuzz`.
 */
import { parseHTML } from 'linkedom';
import { afterEach, expect, test, vi } from 'vitest';
import { stopsOf } from '../../embed/host/fragments.ts';
import { frameUrl, pageUrl, QUERY_ATTRIBUTES } from '../../embed/host/page-url.ts';
import { addFragments, firstStep, lastVisible } from '../../embed/host/slides.ts';
import { readMessage } from '../../embed/messages.ts';
import { errors } from '../../i18n/en/errors.ts';
import { addTexts, hasText } from '../../i18n/index.ts';
import { carriedBy } from '../../share/carried.ts';
import { loadLinkCodec } from '../../store/actions/links.ts';
import { presetIds } from '../../store/preset-ids.ts';
import { renderFigure } from '../../views/figure/figure.ts';
import { dom, open, Refused } from '../figure-scene.ts';
import { COUNT, each, SLOWEST_MS } from './each.ts';
import { anyLink, anyMessage, type Chance, hurt, strange } from './inputs.ts';

addTexts('en', errors);

afterEach(() => {
  vi.unstubAllGlobals();
});

const PLACES = [
  '',
  'irq',
  '../x/',
  '/a.html',
  'https://y.example/irq',
  '//y.example',
  'http://[',
  'javascript:alert(1)//a.html',
  'data:text/html,<p>.html',
  'blob:https://x.example/1',
  'file:///media/usb/',
  '%',
  '\u202e',
];
const SCRIPTS = [
  null,
  'https://x.example/irq/embed/irq-scope.js',
  'file:///media/usb/embed/reveal-irqscope.js',
  'blob:null/1',
  'data:,',
];
const PAGES = ['https://host.example/talk/deck.html', 'file:///home/deck.html', 'about:srcdoc', 'about:blank'];

/** A strange value as an attribute has it: a text. */
const strangeText = (c: Chance): string => {
  const value = strange(c);
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
};

/** Steps as they stand in a slide's attribute. */
function anySteps(c: Chance): string {
  const one = (): string => c.pick(['4', '0', 'end', 'route#2', ' 7 ', '-1', '<b>', '1e3', '99999999', '', 'a#b', '٣']);
  const text = c.pick<() => string>([
    () => c.pick(['', 'beats', 'all', ' beats ']),
    () => `${c.below(60)}:${c.below(c.once(9) ? 10_000_000 : 60)}`,
    () => Array.from({ length: 1 + c.below(c.once(30) ? 3_000 : 6) }, one).join(','),
    () => strangeText(c),
  ])();
  return c.once(4) ? hurt(text, c) : text;
}

const anyText = (c: Chance, good: readonly string[]): string | null =>
  c.once(3) ? null : c.once(4) ? strangeText(c) : c.once(6) ? hurt(c.pick(good), c) : c.pick(good);

const VALUES: Readonly<Record<(typeof QUERY_ATTRIBUTES)[number], readonly string[]>> = {
  controls: ['full', 'min', '0'],
  panels: ['now', 'now,where', 'now,now,x,<b>'],
  theme: ['light', 'dark', 'auto'],
  lang: ['en', 'zh', 'zh-CN'],
  speed: ['1', '0.25', '-1', 'NaN'],
  motion: ['reduce', 'full'],
  quiz: ['1'],
  keys: ['parent', 'self'],
};

test('what an author writes is an address of a page, with a scene or one known sentence behind its #', {
  timeout: 0,
}, async () => {
  const { decodeLink } = await loadLinkCodec();
  let scenes = 0;
  const slowest = await each(COUNT, 31, (c) => {
    const page = pageUrl(c.pick(SCRIPTS), anyText(c, PLACES), c.pick(PAGES));
    expect(page).toMatch(/^((https?|file):\/\/.*\.html.*|index\.html)$/);
    const query = Object.fromEntries(QUERY_ATTRIBUTES.map((name) => [name, anyText(c, VALUES[name])]));
    const scene = {
      preset: anyText(c, presetIds),
      state: c.once(3) ? (c.once(2) ? '#' : '') + anyLink(c, presetIds) : null,
      step: anyText(c, ['4', 'end', 'irr_set#1', '-1']),
    };
    const url = new URL(frameUrl(page, query, scene), 'https://host.example/');
    expect(url.searchParams.get('embed')).toBe('1');
    const answer = decodeLink(url.hash.slice(1));
    if (answer?.ok === false) expect(hasText(`error.${answer.problem.code}`), answer.problem.code).toBe(true);
    if (answer?.ok === true) scenes++;
  });
  expect(scenes).toBeGreaterThan(COUNT / 10);
  expect(slowest).toBeLessThan(SLOWEST_MS);
});

test('the steps of a slide are few, in their order, each a fragment that the deck counts', { timeout: 0 }, async () => {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  vi.stubGlobal('document', document);
  let many = 0;
  const slowest = await each(Math.ceil(COUNT / 10), 32, (c) => {
    const facts = c.once(3) ? null : { count: c.below(90), beats: [1, 4, c.below(90)] };
    const text = anySteps(c);
    const stops = stopsOf(text, facts);
    if (stops === null) {
      expect(facts).toBeNull();
      return;
    }
    many += stops.length > 1 ? 1 : 0;
    expect(stops.length).toBeLessThanOrEqual(1_000);
    for (const stop of stops) expect(String(stop)).toMatch(/^(\d{1,7}|end|\w+#\d{1,7})$/);
    const slide = document.createElement('section');
    const element = document.createElement('div');
    slide.append(element);
    if (c.once(2)) element.setAttribute('data-fragment-index', c.once(3) ? strangeText(c) : String(c.below(9)));
    if (c.once(2)) element.setAttribute('step', c.once(3) ? strangeText(c) : String(c.below(9)));
    expect(['number', 'string']).toContain(typeof firstStep(element));
    const fragments = addFragments(element, element, stops.slice(0, 40));
    expect([...slide.children].slice(1)).toEqual([...fragments]);
    expect(lastVisible(fragments)).toBe(-1);
    const shown = c.below(fragments.length + 1);
    for (const fragment of fragments.slice(0, shown)) fragment.classList.add('visible');
    expect(lastVisible(fragments)).toBe(shown - 1);
  });
  expect(many).toBeGreaterThan(COUNT / 100);
  expect(slowest).toBeLessThan(SLOWEST_MS);
});

test('a figure that a host orders of any scene is drawn whole and carries its scene, or the order is none', {
  timeout: 0,
}, async () => {
  // What a link lost is said on the terminal; here it is of no interest.
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  let drawn = 0;
  const tries = Math.ceil(COUNT / 150);
  const slowest = await each(tries, 33, async (c) => {
    const message = { ...(anyMessage(c, presetIds) as object), ns: 'irqscope', v: 1, type: 'export' } as Record<
      string,
      unknown
    >;
    message.format = c.once(6) ? strange(c) : 'svg';
    if (c.once(2)) message.width = c.once(4) ? strange(c) : c.pick([320, 4_000, 319, 960.4, 4_001]);
    const read = readMessage(message);
    const order = read !== null && 'command' in read && read.command.type === 'export' ? read.command.order : null;
    if (order === null) return;
    expect(order.width).toBeGreaterThanOrEqual(320);
    expect(order.width).toBeLessThanOrEqual(4_000);
    if (order.format !== 'svg') return;
    const opened = await open(anyLink(c, presetIds, true), order.lang ?? 'en').catch((e: unknown) => {
      if (!(e instanceof Refused)) throw e;
      expect(e.message).toMatch(/\S/);
      return null;
    });
    if (opened === null) return;
    const { moment, factsAt } = opened;
    const step = c.below(moment.scene.steps.length + 1) - 1;
    const figure = await renderFigure(dom, { ...moment, step }, factsAt(step), {
      theme: order.theme ?? 'light',
      width: order.width,
      caption: true,
      stageOnly: c.once(3),
    });
    drawn++;
    expect(figure.svg.startsWith('<svg ') && figure.svg.trimEnd().endsWith('</svg>')).toBe(true);
    expect(figure.width).toBe(order.width);
    const { link } = factsAt(step);
    // The packed text of a link may say anything.
    const drawing = figure.svg.replace(/s=k1\.[\w-]+/g, '');
    expect(/<script|foreignObject|NaN|undefined|Infinity/.exec(drawing)?.[0]).toBeUndefined();
    if (link !== null) expect(carriedBy(new TextEncoder().encode(figure.svg))).toMatchObject({ link });
  });
  said.mockRestore();
  expect(drawn).toBeGreaterThan(tries / 5);
  expect(slowest).toBeLessThan(5 * SLOWEST_MS);
});
