/** The score of a step, over every scene: first it is asked, then it flies; what lifts is what decided; all of it a function of the phase. */
import { describe, expect, test } from 'vitest';
import { portion } from '../cli/portion.ts';
import { toldScenes } from '../cli/scenes-for-tests.ts';
import { readWord, rteView } from '../engine/view/machine-view.ts';
import { GATE_ROWS, type GateRow } from '../explain/gates/rows.ts';
import { happeningOf, litOf, locatorOf } from '../explain/locate/index.ts';
import type { Locator } from '../explain/locate/locator.ts';
import { reasonOf } from '../spec/define/event.ts';
import { eventRow } from '../spec/events/index.ts';
import { ARRIVE } from './advance.ts';
import { flightOf, type Stage } from './flights.ts';
import { LATE } from './late.ts';
import { layoutStage } from './layout.ts';
import { ASK_COMES_MS, ASK_MS, flightPhase, msAt, scoreOf } from './score.ts';
import { stageModel } from './stage-model.ts';
import { machineAt } from './wires.ts';

const scenes = toldScenes();

// One step in three of each scene.
describe.each(scenes)('$id', ({ id, scene }) => {
  const model = stageModel(scene);
  const stage: Stage = { scene, model, layout: layoutStage({ model, width: 1280, height: 560 }), ...LATE };

  test('only a step that gives its token a new name on the way through a card lifts, and only the fields it is decided by', () => {
    for (const step of portion(scene.steps, 3, `${id} lifts`)) {
      const { lifts } = scoreOf(stage, step.index);
      if (lifts.length === 0) continue;
      const flight = flightOf(stage, step.index);
      expect(flight?.from?.card).toBe(flight?.to.card);
      expect(lifts).toEqual(litOf(locatorOf(step.name) as Locator, happeningOf(step)));
    }
  });

  test('what a gate holds back or lets through is asked, with the answer the machine has', () => {
    for (const step of portion(scene.steps, 3, `${id} asked`)) {
      const { ask, asks } = scoreOf(stage, step.index);
      expect(ask > 0, step.name).toBe(asks.length > 0);
      expect(asks.length).toBeLessThanOrEqual(2);
      const reason = reasonOf(eventRow(step.name), happeningOf(step).args);
      const said = Object.entries<GateRow>(GATE_ROWS).filter(([, { events }]) => {
        const held = events?.[step.name];
        return held !== undefined && (held === null || held === reason);
      });
      if (locatorOf(step.name) !== null)
        expect(asks.map(({ gate }) => gate)).toEqual(expect.arrayContaining(said.map(([id]) => id)));
      const machine = machineAt(scene, step.seq);
      const { args } = happeningOf(step);
      for (const { gate, yes } of asks) {
        const what = `${step.name} ${step.index} ${gate}`;
        const rte = 'pin' in args && step.name.startsWith('ioapic') ? rteView(machine, args.pin as number) : null;
        if (gate === 'ioapic-mask') expect(yes, what).toBe(rte?.masked);
        if (gate === 'ioapic-remote-irr' && step.name === 'ioapic_service') expect(yes, what).toBe(rte?.remoteIrr);
        if (gate === 'pic-mask' && step.name === 'pic_masked') {
          const pin = args.pin as number;
          expect(yes, what).toBe(((readWord(machine, 'pic', step.where & 0xffff, 'imr') >>> (pin & 7)) & 1) === 1);
        }
        if (gate === 'vcpu-blocked') expect(yes, what).toBe(step.name === 'pi_notification');
      }
    }
  });

  test('while it is asked nothing flies, then the flight takes all of its phases in one direction', () => {
    for (const step of portion(scene.steps, 3, `${id} flies`)) {
      const score = scoreOf(stage, step.index);
      let before = -1;
      const wrong: string[] = [];
      for (let i = 0; i <= 50; i++) {
        const phase = (i / 50) * ARRIVE;
        const flown = flightPhase(score, phase);
        if (flown < before) wrong.push(`back from ${before} to ${flown}`);
        if (msAt(score, phase) < score.ask && flown !== 0) wrong.push(`at ${flown} while it is asked`);
        before = flown;
      }
      expect(wrong).toEqual([]);
      expect(before).toBeCloseTo(ARRIVE, 9);
      expect(msAt(score, 1)).toBe(score.ask + score.fly);
      expect(score.ask).toBe(score.asks.length === 0 ? 0 : ASK_COMES_MS + ASK_MS * score.asks.length);
    }
  });
});

test('at the IOAPIC vector, mode and destination rise out of the entry', () => {
  const scene = scenes.find((p) => p.id === 'serial-ioapic')?.scene;
  if (scene === undefined) throw new Error('no scene');
  const model = stageModel(scene);
  const stage: Stage = { scene, model, layout: layoutStage({ model, width: 1280, height: 560 }), ...LATE };
  const step = scene.steps.findIndex((s) => s.name === 'ioapic_service');
  expect(scoreOf(stage, step).lifts).toEqual(['rte.vector', 'rte.mode', 'rte.dest']);
});

test('at the IOAPIC it is asked in the order of KVM: the mask, then what its trigger mode asks', () => {
  for (const [id, gates] of [
    ['serial-ioapic', ['ioapic-mask', 'ioapic-edge']],
    ['intx-shared', ['ioapic-mask', 'ioapic-remote-irr']],
  ] as const) {
    const scene = scenes.find((p) => p.id === id)?.scene as (typeof scenes)[number]['scene'];
    const model = stageModel(scene);
    const stage: Stage = { scene, model, layout: layoutStage({ model, width: 1280, height: 560 }), ...LATE };
    const { asks } = scoreOf(
      stage,
      scene.steps.findIndex((s) => s.name === 'ioapic_service'),
    );
    expect(asks.map(({ gate }) => gate)).toEqual(gates);
    expect(asks.every(({ yes }) => !yes)).toBe(true);
  }
});
