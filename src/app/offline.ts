/** Keeps the page for when there is no network. A chunk of its own, after the first motion: nothing waits for it. */
import { scriptAddress } from '../worker/client.ts';

interface Sparing {
  readonly connection?: { readonly saveData?: boolean };
}

/** Installs the service worker beside the page (worker/offline.worker.ts). Where that cannot be, the page needs its network. */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator) || (navigator as Sparing).connection?.saveData === true) return;
  const keep = (): void => {
    navigator.serviceWorker.register(scriptAddress('./sw.js'), { updateViaCache: 'none' }).catch(() => {});
  };
  // Safari has no idle times.
  if ('requestIdleCallback' in window) requestIdleCallback(keep, { timeout: 2_000 });
  else setTimeout(keep, 1_000);
}
