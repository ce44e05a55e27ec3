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

/** Are the rows of this run made again where somebody asks for them? */
export const isMadeAgain = (scene: SceneLog | null): boolean => (scene?.keyframes.machines.length ?? 0) > 0;

/** Least idle time for a turn of `whileIdle`, ms: none where frames run. */
const IDLE_MS = 20;

/** Runs a task so many times, each when nobody waits for anything. @returns how to call it off */
export function whileIdle(times: number, task: (turn: number) => void): () => void {
  if (typeof requestIdleCallback !== 'function') return () => {};
  let turn = 0;
  const run = (idle: IdleDeadline): void => {
    if (idle.timeRemaining() >= IDLE_MS) task(turn++);
    if (turn < times) asked = requestIdleCallback(run);
  };
  let asked = requestIdleCallback(run);
  return () => cancelIdleCallback(asked);
}

/**
 * Jumps about in a long run while nobody waits, on a stage that nobody sees: the browser compiles what a jump runs, the page's own
 * engine with it, when that has run a few times, and the first jump of a person need not wait for it. @returns how to call it off
 */
export function warmUp(scene: SceneLog, app: App): () => void {
  let stop = whileIdle(1, () => {
    let isOff = false;
    stop = () => {
      isOff = true;
    };
    import('../board/rehearse.tsx').then(
      ({ rehearse }) => {
        if (!isOff) stop = rehearse(scene, app);
      },
      // It did not come (no network): the first jumps are slow.
      () => {},
    );
  });
  return () => stop();
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
