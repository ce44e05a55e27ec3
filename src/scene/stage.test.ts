/** Geometry of the stage, held on real scenes: every preset, and machines of many sizes. */
import { describe, expect, test } from 'vitest';
import { presets } from '../cli/scenes-for-tests.ts';
import type { SceneLog, Step } from '../log/log.ts';
import type { EventName } from '../spec/events/index.ts';
import { anchorAt } from './anchors.ts';
import { crossingsAt } from './crossings.ts';
import { anchorOf, type Crossing, flightOf, poseAt, type Stage, tokensAt, trailsAt, travelled } from './flights.ts';
import { type Box, layoutStage } from './layout.ts';
import { pathBetween, pointAt } from './paths.ts';
import '../explain/locate/all.ts';
import { happeningOf, locatorOf } from '../explain/locate/index.ts';
import type { EventRow } from '../spec/define/event.ts';
import { ALL_EVENTS } from '../spec/events/all.ts';
import { branchesOf, focusOf } from './branches.ts';
import { type StageModel, stageModel } from './stage-model.ts';
import { gridBox, stripBox, underWater, vectorAt, vectorCell } from './vector-boxes.ts';

const WIDTHS = [360, 480, 800, 1280, 1600, 3840];
const stageOf = (scene: SceneLog, width: number, height = 0): Stage => {
  const model = stageModel(scene);
  return { scene, model, layout: layoutStage({ model, width, height }) };
};

const modelOf = (vcpus: number, apicv = false, host: StageModel['host'] = 'none'): StageModel => ({
  sources: [
    { id: 'pit', kind: 'pit', slot: -1, gsis: [0] },
    ...[1, 2, 3].map((slot) => ({ id: `device:${slot}`, kind: 'device' as const, slot, gsis: [slot] })),
    { id: 'user', kind: 'user', slot: -1, gsis: [] },
  ],
  gsis: [0, 1, 2, 3, 24],
  irqchip: true,
  userChips: false,
  pins: [1, 2, 3, 4, 11],
  msi: true,
  vcpus,
  apicv,
  host,
  pcpus: Math.min(8, vcpus),
  irtes: host === 'vmx' ? [0, 1].map((entry) => ({ slot: 1, entry })) : [],
  ways: [1, 2, 2, 2, 1],
  folds: [],
  handlers: [0x31, 0x34, 0x3b, 0xec].map((vector) => ({ vector, name: `handler_${vector}` })),
});

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.w - 0.01 && b.x < a.x + a.w - 0.01 && a.y < b.y + b.h - 0.01 && b.y < a.y + a.h - 0.01;
const inside = (a: Box, b: Box): boolean =>
  a.x >= b.x - 0.01 && a.y >= b.y - 0.01 && a.x + a.w <= b.x + b.w + 0.01 && a.y + a.h <= b.y + b.h + 0.01;

const rowsOfAll = Object.entries(ALL_EVENTS) as [EventName, EventRow][];
/** An event with these numbers in its columns. */
const happening = (name: EventName, args: readonly [number, number, number, number]) =>
  happeningOf({ name, where: 1, args });

/** Of windows of 1280 x 800 and 1600 x 1000: what side panel, narrator and timeline leave, px, and how many of a map's vCPUs unfold. */
const DESKS = [
  { width: 950, height: 480, unfold: [0] },
  { width: 1220, height: 640, unfold: [0, 1] },
];

test.each(DESKS)('in a window that leaves $width x $height every scene is in sight whole', ({ unfold, ...room }) => {
  for (const { id, scene } of presets) {
    const model = stageModel(scene);
    const layout = layoutStage({ model, ...room, unfold: model.vcpus > 4 ? unfold : undefined });
    expect(layout.h * layout.scale, id).toBeLessThan(room.height + 1);
    expect(layout.w * layout.scale, id).toBeLessThan(room.width + 1);
  }
});

test.each(DESKS)(
  'at $width x $height other vCPUs of a map unfold as if they were the first that did',
  ({ unfold, ...room }) => {
    const others = unfold.map((vcpu) => 60 + vcpu);
    for (const host of ['none', 'vmx', 'avic'] as const) {
      const model = modelOf(64, host === 'vmx', host);
      layoutStage({ model, ...room, unfold });
      const after = layoutStage({ model, ...room, unfold: others });
      expect(after).toEqual(layoutStage({ model: { ...model }, ...room, unfold: others }));
      expect([...after.lapics.keys()]).toEqual(others);
    }
  },
);

