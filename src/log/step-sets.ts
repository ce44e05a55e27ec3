/**
 * Step sets: which event kinds a step index counts. A link says "after step 12" of the kinds there were when it was made; a kind that
 * is new since would move every such link. So each kind has the set since which it is a step, and an index of an older
 * set is found again by counting the kinds of that set alone.
 */
import { STEP_SET } from '../spec/define/event.ts';
import { type EventName, eventRow } from '../spec/events/index.ts';
import { findStep, type Steps } from './steps.ts';

/** Step set since which a kind of event is a step. */
export const sinceOf = (name: EventName): number => eventRow(name).since ?? 1;

/** A moment of a scene: an index in a step set, "name#n" (the nth event of that name, from 1), or the last step. */
export type StepRef = { readonly index: number; readonly set: number } | { readonly name: string } | 'end';

/** An index as it counts today. */
export const stepNow = (index: number): StepRef => ({ index, set: STEP_SET });

/**
 * Where a moment is among the steps so far.
 * @returns its index; null while it is not there
 */
export function findRef(steps: Steps, ref: StepRef): number | null {
  if (ref === 'end') return null;
  if ('name' in ref) {
    const found = findStep(steps, ref.name);
    return found < 0 ? null : found;
  }
  const { index, set } = ref;
  if (index < 0) return -1;
  if (set >= STEP_SET) return index < steps.length ? index : null;
  let left = index;
  for (let i = 0; i < steps.length; i++) {
    const name = steps.nameOf(i);
    if (name !== undefined && sinceOf(name) <= set && left-- === 0) return i;
  }
  return null;
}

/** Where a moment is in a scene that is whole: past its end is its last step, a name that does not occur before its first. */
export function settleRef(steps: Steps, ref: StepRef): number {
  const found = findRef(steps, ref);
  if (found !== null) return found;
  return ref !== 'end' && 'name' in ref ? -1 : steps.length - 1;
}
