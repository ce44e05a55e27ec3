/**
 * How far the rest of the machine has stepped back, as a function of the position in a scene and of nothing else: it dims as a beat's
 * first movement begins, stays so while the beat is read, and is back where the playhead comes to rest.
 */
import { countBelow } from '../base/bisect.ts';
import type { Position } from './advance.ts';
import { type Beat, beatsOf } from './beats.ts';
import type { Stage } from './flights.ts';
import { msAt, scoreOf, UNSEEN_MS } from './score.ts';

const DIMS_MS = 160;
/** From this phase of the step a beat holds at the rest comes back. */
const BACK = 0.96;

/** Index of the first beat that holds at `step` or later. */
const holdFrom = (beats: readonly Beat[], step: number): number =>
  countBelow(beats.length, (i) => (beats[i] as Beat).hold, step);

/** @returns 0 nothing has stepped back .. 1 it has: 38 % of it is left, as the style sheet says */
export function dimAt(stage: Stage, { step, phase }: Position): number {
  if (stage.telling === undefined || step < 0 || phase >= 1) return 0;
  const beats = beatsOf(stage.scene, stage.telling);
  const next = holdFrom(beats, step);
  const comesBack = beats[next]?.hold === step && phase > BACK ? (1 - phase) / (1 - BACK) : 1;
  const score = scoreOf(stage, step);
  for (let at = (beats[next - 1]?.hold ?? -1) + 1; at < step; at++) {
    // It has stepped back in a step of this beat that has been.
    if (scoreOf(stage, at).fly > UNSEEN_MS) return comesBack;
  }
  if (score.fly <= UNSEEN_MS) return 0;
  return Math.min(msAt(score, phase) / DIMS_MS, comesBack, 1);
}
