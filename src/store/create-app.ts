/**
 * One stage with all that moves it, as a value: state in zustand, the engine that fills it, the clock that plays it, and what
 * can be done to it. A page makes as many as it shows.
 */
import { createStore, type StoreApi } from 'zustand/vanilla';
import { type Clock, createClock, type Frames } from '../scene/clock.ts';
import type { EngineClient, FromEngine } from '../worker/client.ts';
import { type Actions, bindActions } from './actions/actions.ts';
import { movePlayhead } from './actions/playback.ts';
import { createPanelSteps, type PanelSteps } from './panel-step.ts';
import { createSceneFeed, type SceneFeed } from './scene-feed.ts';
import { type AppState, NO_SCENE } from './types.ts';

export type AppStore = StoreApi<AppState>;

/** What actions act on. */
export interface AppCore {
  readonly store: AppStore;
  /** Asks the engine for scenes and takes in what it sends. */
  readonly feed: SceneFeed;
}

export interface App extends AppCore {
  readonly clock: Clock;
  readonly actions: Actions;
  readonly panelSteps: PanelSteps;
  /** An unseen page sleeps, with every app made from this one. */
  setAwake(awake: boolean): void;
  /** Another stage of the same page: an engine, a scene and a clock of its own; looks (theme, language, motion) as here. */
  another(): App;
  /** Ends the engine and the clock. */
  close(): void;
}

/** Where an app gets its engine and its frames. */
export interface Surroundings {
  readonly connect: (onMessage: (message: FromEngine) => void) => EngineClient;
  readonly frames: Frames;
}

function firstState(): AppState {
  return {
    scene: null,
    sceneId: NO_SCENE,
    view: null,
    playhead: { step: -1, phase: 0, playing: false, speed: 1, until: null },
    ui: {
      theme: 'auto',
      lang: 'en',
      selected: null,
      panel: null,
      compare: null,
      chapter: null,
      url: null,
      embed: null,
      reducedMotion: false,
      invite: null,
      revealed: null,
      quiz: false,
    },
    notice: null,
    quiz: null,
    guessBeats: [],
    score: { right: 0, of: 0 },
    fault: null,
    runs: null,
    asked: null,
    said: null,
    stops: [],
    stoppedAt: null,
    unit: 'op',
    watched: [],
    mark: null,
    kept: null,
  };
}

/** Gives one store the looks of another, now and whenever they change. @returns how to stop */
function followLooks(leader: AppStore, follower: AppStore): () => void {
  const copy = ({ ui: { theme, lang, reducedMotion } }: AppState): void =>
    follower.setState(({ ui }) => ({ ui: { ...ui, theme, lang, reducedMotion } }));
  copy(leader.getState());
  return leader.subscribe((now, before) => {
    if (now.ui !== before.ui) copy(now);
  });
}

export function createApp({ connect, frames }: Surroundings): App {
  const store = createStore<AppState>(firstState);
  const core: AppCore = { store, feed: createSceneFeed(store, connect) };
  const clock = createClock(frames);
  const detach = clock.attach({
    getState: store.getState,
    subscribe: (listener) => store.subscribe(listener),
    move: (change) => movePlayhead(store, change),
  });
  const others = new Set<App>();
  let isAwake = true;
  return {
    ...core,
    clock,
    actions: bindActions(core),
    panelSteps: createPanelSteps(store, clock),
    setAwake(awake) {
      isAwake = awake;
      clock.setAwake(awake);
      for (const other of others) other.setAwake(awake);
    },
    another() {
      const made = createApp({ connect, frames });
      const stopFollowing = followLooks(store, made.store);
      made.setAwake(isAwake);
      const other: App = {
        ...made,
        close() {
          stopFollowing();
          others.delete(other);
          made.close();
        },
      };
      others.add(other);
      return other;
    },
    close() {
      for (const other of others) other.close();
      detach();
      clock.setAwake(false);
      core.feed.engine.close();
    },
  };
}
