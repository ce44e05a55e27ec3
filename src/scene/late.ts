/** What a stage is told beside its scene and its layout: what waits, crosses, is asked and rises. Comes after the first motion. */
import { asksOf } from './asks.ts';
import { crossingsAt } from './crossings.ts';
import type { Stage } from './flights.ts';
import { liftsOf } from './lifts.ts';
import { waitsAfter } from './waits.ts';

export const LATE = {
  waits: waitsAfter,
  lifts: liftsOf,
  asks: asksOf,
  crossings: crossingsAt,
} as const satisfies Partial<Stage>;
