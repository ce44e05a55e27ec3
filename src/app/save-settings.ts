/** Keeps what the reader chooses. Apart from the reading of it, which comes before the first motion. */
import type { App } from '../store/create-app.ts';
import { KEY, type Settings } from './settings.ts';

export function saveSettings(settings: Settings): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // Not kept, then.
  }
}

export function keepSettings({ store }: App): void {
  store.subscribe(({ ui: { theme, lang } }, { ui: before }) => {
    if (theme !== before.theme || lang !== before.lang) saveSettings({ theme, lang });
  });
}
