/** Lanes by part and vCPU: only those touched, foldable, and few rows however many vCPUs act. */
import { expect, test } from 'vitest';
import { presets } from '../cli/scenes-for-tests.ts';
import { type Lane, lanesOf } from '../log/lanes.ts';
import { readWays, wayLanes } from '../log/ways.ts';
import { rowsOf } from './lane-groups.ts';

const NONE: ReadonlyMap<string, boolean> = new Map();

function rows(id: string, folds = NONE) {
  const scene = presets.find((preset) => preset.id === id)?.scene;
  if (scene === undefined) throw new Error(id);
  readWays(scene, Number.POSITIVE_INFINITY);
  return rowsOf(wayLanes(scene), lanesOf(scene), folds);
}

test('interrupts come first, then the parts in the order of the way', () => {
  const names = rows('intx-shared').map(({ name }) => name);
  expect([...new Set(names)]).toEqual(['ways', 'lines', 'pic', 'ioapic', 'vcpu']);
});

test('a folded group is one row, and its vCPU’s own lane stays', () => {
  const open = rows('intx-shared');
  const folded = rows(
    'intx-shared',
    new Map([
      ['lines', true],
      ['vcpu 0', true],
    ]),
  );
  expect(folded.filter(({ name }) => name === 'lines')).toHaveLength(1);
  expect(folded.find(({ name }) => name === 'lines')?.heat).toHaveLength(2);
  const [vcpu] = folded.filter(({ name }) => name === 'vcpu');
  expect(vcpu?.lane?.kind).toBe('vcpu');
  expect(folded.length).toBeLessThan(open.length);
  // Each row is told apart from the others.
  expect(new Set(open.map(({ key }) => key)).size).toBe(open.length);
});

test('of many vCPUs the busiest are open and the others are a row of heat for each row of the map', () => {
  const lane = (index: number, spans: number): Lane => ({
    kind: 'vcpu',
    index,
    ticks: [],
    spans: Array.from({ length: spans }, (_, i) => ({
      from: i * 2,
      to: i * 2 + 1,
      journey: 1,
      text: { kind: 'handler', vector: 0x41 } as const,
    })),
  });
  const lanes = Array.from({ length: 64 }, (_, i) => lane(i, i === 37 ? 9 : i === 5 ? 8 : 2));
  const list = rowsOf([], lanes, NONE);
  expect(list.filter(({ name }) => name === 'vcpu').map(({ index }) => index)).toEqual([0, 5, 37]);
  const heat = list.filter(({ heat: some }) => some !== null);
  expect(heat).toHaveLength(8);
  expect(heat.reduce((n, row) => n + (row.heat?.length ?? 0), 0)).toBe(61);
  const unfolded = rowsOf([], lanes, new Map([['others', false]]));
  expect(unfolded.filter(({ name }) => name === 'vcpu')).toHaveLength(64);
});
