import { describe, expect, test } from 'vitest';
import { STEP_SET } from '../../spec/define/event.ts';
import { stopsOf } from './fragments.ts';
import { fragmentOf, frameUrl, pageUrl } from './page-url.ts';

describe('the steps of a slide, as its author writes them', () => {
  const facts = { count: 5, beats: [1, 3, 4] };
  test.each([
    ['', [1, 3, 4]],
    ['beats', [1, 3, 4]],
    ['all', [0, 1, 2, 3, 4]],
    ['4,9,14', [4, 9, 14]],
    [' 4 , 9 ', [4, 9]],
    ['4:7', [4, 5, 6, 7]],
    ['7:4', []],
    ['route#2,end', ['route#2', 'end']],
    ['4,<b>,-3,9', [4, 9]],
  ])('%j', (text, stops) => expect(stopsOf(text, facts)).toEqual(stops));

  test.each(['', 'beats', 'all'])('%j cannot be told before the scene is there', (text) =>
    expect(stopsOf(text, null)).toBeNull(),
  );
  test('a range is held within what a slide can have', () => expect(stopsOf('0:9999999', null)).toHaveLength(1_000));
});

describe('the page that is framed', () => {
  const deck = 'https://host.example/talk/deck.html';
  test.each([
    ['https://x.example/irq/embed/irq-scope.js', null, 'https://x.example/irq/index.html'],
    ['file:///media/usb/irq/embed/reveal-irqscope.js', null, 'file:///media/usb/irq/irqscope.html'],
    [null, 'irq', 'https://host.example/talk/irq/index.html'],
    [null, '/tools/irq/', 'https://host.example/tools/irq/index.html'],
    ['https://x.example/a/embed/b.js', 'https://y.example/page.html', 'https://y.example/page.html'],
    ['https://x.example/irq/embed/a.js', 'http://[', 'https://x.example/irq/index.html'],
    ['https://x.example/irq/embed/a.js', 'javascript:alert(1)//a.html', 'https://x.example/irq/index.html'],
    ['https://x.example/irq/embed/a.js', 'data:text/html,<p>.html', 'https://x.example/irq/index.html'],
    ['blob:https://x.example/1', null, 'https://host.example/index.html'],
    ['data:text/javascript,1', 'irq', 'https://host.example/talk/irq/index.html'],
  ])('script %s, base %s', (script, base, page) => expect(pageUrl(script, base, deck)).toBe(page));

  test('a script beside nothing in a page without an address names the page alone', () => {
    expect(pageUrl('data:text/javascript,1', null, 'about:blank')).toBe('index.html');
  });

  test('a step of the author wins over the one in the link', () => {
    expect(fragmentOf({ preset: 'a b', state: null, step: null })).toBe('p=a%20b');
    expect(fragmentOf({ preset: 'msi', state: '#p=intx-shared&t=4', step: 'end' })).toBe('p=intx-shared&t=end');
    expect(fragmentOf({ preset: null, state: 's=k1.abc', step: '3' })).toBe('s=k1.abc');
  });

  test('an index counts the steps of today, as a seek does', () => {
    const g = STEP_SET > 1 ? `&g=${STEP_SET}` : '';
    expect(fragmentOf({ preset: null, state: 'p=msi&t=4&g=1', step: '7' })).toBe(`p=msi&t=7${g}`);
  });

  test('what is not asked for is not in the address', () => {
    const url = frameUrl(
      'https://x.example/index.html',
      { play: '0', theme: null, lang: '' },
      {
        preset: 'msi',
        state: null,
        step: null,
      },
    );
    expect(url).toBe('https://x.example/index.html?embed=1&play=0#p=msi');
  });
});
