/**
 * The step that a panel tells. In a long run, whose rows are made again where one jumps to, the panels follow a jump in frames of their
 * own: the frame that shows the moment has the stage alone to draw.
 */
import { useMemo, useSyncExternalStore } from 'react';
import type { SceneLog } from '../../log/log.ts';
import type { Clock } from '../../scene/clock.ts';
import type { App } from '../../store/create-app.ts';
import type { PanelRow, PanelStep } from '../../store/panel-step.ts';
import { useApp } from '../../store/use-app.ts';
import { viewAt } from '../../store/view-at.ts';

/** Are the rows of this run made again where somebody asks for them? */
export const isMadeAgain = (scene: SceneLog | null): boolean => (scene?.keyframes.machines.length ?? 0) > 0;

/**
 * Asks for a moment in the middle of a long run while nobody waits: the browser compiles the page's own engine when it first runs,
 * which the first jump need not wait for. @returns how to call it off
 */
export function warmUp(scene: SceneLog): () => void {
  if (typeof requestIdleCallback !== 'function') return () => {};
  const asked = requestIdleCallback(() => viewAt(scene, { step: scene.steps.length >> 1, phase: 1 }));
  return () => cancelIdleCallback(asked);
}

/** Frames between a jump in a long run and what is told of it beside the stage: 1 is the frame that shows the moment. */
export const AFTER_STAGE = 2;

/** Does something when that many frames have begun. @returns how to call it off */
export function afterFrames(clock: Clock, frames: number, task: () => void): () => void {
  if (frames <= 1) return clock.later(task);
  let callOff = clock.later(() => {
    callOff = afterFrames(clock, frames - 1, task);
  });
  return () => callOff();
}

/** A panel's step that comes so many frames after a jump in a long run, and at once otherwise. */
export function lateStep({ clock, panelSteps, store }: App, row: PanelRow, frames: number): PanelStep {
  const steps = panelSteps[row];
  let told = steps.get();
  let callOff: (() => void) | null = null;
  return {
    get: () => (callOff === null ? steps.get() : told),
    subscribe(listener) {
      const stop = steps.subscribe(() => {
        const isJump = Math.abs(steps.get() - told) > 1 && isMadeAgain(store.getState().scene);
        // One that is on its way tells the newest: a drag does not hold the panels up.
        if (isJump || callOff !== null) {
          callOff ??= afterFrames(clock, frames, () => {
            callOff = null;
            told = steps.get();
            listener();
          });
          return;
        }
        told = steps.get();
        listener();
      });
      return () => {
        stop();
        callOff?.();
        callOff = null;
      };
    },
  };
}

/** Index of the step that a panel tells, -1 before the first. @param frames how many after a jump in a long run */
export function useLateStep(row: PanelRow, frames = AFTER_STAGE): number {
  const app = useApp();
  const { get, subscribe } = useMemo(() => lateStep(app, row, frames), [app, row, frames]);
  return useSyncExternalStore(subscribe, get, get);
}
