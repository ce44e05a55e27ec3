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

/** Where a clicker stops: the steps that the scene's author wants looked at, and its end. */
export function beatsOf(steps: Steps, look: readonly Look[]): readonly number[] {
  const stops = new Set([...lookSteps(steps, look).keys(), steps.length - 1]);
  return [...stops].filter((step) => step >= 0).sort((a, b) => a - b);
}
