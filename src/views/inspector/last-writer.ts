/** Who changed a register last: the newest write row to one of its words before the playhead. */
import { COL, ROW, WRITE } from '../../engine/view/tables.ts';
import { stepAtSeq } from '../../store/steps.ts';
import type { SceneLog, Step } from '../../store/types.ts';

/**
 * @param before rows from here on have not happened yet
 * @returns the step that wrote; undefined: nothing did, or it was part of the set-up
 */
export function lastWriter(scene: SceneLog, addresses: readonly number[], before: number): Step | undefined {
  const wanted = new Set(addresses);
  for (let seq = Math.min(before, scene.used) - 1; seq >= 0; seq--) {
    const at = seq * ROW;
    if (scene.rows[at] === WRITE && wanted.has(scene.rows[at + COL.a] as number)) {
      return scene.steps[stepAtSeq(scene.steps, seq)];
    }
  }
  return undefined;
}
