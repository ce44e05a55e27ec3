/**
 * Motion over every scene: a token goes one way, rests in gutters, and touches no card that is not on its way. Of a scene's steps
 * a portion is flown (cli/portion.ts), all by `npm run deep`.
 */
import { describe, expect, test } from 'vitest';
import { portion } from '../cli/portion.ts';
import { toldScenes } from '../cli/scenes-for-tests.ts';
import type { SceneLog } from '../log/log.ts';
import { branchesOf, focusOf, journeyAt } from './branches.ts';
import { flightOf, keptOff, type Pose, poseAt, type Stage, tokensAt, widthAt } from './flights.ts';
import { type CardBox, layoutStage } from './layout.ts';
import { stageModel } from './stage-model.ts';
import { waitsAfter } from './waits.ts';

const stageOf = (scene: SceneLog, width: number): Stage => {
  const model = stageModel(scene);
  return { scene, model, layout: layoutStage({ model, width, height: 560 }), waits: waitsAfter };
};

/** Widest pill of a label with a number: what a gutter must hold. */
const WIDE = 88;
const HALF = 10;
/** A number without a name, as a narrow stage has it. */
const BARE = 20;

const touches = (card: CardBox, { x, y, w }: Pose, slack = 1): boolean =>
  x + w / 2 > card.x + slack &&
  x - w / 2 < card.x + card.w - slack &&
  y + HALF > card.y + slack &&
  y - HALF < card.y + card.h - slack;

const SHARES = Array.from({ length: 41 }, (_, i) => i / 40);

// A million of these are looked at: a question to `expect` each was two thirds of the time, so it is asked only when one fails.
const scenes = toldScenes();
/** Steps of a scene, some 200 of a long one. */
const spread = ({ steps }: SceneLog): readonly number[] => {
  const every = 1 + Math.floor(steps.length / 200);
  return Array.from({ length: Math.ceil(steps.length / every) }, (_, i) => i * every);
};
/** One in so many steps. */
const OF = 8;

describe.each(scenes)('$id', ({ id, scene }) => {
  test.each([1600, 1280])(
    'no token covers a card: at rest it stands beside its row, through a card it runs as a disc, at %d px',
    (width) => {
      const stage = stageOf(scene, width);
      for (const step of portion(scene.steps, OF, `${id} covers ${width}`)) {
        const flight = flightOf(stage, step.index);
        if (!flight?.path || flight.from === null || flight.to.side === 'top' || flight.from.side === 'top') continue;
        for (const share of SHARES) {
          const pose = poseAt(stage, flight, WIDE, share);
          for (const card of stage.layout.cards) {
            if (!touches(card, pose, 2)) continue;
            const own = card.id === flight.to.card || card.id === flight.from.card;
            const passes = own || flight.path.parts.length !== 1;
            if (!passes) expect.fail(`${step.name} ${card.id} at ${share}`);
            // On its rail it is a disc; it is wider only while it slides out of a gutter or into one.
            if (own && !pose.disc) {
              const out = Math.min(Math.abs(pose.x - card.x), Math.abs(pose.x - card.x - card.w));
              expect(out, `${step.name} ${card.id} at ${share}`).toBeLessThan(WIDE / 2 + 4);
            }
          }
        }
      }
    },
  );

  test.each([
    ['at 344 px', 344, 794, false],
    ['in a frame of 480 x 360', 464, 256, true],
  ] as const)('no token touches a card that is not on its way, %s', (_where, width, height, embed) => {
    const model = stageModel(scene);
    const stages = new Map<number, Stage>();
    for (const step of portion(scene.steps, OF, `${id} touches ${width}`)) {
      // A small frame shows the cards of the journey that is told; all others show the same at every step.
      const journey = embed ? journeyAt(scene, step.index) : 0;
      const focus = embed ? focusOf(scene, branchesOf(scene), model, journey) : null;
      const stage = stages.get(journey) ?? {
        scene,
        model,
        layout: layoutStage({ model, width, height, embed, focus }),
        waits: waitsAfter,
      };
      stages.set(journey, stage);
      const flight = flightOf(stage, step.index);
      if (!flight?.path || flight.from === null || flight.path.parts.length !== 1) continue;
      for (const share of SHARES) {
        const pose = poseAt(stage, flight, BARE, share);
        for (const card of stage.layout.cards)
          if (card.id !== flight.to.card && card.id !== flight.from.card && touches(card, pose, 2))
            expect.fail(`${step.name} ${card.id} at ${share}`);
      }
    }
  });

  test.each([1600, 1280])('a column is named where it stands, no name on another, at %d px', (width) => {
    const { heads, columns } = stageOf(scene, width).layout;
    const xs = heads.map(({ x }) => x).sort((a, b) => a - b);
    for (const [i, x] of xs.entries()) if (i > 0) expect(x - (xs[i - 1] as number)).toBeGreaterThan(90);
    for (const { key } of heads) expect(columns.find((c) => c.key === key)?.w, key).toBeGreaterThan(0);
  });

  test.each([1600, 1280])('x never falls on a way to the right at %d px', (width) => {
    const stage = stageOf(scene, width);
    for (const step of portion(scene.steps, OF, `${id} falls ${width}`)) {
      const flight = flightOf(stage, step.index);
      if (!flight?.path || flight.path.back || flight.from === null) continue;
      if ([flight.to.side, flight.from.side].some((side) => side === 'top' || side === 'tile')) continue;
      if (flight.to.point.x < flight.from.point.x) continue;
      // Around the columns a way first leaves its gutter downwards: that is one way as well, but not one x.
      let before = Number.NEGATIVE_INFINITY;
      for (const share of SHARES) {
        const { x } = poseAt(stage, flight, 40, share);
        if (!(x >= before - 0.01)) expect.fail(`${step.name} at ${share}: ${x} after ${before}`);
        before = x;
      }
    }
  });

  test('a token rests in its gutter with its whole name', () => {
    const stage = stageOf(scene, 1600);
    for (const i of portion(spread(scene), OF, `${id} rests`)) {
      for (const { anchor, label } of tokensAt(stage, i)) {
        expect(label.length).toBeLessThanOrEqual(11);
        if (anchor.side === 'top' || anchor.side === 'bus') continue;
        const w = anchor.side === 'tile' ? widthAt(stage, anchor.point, WIDE) : WIDE;
        const pose = { ...keptOff(stage, anchor.point, w), w, disc: false };
        for (const card of stage.layout.cards) {
          if (card.id.startsWith('pcpu') || card.id === 'idt') continue;
          if (touches(card, pose, 2)) expect.fail(`${label} ${card.id}`);
        }
      }
    }
  });

  test('what waits says for what, keeps its journey, and is gone when it goes on', () => {
    const { byJourney } = branchesOf(scene);
    for (const i of portion(spread(scene), OF, `${id} waits`)) {
      for (const wait of waitsAfter(scene, i)) {
        expect(byJourney.has(wait.journey), `${i} ${wait.label}`).toBe(true);
        expect(wait.label).not.toBe('');
        expect(wait.since).toBeGreaterThanOrEqual(0);
        if (wait.cause === 'eoi' || wait.cause === 'ppr') expect(wait.holder).not.toBe(wait.journey);
      }
    }
  });
});

