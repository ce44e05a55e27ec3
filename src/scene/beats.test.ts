/** Beats of every scene: they tell all of it, in sentences that can be read, at a pace at which they are. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { portion } from '../cli/portion.ts';
import { everyPreset, toldScenes } from '../cli/scenes-for-tests.ts';
import '../explain/describe/all.ts';
import { describeStep } from '../explain/describe/index.ts';
import '../explain/locate/all.ts';
import { happeningOf } from '../explain/locate/index.ts';
import { LANGS, loadLanguage } from '../i18n/index.ts';
import { inLang } from '../i18n/langs.ts';
import type { Step } from '../log/log.ts';
import { createReadings } from '../log/reader.ts';
import { viewAt } from '../store/view-at.ts';
import { advance } from './advance.ts';
import { beatAt, beatsOf, nextHold } from './beats.ts';
import { LATE } from './late.ts';
import { layoutStage } from './layout.ts';
import { REST_MS, readingMs, timingOf } from './pace.ts';
import '../views/now/now-texts.ts';
import { sayStep } from '../views/shared/say.ts';
import { stageModel } from './stage-model.ts';

const idOf = (id: string, told = true) => {
  const file = everyPreset.find((one) => one.id === id);
  return { narration: told ? (file?.narration ?? null) : null, kept: file?.ops.length ?? 0 };
};

const SCENES = join(import.meta.dirname, '../scenes');
const scenes = toldScenes();

describe.each(scenes)('$id', ({ id, scene }) => {
  test.each([true, false])('its beats tell every step once, told: %s', (told) => {
    const beats = beatsOf(scene, idOf(id, told));
    expect(beats[0]?.from).toBe(0);
    expect(beats.at(-1)?.to).toBe(scene.steps.length - 1);
    beats.forEach((beat, i) => {
      expect(beat.index).toBe(i);
      if (i > 0) expect(beat.from).toBe((beats[i - 1]?.to ?? 0) + 1);
      expect(beat.hold).toBeGreaterThanOrEqual(beat.from);
      expect(beat.hold).toBeLessThanOrEqual(beat.to);
      for (const step of [beat.from, beat.hold, beat.to]) expect(beatAt(beats, step)).toBe(i);
    });
  });

  test('somebody has told it, and every step its beats name happens', () => {
    const { narration, kept } = idOf(id);
    const beats = beatsOf(scene, { narration, kept });
    const told = beats.filter((beat) => beat.told !== null);
    expect(told.length).toBe(narration?.beats.length);
    told.forEach(({ from, hold, told: words }) => {
      expect(scene.steps.get(from)?.name).toBe(words?.from.split('#')[0]);
      expect(scene.steps.get(hold)?.name).toBe(words?.hold.split('#')[0]);
    });
    if (narration?.end !== undefined) {
      expect(scene.steps.get(told.at(-1)?.to ?? -1)?.name).toBe(narration.end.split('#')[0]);
    }
  });

  test('a sentence is short enough for its beat in both languages', () => {
    const { narration } = idOf(id);
    const beats = narration?.beats ?? [];
    const asked = [narration?.question, narration?.after, ...beats.map(({ guess }) => guess)].filter(
      (one) => one != null,
    );
    for (const { en, 'zh-CN': zh } of [...beats, ...asked]) {
      expect(en.split(/\s+/).length, en).toBeLessThanOrEqual(20);
      expect([...zh.replace(/[\x20-\x7f]/g, '')].length, zh).toBeLessThanOrEqual(36);
      expect(zh, zh).not.toMatch(/[,;:!?](?![^（]*）)/);
      expect(readingMs(en), en).toBeLessThanOrEqual(6000);
    }
  });
});

test('every scene’s folder is among them, bugs too', () => {
  const rooms = ['', 'bugs/'].flatMap((room) =>
    readdirSync(join(SCENES, room), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== 'bugs')
      .map(({ name }) => `${room}${name}`),
  );
  expect(rooms.length).toBeGreaterThan(70);
  expect(scenes.map(({ id }) => id).sort()).toEqual(rooms.sort());
});

/** What a number of a sentence may be: a value of a step or a command, its lowest or highest byte, or the class of it. */
const readings = (value: number): number[] => [value >>> 0, value & 0xff, value & 0xf0, value >>> 24];
/** Vectors of the host that no scene chooses: of notifications, and that wakes a sleeping vCPU. */
const HOST_VECTORS = [0xf1, 0xf2];
const numbersOf = (sentence: string): number[] => (sentence.match(/0x[0-9a-f]+|\d+/g) ?? []).map(Number);

test.each(scenes.filter(({ id }) => id.startsWith('bugs/')))(
  '$id: a vector or value that a beat names has come up by then',
  ({ id, scene }) => {
    const { narration, kept } = idOf(id);
    const { ops, start } = everyPreset.find((one) => one.id === id) as (typeof everyPreset)[number];
    // What is written before anything is shown is seen in its commands alone.
    const before = numbersOf(JSON.stringify(ops.slice(0, start)));
    const seen = new Set([...HOST_VECTORS, ...before.flatMap(readings)]);
    let at = 0;
    for (const { to, told } of beatsOf(scene, { narration, kept })) {
      for (; at <= to; at++) {
        const { args } = happeningOf(scene.steps.get(at) as Step);
        for (const value of Object.values(args)) if (typeof value === 'number') readings(value).map((v) => seen.add(v));
      }
      for (const hex of told?.en.match(/0x[0-9a-f]+/g) ?? []) expect(seen.has(Number(hex)), told?.en).toBe(true);
    }
  },
);

