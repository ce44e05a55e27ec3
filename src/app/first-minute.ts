/**
 * The first minute, and every later one: whoever comes for the first time sees the first scene up to where one interrupt has found its
 * way, and is asked what if; whoever comes again may go on where they were. Kept in this browser; where nothing may be kept, every
 * visit is the first.
 */
import { beatsOf } from '../scene/beats.ts';
import { linkOf } from '../store/actions/links.ts';
import type { App } from '../store/create-app.ts';
import type { AppState } from '../store/types.ts';

const KEY = 'irqscope.last';
/** Held beats before the question. */
const BEATS = 5;
const SAVE_EVERY_MS = 1000;
const LONGEST = 8192;

/** Where somebody was: a link without its `#`. Anything else that stands there is nothing. */
export function readLast(): { readonly link: string; readonly preset: string } | null {
  try {
    const { link, preset } = JSON.parse(localStorage.getItem(KEY) ?? 'null') ?? {};
    return typeof link === 'string' && typeof preset === 'string' && link.length <= LONGEST ? { link, preset } : null;
  } catch {
    return null;
  }
}

function keepLast({ store }: App): void {
  const state = store.getState();
  const { preset } = state.sceneId;
  const link = preset === null || state.playhead.step < 0 ? null : linkOf(state);
  if (link === null || link.length > LONGEST) return;
  try {
    localStorage.setItem(KEY, JSON.stringify({ link, preset }));
  } catch {
    // Full, or not allowed: then it is not remembered.
  }
}

/** What is shown, as far as a person can tell two from each other; null while it is on its way. */
const runOf = ({ scene, sceneId: { preset, kept } }: AppState): string | null =>
  scene?.complete === true ? `${preset} ${kept} ${scene.commands.length}` : null;

/** Stops the first scene where one way is through, once all of it is there. */
function stopAfterOneWay(app: App): void {
  const { store, actions } = app;
  const stop = (): boolean => {
    const { scene, sceneId, playhead } = store.getState();
    if (scene?.complete !== true) return false;
    const hold = beatsOf(scene, sceneId)[BEATS - 1]?.hold;
    if (hold !== undefined && playhead.playing && playhead.step < hold) {
      actions.movePlayhead({ until: hold });
      actions.setUi({ invite: { kind: 'stop', step: hold } });
    }
    return true;
  };
  if (stop()) return;
  const done = store.subscribe(() => {
    if (stop()) done();
  });
}

/** @param named the address names a scene: somebody came for that */
export function beginFirstMinute(app: App, named: boolean): void {
  const { store, actions } = app;
  const last = readLast();
  if (!named && last === null) stopAfterOneWay(app);
  else if (!named && last !== null) actions.setUi({ invite: { kind: 'continue', ...last } });
  if (named) keepLast(app);
  let due = false;
  let what = runOf(store.getState());
  store.subscribe((state, before) => {
    const { playhead, ui } = state;
    // Another scene, or this one changed: what was offered is over. Its log may come in pieces, and once more.
    const now = runOf(state);
    if (now !== null) {
      if (what !== null && now !== what && ui.invite !== null) actions.setUi({ invite: null });
      what = now;
    }
    if (due || playhead.step === before.playhead.step) return;
    due = true;
    setTimeout(() => {
      due = false;
      keepLast(app);
    }, SAVE_EVERY_MS);
  });
  window.addEventListener('pagehide', () => keepLast(app));
}
