/**
 * Every head of a column and every lane has a card of the glossary, or is a word of every day that is written down here: a new head
 * with neither fails.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { presets } from '../../cli/scenes-for-tests.ts';
import { lanes } from '../../i18n/en/lanes.ts';
import { stage } from '../../i18n/en/stage.ts';
import { lanes as lanesZh } from '../../i18n/zh-cn/lanes.ts';
import { stage as stageZh } from '../../i18n/zh-cn/stage.ts';
import { wordsAt } from '../../log/fold.ts';
import { machineTables } from '../inspector/machine-tables.ts';
import { termsIn } from './terms-in.ts';

/** Numbers of statistics, and words that mean here what they mean anywhere. */
const EVERYDAY = new Set(['n', 'p50', 'p90', 'p99', 'max', 'high', 'low', 'event', 'chip', 'base', 'MP state']);
/** What a judged line of a trace can be: the report says it beside the table. */
const JUDGED = new Set(['right', 'trivial', 'raced', 'wrong', 'missing', 'unknowable', 'repeats', 'soft']);

const without = (heads: readonly string[], lang: 'en' | 'zh-CN'): string[] =>
  heads.filter((head) => !EVERYDAY.has(head) && !JUDGED.has(head) && termsIn(head, lang).length === 0);

const headsOf = (id: string): string[] => {
  const scene = presets.find((preset) => preset.id === id)?.scene;
  if (scene === undefined) throw new Error(id);
  const { wordMap, routeTables, config } = scene;
  const w = wordsAt(scene, scene.steps.seqOf(1));
  return machineTables({ w, wordMap, routeTables, config }).flatMap(({ title, head }) => [title, ...head]);
};

test('the tables of the whole machine', () => {
  const heads = [...headsOf('intx-shared'), ...headsOf('posted-running')];
  expect(heads.length).toBeGreaterThan(30);
  expect(without(heads, 'en')).toEqual([]);
});

test('the tables of a trace', () => {
  const source = readFileSync(join(import.meta.dirname, '../traces/tables.tsx'), 'utf8');
  const lists = [...source.matchAll(/heads=\{\[([^\]]*)\]\}/g)];
  expect(lists.length).toBeGreaterThan(4);
  const heads = lists.flatMap(([, list = '']) => [...list.matchAll(/'([^']*)'/g)].map(([, head = '']) => head));
  expect(without(heads, 'en')).toEqual([]);
});

test.each([
  ['en', { ...stage, ...lanes }],
  ['zh-CN', { ...stageZh, ...lanesZh }],
] as const)('columns of the stage and lanes of the timeline (%s)', (lang, texts) => {
  const heads = Object.entries(texts as Readonly<Record<string, string>>)
    .filter(([key]) => key.startsWith('stage.column.') || key.startsWith('timeline.lane.'))
    .map(([, head]) => head);
  expect(heads.length).toBeGreaterThan(12);
  expect(without(heads, lang)).toEqual([]);
});
