import { describe, expect, test } from 'vitest';
import { createRng, nextBelow } from '../base/rng.ts';
import { takeRows } from '../engine/core/log.ts';
import { createSession } from '../engine/machine/session.ts';
import { createWordMap } from '../engine/view/tables.ts';
import { createCursor, createKeyframes, type Foldable, growKeyframes, moveCursor, wordsAt } from '../log/fold.ts';
import type { JsonOp } from '../log/log.ts';
import { copyRows, createRows } from '../log/rows.ts';
import { findStep, seqAt, stepAtSeq } from '../log/steps.ts';
import { createEngineClient, type EngineClient, type FromEngine } from '../worker/client.ts';
import { createRunner } from '../worker/runner.ts';
import { movePlayhead, pause, play, seekEnd, seekStart, seekStep, setSpeed, stepBy } from './actions/playback.ts';
import { loadOps, poke } from './actions/scene.ts';
import { type AppStore, createApp } from './create-app.ts';
import type { SceneEnd } from './types.ts';

const SEED = 20_260_101;
const CREATE: JsonOp = { op: 'create', vcpus: 2, irqchip: 'full' };

/** Ops that touch the chips in many ways, by seed. */
function randomOps(seed: number, n: number): JsonOp[] {
  const rng = createRng(seed);
  const pick = (limit: number) => nextBelow(rng, limit);
  const ops: JsonOp[] = [CREATE];
  for (let i = 0; i < n; i++) {
    const vcpu = pick(2);
    const kind = pick(6);
    if (kind < 2) ops.push({ op: 'irq_line', gsi: pick(24), level: pick(2) });
    else if (kind === 2) {
      ops.push({ op: 'mmio_write', vcpu, addr: '0xfec00000', size: 4, value: 16 + pick(48) });
      ops.push({ op: 'mmio_write', vcpu, addr: '0xfec00010', size: 4, value: pick(2) * 0x8000 + 0x20 + pick(200) });
    } else if (kind === 3) ops.push({ op: 'msi', addr: `0xfee0${pick(2)}000`, data: 0x20 + pick(200) });
    else if (kind === 4) ops.push({ op: 'eoi', vcpu });
    else ops.push({ op: 'run', vcpu });
  }
  return ops;
}

/** These scenes have no model guest, so there is nothing to settle. */
const settleIsNothing = (op: JsonOp) => (op.op === 'settle' ? { ok: true } : null);

function logOf(ops: readonly JsonOp[]): Foldable & { final: Int32Array } {
  const session = createSession();
  for (const op of ops) settleIsNothing(op) ?? session.answerOrThrow(op);
  const machine = session.machine;
  if (machine === null) throw new Error('no create');
  const rows = createRows();
  rows.add(takeRows(machine.log).rows);
  const wordMap = createWordMap(machine.vcpus);
  const log = { wordMap, rows, used: rows.used, keyframes: createKeyframes(wordMap.size) };
  growKeyframes(log);
  return { ...log, final: machine.w };
}

describe(`folding a log (seed ${SEED})`, () => {
  const log = logOf(randomOps(SEED, 3000));

  test('the words after the last row are the machine itself', () => {
    expect(log.used).toBeGreaterThan(10_000);
    expect(wordsAt(log, log.used)).toEqual(log.final);
  });

  test('forwards and back again is where it began', () => {
    const cursor = { ...createCursor(log), seq: 0 };
    const bare: Foldable = { ...log, keyframes: createKeyframes(log.wordMap.size) };
    moveCursor(bare, cursor, log.used);
    moveCursor(bare, cursor, 1);
    moveCursor(bare, cursor, 0);
    expect(cursor.w.every((word) => word === 0)).toBe(true);
  });

  test('a jump anywhere equals the straight way there', () => {
    const rng = createRng(SEED);
    const straight = createCursor(log);
    const bare: Foldable = { ...log, keyframes: createKeyframes(log.wordMap.size) };
    const jumping = createCursor(log);
    const stops = Array.from({ length: 60 }, () => nextBelow(rng, log.used + 1));
    const expected = new Map<number, Int32Array>();
    for (const seq of [...stops].sort((a, b) => a - b)) {
      moveCursor(bare, straight, seq);
      expected.set(seq, straight.w.slice());
    }
    for (const seq of stops) {
      moveCursor(log, jumping, seq);
      expect(jumping.w, `seed ${SEED}, row ${seq}`).toEqual(expected.get(seq));
      expect(wordsAt(log, seq)).toEqual(expected.get(seq));
    }
  });

  test('a jump in a long log walks at most one keyframe distance', () => {
    expect(log.keyframes.frames.length).toBe(Math.floor(log.used / log.keyframes.every) + 1);
  });
});

