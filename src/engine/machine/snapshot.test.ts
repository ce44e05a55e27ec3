/** Restore, then the rest of the ops, is the straight run: rows, answers, words. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { generate, sequenceSeed } from '../../../e2e/kvm/generate.ts';
import { PROFILES } from '../../../e2e/kvm/shape.ts';
import { portion } from '../../cli/portion.ts';
import { OpError } from '../../spec/define/op.ts';
import { parseOp } from '../../spec/ops/index.ts';
import { takeRows } from '../core/log.ts';
import type { Machine } from '../core/machine.ts';
import { execute, type RunOp } from './ops.ts';
import { createSession } from './session.ts';
import { restoreMachine, saveMachine } from './snapshot.ts';

const SEED = Number(process.env.SEED ?? 20_261_129);
/** Three seeds, of which `npm test` takes one. */
const seedsOf = (key: string): readonly number[] => portion([SEED, SEED + 1, SEED + 2], 3, key, 1);

type JsonOp = { readonly op: string; readonly [field: string]: unknown };

function created(create: JsonOp): Machine {
  const session = createSession();
  session.answerOrThrow(create);
  if (session.machine === null) throw new Error('create made no machine');
  return session.machine;
}

/** Answers, rows with their numbers, and words of these ops on a machine. */
function carryOut(m: Machine, ops: readonly JsonOp[]) {
  const answers = ops.map((op) => {
    try {
      return execute(m, parseOp(op) as RunOp);
    } catch (error) {
      if (error instanceof OpError) return { error: error.message };
      throw error;
    }
  });
  const { firstSeq, rows } = takeRows(m.log);
  return { answers, firstSeq, map: m.map, numbers: { rows, words: m.w.slice(), journeys: m.journeys.slice() } };
}

/** As `toEqual` has it; the ten thousands of numbers are asked about only where they differ. */
function expectSame(got: ReturnType<typeof carryOut>, want: ReturnType<typeof carryOut>): void {
  const [{ numbers, ...rest }, { numbers: wanted, ...others }] = [got, want];
  expect(rest).toEqual(others);
  for (const key of ['rows', 'words', 'journeys'] as const) {
    const [a, b] = [numbers[key], wanted[key]];
    if (a.length !== b.length || a.some((n, i) => n !== b[i])) expect([...a], key).toEqual([...b]);
  }
}

/** A snapshot after `cut` ops, gone on from twice, against the run it was taken from. */
function compare([create, ...ops]: readonly JsonOp[], cut: number): void {
  const straight = created(create as JsonOp);
  carryOut(straight, ops.slice(0, cut));
  const snapshot = saveMachine(straight);
  const expected = carryOut(straight, ops.slice(cut));
  expectSame(carryOut(restoreMachine(snapshot), ops.slice(cut)), expected);
  // The first restored machine has moved on and left the snapshot as it was.
  expectSame(carryOut(restoreMachine(snapshot), ops.slice(cut)), expected);
}

const folder = join(import.meta.dirname, '../../');
const listed = (under: string): JsonOp[][] =>
  readdirSync(join(folder, under), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => JSON.parse(readFileSync(join(folder, under, name), 'utf8')) as { ops?: JsonOp[] })
    .flatMap(({ ops }) => (ops === undefined ? [] : [ops]));

describe(`from a snapshot anywhere (SEED=${SEED})`, () => {
  test.each(PROFILES)('random ops: %s', (profile) => {
    for (const seed of seedsOf(profile))
      fc.assert(
        fc.property(fc.integer({ min: 0, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, at) => {
          // One machine: what restores into another begins with a create of its own.
          const ops = (generate(profile, sequenceSeed(SEED, n)) as JsonOp[]).filter(
            ({ op }, i) => i === 0 || op !== 'create',
          );
          compare(ops, Math.floor(at * ops.length));
        }),
        { seed, numRuns: 4 },
      );
  });

  test('the scenes, with devices, time, APICv and AVIC', () => {
    const scenes = listed('scenes');
    expect(scenes.length).toBeGreaterThan(10);
    for (const seed of seedsOf('scenes'))
      fc.assert(
        fc.property(fc.nat(scenes.length - 1), fc.double({ min: 0, max: 1, noNaN: true }), (n, at) => {
          const ops = scenes[n] as JsonOp[];
          compare(ops, Math.floor(at * ops.length));
        }),
        { seed, numRuns: 20 },
      );
  });
});
