/** The step that wrote a word last: asked by panels alone, where writers.ts is the stage's too. */
import type { SceneLog, Step } from './log.ts';
import { stepAtSeq } from './steps.ts';
import { writersOf } from './writers.ts';

/**
 * @param before rows from here on have not happened yet
 * @returns the step that wrote one of these words last; undefined: nothing did, or it was part of the set-up
 */
export function lastWriter(log: SceneLog, addresses: readonly number[], before: number): Step | undefined {
  let newest = -1;
  for (const address of addresses) {
    for (const seq of writersOf(log, address, before)) {
      newest = Math.max(newest, seq);
      break;
    }
  }
  const step = newest < 0 ? -1 : stepAtSeq(log.steps, newest);
  return step < 0 ? undefined : log.steps.get(step);
}