describe('places', () => {
  test('every event that ends a token says why, and no other does', () => {
    for (const [name, { token }] of rowsOfAll) {
      expect(locatorOf(name)?.end !== undefined, name).toBe(token === 'ends');
      expect(locatorOf(name) === null, name).toBe(token === undefined);
    }
  });

  test.each(WIDTHS)('every event with a place has its anchor at %d px', (width) => {
    const model = modelOf(4, true, 'vmx');
    const layout = layoutStage({ model, width, height: 700 });
    for (const [name] of rowsOfAll) {
      const locator = locatorOf(name);
      const h = happening(name, [1, 2, 3, 1]);
      for (const place of [locator?.place(h), locator?.onward?.(h), locator?.via?.(1)]) {
        if (locator && place) expect(anchorAt(layout, model, place, locator.dock), name).not.toBeNull();
      }
    }
  });

  test('labels are short enough for a dock, and say something', () => {
    for (const [name] of rowsOfAll) {
      const locator = locatorOf(name);
      const h = happening(name, [4, 1, 3, 1]);
      if (locator === null) continue;
      expect(locator.label(h).length, name).toBeGreaterThan(0);
      expect(locator.label(h).length, name).toBeLessThanOrEqual(11);
      expect(locator.long?.(h).length ?? 1, name).toBeGreaterThan(0);
    }
  });
});

describe.each([1, 2, 4, 8, 64])('%d vCPUs', (vcpus) => {
  test.each(WIDTHS)('no two cards overlap and all are on the stage at %d px', (width) => {
    for (const [apicv, host] of [
      [false, 'none'],
      [false, 'vmx'],
      [true, 'vmx'],
      [false, 'avic'],
    ] as const) {
      for (const height of [0, 400, 700, 2000]) {
        const { cards, w, h, scale } = layoutStage({ model: modelOf(vcpus, apicv, host), width, height });
        expect(w * scale).toBeLessThanOrEqual(Math.max(width, 0) + 1);
        const stage = { x: 0, y: 0, w, h };
        expect(cards.filter((card) => !inside(card, stage)).map((card) => card.id)).toEqual([]);
        const pairs = cards.flatMap((card, i) =>
          cards
            .slice(i + 1)
            .filter((other) => overlap(card, other))
            .map((other) => `${card.id} ${other.id}`),
        );
        expect(pairs).toEqual([]);
      }
    }
  });

  test.each(WIDTHS)('sets, rows and cells are inside their cards at %d px', (width) => {
    for (const host of ['none', 'vmx', 'avic'] as const) checkRows(host, width);
  });

  function checkRows(host: StageModel['host'], width: number): void {
    const layout = layoutStage({ model: modelOf(vcpus, true, host), width, height: 700, open: new Set([0]) });
    for (const row of layout.irteRows.values()) expect(inside(row, layout.iommu as Box)).toBe(true);
    expect(layout.pcpus.size).toBe(host === 'none' ? 0 : Math.min(8, vcpus));
    for (const { card, irr, isr, pir } of layout.lapics.values()) {
      for (const box of [irr, isr, pir]) if (box !== null) expect(inside(box, card)).toBe(true);
      expect(overlap(irr, isr)).toBe(false);
    }
    for (const { card, rows } of layout.vcpus.values()) {
      for (const row of Object.values(rows)) expect(inside(row, card)).toBe(true);
    }
    for (const row of layout.pinRows.values()) expect(inside(row, layout.ioapic as Box)).toBe(true);
    for (const row of layout.routeRows.values()) expect(inside(row, layout.routing as Box)).toBe(true);
    for (const row of layout.idtRows.values()) expect(inside(row, layout.idt as Box)).toBe(true);
  }
});

test('without GSIs the five columns stand side by side as soon as they fit, and four vCPUs are in sight at once', () => {
  const model = modelOf(4);
  const bare: StageModel = { ...model, gsis: [], ways: [], pins: [], msi: false, folds: ['pic', 'ioapic'] };
  const at = (shown: StageModel, width: number) => layoutStage({ model: shown, width, height: 440 });
  expect([at(bare, 900).form, at(bare, 950).form, at(model, 950).form]).toEqual(['merged', 'wide', 'merged']);
  const { h, scale } = at(bare, 950);
  // More than this has a map of itself in its corner (views/board/zoom.tsx).
  expect(h * scale).toBeLessThan(1.2 * 440);
});

