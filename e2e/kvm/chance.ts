/** Seeded choices, for generators. */
import { createRng, nextBelow, nextU32, type RngState } from '../../src/base/rng.ts';

export type Weighted<T> = readonly (readonly [weight: number, value: T])[];

export class Chance {
  private readonly state: RngState;
  constructor(seed: number) {
    this.state = createRng(seed);
  }
  below(limit: number): number {
    return nextBelow(this.state, limit);
  }
  word(): number {
    return nextU32(this.state);
  }
  /** True in `percent` of a hundred cases. */
  one(percent: number): boolean {
    return this.below(100) < percent;
  }
  of<T>(list: readonly T[]): T {
    const value = list[this.below(list.length)];
    if (value === undefined) throw new Error('choice from an empty list');
    return value;
  }
  weighted<T>(table: Weighted<T>): T {
    let left = this.below(table.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of table) {
      if (left < weight) return value;
      left -= weight;
    }
    throw new Error('weights sum to 0');
  }
}
