/** What stands in the browser's storage may be anything. */
import { afterEach, expect, test, vi } from 'vitest';
import { readLast } from './first-minute.ts';

afterEach(() => vi.unstubAllGlobals());

test.each([
  [null, null],
  ['{"link":"p=intx-shared&t=31","preset":"intx-shared"}', { link: 'p=intx-shared&t=31', preset: 'intx-shared' }],
  ['{"link":1,"preset":"x"}', null],
  ['[]', null],
  ['7', null],
  ['{', null],
  [JSON.stringify({ link: 'p=x&'.padEnd(9000, 'a'), preset: 'x' }), null],
])('%s', (text, last) => {
  vi.stubGlobal('localStorage', { getItem: () => text });
  expect(readLast()).toEqual(last);
});

test('no storage at all is a first visit', () => {
  vi.stubGlobal('localStorage', {
    getItem: () => {
      throw new Error('denied');
    },
  });
  expect(readLast()).toBeNull();
});
