/**
 * Any moment of any run: a seek gives the words the engine itself has when it carries the ops out again, and every way back gives what
 * was there on the way forth.
 */
import { describe, expect, test, vi } from 'vitest';
import { generate, sequenceSeed } from '../../e2e/kvm/generate.ts';
import { PROFILES } from '../../e2e/kvm/shape.ts';
import { createRng, nextBelow } from '../base/rng.ts';
import { createHeadlessApp } from '../cli/headless-app.ts';
import { createSession } from '../engine/machine/session.ts';
import { COL, WRITE } from '../engine/view/tables.ts';
import type { JsonOp, SceneLog, Step } from '../log/log.ts';
import { cellOf } from '../log/rows.ts';
import { OpError } from '../spec/define/op.ts';
import { loadOps } from './actions/scene.ts';
import type { App } from './create-app.ts';

const SEED = Number(process.env.SEED ?? Date.now() & 0x7fffffff);

/** A random run of one machine, without the ops that it refuses: the page would refuse the run for them. */
async function randomRun(profile: (typeof PROFILES)[number], seed: number): Promise<{ app: App; scene: SceneLog }> {
  const app = createHeadlessApp();
  const session = createSession();
  const ops = (generate(profile, sequenceSeed(seed, 0)) as JsonOp[]).filter((op, i) => {
    // What restores into another machine begins with a `create` of its own.
    if (i > 0 && op.op === 'create') return false;
    try {
      return !('error' in session.answerOrThrow(structuredClone(op)));
    } catch (error) {
      if (error instanceof OpError) return false;
      throw error;
    }
  });
  await loadOps(app, ops);
  await vi.waitFor(() => expect(app.store.getState().scene?.complete).toBe(true), { timeout: 30_000 });
  return { app, scene: app.store.getState().scene as SceneLog };
}

const words = ({ store }: App): string => (store.getState().view?.w ?? []).join(' ');

/** Words of the engine after so many ops, carried out by a session that has never seen the page. */
function replayed({ commands }: SceneLog, ops: number): string {
  const session = createSession();
  for (const { op } of commands.slice(0, ops)) session.answerOrThrow(structuredClone(op));
  return (session.machine?.w ?? []).join(' ');
}

describe.each(PROFILES)('random runs, %s', (profile) => {
  test(`seek is replay, and back is forward undone (SEED=${SEED})`, async () => {
    const { app, scene } = await randomRun(profile, SEED);
    const rng = createRng(SEED);
    const { actions, store } = app;
    const last = scene.steps.length - 1;
    // Where a step is the last of its op, and the next op writes nothing before its first step, the words are the engine's own.
    const ends = Array.from({ length: Math.max(0, last) }, (_, k) => k).filter((k) => {
      const next = scene.steps.get(k + 1) as Step;
      if (scene.steps.get(k)?.command === next.command) return false;
      for (let seq = scene.commands[next.command]?.seq ?? 0; seq < next.seq; seq++)
        if (cellOf(scene, seq, COL.code) === WRITE) return false;
      return true;
    });
    for (let i = 0; i < Math.min(8, ends.length); i++) {
      const at = ends[nextBelow(rng, ends.length)] as number;
      actions.seekStep(at);
      const next = (scene.steps.get(at + 1) as Step).command;
      expect(words(app), `SEED=${SEED}, step ${at}`).toBe(replayed(scene, next));
    }
    const forth = new Map<number, string>();
    const from = nextBelow(rng, Math.max(1, last - 40));
    expect(last).toBeGreaterThan(from);
    actions.seekStep(from);
    for (let k = from; k <= Math.min(last, from + 40); k++) {
      if (k > from) actions.seekStep(k);
      forth.set(k, words(app));
    }
    while (store.getState().playhead.step > from) {
      actions.stepBy(-1);
      const { step } = store.getState().playhead;
      expect(words(app), `SEED=${SEED}, back at ${step}`).toBe(forth.get(step));
    }
    for (let i = 0; i < 20; i++) {
      const k = from + nextBelow(rng, forth.size);
      actions.seekStep(nextBelow(rng, last));
      actions.seekStep(k);
      expect(words(app), `SEED=${SEED}, again at ${k}`).toBe(forth.get(k));
    }
  });
});
