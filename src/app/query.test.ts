import { describe, expect, test } from 'vitest';
import { COUNT, each, SLOWEST_MS } from '../cli/fuzz/each.ts';
import { strange } from '../cli/fuzz/inputs.ts';
import { frameUrl, QUERY_ATTRIBUTES } from '../embed/host/page-url.ts';
import { readQuery } from './query.ts';
import { preferredLanguage } from './settings.ts';

describe('parameters of the address', () => {
  test('none: a page of its own, everything as usual', () => {
    expect(readQuery('')).toEqual({
      embed: null,
      origin: null,
      autosize: false,
      theme: null,
      lang: null,
      quiz: false,
      reducedMotion: null,
      speed: null,
      play: null,
      link: null,
    });
  });

  test('embed=1 with what a host may choose', () => {
    const query = readQuery(
      '?embed=1&controls=min&play=0&panels=now,callpath,<b>&keys=parent&ctl=1&theme=dark&lang=zh&speed=2',
    );
    expect(query.embed).toEqual({
      controls: 'min',
      play: 'no',
      panels: ['now', 'callpath'],
      keys: 'parent',
      clickToLoad: true,
      poster: null,
    });
    expect(query).toMatchObject({ theme: 'dark', lang: 'zh-CN', speed: 2, play: 'no' });
  });

  test('an embedded scene plays while it is seen, with all controls, unless told otherwise', () => {
    expect(readQuery('?embed=1').embed).toMatchObject({ play: 'visible', controls: 'full', keys: 'self' });
  });

  test.each([
    ['?theme=pink', { theme: null }],
    ['?speed=100', { speed: null }],
    ['?speed=fast', { speed: null }],
    ['?lang=tlh', { lang: null }],
    ['?embed=yes', { embed: null }],
    ['?origin=nonsense', { origin: null }],
    ['?origin=https://slides.example/deck?a#b', { origin: 'https://slides.example' }],
    ['?motion=reduce', { reducedMotion: true }],
    ['?p=msi&t=4', { link: 'p=msi&t=4' }],
    ['?p=a%26s%3D1', { link: 'p=a%26s%3D1' }],
    ['?whatever=1', { embed: null, link: null }],
  ])('%s', (search, expected) => expect(readQuery(search)).toMatchObject(expected));
});

test.each([
  [['tlh', 'zh-TW', 'en'], 'zh-CN'],
  [['en-GB', 'zh'], 'en'],
  [['de'], 'en'],
])('of %j the page speaks %s', (languages, expected) => expect(preferredLanguage(languages)).toBe(expected));

test('whatever an author writes into a scene’s attributes, the frame has settings it knows', {
  timeout: 0,
}, async () => {
  const slowest = await each(COUNT, 34, (c) => {
    const value = (): string | null => {
      const any = c.once(3)
        ? c.pick(['full', 'now,<b>', 'dark', 'zh', '0.25', '-1', '1e9', 'parent', '1'])
        : strange(c);
      return any === null ? null : typeof any === 'string' ? any : (JSON.stringify(any) ?? '');
    };
    const query = Object.fromEntries([...QUERY_ATTRIBUTES, 'play', 'origin', 'poster'].map((name) => [name, value()]));
    const url = new URL(frameUrl('https://x.example/index.html', query, { preset: null, state: null, step: null }));
    const read = readQuery(url.search, c.once(2));
    expect(read.embed).not.toBeNull();
    expect([null, 'auto', 'light', 'dark']).toContain(read.theme);
    expect([null, 'en', 'zh-CN']).toContain(read.lang);
    expect(read.speed === null || (read.speed > 0 && read.speed <= 16)).toBe(true);
    expect(read.origin === null || read.origin === 'null' || URL.canParse(read.origin)).toBe(true);
    expect(read.embed?.panels.every((name) => /^[a-z]+$/.test(name))).toBe(true);
  });
  expect(slowest).toBeLessThan(SLOWEST_MS);
});
