/** A batch of many rows is read by slices: nothing that comes meanwhile is lost, out of order, or on a stage that moved on. */
import { expect, test, vi } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import type { JsonOp, SceneLog } from '../log/log.ts';
import { KEEP_UP_ROWS, keepUp } from '../log/reader.ts';
import { copyRows } from '../log/rows.ts';
import { branchesOf } from '../scene/branches.ts';
import type { FromEngine } from '../worker/client.ts';
import { createApp } from './create-app.ts';

type Batch = Extract<FromEngine, { type: 'batch' }>;

const broadcasts = (vcpus: number, times: number): JsonOp[] => [
  { op: 'create', vcpus, irqchip: 'full', guest: { handlers: [{ vector: '0x70', name: 'ipi', ns: 100 }] } },
  ...Array.from(
    { length: vcpus },
    (_, vcpu): JsonOp => ({ op: 'mmio_write', vcpu, addr: '0xfee000f0', size: 4, value: 0x1ff }),
  ),
  ...Array.from({ length: times }, (): JsonOp[] => [
    { op: 'mmio_write', vcpu: 0, addr: '0xfee00300', size: 4, value: 0xc4070 },
    { op: 'settle', events: 1000 },
  ]).flat(),
];

/** Commands from..to-1 of a log as the engine sends them. */
function batchOf(log: SceneLog, runId: number, from: number, to: number): Batch {
  const [first = 0, last = log.used] = [log.commands[from]?.seq, log.commands[to]?.seq];
  return {
    v: 1,
    type: 'batch',
    runId,
    firstSeq: first,
    rows: copyRows(log, first, last),
    commands: log.commands.slice(from, to),
    routeTables: from === 0 ? log.routeTables.map((table, index) => ({ index, table })) : [],
    config: from === 0 ? log.config : null,
    done: to === log.commands.length,
  };
}

/** An app whose engine says what it is told to say. */
function appWithEngine() {
  const acks: number[] = [];
  const runs: number[] = [];
  let say: (message: FromEngine) => void = () => {};
  const app = createApp({
    frames: { request: () => 0, cancel: () => {} },
    connect: (hear) => {
      say = hear;
      return {
        run: ({ runId }) => runs.push(runId),
        extend: () => 0,
        fork: () => 0,
        ack: (_runId, rows) => acks.push(rows.length / 8),
        seat: () => null,
        close: () => {},
      };
    },
  });
  return { app, acks, runs, say: (message: FromEngine) => say(message) };
}

const OPS = broadcasts(32, 60);
const LONG = sceneOf(OPS, 33);

test('what comes while a long batch is read waits, and so does its credit; the scene is shown read to its end', async () => {
  const { app, acks, runs, say } = appWithEngine();
  void app.actions.loadOps(OPS, { step: null, play: false }, 33);
  await vi.waitFor(() => expect(runs).toHaveLength(1));
  const cut = OPS.length - 2;
  const first = batchOf(LONG, runs[0], 0, cut);
  const rest = batchOf(LONG, runs[0], cut, OPS.length);
  const sizes = [first.rows.length / 8, rest.rows.length / 8];
  expect(sizes[0]).toBeGreaterThan(KEEP_UP_ROWS);
  say(first);
  say(rest);
  expect(acks).toEqual([]);
  expect(app.store.getState().scene).toBeNull();
  await vi.waitFor(() => expect(app.store.getState().scene?.complete).toBe(true));
  expect(acks).toEqual(sizes);
  const { scene } = app.store.getState();
  expect(scene?.used).toBe(LONG.used);
  expect(scene !== null && keepUp(scene, 0), 'nothing is left to read').toBe(true);
  expect(scene !== null && branchesOf(scene).branchOf).toEqual(branchesOf(LONG).branchOf);
});

test('another scene that is asked for meanwhile is the one that is shown', async () => {
  const { app, runs, say } = appWithEngine();
  void app.actions.loadOps(OPS, { step: null, play: false }, 33);
  await vi.waitFor(() => expect(runs).toHaveLength(1));
  say(batchOf(LONG, runs[0], 0, OPS.length));
  const other = OPS.slice(0, 35);
  const short = sceneOf(other, 33);
  void app.actions.loadOps(other, { step: null, play: false }, 33);
  await vi.waitFor(() => expect(runs).toHaveLength(2));
  say(batchOf(short, runs[1], 0, other.length));
  await vi.waitFor(() => expect(app.store.getState().scene?.complete).toBe(true));
  expect(app.store.getState().scene?.used).toBe(short.used);
});
