import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DIFFERENCES } from '../spec/differs.ts';
import { LAYOUTS, REGISTERS } from '../spec/registers/index.ts';
import { differsIn, truthData } from './truth-data.mjs';

test('a remark goes from its tag to the next tag, empty line or end of the comment', () => {
  const text = `/**
 * What this is.
 * @differs SDM (one, thing): one thing,
 * told over two lines.
 * @differs 82C54 (other): another.
 *
 * Left out: much.
 */`;
  expect(differsIn(text)).toEqual([
    { from: 'SDM', ids: ['one', 'thing'], text: 'one thing, told over two lines.' },
    { from: '82C54', ids: ['other'], text: 'another.' },
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
  for (const { text } of differs) expect(text).toMatch(/\.$/);
});

test('every remark of the engine is a row of spec/differs.ts, and every row is remarked where the engine does it', () => {
  const { differs } = truthData(join(import.meta.dirname, '../..'));
  const told = differs.flatMap(({ from, ids }) => ids.map((id) => `${id}: ${from}`));
  expect([...new Set(told)].sort()).toEqual(
    Object.entries(DIFFERENCES)
      .map(([id, { from }]) => `${id}: ${from}`)
      .sort(),
  );
});

test('a difference is said where it is met: at a register, field or kernel function that there is', () => {
  const places = new Set(
    LAYOUTS.flatMap(({ name, fields }) => [name, ...Object.keys(fields).map((field) => `${name}.${field}`)]),
  );
  for (const [kind, rows] of Object.entries(REGISTERS))
    for (const name of Object.keys(rows)) places.add(`${kind}.${name}`);
  for (const [id, { at, fns }] of Object.entries(DIFFERENCES)) {
    expect(
      at.filter((place) => !places.has(place)),
      id,
    ).toEqual([]);
    expect(at.length + fns.length, id).toBeGreaterThan(0);
  }
});
