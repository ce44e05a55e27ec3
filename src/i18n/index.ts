/**
 * Every text on screen, by key. English is in the main bundle, save the sentences about events, scenes and errors and the
 * register descriptions, which come with the panels that show them (`addTexts`); another language (`langs.ts`) comes as one chunk
 * when somebody asks for it. Until it is here, and for what a language that was begun does not have, English stands in.
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
import { LANGS, LANGUAGES, type Lang } from './langs.ts';

export { LANGS, type Lang };

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

const catalogues = Object.fromEntries(LANGS.map((lang) => [lang, new Map<string, string>()])) as Readonly<
  Record<Lang, Map<string, string>>
>;
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

addTexts('en', FIRST);

/** A language beside English: its texts, and how it is spaced round what was filled in where that is no matter of course. */
interface Catalogue {
  readonly texts: Part;
  readonly spaced?: (text: string) => string;
}

const CATALOGUES: Readonly<Record<Exclude<Lang, 'en'>, () => Promise<Catalogue>>> = {
  'zh-CN': () => import('./zh-cn/index.ts'),
};
const spacedIn = new Map<Lang, Catalogue['spaced']>();

/** Texts in another place that come with a language. */
type Other = (folder: string) => Promise<Part> | undefined;
const others: Other[] = [];

/** Has texts in another place loaded with a language. @param load of the language whose folder has that name, "zh-cn" */
export function alsoLoad(load: Other): void {
  others.push(load);
}

/** Loads the texts of a language; done at once where they are already here. */
export function loadLanguage(lang: Lang): Promise<void> {
  if (lang === 'en') return Promise.resolve();
  const begun = loading.get(lang);
  if (begun !== undefined) return begun;
  const parts = [
    CATALOGUES[lang]().then(({ texts, spaced }): Part => {
      spacedIn.set(lang, spaced);
      return texts;
    }),
    ...others.map((other) => other(lang.toLowerCase())),
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
  // What is said in English is counted and joined in English.
  const from = catalogues[lang].has(key) ? lang : 'en';
  const texts = catalogues[from];
  const text = (params !== undefined && isOne(from, params.n) && texts.get(`${key}.one`)) || (texts.get(key) ?? key);
  if (params === undefined) return text;
  const filled = text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return visible(typeof value === 'object' ? value.join(LANGUAGES[from].comma) : String(value));
  });
  return spacedIn.get(from)?.(filled) ?? filled;
}

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
