import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { beatsOf } from '../scene/beats.ts';
import { branchesOf } from '../scene/branches.ts';
import { stageModel, usageOf } from '../scene/stage-model.ts';
import { seqAtTime, timeAt } from './clock-index.ts';
import { parentJourney } from './journeys.ts';
import { lanesOf, lanesSoFar, readLanes } from './lanes.ts';
import { lastWriter } from './last-writer.ts';
import type { JsonOp, SceneLog } from './log.ts';
import { ownerOf } from './owners.ts';
import { createReadings, cut, keepUp, type LogReader, read, readSome, standingReader } from './reader.ts';
import { cellOf } from './rows.ts';
import { createSteps } from './steps.ts';
import { writersOf } from './writers.ts';

/** An edge and a level line, the timer, posted or not: enough of everything to differ in. */
const opsFor = (seed: readonly number[]): JsonOp[] => [
  { op: 'create', vcpus: 2, irqchip: 'full', apicv: true, postedInterrupts: true },
  { op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: 0x1ff },
  { op: 'mmio_write', vcpu: 1, addr: '0xfee000f0', size: 4, value: 0x1ff },
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', size: 4, value: 16 + 18 },
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', size: 4, value: 0x8055 },
  ...seed.map((n): JsonOp => {
    const vcpu = n & 1;
    switch (n % 5) {
      case 0:
        return { op: 'irq_line', gsi: 9, level: vcpu };
      case 1:
        return { op: 'msi', addr: vcpu ? '0xfee01000' : '0xfee00000', data: 0x40 + (n % 7) };
      case 2:
        return { op: 'run', vcpu };
      case 3:
        return { op: 'eoi', vcpu };
      default:
        return { op: 'advance', ns: 1000 * (n % 9) };
    }
  }),
];

/** A log that takes another's rows, and can be taken back. */
function growing(to: SceneLog) {
  const steps = createSteps();
  const readings = createReadings();
  let used = 0;
  return {
    grow(log: SceneLog, until: number): SceneLog {
      steps.take(log, used, until, log.commands);
      used = until;
      return { ...log, used, steps, startSeq: 0, readings };
    },
    rewind(kept: number): void {
      used = kept;
      steps.rewind(kept);
      cut(readings, kept);
    },
    whole: (): SceneLog => ({ ...to, used: to.used, startSeq: 0, ...fresh(to) }),
  };
}

const fresh = (log: SceneLog) => {
  const steps = createSteps();
  steps.take(log, 0, log.used, log.commands);
  return { steps, readings: createReadings() };
};

/** Everything the readers say of a log. */
function all(log: SceneLog) {
  const at = Array.from({ length: 40 }, (_, i) => Math.floor((log.used * i) / 40));
  const irr = log.wordMap.lapic;
  return {
    steps: [...log.steps].map(({ index, seq, end, name }) => [index, seq, end, name]),
    lanes: lanesOf(log),
    times: at.map((seq) => timeAt(log, seq)),
    back: [0, 1000, 5000, 1e9].map((when) => seqAtTime(log, when)),
    everyBit: [irr, log.wordMap.piDesc].flatMap((first) =>
      Array.from({ length: 80 * 32 }, (_, i) => ownerOf(log, first + (i >> 5), i & 31, log.used)),
    ),
    branches: [
      branchesOf(log).branchOf,
      branchesOf(log).branches,
      [...branchesOf(log).byJourney].filter(([, b]) => b.length),
    ],
    beats: beatsOf(log, { narration: null, kept: 0 }),
    stage: [stageModel(log), usageOf(log)],
    owners: at.map((seq) => ownerOf(log, irr + (seq % 60), 2, seq)),
    writers: at.map((seq) => [...writersOf(log, irr + (seq % 60), seq)].length),
    last: at.map((seq) => lastWriter(log, [irr + (seq % 60)], seq)?.index),
    parents: [1, 2, 3, 4].map((journey) => parentJourney(log, journey)),
  };
}

/** How many rows two logs have in common at their beginning. */
function commonRows(a: SceneLog, b: SceneLog): number {
  let same = 0;
  const whole = Math.min(a.used, b.used);
  while (same < whole && [0, 1, 2, 3, 4, 5, 6, 7].every((c) => cellOf(a, same, c) === cellOf(b, same, c))) same++;
  return same;
}