describe.each(presets)('preset $id', ({ scene }) => {
  test('what no step happens at is folded, and nothing else is', () => {
    const { layout, model } = stageOf(scene, 1600, 900);
    const folded = (id: string) => layout.cards.find((card) => card.id === id)?.h === 30;
    for (const step of scene.steps) {
      const locator = locatorOf(step.name);
      const place = locator?.place(happeningOf(step));
      if (place?.at === 'cell' || place?.at === 'lapic') expect(folded(`lapic:${place.vcpu}`), step.name).toBe(false);
      if (place?.at === 'ioapicPin') expect(folded('ioapic'), step.name).toBe(false);
      if (step.name === 'pic_output') expect(folded('pic')).toBe(false);
    }
    for (const id of model.folds) {
      const card = id.startsWith('vcpu') ? id : id;
      if (model.vcpus <= 8 && layout.cards.some((c) => c.id === card)) expect(folded(card), card).toBe(true);
    }
  });

  test('gutters have room for a token with its name', () => {
    for (const [width, embed] of [
      [1600, false],
      [1280, false],
      [480, true],
    ] as const) {
      const { model } = stageOf(scene, width, 800);
      const journey = scene.steps.find((s) => s.journey !== 0)?.journey ?? 0;
      const focus = embed ? focusOf(scene, branchesOf(scene), model, journey) : null;
      const layout = layoutStage({ model, width, height: embed ? 250 : 560, embed, focus });
      const seen = layout.columns.filter((column) => column.w > 0);
      seen.slice(1).forEach((column, i) => {
        const before = seen[i] as (typeof seen)[0];
        expect(column.x - before.x - before.w, `${width} ${column.key}`).toBeGreaterThanOrEqual(embed ? 79 : 95);
      });
    }
  });

  test.each([360, 1280])('tokens fly without a jump at %d px', (width) => {
    const stage = stageOf(scene, width, 700);
    const tree = branchesOf(scene);
    for (const branch of tree.branches) {
      let before = branch.from;
      for (const step of branch.steps) {
        const flight = flightOf(stage, step);
        if (flight !== null) {
          const from = before < 0 ? null : anchorOf(stage, before);
          expect(flight.from).toBe(from);
          const { path } = flight;
          if (path !== null) {
            expect(pointAt(path, 0)).toEqual(from?.point);
            expect(pointAt(path, 1).x).toBeCloseTo(flight.to.point.x, 6);
            expect(pointAt(path, 1).y).toBeCloseTo(flight.to.point.y, 6);
            let furthest = 0;
            for (let t = 0.04; t <= 1; t += 0.04) {
              const [a, b] = [pointAt(path, t - 0.04), pointAt(path, t)];
              furthest = Math.max(furthest, Math.hypot(b.x - a.x, b.y - a.y));
            }
            expect(furthest).toBeLessThan(path.length * 0.0401 + 0.01);
          }
        }
        before = step;
      }
    }
  });

  test.each([360, 1280])('what crosses into the guest or out of it stays on the stage at %d px', (width) => {
    const stage = stageOf(scene, width, 700);
    for (const step of scene.steps) {
      const crossings = crossingsAt(stage, step.index);
      const passes = step.name === 'kvm_exit' || step.name === 'kvm_entry';
      const shown = stage.layout.vcpus.get(step.where & 0xffff)?.run !== 'none';
      if (passes && shown) expect(crossings.some((c) => c.kind !== 'signal')).toBe(true);
      for (const { path, label } of crossings) {
        expect(label.length).toBeGreaterThan(0);
        const outside = Array.from({ length: 21 }, (_, i) => pointAt(path, i / 20)).filter(
          ({ x, y }) => !inside({ x, y, w: 0, h: 0 }, { x: 0, y: 0, w: stage.layout.w, h: stage.layout.h }),
        );
        expect(outside).toEqual([]);
      }
    }
  });

  test.each([360, 1280])('a notification goes to the physical CPU and from there into the guest at %d px', (width) => {
    const stage = stageOf(scene, width, 700);
    for (const step of scene.steps) {
      if (step.name !== 'pi_notification' && step.name !== 'vtd_notify') continue;
      expect(anchorOf(stage, step.index)?.card).toBe(`pcpu:${step.where & 0xffff}`);
      const next = scene.steps.get(step.index + 1);
      if (next?.name !== 'pi_processing') continue;
      const [signal] = crossingsAt(stage, next.index);
      expect(signal?.kind).toBe('signal');
      expect(pointAt((signal as Crossing).path, 0)).toEqual(anchorOf(stage, step.index)?.point);
    }
  });

  test('every step that has a place and a journey moves one token or ends it there', () => {
    const stage = stageOf(scene, 1280, 700);
    for (const step of scene.steps) {
      const locator = locatorOf(step.name);
      if (locator === null || locator.still || step.journey === 0) continue;
      const moving = tokensAt(stage, step.index, false).filter((token) => token.flight !== null);
      expect(moving.length, step.name).toBe(1);
      expect(moving[0]?.ended ?? undefined).toBe(locator.end);
    }
  });

  test('what is drawn at a step does not depend on how one came there', () => {
    const summary = (stage: Stage, step: number) =>
      tokensAt(stage, step).map(({ branch, label, anchor, ended, waiting }) => ({
        branch,
        label,
        at: anchor.point,
        ended,
        waiting,
      }));
    const forward = stageOf(scene, 1280, 700);
    const all = [...scene.steps].map((step) => summary(forward, step.index));
    const backward = stageOf(scene, 1280, 700);
    for (let i = scene.steps.length - 1; i >= 0; i -= 7) expect(summary(backward, i)).toEqual(all[i]);
  });

  test('a small frame shows every place of the journey in it', () => {
    const { model } = stageOf(scene, 1280);
    const tree = branchesOf(scene);
    for (const [journey, branches] of tree.byJourney) {
      const focus = focusOf(scene, tree, model, journey);
      const layout = layoutStage({ model, width: 480, height: 220, embed: true, focus });
      if (focus.vcpus.size > 4) continue;
      for (const index of branches.flatMap((b) => b.steps)) {
        expect(anchorOf({ scene, model, layout }, index), (scene.steps.get(index) as Step).name).not.toBeNull();
      }
    }
  });
});

