/** What there is to look at in a scene, by step. */
import { findStep, type Steps } from '../log/steps.ts';
import type { Look } from './types.ts';

export function lookSteps(steps: Steps, look: readonly Look[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { step, key } of look) {
    const at = findStep(steps, step);
    if (at >= 0) found.set(at, key);
  }
  return found;
}
