/** The page's own doors: its query, and what stands in the browser's storage under our names. A fixed seed's share with `npm test`. */
import { afterEach, expect, test, vi } from 'vitest';
import { COUNT, each, SLOWEST_MS } from '../cli/fuzz/each.ts';
import { anyLink, hurt, strange } from '../cli/fuzz/inputs.ts';
import { LANGS } from '../i18n/index.ts';
import { presetIds } from '../store/preset-ids.ts';
import { seenScenes } from '../views/gallery/seen.ts';
import { sentence } from '../views/traces/model.ts';
import { readLast } from './first-minute.ts';
import { readLeft } from './keep.ts';
import { readQuery } from './query.ts';
import { readView } from './view-change.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('whatever the query says, the page has settings there are', { timeout: 0 }, async () => {
  const NAMES = [
    'embed',
    'origin',
    'theme',
    'lang',
    'motion',
    'speed',
    'quiz',
    'play',
    'p',
    't',
    'panels',
    'controls',
    'poster',
  ];
  const slowest = await each(COUNT / 2, 22, (c) => {
    const values = [
      '1',
      '0',
      'dark',
      'en',
      'zh',
      'full',
      'null',
      'https://a.example',
      'end',
      '-1',
      '1e9',
      'NaN',
      'now,where',
      '',
    ];
    const fields = Array.from(
      { length: c.below(8) },
      () => `${c.pick(NAMES)}=${c.once(4) ? hurt(c.pick(values), c) : c.pick(values)}`,
    );
    const query = readQuery(`?${fields.join('&')}`, c.once(2));
    expect(query.theme === null || ['auto', 'light', 'dark'].includes(query.theme)).toBe(true);
    expect(query.lang === null || LANGS.includes(query.lang)).toBe(true);
    if (query.speed !== null) expect(query.speed >= 0.25 && query.speed <= 8).toBe(true);
    if (query.origin !== null && query.origin !== 'null') expect(new URL(query.origin).origin).toBe(query.origin);
    expect(query.embed?.panels.every((name) => /^[a-z]{1,20}$/.test(name)) ?? true).toBe(true);
    const text = String(c.once(2) ? c.pick(values) : JSON.stringify(strange(c)));
    expect(LANGS).toContain(readView({ lang: text, theme: text, panels: text, controls: text }, 'en').lang ?? 'en');
  });
  expect(slowest).toBeLessThan(SLOWEST_MS);
});

test('where one was, what one saw and which run was left: what the browser kept, or nothing', {
  timeout: 0,
}, async () => {
  let stored = '';
  const storage = { getItem: () => stored };
  vi.stubGlobal('localStorage', storage);
  vi.stubGlobal('sessionStorage', storage);
  const slowest = await each(COUNT / 2, 23, (c) => {
    const good = c.pick<() => unknown>([
      () => ({ link: anyLink(c, presetIds), preset: c.pick(presetIds) }),
      () => ({ tree: 't1', run: c.below(5), step: c.below(50) - 1, hash: '#x' }),
      () => [c.pick(presetIds), c.pick(presetIds)],
      () => ({ link: strange(c), preset: strange(c), tree: strange(c), run: strange(c), step: strange(c), hash: '#x' }),
      () => strange(c),
    ])();
    stored = JSON.stringify(good) ?? '';
    if (c.once(4)) stored = hurt(stored, c);
    const last = readLast();
    if (last !== null) expect([typeof last.link, typeof last.preset]).toEqual(['string', 'string']);
    for (const id of seenScenes()) expect(typeof id).toBe('string');
    const left = readLeft('#x');
    if (left !== null)
      expect([typeof left.tree, Number.isInteger(left.run), Number.isInteger(left.step)]).toEqual([
        'string',
        true,
        true,
      ]);
    expect(typeof sentence(((key: string) => key) as never, stored)).toBe('string');
  });
  expect(slowest).toBeLessThan(SLOWEST_MS);
});
