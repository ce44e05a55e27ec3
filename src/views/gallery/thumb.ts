/** A scene as a small picture, by the stage itself: its cards, and the ways of its journeys. */
import type { SceneLog } from '../../log/log.ts';
import { colourOf, flightOf, type Stage } from '../../scene/flights.ts';
import { type Box, layoutStage } from '../../scene/layout.ts';
import { stageModel } from '../../scene/stage-model.ts';
import { type Part, partsOf } from './parts.ts';

export interface Thumb {
  readonly w: number;
  readonly h: number;
  readonly cards: readonly Box[];
  readonly ways: readonly { readonly d: string; readonly colour: number; readonly back: boolean }[];
  readonly parts: ReadonlySet<Part>;
  /** Where something ends in a handler. */
  readonly ends: readonly { readonly x: number; readonly y: number; readonly colour: number }[];
}

/** Steps looked at: what comes later is more of the same. */
const MOST_STEPS = 240;

export function thumbOf(scene: SceneLog): Thumb {
  const model = stageModel(scene);
  const layout = layoutStage({ model, width: 1240, height: 620 });
  const stage: Stage = { scene, model, layout };
  const ways = new Map<string, { d: string; colour: number; back: boolean }>();
  const ends: { x: number; y: number; colour: number }[] = [];
  for (let i = 0; i < Math.min(MOST_STEPS, scene.steps.length); i++) {
    const flight = flightOf(stage, i);
    for (const { d } of flight?.path?.parts ?? []) {
      if (!ways.has(d)) ways.set(d, { d, colour: colourOf(flight?.journey ?? 0), back: flight?.path?.back === true });
    }
    const step = scene.steps.get(i);
    if (step?.name !== 'handler_enter' || flight === null) continue;
    const card = layout.cards.find(({ id }) => id === flight.to.card);
    if (card !== undefined) {
      ends.push({ x: card.x + card.w / 2, y: card.y + Math.min(card.h / 2, 70), colour: colourOf(step.journey) });
    }
  }
  const parts = partsOf(scene, model);
  return { w: layout.w, h: layout.h, cards: layout.cards, ways: [...ways.values()], parts, ends };
}
