/** What is drawn of a lane: everything that can be seen, nothing twice, and no more than fits, however long the run. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AxisWindow, densityOf, drawn, heatOf, LEAST, placeOf, stretchesOf } from './lane-marks.ts';
import { createAxis } from './time-axis.ts';

const everyNs = (steps: number, each: number) => ({
  first: Array.from({ length: Math.ceil(steps / each) }, (_, i) => i * each),
  ns: Array.from({ length: Math.ceil(steps / each) }, (_, i) => i * 1000),
  steps,
  now: 0,
});

const lanes = fc.record({
  spans: fc.array(fc.record({ gap: fc.integer({ min: 0, max: 40 }), length: fc.integer({ min: 1, max: 60 }) }), {
    maxLength: 200,
  }),
  each: fc.integer({ min: 1, max: 20 }),
  k: fc.double({ min: 1, max: 200, noNaN: true }),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
});

const build = ({ spans, each, k, at }: typeof lanes extends fc.Arbitrary<infer T> ? T : never) => {
  let step = 0;
  const list = spans.map(({ gap, length }) => {
    const from = step + gap;
    step = from + length;
    return { from, to: step };
  });
  const axis = createAxis(everyNs(step + 10, each), 'time', 800);
  const window: AxisWindow = { axis, k, shift: -at * (axis.width * k - 800), width: 800 };
  return { list, window };
};

test('each wide span in the window is drawn once, and each narrow one is under a speck', () => {
  fc.assert(
    fc.property(lanes, (lane) => {
      const { list, window } = build(lane);
      const { spans, specks } = drawn(list, window);
      for (const span of list) {
        const [x, end] = [placeOf(window, span.from), placeOf(window, span.to)];
        if (end < 0 || x > window.width) continue;
        const shown = spans.filter((one) => one.span === span).length;
        const under = specks.some((speck) => speck.x <= x + 1e-6 && speck.x + speck.w >= end - 1e-6);
        if (end - x >= LEAST) expect(shown).toBe(1);
        // A span that only touches the window's edge may be left out.
        else if (end > 1 && x < window.width - 1) expect(under).toBe(true);
      }
    }),
  );
});

test('a frame costs what can be seen: a million spans make no more marks than there are px', () => {
  const list = Array.from({ length: 1_000_000 }, (_, i) => ({ from: i * 2, to: i * 2 + 1 }));
  const axis = createAxis(everyNs(2_000_000, 4), 'time', 1200);
  const { spans, specks } = drawn(list, { axis, k: 1, shift: 0, width: 1200 });
  expect(spans.length + specks.length).toBeLessThanOrEqual(1200 / LEAST + 1);
});

test('heat is the share of lanes that are in a state', () => {
  const axis = createAxis(everyNs(100, 100), 'step', 1000);
  const window = { axis, k: 1, shift: 0, width: 1000 };
  const heat = heatOf([[{ from: 0, to: 50 }], [{ from: 25, to: 75 }]], stretchesOf(window, 10));
  expect(heat[10]).toBe(0.5);
  expect(heat[40]).toBe(1);
  expect(heat[60]).toBe(0.5);
  expect(heat[90]).toBe(0);
});

test('density counts every effect once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 1, max: 9 }), (steps, each) => {
      const axis = createAxis(everyNs(steps, each), 'time', 900);
      const seen: number[] = [];
      const density = densityOf(axis, 3, (step) => {
        seen.push(step);
        return step * 2;
      });
      expect(Math.max(...seen)).toBe(steps);
      expect(Math.max(...density)).toBe(1);
    }),
  );
});
