import { describe, expect, test } from 'vitest';
import { where as en } from '../../i18n/en/where.ts';
import { where as zh } from '../../i18n/zh-cn/where.ts';

type Key = keyof typeof en;

describe('who holds an interrupt is said in words', () => {
  // Of the gates' `by` (explain/README.md); a pin has its number and is said as the stage says it.
  test.each(['tpr', 'isr', 'irr', 'nmi', 'init', 'extint', 'handler', 'injected'])('%s', (by) => {
    const key = `where.by.${by}` as Key;
    for (const texts of [en, zh]) expect(texts[key] ?? by).not.toBe(by);
    // A name of the field stays what it is, a word of ours does not.
    if (['handler', 'injected'].includes(by)) expect(zh[key]).not.toBe(en[key]);
  });
});
