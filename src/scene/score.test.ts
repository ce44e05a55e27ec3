/** The score of a step, over every scene: first it is asked, then it flies; what lifts is what decided; all of it a function of the phase. */
import { describe, expect, test } from 'vitest';
import { presets } from '../cli/scenes-for-tests.ts';
import { happeningOf, litOf, locatorOf } from '../explain/locate/index.ts';
import type { Locator } from '../explain/locate/locator.ts';
import { ARRIVE } from './advance.ts';
import { flightOf, type Stage } from './flights.ts';
import { layoutStage } from './layout.ts';
import { liftsOf } from './lifts.ts';
import { flightPhase, msAt, scoreOf } from './score.ts';
import { stageModel } from './stage-model.ts';

describe.each(presets)('$id', ({ scene }) => {
  const model = stageModel(scene);
  const stage: Stage = { scene, model, layout: layoutStage({ model, width: 1280, height: 560 }), lifts: liftsOf };

  test('only a step that gives its token a new name on the way through a card lifts, and only the fields it is decided by', () => {
    for (const step of scene.steps) {
      const { lifts, ask } = scoreOf(stage, step.index);
      expect(ask > 0, step.name).toBe(lifts.length > 0);
      if (lifts.length === 0) continue;
      const flight = flightOf(stage, step.index);
      expect(flight?.from?.card).toBe(flight?.to.card);
      expect(lifts).toEqual(litOf(locatorOf(step.name) as Locator, happeningOf(step)));
    }
  });

  test('while it is asked nothing flies, then the flight takes all of its phases in one direction', () => {
    for (const step of scene.steps) {
      const score = scoreOf(stage, step.index);
      let before = -1;
      for (let i = 0; i <= 50; i++) {
        const phase = (i / 50) * ARRIVE;
        const flown = flightPhase(score, phase);
        expect(flown).toBeGreaterThanOrEqual(before);
        if (msAt(score, phase) < score.ask) expect(flown).toBe(0);
        before = flown;
      }
      expect(before).toBeCloseTo(ARRIVE, 9);
      expect(msAt(score, 1)).toBe(score.ask + score.fly);
    }
  });
});

test('at the IOAPIC vector, mode and destination rise out of the entry', () => {
  const scene = presets.find((p) => p.id === 'serial-ioapic')?.scene;
  if (scene === undefined) throw new Error('no scene');
  const model = stageModel(scene);
  const stage: Stage = { scene, model, layout: layoutStage({ model, width: 1280, height: 560 }), lifts: liftsOf };
  const step = scene.steps.findIndex((s) => s.name === 'ioapic_service');
  expect(scoreOf(stage, step).lifts).toEqual(['rte.vector', 'rte.mode', 'rte.dest']);
});
