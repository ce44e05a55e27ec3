/** A moment by its event's name, which stays where it is when ops are put in before it. */
import type { Steps } from '../log/steps.ts';

/** "ioapic_service#2": the second event of that name. @returns null before the first step */
export function nameOfStep(steps: Steps, step: number): string | null {
  const name = steps.nameOf(step);
  if (name === undefined) return null;
  let nth = 0;
  for (let i = 0; i <= step; i++) if (steps.nameOf(i) === name) nth++;
  return `${name}#${nth}`;
}
