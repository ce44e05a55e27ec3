import { expect, test } from 'vitest';
import { panels } from '../../i18n/zh-cn/panels.ts';
import { labelText } from './label-text.ts';

const zh = (key: string): string => (panels as Readonly<Record<string, string>>)[key] ?? key;

test('words of a pill are in the language of the page, names and numbers as they are', () => {
  expect(labelText('pin 11', zh)).toBe('引脚 11');
  expect(labelText('entry 3', zh)).toBe('表项 3');
  for (const name of ['0x3b', 'GSI 11', 'ExtINT', 'PIR → IRR', '0xfee00000', 'kick', 'NMI'])
    expect(labelText(name, zh)).toBe(name);
});

test('before the texts have come a word is its key', () => {
  expect(labelText('pin 11', (key) => key)).toBe('pin 11');
});
