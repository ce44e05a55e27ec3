/** Tables of the whole machine say what the words say, at any moment, and as text in columns. */
import { expect, test } from 'vitest';
import { presets } from '../../cli/scenes-for-tests.ts';
import type { MachineView } from '../../engine/view/machine-view.ts';
import { wordsAt } from '../../log/fold.ts';
import { machineTables, tableText } from './machine-tables.ts';

function at(id: string, step: number): MachineView {
  const scene = presets.find((preset) => preset.id === id)?.scene;
  if (scene === undefined) throw new Error(id);
  const { wordMap, routeTables, config } = scene;
  return { w: wordsAt(scene, scene.steps.seqOf(step + 1)), wordMap, routeTables, config };
}

test('an RTE in service is told with its remote IRR, and its vector in ISR', () => {
  const tables = machineTables(at('intx-shared', 30));
  const pin = tables.find(({ title }) => title === 'IOAPIC')?.rows[11];
  expect(pin?.cells).toEqual(['11', '0x3b', 'Fixed', 'level', '0', '1', '1', '0']);
  const [lapic] = tables.find(({ title }) => title === 'LAPIC')?.rows ?? [];
  expect(lapic?.cells.slice(0, 3)).toEqual(['0', '–', '0x3b']);
});

test.each(presets)(
  '$id: a row for every pin and every vCPU it has, and no table of what it has not',
  ({ id, scene }) => {
    const tables = machineTables(at(id, scene.steps.length - 1));
    for (const { title, head, rows } of tables) {
      expect(rows).toHaveLength(title === 'IOAPIC' ? 24 : title === '8259' ? 2 : scene.wordMap.vcpus);
      for (const { cells } of rows) expect(cells).toHaveLength(head.length);
    }
    expect(tables.some(({ title }) => title === 'PI descriptor')).toBe(scene.config.apicv === true);
  },
);

test('as text the columns stand under one another', () => {
  const text = tableText({
    title: 'T',
    head: ['pin', 'vec'],
    rows: [
      { at: { kind: 'ioapic', index: 0 }, cells: ['4', '0x34'] },
      { at: { kind: 'ioapic', index: 0 }, cells: ['11', '0x3b'] },
    ],
  });
  expect(text.split('\n')).toEqual(['T', 'pin  vec', '4    0x34', '11   0x3b']);
});