/** A store whose engine is the real one in this thread; `settled` runs all that is due. */
function page(breaks: (op: JsonOp) => boolean = () => false) {
  const due: (() => void)[] = [];
  const connect = (onMessage: (message: FromEngine) => void): EngineClient =>
    createEngineClient(onMessage, [
      [
        'page',
        (hear) => {
          const runner = createRunner({
            createSession() {
              const session = createSession();
              return {
                get machine() {
                  return session.machine;
                },
                carryOut(op) {
                  if (breaks(op as JsonOp)) throw new Error('our bug');
                  return settleIsNothing(op as JsonOp) ?? session.carryOut(op);
                },
              };
            },
            now: () => 0,
            send: (message) => due.push(() => hear(message)),
            later: (work) => due.push(work),
          });
          due.push(() => hear({ v: 1, type: 'ready' }));
          return { post: (message) => due.push(() => runner.receive(structuredClone(message))), close: () => {} };
        },
      ],
    ]);
  const app = createApp({ connect, frames: { request: () => 0, cancel: () => {} } });
  const settled = () => {
    while (due.length > 0) due.shift()?.();
  };
  return { app, store: app.store, settled };
}

const LINES: JsonOp[] = [
  CREATE,
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00000', size: 4, value: 16 + 8 },
  { op: 'mmio_write', vcpu: 0, addr: '0xfec00010', size: 4, value: 0x34 },
  { op: 'irq_line', gsi: 4, level: 1 },
  { op: 'irq_line', gsi: 4, level: 0 },
  { op: 'irq_line', gsi: 1, level: 1 },
];

function opened(start = 3, breaks?: (op: JsonOp) => boolean): ReturnType<typeof page> {
  const p = page(breaks);
  void loadOps(p.app, LINES, {}, start);
  p.settled();
  return p;
}
const sceneOf = (store: AppStore) => {
  const { scene } = store.getState();
  if (scene === null) throw new Error('no scene');
  return scene;
};

describe('a scene', () => {
  test('begins playing before its first shown step, with what the set-up did already there', () => {
    const { store } = opened();
    const { playhead, view } = store.getState();
    const scene = sceneOf(store);
    expect(playhead).toMatchObject({ step: -1, playing: true });
    expect(scene.complete).toBe(true);
    expect(scene.steps.get(0)).toMatchObject({ index: 0, command: 3, name: 'ioctl_irq_line', args: [4, 1, 0, 0] });
    expect((view?.w[scene.wordMap.ioapic + 3 + 1 + 4] as number) & 0xff).toBe(0x34);
  });

  test('steps cover the shown rows without gap or overlap', () => {
    const { steps, used } = sceneOf(opened().store);
    expect(steps.length).toBeGreaterThan(5);
    for (const [i, step] of [...steps].entries()) expect(step.end).toBe(steps.get(i + 1)?.seq ?? used);
    expect(findStep(steps, 'kvm_set_irq#2')).toBeGreaterThan(findStep(steps, 'kvm_set_irq#1'));
    expect(findStep(steps, 'kvm_set_irq#99')).toBe(-1);
    for (const step of steps) expect(stepAtSeq(steps, step.seq)).toBe(step.index);
  });

  test('seeking folds the view, and there and back gives the same words', () => {
    const { store } = opened();
    const scene = sceneOf(store);
    for (const k of [0, 3, scene.steps.length - 1, 1, -1]) {
      seekStep(store, k);
      expect(store.getState().view?.w).toEqual(wordsAt(scene, seqAt(scene, k, true)));
    }
  });

  test('the view stays the same object while no row lies between two positions', () => {
    const { store } = opened();
    seekStep(store, 2);
    const { view } = store.getState();
    pause(store);
    setSpeed(store, 4);
    movePlayhead(store, { phase: 0.9 });
    expect(store.getState().view).toBe(view);
  });

  test('a step that has not arrived has not changed anything yet', () => {
    const { store } = opened();
    const scene = sceneOf(store);
    movePlayhead(store, { step: 3, phase: 0.3 });
    expect(store.getState().view?.w).toEqual(wordsAt(scene, seqAt(scene, 2, true)));
  });
});

