import { expect, test } from 'vitest';
import { DEEP, portion } from './portion.ts';

const LIST = Array.from({ length: 103 }, (_, i) => i);

test('one of each so many neighbours is drawn, in their order', () => {
  const drawn = portion(LIST, 10, 'a');
  if (DEEP) expect(drawn).toEqual(LIST);
  else expect(drawn.map((n) => Math.floor(n / 10))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test('of a short list there are as many as asked for at least, of one as long as that all', () => {
  expect(portion([1, 2, 3], 10, 'a', 3)).toEqual([1, 2, 3]);
  expect(portion(LIST.slice(0, 13), 10, 'a', 6).length).toBeGreaterThanOrEqual(6);
  expect(portion([], 10, 'a')).toEqual([]);
});

test('the same key draws the same, and in time each is drawn', () => {
  expect(portion(LIST, 10, 'a')).toEqual(portion(LIST, 10, 'a'));
  const drawn = new Set(Array.from({ length: 400 }, (_, i) => portion(LIST, 10, `${i}`)).flat());
  expect(drawn.size).toBe(LIST.length);
});
