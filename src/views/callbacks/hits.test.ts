/** Which operations the steps of real scenes pass through. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sceneOf as logOfOps } from '../../cli/headless-scene.ts';
import { portion } from '../../cli/portion.ts';
import { scenesOnBothVendors } from '../../cli/scenes-for-tests.ts';
import { COL } from '../../engine/view/tables.ts';
import { causesOf } from '../../log/causes.ts';
import type { JsonOp, SceneLog } from '../../log/log.ts';
import { createReadings } from '../../log/reader.ts';
import { cellOf } from '../../log/rows.ts';
import { createSteps } from '../../log/steps.ts';
import { EVENT_NAMES, type EventName } from '../../spec/events/index.ts';
import { KERNEL_CALLBACKS, type KernelOpId, opById } from '../../spec/kernel/callbacks.ts';
import { amdFunction } from '../../spec/kernel/callbacks-amd.ts';
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

  test('an AVIC machine passes through AMD’s: a delivery, and the exit of an IPI that is not complete', () => {
    const { passes } = hitsOf(sceneOf('avic-doorbell'), 'v6.18');
    expect([...passes.keys()].sort()).toEqual(['deliver_posted_interrupt', 'handle_exit']);
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

/** What must have happened in a step, or on the way to it, for KVM to have called an operation there. */
const CALLED_FOR: Readonly<Partial<Record<KernelOpId, readonly EventName[]>>> = {
  run: ['kvm_entry', 'kvm_exit'],
  handle_exit: ['kvm_exit', 'avic_incomplete_ipi', 'avic_unaccelerated'],
  skip_emulated_instruction: ['kvm_exit', 'apic_access_exit'],
  update_emulated_instruction: ['kvm_exit', 'apic_access_exit'],
  get_interrupt_shadow: ['kvm_exit', 'apic_access_exit', 'avic_unaccelerated'],
  set_irq: ['kvm_inj_virq'],
  set_nmi: ['inject_nmi'],
  cancel_injection: ['cancel_injection'],
  interrupt_allowed: ['kvm_inj_virq', 'inject_held'],
  nmi_allowed: ['inject_events'],
  enable_irq_window: ['irq_window_request', 'apicv_inhibit'],
  enable_nmi_window: ['nmi_window_request'],
  update_cr8_intercept: ['tpr_threshold'],
  refresh_apicv_exec_ctrl: ['apicv_update'],
  load_eoi_exitmap: ['eoi_exitmap'],
  hwapic_isr_update: ['set_svi', 'apicv_update', 'kvm_eoi'],
  sync_pir_to_irr: ['pir_synced'],
  deliver_posted_interrupt: ['irr_set', 'pir_set', 'avic_deliver'],
};

describe('an operation lights up only where the engine passed, on its vendor’s table', () => {
  // One step in four, at each version others.
  test.each(scenesOnBothVendors)('%s', (id, ops, start, vendor) => {
    const scene = logOfOps(ops, start);
    const wrong = new Set<string>();
    for (const version of KERNEL_VERSIONS) {
      const hits = hitsOf(scene, version);
      for (const step of portion([...scene.steps].slice(0, 400), 10, `${id} ${version}`)) {
        const end = scene.steps.get(step.index + 1)?.seq ?? scene.used;
        const own = Array.from({ length: end - step.seq }, (_, i) => step.seq + i);
        const names = new Set(
          [...causesOf(scene, step.seq), ...own].map((seq) => EVENT_NAMES[cellOf(scene, seq, COL.code)]),
        );
        // What one call does after the bit is set is told by the steps that follow it.
        for (const seq of causesOf(scene, step.seq)) {
          if (EVENT_NAMES[cellOf(scene, seq, COL.code)] === 'kvm_apic_accept_irq') names.add('irr_set');
        }
        for (const op of hits.at(step.index)) {
          const form = opById(op).at[version];
          const there = vendor === 'amd' ? amdFunction(op, version) !== null : form?.kind === 'call';
          if (!there) wrong.add(`${version} ${step.index} ${step.name}: ${op} is not in ${vendor}’s table`);
          if (!(CALLED_FOR[op] ?? []).some((name) => names.has(name)))
            wrong.add(`${version} ${step.index} ${step.name}: ${op}`);
          if (
            op === 'deliver_posted_interrupt' &&
            [...names].some((name) => name === 'init_pending' || name === 'sipi_pending')
          ) {
            wrong.add(`${version} ${step.index} ${step.name}: an INIT or SIPI is not delivered by ${op}`);
          }
        }
      }
    }
    expect([...wrong]).toEqual([]);
  });
});