describe('the transport', () => {
  test('keeps to the scene and starts again from its end', () => {
    const { store } = opened();
    seekEnd(store);
    const end = store.getState().playhead.step;
    seekStep(store, 9999);
    expect(store.getState().playhead.step).toBe(end);
    play(store);
    expect(store.getState().playhead).toMatchObject({ step: -1, phase: 0, playing: true });
    seekStart(store);
    stepBy(store, -1);
    expect(store.getState().playhead).toMatchObject({ step: -1, playing: false });
  });

  test('one step forward moves to the next step and stops there; back is a jump', () => {
    const { store } = opened();
    seekStep(store, 1);
    stepBy(store, 1);
    expect(store.getState().playhead).toMatchObject({ step: 2, phase: 0, playing: false, until: 2 });
    stepBy(store, -1);
    expect(store.getState().playhead).toMatchObject({ step: 1, phase: 1, until: null });
  });

  test('speed is held within its range', () => {
    const { store } = opened();
    for (const [asked, got] of [
      [100, 64],
      [0, 1 / 16],
      [Number.NaN, 1],
    ] as const) {
      setSpeed(store, asked);
      expect(store.getState().playhead.speed).toBe(got);
    }
  });
});

describe('poking', () => {
  test('at the end appends and plays on', () => {
    const { app, store, settled } = opened();
    seekEnd(store);
    const before = sceneOf(store).steps.length;
    poke(app, { op: 'irq_line', gsi: 1, level: 0 });
    expect(store.getState().playhead.playing).toBe(true);
    settled();
    const scene = sceneOf(store);
    expect(scene.commands.map((c) => c.op.op).slice(6)).toEqual(['irq_line', 'settle']);
    expect(scene.steps.length).toBeGreaterThan(before);
    expect(scene.complete).toBe(true);
  });

  test('in the middle drops what came after the command there, and equals the straight run', () => {
    const { app, store, settled } = opened();
    const at = sceneOf(store).steps.findIndex((s) => s.command === 3) + 1;
    seekStep(store, at);
    poke(app, { op: 'irq_line', gsi: 9, level: 1 });
    settled();
    const scene = sceneOf(store);
    expect(scene.commands.map((c) => c.op)).toEqual([
      ...LINES.slice(0, 4),
      { op: 'irq_line', gsi: 9, level: 1 },
      { op: 'settle', events: 16 },
    ]);
    expect(store.getState().playhead.step).toBe(at);
    const straight = logOf(scene.commands.map((c) => c.op));
    expect(wordsAt(scene, scene.used)).toEqual(straight.final);
    expect(scene.used).toBe(straight.used);
    expect(copyRows(scene, 0, scene.used)).toEqual(copyRows(straight, 0, straight.used));
  });

  test('several at once are all done, in order', () => {
    const { app, store, settled } = opened();
    seekEnd(store);
    for (const level of [0, 1, 0]) poke(app, { op: 'irq_line', gsi: 1, level });
    settled();
    const levels = sceneOf(store)
      .commands.slice(6)
      .filter((c) => c.op.op === 'irq_line');
    expect(levels.map((c) => c.op.level)).toEqual([0, 1, 0]);
  });

  test('of those that wait for each other each hears its own end, also when another scene comes first', async () => {
    const { app, store, settled } = opened();
    seekEnd(store);
    const ends = [1, 7, 0].map((level) => poke(app, { op: 'irq_line', gsi: 1, level }));
    settled();
    expect(await Promise.all(ends)).toMatchObject(['done', { code: 'op.range' }, 'done']);
    expect(sceneOf(store).commands.map((c) => c.op.op)).toHaveLength(LINES.length + 4);
    const late = [1, 0].map((level) => poke(app, { op: 'irq_line', gsi: 1, level }));
    const scene = loadOps(app, LINES);
    settled();
    expect(await Promise.all([...late, scene])).toEqual(['overtaken', 'overtaken', 'done']);
    const empty = page();
    expect(await poke(empty.app, { op: 'irq_line', gsi: 1, level: 0 })).toMatchObject({ code: 'no-scene' });
  });

  test('with a bad op says so with its place and leaves everything as it was', () => {
    const { app, store, settled } = opened();
    seekEnd(store);
    const before = sceneOf(store);
    const used = before.used;
    poke(app, { op: 'irq_line', gsi: 1, level: 7 });
    settled();
    expect(store.getState().notice).toMatchObject({ code: 'op.range', place: 'ops[6].level' });
    expect(sceneOf(store)).toMatchObject({ used, complete: true });
    poke(app, { op: 'irq_line', gsi: 1, level: 0 });
    settled();
    expect(store.getState().notice).toBeNull();
    expect(sceneOf(store).commands).toHaveLength(8);
  });

  test('with an op only the machine can refuse takes back what came before it', () => {
    const { app, store, settled } = opened();
    seekEnd(store);
    const { used, commands, steps } = sceneOf(store);
    const lengths = [commands.length, steps.length];
    poke(app, [
      { op: 'irq_line', gsi: 1, level: 0 },
      { op: 'nmi', vcpu: 60 },
    ]);
    settled();
    expect(store.getState().notice).toMatchObject({ code: 'op.noVcpu', place: 'ops[7].vcpu' });
    expect(sceneOf(store)).toMatchObject({ used, complete: true });
    expect([sceneOf(store).commands.length, sceneOf(store).steps.length]).toEqual(lengths);
    poke(app, { op: 'irq_line', gsi: 1, level: 0 });
    settled();
    expect(
      sceneOf(store)
        .commands.map((c) => c.op.op)
        .slice(6),
    ).toEqual(['irq_line', 'settle']);
  });
});

