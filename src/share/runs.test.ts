/** The tree of runs: branches stay, and what a stranger made of its JSON is refused or read as far as it makes sense. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  aheadOf,
  applySplice,
  findRun,
  growRun,
  keptOf,
  MAX_RUNS,
  moveTo,
  opsOf,
  plantRuns,
  type Runs,
  readRuns,
  spliceOf,
  writeRuns,
} from './runs.ts';

const op = (n: number) => ({ op: 'irq_line', gsi: n, level: 1 });
const ROOT = { preset: null, version: 0, pinned: false, start: 1, kept: null };
const PACKER = { pack: (one: unknown) => one, unpack: (one: unknown) => one as Record<string, unknown> };
const lists = fc.array(fc.integer({ min: 0, max: 5 }).map(op), { maxLength: 12 });

test('the splice between any two lists makes the second of the first', () => {
  fc.assert(
    fc.property(lists, lists, (a, b) => {
      expect(applySplice(a, spliceOf(a, b))).toEqual(b);
    }),
  );
});

const planted = (): Runs => plantRuns('t', ROOT, [op(1), op(2), op(3)], 4);

test('a fork keeps both, and redo goes to the branch last been to', () => {
  const one = growRun(planted(), [op(1), op(9), op(2), op(3)], null, 2);
  const back = moveTo(one, 0, 5);
  const two = growRun(back, [op(1), op(8), op(2), op(3)], null, 3);
  expect(opsOf(two, 1)).toEqual([op(1), op(9), op(2), op(3)]);
  expect(opsOf(two, 2)).toEqual([op(1), op(8), op(2), op(3)]);
  expect(opsOf(two, 0)).toEqual([op(1), op(2), op(3)]);
  expect(aheadOf(moveTo(two, 0, 0)).map(({ id }) => id)).toEqual([2]);
  expect(aheadOf(moveTo(moveTo(two, 1, 0), 0, 0)).map(({ id }) => id)).toEqual([1]);
  expect(keptOf(two, 2, 3)).toBe(1);
  expect(findRun(two, [op(1), op(9), op(2), op(3)])?.id).toBe(1);
});

test('any tree comes back from its JSON as it was', () => {
  const grown = fc
    .array(fc.tuple(lists, fc.nat(20)), { maxLength: 10 })
    .map((turns) =>
      turns.reduce(
        (runs, [ops, to]) => growRun(moveTo(runs, to % runs.list.length, 1), [op(0), ...ops], null, 0),
        planted(),
      ),
    );
  fc.assert(
    fc.property(grown, (runs) => {
      const json = JSON.parse(JSON.stringify(writeRuns(runs, PACKER)));
      expect(readRuns(json, null, PACKER)).toEqual({ ...runs, found: true });
    }),
  );
});

test('of too many branches the oldest leaf goes, never one that leads to the run on screen', () => {
  let runs = planted();
  for (let n = 0; n < MAX_RUNS + 20; n++) runs = growRun(moveTo(runs, 0, 0), [op(1), op(100 + n)], null, 0);
  expect(runs.list).toHaveLength(MAX_RUNS);
  expect(opsOf(runs, runs.now)).toEqual([op(1), op(100 + MAX_RUNS + 19)]);
  expect(runs.list.some(({ id }) => id === 0)).toBe(true);
});

test('what is no tree is none: cycles, cuts past the end, unknown parents, anything at all', () => {
  const good = JSON.parse(JSON.stringify(writeRuns(growRun(planted(), [op(1), op(7)], null, 0), PACKER)));
  expect(readRuns(good, null, PACKER)).not.toBe(null);
  const wrong = (change: (json: typeof good) => void): void => {
    const json = structuredClone(good);
    change(json);
    expect(readRuns(json, null, PACKER)).toBe(null);
  };
  wrong((json) => {
    json.list[1].parent = 1;
  });
  wrong((json) => {
    json.list[1].parent = 9;
  });
  wrong((json) => {
    json.list[1].cut = 99;
  });
  wrong((json) => {
    json.now = 5;
  });
  wrong((json) => {
    json.tree = '<b>';
  });
  wrong((json) => {
    json.list[0].put = [];
  });
  fc.assert(
    fc.property(fc.jsonValue(), (json) => {
      expect(readRuns(json, null, PACKER)).toBe(null);
    }),
  );
});

test('the name of a deed is kept short and of a known shape', () => {
  const json = JSON.parse(JSON.stringify(writeRuns(growRun(planted(), [op(1), op(7)], null, 0), PACKER)));
  json.list[1].deed = ['deed.mask', { pin: 4, x: 'y'.repeat(500), __proto__: 1, deep: {} }];
  expect(readRuns(json, null, PACKER)?.list[1]?.deed).toEqual({
    key: 'deed.mask',
    params: { pin: 4, x: 'y'.repeat(80) },
  });
  json.list[1].deed = ['error.fault', {}];
  expect(readRuns(json, null, PACKER)?.list[1]?.deed).toBe(null);
});
