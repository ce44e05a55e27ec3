/** Makes a store: state in zustand, the engine beside it. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { createEngineClient, type EngineClient, type FromEngine } from '../worker/client.ts';
import { createSceneFeed, type SceneFeed } from './scene-feed.ts';
import type { AppState, SceneId } from './types.ts';

export interface AppStore extends StoreApi<AppState> {
  /** Asks the engine for scenes and takes in what it sends. */
  readonly feed: SceneFeed;
}

export const NO_SCENE: SceneId = { preset: null, version: 0, pinned: false, kept: 0, total: 0, start: 1, look: [], narration: null };

function firstState(): AppState {
  return {
    scene: null,
    sceneId: NO_SCENE,
    view: null,
    playhead: { step: -1, phase: 0, playing: false, speed: 1, until: null },
    ui: { theme: 'auto', lang: 'en', selected: null, panel: null, compare: null, embed: null, reducedMotion: false },
    notice: null,
    fault: null,
  };
}

/** @param connect tests give their own engine */
export function createAppStore(
  connect: (onMessage: (message: FromEngine) => void) => EngineClient = createEngineClient,
): AppStore {
  const state = createStore<AppState>(firstState);
  const feed = createSceneFeed(state, connect);
  return Object.assign(state, { feed });
}
