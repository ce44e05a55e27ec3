import { expect, test } from 'vitest';
import { sceneOf } from '../../cli/headless-scene.ts';
import type { MachineView } from '../../engine/view/machine-view.ts';
import { cut } from '../../log/reader.ts';
import { createRows } from '../../log/rows.ts';
import { heldScene } from './use-shown-scene.ts';

const whole = sceneOf([
  { op: 'create', vcpus: 1, irqchip: 'full' },
  { op: 'irq_line', gsi: 4, level: 1 },
  { op: 'irq_line', gsi: 4, level: 0 },
]);
const view = {} as MachineView;
const part = { ...whole, complete: false };
const held = heldScene(null, part, view);

test('rows that come somewhere else leave what is shown as it is', () => {
  expect(heldScene(held, { ...part, used: part.used - 1 }, view)).toBe(held);
});

test.each([
  ['the playhead moves, or the step that is shown grows', part, {} as MachineView],
  ['the scene is whole', whole, view],
  ['another run', { ...part, readings: { cuts: [], known: new Map() } }, view],
  ['other rows', { ...part, rows: createRows({ rows: part.rows, upTo: part.used }) }, view],
  ['another routing table', { ...part, routeTables: [...part.routeTables, ...part.routeTables] }, view],
])('shown anew: %s', (_what, scene, at) => {
  expect(heldScene(held, scene, at).scene).toBe(scene);
});

test('shown anew: part of the log was taken back', () => {
  const scene = { ...part };
  cut(part.readings, 1);
  expect(heldScene(held, scene, view).scene).toBe(scene);
});

test('shown anew: the log uses what the stage has no place for', () => {
  const more = sceneOf([
    { op: 'create', vcpus: 1, irqchip: 'full' },
    { op: 'irq_line', gsi: 4, level: 1 },
    { op: 'irq_line', gsi: 9, level: 1 },
  ]);
  const before = heldScene(null, { ...more, complete: false }, view);
  expect(heldScene({ ...before, usage: before.usage - 8 }, { ...more, complete: false }, view)).not.toBe(before);
});
