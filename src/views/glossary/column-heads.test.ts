/**
 * Every head of a column and every lane has a card of the glossary, or is a word of every day that is written down here: a new head
 * with neither fails.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { presets } from '../../cli/scenes-for-tests.ts';
import { BLOCK_OF, type ComponentKind } from '../../engine/view/tables.ts';
import { lanes } from '../../i18n/en/lanes.ts';
import { registers } from '../../i18n/en/registers.ts';
import { stage } from '../../i18n/en/stage.ts';
import { lanes as lanesZh } from '../../i18n/zh-cn/lanes.ts';
import { registers as registersZh } from '../../i18n/zh-cn/registers.ts';
import { stage as stageZh } from '../../i18n/zh-cn/stage.ts';
import { wordsAt } from '../../log/fold.ts';
import { machineTables } from '../inspector/machine-tables.ts';
import { isQuiet, readingOf, registersOf } from '../shared/register-table.ts';
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

test('every register that a part lists has a card, in both languages', () => {
  const kinds = Object.keys(BLOCK_OF) as ComponentKind[];
  const listed = kinds.flatMap((kind) =>
    registersOf(kind)
      .filter((register) => !isQuiet(kind, register))
      .map((register) => ({ kind, how: readingOf(kind, 0, register), register }))
      .filter(({ how }) => how.as !== 'high')
      .map(({ kind: of, how, register }) => `reg.${how.as === 'bits' ? how.layout.name : `${of}.${register}`}`),
  );
  expect(listed.length).toBeGreaterThan(120);
  expect([...new Set(listed)].filter((key) => !(key in registers) || !(key in registersZh))).toEqual([]);
});
