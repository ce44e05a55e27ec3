import { expect, test } from 'vitest';
import { inLang, LANGS, LANGUAGES, languageOf, saidIn, shortName, type Told } from './langs.ts';

test.each([
  ['zh', 'zh-CN'],
  ['ZH-cn', 'zh-CN'],
  ['en', 'en'],
  ['zh-TW', null],
  ['z', null],
  ['', null],
])('%j names %j', (text, lang) => expect(languageOf(text)).toBe(lang));

test('each language is found by its name and by its short one, and no two have the same', () => {
  for (const lang of LANGS) expect([languageOf(lang), languageOf(shortName(lang))]).toEqual([lang, lang]);
  expect(new Set(LANGS.map((lang) => LANGUAGES[lang].name)).size).toBe(LANGS.length);
});

test('what is not said in a language is said in English, and marked so', () => {
  // As a scene of a language that was begun has it.
  const begun = { en: 'The line goes high.' } as unknown as Told;
  expect([inLang(begun, 'zh-CN'), saidIn(begun, 'zh-CN')]).toEqual(['The line goes high.', 'en']);
  const both: Told = { en: 'The line goes high.', 'zh-CN': '中断线变高。' };
  expect([inLang(both, 'zh-CN'), saidIn(both, 'zh-CN')]).toEqual(['中断线变高。', 'zh-CN']);
});
