/** Shapes of a layer are used again: those that stay are not made anew, whatever comes and goes before them. */
import { DOMParser } from 'linkedom';
import { expect, test } from 'vitest';
import { refill } from './token-layer.ts';

type Shape = readonly [name: string, attributes: Readonly<Record<string, string | number>>];
const PATH: Shape = ['path', { d: 'M0 0' }];
const rects = (count: number): Shape[] => Array.from({ length: count }, (_, x) => ['rect', { x }]);

function layer() {
  // Of an XML document: there a name is as it was given, as in a browser's SVG.
  const drawing = new DOMParser().parseFromString(
    '<svg xmlns="http://www.w3.org/2000/svg"><g/></svg>',
    'image/svg+xml',
  );
  const parent = drawing.querySelector('g') as unknown as Element;
  return {
    parent,
    draw(shapes: readonly Shape[]): Element[] {
      const { add, end } = refill(parent);
      for (const [name, attributes] of shapes) add(name, attributes);
      end();
      return [...parent.children];
    },
  };
}

test.each([
  ['one before them that is gone', [PATH, ...rects(5)], rects(5)],
  ['one before them that is new', rects(5), [PATH, ...rects(5)]],
  ['one among them that is gone', [...rects(2), PATH, ...rects(3)], rects(5)],
])('shapes stay the same elements, with %s', (_, before, after) => {
  const { draw, parent } = layer();
  const kept = draw(before).filter(({ tagName }) => tagName === 'rect');
  const now = draw(after);
  expect(now.map(({ tagName }) => tagName)).toEqual(after.map(([name]) => name));
  const again = now.filter(({ tagName }) => tagName === 'rect');
  expect(again.map((rect) => kept.indexOf(rect))).toEqual(kept.map((__, i) => i));
  expect(parent.children.length).toBe(after.length);
});

test('a shape that is used again has what it is given now and nothing of before', () => {
  const { draw } = layer();
  draw([['rect', { x: 1, y: 2, class: 'bd-ring', style: '--c:red' }]]);
  const [rect] = draw([['rect', { x: 1, class: 'bd-light', style: '--c:blue' }]]);
  expect([rect?.getAttribute('x'), rect?.getAttribute('y'), rect?.getAttribute('class')]).toEqual([
    '1',
    null,
    'bd-light',
  ]);
  expect(rect?.getAttribute('style')).toContain('blue');
  const [again] = draw([['rect', { x: 1, y: 2, class: 'bd-light', style: '--c:blue' }]]);
  expect(again?.getAttribute('y')).toBe('2');
});

test('a shape that had no use comes back as what it is given then, and none is made anew', () => {
  const { draw } = layer();
  const first = draw([PATH, ['rect', { x: 1, y: 2, class: 'bd-ring' }], ['rect', { x: 3 }]]);
  draw([]);
  const again = draw([
    ['rect', { x: 7 }],
    ['rect', { x: 8, rx: 3 }],
  ]);
  expect(new Set(again)).toEqual(new Set(first.slice(1)));
  expect(again.map((rect) => ['x', 'y', 'class', 'rx'].map((name) => rect.getAttribute(name) || null))).toEqual([
    ['7', null, null, null],
    ['8', null, null, '3'],
  ]);
  expect(draw([PATH])[0]).toBe(first[0]);
});
