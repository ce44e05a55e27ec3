import { join } from 'node:path';
import { expect, test } from 'vitest';
import { differsIn, truthData } from './truth-data.mjs';

test('a remark goes from its tag to the next tag, empty line or end of the comment', () => {
  const text = `/**
 * What this is.
 * @differs sdm: one thing,
 * told over two lines.
 * @differs 82C54: another.
 *
 * Left out: much.
 */`;
  expect(differsIn(text)).toEqual([
    { from: 'sdm', text: 'one thing, told over two lines.' },
    { from: '82C54', text: 'another.' },
  ]);
});

test('counts what golden.test.ts runs, and finds every remark of the engine', () => {
  const { compared, differs } = truthData(join(import.meta.dirname, '../..'));
  expect(compared.map(({ kind }) => kind)).toEqual([
    'random',
    'fresh',
    'directed',
    'restore',
    'bsp',
    'create',
    'roads',
    'cases',
  ]);
  for (const { sequences, ops } of compared) expect(ops).toBeGreaterThan(sequences);
  expect(differs.length).toBeGreaterThan(3);
  for (const { text } of differs) expect(text).toMatch(/\.$/);
});
