/** The right answer of a chapter's check: its ops on an engine of their own, and what that says. */
import { type ChapterCheck, type ChapterStop, valueAt } from '../chapters/chapter.ts';
import { findStep } from '../log/steps.ts';
import type { App } from './create-app.ts';

/** @returns the value, or undefined where the engine could not be asked */
export async function answerOf(app: App, { ops, ask }: ChapterCheck): Promise<unknown> {
  const other = app.another();
  try {
    const end = await other.actions.loadOps(ops, { play: false }, 0);
    const { scene } = other.store.getState();
    if (end !== 'done' || scene === null) return undefined;
    if ('path' in ask) return valueAt(scene.commands.at(-1)?.result ?? {}, ask.path);
    let count = 0;
    for (let i = 0; i < scene.steps.length; i++) if (scene.steps.nameOf(i) === ask.count) count++;
    return count;
  } finally {
    other.close();
  }
}

/** Is the scene on screen the stop's, with nothing done to it? */
function isOnStage(app: App, { scene, ops = [] }: ChapterStop): boolean {
  const { sceneId, scene: log } = app.store.getState();
  const untouched = sceneId.kept === sceneId.total && log?.complete === true && log.commands.length === sceneId.total;
  return sceneId.preset === scene && untouched && ops.length === 0;
}

/** Puts the stop's scene on the stage and the playhead on its moment. @returns whether it stands there */
export async function goToStop(app: App, stop: ChapterStop): Promise<boolean> {
  if (!isOnStage(app, stop)) {
    const { scene, ops = [] } = stop;
    const end = await app.actions.loadChanged({ preset: scene, version: undefined, keep: null, ops }, { play: false });
    if (end !== 'done') return false;
  }
  const steps = app.store.getState().scene?.steps;
  const at = steps === undefined ? -1 : findStep(steps, stop.at);
  if (at < 0) return false;
  app.actions.pause();
  app.actions.seekStep(at);
  return true;
}

/** Is the reader still at the stop? */
export function isAtStop(app: App, stop: ChapterStop): boolean {
  const { scene, sceneId, playhead } = app.store.getState();
  if (scene === null || sceneId.preset !== stop.scene) return false;
  return (
    playhead.step === findStep(scene.steps, stop.at) &&
    scene.commands.length === sceneId.total + (stop.ops?.length ?? 0)
  );
}
