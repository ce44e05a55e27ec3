import { describe, expect, test } from 'vitest';
import { assert, assertNever } from './assert.ts';
import { apicId, gsi, pin, seq, type Vector, vcpuId, vector } from './brand.ts';
import { err, ok } from './result.ts';
import { createRng, nextBelow, nextU32 } from './rng.ts';

describe('brands', () => {
  test.each([
    ['vector', vector, 0xff],
    ['gsi', gsi, 4095],
    ['pin', pin, 23],
    ['apicId', apicId, 0xffff_ffff],
    ['vcpuId', vcpuId, 0xffff],
    ['seq', seq, Number.MAX_SAFE_INTEGER],
  ] as const)('%s takes its whole range and nothing else', (_name, make, max) => {
    expect(make(0)).toBe(0);
    expect(make(max)).toBe(max);
    for (const bad of [-1, max + 1, 0.5, Number.NaN]) expect(() => make(bad)).toThrow('assertion failed');
  });

  test('a pin does not pass for a vector', () => {
    // @ts-expect-error a Pin is not a Vector
    const v: Vector = pin(3);
    expect(v).toBe(3);
  });
});

test('assert throws our bug with its sentence', () => {
  expect(() => assert(false, 'two is one')).toThrow('assertion failed: two is one');
  expect(() => assert(true, 'fine')).not.toThrow();
  expect(() => assertNever({ type: 'new' } as never)).toThrow('{"type":"new"}');
});

test('a result carries its value or its reason and place', () => {
  expect(ok(7)).toEqual({ ok: true, value: 7 });
  expect(err('level is 0 or 1', 'op 3')).toEqual({ ok: false, error: { reason: 'level is 0 or 1', place: 'op 3' } });
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
