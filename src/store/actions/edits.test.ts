/** Changes by hand: in front of the step that is shown, and back again. */
import { expect, test, vi } from 'vitest';
import { createHeadlessApp } from '../../cli/headless-app.ts';
import { deedOf } from '../../explain/deeds.ts';
import { wordsAt } from '../../log/fold.ts';
import { findStep } from '../../log/steps.ts';
import { opsOf as opsOfRun, runOf } from '../../share/runs.ts';
import type { App } from '../create-app.ts';
import { fileOfRuns, linkOfRuns } from '../runs/carry.ts';
import { addNote } from '../runs/notes.ts';
import { showRun } from '../runs/track.ts';
import { change, redo, undo } from './edits.ts';

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
    expect(undo(app)).toBe(true);
    await vi.waitFor(() => expect(opsOf(app)).toEqual(states[left]));
  }
  expect(undo(app)).toBe(false);
  expect(app.store.getState().sceneId.preset).toBe('serial-ioapic');
  for (const left of [1, 2, 3]) {
    expect(redo(app)).toBe(true);
    await vi.waitFor(() => expect(opsOf(app)).toEqual(states[left]));
  }
  expect(redo(app)).toBe(false);
});

test('a change after an undo is another branch, and the one before stays', async () => {
  const app = await at('handler_exit#1');
  change(app, { op: 'nmi', vcpu: 0 });
  await settled(app);
  undo(app);
  await vi.waitFor(() => expect(opsOf(app).some((op) => op.includes('nmi'))).toBe(false));
  change(app, { op: 'nmi', vcpu: 1 });
  await settled(app);
  expect(redo(app)).toBe(false);
  expect(undo(app)).toBe(true);
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

test('a change in the middle of a scene keeps all that comes after it', async () => {
  const app = await at('rte_write#1');
  const before = opsOf(app);
  change(app, { op: 'nmi', vcpu: 1 });
  await settled(app);
  expect(opsOf(app).filter((op) => !op.includes('"nmi"'))).toEqual(before);
  expect(opsOf(app)).toHaveLength(before.length + 1);
});

test('a refused change makes no branch', async () => {
  const app = await at('handler_exit#1');
  change(app, { op: 'nmi', vcpu: 60 });
  await settled(app);
  expect(app.store.getState().notice).not.toBe(null);
  expect(app.store.getState().runs?.list).toHaveLength(1);
  change(app, { op: 'nmi', vcpu: 0 });
  await settled(app);
  expect(app.store.getState().runs?.list).toHaveLength(2);
});

test('a change has a name that says what it does, and where it went is told', async () => {
  const app = await at('route#2');
  const { step } = app.store.getState().playhead;
  change(app, MASK_PIN_4);
  await settled(app);
  const { runs, said } = app.store.getState();
  expect(runs && runOf(runs, runs.now)?.deed).toEqual({ key: 'deed.mask', params: { pin: 4 } });
  expect(said).toEqual({ key: 'said.inFront', deed: { key: 'deed.mask', params: { pin: 4 } }, step });
  expect(deedOf(MASK_PIN_4, null).key).toBe('deed.rte');
  expect(deedOf([], null).key).toBe('deed.nothing');
});

test('walks of changes, undo, redo and jumps: every run stays what it was (seed printed)', async () => {
  const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
  console.info(`runs: SEED=${seed}`);
  let state = seed;
  const random = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 8) % below;
  };
  const app = await at('route#2');
  const whole = new Map<number, string>();
  for (let turn = 0; turn < 24; turn++) {
    const { scene, runs } = app.store.getState();
    app.actions.seekStep(random((scene?.steps.length ?? 0) + 1) - 1);
    const what = random(4);
    if (what === 0) undo(app);
    else if (what === 1) redo(app);
    else if (what === 2 && runs !== null) showRun(app, runs.list[random(runs.list.length)]?.id ?? 0);
    else change(app, { op: 'nmi', vcpu: random(2) });
    await settled(app);
    await vi.waitFor(() => {
      const now = app.store.getState();
      expect(now.runs === null ? opsOf(app) : opsOfRun(now.runs, now.runs.now).map((op) => JSON.stringify(op))).toEqual(
        opsOf(app),
      );
    });
    const now = app.store.getState();
    if (now.runs === null || now.scene === null) continue;
    // The end of a run is the same whenever one comes back to it.
    const end = JSON.stringify([opsOf(app), [...wordsAt(now.scene, now.scene.used)]]);
    expect(whole.get(now.runs.now) ?? end, `run ${now.runs.now}, SEED=${seed}`).toBe(end);
    whole.set(now.runs.now, end);
  }
  const { runs } = app.store.getState();
  if (runs === null) return;
  for (const [id, end] of whole) {
    expect(opsOfRun(runs, id).map((op) => JSON.stringify(op))).toEqual(JSON.parse(end)[0]);
  }
});

test('a link takes every run and note along, and a tree that is no tree of its scene is left out and named', async () => {
  const app = await at('route#2');
  change(app, MASK_PIN_4);
  await settled(app);
  undo(app);
  await vi.waitFor(() => expect(app.store.getState().runs?.now).toBe(0));
  change(app, { op: 'nmi', vcpu: 1 });
  await settled(app);
  addNote(app, '<b>why?</b>');
  const link = await linkOfRuns(app);
  expect(link).toMatch(/^s=k1\./);
  const other = createHeadlessApp();
  await other.actions.openLink(link ?? '', { play: false });
  const { runs, notice } = other.store.getState();
  expect(notice).toBe(null);
  expect(runs?.list.map(({ deed }) => deed?.key ?? null)).toEqual([null, 'deed.mask', 'deed.nmi']);
  expect(runs?.notes.map(({ text }) => text)).toEqual(['<b>why?</b>']);
  expect(opsOf(other)).toEqual(opsOf(app));
  expect(undo(other)).toBe(true);
  await vi.waitFor(() => expect(other.store.getState().sceneId.preset).toBe('serial-ioapic'));
  await vi.waitFor(() => expect(opsOf(other).some((op) => op.includes('nmi'))).toBe(false));
  const file = await fileOfRuns(app);
  expect(file?.name).toBe('serial-ioapic.irqscope.json');
});
