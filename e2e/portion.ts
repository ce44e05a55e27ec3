/**
 * A rule that holds of every scene or chapter is walked in each run of `npm test` over some of them, others each time, and over
 * all where IRQSCOPE_DEEP=1 is set. SEED=n takes the same ones again: it is in the title of each test that asks.
 */
import { createRng, nextBelow } from '../src/base/rng.ts';

// The config is read before any test, and in each worker again: it has set one seed for all of them.
const SEED = Number(process.env.E2E_SEED);
export const IS_DEEP = process.env.IRQSCOPE_DEEP === '1';

/** What the title of a test says of it. */
export const WHICH = IS_DEEP ? 'all' : `some of them, SEED=${SEED}`;

/** @returns n of them in their order, or all of them where the whole is asked for */
export function some<T>(all: readonly T[], n: number): readonly T[] {
  if (IS_DEEP || n >= all.length) return all;
  // Not the same place of every list.
  const rng = createRng(SEED + JSON.stringify(all).length);
  const left = all.map((_, i) => i);
  const taken = Array.from({ length: n }, () => left.splice(nextBelow(rng, left.length), 1)[0] as number);
  return taken.sort((a, b) => a - b).map((i) => all[i] as T);
}
