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
import type { TakeKeys } from './keyboard.ts';
import { loadErrorTexts } from './notice-sentence.tsx';
import { readQuery } from './query.ts';
import { loadSettings, preferredLanguage, saveSettings } from './settings.ts';
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
  if (now.ui === before.ui) return;
  dress();
  const { theme, lang } = now.ui;
  if (embed === null && (theme !== before.ui.theme || lang !== before.ui.lang)) saveSettings({ theme, lang });
});

/** Text of the address that names a scene; empty: it names none. */
const named = window.location.hash.slice(1) || (query.link ?? '');

// Engine and scene are asked for side by side, before anything is drawn; of a poster nothing is.
if (embed?.clickToLoad !== true) {
  app.feed.engine.warm?.();
  void loadPresetFile(/^p=([\w-]+)/.exec(named)?.[1] ?? FIRST_PRESET);
}

// The address of a framed page is its host's to choose.
const address = import('./address.ts').then(({ createAddressBar }) => createAddressBar(app, embed === null));

/** Opens what the address names; where that is nothing, or wrong, the first preset. */
async function start(plays = query.play !== 'no'): Promise<void> {
  const opened = named === '' ? 'nothing' : await (await address).open(query.link, plays);
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
let host: HostLink | null = null;
const toParent = embed?.keys === 'parent';
/** Who gets keys before the scene, kept for the listener, which nothing that is drawn needs. */
let first: Parameters<TakeKeys>[0] = null;
let listener: TakeKeys | null = null;
const takeKeys: TakeKeys = (take) => {
  first = take;
  listener?.(take);
};
Promise.all([import('./keyboard.ts'), import('../embed/keys.ts')]).then(([{ listenToKeys }, { REMOTE_KEYS }]) => {
  listener = listenToKeys(app, {
    take: ({ key, code, keyCode, shiftKey, altKey }) =>
      toParent && (host?.forwardKey({ key, code, keyCode, shift: shiftKey, alt: altKey }) ?? false),
    always: toParent ? REMOTE_KEYS : new Set(),
  }).takeKeys;
  listener(first);
});

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

if (embed !== null) void showEmbedded(embed);
else {
  reactRoot.render(
    <StrictMode>
      <AppProvider value={app}>
        <Page takeKeys={takeKeys} />
      </AppProvider>
    </StrictMode>,
  );
}
if (embed?.clickToLoad !== true) void start();

// Once it moves, or stands still, the reader may change the scene, and a changed scene has a link of the long form. What of these does
// not come is said by public/disk.js.
const stopWaiting = store.subscribe((state) => {
  if (!isUnderWay(state)) return;
  stopWaiting();
  import('../store/actions/links.ts').then((m) => m.loadLinkCodec());
  if (embed === null) import('./first-minute.ts').then((m) => m.beginFirstMinute(app, named !== ''));
  if (embed === null) import('./keep.ts').then(({ keepEdits }) => keepEdits(app));
  void loadErrorTexts();
  import('./print.css').catch(() => {});
  // Served from a site, and by itself: a frame is kept by the page around it, or not at all.
  if (!__ONE_FILE__ && import.meta.env.PROD && window.parent === window && window.location.protocol !== 'file:')
    import('./offline.ts').then(
      ({ keepForOffline }) => keepForOffline(),
      () => {},
    );
});
