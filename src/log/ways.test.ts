/** Ways of interrupts: what a person reads off the timeline, on scenes whose story is known, and what holds in all of them. */
import { expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { presets } from '../cli/scenes-for-tests.ts';
import type { JsonOp, SceneLog } from './log.ts';
import { createReadings } from './reader.ts';
import { begunWithin, movesOf, piecesOf, reachOf, readWays, vectorOf, wayLanes } from './ways.ts';

function of(id: string): SceneLog {
  const scene = presets.find((preset) => preset.id === id)?.scene as SceneLog;
  readWays(scene, Number.POSITIVE_INFINITY);
  return scene;
}

const stages = (scene: SceneLog, journey: number): string =>
  movesOf(scene, journey)
    .map(({ stage }) => stage)
    .join(' ');
const kinds = (scene: SceneLog, journey: number): string =>
  piecesOf(scene, journey)
    .map(({ kind }) => kind)
    .join(' ');

test('a serial byte: source, both chips, IRR, ISR, EOI', () => {
  const scene = of('serial-ioapic');
  expect(stages(scene, 1)).toBe('source pic ioapic irr isr eoi');
  expect(kinds(scene, 1)).toBe('moves pends serves');
  expect(vectorOf(scene, 1)).toEqual({ vcpu: 1, vector: 0x34 });
});

test('behind remote IRR an interrupt waits, is sent again, and is served; it stays the same one', () => {
  const scene = of('intx-shared');
  expect(kinds(scene, 2)).toBe('moves waits again pends serves');
  const held = scene.steps.findIndex(({ name }) => name === 'ioapic_remote_irr');
  const again = scene.steps.findIndex(({ name }) => name === 'ioapic_redeliver');
  expect(piecesOf(scene, 2)[1]).toEqual({ kind: 'waits', from: held, to: again });
});

test('a posted interrupt goes through the PIR', () => {
  expect(stages(of('posted-halted'), 1)).toBe('source msi pir irr isr eoi');
});

test('NMI, INIT and SIPI are taken by the vCPU they were queued at', () => {
  expect(kinds(of('nmi-window'), 2)).toBe('moves pends serves');
  const start = of('ap-startup');
  for (const lane of wayLanes(start))
    for (const journey of lane.journeys) expect(movesOf(start, journey).at(-1)?.stage).toBe('eoi');
});

const machine: JsonOp = { op: 'create', vcpus: 1, irqchip: 'full' };
const apic = (offset: number, value: number): JsonOp => ({
  ...{ op: 'mmio_write', vcpu: 0, addr: 0xfee00000 + offset, size: 4 },
  value,
});

test.each<[string, readonly JsonOp[], string, number]>([
  ['an edge at a masked pin', [{ op: 'irq_line', gsi: 20, level: 1 }], 'source lost', -1],
  [
    'a GSI without a route',
    [
      { op: 'routing', entries: [] },
      { op: 'irq_line', gsi: 5, level: 1 },
    ],
    'source lost',
    -1,
  ],
  ['a message to nobody', [{ op: 'msi', addr: 0xfee07000, data: 0x41 }], 'source msi lost', -1],
  ['an IPI to nobody', [apic(0xf0, 0x1ff), apic(0x310, 0x07000000), apic(0x300, 0x41)], 'source lost', -1],
  ['an APIC that is switched off', [{ op: 'msi', addr: 0xfee00000, data: 0x41 }], 'source msi lost', -1],
  ['an 8259 request that nobody hears is held there', [{ op: 'irq_line', gsi: 3, level: 1 }], 'source pic', -1],
])('a way that ends without a vector is on the timeline: %s', (_name, ops, way, vector) => {
  const scene = sceneOf([machine, ...ops]);
  readWays(scene, Number.POSITIVE_INFINITY);
  const lanes = wayLanes(scene);
  expect(lanes.map((lane) => lane.vector)).toEqual([vector]);
  const journey = lanes[0]?.journeys[0] as number;
  expect(stages(scene, journey)).toBe(way);
  const [piece, ...more] = piecesOf(scene, journey);
  expect(more).toEqual([]);
  expect(piece?.to).toBeGreaterThan(piece?.from as number);
});

test('a timer that expired while its entry is masked has a row, and gets its vector with the entry', () => {
  const scene = sceneOf([
    machine,
    ...[apic(0xf0, 0x1ff), apic(0x3e0, 0xb), apic(0x320, 0x100ec), apic(0x380, 1000), { op: 'advance', ns: 2000 }],
  ]);
  readWays(scene, Number.POSITIVE_INFINITY);
  expect(wayLanes(scene).map(({ vector }) => vector)).toEqual([-1]);
});

test('an interrupt that is nested in keeps its own way', () => {
  const scene = of('priority-nesting');
  const vectors = wayLanes(scene).map(({ vector }) => vector);
  expect(vectors).toEqual([0x31, 0x61, 0x51, 0x81]);
  // 0x31 waits until all others have ended.
  const [first] = wayLanes(scene);
  const serves = piecesOf(scene, first?.journeys[0] as number).find(({ kind }) => kind === 'serves');
  for (const { journeys } of wayLanes(scene).slice(1))
    expect(movesOf(scene, journeys[0] as number).at(-1)?.step).toBeLessThan(serves?.from as number);
});

test.each(presets)(
  '$id: pieces follow on one another, moves are in order, and each journey is on one lane',
  ({ scene }) => {
    readWays(scene, Number.POSITIVE_INFINITY);
    const seen = new Set<number>();
    for (const lane of wayLanes(scene)) {
      for (const journey of lane.journeys) {
        expect(seen.has(journey)).toBe(false);
        seen.add(journey);
        const steps = movesOf(scene, journey).map(({ step }) => step);
        expect([...steps].sort((a, b) => a - b)).toEqual(steps);
        expect(steps[0]).toBe(reachOf(scene, journey).first);
        let end = -1;
        for (const { from, to } of piecesOf(scene, journey)) {
          expect(from).toBeGreaterThanOrEqual(end);
          expect(to).toBeGreaterThan(from);
          end = to;
        }
      }
      const all = begunWithin(scene, lane, 0, scene.steps.length);
      expect(all).toEqual({ from: 0, to: lane.journeys.length });
    }
  },
);

test('read in slices it is the same', () => {
  for (const id of ['intx-shared', 'priority-nesting', 'ap-startup', 'posted-halted']) {
    const scene = of(id);
    const again = { ...scene, readings: createReadings() };
    while (!readWays(again, 5));
    expect(wayLanes(again)).toEqual(wayLanes(scene));
    for (const { journeys } of wayLanes(scene))
      for (const journey of journeys) expect(movesOf(again, journey)).toEqual(movesOf(scene, journey));
  }
});
