/**
 * Marks that are told apart by shape, over every scene: a wire is high by the word of its own line and in the colour of who raised it,
 * a token's shape is what it is, and what steps back is a function of the position alone.
 */
import { describe, expect, test } from 'vitest';
import { sceneOf } from '../cli/headless-scene.ts';
import { portion } from '../cli/portion.ts';
import { presetFiles, toldScenes } from '../cli/scenes-for-tests.ts';
import { deviceView, rteView } from '../engine/view/machine-view.ts';
import { DEVICE } from '../engine/view/tables.ts';
import type { JsonOp, SceneLog, Step } from '../log/log.ts';
import { ownerOf } from '../log/owners.ts';
import { ARRIVE } from './advance.ts';
import { stepAnchor } from './anchors.ts';
import { beatsOf } from './beats.ts';
import { dimAt } from './dim.ts';
import { flightOf, type Stage, tokensAt } from './flights.ts';
import { LATE } from './late.ts';
import { layoutStage } from './layout.ts';
import { FADE_MS, msAt, scoreOf, stillAt } from './score.ts';
import { shapeOf } from './shapes.ts';
import { stageModel } from './stage-model.ts';
import { machineAt, wiresAt } from './wires.ts';

const stageOf = (scene: SceneLog, embed = false): Stage => {
  const model = stageModel(scene);
  const [width, height] = embed ? [480, 270] : [1600, 560];
  const telling = { narration: null, kept: Number.POSITIVE_INFINITY };
  return { scene, model, layout: layoutStage({ model, width, height, embed }), telling, ...LATE };
};

/** Steps looked at: of a long scene a sample, of which one in three is drawn. */
const some = ({ steps }: SceneLog, key: string): readonly number[] => {
  const by = 1 + Math.floor(steps.length / 60);
  return portion(
    Array.from({ length: Math.ceil(steps.length / by) }, (_, i) => i * by),
    3,
    key,
  );
};

const scenes = toldScenes();

describe.each(scenes)('$id', ({ id, scene }) => {
  const stage = stageOf(scene);

  test('a device’s wire is high while its line is, and in the colour of who raised it; nothing else lights it', () => {
    for (const step of some(scene, `${id} wires`)) {
      const seq = scene.steps.seqOf(step + 1);
      const machine = machineAt(scene, seq);
      for (const { id, high, journey } of wiresAt(stage, seq)) {
        const slot = /^device:(\d+) /.exec(id)?.[1];
        if (stage.model.sources.find((source) => id.startsWith(`${source.id} `))?.kind !== 'device') continue;
        expect(high, `${id} after ${step}`).toBe(deviceView(machine, Number(slot)).line);
        const address = machine.wordMap.device + Number(slot) * DEVICE.size + DEVICE.at.line;
        expect(journey, `${id} after ${step}`).toBe(high ? ownerOf(scene, address, 0, seq) : 0);
      }
    }
  });

  test('a line or an edge is so by the trigger mode of its pin; on the bus and in a local APIC everything is a message', () => {
    for (const step of some(scene, `${id} shapes`)) {
      const machine = machineAt(scene, scene.steps.seqOf(step));
      for (const token of tokensAt(stage, step)) {
        const shape = shapeOf(scene, token, step);
        const { card, row } = token.anchor;
        const what = `${token.label} at ${card} in step ${step}`;
        // What VFIO's handler signals stands at the IOMMU it came through: an eventfd's signal is one wherever it stands.
        const isSignal = /^irqfd_/.test(scene.steps.nameOf(token.step) ?? '');
        if (card === '' || /^(vcpu|iommu|msi)/.test(card)) expect(shape, what).toBe(isSignal ? 'spark' : 'message');
        if (token.wait?.at.at === 'ioapicPin') {
          expect(shape, what).toBe(rteView(machine, token.wait.at.pin).level ? 'line' : 'edge');
        }
        if (card === 'ioapic' && row !== null && token.anchor.side === 'right') expect(shape, what).toBe('message');
      }
    }
  });

  test('the rest steps back in 160 ms of a beat, stays so while it is read, and is there where the playhead rests', () => {
    const beats = beatsOf(scene, stage.telling as NonNullable<Stage['telling']>);
    const asked = new Map<string, number>();
    for (const step of some(scene, `${id} dim`)) {
      const score = scoreOf(stage, step);
      for (const phase of [0, 0.1, 0.3, ARRIVE, 0.7, 0.99, 1]) {
        const dim = dimAt(stage, { step, phase });
        asked.set(`${step} ${phase}`, dim);
        expect(dim).toBeGreaterThanOrEqual(0);
        expect(dim).toBeLessThanOrEqual(1);
        if (phase === 1) expect(dim).toBe(0);
        if (phase < ARRIVE && score.fly > 30 && msAt(score, phase) >= 160) expect(dim).toBe(1);
      }
      const beat = beats.find(({ hold }) => hold === step);
      if (beat !== undefined && score.fly > 30) expect(dimAt(stage, { step, phase: 0.8 })).toBe(1);
    }
    // Asked backwards the answers are the same: there is no state in it.
    for (const [key, dim] of [...asked].reverse()) {
      const [step, phase] = key.split(' ').map(Number) as [number, number];
      expect(dimAt(stage, { step, phase })).toBe(dim);
    }
  });

  test('with less motion a token is where it was or where it goes and nowhere between, and each takes 120 ms to fade', () => {
    for (const step of some(scene, `${id} still`)) {
      if (flightOf(stage, step) === null) continue;
      const score = scoreOf(stage, step);
      let turned = false;
      for (let i = 0; i <= 40; i++) {
        const { there, opacity } = stillAt(score, (i / 40) * ARRIVE);
        if (turned) expect(there).toBe(true);
        turned = there;
        expect(opacity).toBeGreaterThanOrEqual(0);
        expect(opacity).toBeLessThanOrEqual(1);
      }
      expect(stillAt(score, ARRIVE)).toEqual({ there: true, opacity: 1 });
      const end = score.ask + score.fly;
      if (end > 2 * FADE_MS) expect(stillAt(score, ((end - FADE_MS / 2) / end) * ARRIVE).opacity).toBeCloseTo(0.5, 2);
    }
  });
});