describe('one rule for growth and taking back', () => {
  test('stale lanes: a log taken back and grown past where it was has no lane of rows that are gone', () => {
    const first = sceneOf(opsFor([0, 1, 2, 6, 3, 11, 2]), 1);
    const second = sceneOf(opsFor([0, 1, 2, 1, 8, 13, 21, 2, 7, 3, 16, 2, 3, 26, 2, 8]), 1);
    const kept = commonRows(first, second);
    expect(second.used).toBeGreaterThan(first.used);
    const log = growing(second);
    lanesOf(log.grow(first, first.used));
    log.rewind(kept);
    expect(lanesOf(log.grow(second, second.used))).toEqual(lanesOf(log.whole()));
  });

  test('every reader says the same of a log that was read by pieces and taken back as of a whole one', () => {
    const list = fc.array(fc.nat(200), { minLength: 4, maxLength: 30 });
    fc.assert(
      fc.property(list, list, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }), (a, b, cuts) => {
        const first = sceneOf(opsFor(a), 1);
        const second = sceneOf(opsFor(b), 1);
        const log = growing(second);
        for (const share of [...cuts].sort((x, y) => x - y))
          all(log.grow(first, Math.max(1, Math.floor(first.used * share))));
        all(log.grow(first, first.used));
        // Taken back twice before anybody looks: less is left than at the last cut.
        log.rewind(commonRows(first, second));
        all(log.grow(second, Math.ceil((commonRows(first, second) + second.used) / 2)));
        expect(all(log.grow(second, second.used))).toEqual(all(log.whole()));
      }),
      { numRuns: 30 },
    );
  });

  test('two cuts before anybody looks count as the deeper one', () => {
    const seen: LogReader<number[]> = {
      begin: () => [],
      take: (rows, _log, from, to) => rows.push(from, to),
      rewind: (rows, _log, kept) => rows.push(-kept),
    };
    const log = sceneOf(opsFor([1, 2, 3]), 1);
    expect(read(seen, log)).toEqual([0, log.used]);
    cut(log.readings, 5);
    cut(log.readings, 9);
    expect(read(seen, log)).toEqual([0, log.used, -5, 5, log.used]);
  });

  test('a reader can be given a few rows at a time', () => {
    const log = sceneOf(opsFor([1, 2, 3, 4, 5, 6]), 1);
    const counter: LogReader<{ takes: number; rows: number }> = {
      begin: () => ({ takes: 0, rows: 0 }),
      take(state, _log, from, to) {
        state.takes++;
        state.rows += to - from;
      },
    };
    while (!readSome(counter, log, 10));
    expect(read(counter, log)).toEqual({ takes: Math.ceil(log.used / 10), rows: log.used });
  });

  test('standing readers keep up by slices, and what is asked then is read already', () => {
    const log = sceneOf(opsFor([1, 2, 3, 4, 5, 6]), 1);
    const takes: number[] = [];
    const standing = standingReader<null>({ begin: () => null, take: (_s, _l, from, to) => takes.push(to - from) });
    let turns = 1;
    while (!keepUp(log, 10)) turns++;
    expect(turns).toBe(Math.ceil(log.used / 10));
    read(standing, log);
    expect(takes).toHaveLength(turns);
    expect(Math.max(...takes)).toBe(10);
  });

  test('lanes read in slices are the lanes read at once', () => {
    const ops = opsFor([1, 2, 3, 4, 5, 6]);
    const sliced = sceneOf(ops, 1);
    while (!readLanes(sliced, 7));
    expect(lanesSoFar(sliced)).toEqual(lanesOf(sceneOf(ops, 1)));
  });
});

test('time by row and row by time agree', () => {
  const log = sceneOf(opsFor([4, 9, 14, 1, 19, 2, 24]), 1);
  const moments = Array.from({ length: log.used }, (_, seq) => timeAt(log, seq));
  expect([...moments].sort((a, b) => a - b)).toEqual(moments);
  expect(new Set(moments).size).toBeGreaterThan(3);
  for (const when of new Set(moments)) {
    const seq = seqAtTime(log, when);
    expect(timeAt(log, seq)).toBe(when);
    if (seq > 0) expect(timeAt(log, seq - 1)).toBeLessThan(when);
  }
});
