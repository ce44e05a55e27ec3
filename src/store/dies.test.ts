/** An engine that dies at any moment of anything asked of it: noticed within two seconds, the last good scene stays, the next request is done. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createSession } from '../engine/machine/session.ts';
import { wordsAt } from '../log/fold.ts';
import type { JsonOp } from '../log/log.ts';
import { seqAt } from '../log/steps.ts';
import { createEngineClient } from '../worker/client.ts';
import { createRunner } from '../worker/runner.ts';
import { type App, createApp } from './create-app.ts';
import type { SceneEnd } from './types.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
/** Within it a page must have noticed (PROMISES.md), ms. */
const NOTICED = 2_000;

interface Engine {
  /** Things it still says or does before it is terminated, unseen. */
  life: number;
}

/** A page whose engines can be ended as a browser ends one: without a word. */
function page(): { app: App; engines: Engine[]; newest: () => Engine } {
  const engines: Engine[] = [];
  const app = createApp({
    frames: { request: () => 0, cancel: () => {} },
    connect: (onMessage) =>
      createEngineClient(onMessage, [
        [
          'worker',
          (hear) => {
            const engine: Engine = { life: Number.POSITIVE_INFINITY };
            engines.push(engine);
            const soon = (work: () => void): void => {
              setTimeout(() => {
                if (engine.life-- > 0) work();
              }, 0);
            };
            const send = (message: Parameters<typeof hear>[0]): void => soon(() => hear(message));
            const runner = createRunner({ createSession, now: () => 0, send, later: soon });
            soon(() => hear({ v: 1, type: 'ready' }));
            return {
              post: (message) => soon(() => runner.receive(structuredClone(message))),
              close: () => {
                engine.life = 0;
              },
            };
          },
        ],
      ]),
  });
  return { app, engines, newest: () => engines.at(-1) as Engine };
}

const CREATE: JsonOp = { op: 'create', vcpus: 2, irqchip: 'full' };
const lines = (gsi: number, n = 8): JsonOp[] => [
  CREATE,
  ...Array.from({ length: n }, (_, i) => ({ op: 'irq_line', gsi, level: (i + 1) % 2 })),
];
const NMI: JsonOp = { op: 'nmi', vcpu: 1 };
const opsOf = ({ store }: App): readonly JsonOp[] => store.getState().scene?.commands.map(({ op }) => op) ?? [];

/** What is asked when the engine dies, from a page that shows a scene. */
const STAGES: Readonly<Record<string, (app: App) => Promise<SceneEnd>>> = {
  'another scene': ({ actions }) => actions.loadOps(lines(9, 400), { step: 'end', play: false }),
  'a change at the end': ({ actions }) => {
    actions.seekEnd();
    return actions.poke(NMI);
  },
  'a change in the middle': ({ actions }) => {
    actions.seekStep(2);
    return actions.poke(NMI);
  },
};

for (const [what, ask] of Object.entries(STAGES))
  test(`while ${what} is under way, at each of its moments`, async () => {
    const ends = new Set<string>();
    for (let life = 0; life < 12; life++) {
      const { app, newest } = page();
      void app.actions.loadOps(lines(4), { step: 'end', play: false });
      await pass(100);
      const before = opsOf(app);
      expect(before).toHaveLength(9);
      let end: SceneEnd | null = null;
      newest().life = life;
      void ask(app).then((said) => {
        end = said;
      });
      await pass(NOTICED);
      const { scene, fault, playhead } = app.store.getState();
      expect(end, `${what}, ${life}`).not.toBeNull();
      expect(scene?.complete).toBe(true);
      ends.add(typeof end === 'string' ? end : 'fault');
      if (end !== 'done') {
        expect([fault?.seq, playhead.playing], `${what}, ${life}`).toEqual([-1, false]);
        expect(opsOf(app)).toEqual(before);
      } else expect(fault).toBeNull();
      // Dead while nothing is asked of it: the next request finds another.
      newest().life = 0;
      const next = app.actions.loadOps(lines(3));
      await pass(NOTICED);
      expect([await next, app.store.getState().fault, opsOf(app)]).toEqual(['done', null, lines(3)]);
      app.close();
    }
    // A whole scene begins anew in a fresh engine where nothing had been heard of it; a change cannot.
    expect([...ends].sort()).toEqual(['done', 'fault']);
  });

test('while the first scene is loaded, at each of its moments', async () => {
  for (let life = 0; life < 8; life++) {
    const { app, newest } = page();
    let end: SceneEnd | null = null;
    void app.actions.loadOps(lines(4)).then((said) => {
      end = said;
    });
    newest().life = life;
    // One that never said it is there is given its time to start in.
    await pass(life === 0 ? 11_000 : NOTICED);
    expect(end, `${life}`).not.toBeNull();
    const { scene, fault } = app.store.getState();
    expect([scene === null, fault !== null]).toEqual(end === 'done' ? [false, false] : [true, true]);
    newest().life = 0;
    const next = app.actions.loadOps(lines(3));
    await pass(NOTICED);
    expect([await next, opsOf(app)]).toEqual(['done', lines(3)]);
    app.close();
  }
});

test('while the page moves in a scene that is there: nothing is asked of it, and only the next change says so', async () => {
  const { app, newest } = page();
  void app.actions.loadOps(lines(4), { step: 'end', play: false });
  await pass(100);
  newest().life = 0;
  const { scene } = app.store.getState();
  if (scene === null) throw new Error('no scene');
  for (const step of [0, 3, -1, 1]) {
    app.actions.seekStep(step);
    await pass(5_000);
    expect(app.store.getState().view?.w).toEqual(wordsAt(scene, seqAt(scene, step, true)));
  }
  expect(app.store.getState().fault).toBeNull();
  const first = app.actions.poke(NMI);
  await pass(NOTICED);
  expect(await first).toMatchObject({ code: 'fault' });
  expect(opsOf(app)).toEqual(lines(4));
  const again = app.actions.poke(NMI);
  await pass(NOTICED);
  expect([await again, app.store.getState().fault]).toEqual(['done', null]);
  expect(opsOf(app)).toContainEqual(NMI);
});

test('while one side of a comparison runs: that side says so, and the others stand', async () => {
  const { app, newest } = page();
  void app.actions.loadOps(lines(4), { step: 'end', play: false });
  await pass(100);
  const [a, b] = [app.another(), app.another()];
  void a.actions.loadOps(lines(9));
  await pass(100);
  const stands = [app.store.getState().scene, a.store.getState().scene];
  const end = b.actions.loadOps(lines(3, 400));
  await pass(0);
  newest().life = 3;
  await pass(NOTICED);
  expect(await end).toMatchObject({ code: 'fault' });
  expect([app.store.getState(), a.store.getState()].map(({ scene, fault }) => [scene, fault])).toEqual(
    stands.map((scene) => [scene, null]),
  );
  const again = b.actions.loadOps(lines(3));
  await pass(NOTICED);
  expect([await again, opsOf(b)]).toEqual(['done', lines(3)]);
  app.close();
});
