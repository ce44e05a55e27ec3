/**
 * Storms: one op that makes ten thousands of rows, of one interrupt or of many. Whoever asks about a moment of one, as panels and
 * frames do, pays the same however long it is; what reads it on as it grows pays for what is new.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { cpuMsOf } from '../cli/cpu-time.ts';
import { sceneOf } from '../cli/headless-scene.ts';
import { searchStep } from '../explain/stops.ts';
import { lanesSoFar, readLanes } from '../log/lanes.ts';
import type { JsonOp, SceneLog } from '../log/log.ts';
import { firstStepOf, lastStepUpTo } from '../log/op-steps.ts';
import { createReadings, keepUp } from '../log/reader.ts';
import { createSteps } from '../log/steps.ts';
import { movesOf, piecesOf, readWays, wayLanes } from '../log/ways.ts';
import { CAPS } from '../worker/protocol.ts';
import { beatAt, beatsOf } from './beats.ts';
import { branchesOf, focusOf, journeyAt } from './branches.ts';
import { rowsOf } from './lane-groups.ts';
import { stageModel } from './stage-model.ts';
import { underWayAt } from './under-way.ts';
import { waitsAfter } from './waits.ts';

const SHORT = 4_000;
const LONGER = 8;
/** Of one event of the storm. */
const STEPS_EACH = 14;

const write = (vcpu: number, addr: number, value: number): JsonOp => ({ op: 'mmio_write', vcpu, addr, size: 4, value });
const machine = (vcpus: number): JsonOp[] => [
  { op: 'create', vcpus, irqchip: 'full', guest: { handlers: [{ vector: 0x41, name: 'x', ns: 0 }] } },
  ...Array.from({ length: vcpus }, (_, vcpu) => write(vcpu, 0xfee000f0, 0x1ff)),
];
const storm = (events: number, ops: number): JsonOp[] => [
  ...machine(1),
  write(0, 0xfec00000, 0x10 + 22),
  write(0, 0xfec00010, 0x8041),
  { op: 'irq_line', gsi: 11, level: 1 },
  ...Array.from({ length: ops }, () => ({ op: 'settle', events: Math.floor(events / ops) })),
];

/** @param size about how many steps */
const STORMS: Readonly<Record<string, (size: number) => SceneLog>> = {
  'a line that stays high: one interrupt of ten thousands of branches': (size) => sceneOf(storm(size / STEPS_EACH, 1)),
  'the same in many ops': (size) => sceneOf(storm(size / STEPS_EACH, size / 80)),
  'messages, each an interrupt of its own': (size) =>
    sceneOf([
      ...machine(2),
      ...Array.from({ length: Math.floor(size / 12) }, (_, i): JsonOp[] => [
        { op: 'msi', addr: 0xfee00000 + ((i & 1) << 12), data: 0x41 },
        { op: 'settle' },
      ]).flat(),
    ]),
  'an op that is no interrupt, over and over': (size) =>
    sceneOf([
      ...machine(1),
      ...Array.from({ length: Math.floor(size / 2) }, (_, i) => write(0, 0xfee00080, (i & 15) << 4)),
    ]),
};

/** What panels, timeline and stage ask about a moment. */
const ASKED: Readonly<Record<string, (scene: SceneLog, step: number) => unknown>> = {
  'what is under way': underWayAt,
  'what waits': waitsAfter,
  'whose step it is': journeyAt,
  'what an interrupt touches': (scene, step) =>
    focusOf(scene, branchesOf(scene), stageModel(scene), journeyAt(scene, step)),
  'its pieces on the timeline': (scene, step) => piecesOf(scene, scene.steps.get(step)?.journey ?? 0),
  'its last stages': (scene, step) => movesOf(scene, scene.steps.get(step)?.journey ?? 0, 40),
  'the first step of an op': (scene, step) => firstStepOf(scene, scene.steps.get(step)?.command ?? 0),
  'the last step up to an op': (scene, step) => lastStepUpTo(scene, scene.steps.get(step)?.command ?? 0),
  'the next op': (scene, step) => [...searchStep(scene, step, 1, 'op')],
  'the op before': (scene, step) => [...searchStep(scene, step, -1, 'op')],
  'its beat': (scene, step) => beatAt(beatsOf(scene, { narration: null, kept: 0 }), step),
};

