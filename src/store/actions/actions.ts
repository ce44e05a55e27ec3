/** Everything the page can do, bound to one app. */
import type { StoreApi } from 'zustand/vanilla';
import type { AppCore } from '../create-app.ts';
import type { AppState } from '../types.ts';
import type { Opened } from './links.ts';
import {
  changeSpeed,
  movePlayhead,
  pause,
  play,
  runTo,
  seekEnd,
  seekStart,
  seekStep,
  setSpeed,
  stepBy,
  toggle,
} from './playback.ts';
import { loadChanged, loadOps, loadPreset, poke, reconfigure } from './scene.ts';
import { dismissNotice, notify, select, setLang, setPanel, setTheme, setUi } from './ui.ts';

const OF_THE_STATE = {
  changeSpeed,
  dismissNotice,
  movePlayhead,
  notify,
  pause,
  play,
  runTo,
  seekEnd,
  seekStart,
  seekStep,
  select,
  setLang,
  setPanel,
  setSpeed,
  setTheme,
  setUi,
  stepBy,
  toggle,
};
/** Links and their reader come when one is opened; what was asked for meanwhile overtakes it. */
async function openLink(app: AppCore, fragment: string, opening: { play: boolean }): Promise<Opened> {
  const isNewest = app.feed.ask();
  const links = await import('./links.ts');
  return isNewest() ? links.openLink(app, fragment, opening) : 'overtaken';
}

const OF_THE_SCENE = { loadChanged, loadOps, loadPreset, openLink, poke, reconfigure };

/** The same functions without what they act on. */
type Bound<Fns> = {
  readonly [K in keyof Fns]: Fns[K] extends (on: never, ...rest: infer Rest) => infer Answer
    ? (...rest: Rest) => Answer
    : never;
};

export type Actions = Bound<typeof OF_THE_STATE> & Bound<typeof OF_THE_SCENE>;

function bind<On, Fns extends Readonly<Record<string, (on: On, ...rest: never[]) => unknown>>>(
  on: On,
  fns: Fns,
): Bound<Fns> {
  const entries = Object.entries(fns).map(([name, fn]) => [name, (...rest: never[]) => fn(on, ...rest)]);
  return Object.fromEntries(entries) as Bound<Fns>;
}

export function bindActions(core: AppCore): Actions {
  return { ...bind<StoreApi<AppState>, typeof OF_THE_STATE>(core.store, OF_THE_STATE), ...bind(core, OF_THE_SCENE) };
}