const of = (id: string): SceneLog => scenes.find((p) => p.id === id)?.scene as SceneLog;
const stepOf = (scene: SceneLog, name: string, nth = 1): number => {
  let left = nth;
  return scene.steps.findIndex((s) => s.name === name && --left === 0);
};
const waiting = (scene: SceneLog, step: number) =>
  waitsAfter(scene, step).map(({ label, cause, what, journey, holder }) => ({ label, cause, what, journey, holder }));

test('the second device’s interrupt waits at the pin for the EOI of the first', () => {
  const scene = of('intx-shared');
  const held = stepOf(scene, 'ioapic_remote_irr');
  const pin = { label: 'pin 11', cause: 'eoi', what: '0x3b', journey: 2, holder: 1 };
  expect(waiting(scene, held)).toEqual([pin]);
  expect(waitsAfter(scene, held)[0]?.since).toBe(2000);
  expect(waiting(scene, stepOf(scene, 'kvm_eoi'))[0]?.label).toBe('pin 11');
  expect(waiting(scene, stepOf(scene, 'ioapic_service', 2))).toEqual([]);
});

test('a vector under the waterline waits for what makes the line', () => {
  const scene = of('priority-nesting');
  expect(waiting(scene, stepOf(scene, 'inject_held'))).toMatchObject([{ label: '0x31', cause: 'tpr', what: '0x40' }]);
  expect(waiting(scene, stepOf(scene, 'inject_held', 2))).toMatchObject([
    { label: '0x31', cause: 'ppr', what: '0x61', holder: 2 },
    { label: '0x51', cause: 'ppr', what: '0x61', holder: 2 },
  ]);
  expect(waiting(scene, scene.steps.length - 1)).toEqual([]);
});

test.each([
  ['irq-window', 'inject_held', { label: '0x41', cause: 'if' }],
  ['nmi-window', 'nmi_window_request', { label: 'NMI', cause: 'iret' }],
  ['msix-blk', 'msix_pending', { label: 'MSI-X', cause: 'msix' }],
  ['pit-extint', 'pit_held', { label: 'pin 0', cause: 'if' }],
])('%s: at %s it waits', (id, name, wait) => {
  const scene = of(id);
  expect(waiting(scene, stepOf(scene, name))).toContainEqual(expect.objectContaining(wait));
});

test('in a level-triggered pin that is being served nothing waits', () => {
  const scene = of('level-early-eoi');
  expect(waiting(scene, stepOf(scene, 'handler_enter')).filter((w) => w.label.startsWith('pin'))).toEqual([]);
});
