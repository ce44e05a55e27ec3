/** The texts of scenes, as one catalogue. */
import { inLang, type Lang } from '../i18n/langs.ts';
import { CASE_TEXTS, caseOf, caseTitle } from './case.ts';

/** What is said of a scene in one language: its name, what it is about, and what there is to look at. */
interface SceneTexts {
  readonly title: string;
  readonly about: string;
  readonly look: Readonly<Record<string, string>>;
  /** Of a bug: what it is, told when it was spotted, and the name of the scene without it. */
  readonly answer?: string;
  readonly fixed?: string;
}

/** @param files JSON text by path, "./<id>/en.json" or "./bugs/<id>/en.json" @param lang their language @returns texts by key, "preset.<id>.title" */
export function sceneTexts(
  files: Readonly<Record<string, string>>,
  lang: Lang = 'en',
): Readonly<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const [path, json] of Object.entries(files)) {
    const id = path.split('/').at(-2) ?? '';
    const { title, about, look, answer, fixed } = JSON.parse(json) as SceneTexts;
    texts[`preset.${id}.title`] = title;
    texts[`preset.${id}.about`] = about;
    if (answer !== undefined) texts[`preset.${id}.answer`] = answer;
    if (fixed !== undefined) {
      texts[`preset.${id}-fixed.title`] = fixed;
      texts[`preset.${id}-fixed.about`] = answer ?? about;
      const name = caseOf(id);
      texts[`preset.${name}.title`] = caseTitle(lang, name);
      texts[`preset.${name}.about`] = inLang(CASE_TEXTS, lang).about;
    }
    for (const [key, text] of Object.entries(look)) texts[`preset.${id}.look.${key}`] = text;
  }
  return texts;
}