describe('trouble', () => {
  test('a scene that is refused leaves the one before it on the stage', () => {
    const { app, store, settled } = opened();
    const before = sceneOf(store);
    void loadOps(app, [CREATE, { op: 'nmi', vcpu: 9 }]);
    settled();
    expect(sceneOf(store)).toBe(before);
    expect(store.getState().playhead.playing).toBe(true);
    expect(store.getState().notice).toMatchObject({ code: 'op.noVcpu' });
  });

  test('a fault of the engine restores the last good state, and the next poke works again', () => {
    let broken = true;
    const { app, store, settled } = opened(3, (op) => broken && op.gsi === 9);
    seekEnd(store);
    const used = sceneOf(store).used;
    poke(app, { op: 'irq_line', gsi: 9, level: 1 });
    settled();
    expect(store.getState().fault?.stack).toContain('our bug');
    expect(sceneOf(store)).toMatchObject({ used, complete: true });
    expect(store.getState().playhead.playing).toBe(false);
    broken = false;
    poke(app, { op: 'irq_line', gsi: 9, level: 1 });
    settled();
    expect(store.getState().fault).toBeNull();
    expect(sceneOf(store).commands).toHaveLength(8);
  });

  test('a request that is overtaken is told so, once; what it began is taken back when the newer one is refused', async () => {
    const { app, store, settled } = opened();
    const before = sceneOf(store);
    const ends: SceneEnd[] = [];
    const first = loadOps(app, [CREATE, ...LINES.slice(1)]).then((end) => ends.push(end));
    const second = loadOps(app, [CREATE, { op: 'nmi', vcpu: 9 }]).then((end) => ends.push(end));
    settled();
    await Promise.all([first, second]);
    expect(ends).toMatchObject(['overtaken', { code: 'op.noVcpu' }]);
    expect(sceneOf(store)).toBe(before);
  });

  test('of forty requests in a burst each is answered', async () => {
    const { app, settled } = opened();
    const all = Array.from({ length: 40 }, () => loadOps(app, LINES));
    settled();
    const ends = await Promise.all(all);
    expect(ends).toEqual([...Array(39).fill('overtaken'), 'done']);
  });
});
