/** An app that stands still at a moment: there is no engine behind it, and nobody draws its frames. */
import type { Lang } from '../i18n/index.ts';
import type { SceneLog } from '../log/log.ts';
import { type App, createApp, type Surroundings } from './create-app.ts';
import type { SceneId } from './types.ts';
import { viewAt } from './view-at.ts';

/** A moment of a scene: after step `step` (-1: before the first), or on the way to it. */
export interface Moment {
  readonly scene: SceneLog;
  readonly sceneId: SceneId;
  readonly step: number;
  /** 0..1 within the step; 1: done. */
  readonly phase: number;
  readonly lang: Lang;
}

const NO_ENGINE: ReturnType<Surroundings['connect']> = {
  run: () => 0,
  extend: () => 0,
  fork: () => 0,
  ack: () => {},
  seat: () => null,
  close: () => {},
};

export function stillApp({ scene, sceneId, step, phase, lang }: Moment): App {
  const app = createApp({ connect: () => NO_ENGINE, frames: { request: () => 0, cancel: () => {} } });
  const { store } = app;
  const playhead = { ...store.getState().playhead, step, phase };
  store.setState(({ ui }) => ({
    scene,
    sceneId,
    playhead,
    view: viewAt(scene, playhead),
    ui: { ...ui, lang },
  }));
  return app;
}
