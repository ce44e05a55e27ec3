import { expect, test } from 'vitest';
import { bugScenes } from '../../cli/bug-scenes.ts';
import { sceneOf } from '../../cli/headless-scene.ts';
import type { JsonOp } from '../../log/log.ts';
import { createApp } from '../../store/create-app.ts';
import type { EngineClient } from '../../worker/client.ts';
import type { Found, ReasonClient } from '../../worker/reason-client.ts';
import { createReasonJobs } from '../../worker/reason-jobs.ts';
import { type ToldFinding, tellFindings } from './tell-findings.ts';

/** The jobs of the worker without a worker. */
function start(found: (all: readonly Found[], whole: boolean) => void): ReasonClient {
  let stopped = false;
  const jobs = createReasonJobs({
    send: (message) => {
      if (message.type === 'findings' && !stopped) found(message.all, message.whole);
    },
    later: (work) => work(),
    now: () => 0,
  });
  return {
    run: (ops) => jobs({ type: 'run', run: 1, kept: 0, ops }),
    where: async () => null,
    raised: async () => [],
    stop: () => {
      stopped = true;
    },
  };
}

function frame() {
  const app = createApp({
    connect: () => ({}) as unknown as EngineClient,
    frames: { request: () => 0, cancel: () => {} },
  });
  const told: ToldFinding[] = [];
  const stop = tellFindings(app, (finding) => told.push(finding), start);
  const show = (ops: readonly JsonOp[], from: number): void => app.store.setState({ scene: sceneOf(ops, from) });
  return { app, told, stop, show };
}

test('each scene of a bug tells its finding, where it begins, with a sentence; without the bug it does not', () => {
  for (const { preset, bug, fixed } of bugScenes(process.cwd())) {
    const f = frame();
    f.show(preset.ops, preset.start);
    const found = f.told.find(({ id }) => id === bug.finding);
    expect([preset.id, found?.id]).toEqual([preset.id, bug.finding]);
    expect(found?.sentence).toMatch(/\w+ \w+/);
    expect(found?.sentence).not.toMatch(/[{}]|^finding\./);
    expect(found?.step).toBeLessThan(f.app.store.getState().scene?.steps.length ?? 0);
    if ((found?.step ?? -1) >= 0) expect(found?.name).toMatch(/^\w+#\d+$/);
    const well = frame();
    well.show(fixed.ops, fixed.start);
    expect([preset.id, well.told.filter(({ id, open }) => id === bug.finding && open)]).toEqual([preset.id, []]);
  }
});

test('what was told of a scene is not told again while it grows, and is for the next one', () => {
  const [first] = bugScenes(process.cwd());
  if (first === undefined) throw new Error('no bug');
  const { preset } = first;
  const f = frame();
  f.show(preset.ops, preset.start);
  const { length } = f.told;
  expect(length).toBeGreaterThan(0);
  const { scene } = f.app.store.getState();
  f.app.store.setState({ scene: scene === null ? null : { ...scene } });
  expect(f.told).toHaveLength(length);
  f.show(preset.ops, preset.start);
  expect(f.told).toHaveLength(2 * length);
  f.stop();
  f.show(preset.ops, preset.start);
  expect(f.told).toHaveLength(2 * length);
});
