/** Instants: every step is at the time the clock says, however the log came. */
import { expect, test } from 'vitest';
import { presets } from '../cli/scenes-for-tests.ts';
import { timeAt } from './clock-index.ts';
import { instantOf, instantsSoFar, readInstants, timeOfStep } from './instants.ts';
import { createReadings } from './reader.ts';

test.each(presets)('$id: a step’s instant has the time of the step, and times ascend', ({ scene }) => {
  readInstants(scene, Number.POSITIVE_INFINITY);
  const instants = instantsSoFar(scene);
  expect(instants.steps).toBe(scene.steps.length);
  for (let step = 0; step < scene.steps.length; step++)
    expect(timeOfStep(instants, step)).toBe(timeAt(scene, scene.steps.seqOf(step)));
  for (let i = 1; i < instants.ns.length; i++) {
    expect(instants.ns[i]).toBeGreaterThan(instants.ns[i - 1] as number);
    expect(instantOf(instants, (instants.first[i] as number) - 1)).toBe(i - 1);
  }
});

test('read in slices of any size it is the same', () => {
  for (const { scene } of presets.slice(0, 8)) {
    readInstants(scene, Number.POSITIVE_INFINITY);
    const whole = instantsSoFar(scene);
    const again = { ...scene, readings: createReadings() };
    let most = 1;
    while (!readInstants(again, most)) most = (most % 37) + 3;
    expect(instantsSoFar(again)).toEqual(whole);
  }
});
