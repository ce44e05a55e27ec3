/** Two sentences beside one another: a space in English, none in Chinese, whatever they end with. */
import { beforeAll, expect, test } from 'vitest';
import '../chapters/chapter-texts.ts';
import '../traces/traces-texts.ts';
import { loadLanguage, translate } from '../../i18n/index.ts';
import type { Translate } from '../shared/use-t.ts';
import { gapOf } from './panel.tsx';

beforeAll(() => loadLanguage('zh-CN'));

test('the gap between two sentences is the language’s own', () => {
  const gaps = (['en', 'zh-CN'] as const).map((lang) =>
    gapOf(((key, params) => translate(lang, key, params)) as Translate),
  );
  expect(gaps).toEqual([' ', '']);
});

test.each([
  ['chap.verdictWhy', 'verdict', 'why'],
  ['trace.page.scene.aboutCut', 'about', 'cut'],
  ['panel.joined', 'one', 'two'],
] as const)('%s joins as the language does', (key, a, b) => {
  expect(translate('en', key, { [a]: 'It waits.', [b]: 'IF is 0.' })).toBe('It waits. IF is 0.');
  expect(translate('zh-CN', key, { [a]: '它在等待。', [b]: 'IF 为 0。' })).toBe('它在等待。IF 为 0。');
});