describe('the run loop', () => {
  const of = (id: string) => presets.find((p) => p.id === id) as (typeof presets)[0];

  test('a posted message passes its entry of the remapping table', () => {
    const { scene } = of('vtd-posted');
    const stage = stageOf(scene, 1600, 800);
    const step = scene.steps.find((s) => s.name === 'vtd_post')?.index ?? -1;
    const row = stage.layout.irteRows.get('0:0') as Box;
    const { path } = flightOf(stage, step) ?? {};
    if (!path) throw new Error('no flight');
    const points = Array.from({ length: 200 }, (_, i) => pointAt(path, i / 199));
    expect(points.some((p) => inside({ ...p, w: 0, h: 0 }, row))).toBe(true);
  });

  test('an IOMMU that posts is drawn where it is modelled: on no AMD machine, and on none without a host', () => {
    const { scene } = of('vtd-posted');
    const entries = (runLoop: 'none' | 'vmx' | 'svm') =>
      stageModel({ ...scene, config: { ...scene.config, runLoop } }).irtes.length;
    expect(entries('vmx')).toBeGreaterThan(0);
    expect([entries('svm'), entries('none')]).toEqual([0, 0]);
  });

  test('between its lanes and the physical CPUs a notification stays on its way', () => {
    const { scene } = of('posted-running');
    const stage = stageOf(scene, 950, 480);
    const step = scene.steps.find((s) => s.name === 'pi_notification')?.index ?? -1;
    const flight = flightOf(stage, step);
    if (!flight?.path) throw new Error('no flight');
    for (let share = 0.02; share < 1; share += 0.02) {
      const [seen, way] = [poseAt(stage, flight, 44, share), pointAt(flight.path, share)];
      expect(Math.hypot(seen.x - way.x, seen.y - way.y), `at ${share.toFixed(2)}`).toBeLessThan(44);
    }
  });

  test('what leaves the IOMMU for the host goes on from there', () => {
    const { scene } = of('vtd-fallback');
    const stage = stageOf(scene, 1600, 800);
    const step = scene.steps.find((s) => s.name === 'irqfd_wakeup')?.index ?? -1;
    expect(anchorOf(stage, step)?.card).toBe('iommu');
  });

  test('the VMCS is unfolded where there is room for it', () => {
    const run = (id: string, width: number, height: number) => {
      const { layout, model } = stageOf(of(id).scene, width, height);
      return [...layout.vcpus.values()].find((v) => !model.folds.includes(`vcpu:${v.vcpu}`))?.run;
    };
    expect(run('posted-running', 1200, 800)).toBe('block');
    expect(run('irq-window', 1200, 800)).toBe('block');
    expect(run('ipi-virtualized', 1200, 800)).toBe('line');
    expect(run('posted-running', 480, 0)).toBe('line');
    expect(run('serial-ioapic', 1200, 800)).toBe('none');
    expect(run('avic-doorbell', 1200, 800)).toBe('line');
  });

  test('user space is called what it calls', () => {
    const ioctls = (id: string) => stageModel(of(id).scene).sources.find((s) => s.kind === 'user')?.ioctls;
    expect(ioctls('posted-running')).toEqual(['KVM_SIGNAL_MSI']);
    expect(ioctls('nmi-window')).toEqual(['KVM_NMI']);
  });

  test('entries programmed during set-up have their row', () => {
    const { scene } = of('level-early-eoi');
    expect(stageModel(scene).pins).toContain(11);
  });
});

