/** Which operations the steps of real scenes pass through. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sceneOf as logOfOps } from '../../cli/headless-scene.ts';
import type { JsonOp, SceneLog } from '../../log/log.ts';
import { createReadings } from '../../log/reader.ts';
import { createSteps } from '../../log/steps.ts';
import { KERNEL_CALLBACKS } from '../../spec/kernel/callbacks.ts';
import { KERNEL_VERSIONS, type KernelVersion } from '../../spec/kernel/functions.ts';
import { hitsOf, passedBy, readHits } from './hits.ts';

function sceneOf(preset: string): SceneLog {
  const file = join(import.meta.dirname, '../../scenes', preset, 'scene.json');
  const { ops, start } = JSON.parse(readFileSync(file, 'utf8')) as { ops: JsonOp[]; start: number };
  return logOfOps(ops, start);
}

/** Names of the steps that pass through an operation. */
const stepsOf = (scene: SceneLog, id: (typeof KERNEL_CALLBACKS)[number]['id'], version: KernelVersion = 'v6.18') =>
  (hitsOf(scene, version).passes.get(id) ?? []).map((index) => scene.steps.get(index)?.name);

test('read in slices it is the same as read at once', () => {
  const sliced = sceneOf('posted-halted');
  while (!readHits(sliced, 'v6.18', 7));
  expect([...hitsOf(sliced, 'v6.18').passes]).toEqual([...hitsOf(sceneOf('posted-halted'), 'v6.18').passes]);
});

describe('a scene lights operations up', () => {
  test('the interrupt window: asked, refused, window, injected', () => {
    const scene = sceneOf('irq-window');
    expect(stepsOf(scene, 'enable_irq_window')).toEqual(['irq_window_request']);
    expect(stepsOf(scene, 'set_irq')).toEqual(['kvm_inj_virq']);
    expect(stepsOf(scene, 'interrupt_allowed')).toEqual(['inject_held', 'kvm_inj_virq']);
    expect(stepsOf(scene, 'handle_exit')).toEqual([...scene.steps].map((s) => s.name).filter((n) => n === 'kvm_exit'));
  });

  test('posting goes through deliver_interrupt, in every version', () => {
    const scene = sceneOf('posted-running');
    for (const version of KERNEL_VERSIONS)
      expect(stepsOf(scene, 'deliver_posted_interrupt', version), version).not.toEqual([]);
    expect(stepsOf(scene, 'set_irq')).toEqual([]);
  });

  test('one call is one pass, and lights up in each of its steps', () => {
    const scene = sceneOf('posted-halted');
    const { passes, at } = hitsOf(scene, 'v6.18');
    const posts = [...scene.steps].filter((step) => step.name === 'pir_set');
    expect(passes.get('deliver_posted_interrupt')).toEqual(posts.map((step) => step.index));
    const lit = [...scene.steps].filter((step) => at(step.index).has('deliver_posted_interrupt'));
    expect(lit.length).toBeGreaterThan(posts.length);
  });

  test('an entry and its exit are one pass through the run operation', () => {
    const scene = sceneOf('irq-window');
    const names = [...scene.steps].map((step) => step.name);
    const entries = names.filter((name) => name === 'kvm_entry').length;
    // The scene begins in the guest: its first exit ends a call that began before.
    expect(names.indexOf('kvm_exit')).toBeLessThan(names.indexOf('kvm_entry'));
    expect(stepsOf(scene, 'run')).toHaveLength(entries + 1);
  });

  test('an operation that is not there at a version is not passed through', () => {
    for (const preset of ['posted-running', 'posted-halted', 'eoi-exit-level', 'nmi-window']) {
      const scene = sceneOf(preset);
      for (const version of KERNEL_VERSIONS)
        for (const id of hitsOf(scene, version).passes.keys())
          expect(KERNEL_CALLBACKS.find((op) => op.id === id)?.at[version], `${id} at ${version}`).not.toBeNull();
    }
  });

  test('an AVIC machine passes through none of Intel’s', () => {
    expect(hitsOf(sceneOf('avic-doorbell'), 'v6.18').passes.size).toBe(0);
  });

  test('a growing scene is counted to the same as a whole one', () => {
    const whole = sceneOf('eoi-exit-level');
    const steps = createSteps();
    const growing = { ...whole, steps, readings: createReadings() };
    for (let used = whole.startSeq; used < whole.used; used++) {
      steps.take(whole, used, used + 1, whole.commands);
      hitsOf({ ...growing, used: used + 1, complete: false }, 'v6.18');
    }
    expect(hitsOf(growing, 'v6.18').passes).toEqual(hitsOf(whole, 'v6.18').passes);
  });
});

test.each([
  [[], 3, 0],
  [[0, 4, 9], -1, 0],
  [[0, 4, 9], 0, 1],
  [[0, 4, 9], 5, 2],
  [[0, 4, 9], 9, 3],
] as const)('of %j at or before %i: %i', (steps, at, n) => expect(passedBy(steps, at)).toBe(n));
