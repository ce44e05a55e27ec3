/** Runs inputs made from a seed, and says which one failed. */
import { cpuMs } from '../cpu-time.ts';
import { type Chance, chanceOf } from './inputs.ts';

export const SEED = Number(process.env.SEED ?? 20_261_129);
export const COUNT = Number(process.env.FUZZ ?? 3_000);
/** One input alone, by the seed of its own that a failure names. */
const ONLY = process.env.ONLY;
/** CPU time an input may take, ms. */
export const SLOWEST_MS = 1_000;

/**
 * Tries inputs, each from a seed of its own.
 * @returns the slowest, ms of CPU
 * @throws with the failing input's seed, and what it threw as the cause
 */
export async function each(count: number, kind: number, one: (c: Chance) => Promise<void> | void): Promise<number> {
  let slowest = 0;
  if (ONLY !== undefined) {
    await one(chanceOf(Number(ONLY)));
    return slowest;
  }
  for (let i = 0; i < count; i++) {
    const seed = (Math.imul(SEED + kind, 2_654_435_761) + i) >>> 0;
    const from = cpuMs();
    try {
      await one(chanceOf(seed));
    } catch (e) {
      throw new Error(`input ${i} of SEED=${SEED} (its own seed ${seed})`, { cause: e });
    }
    slowest = Math.max(slowest, cpuMs() - from);
  }
  // What `npm run fuzz` shows; a share of it in `npm test` is silent.
  if (process.env.FUZZ !== undefined) {
    const { rss } = process.memoryUsage();
    console.log(
      `part ${kind}: ${count} inputs, slowest ${slowest.toFixed(0)} ms of CPU, ${(rss / 2 ** 20).toFixed(0)} MiB`,
    );
  }
  return slowest;
}
