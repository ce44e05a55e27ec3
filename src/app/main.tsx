/** Puts the pieces together: parameters, store, clock, address bar, page. */
import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { assert } from '../base/assert.ts';
import type { HostLink } from '../embed/host-link.ts';
import { FIRST_PRESET, loadPresetFile } from '../scenes/index.ts';
import { createApp } from '../store/create-app.ts';
import type { EmbedOptions } from '../store/types.ts';
import { AppProvider } from '../store/use-app.ts';
import { createEngineClient } from '../worker/client.ts';
import '../views/theme.css';
import '../views/kit/kit.css';
import './app.css';
import type { Beside } from './beside.ts';
import type { TakeKeys } from './keyboard.ts';
import { readQuery } from './query.ts';
import { loadSettings, preferredLanguage } from './settings.ts';
import { Page } from './shell.tsx';
import { isUnderWay } from './slot.tsx';
import { watchSight } from './wake.ts';

const found = document.getElementById('root');
assert(found, 'index.html has a #root');
const root: HTMLElement = found;

const query = readQuery(window.location.search, window.location.protocol === 'file:');
const settings = loadSettings();
const { embed } = query;

const app = createApp({
  connect: createEngineClient,
  frames: { request: (callback) => requestAnimationFrame(callback), cancel: (id) => cancelAnimationFrame(id) },
});
const { store, actions } = app;

/** Theme and language of the whole document follow the store. */
function dress(): void {
  const { theme, lang } = store.getState().ui;
  const html = document.documentElement;
  if (theme === 'auto') delete html.dataset.theme;
  else html.dataset.theme = theme;
  html.lang = lang;
}

const lessMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
const motion = (): void => actions.setUi({ reducedMotion: query.reducedMotion ?? lessMotion.matches });
lessMotion.addEventListener('change', motion);
motion();
actions.setUi({ embed, quiz: query.quiz, theme: query.theme ?? settings.theme });
actions.setLang(query.lang ?? settings.lang ?? preferredLanguage(navigator.languages));
if (query.speed !== null) actions.setSpeed(query.speed);
dress();
store.subscribe((now, before) => {
  if (now.ui !== before.ui) dress();
});

/** Text of the address that names a scene; empty: it names none. */
const named = window.location.hash.slice(1) || (query.link ?? '');

// Engine and scene are asked for side by side, before anything is drawn; of a poster nothing is.
if (embed?.clickToLoad !== true) {
  app.feed.engine.warm?.();
  void loadPresetFile(/^p=([\w-]+)/.exec(named)?.[1] ?? FIRST_PRESET);
}

let host: HostLink | null = null;
/** Who gets keys before the scene, kept for the listener, which nothing that is drawn needs. */
let first: Parameters<TakeKeys>[0] = null;
let listener: TakeKeys | null = null;
const takeKeys: TakeKeys = (take) => {
  first = take;
  listener?.(take);
};

let coming: Promise<Beside> | null = null;
/** Address, keys and what comes after the first motion. Where the address names nothing, it moves without them. */
function beside(): Promise<Beside> {
  coming ??= import('./beside.ts').then(({ createBeside }) => {
    const made = createBeside(app, embed, named !== '', () => host);
    listener = made.takeKeys;
    listener(first);
    return made;
  });
  return coming;
}

/** Opens what the address names; where that is nothing, or wrong, the first preset. */
async function start(plays = query.play !== 'no'): Promise<void> {
  const opened = named === '' ? 'nothing' : await (await beside()).open(query.link, plays);
  if (opened === 'opened' || opened === 'overtaken' || store.getState().scene !== null) return;
  // What was wrong with the address stays on the page beside the scene that stands in for it.
  const { notice, fault } = store.getState();
  await actions.loadPreset(FIRST_PRESET, { play: plays });
  if (notice !== null || fault !== null) store.setState({ notice, fault });
}

const sight = watchSight(root, (seen) => {
  app.setAwake(seen);
  if (seen) delete document.documentElement.dataset.asleep;
  else document.documentElement.dataset.asleep = 'true';
});
const reactRoot = createRoot(root);

/** A framed page: its own shell, and the wire to the page around it. */
async function showEmbedded(options: EmbedOptions): Promise<void> {
  const { showFramed } = await import('./framed.tsx');
  const { origin, autosize } = query;
  const render = (page: ReactNode): void => reactRoot.render(page);
  const onSlide = sight.slide;
  host = showFramed({
    app,
    render,
    root,
    options,
    link: named,
    origin,
    autosize,
    onSlide,
    start: (plays) => void start(plays),
  });
}

if (embed !== null) {
  void beside();
  void showEmbedded(embed);
} else {
  reactRoot.render(
    <StrictMode>
      <AppProvider value={app}>
        <Page takeKeys={takeKeys} />
      </AppProvider>
    </StrictMode>,
  );
}
if (embed?.clickToLoad !== true) void start();

const stopWaiting = store.subscribe((state) => {
  if (!isUnderWay(state)) return;
  stopWaiting();
  void beside().then(({ goOn }) => goOn());
});
