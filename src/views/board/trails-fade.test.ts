/** Trails fade: the way that led to a step is drawn in full, what is older is pale, and what has ended is gone with its interrupt. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { dom, open } from '../../cli/figure-scene.ts';
import { presets } from '../../cli/scenes-for-tests.ts';
import '../../explain/locate/all.ts';
import { type Stage, tokensAt, trailsAt } from '../../scene/flights.ts';
import { layoutStage } from '../../scene/layout.ts';
import { stageModel } from '../../scene/stage-model.ts';
import { openStill } from '../figure/still.tsx';

const css = readFileSync(join(import.meta.dirname, 'board.css'), 'utf8');

/** As many ways as a reader follows back from the step that is shown. */
const MOST_IN_FULL = 9;

describe('trails', () => {
  test('of every scene: few are in full, and only the shown interrupt and those on the stage have any', () => {
    let pale = 0;
    for (const { id, scene } of presets) {
      const model = stageModel(scene);
      const stage: Stage = { scene, model, layout: layoutStage({ model, width: 1205, height: 640 }) };
      /** The interrupt that is shown: the last that a step was about. */
      let shown = 0;
      for (let step = 0; step < Math.min(scene.steps.length, 400); step++) {
        shown = scene.steps.get(step)?.journey || shown;
        const trails = trailsAt(stage, step);
        const alive = new Set(tokensAt(stage, step).map(({ journey }) => journey));
        alive.add(shown);
        for (const { flight } of trails) expect(alive, `${id}, step ${step}`).toContain(flight.journey);
        const full = trails.filter(({ current }) => current).length;
        expect(full, `${id}, step ${step}`).toBeLessThanOrEqual(MOST_IN_FULL);
        pale += trails.length - full;
        // What is in full lies over what has faded.
        expect(trails.slice(trails.length - full).every(({ current }) => current)).toBe(true);
      }
    }
    expect(pale).toBeGreaterThan(100);
  });

  test('are drawn so: a faded one is marked, lies under the cards, and is less than half as strong', async () => {
    const { moment } = await open('p=intx-shared', 'en');
    const counts = { pale: 0, full: 0 };
    for (const step of [18, 27, 36, 45]) {
      const still = await openStill(dom, { ...moment, step }, { width: 1205, height: 640, embed: false });
      still.draw({ step, phase: 1 });
      const trails = trailsAt(still.stage, step);
      const drawn = [...still.root.querySelectorAll('.bd-trail')];
      const faded = drawn.filter((path) => path.matches('.bd-pale'));
      const parts = (current: boolean): string[] =>
        trails.filter((t) => t.current === current).flatMap(({ flight }) => flight.path?.parts.map(({ d }) => d) ?? []);
      expect(faded.map((path) => path.getAttribute('d')).sort()).toEqual(parts(false).sort());
      for (const path of faded) expect(path.closest('[data-layer]')?.getAttribute('data-layer')).toBe('under');
      counts.pale += faded.length;
      counts.full += parts(true).length;
    }
    expect(counts.pale).toBeGreaterThan(0);
    expect(counts.full).toBeGreaterThan(0);
    const rule = /\.bd-trail\.bd-pale\s*\{[^}]*stroke-opacity:\s*([\d.]+)/.exec(css);
    expect(Number(rule?.[1])).toBeLessThan(0.5);
  });
});
