import { expect, test } from 'vitest';
import { OpError } from './define/op.ts';
import { isKernelFn } from './kernel/functions.ts';
import { parseOp } from './ops/index.ts';
import { COMMITS, missingChanges, QUIRKS } from './quirks.ts';

test('v6.18 is without one change only, the one that came after it', () => {
  expect([...missingChanges('6.18', [])]).toEqual(['b2849bec936b']);
  expect([...missingChanges('6.18', ['b2849bec936b'])]).toEqual([]);
});

test('an older kernel is without every change that a newer one is without', () => {
  const order = (['5.15', '6.1', '6.12', '6.18'] as const).map((kernel) => missingChanges(kernel, []));
  order.forEach((newer, i) => {
    for (const older of order.slice(0, i)) expect([...newer].filter((commit) => !older.has(commit))).toEqual([]);
  });
});

test('a change named is one more, and one that v6.18 has', () => {
  for (const commit of COMMITS) {
    const later = 'later' in QUIRKS[commit];
    expect(missingChanges('6.18', [commit]).has(commit), commit).toBe(!later);
  }
});

test('each is in a function of the catalogue', () => {
  expect(COMMITS.filter((commit) => !isKernelFn(QUIRKS[commit].fn))).toEqual([]);
});

test.each([
  [{ kernel: '4.4' }, 'kernel'],
  [{ quirks: ['deadbeef'] }, 'quirks'],
  [{ quirks: 'fef8f2b90edb' }, 'quirks'],
  [{ vendor: 'via' }, 'vendor'],
])('%j is refused with its place', (fields, place) => {
  const read = (): unknown => parseOp({ op: 'create', vcpus: 1, ...fields });
  expect(read).toThrow(OpError);
  expect(read).toThrow(expect.objectContaining({ place }));
});
