/**
 * Every text on screen, by key. English is in the main bundle, save the sentences about events, scenes and errors and the
 * register descriptions, which come with the panels that show them (`addTexts`); Chinese comes as one chunk when somebody asks for it.
 * Until a chunk is here, English stands in.
 *
 * An area is one file in `en/` and its twin in `zh-cn/`, typed by the English keys: a key missing on either side does not
 * compile. Texts are plain: parameters in {braces}, no markup.
 */
import { visible } from '../base/visible.ts';
import { app } from './en/app.ts';
import type { callbacks } from './en/callbacks.ts';
import type { chapters } from './en/chapters.ts';
import type { compare } from './en/compare.ts';
import type { deeds } from './en/deeds.ts';
import type { differs } from './en/differs.ts';
import type { errors } from './en/errors.ts';
import type { allEvents } from './en/events/all.ts';
import type { forks } from './en/forks.ts';
import type { frame } from './en/frame.ts';
import type { glossary } from './en/glossary.ts';
import type { header } from './en/header.ts';
import type { lanes } from './en/lanes.ts';
import type { machine } from './en/machine.ts';
import type { notices } from './en/notices.ts';
import type { panels } from './en/panels.ts';
import type { pills } from './en/pills.ts';
import type { registers } from './en/registers.ts';
import type { roads } from './en/roads.ts';
import type { share } from './en/share.ts';
import { stage } from './en/stage.ts';
import { timeline } from './en/timeline.ts';
import type { traces } from './en/traces.ts';
import type { verbs } from './en/verbs.ts';
import type { where } from './en/where.ts';
import type { words } from './en/words.ts';

export const LANGS = ['en', 'zh-CN'] as const;
export type Lang = (typeof LANGS)[number];

const FIRST = { ...app, ...stage, ...timeline };

/** A scene's texts stand in its folder (src/scenes): its own test finds what is missing in a language. */
type SceneKey = `preset.${string}`;

/** Key of a text. A key no English area has is a type error. */
export type MessageKey =
  | SceneKey
  | keyof typeof FIRST
  | keyof typeof chapters
  | keyof typeof compare
  | keyof typeof deeds
  | keyof typeof differs
  | keyof typeof errors
  | keyof typeof allEvents
  | keyof typeof forks
  | keyof typeof glossary
  | keyof typeof header
  | keyof typeof lanes
  | keyof typeof callbacks
  | keyof typeof machine
  | keyof typeof notices
  | keyof typeof panels
  | keyof typeof pills
  | keyof typeof frame
  | keyof typeof registers
  | keyof typeof roads
  | keyof typeof share
  | keyof typeof verbs
  | keyof typeof where
  | keyof typeof words
  | keyof typeof traces;
/** What stands in the braces; a list is joined as the language joins one. */
export type Params = Readonly<Record<string, string | number | readonly (string | number)[]>>;
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

/** Texts in another place that come with a language. */
const others: { readonly lang: Lang; readonly load: () => Promise<Part> }[] = [];

/** Has texts in another place loaded with a language. */
export function alsoLoad(lang: Lang, load: () => Promise<Part>): void {
  others.push({ lang, load });
}

/** Loads the texts of a language; done at once where they are already here. */
export function loadLanguage(lang: Lang): Promise<void> {
  if (lang === 'en') return Promise.resolve();
  const begun = loading.get(lang);
  if (begun !== undefined) return begun;
  const parts = [
    import('./zh-cn/index.ts').then(({ zhCn, spaced }): Part => {
      spacedIn = spaced;
      return zhCn;
    }),
    ...others.filter((other) => other.lang === lang).map((other) => other.load()),
  ];
  const load = Promise.all(parts).then(
    (texts) => addTexts(lang, Object.assign({}, ...texts)),
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

/**
 * Text of a key with its {parameters} filled in. Where `n` counts one thing and there is a text `<key>.one`, that is it.
 */
export function translate(lang: Lang, key: MessageKey, params?: Params): string {
  const of = (k: string): string | undefined => catalogues[lang].get(k) ?? catalogues.en.get(k);
  const text = (params !== undefined && isOne(lang, params.n) ? of(`${key}.one`) : undefined) ?? of(key) ?? key;
  if (params === undefined) return text;
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return visible(typeof value === 'object' ? value.join(LIST_COMMA[lang]) : String(value));
  });
  return lang === 'zh-CN' ? spacedIn(filled) : filled;
}

/** How Chinese is spaced round what was filled in; comes with its texts. */
let spacedIn = (text: string): string => text;

const LIST_COMMA: Readonly<Record<Lang, string>> = { en: ', ', 'zh-CN': '、' };

const plurals = new Map<Lang, Intl.PluralRules>();

function isOne(lang: Lang, n: unknown): boolean {
  if (typeof n !== 'number') return false;
  let rules = plurals.get(lang);
  if (rules === undefined) {
    rules = new Intl.PluralRules(lang);
    plurals.set(lang, rules);
  }
  return rules.select(n) === 'one';
}
