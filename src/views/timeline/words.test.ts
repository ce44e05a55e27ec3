/** Texts on the timeline are whole words, or nothing; a name too long for its column ends after a whole letter. */
import { expect, test } from 'vitest';
import { fitting, fittingName } from './words.ts';

/** Ten px a letter. */
const measure = (text: string): number => [...text].length * 10;

test('the longest text that fits is shown, and none where none fits', () => {
  const texts = ['in its handler 5 µs', 'in its handler', '5 µs'];
  expect(fitting(texts, 190, '', measure)).toBe('in its handler 5 µs');
  expect(fitting(texts, 189, '', measure)).toBe('in its handler');
  expect(fitting(texts, 50, '', measure)).toBe('5 µs');
  expect(fitting(texts, 39, '', measure)).toBe('');
});

test('a name loses words before it loses letters', () => {
  expect(fittingName('virtio-net line', 150, '', measure)).toBe('virtio-net line');
  expect(fittingName('virtio-net line', 149, '', measure)).toBe('virtio-net');
  expect(fittingName('virtio-net line', 60, '', measure)).toBe('virtio');
});
