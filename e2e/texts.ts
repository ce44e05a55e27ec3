/** The texts on screen, by key, as the page says them: a reworded text needs no test rewritten. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { addTexts, type MessageKey, type Params, translate } from '../src/i18n/index.ts';

const EN = join(import.meta.dirname, '../src/i18n/en');
for (const file of readdirSync(EN, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))) {
  const areas: Record<string, Record<string, string>> = await import(pathToFileURL(join(EN, file)).href);
  for (const area of Object.values(areas)) addTexts('en', area);
}

/** English text of a key. */
export const say = (key: MessageKey, params?: Params): string => translate('en', key, params ?? {});
