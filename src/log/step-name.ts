/** A step's name for links, hosts and findings: none of them comes before the first motion. */
import type { Steps } from './steps.ts';

/** Name of a step that outlives a renumbering: "name#n", the nth step of that name, from 1. */
export function stepName(steps: Steps, index: number): string | null {
  const step = steps.get(index);
  if (step === undefined) return null;
  let nth = 0;
  for (let i = 0; i <= index; i++) if (steps.nameOf(i) === step.name) nth++;
  return `${step.name}#${nth}`;
}