describe('a fork', () => {
  const { scene } = presets.find((p) => p.id === 'serial-ioapic') ?? (presets[0] as (typeof presets)[0]);
  const stage = stageOf(scene, 1280, 700);
  const at = (name: string, nth = 1): number => [...scene.steps].filter((s) => s.name === name)[nth - 1]?.index ?? -1;

  test('while the PIC has its turn, the token for the IOAPIC waits at the routing row', () => {
    const tokens = tokensAt(stage, at('pic_line'));
    expect(tokens.map((t) => [t.waiting, t.anchor.card])).toEqual([
      [false, 'pic'],
      [true, 'routing'],
    ]);
  });

  test('a token that ended stays with its reason until the next command', () => {
    const masked = at('pic_masked');
    const command = scene.steps.get(masked)?.command;
    for (const { index, command: own } of [...scene.steps].slice(masked)) {
      const ended = tokensAt(stage, index).some((t) => t.ended === 'stage.end.masked');
      expect(ended).toBe(own === command);
    }
  });

  test('the way so far stays drawn', () => {
    expect(trailsAt(stage, at('irr_set')).filter((t) => t.current).length).toBeGreaterThanOrEqual(5);
  });
});

describe('ways', () => {
  const model = modelOf(2);
  const layout = layoutStage({ model, width: 1280, height: 700 });
  const pin = anchorAt(layout, model, { at: 'ioapicPin', pin: 4 }, 'out');
  const irr = anchorAt(layout, model, { at: 'cell', vcpu: 1, grid: 'irr', vector: 0x34 }, 'in');
  const isr = anchorAt(layout, model, { at: 'cell', vcpu: 0, grid: 'isr', vector: 0x34 }, 'out');

  test('an EOI goes back below all cards', () => {
    if (!pin || !isr) throw new Error('no anchors');
    const path = pathBetween(layout, isr, pin);
    expect(path.back).toBe(true);
    const ys = Array.from({ length: 200 }, (_, i) => pointAt(path, i / 199).y);
    expect(Math.max(...ys)).toBeCloseTo(layout.backY, 3);
    expect(layout.backY).toBeGreaterThan(Math.max(...layout.cards.map((c) => c.y + c.h)));
  });

  test('as SVG', () => {
    if (!pin || !irr) throw new Error('no anchors');
    const numbers = (d: string) => d.match(/-?\d+(\.\d+)?/g) ?? [];
    const path = pathBetween(layout, pin, irr);
    expect(path.parts.map((part) => part.d.replace(/-?\d+(\.\d+)?/g, 'n'))).toMatchInlineSnapshot(`
      [
        "Mn nCn n n n n n",
      ]
    `);
    for (const part of path.parts) {
      for (const n of numbers(part.d)) expect(n.split('.')[1]?.length ?? 0).toBeLessThanOrEqual(3);
    }
  });
});

describe('vector sets', () => {
  test.each([gridBox(10, 20, 112), stripBox(10, 20, 240, 13)])('a vector is where it is pressed ($kind)', (box) => {
    for (let vector = 0; vector < 256; vector++) {
      const cell = vectorCell(box, vector);
      expect(inside(cell, box)).toBe(true);
      expect(vectorAt(box, cell.x + cell.w / 2, cell.y + cell.h / 2)).toBe(vector);
    }
  });

  test('what cannot be delivered is under water', () => {
    const box = gridBox(0, 0, 160);
    for (const ppr of [0, 0x0f, 0x20, 0x2f, 0x80, 0xf0]) {
      const water = underWater(box, ppr);
      for (let vector = 16; vector < 256; vector++) {
        const cell = vectorCell(box, vector);
        expect(inside(cell, water)).toBe(vector >> 4 <= ppr >> 4);
      }
    }
  });
});

test('time on the way', () => {
  expect([0, 0.275, 0.55, 1].map(travelled)).toEqual([0, 0.875, 1, 1]);
});
