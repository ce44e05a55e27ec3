/** Steps of another size than a step: to the next effect, kernel function, op, beat, or step of the same interrupt. */
import { searchStep } from '../../explain/stops.ts';
import { beatsOf, nextHold } from '../../scene/beats.ts';
import type { App } from '../../store/create-app.ts';
import type { StepUnit } from '../../store/types.ts';
import { soon } from './soon.ts';

export const STEP_UNITS: readonly StepUnit[] = ['effect', 'function', 'op', 'beat', 'journey'];

/** Goes there, and stops playback; past the last of them to the end of the run, before the first to its start. */
export function stepByUnit({ store, actions }: App, unit: StepUnit, direction: 1 | -1): void {
  const { scene, sceneId, playhead } = store.getState();
  if (scene === null) return;
  actions.pause();
  const go = (to: number | null): void => {
    if (to !== null) actions.seekStep(to);
    else if (direction === 1) actions.seekEnd();
    else actions.seekStart();
  };
  if (unit === 'beat') go(nextHold(beatsOf(scene, sceneId), playhead.step, direction));
  else soon(store, searchStep(scene, playhead.step, direction, unit), go);
}
