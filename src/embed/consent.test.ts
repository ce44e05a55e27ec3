import { describe, expect, test } from 'vitest';
import { presetsOf, sceneOf } from '../cli/headless-scene.ts';
import type { JsonOp, SceneLog } from '../log/log.ts';
import type { Preset } from '../scenes/check-preset.ts';
import { createApp } from '../store/create-app.ts';
import { NO_SCENE, type SceneId } from '../store/types.ts';
import type { EngineClient } from '../worker/client.ts';
import { createGuard } from './consent.ts';

const preset = presetsOf(process.cwd()).find(({ id }) => id === 'intx-shared') as Preset;
const { ops } = preset;
const SETTLE = { op: 'settle', events: 16 };
const LINE = { op: 'irq_line', gsi: 11, level: 1 };
const OTHER = { op: 'irq_line', gsi: 9, level: 1 };
const PURE: SceneId = { ...NO_SCENE, preset: preset.id, version: 1, kept: ops.length, total: ops.length };

/** A frame in which a scene stands that its address named. */
function frame(first: readonly JsonOp[] = ops, id: SceneId = PURE) {
  const { store } = createApp({
    connect: () => ({}) as unknown as EngineClient,
    frames: { request: () => 0, cancel: () => {} },
  });
  const guard = createGuard(store);
  let head: SceneLog['commands'][number] | null = null;
  /** @param goesOn it grew out of the scene before, whose records it has */
  const show = (list: readonly JsonOp[], sceneId: SceneId, goesOn = true): void => {
    const scene = sceneOf(list, 1);
    if (!goesOn || head === null) head = scene.commands[0] as SceneLog['commands'][number];
    store.setState({ scene: { ...scene, commands: [head, ...scene.commands.slice(1)] }, sceneId });
  };
  show(first, id, false);
  return { store, guard, show, grow: (...more: JsonOp[]) => show([...first, ...more], { ...id, kept: ops.length }) };
}
const asked = async (promise: Promise<boolean>): Promise<boolean | 'asks'> =>
  Promise.race([promise, new Promise<'asks'>((done) => setTimeout(() => done('asks'), 0))]);

describe('what a page around a frame may have', () => {
  test('a preset as it is, whoever chose it', async () => {
    const f = frame();
    expect(await asked(f.guard.mayGive(false))).toBe(true);
    f.show(ops, PURE, false);
    expect(await asked(f.guard.mayGive(false))).toBe(true);
  });

  test('the changed scene of its own address or load, but not the one a reader opened there', async () => {
    const own = [...ops, OTHER];
    const f = frame(own, NO_SCENE);
    expect(await asked(f.guard.mayGive(false))).toBe(true);
    f.guard.opens();
    f.show([...own, LINE], NO_SCENE, false);
    expect(await asked(f.guard.mayGive(false))).toBe(true);
    f.show([...own, OTHER], NO_SCENE, false);
    expect(await asked(f.guard.mayGive(false))).toBe('asks');
  });

  test('what it had done by set, also several before the first was seen', async () => {
    const f = frame();
    f.guard.sets(LINE);
    f.guard.sets(OTHER);
    f.grow(LINE, SETTLE);
    f.grow(LINE, SETTLE, OTHER, SETTLE);
    expect(await asked(f.guard.mayGive(false))).toBe(true);
  });

  test('what it had done where that is no more than time, seen before its next op', async () => {
    const f = frame();
    f.guard.sets({ op: 'settle', events: 1 });
    f.guard.sets(LINE);
    f.grow({ op: 'settle', events: 1 }, SETTLE);
    expect(await asked(f.guard.mayGive(false))).toBe(true);
    f.grow({ op: 'settle', events: 1 }, SETTLE, LINE, SETTLE);
    expect(await asked(f.guard.mayGive(false))).toBe(true);
    f.grow({ op: 'settle', events: 1 }, SETTLE, LINE, SETTLE, OTHER, SETTLE);
    expect(await asked(f.guard.mayGive(false))).toBe('asks');
  });

  test('a change by hand is the reader’s, be it an op that the preset has too', async () => {
    for (const op of [LINE, OTHER]) {
      const f = frame();
      f.grow(op, SETTLE);
      expect(await asked(f.guard.mayGive(false))).toBe('asks');
      // The host's own op on top does not make it the host's.
      f.guard.sets(OTHER);
      f.grow(op, SETTLE, OTHER, SETTLE);
      expect(await asked(f.guard.mayGive(true))).toBe(false);
    }
  });

  test('after a load that was refused the next scene is the reader’s', async () => {
    const f = frame();
    f.guard.opens();
    f.store.setState({ notice: { code: 'link-broken', place: 's', params: {} } });
    f.show([...ops, OTHER], NO_SCENE, false);
    expect(await asked(f.guard.mayGive(false))).toBe('asks');
  });

  test('a load that fails says nothing about what was set before it, nor a set that fails about another', async () => {
    const f = frame();
    f.guard.sets(OTHER);
    const notDone = f.guard.sets(LINE);
    f.guard.opens();
    f.store.setState({ notice: { code: 'link-preset', place: 'p', params: {} } });
    notDone();
    f.grow(OTHER, SETTLE);
    expect(await asked(f.guard.mayGive(false))).toBe(true);
    // What was not done is the reader's, if it comes.
    f.grow(OTHER, SETTLE, LINE, SETTLE);
    expect(await asked(f.guard.mayGive(false))).toBe('asks');
  });

  test('a load that came is the host’s, whatever was refused while it was on its way', async () => {
    const f = frame();
    f.guard.opens();
    f.store.setState({ notice: { code: 'no-create', place: 's', params: {} } });
    f.show([...ops, OTHER], NO_SCENE, false);
    f.guard.opened();
    expect(await asked(f.guard.mayGive(false))).toBe(true);
  });

  test('a file that the reader opens while the host’s own scene is still to come is the reader’s', async () => {
    const f = frame();
    f.guard.opens();
    f.guard.readerOpens();
    f.show([...ops, OTHER], NO_SCENE, false);
    expect(await asked(f.guard.mayGive(false))).toBe('asks');
  });
});

describe('the reader is asked', () => {
  const changed = () => {
    const f = frame();
    f.grow(LINE, SETTLE);
    return f;
  };

  test('once for all who wait, and told when it is over', async () => {
    const f = changed();
    const seen: boolean[] = [];
    f.guard.subscribe(() => seen.push(f.guard.asks()));
    const both = [f.guard.mayGive(false), f.guard.mayGive(false)];
    f.guard.answer('once');
    expect(await Promise.all(both)).toEqual([true, true]);
    expect(seen).toEqual([true, false]);
    expect(await asked(f.guard.mayGive(false))).toBe('asks');
  });

  test('from now on is for all that comes', async () => {
    const f = changed();
    void f.guard.mayGive(false);
    f.guard.answer('always');
    f.grow(LINE, SETTLE, OTHER, SETTLE);
    expect(await asked(f.guard.mayGive(true))).toBe(true);
  });

  test('no is no until there is something else, and asking quietly asks nobody', async () => {
    const f = changed();
    const first = f.guard.mayGive(false);
    f.guard.answer('no');
    expect(await first).toBe(false);
    expect(await asked(f.guard.mayGive(false))).toBe(false);
    f.grow(LINE, SETTLE, OTHER, SETTLE);
    expect(await asked(f.guard.mayGive(true))).toBe(false);
    expect(f.guard.asks()).toBe(false);
    expect(await asked(f.guard.mayGive(false))).toBe('asks');
  });
});
