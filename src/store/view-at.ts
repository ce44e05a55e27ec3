/** The machine as it stands at the playhead. */
import type { MachineView } from '../engine/view/machine-view.ts';
import { wordsAt } from '../log/fold.ts';
import type { SceneLog } from '../log/log.ts';
import { seqAt } from '../log/steps.ts';
import { ARRIVE, type Playhead } from './types.ts';

/** Words after the playhead's step once its token has arrived, before it until then. */
export function viewAt(scene: SceneLog, playhead: Pick<Playhead, 'step' | 'phase'>): MachineView {
  const w = wordsAt(scene, seqAt(scene, playhead.step, playhead.phase >= ARRIVE));
  return { config: scene.config, wordMap: scene.wordMap, w, routeTables: scene.routeTables };
}
