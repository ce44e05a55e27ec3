/** Seeded chance as plain data: the state survives structured clone and the same seed gives the same run everywhere. */
export type RngState = { word: number };

export function createRng(seed: number): RngState {
  return { word: seed >>> 0 };
}

/** Next 32 bits (mulberry32); advances the state in place. */
export function nextU32(rng: RngState): number {
  rng.word = (rng.word + 0x6d2b79f5) >>> 0;
  let t = rng.word;
  t = Math.imul(t ^ (t >>> 15), t | 1);
  t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
  return (t ^ (t >>> 14)) >>> 0;
}

/** Uniform integer in 0..limit-1, for limit up to 2^32. */
export function nextBelow(rng: RngState, limit: number): number {
  return Math.floor((nextU32(rng) / 2 ** 32) * limit);
}
