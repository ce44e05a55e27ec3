/** The words on tokens, in Chinese: each is translated, or is a name of the field. */
import { beforeAll, expect, test } from 'vitest';
import { sceneOf } from '../../cli/headless-scene.ts';
import { everyPreset } from '../../cli/scenes-for-tests.ts';
import '../../explain/locate/all.ts';
import { happeningOf, locatorOf } from '../../explain/locate/index.ts';
import { loadLanguage, translate } from '../../i18n/index.ts';
import { labelText } from './label-text.ts';

beforeAll(() => loadLanguage('zh-CN'));
const inZh = (label: string): string => labelText(label, (key, params) => translate('zh-CN', key, params));

/** Names of code and of the field, which no language translates. */
const NAMES =
  /\b(?:irqfd|kick|posted|remapped|resample|iret|hlt|vmentry|irqchip|slot|eventfd|self|all|all but self|deadline|int|lapic|msrs)\b/g;

test('every token of every scene', () => {
  const english = new Map<string, string>();
  const padded: string[] = [];
  for (const { id, ops, start } of everyPreset) {
    const scene = sceneOf(ops, start);
    for (const step of scene.steps) {
      const locator = locatorOf(step.name);
      if (locator === null) continue;
      const happening = happeningOf(step);
      // Of a crossing the long one stands on its token (scene/crossings.ts).
      const crosses = step.name === 'kvm_entry' || step.name === 'kvm_exit';
      for (const label of [locator.label(happening), crosses ? (locator.long?.(happening) ?? '') : '']) {
        if (/\b0x0[0-9a-f]/.test(label)) padded.push(`${id} ${step.name}: ${label}`);
        const left =
          inZh(label)
            .replaceAll(/0x[0-9a-f]+/g, '')
            .replaceAll(NAMES, '')
            .match(/\b[a-z]{2,}\b/g) ?? [];
        for (const word of left) english.set(word, `${id} ${step.name}: ${label}`);
      }
    }
  }
  expect(Object.fromEntries(english)).toEqual({});
  // Numbers are written as the timeline and the sentences write them.
  expect(padded).toEqual([]);
});

test('numbers stay, and what is no word', () => {
  expect(inZh('pin 11')).toBe('引脚 11');
  expect(inZh('GSI 4 · low')).toBe('GSI 4 · 低');
  expect(inZh('0x3b')).toBe('0x3b');
  expect(inZh('wakeup list')).toBe('唤醒链表');
  expect(inZh('PIR → IRR')).toBe('PIR → IRR');
});

test('names stay, and before the texts have come a word is its key', () => {
  for (const name of ['GSI 11', 'ExtINT', '0xfee00000', 'kick', 'NMI']) expect(inZh(name)).toBe(name);
  expect(labelText('pin 11', (key) => key)).toBe('pin 11');
});
