/** The chapters' contract: every question answered, every stop on a moment that is there, every answer the engine's. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ChapterText, sameValue } from '../chapters/chapter.ts';
import { chapterLines } from './chapter-lines.ts';

const QUESTIONS = [
  ...['irq-line', 'enable-cap', 'bus-users', 'onepage', 'vcpu-mmio-read', 'pio-roads', 'iodev-users', 'redirtbl'],
  ...['gsi', 'why-routing', 'irqfd', 'ioeventfd', 'kick-or-wake', 'posted', 'vmx-ops-change', 'split', 'msi'],
  ...['pic-and-apic', 'who-gets-it', 'pi-or-rvi', 'why-window', 'same-cpu', 'always-kick', 'two-structs'],
  ...['hv-or-sw-timer', 'apic-page'],
];
const MOST_WORDS = 45;

const lines = chapterLines();

test('there are sixteen, and every open question has one that answers it', () => {
  expect(lines.length).toBe(16);
  expect([...new Set(lines.flatMap(({ question }) => question))].sort()).toEqual([...QUESTIONS].sort());
});

describe.each(lines.map((line) => [line.id, line] as const))('%s', (_id, line) => {
  test('says something at each stop, in both languages and no more than 45 words', () => {
    for (const { text } of line.stops) {
      expect(text.en).not.toBe('');
      expect(text['zh-CN']).not.toBe('');
      expect(text.en.split(/\s+/).length, text.en).toBeLessThanOrEqual(MOST_WORDS);
    }
  });

  test('asks what the engine answers, and has the right answer and a wrong one to choose from', () => {
    expect(line.checks.length).toBeGreaterThan(0);
    for (const { ask, choices, answer } of line.checks) {
      expect([ask.text.en, ask.text['zh-CN']]).not.toContain('');
      const right = choices.filter((choice) => sameValue(choice, answer));
      expect(right, `${ask.text.en} ${JSON.stringify(answer)}`).toHaveLength(1);
      expect(choices.length).toBeGreaterThan(1);
    }
  });
});

const FOLDER = join(import.meta.dirname, '../chapters');
test.each(readdirSync(FOLDER).filter((name) => /^\d\d-/.test(name)))(
  '%s says why at each answer, in both languages',
  (name) => {
    const [en, zh] = ['en', 'zh-cn'].map((lang) => {
      const { checks } = JSON.parse(readFileSync(join(FOLDER, name, `${lang}.json`), 'utf8')) as ChapterText;
      return checks.map(({ why }) => why);
    }) as [string[], string[]];
    expect([...en, ...zh]).not.toContain('');
    expect(en).toHaveLength(zh.length);
    for (const [i, why] of en.entries()) expect(zh[i]).not.toBe(why);
  },
);
