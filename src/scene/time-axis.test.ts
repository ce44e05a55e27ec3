/** The timeline's one scale, over random runs of instants: to scale, ascending, and back again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { presets } from '../cli/scenes-for-tests.ts';
import { instantsSoFar, readInstants } from '../log/instants.ts';
import { CELL, createAxis } from './time-axis.ts';

/** Instants with so many steps each, so many ns apart. */
const runs = fc
  .array(fc.record({ steps: fc.integer({ min: 1, max: 30 }), gap: fc.integer({ min: 1, max: 5_000_000 }) }), {
    minLength: 1,
    maxLength: 60,
  })
  .map((list) => {
    const first: number[] = [];
    const ns: number[] = [];
    let [step, now] = [0, 1000];
    for (const { steps, gap } of list) {
      first.push(step);
      ns.push(now);
      step += steps;
      now += gap;
    }
    return { first, ns, steps: step, now };
  });
const modes = fc.constantFrom('time' as const, 'step' as const);

test('cells ascend, none lies on another, and the last ends where the axis does', () => {
  fc.assert(
    fc.property(runs, modes, fc.integer({ min: 200, max: 3000 }), (instants, mode, width) => {
      const axis = createAxis(instants, mode, width);
      let end = 0;
      let [over, off] = [0, 0];
      for (let step = 0; step < instants.steps; step++) {
        over = Math.max(over, end - axis.start(step));
        off = Math.max(off, Math.abs(axis.end(step) - axis.start(step) - axis.cell));
        end = axis.end(step);
      }
      expect(over).toBeLessThanOrEqual(1e-6);
      expect(off).toBeCloseTo(0, 6);
      expect(end).toBeCloseTo(width, 4);
    }),
  );
});

test('between instants time is to scale, the same everywhere', () => {
  fc.assert(
    fc.property(runs, fc.integer({ min: 200, max: 3000 }), (instants, width) => {
      const axis = createAxis(instants, 'time', width);
      for (let i = 1; i < instants.first.length; i++) {
        const [before, here] = [instants.first[i] as number, instants.first[i] as number];
        const gap = axis.start(here) - axis.end(before - 1);
        expect(gap).toBeCloseTo(((instants.ns[i] as number) - (instants.ns[i - 1] as number)) * axis.perNs, 4);
      }
    }),
  );
});

test('the step at a place is the step whose cell is there; in between it is the one before', () => {
  fc.assert(
    fc.property(runs, modes, (instants, mode) => {
      const axis = createAxis(instants, mode, 1200);
      const wrong: string[] = [];
      for (let step = 0; step < instants.steps; step++) {
        const here = axis.stepAt(axis.start(step) + axis.cell / 2);
        if (here !== step) wrong.push(`${here} in the cell of ${step}`);
        const next = step + 1 < instants.steps ? axis.start(step + 1) : axis.width + 10;
        const behind = axis.stepAt((axis.end(step) + next) / 2);
        if (next - axis.end(step) > 1e-3 && behind !== step) wrong.push(`${behind} behind ${step}`);
      }
      expect(wrong).toEqual([]);
      expect(axis.stepAt(-1)).toBe(-1);
    }),
  );
});

test('a moment is found where it is shown', () => {
  fc.assert(
    fc.property(runs, fc.double({ min: 0, max: 1, noNaN: true }), (instants, share) => {
      const axis = createAxis(instants, 'time', 1200);
      const when = axis.from + (axis.to - axis.from) * share;
      expect(axis.timeAt(axis.ofTime(when))).toBeCloseTo(when, -1);
    }),
  );
});

test('the playhead moves from the end of one step to the end of the next without a jump', () => {
  fc.assert(
    fc.property(runs, modes, (instants, mode) => {
      const axis = createAxis(instants, mode, 1200);
      for (let step = 0; step + 1 < instants.steps; step++) {
        expect(axis.at(step, 1)).toBeCloseTo(axis.at(step + 1, 0), 6);
        expect(axis.at(step, 1)).toBeCloseTo(axis.end(step), 6);
      }
    }),
  );
});

test('leaping over narrow bands finds every wide one', () => {
  fc.assert(
    fc.property(runs, fc.double({ min: 0.1, max: 40, noNaN: true }), (instants, least) => {
      const axis = createAxis(instants, 'time', 900);
      const wide = axis.bands(0, axis.width, 0).filter(({ from, to }) => to - from >= least);
      expect(axis.bands(0, axis.width, least)).toEqual(wide);
    }),
  );
});

test('where there is room a step of an opened instant is 11.5 px', () => {
  const scene = presets.find(({ id }) => id === 'intx-shared')?.scene;
  if (scene === undefined) throw new Error('no scene');
  readInstants(scene, Number.POSITIVE_INFINITY);
  const axis = createAxis(instantsSoFar(scene), 'time', 1300);
  expect(axis.cell).toBe(CELL);
  const band = axis.bands(0, axis.width, 0).find(({ ns }) => ns === 2000);
  expect(band?.count).toBe(10);
  expect((band?.to ?? 0) - (band?.from ?? 0)).toBeCloseTo(115, 6);
});
