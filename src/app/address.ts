/**
 * The address bar: opens what it names and always names what is on screen. It is rewritten at most once a second (browsers refuse
 * a page that writes its history too often), and not between two jumps; a change of preset is an entry of its own, so that Back
 * means something.
 */

import type { SceneLog } from '../log/log.ts';
import { isUrlLink } from '../share/url-link.ts';
import { linkOf, type Opened } from '../store/actions/links.ts';
import { isChapterAddress } from '../store/chapter-address.ts';
import type { App } from '../store/create-app.ts';

const WRITE_EVERY_MS = 1000;
/** Who jumps about has stopped for so long. */
const REST_MS = 150;

export interface AddressBar {
  /** Opens the scene that the address names. @returns what came of it */
  open(fallback: string | null, play: boolean): Promise<Opened>;
  stop(): void;
}

/** Does the address name a comparison (store/compare/compare-text.ts)? */
const isComparison = (text: string): boolean => text.startsWith('c=');
/** What of a comparison's address does not change with its steps. */
const whichSides = (text: string): string => text.replace(/&t=.*/, '');

/** The address without its fragment, so that a base address of another page cannot slip in. */
const withHash = (text: string): string => `${window.location.pathname}${window.location.search}#${text}`;

/** @param follow write what is on screen into the address */
export function createAddressBar(app: App, follow: boolean): AddressBar {
  const { actions, store } = app;
  let written = window.location.hash.slice(1);
  /** The fragment as the browser has it since it was last read or written here: another is news that nobody has told yet. */
  let stands = window.location.hash;
  let preset: string | null = null;
  /** The run that the newest entry of the history shows. */
  let run = '';
  /** The reader opens something by an address: it stands there already, whatever it says. Counts the opens still going on. */
  let opening = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lastWrite = 0;
  /**
   * The scene for which the address stays as it is: the link in it was refused, and its text is still wanted. 'next': the
   * scene that will be shown instead.
   */
  let held: { readonly commands: SceneLog['commands']; readonly length: number } | 'next' | null = null;

  function isHeld(): boolean {
    const { scene, sceneId } = store.getState();
    if (held === 'next' && scene?.complete) {
      held = { commands: scene.commands, length: scene.commands.length };
      preset = sceneId.preset;
    }
    const isOther = held !== 'next' && (held?.commands !== scene?.commands || held?.length !== scene?.commands.length);
    if (isOther) held = null;
    // A file that the address names: it stays until the reader has answered.
    return opening > 0 || held !== null || store.getState().ui.url !== null;
  }

  function hold(): void {
    const { scene } = store.getState();
    held = scene === null ? 'next' : { commands: scene.commands, length: scene.commands.length };
  }

  function put(text: string, asNew: boolean): void {
    lastWrite = performance.now();
    if (text === written && !asNew) return;
    written = text;
    const { runs } = store.getState();
    const entry = runs === null ? null : { tree: runs.tree, run: runs.now };
    try {
      if (asNew) window.history.pushState(entry, '', withHash(text));
      else window.history.replaceState(entry, '', withHash(text));
      stands = window.location.hash;
    } catch {
      // Refused (too many in a short time, or a frame that may not): the next change tries again.
      written = '';
    }
  }

  function write(): void {
    timer = null;
    // Typed just now, and the event is still to come: written over, it would never be opened.
    if (window.location.hash !== stands) return;
    const state = store.getState();
    const text = state.ui.compare !== null || state.ui.chapter !== null || isHeld() ? null : linkOf(state);
    if (text !== null) put(text, false);
  }

  /** Name of the run on screen; '' for a scene as it began. */
  function runKey(): string {
    const { runs } = store.getState();
    return runs === null || runs.list.length < 2 ? '' : `${runs.tree} ${runs.now}`;
  }

  function changed(): void {
    const { playhead, scene, sceneId, ui } = store.getState();
    if (ui.compare !== null) {
      put(ui.compare, whichSides(ui.compare) !== whichSides(written));
      return;
    }
    if (ui.chapter !== null) {
      put(ui.chapter, true);
      return;
    }
    if (scene === null || isHeld()) return;
    // Another preset, or back from a comparison: an entry of its own.
    if (scene.complete && (sceneId.preset !== preset || isComparison(written) || isChapterAddress(written))) {
      preset = sceneId.preset;
      run = runKey();
      const text = linkOf(store.getState());
      if (text !== null && text !== written) put(text, true);
      return;
    }
    // Each change by hand is one too: Back brings back what was on screen before it.
    if (scene.complete && runKey() !== run) {
      const { runs } = store.getState();
      // A tree that was found for the scene already there changes nothing on screen.
      const isFound = runs?.found === true && !run.startsWith(`${runs.tree} `);
      run = runKey();
      if (!isFound) put(linkOf(store.getState()) ?? written, true);
      return;
    }
    if (timer !== null && playhead.playing) return;
    if (timer !== null) clearTimeout(timer);
    timer = setTimeout(write, Math.max(REST_MS, WRITE_EVERY_MS - (performance.now() - lastWrite)));
  }

  async function open(fallback: string | null, play: boolean): Promise<Opened> {
    const hash = window.location.hash.slice(1);
    written = hash;
    stands = window.location.hash;
    const compare = follow && isComparison(hash) ? hash : null;
    if (store.getState().ui.compare !== compare) actions.setUi({ compare });
    if (compare !== null) return 'opened';
    const chapter = isChapterAddress(hash) ? hash : null;
    if (store.getState().ui.chapter !== chapter) actions.setUi({ chapter });
    if (chapter !== null) return 'opened';
    if (isUrlLink(hash)) {
      if (follow) actions.setUi({ url: hash });
      else actions.notify({ code: 'url-frame', place: 'url', params: {} });
      return 'nothing';
    }
    opening++;
    try {
      const result = await actions.openLink(hash === '' && fallback !== null ? fallback : hash, { play });
      if (result === 'overtaken') return result;
      preset = store.getState().sceneId.preset;
      run = runKey();
      if (typeof result === 'object') hold();
      return result;
    } finally {
      opening--;
      // The scene that overtook this one may be here already, and nothing else would write its address.
      if (follow) changed();
    }
  }

  /** A run of the tree on the page is shown without its link, which may have been too long to be one. */
  async function goTo(state: unknown): Promise<boolean> {
    const { runs } = store.getState();
    const { tree, run: id } = (state ?? {}) as { tree?: unknown; run?: unknown };
    if (runs === null || runs.tree !== tree || typeof id !== 'number' || id === runs.now) return false;
    written = window.location.hash.slice(1);
    stands = window.location.hash;
    // Until that run is there, the one on screen is no news: an entry for it would end what Forward leads to.
    opening++;
    const done = (): void => {
      opening--;
      preset = store.getState().sceneId.preset;
      run = runKey();
      if (follow) changed();
    };
    const track = await import('../store/runs/track.ts').catch(() => null);
    if (track === null) done();
    else track.showRun(app, id, undefined, done);
    return true;
  }

  const onPopState = async ({ state }: PopStateEvent): Promise<void> => {
    if (!(await goTo(state))) onHashChange();
  };
  const onHashChange = (): void => {
    stands = window.location.hash;
    if (window.location.hash.slice(1) !== written) void open(null, store.getState().playhead.playing);
  };

  const stopFollowing = follow ? store.subscribe(changed) : () => {};
  // Back, Forward and a typed fragment all end here.
  window.addEventListener('hashchange', onHashChange);
  window.addEventListener('popstate', onPopState);
  // What is on screen by now may change no more.
  if (follow) changed();
  return {
    open,
    stop() {
      stopFollowing();
      if (timer !== null) clearTimeout(timer);
      window.removeEventListener('hashchange', onHashChange);
      window.removeEventListener('popstate', onPopState);
    },
  };
}
