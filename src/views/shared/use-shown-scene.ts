/**
 * The scene, for who shows one moment of it: the same object while a log grows somewhere else. A long log comes in a hundred batches,
 * each with a scene of its own; what is drawn differs only when the moment, the run, or what the stage has to show does.
 */
import { useRef } from 'react';
import type { SceneLog } from '../../log/log.ts';
import { usageOf } from '../../scene/stage-model.ts';
import type { AppState } from '../../store/types.ts';
import { useStore } from '../../store/use-app.ts';

interface Held {
  readonly scene: SceneLog;
  readonly view: AppState['view'];
  readonly cuts: number;
  readonly usage: number;
}

/** What to go on showing of a state, or the state's own scene. @param was what is shown */
export function heldScene(was: Held | null, scene: SceneLog, view: AppState['view']): Held {
  const cuts = scene.readings.cuts.length;
  const usage = usageOf(scene);
  const isSame =
    was !== null &&
    was.scene.readings === scene.readings &&
    was.scene.complete === scene.complete &&
    was.scene.rows === scene.rows &&
    was.scene.routeTables.length === scene.routeTables.length &&
    was.cuts === cuts &&
    // The words at the playhead are new when the step that is shown has grown.
    was.view === view &&
    was.usage === usage;
  return isSame ? was : { scene, view, cuts, usage };
}

export function useShownScene(): SceneLog | null {
  const held = useRef<Held | null>(null);
  return useStore(({ scene, view }) => {
    if (scene === null) return null;
    held.current = heldScene(held.current, scene, view);
    return held.current.scene;
  });
}
