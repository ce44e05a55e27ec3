/** Numbers of a scene's narration: each is in what ran up to its beat, and both languages have the same. */
import { expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { toldPresets } from '../cli/scenes-for-tests.ts';
import { inLang, LANGS } from '../i18n/langs.ts';
import type { SceneLog } from '../log/log.ts';
import { findStep } from '../log/steps.ts';
import { argsOf } from '../spec/events/index.ts';
import { viewAt } from '../store/view-at.ts';

const NUMBER = /0x[0-9a-f]+|(?<![\w.])\d+(?![\w.]*[a-z])/gi;
/** Names with a number, how a language says that a bit is set, and what is one. */
const NAMES = /\b8259s?\b|\b(?:is|are)(?: still)? 1\b|(?:置|(?<!改)为) ?1(?!\d)|每 1 ms|\bids? to 254\b|\bid 到 254/g;
const numbersIn = (text: string): number[] =>
  [...text.replaceAll(NAMES, '').matchAll(NUMBER)].map(([said]) => Number(said));

/** Numbers anywhere in a JSON value, also those in its names (a doorbell's address, vector lists). */
const within = (value: unknown): number[] => numbersIn(JSON.stringify(value));

/** What the machine and its ops have shown when a step has ended. */
function known(scene: SceneLog, hold: number): Set<number> {
  const numbers = new Set<number>(within(scene.config));
  for (const step of scene.steps) {
    if (step.index > hold) break;
    for (const n of within(argsOf(step.name, step.args))) numbers.add(n);
    numbers.add(step.where & 0xffff);
    for (const n of within(scene.commands[step.command]?.op)) numbers.add(n);
  }
  // A vector's class; a time in µs; the RTE that an index selects.
  for (const n of [...numbers]) for (const other of [n >> 4, n / 1000, (n - 0x10) >> 1]) numbers.add(other);
  for (const word of viewAt(scene, { step: hold, phase: 1 }).w)
    for (const n of [word >>> 0, word & 0xff, word & 0xffff, (word >>> 8) & 0xff, word >>> 24]) numbers.add(n);
  return numbers;
}

test.each(toldPresets.filter(({ narration }) => narration !== null).map((preset) => [preset.id, preset] as const))(
  '%s',
  (_id, preset) => {
    const scene = sceneOf(preset.ops, preset.start);
    const wrong: string[] = [];
    for (const beat of preset.narration?.beats ?? []) {
      const hold = findStep(scene.steps, beat.hold ?? beat.from);
      const here = known(scene, hold);
      const numbers = (text: string): string => [...new Set(numbersIn(text))].sort().join();
      for (const lang of LANGS) {
        const said = inLang(beat, lang);
        for (const n of numbersIn(said)) if (!here.has(n)) wrong.push(`${beat.from}: ${n} in “${said}”`);
        if (numbers(said) !== numbers(beat.en))
          wrong.push(`${beat.from}: ${numbers(beat.en)} in English, ${numbers(said)} in ${lang}: ${beat.en} ${said}`);
      }
    }
    expect(wrong).toEqual([]);
  },
);