const of = (id: string): SceneLog => scenes.find((p) => p.id === id)?.scene as SceneLog;
const stepOf = (scene: SceneLog, name: string, nth = 1): number => {
  let left = nth;
  return scene.steps.findIndex((s) => s.name === name && --left === 0);
};
const shapesIn = (id: string, name: string, nth = 1): string[] => {
  const scene = of(id);
  const step = stepOf(scene, name, nth);
  return tokensAt(stageOf(scene), step)
    .filter((token) => token.current && token.step === step)
    .map((token) => shapeOf(scene, token, step));
};

test.each([false, true])(
  'a shared line blames only the device that holds it, and is one line from the join on (embed: %s)',
  (embed) => {
    const scene = of('intx-shared');
    const seq = scene.steps.seqOf(stepOf(scene, 'ioapic_remote_irr') + 1);
    const wires = new Map(wiresAt(stageOf(scene, embed), seq).map((wire) => [wire.id, wire]));
    expect(wires.get('device:0 11')).toMatchObject({ high: false, journey: 0 });
    expect(wires.get('device:1 11')).toMatchObject({ high: true, journey: 2 });
    const ends = ['device:0 11', 'device:1 11'].map((id) => wires.get(id)?.d.split('L').slice(-2).join('L'));
    expect(ends[0]?.split(' ').at(-1)).toBe(ends[1]?.split(' ').at(-1));
    if (!embed) expect(wires.get('11 ioapic 11')).toMatchObject({ high: true, journey: 2 });
  },
);

test('a shared line that no device moved is moved by user space, and one device’s own by that device', () => {
  const ops = (id: string, ...more: JsonOp[]): SceneLog =>
    sceneOf([...((presetFiles.find((p) => p.id === id)?.ops ?? []) as readonly JsonOp[]), ...more]);
  const cards = (scene: SceneLog): (string | undefined)[] => {
    const stage = stageOf(scene);
    const moved = Array.from({ length: scene.steps.length }, (_, i) => scene.steps.get(i) as Step);
    return moved.filter(({ name }) => name === 'ioctl_irq_line').map((step) => stepAnchor(stage, step)?.card);
  };
  for (const [id, gsi, card] of [
    ['intx-shared', 11, 'source:user'],
    ['serial-ioapic', 4, 'source:device:0'],
  ] as const) {
    const scene = ops(id, { op: 'irq_line', gsi, level: 1 });
    const [last, ...before] = cards(scene).reverse();
    expect(last, id).toBe(card);
    expect(before.length, id).toBeGreaterThan(1);
    for (const own of before) expect(own, id).toMatch(/^source:device:/);
  }
  expect(stageOf(of('intx-shared')).model.sources.map((s) => s.id)).toEqual(['device:0', 'device:1']);
});

test('the output of the 8259 pair is a line of its own', () => {
  const scene = of('pit-extint');
  const seq = scene.steps.seqOf(stepOf(scene, 'pic_wakeup') + 1);
  expect(wiresAt(stageOf(scene), seq).find(({ id }) => id === 'pic lint0')).toMatchObject({ high: true });
});

test('told apart by shape: a level line, an edge, an eventfd, a message', () => {
  expect(shapesIn('intx-shared', 'ioapic_line')).toEqual(['line']);
  expect(shapesIn('serial-ioapic', 'ioapic_line')).toEqual(['edge']);
  expect(shapesIn('irqfd-resample', 'irqfd_inject')).toEqual(['spark']);
  expect(shapesIn('msix-blk', 'irqfd_wakeup')).toEqual(['spark']);
  expect(shapesIn('msix-blk', 'kvm_msi_set_irq')).toEqual(['message']);
  expect(shapesIn('serial-ioapic', 'ioapic_service')).toEqual(['message']);
});

test('a token is what it was until it gets there', () => {
  const scene = of('serial-ioapic');
  const step = stepOf(scene, 'ioapic_service');
  const token = tokensAt(stageOf(scene), step, false).find(({ flight }) => flight !== null);
  if (token === undefined) throw new Error('nothing flies');
  expect([shapeOf(scene, token, step, false), shapeOf(scene, token, step, true)]).toEqual(['edge', 'message']);
});
