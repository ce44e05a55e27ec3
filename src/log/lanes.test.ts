import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeRows } from '../engine/core/log.ts';
import { createSession } from '../engine/machine/session.ts';
import { createSceneBuilder } from '../store/scene-builder.ts';
import { type Lane, lanesOf } from './lanes.ts';
import type { CommandRecord, JsonOp, SceneLog } from './log.ts';

const OPS: JsonOp[] = [
  { op: 'create', vcpus: 1, irqchip: 'full' },
  { op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: 0x1ff },
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', size: 4, value: 16 + 18 },
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', size: 4, value: 0x8055 },
  { op: 'irq_line', gsi: 9, level: 1 },
  { op: 'run', vcpu: 0 },
  { op: 'irq_line', gsi: 9, level: 0 },
  { op: 'eoi', vcpu: 0 },
];

/** The scene of some ops, fed to the builder `rowsAtOnce` rows at a time. */
function sceneOf(rowsAtOnce: number, ops: readonly JsonOp[] = OPS, start = 4): SceneLog {
  const session = createSession();
  const commands: CommandRecord[] = [];
  for (const [index, op] of ops.entries()) {
    const log = session.machine?.log;
    const seq = log ? log.firstSeq + log.used / 8 : 0;
    commands.push({ index, seq, op, result: session.answerOrThrow(op) });
  }
  const { machine } = session;
  if (machine === null) throw new Error('no machine');
  const { rows } = takeRows(machine.log);
  const builder = createSceneBuilder(start);
  let scene: SceneLog | null = null;
  const step = rowsAtOnce * 8;
  for (let at = 0; at < rows.length; at += step) {
    const part = rows.slice(at, at + step);
    const until = (at + part.length) / 8;
    builder.add({
      v: 1,
      type: 'batch',
      runId: 1,
      firstSeq: at / 8,
      rows: part,
      commands: commands.filter((c) => c.seq >= at / 8 && c.seq < until),
      routeTables: [],
      config: machine.config,
      done: until === rows.length / 8,
    });
    scene = builder.log();
    if (scene) lanesOf(scene);
  }
  if (scene === null) throw new Error('no scene');
  return scene;
}

const words = (lanes: readonly Lane[]) =>
  lanes.map((lane) => `${lane.kind} ${lane.index}: ${lane.spans.map((s) => s.text.kind).join(' ')}`);

test('a lane for each thing that changes, with its states in order', () => {
  const scene = sceneOf(1e6);
  expect(words(lanesOf(scene))).toEqual([
    'pic 2: requested inService',
    'pic 9: requested inService',
    'pin 9: pending remoteIrr',
    'irr 0: vectors',
  ]);
  const pin = lanesOf(scene).find((l) => l.kind === 'pin');
  expect(pin?.spans.at(-1)?.text.kind).toBe('remoteIrr');
  const irr = lanesOf(scene).find((l) => l.kind === 'irr')?.spans[0];
  expect(irr?.text).toEqual({ kind: 'vectors', vector: 0x55, more: 0 });
  expect(irr?.journey).toBeGreaterThan(0);
});

test('posted and injected differ at a glance', () => {
  const file = join(import.meta.dirname, '../scenes/posted-running/scene.json');
  const { ops, start } = JSON.parse(readFileSync(file, 'utf8'));
  const lanes = lanesOf(sceneOf(1e6, ops, start));
  const of = (kind: Lane['kind']) => lanes.find((lane) => lane.kind === kind && lane.index === 1);
  expect(of('mode')?.spans.map((span) => span.text.kind)).toEqual(['guestMode']);
  expect(of('pi')?.spans[0]?.text).toEqual({ kind: 'posted', vector: 0x41, more: 0, on: false });
  expect(of('pi')?.spans[1]?.text).toMatchObject({ on: true });
  expect(of('pcpu')?.spans.map((span) => span.text)).toEqual([{ kind: 'runs', vcpu: 1 }]);
  expect(of('pcpu')?.ticks.map((tick) => tick.vector)).toEqual([0xf2, 0xf2]);
  expect(lanes.some((lane) => lane.kind === 'mode' && lane.index === 0)).toBe(false);
});

test('spans do not overlap and lie within the scene', () => {
  const scene = sceneOf(1e6);
  for (const { spans } of lanesOf(scene)) {
    for (const [i, span] of spans.entries()) {
      expect(span.to).toBeGreaterThan(span.from);
      expect(span.to).toBeLessThanOrEqual(scene.steps.length);
      if (i > 0) expect(span.from).toBeGreaterThanOrEqual(spans[i - 1]?.to as number);
    }
  }
});

test('a log read as it grows gives the same lanes as the whole one', () => {
  expect(lanesOf(sceneOf(7))).toEqual(lanesOf(sceneOf(1e6)));
});
