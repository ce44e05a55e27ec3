/** What is under way: every interrupt once, with what it does; the one that waits says for what. */
import { describe, expect, test } from 'vitest';
import { presets } from '../cli/scenes-for-tests.ts';
import { underWayAt } from './under-way.ts';
import { waitsAfter } from './waits.ts';

describe.each(presets)('$id', ({ scene }) => {
  test('what waits is on the list, nobody is on it twice, and at the end only what waits or is served', () => {
    for (let i = 0; i < scene.steps.length; i += 1 + Math.floor(scene.steps.length / 120)) {
      const all = underWayAt(scene, i);
      const journeys = all.map(({ journey }) => journey);
      expect(new Set(journeys).size).toBe(journeys.length);
      for (const wait of waitsAfter(scene, i)) {
        if ([...scene.steps].slice(0, i + 1).some((s) => s.journey === wait.journey))
          expect(journeys).toContain(wait.journey);
      }
      for (const { what, does, vcpu } of all) {
        expect(what).not.toBe('');
        if (does === 'serves') expect(vcpu).toBeGreaterThanOrEqual(0);
      }
    }
    for (const { does } of underWayAt(scene, scene.steps.length - 1)) expect(does).not.toBe('moves');
  });
});

test('of two devices on one line the list says which is stuck, and since when', () => {
  const scene = presets.find((p) => p.id === 'intx-shared')?.scene;
  if (scene === undefined) throw new Error('no scene');
  const held = scene.steps.findIndex((s) => s.name === 'ioapic_remote_irr');
  expect(underWayAt(scene, held).map(({ journey, does, what, since }) => ({ journey, does, what, since }))).toEqual([
    { journey: 1, does: 'serves', what: '0x3b', since: expect.any(Number) },
    { journey: 2, does: 'waits', what: 'pin 11', since: 2000 },
  ]);
});

test('what the PIT begins comes from the PIT, and what the guest does meanwhile is nobody’s beginning', () => {
  const scene = presets.find((p) => p.id === 'pit-extint')?.scene;
  if (scene === undefined) throw new Error('no scene');
  for (let step = 0; step < scene.steps.length; step++)
    for (const { began } of underWayAt(scene, step)) expect(began?.at).toBe('pit');
});

test('an interrupt is in its handler once the guest is, and not while its vector is injected, taken back and injected again', () => {
  const scene = presets.find((p) => p.id === 'cancelled-injection')?.scene;
  if (scene === undefined) throw new Error('no scene');
  const [acked, cancelled, entered] = ['apic_ack', 'cancel_injection', 'handler_enter'].map((name) =>
    scene.steps.findIndex((s) => s.name === name),
  ) as [number, number, number];
  for (const step of [acked, cancelled, entered - 1])
    expect(underWayAt(scene, step), `step ${step}`).toMatchObject([{ journey: 1, does: 'moves', what: '0x41' }]);
  expect(underWayAt(scene, entered)).toMatchObject([{ journey: 1, does: 'serves', what: '0x41', vcpu: 0 }]);
});
