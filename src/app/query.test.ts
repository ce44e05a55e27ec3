import { describe, expect, test } from 'vitest';
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
  [['fr', 'zh-TW', 'en'], 'zh-CN'],
  [['en-GB', 'zh'], 'en'],
  [['de'], 'en'],
])('of %j the page speaks %s', (languages, expected) => expect(preferredLanguage(languages)).toBe(expected));
