/** What the reader chose last time. A sandboxed frame has no storage: then every visit is the first. */
import { LANGS, type Lang, languageOf } from '../i18n/langs.ts';
import type { Theme } from '../store/types.ts';

export interface Settings {
  readonly theme: Theme;
  readonly lang: Lang | null;
}

/** Its place in the storage. */
export const KEY = 'irqscope';

export function loadSettings(): Settings {
  let json: unknown = null;
  try {
    json = JSON.parse(localStorage.getItem(KEY) ?? 'null');
  } catch {
    // No storage, or not ours.
  }
  const { theme, lang } = (typeof json === 'object' && json !== null ? json : {}) as Partial<Record<string, unknown>>;
  return {
    theme: theme === 'light' || theme === 'dark' ? theme : 'auto',
    lang: LANGS.find((known) => known === lang) ?? null,
  };
}

/** The first language of the reader's list that we have. */
export function preferredLanguage(languages: readonly string[]): Lang {
  for (const language of languages) {
    const lang = languageOf(language.split('-')[0] as string);
    if (lang !== null) return lang;
  }
  return 'en';
}