test.each(scenes)('$id: both languages name the same numbers', ({ id }) => {
  // Chinese says of a bit that it is 1 where English says that it is set.
  const named = (sentence: string): Set<number> => new Set(numbersOf(sentence).filter((n) => n > 1));
  for (const { en, 'zh-CN': zh } of idOf(id).narration?.beats ?? []) expect(named(zh), zh).toEqual(named(en));
});

const withoutBug = everyPreset
  .filter(({ id }) => !scenes.some((one) => one.id === id))
  .map(({ id, ops, start }) => ({ id, scene: sceneOf(ops, start) }));

describe('pace', () => {
  beforeAll(async () => {
    await loadLanguage('zh-CN');
  });

  test.each([...scenes, ...withoutBug])(
    '$id: a beat takes the longer of its motion and of reading its sentence, and a rest',
    ({ id, scene }) => {
      const model = stageModel(scene);
      const stage = { scene, model, layout: layoutStage({ model, width: 1280, height: 700 }), ...LATE };
      const beats = beatsOf(scene, idOf(id));
      for (const lang of LANGS) {
        const say = (step: number): string => {
          const at = scene.steps.get(step) as Step;
          return sayStep(lang, describeStep(scene, at, viewAt(scene, { step, phase: 0 }))).sentence;
        };
        const timing = timingOf(stage, () => beats, lang, say);
        // One in three of them, in each language others.
        for (const beat of portion(beats.slice(0, 20), 3, `${id} ${lang}`, 4)) {
          let [ms, moving] = [0, 0];
          for (let k = beat.from; k <= beat.hold; k++) {
            const { move, rest } = timing(k);
            ms += move + rest;
            moving += k === beat.hold ? move : move + rest;
          }
          const sentence = beat.told === null ? say(beat.hold) : inLang(beat.told, lang);
          expect(sentence, `${beat.hold}`).not.toBe('');
          expect(ms, sentence).toBeCloseTo(Math.max(moving, readingMs(sentence)) + REST_MS, 6);
        }
      }
    },
  );
});

test('reading is 230 words a minute, and six Chinese characters a second with the words between them', () => {
  expect(readingMs('one two three')).toBeCloseTo(782.6, 1);
  expect(readingMs('中断线变高')).toBeCloseTo(833.3, 1);
  expect(readingMs('LAPIC 1 接受')).toBeCloseTo(333.3 + 2 * 260.87, 1);
});

const serial = scenes.find((p) => p.id === 'serial-ioapic') as (typeof scenes)[0];

test('what somebody has done after a preset is told by rule', () => {
  const { scene } = serial;
  const { narration, kept } = idOf('serial-ioapic');
  // The last op of the preset counts as somebody's own.
  const beats = beatsOf(scene, { narration, kept: kept - 1 });
  const own = beats.filter((beat) => beat.told === null);
  expect(own.length).toBeGreaterThan(0);
  for (const beat of own) expect((scene.steps.get(beat.from) as Step).command).toBeGreaterThanOrEqual(kept - 1);
  for (const beat of beats)
    if (beat.told !== null) expect((scene.steps.get(beat.to) as Step).command).toBeLessThan(kept - 1);
});

test('a log that grows has the beats of the whole one', () => {
  const { scene } = serial;
  const whole = beatsOf(scene, { narration: null, kept: 0 });
  const growing = { ...scene, readings: createReadings() };
  for (let used = 1; used <= scene.used; used += 3) beatsOf({ ...growing, used }, { narration: null, kept: 0 });
  expect(beatsOf(growing, { narration: null, kept: 0 })).toEqual(whole);
});

test('Shift and an arrow go from hold to hold', () => {
  const beats = beatsOf(serial.scene, idOf('serial-ioapic'));
  const holds = beats.map((beat) => beat.hold);
  for (const [i, hold] of holds.entries()) expect(nextHold(beats, i === 0 ? -1 : (holds[i - 1] ?? 0), 1)).toBe(hold);
  expect(nextHold(beats, holds.at(-1) ?? 0, 1)).toBe(null);
  for (const [i, hold] of holds.entries()) expect(nextHold(beats, hold, -1)).toBe(i === 0 ? -1 : holds[i - 1]);
});

test('any instant can be drawn: time goes on evenly within flight and rest', () => {
  const course = { speed: 1, last: 1, complete: true, until: null, duration: () => ({ move: 200, rest: 1800 }) };
  expect(advance({ step: 0, phase: 0 }, 100, course).phase).toBeCloseTo(0.275, 9);
  expect(advance({ step: 0, phase: 0 }, 1100, course).phase).toBeCloseTo(0.775, 9);
  expect(advance({ step: 0, phase: 0 }, 2100, course)).toMatchObject({ step: 1 });
  const still = { ...course, duration: () => ({ move: 0, rest: 100 }) };
  expect(advance({ step: 0, phase: 0 }, 1, still).phase).toBeGreaterThanOrEqual(0.55);
});
