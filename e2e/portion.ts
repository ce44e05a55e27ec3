/**
 * A rule that holds of every scene or chapter alike is walked over some of them in each run of `npm test`, others each time
 * (src/cli/portion.ts): PORTION=n takes the same again, DEEP=1 takes all.
 */
import { DEEP, portion } from '../src/cli/portion.ts';

/** What the title of a test says of it. */
export const WHICH = DEEP ? 'all' : `some of them, PORTION=${process.env.PORTION}`;

/** @returns at most n of them in their order, spread over the whole */
export const some = <T>(all: readonly T[], n: number): readonly T[] =>
  portion(all, Math.ceil(all.length / n), JSON.stringify(all), 1);
