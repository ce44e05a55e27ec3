import { expect, test } from 'vitest';
import { cut, textWidth } from './text-fit.ts';

test('what fits is whole, what does not is cut with an ellipsis inside the room', () => {
  expect(cut('serial8250_interrupt', 400, 11)).toBe('serial8250_interrupt');
  const short = cut('serial8250_interrupt', 60, 11);
  expect(short).toMatch(/^serial.*…$/);
  expect(textWidth(short, 11)).toBeLessThanOrEqual(60);
});

test('one or two characters are never cut: an ellipsis would take as much room and say less', () => {
  expect(cut('0', 2, 11.5, 'mono')).toBe('0');
  expect(cut('12', 3, 11.5, 'mono')).toBe('12');
});