const readAll = (scene: SceneLog): SceneLog => {
  for (const read of [keepUp, readLanes, readWays]) read(scene, Number.POSITIVE_INFINITY);
  return scene;
};

/** Rounds until two pieces of work have shown what they cost: collecting what others left makes a round longer, never shorter. */
const ROUNDS = 25;

/**
 * Least times of two pieces of work, ms of CPU, once they fit; of all rounds where they never do. By the clock a long piece of work
 * on a crowded machine always waits for others, a short one may not.
 */
function leastOf(one: () => void, other: () => void, fits: (one: number, other: number) => boolean): [number, number] {
  let least: [number, number] = [cpuMsOf(one), cpuMsOf(other)];
  for (let round = 1; round < ROUNDS && !fits(...least); round++)
    least = [Math.min(least[0], cpuMsOf(one)), Math.min(least[1], cpuMsOf(other))];
  return least;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** How much wider numbers and pointers are in Node's heap than in a browser's: 86 bytes an event here were 30 there. */
const WIDER = 3;

/** Some asks near the end, each another one. What is kept of an answer hangs on the log's object. */
const asks = (scene: SceneLog, ask: (scene: SceneLog, step: number) => unknown) => () => {
  const fresh = { ...scene };
  for (let i = 1; i <= 40; i++) ask(fresh, scene.steps.length - 1 - i * 7);
};

/** Takes a log in batch by batch, and draws the timeline and what is under way at each. */
const reading = (whole: SceneLog) => () => {
  const steps = createSteps();
  const log = { ...whole, steps, readings: createReadings() };
  const batch = 2_048;
  for (let used = 0; used < whole.used; used += batch) {
    const to = Math.min(whole.used, used + batch);
    steps.take(whole, used, to, whole.commands);
    const soFar = readAll({ ...log, used: to });
    rowsOf(wayLanes(soFar), lanesSoFar(soFar), new Map());
    underWayAt(soFar, steps.length - 1);
    piecesOf(soFar, soFar.steps.last()?.journey ?? 0);
  }
};

describe.each(Object.entries(STORMS))('%s', (_name, make) => {
  const short = readAll(make(SHORT));
  const long = readAll(make(SHORT * LONGER));

  test('is as long as it says', () => {
    expect(long.steps.length).toBeGreaterThan(LONGER * 0.7 * short.steps.length);
    expect(short.steps.length).toBeGreaterThan(SHORT / 4);
  });

  test.each(Object.entries(ASKED))('%s costs the same in a run of eight times the length', (_what, ask) => {
    const fits = (more: number, less: number): boolean => more < 3 * less + 3;
    const [more, less] = leastOf(asks(long, ask), asks(short, ask), fits);
    expect(fits(more, less), `${less} ms, then ${more} ms`).toBe(true);
  });

  test('read as it comes, with the timeline drawn at each batch, it costs what its length does', () => {
    // Eight times the rows: eight times the time where it is linear, 64 times where each batch reads all before it.
    const fits = (more: number, less: number): boolean => more < 2.5 * LONGER * less;
    const [more, less] = leastOf(reading(long), reading(short), fits);
    expect(fits(more, less), `${less} ms, then ${more} ms`).toBe(true);
  });

  test('what is kept of it beside its rows is within what an event may take', () => {
    collect();
    const before = process.memoryUsage();
    const fresh = readAll({ ...long, readings: createReadings() });
    for (const lane of lanesSoFar(fresh)) expect(lane.spans.length).toBeGreaterThanOrEqual(0);
    beatsOf(fresh, { narration: null, kept: 0 });
    collect();
    const after = process.memoryUsage();
    const grown = after.heapUsed - before.heapUsed + after.arrayBuffers - before.arrayBuffers;
    expect(grown / fresh.used).toBeLessThan(CAPS.readBytes * WIDER);
  });
});
