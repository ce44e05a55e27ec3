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
import { panels } from '../../i18n/en/panels.ts';
import { registers } from '../../i18n/en/registers.ts';
import { stage } from '../../i18n/en/stage.ts';
import { traces } from '../../i18n/en/traces.ts';
import { lanes as lanesZh } from '../../i18n/zh-cn/lanes.ts';
import { panels as panelsZh } from '../../i18n/zh-cn/panels.ts';
import { registers as registersZh } from '../../i18n/zh-cn/registers.ts';
import { stage as stageZh } from '../../i18n/zh-cn/stage.ts';
import { traces as tracesZh } from '../../i18n/zh-cn/traces.ts';
import { wordsAt } from '../../log/fold.ts';
import { machineTables } from '../inspector/machine-tables.ts';
import { isQuiet, readingOf, registersOf } from '../shared/register-table.ts';
import { termsIn } from './terms-in.ts';

/** Numbers of statistics, and words that mean here what they mean anywhere. */
const EVERYDAY = new Set([
  ...['n', 'p50', 'p90', 'p99', 'max', 'high', 'low', 'event', 'chip', 'base', 'MP state'],
  ...['最大', '拉高', '拉低', '事件', '芯片', '基址', 'MP 状态', '软件中断', '进入'],
]);
/** What a judged line of a trace can be: the report says it beside the table. */
const JUDGED = new Set([
  ...['right', 'trivial', 'raced', 'wrong', 'missing', 'unknowable', 'repeats', 'soft'],
  ...['一致', '其中必然', '竞态', '不符', '缺失', '无法判断', '重复'],
]);
/** Not a word of a language: a name, or a number of statistics. */
const isName = (head: string): boolean => /^(n|p\d+|rIRR|vCPU|pv EOI|[A-Z0-9]+)$/.test(head);

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
  const words = heads.filter((head) => !isName(head)).map((head) => `insp.head.${head}`);
  expect(words.length).toBeGreaterThan(10);
  expect(words.filter((key) => !(key in panels) || !(key in panelsZh))).toEqual([]);
  const zh = Object.entries<string>(panelsZh).filter(([key]) => key.startsWith('insp.head.'));
  expect(zh.map(([key]) => key).sort()).toEqual([...new Set(words)].sort());
  expect(zh.filter(([, text]) => !/\p{Script=Han}/u.test(text))).toEqual([]);
  expect(
    without(
      zh.map(([, text]) => text),
      'zh-CN',
    ),
  ).toEqual([]);
});

test('heads and cells of an RTE, on the stage before the texts have come too: English is the key, Chinese a word', () => {
  const keys = Object.keys(panels).filter((key) => !key.includes('.'));
  expect(keys).toEqual(expect.arrayContaining(['pin', 'vec', 'mode', 'trig', 'dest', 'level', 'edge', 'logical']));
  const texts: Readonly<Record<string, string>> = panels;
  const zh: Readonly<Record<string, string>> = panelsZh;
  expect(keys.filter((key) => texts[key] !== key)).toEqual([]);
  expect(keys.filter((key) => !/^\p{Script=Han}+$/u.test(zh[key] ?? ''))).toEqual([]);
});

test('the tables of a trace', () => {
  const source = readFileSync(join(import.meta.dirname, '../traces/tables.tsx'), 'utf8');
  const lists = [...source.matchAll(/heads=\{\[([^\]]*)\]\}/g)];
  expect(lists.length).toBeGreaterThan(4);
  const heads = lists.flatMap(([, list = '']) => [...list.matchAll(/(head\()?'([^']*)'/g)]);
  const named = heads.filter(([, word]) => word === undefined).map(([, , name = '']) => name);
  const keys = heads.filter(([, word]) => word !== undefined).map(([, , name = '']) => `trace.head.${name}`);
  expect(named.filter((name) => !isName(name))).toEqual([]);
  expect(without(named, 'en')).toEqual([]);
  expect(keys.length).toBeGreaterThan(15);
  for (const [lang, texts] of [
    ['en', traces],
    ['zh-CN', tracesZh],
  ] as const) {
    const said = keys.map((key) => (texts as Readonly<Record<string, string>>)[key] ?? `no ${key}`);
    expect(without(said, lang)).toEqual([]);
    if (lang === 'zh-CN') expect(said.filter((text) => !/^\p{Script=Han}+$/u.test(text))).toEqual([]);
  }
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
