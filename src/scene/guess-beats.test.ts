/** What the reader may be asked to guess, in every scene. */
import { expect, test } from 'vitest';
import { toldPresets, toldScenes } from '../cli/scenes-for-tests.ts';
import { beatsOf } from './beats.ts';
import { guessBeats } from './guess-beats.ts';

const scenes = toldScenes();
const narrationOf = (id: string) => toldPresets.find((file) => file.id === id)?.narration ?? null;
const beats = (id: string, told = true) => {
  const scene = scenes.find((p) => p.id === id)?.scene as (typeof scenes)[number]['scene'];
  return { scene, beats: beatsOf(scene, { narration: told ? narrationOf(id) : null, kept: Number.POSITIVE_INFINITY }) };
};

test.each(scenes)(
  '$id: something is asked where there is enough to choose from, and never the first beat',
  ({ id }) => {
    for (const told of [true, false]) {
      const { scene, beats: all } = beats(id, told);
      const marks = guessBeats(scene, all);
      if (all.length < 4) continue;
      expect(marks.length).toBeGreaterThan(0);
      expect(marks[0]).toBeGreaterThan(0);
      for (const index of marks) expect(all[index]?.index).toBe(index);
    }
  },
);

test('an author’s marks are the marks; without any it is where something is held back', () => {
  const told = beats('intx-shared');
  const marked = told.beats.filter((beat) => beat.told?.guess !== undefined).map(({ index }) => index);
  expect(guessBeats(told.scene, told.beats)).toEqual(marked);
  const untold = beats('tpr-threshold');
  const [index] = guessBeats(untold.scene, untold.beats);
  const beat = untold.beats[index as number];
  const names = Array.from({ length: (beat?.to ?? 0) - (beat?.from ?? 0) + 1 }, (_, i) =>
    untold.scene.steps.nameOf((beat?.from ?? 0) + i),
  );
  expect(names.some((name) => name === 'inject_held' || name === 'pic_masked' || name === 'vid_held')).toBe(true);
});

test('each of the six narrated scenes and the map of 64 asks what its author wants asked', () => {
  for (const id of [
    'serial-ioapic',
    'intx-shared',
    'msix-blk',
    'posted-running',
    'posted-halted',
    'eoi-exit-level',
    'vcpus-64',
  ])
    expect(
      narrationOf(id)?.beats.some(({ guess }) => guess !== undefined),
      id,
    ).toBe(true);
});
