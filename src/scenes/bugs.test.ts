/** Real bugs: what each shows, says and ends with, before and after its fix. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bugLine, bugScenes } from '../cli/bug-scenes.ts';
import { sceneOf } from '../cli/headless-scene.ts';
import { createReasoner } from '../cli/reason.ts';
import { eventLinesOf } from '../cli/scene-events-for-tests.ts';
import { RULES } from '../explain/findings/index.ts';
import type { JsonOp } from '../log/log.ts';
import { findStep } from '../log/steps.ts';
import * as codec from '../share/link.ts';
import { COMMITS } from '../spec/quirks.ts';
import { driftOf } from '../store/actions/links.ts';
import { caseOf } from './case.ts';
import { BUG_IDS } from './files.ts';
import { loadPresetFile } from './index.ts';
import { sceneTexts } from './texts.ts';

const FOLDER = join(import.meta.dirname, 'bugs');
const BUGS = bugScenes(join(import.meta.dirname, '../..'));

/** Findings at the end of ops. An op that is refused is a fault of the scene. */
function findingsAfter(ops: readonly JsonOp[]): string[] {
  const reasoner = createReasoner();
  for (const op of ops) expect(reasoner.answer(op).error, JSON.stringify(op)).toBeUndefined();
  return (reasoner.answer({ op: 'findings' }).findings as readonly { readonly id: string }[]).map(({ id }) => id);
}

test('there are 24 at least, each in a place of its own in the list', () => {
  expect(BUGS.length).toBeGreaterThanOrEqual(24);
  expect(BUG_IDS).toEqual(BUGS.map(({ preset }) => preset.id));
  expect(new Set(BUGS.map(({ preset }) => preset.order)).size).toBe(BUGS.length);
  expect(new Set(BUG_IDS.map(caseOf)).size).toBe(BUGS.length);
});

describe.each(BUGS.map((one) => [one.preset.id, one] as const))('%s', (id, { preset, bug, fixed }) => {
  const read = (file: string): string => readFileSync(join(FOLDER, id, file), 'utf8');
  const texts = [
    sceneTexts({ [`./bugs/${id}/en.json`]: read('en.json') }),
    sceneTexts({ [`./bugs/${id}/zh-cn.json`]: read('zh-cn.json') }, 'zh-CN'),
  ];

  test('ends with its finding, and without the bug never has it', () => {
    const line = bugLine({ preset, bug, fixed });
    expect(RULES.map((rule) => rule.id)).toContain(bug.finding);
    expect(findingsAfter(line.ops as readonly JsonOp[])).toContain(bug.finding);
    expect(findingsAfter(line.fixedOps as readonly JsonOp[])).not.toContain(bug.finding);
  });

  test('names a change of behaviour where a commit of KVM made it', () => {
    const named = (preset.ops[0]?.quirks ?? bug.fixed.create?.quirks) as readonly string[] | undefined;
    if (named === undefined || named.length === 0) return;
    expect([bug.commit]).toEqual(named);
    expect(COMMITS).toContain(bug.commit);
  });

  test('tells its story in three sentences and has its record', () => {
    const [en = {}, zh = {}] = texts;
    expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort());
    expect(en[`preset.${id}.about`]?.match(/[.?!](\s|$)/g)).toHaveLength(3);
    expect(zh[`preset.${id}.about`]?.match(/[。？！]/g)).toHaveLength(3);
    for (const part of ['title', 'answer']) expect(en[`preset.${id}.${part}`]).toMatch(/\S/);
    expect(en[`preset.${id}-fixed.title`]).toMatch(/\S/);
    expect(bug.evidence).toMatch(/^https?:\/\/\S+$/);
    for (const text of Object.values(zh)) expect(text).toMatch(/\p{Script=Han}/u);
    expect(readdirSync(join(FOLDER, id)).sort()).toEqual(['en.json', 'golden.txt', 'scene.json', 'zh-cn.json']);
  });

  test('what it says to look at happens', () => {
    const { steps } = sceneOf(preset.ops, preset.start);
    expect(preset.look.length).toBeGreaterThan(0);
    for (const { step, key } of preset.look) {
      expect(findStep(steps, step), step).toBeGreaterThanOrEqual(0);
      expect(texts[0]?.[key], key).toMatch(/\S/);
    }
  });

  test('happens as written down, and ends as it did when it was made', async () => {
    await expect(`${eventLinesOf(preset).join('\n')}\n`).toMatchFileSnapshot(`./bugs/${id}/golden.txt`);
    for (const one of [preset, fixed])
      expect(driftOf(sceneOf(one.ops, one.start), one.end, 'p', codec), one.id).toBeNull();
  });

  test('is opened by its name, and by its name without the bug', async () => {
    const before = await loadPresetFile(id);
    const after = await loadPresetFile(`${id}-fixed`);
    expect(before.ok && before.preset.ops).toEqual(preset.ops);
    // What is told of the bug would not be true without it.
    expect(after.ok && after.preset).toMatchObject({ ops: fixed.ops, bug: null, narration: null });
  });

  test('is an exercise under a name, a title and a question that give nothing away', async () => {
    const name = caseOf(id);
    const answer = await loadPresetFile(name);
    expect(answer.ok && answer.preset).toMatchObject({ id: name, ops: preset.ops, bug, look: [], end: preset.end });
    const told = JSON.stringify([
      answer.ok && answer.preset.narration,
      name,
      ...texts.map((t) => t[`preset.${name}.title`]),
    ]);
    const titles = texts.map((t) => (t[`preset.${id}.title`] ?? '').toLowerCase());
    for (const word of [id, bug.finding, bug.at, ...titles]) expect(told.toLowerCase()).not.toContain(word);
  });
});
