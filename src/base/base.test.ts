import { describe, expect, test } from 'vitest';
import { assert } from './assert.ts';
import { createRng, nextBelow, nextU32 } from './rng.ts';

test('assert throws our bug with its sentence', () => {
  expect(() => assert(false, 'two is one')).toThrow('assertion failed: two is one');
  expect(() => assert(true, 'fine')).not.toThrow();
});

describe('rng', () => {
  test('same seed, same run; a cloned state goes on alike', () => {
    const a = createRng(0x1234);
    const b = createRng(0x1234);
    for (let i = 0; i < 100; i++) expect(nextU32(a)).toBe(nextU32(b));
    const c = structuredClone(a);
    expect(nextU32(c)).toBe(nextU32(a));
    expect(createRng(1)).not.toEqual(createRng(2));
  });

  test('nextBelow covers its range evenly', () => {
    const rng = createRng(42);
    const seen = new Array<number>(8).fill(0);
    for (let i = 0; i < 8000; i++) seen[nextBelow(rng, 8)]++;
    for (const n of seen) expect(Math.abs(n - 1000)).toBeLessThan(150);
  });
});
