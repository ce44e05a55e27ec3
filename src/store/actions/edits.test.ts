/** Changes by hand: in front of the step that is shown, and back again. */
import { expect, test, vi } from 'vitest';
import { createHeadlessApp } from '../../cli/headless-app.ts';
import { findStep } from '../../log/steps.ts';
import type { App } from '../create-app.ts';
import { change, nameOfOps, redo, undo } from './edits.ts';

/** Masks RTE 4 of serial-ioapic: two writes, as a guest does it. */
const MASK_PIN_4 = [
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', value: '0x18', size: 4 },
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', value: '0x10034', size: 4 },
];

const opsOf = ({ store }: App): string[] =>
  (store.getState().scene?.commands ?? []).map(({ op }) => JSON.stringify(op));
const happens = ({ store }: App, name: string): boolean =>
  [...(store.getState().scene?.steps ?? [])].some((step) => step.name === name);

/** What was asked for is done. */
const settled = ({ store }: App): Promise<void> =>
  vi.waitFor(() => expect(store.getState().scene?.complete).toBe(true), { timeout: 30_000 });

async function at(step: string): Promise<App> {
  const app = createHeadlessApp();
  await app.actions.loadPreset('serial-ioapic', { step: null, play: false });
  const { scene } = app.store.getState();
  if (scene === null) throw new Error('no scene');
  app.actions.seekStep(findStep(scene.steps, step));
  return app;
}

test('masking a pin while its interrupt is on the way to it masks that interrupt', async () => {
  const app = await at('route#2');
  const before = opsOf(app);
  change(app, MASK_PIN_4);
  await settled(app);
  expect(happens(app, 'ioapic_masked')).toBe(true);
  expect(happens(app, 'ioapic_service')).toBe(false);
  // In front of the op that was shown, which is done again, and all after it.
  const device = before.findIndex((op) => op.includes('"device"'));
  expect(opsOf(app)).toEqual([
    ...before.slice(0, device),
    ...MASK_PIN_4.map((op) => JSON.stringify(op)),
    ...before.slice(device),
  ]);
});

test('the stage stands at the effect of a change', async () => {
  const app = await at('route#2');
  change(app, MASK_PIN_4);
  await settled(app);
  const { scene, playhead } = app.store.getState();
  const stands = scene?.steps.get(playhead.until ?? playhead.step);
  expect(stands?.name).toBe('rte_write');
  expect(playhead.playing).toBe(false);
});

test('at the end of a scene a change comes after all of it', async () => {
  const app = await at('handler_exit#1');
  const before = opsOf(app);
  change(app, { op: 'nmi', vcpu: 0 });
  await settled(app);
  expect(opsOf(app).slice(0, before.length)).toEqual(before);
  expect(opsOf(app)[before.length]).toBe(JSON.stringify({ op: 'nmi', vcpu: 0 }));
});

test('three changes are undone one by one, and redone, by name', async () => {
  const app = await at('handler_exit#1');
  const states = [opsOf(app)];
  for (const vcpu of [0, 1, 0]) {
    change(app, { op: 'nmi', vcpu });
    await settled(app);
    app.actions.seekEnd();
    states.push(opsOf(app));
  }
  for (const left of [2, 1, 0]) {
    expect(undo(app)).toMatch(/^nmi [01]$/);
    await vi.waitFor(() => expect(opsOf(app)).toEqual(states[left]));
  }
  expect(undo(app)).toBe(null);
  expect(app.store.getState().sceneId.preset).toBe('serial-ioapic');
  for (const left of [1, 2, 3]) {
    expect(redo(app)).toMatch(/^nmi [01]$/);
    await vi.waitFor(() => expect(opsOf(app)).toEqual(states[left]));
  }
  expect(redo(app)).toBe(null);
});

test('a change after an undo drops what could be redone', async () => {
  const app = await at('handler_exit#1');
  change(app, { op: 'nmi', vcpu: 0 });
  await settled(app);
  undo(app);
  await vi.waitFor(() => expect(opsOf(app).some((op) => op.includes('nmi'))).toBe(false));
  change(app, { op: 'nmi', vcpu: 1 });
  await settled(app);
  expect(redo(app)).toBe(null);
  expect(undo(app)).toBe('nmi 1');
});

test('undo stands where one stood', async () => {
  const app = await at('route#2');
  const { step } = app.store.getState().playhead;
  change(app, MASK_PIN_4);
  await settled(app);
  undo(app);
  await vi.waitFor(() => expect(app.store.getState().playhead.step).toBe(step));
  expect(happens(app, 'ioapic_service')).toBe(true);
});

test('a change is called by its first op', () => {
  expect(nameOfOps(MASK_PIN_4)).toBe('mmio_write 0 0xfec00000 0x18 4');
  expect(nameOfOps([])).toBe('');
});
