/** Cards of unfolded vCPUs are used again, and what has the focus keeps it: no card moves, and a vCPU that stays keeps its own. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { slotsOf } from './unfold.ts';

const vcpus = fc.uniqueArray(fc.nat(15), { maxLength: 6 }).map((list) => list.sort((a, b) => a - b));

test('a card is used again for the vCPU that comes where another has gone, and never moves', () => {
  fc.assert(
    fc.property(fc.array(vcpus, { minLength: 1, maxLength: 12 }), (moments) => {
      let slots: ReadonlyMap<number, number> = new Map();
      for (const moment of moments) {
        const before = slots;
        slots = slotsOf(before, moment);
        expect([...slots.keys()]).toEqual(moment);
        expect(new Set(slots.values()).size).toBe(moment.length);
        for (const vcpu of moment) if (before.has(vcpu)) expect(slots.get(vcpu)).toBe(before.get(vcpu));
        // Those that were there stand in the order they stood in.
        const stood = [...before.values()];
        const again = [...slots.values()].map((slot) => stood.indexOf(slot)).filter((at) => at >= 0);
        expect(again).toEqual([...again].sort((a, b) => a - b));
        // None is made anew while one that has gone stood between the same neighbours.
        if (!moment.some((vcpu) => before.has(vcpu))) expect(again.length).toBe(Math.min(stood.length, moment.length));
        expect(slotsOf(slots, moment)).toEqual(slots);
      }
    }),
  );
});

test('of three cards the middle one goes to the vCPU that comes between the same two', () => {
  const slots = slotsOf(new Map(), [2, 5, 9]);
  expect([...slotsOf(slots, [2, 7, 9])]).toEqual([
    [2, slots.get(2)],
    [7, slots.get(5)],
    [9, slots.get(9)],
  ]);
});
