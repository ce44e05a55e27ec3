/** A run that outgrows its pages: every row, word and step is that of the run kept whole, and what is kept stays small. */
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createRng, nextBelow } from '../base/rng.ts';
import { manyRows } from '../cli/bench-scenes.ts';
import { sceneOf } from '../cli/headless-scene.ts';
import { DEEP } from '../cli/portion.ts';
import { createSession } from '../engine/machine/session.ts';
import { COL, ROW } from '../engine/view/tables.ts';
import { causesOf } from '../log/causes.ts';
import { timeAt } from '../log/clock-index.ts';
import { wordsAt } from '../log/fold.ts';
import { firstRowOf } from '../log/journeys.ts';
import type { JsonOp, SceneLog } from '../log/log.ts';
import { cellOf, copyRows, type GrowingRows, KEPT_ROWS, PAGE_ROWS, type Pager } from '../log/rows.ts';
import { createEngineClient, type FromEngine } from '../worker/client.ts';
import { createRunner } from '../worker/runner.ts';
import { loadOps } from './actions/scene.ts';
import { type App, createApp } from './create-app.ts';

const SEED = Number(process.env.SEED ?? Date.now() & 0x7fffffff);
const { ops, start } = manyRows(215);

/** A page whose engine is the real one, in this thread; what it says is copied as between threads. */
function page(): App {
  const connect = (onMessage: (message: FromEngine) => void) =>
    createEngineClient(onMessage, [
      [
        'page',
        (hear) => {
          const later = (work: () => void): unknown => setImmediate(work);
          const runner = createRunner({
            createSession,
            now: () => performance.now(),
            send: (message) => later(() => hear(structuredClone(message))),
            later,
          });
          later(() => hear({ v: 1, type: 'ready' }));
          return { post: (message) => later(() => runner.receive(structuredClone(message))), close: () => {} };
        },
      ],
    ]);
  return createApp({ connect, frames: { request: () => 0, cancel: () => {} } });
}

/** The scene once it is whole and no change of it is under way. */
const whole = (app: App): Promise<SceneLog> =>
  new Promise((resolve) => {
    const look = (): void => {
      const { scene } = app.store.getState();
      if (scene?.complete === true) resolve(scene);
    };
    app.store.subscribe(look);
    look();
  });

/** Where two arrays differ first. */
const differs = (a: Int32Array, b: Int32Array): number =>
  a.length === b.length ? a.findIndex((n, i) => n !== b[i]) : Math.min(a.length, b.length);

/** Rows, words and steps anywhere, in an order that no page likes. */
function compare(scene: SceneLog, straight: SceneLog): void {
  expect(scene.used).toBe(straight.used);
  expect(scene.steps.length).toBe(straight.steps.length);
  const rng = createRng(SEED);
  for (let i = 0; i < (DEEP ? 20 : 7); i++) {
    const from = nextBelow(rng, scene.used);
    const to = Math.min(scene.used, from + nextBelow(rng, 3 * PAGE_ROWS));
    expect(differs(copyRows(scene, from, to), copyRows(straight, from, to)), `SEED=${SEED}, row ${from}`).toBe(-1);
    expect(differs(wordsAt(scene, from), wordsAt(straight, from)), `SEED=${SEED}, words at ${from}`).toBe(-1);
    // Of a moment close by, one after the other: what was asked last is gone on from.
    for (const near of [from + 7, from - 5, from + nextBelow(rng, 2 * PAGE_ROWS)])
      expect(differs(wordsAt(scene, near), wordsAt(straight, near)), `SEED=${SEED}, words at ${near}`).toBe(-1);
    const step = nextBelow(rng, scene.steps.length);
    expect(scene.steps.get(step), `SEED=${SEED}`).toEqual(straight.steps.get(step));
  }
}

const BROADCAST: JsonOp = { op: 'mmio_write', vcpu: 3, addr: '0xfee00300', size: 4, value: 0xc4070 };

/** The same ops, every row kept. */
const again = (scene: SceneLog): SceneLog =>
  sceneOf(
    scene.commands.map(({ op }) => op),
    start,
  );

const kept = ({ rows }: SceneLog): number => rows.pages.filter((one) => one !== undefined).length;

describe('a run of more rows than are kept', () => {
  const app = page();
  let straight: SceneLog;
  beforeAll(async () => {
    straight = sceneOf(ops, start);
    void loadOps(app, ops, {}, start);
    await whole(app);
  });

  test('rows, words and steps are those of the run kept whole', async () => {
    const scene = await whole(app);
    expect(scene.used).toBeGreaterThan(KEPT_ROWS + 30_000);
    expect(app.store.getState().notice).toBeNull();
    compare(scene, straight);
  });

  test('pages and machines that are kept take less than 40 MB', async () => {
    const scene = await whole(app);
    expect(kept(scene)).toBeLessThanOrEqual(KEPT_ROWS / PAGE_ROWS + 1);
    const machines = scene.keyframes.machines.map(({ parts }) => parts as { w: Int32Array; journeys: Int32Array });
    const bytes = machines.reduce((sum, { w, journeys }) => sum + w.byteLength + journeys.byteLength, 0);
    expect(machines.length).toBeGreaterThan(10);
    expect(bytes + kept(scene) * PAGE_ROWS * ROW * 4).toBeLessThan(40e6);
  });

  test('the rows that led to a moment come with its words: the engine runs once', async () => {
    const scene = await whole(app);
    const recall = vi.spyOn((scene.rows as GrowingRows).pager as Pager, 'recall');
    for (let i = 1; i < 60; i++) {
      const seq = Math.floor(((i * 0.618_033_988_7) % 1) * scene.used);
      scene.keyframes.near = [];
      wordsAt(scene, seq);
      recall.mockClear();
      cellOf(scene, Math.max(0, seq - 3 * PAGE_ROWS), COL.code);
      expect(recall, `row ${seq}`).not.toHaveBeenCalled();
    }
    recall.mockRestore();
  });

  test('a reader that comes late reads the same', async () => {
    const scene = await whole(app);
    const rng = createRng(SEED);
    for (let i = 0; i < 100; i++) {
      const seq = nextBelow(rng, scene.used);
      expect(timeAt(scene, seq), `SEED=${SEED}`).toBe(timeAt(straight, seq));
      expect(firstRowOf(scene, i), `SEED=${SEED}`).toBe(firstRowOf(straight, i));
      expect(causesOf(scene, seq), `SEED=${SEED}`).toEqual(causesOf(straight, seq));
    }
  });

  test('an op the machine refuses leaves it as it was, and one that it takes is added', async () => {
    const before = await whole(app);
    app.actions.seekEnd();
    app.actions.poke([
      { op: 'settle', events: 1000 },
      { op: 'device', id: 'nobody', event: 'work' },
    ]);
    const same = await whole(app);
    expect(app.store.getState().notice).not.toBeNull();
    expect(same.used).toBe(before.used);
    compare(same, straight);
    app.actions.seekEnd();
    app.actions.poke([BROADCAST]);
    const longer = await whole(app);
    expect(longer.used).toBeGreaterThan(before.used + 1000);
    compare(longer, again(longer));
  });

  test('a change far back is a run of its own', async () => {
    const scene = await whole(app);
    const command = start + 301;
    app.actions.seekStep(scene.steps.findIndex((step) => step.command > command) - 1);
    app.actions.poke([BROADCAST]);
    const forked = await whole(app);
    expect(forked.commands.slice(0, command + 2).map(({ op }) => op)).toEqual([
      ...ops.slice(0, command + 1),
      BROADCAST,
    ]);
    compare(forked, again(forked));
  });
});
