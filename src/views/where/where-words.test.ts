import { describe, expect, test } from 'vitest';
import { hasText, loadLanguage, translate } from '../../i18n/index.ts';
import './where-texts.ts';

describe('who holds an interrupt is said in words', () => {
  // Of the gates' `by` (explain/README.md); a pin has its number and is said as the stage says it.
  test.each(['tpr', 'isr', 'irr', 'nmi', 'init', 'extint', 'handler', 'injected'])('%s', async (by) => {
    const key = `where.by.${by}`;
    expect(hasText(key)).toBe(true);
    await loadLanguage('zh-cn');
    for (const lang of ['en', 'zh-cn'] as const) if (hasText(key)) expect(translate(lang, key)).not.toBe(by);
    if (hasText(key) && ['handler', 'injected'].includes(by))
      expect(translate('zh-cn', key)).not.toBe(translate('en', key));
  });
});
