import { expect, test } from 'vitest';
import { linesOf } from './lines.ts';

async function read(pieces: readonly string[], max = 10): Promise<(readonly (string | null)[])[]> {
  async function* stream() {
    for (const piece of pieces) yield Buffer.from(piece, 'latin1');
  }
  const got: (readonly (string | null)[])[] = [];
  for await (const lines of linesOf(stream(), max)) got.push(lines);
  return got;
}
const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

test('each piece gives the lines it ends, however the stream is cut', async () => {
  expect(await read(['a\nb', 'c\n', 'd'])).toEqual([['a'], ['bc'], ['d']]);
  expect(await read(['', '\n\n', ''])).toEqual([['', '']]);
  expect(await read([...utf8('µs\n')])).toEqual([['µs']]);
});

test('a line above the cap is null, the lines around it are whole', async () => {
  expect(await read(['ok\n', 'x'.repeat(11), '\nfine\n'])).toEqual([['ok'], [null, 'fine']]);
  expect(await read(['x'.repeat(10), '\n', 'y'.repeat(8), 'zzz'])).toEqual([['x'.repeat(10)], [null]]);
});
