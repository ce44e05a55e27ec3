import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sceneFiles, sceneOf } from '../cli/headless-scene.ts';
import { play } from '../cli/scene-events-for-tests.ts';
import { COL } from '../engine/core/log.ts';
import { isBegun, LANGS, type Lang } from '../i18n/langs.ts';
import { cellOf } from '../log/rows.ts';
import { stepName } from '../log/step-name.ts';
import { findStep } from '../log/steps.ts';
import * as codec from '../share/link.ts';
import { EVENT_NAMES } from '../spec/events/index.ts';
import { driftOf } from '../store/actions/links.ts';
import { checkPreset, type Preset } from './check-preset.ts';
import { sceneTexts } from './texts.ts';

const SCENES = join(import.meta.dirname, '.');
const FILES = sceneFiles(SCENES);
const FOLDERS = [...new Set(FILES.map(({ name }) => name.replace(/@.*/, '')))];
const fileOf = (lang: Lang): string => `${lang.toLowerCase()}.json`;
const BEGUN = LANGS.filter(isBegun);
const WHOLE = LANGS.filter((lang) => !isBegun(lang));

function readPreset({ name, path }: (typeof FILES)[number]): Preset {
  const checked = checkPreset(JSON.parse(readFileSync(path, 'utf8')), name);
  if (!checked.ok) throw new Error(checked.problem.place);
  return checked.preset;
}

/** Texts of one scene by key. */
const textsOf = (id: string, file: string): Readonly<Record<string, string>> =>
  sceneTexts({ [`./${id}/${file}`]: readFileSync(join(SCENES, id, file), 'utf8') });

describe.each(FOLDERS)('folder %s', (id) => {
  test('has a scene, its texts in every language, its events, and nothing else', () => {
    const files = readdirSync(join(SCENES, id)).filter((file) => !/^scene@\d+\.json$/.test(file));
    const begun = BEGUN.map(fileOf).filter((file) => files.includes(file));
    expect(files.sort()).toEqual([...WHOLE.map(fileOf), ...begun, 'golden.txt', 'scene.json'].sort());
  });

  test('says the same things in every language, a part of them in one that was begun, and nothing empty', () => {
    const keys = Object.keys(textsOf(id, 'en.json')).sort();
    for (const lang of LANGS.filter((lang) => WHOLE.includes(lang) || existsSync(join(SCENES, id, fileOf(lang))))) {
      const texts = textsOf(id, fileOf(lang));
      const own = Object.keys(texts).sort();
      expect(own, lang).toEqual(WHOLE.includes(lang) ? keys : keys.filter((key) => own.includes(key)));
      for (const text of Object.values(texts)) {
        expect(text).toMatch(/\S/);
        expect(text).not.toMatch(/<[a-z/]|&[a-z]+;|\{/i);
        if (lang === 'zh-CN') expect(text).toMatch(/\p{Script=Han}|^[A-Z0-9 :+/-]+$/u);
      }
    }
  });
});

describe.each(FILES)('scene $name', (file) => {
  const preset = readPreset(file);
  const texts = Object.keys(textsOf(preset.id, 'en.json'));
  const { events, refused } = play(preset);

  test('no op of it is refused', () => expect(refused).toEqual([]));

  test('what it says to look at happens, and has its text', () => {
    // Counted as a link, a host and the page count them: steps, not every event of the golden.
    const { steps } = sceneOf(preset.ops, preset.start);
    for (const { step, key } of preset.look) {
      expect(findStep(steps, step), step).toBeGreaterThanOrEqual(0);
      expect(texts, key).toContain(key);
    }
    expect(preset.look.length).toBeGreaterThan(0);
    expect(texts).toContain(`preset.${preset.id}.title`);
    expect(texts).toContain(`preset.${preset.id}.about`);
  });

  test('ends as it did when this version was made: other rules want another version, and the old file beside it', () => {
    if (!file.name.includes('@')) expect(driftOf(sceneOf(preset.ops, preset.start), preset.end, 'p', codec)).toBeNull();
  });

  test('is counted alike on the page and in its golden', () => {
    const { steps } = sceneOf(preset.ops, preset.start);
    const told = events.filter((line) => /^\w/.test(line)).map((line) => line.split(' ')[0]);
    expect(told).toEqual([...steps].map(({ name }) => name));
  });

  test('happens as written down', async () => {
    await expect(`${events.join('\n')}\n`).toMatchFileSnapshot(`./${preset.id}/golden.txt`);
  });
});

test('two devices on one line: their third route of a rising line is route#3 on the page, the fifth in its log', () => {
  const { ops, start } = readPreset(FILES.find(({ name }) => name === 'intx-shared') as (typeof FILES)[number]);
  const scene = sceneOf(ops, start);
  const { steps } = scene;
  const at = findStep(steps, 'route#3');
  const routes = Array.from({ length: steps.seqOf(at) + 1 }, (_, seq) => EVENT_NAMES[cellOf(scene, seq, COL.code)]);
  expect(routes.filter((name) => name === 'route')).toHaveLength(5);
  expect(stepName(steps, at)).toBe('route#3');
});

test('at least eight scenes, each in an order of its own', () => {
  const orders = FILES.filter(({ name }) => !name.includes('@')).map((file) => readPreset(file).order);
  expect(orders.length).toBeGreaterThanOrEqual(8);
  expect(new Set(orders).size).toBe(orders.length);
});
