/** A journey keeps its number, and so its colour, from the device to the EOI; held over every scene. */

import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { presets } from '../cli/scenes-for-tests.ts';
import { COL, LAPIC, PI_DESC, WRITE } from '../engine/view/tables.ts';
import type { SceneLog } from '../log/log.ts';
import { ownerOf } from '../log/owners.ts';
import { cellOf } from '../log/rows.ts';
import { anchorOf } from './flights.ts';
import { layoutStage } from './layout.ts';
import { stageModel } from './stage-model.ts';

type SetName = 'pir' | 'irr' | 'isr';

/** Address of the word of a vector in one of the sets. */
function wordOf({ wordMap }: SceneLog, name: SetName, vcpu: number, vector: number): number {
  const word = vector >> 5;
  return name === 'pir'
    ? wordMap.piDesc + vcpu * PI_DESC.size + PI_DESC.at.pir + word
    : wordMap.lapic + vcpu * LAPIC.size + LAPIC.at[name] + word;
}

/** Every moment at which a bit of a set goes to 1, with its owner. */
function* settings(
  scene: SceneLog,
  name: SetName,
): Generator<{ vcpu: number; vector: number; row: number; owner: number }> {
  for (let row = scene.startSeq; row < scene.used; row++) {
    if (cellOf(scene, row, COL.code) !== WRITE) continue;
    const address = cellOf(scene, row, COL.a);
    for (let vcpu = 0; vcpu < scene.wordMap.vcpus; vcpu++) {
      const word = address - wordOf(scene, name, vcpu, 0);
      if (word < 0 || word > 7) continue;
      const fresh = cellOf(scene, row, COL.c) & ~cellOf(scene, row, COL.b);
      for (let bit = 0; bit < 32; bit++) {
        if (((fresh >>> bit) & 1) === 0) continue;
        yield { vcpu, vector: word * 32 + bit, row, owner: ownerOf(scene, address, bit, row + 1) };
      }
    }
  }
}

describe.each(presets)('$id', ({ scene }) => {
  test('a vector in service belongs to the journey that waited in IRR, and that to the one that was posted', () => {
    const last = { pir: new Map<string, number>(), irr: new Map<string, number>() };
    const all = (['pir', 'irr', 'isr'] as const).flatMap((name) =>
      [...settings(scene, name)].map((s) => ({ ...s, name })),
    );
    for (const { name, vcpu, vector, owner } of all.sort((a, b) => a.row - b.row)) {
      const key = `${vcpu}:${vector}`;
      const before = name === 'isr' ? last.irr : name === 'irr' ? last.pir : null;
      const from = before?.get(key);
      if (from !== undefined) expect(owner, `${name} ${key}`).toBe(from);
      before?.delete(key);
      if (name !== 'isr') last[name].set(key, owner);
    }
  });

  test('no bit of a set is nobody’s', () => {
    for (const name of ['pir', 'irr', 'isr'] as const) {
      for (const { vcpu, vector, owner } of settings(scene, name))
        expect(owner, `${name} ${vcpu}:${vector}`).toBeGreaterThan(0);
    }
  });

  test('what a device does happens at that device', () => {
    const model = stageModel(scene);
    const stage = { scene, model, layout: layoutStage({ model, width: 1600, height: 800 }) };
    for (const step of scene.steps) {
      if (step.name !== 'ioctl_irq_line') continue;
      const acts = scene.steps.get(step.index - 1);
      if (acts?.name !== 'device_raise' || acts.args[0] !== step.args[0]) continue;
      expect(anchorOf(stage, step.index)?.card).toBe(anchorOf(stage, acts.index)?.card);
    }
  });
});

const of = (id: string): SceneLog => presets.find((p) => p.id === id)?.scene as SceneLog;

test('an interrupt that waited for remote IRR is sent again as itself', () => {
  const { steps } = of('intx-shared');
  const held = steps.find((s) => s.name === 'ioapic_remote_irr');
  const again = steps.find((s) => s.name === 'ioapic_redeliver');
  const first = steps.find((s) => s.name === 'ioapic_service');
  expect(held?.journey).toBeGreaterThan(0);
  expect(again?.journey).toBe(held?.journey);
  expect(again?.journey).not.toBe(first?.journey);
});

test('a line that never went low is sent again as the same interrupt', () => {
  const { steps } = of('level-early-eoi');
  const again = steps.find((s) => s.name === 'ioapic_redeliver');
  expect(again?.journey).toBe(steps.find((s) => s.name === 'ioapic_service')?.journey);
});

test('an NMI is one journey from the ioctl to the end of its handler, and the one that had to wait keeps its own', () => {
  const scene = presets.find((p) => p.id === 'nmi-window')?.scene as SceneLog;
  const of = (name: string): readonly number[] =>
    [...scene.steps].filter((step) => step.name === name).map(({ journey }) => journey);
  expect(of('ioctl_nmi')).toEqual([1, 2]);
  for (const name of ['nmi_queued', 'inject_nmi', 'event_delivery', 'handler_enter', 'handler_exit'])
    expect(of(name), name).toEqual([1, 2]);
});

test('of two NMIs that wait together each keeps its journey', () => {
  const scene = sceneOf(
    [
      { op: 'create', vcpus: 1, irqchip: 'full' },
      { op: 'nmi', vcpu: 0 },
      { op: 'nmi', vcpu: 0 },
      { op: 'run', vcpu: 0 },
      { op: 'iret', vcpu: 0 },
      { op: 'run', vcpu: 0 },
    ],
    1,
  );
  const injected = [...scene.steps].filter(({ name }) => name === 'inject_nmi').map(({ journey }) => journey);
  expect(injected).toEqual([1, 2]);
});
