/** A handler's name is whole in the IDT's card, whatever room the card has. */
import { expect, test } from 'vitest';
import { presets } from '../../cli/scenes-for-tests.ts';
import { layoutStage } from '../../scene/layout.ts';
import { stageModel } from '../../scene/stage-model.ts';
import { linesOf } from './IdtCard.tsx';

const ROOMS = [
  [344, 0],
  [800, 300],
  [900, 480],
  [950, 480],
  [1220, 640],
] as const;

test.each([12, 24, 30])('a name of %d letters is whole, in one line or two', (length) => {
  const name = 'vring_interrupt_of_queue_number_one_x'.slice(0, length);
  for (const { id, scene } of presets) {
    const model = { ...stageModel(scene), handlers: [{ vector: 0x31, name }] };
    for (const [width, height] of ROOMS) {
      const layout = layoutStage({ model, width, height });
      const row = layout.idtRows.get(0x31);
      if (row === undefined) throw new Error(`${id}: no row`);
      expect(linesOf(name, row, layout.scale).join(''), `${id} at ${width}`).toBe(name);
    }
  }
});

test('a second line begins after a mark between two words, if it fits then', () => {
  const row = { w: 160, h: 33 };
  expect(linesOf('vring_interrupt_of_queue', row, 1)).toEqual(['vring_interrupt_', 'of_queue']);
  expect(linesOf('x'.repeat(30), row, 1)).toEqual(['x'.repeat(17), 'x'.repeat(13)]);
  expect(linesOf('x'.repeat(80), row, 1).at(-1)).toMatch(/^x+…$/);
});
