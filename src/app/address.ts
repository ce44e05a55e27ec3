/**
 * The address bar: opens what it names and always names what is on screen. It is rewritten at most once a second and never
 * while frames run (browsers refuse a page that writes its history too often); a change of preset is an entry of its own, so
 * that Back means something.
 */

import type { SceneLog } from '../log/log.ts';
import { isUrlLink } from '../share/url-link.ts';
import { linkOf, type Opened } from '../store/actions/links.ts';
import { isChapterAddress } from '../store/chapter-address.ts';
import type { App } from '../store/create-app.ts';

const WRITE_EVERY_MS = 1000;

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
export function createAddressBar({ actions, store }: App, follow: boolean): AddressBar {
  let written = window.location.hash.slice(1);
  let preset: string | null = null;
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
    if (text === written) return;
    written = text;
    try {
      if (asNew) window.history.pushState(null, '', withHash(text));
      else window.history.replaceState(null, '', withHash(text));
    } catch {
      // Refused (too many in a short time, or a frame that may not): the next change tries again.
      written = '';
    }
  }

  function write(): void {
    timer = null;
    const state = store.getState();
    const text = state.ui.compare !== null || state.ui.chapter !== null || isHeld() ? null : linkOf(state);
    if (text !== null) put(text, false);
  }

  function changed(): void {
    const { scene, sceneId, ui } = store.getState();
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
      const text = linkOf(store.getState());
      if (text !== null) put(text, true);
      return;
    }
    timer ??= setTimeout(write, Math.max(50, WRITE_EVERY_MS - (performance.now() - lastWrite)));
  }

  async function open(fallback: string | null, play: boolean): Promise<Opened> {
    const hash = window.location.hash.slice(1);
    written = hash;
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
      if (typeof result === 'object') hold();
      return result;
    } finally {
      opening--;
      // The scene that overtook this one may be here already, and nothing else would write its address.
      if (follow) changed();
    }
  }

  const onHashChange = (): void => {
    if (window.location.hash.slice(1) !== written) void open(null, store.getState().playhead.playing);
  };

  const stopFollowing = follow ? store.subscribe(changed) : () => {};
  // Back, Forward and a typed fragment all end here.
  window.addEventListener('hashchange', onHashChange);
  window.addEventListener('popstate', onHashChange);
  return {
    open,
    stop() {
      stopFollowing();
      if (timer !== null) clearTimeout(timer);
      window.removeEventListener('hashchange', onHashChange);
      window.removeEventListener('popstate', onHashChange);
    },
  };
}
