/**
 * Every text on screen, by key. English is in the main bundle, save the sentences about events, presets and errors and the
 * register descriptions, which come with the panels that show them (`addTexts`); Chinese comes as one chunk when somebody asks for it.
 * Until a chunk is here, English stands in.
 *
 * An area is one file in `en/` and its twin in `zh-cn/`, typed by the English keys: a key missing on either side does not
 * compile. Texts are plain: parameters in {braces}, no markup.
 */
import { app } from './en/app.ts';
import type { compare } from './en/compare.ts';
import type { errors } from './en/errors.ts';
import type { allEvents } from './en/events/all.ts';
import type { forks } from './en/forks.ts';
import type { ops } from './en/ops.ts';
import type { panels } from './en/panels.ts';
import type { presetNotes } from './en/preset-notes.ts';
import { presets } from './en/presets.ts';
import type { registers } from './en/registers.ts';
import { stage } from './en/stage.ts';
import { timeline } from './en/timeline.ts';
import type { words } from './en/words.ts';

export const LANGS = ['en', 'zh-CN'] as const;
export type Lang = (typeof LANGS)[number];

const FIRST = { ...app, ...presets, ...stage, ...timeline };

/** Key of a text. A key no English area has is a type error. */
export type MessageKey =
  | keyof typeof FIRST
  | keyof typeof compare
  | keyof typeof errors
  | keyof typeof allEvents
  | keyof typeof forks
  | keyof typeof ops
  | keyof typeof panels
  | keyof typeof presetNotes
  | keyof typeof registers
  | keyof typeof words;
export type Params = Readonly<Record<string, string | number>>;
type Part = Readonly<Record<string, string>>;

const catalogues: Record<Lang, Map<string, string>> = {
  en: new Map<string, string>(Object.entries(FIRST)),
  'zh-CN': new Map(),
};
const loading = new Map<Lang, Promise<void>>();
const listeners = new Set<() => void>();
let version = 0;

/** Adds texts that came with a chunk. */
export function addTexts(lang: Lang, part: Part): void {
  const texts = catalogues[lang];
  for (const [key, text] of Object.entries(part)) texts.set(key, text);
  version++;
  for (const listener of listeners) listener();
}

/** Loads the texts of a language; done at once where they are already here. */
export function loadLanguage(lang: Lang): Promise<void> {
  if (lang === 'en') return Promise.resolve();
  const begun = loading.get(lang);
  if (begun !== undefined) return begun;
  const load = import('./zh-cn/index.ts').then(
    ({ zhCn }) => addTexts('zh-CN', zhCn),
    () => {
      // The chunk did not come (no network): English stays, and the next request tries again.
      loading.delete(lang);
    },
  );
  loading.set(lang, load);
  return load;
}

/** Calls back when texts were added. @returns how to stop */
export function onTexts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Grows whenever texts were added: what was drawn under another number may be stale. */
export function textsVersion(): number {
  return version;
}

/** Whether a key that was made at run time (`error.<code>`) has a text. */
export function hasText(key: string): key is MessageKey {
  return catalogues.en.has(key);
}

/** Text of a key with its {parameters} filled in. */
export function translate(lang: Lang, key: MessageKey, params?: Params): string {
  const text = catalogues[lang].get(key) ?? catalogues.en.get(key) ?? key;
  if (params === undefined) return text;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    return value === undefined ? whole : String(value);
  });
}
