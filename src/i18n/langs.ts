/**
 * The languages of the page, each one once: the menu, the address, the messages of a host page, plural rules and the `lang` of what
 * is on screen follow this list. English has every text. So has each of the others, held by types and tests, unless it is `begun`:
 * what that one does not have yet is said in English.
 */
interface Language {
  /** In the menu. */
  readonly name: string;
  /** Between the things of a list. */
  readonly comma: string;
  readonly begun?: true;
}

/** By the name that `lang` attributes have; in small letters it is the name of its files (`zh-cn`). */
export const LANGUAGES = {
  en: { name: 'EN', comma: ', ' },
  'zh-CN': { name: '中文', comma: '、' },
} as const satisfies Readonly<Record<string, Language>>;

export type Lang = keyof typeof LANGUAGES;
type Begun = { [L in Lang]: (typeof LANGUAGES)[L] extends { readonly begun: true } ? L : never }[Lang];

export const LANGS = Object.keys(LANGUAGES) as readonly Lang[];

/** May it lack texts? */
export const isBegun = (lang: Lang): boolean => 'begun' in LANGUAGES[lang];

/** What is said in each language, as a rule a sentence. */
export type Told<T = string> = Readonly<Record<Exclude<Lang, Begun>, T>> & Readonly<Partial<Record<Begun, T>>>;

/** The language it is said in to who reads `lang`. */
export const saidIn = (told: Told<unknown>, lang: Lang): Lang => (told[lang] === undefined ? 'en' : lang);

export const inLang = <T>(told: Told<T>, lang: Lang): T => told[lang] ?? told.en;

/** @param text "zh", "zh-CN" in any case: a language by its name or the first part of it @returns null: we have none of that name */
export function languageOf(text: string): Lang | null {
  const wanted = text.toLowerCase();
  return LANGS.find((lang) => lang.toLowerCase() === wanted || shortName(lang) === wanted) ?? null;
}

/** As an address and a host page say it: "zh". */
export const shortName = (lang: Lang): string => lang.split('-')[0] as string;
