/** Puts the pieces together: parameters, store, clock, address bar, page. */
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { assert } from '../base/assert.ts';
import type { HostLink } from '../embed/host-link.ts';
import { REMOTE_KEYS } from '../embed/messages.ts';
import { clock } from '../scene/raf.ts';
import { loadLinkCodec } from '../store/actions/links.ts';
import { movePlayhead, setSpeed } from '../store/actions/playback.ts';
import { loadPreset, presetIds } from '../store/actions/scene.ts';
import { notify, setLang, setUi } from '../store/actions/ui.ts';
import { store } from '../store/app-store.ts';
import type { EmbedOptions } from '../store/types.ts';
import '../views/theme.css';
import { createAddressBar } from './address.ts';
import './app.css';
import { keySink } from './key-sink.ts';
import { listenToKeys } from './keyboard.ts';
import { readQuery } from './query.ts';
import { loadSettings, preferredLanguage, saveSettings } from './settings.ts';
import { Page } from './shell.tsx';
import { watchSight } from './wake.ts';

const APP_VERSION = '0.1.0';

const found = document.getElementById('root');
assert(found, 'index.html has a #root');
const root: HTMLElement = found;

const query = readQuery(window.location.search, window.location.protocol === 'file:');
const settings = loadSettings();
const { embed } = query;

/** Theme and language of the whole document follow the store. */
function dress(): void {
  const { theme, lang } = store.getState().ui;
  const html = document.documentElement;
  if (theme === 'auto') delete html.dataset.theme;
  else html.dataset.theme = theme;
  html.lang = lang;
}

const lessMotion = window.matchMedia('(prefers-reduced-motion: reduce)');
const motion = (): void => setUi(store, { reducedMotion: query.reducedMotion ?? lessMotion.matches });
lessMotion.addEventListener('change', motion);
motion();
setUi(store, { embed, theme: query.theme ?? settings.theme });
setLang(store, query.lang ?? settings.lang ?? preferredLanguage(navigator.languages));
if (query.speed !== null) setSpeed(store, query.speed);
dress();
store.subscribe((now, before) => {
  if (now.ui === before.ui) return;
  dress();
  const { theme, lang } = now.ui;
  if (embed === null && (theme !== before.ui.theme || lang !== before.ui.lang)) saveSettings({ theme, lang });
});

clock.attach({
  getState: store.getState,
  subscribe: (listener) => store.subscribe(listener),
  move: (change) => movePlayhead(store, change),
});

// The address of a framed page is its host's to choose.
const address = createAddressBar(store, embed === null);

/** Opens what the address names; where that is nothing, or wrong, the first preset. */
async function start(): Promise<void> {
  const plays = query.play !== 'no';
  const opened = await address.open(query.link, plays);
  if (opened === 'opened' || store.getState().scene !== null) return;
  const { notice } = store.getState();
  const [first] = presetIds;
  if (first !== undefined) await loadPreset(store, first, { play: plays });
  if (notice !== null) notify(store, notice);
}

const sight = watchSight(root, (seen) => clock.setAwake(seen));
const reactRoot = createRoot(root);
let host: HostLink | null = null;
const toParent = embed?.keys === 'parent';
listenToKeys(store, {
  take: ({ key, code, keyCode, shiftKey, altKey }) =>
    keySink.take?.(key) ??
    (toParent && (host?.forwardKey({ key, code, keyCode, shift: shiftKey, alt: altKey }) ?? false)),
  always: toParent ? REMOTE_KEYS : new Set(),
});

/** A framed page: its own shell, and the wire to the page around it. */
async function showEmbedded(options: EmbedOptions): Promise<void> {
  const { changeView, createHostLink, EmbedShell, sceneTitle, sentenceOf } = await import('./embed-shell.tsx');
  reactRoot.render(
    <StrictMode>
      <EmbedShell options={options} onStart={() => void start()} />
    </StrictMode>,
  );
  if (window.parent === window) return;
  host = createHostLink(store, window, {
    origin: query.origin,
    app: APP_VERSION,
    onSlide: sight.slide,
    onView: changeView,
    title: () => sceneTitle(store.getState()),
    sentence: sentenceOf,
  });
  if (query.autosize) new ResizeObserver(() => host?.resized(root.scrollWidth, root.scrollHeight)).observe(root);
}

if (embed !== null) void showEmbedded(embed);
else {
  reactRoot.render(
    <StrictMode>
      <Page />
    </StrictMode>,
  );
}
if (embed?.clickToLoad !== true) void start();

// Once it moves the reader may change the scene, and a changed scene has a link of the long form.
const stopWaiting = store.subscribe(({ playhead }) => {
  if (playhead.step < 0) return;
  stopWaiting();
  void loadLinkCodec();
});
