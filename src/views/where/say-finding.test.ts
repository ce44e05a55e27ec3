import { expect, test } from 'vitest';
import { RULES } from '../../explain/findings/index.ts';
import { hasText, translate } from '../../i18n/index.ts';
import { LANGS } from '../../i18n/langs.ts';
import { sayCure } from './say-finding.ts';

test.each(RULES.map(({ id }) => id))('%s says what is wrong and what ends it, in each language', (id) => {
  for (const key of [`finding.${id}`, `cure.${id}`]) expect(hasText(key), key).toBe(true);
  const said = LANGS.map((lang) => sayCure({ id }, (key, values) => translate(lang, key, values)));
  for (const cure of said) expect(cure).toMatch(/[.。]$/);
  expect(new Set(said).size).toBe(LANGS.length);
});
