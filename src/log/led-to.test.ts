/** What led to how a word stands, on scenes whose story is known. */
import { expect, test } from 'vitest';
import { presets } from '../cli/scenes-for-tests.ts';
import { ledTo } from './led-to.ts';
import type { SceneLog } from './log.ts';

const of = (id: string): SceneLog => presets.find((preset) => preset.id === id)?.scene as SceneLog;
const names = (scene: SceneLog, steps: readonly number[]) => steps.map((index) => scene.steps.nameOf(index));

test('a vector in service: acknowledged, at an entry, with an op', () => {
  const scene = of('priority-nesting');
  const ack = scene.steps.find(({ name }) => name === 'apic_ack');
  if (ack === undefined) throw new Error('no acknowledge');
  const vector = ack.args[0] as number;
  const place = { kind: 'lapic', index: 0, register: 'isr', sub: vector >> 5, vector } as const;
  const steps = ledTo(scene, place, ack.command, scene.used);
  expect(scene.steps.get(steps[0] as number)).toBe(ack);
  expect(steps.length).toBeGreaterThan(1);
  expect([...steps].sort((a, b) => b - a)).toEqual(steps);
  // One of another vector of that word is not meant.
  expect(names(scene, ledTo(scene, { ...place, vector: vector ^ 1 }, ack.command, scene.used))[0]).not.toBe('apic_ack');
});

test('every op that makes a step has one that led to it, of that op or before it and never later than the moment', () => {
  const scene = of('intx-shared');
  for (const { index } of scene.commands) {
    const own = [...scene.steps].filter(({ command }) => command === index);
    const place = { kind: 'ioapic', index: 0, register: 'redirLo', sub: 11 } as const;
    for (const before of [scene.used, (own[0]?.seq ?? 0) + 1]) {
      const steps = ledTo(scene, place, index, before);
      expect(steps.length > 0, `op ${index}`).toBe(own.length > 0);
      for (const step of steps) expect(scene.steps.seqOf(step), `op ${index}`).toBeLessThan(before);
    }
  }
});

test('a place that is no word, and an op that made no step, are no fault', () => {
  const scene = of('intx-shared');
  expect(ledTo(scene, { kind: 'vm', index: 0 }, 1_000_000, scene.used)).toEqual([]);
  expect(ledTo(scene, { kind: 'vm', index: 0, register: 'toString' }, 0, scene.used)).toEqual([]);
});
