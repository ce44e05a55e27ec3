/**
 * What a page has beside its motion: address bar and keys; and what it asks for once it moves. A chunk that comes before the motion
 * only where there is an address to open, or a page around it.
 */
import type { HostLink } from '../embed/host-link.ts';
import { REMOTE_KEYS } from '../embed/keys.ts';
import { loadLinkCodec } from '../store/actions/links.ts';
import type { App } from '../store/create-app.ts';
import type { EmbedOptions } from '../store/types.ts';
import { type AddressBar, createAddressBar } from './address.ts';
import { listenToKeys, type TakeKeys } from './keyboard.ts';
import { keepSettings } from './save-settings.ts';

export interface Beside {
  readonly open: AddressBar['open'];
  readonly takeKeys: TakeKeys;
  /** Asks for what a reader who stays has use for. */
  goOn(): void;
}

/**
 * @param named the address named a scene when the page came
 * @param host the page around it, once it is known
 */
export function createBeside(
  app: App,
  embed: EmbedOptions | null,
  named: boolean,
  host: () => HostLink | null,
): Beside {
  const toParent = embed?.keys === 'parent';
  const { takeKeys } = listenToKeys(app, {
    take: ({ key, code, keyCode, shiftKey, altKey }) =>
      toParent && (host()?.forwardKey({ key, code, keyCode, shift: shiftKey, alt: altKey }) ?? false),
    always: toParent ? REMOTE_KEYS : new Set(),
  });
  // A frame's theme and language are its host's.
  if (embed === null) keepSettings(app);
  // The address of a framed page is its host's to choose.
  const { open } = createAddressBar(app, embed === null);
  // Typed before anybody listened.
  if (!named && window.location.hash.length > 1) void open(null, app.store.getState().playhead.playing);

  // A changed scene has a link of the long form. What of these does not come is said by public/disk.js.
  function goOn(): void {
    void loadLinkCodec();
    if (embed === null) {
      void import('./first-minute.ts').then((m) => m.beginFirstMinute(app, named));
      void import('./keep.ts').then(({ keepEdits }) => keepEdits(app));
    }
    void import('./notice.tsx').then((m) => m.loadErrorTexts());
    import('./print.css').catch(() => {});
    // Served from a site, and by itself: a frame is kept by the page around it, or not at all.
    if (!__ONE_FILE__ && import.meta.env.PROD && window.parent === window && window.location.protocol !== 'file:')
      import('./offline.ts').then(
        ({ keepForOffline }) => keepForOffline(),
        () => {},
      );
  }

  return { open, takeKeys, goOn };
}
