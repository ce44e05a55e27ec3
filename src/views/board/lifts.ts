/**
 * What a step asks and what decides: the questions over the card, in the order KVM asks them, then copies of the deciding fields, which
 * rise out of the row one after the other and join the token where it leaves. The row stays as it is. Drawn from the score
 * alone, so that any instant can be.
 */
import { type Anchor, stepAnchor } from '../../scene/anchors.ts';
import { anchorOf, flightOf, type Stage } from '../../scene/flights.ts';
import type { Box } from '../../scene/layout.ts';
import { APART_MS, ASK_COMES_MS, ASK_MS, FADE_MS, type Score } from '../../scene/score.ts';
import type { Translate } from '../shared/use-t.ts';
import { boxOf, clearest, type Found, obstaclesOf, TAG, tagWidth } from './tags.ts';
import { colour, span } from './token-layer.ts';

export interface Act {
  /** @param ms since the step began, at speed 1 */
  draw(ms: number): void;
}

/** How long a field rises, and how long it takes to join the token. */
export const RISE_MS = 220;
const JOIN_MS = 160;
/** The title line of a card, from its upper edge, and half a tag. */
const TITLE = 14;
const HALF = TAG.high / 2;
/** From a card's lower edge to a tag under a token that rests on it. */
const BELOW = 24;
/** As high as a tag may stand: its edge is cut a little, its text is not. */
const LEAST = HALF - 2;

const easeOut = (t: number): number => 1 - (1 - t) ** 3;
const share = (ms: number, from: number, length: number): number => Math.max(0, Math.min(1, (ms - from) / length));

/** Where a card shows a field; of a table, in this row. */
function shown(card: Element, field: string, row: Box | null): Found | null {
  for (const element of card.querySelectorAll(`[data-field="${field}"]`)) {
    const box = boxOf(element);
    if (box === null) continue;
    const y = box.y + box.h / 2;
    if (row === null || !element.hasAttribute('data-row') || (y >= row.y && y <= row.y + row.h)) return box;
  }
  return null;
}

/** Where a step asks: where it happens. */
function placeOf(stage: Stage, step: number): Anchor | null {
  const at = stage.scene.steps.get(step);
  return flightOf(stage, step)?.to ?? (at === undefined ? null : (stepAnchor(stage, at) ?? anchorOf(stage, step)));
}

/** Where fields stand that a step asks about, as far as its card shows them. */
export function shownAt(drawing: Element, stage: Stage, step: number, fields: readonly string[]): readonly Box[] {
  const anchor = placeOf(stage, step);
  const card = anchor === null ? null : drawing.querySelector(`[data-card="${anchor.card}"]`);
  return card === null ? [] : fields.flatMap((field) => shown(card, field, anchor?.row ?? null) ?? []);
}

/** What is drawn beside the token while a step asks and lifts; null where it does neither. */
export function actOf(
  drawing: Element,
  pills: HTMLElement,
  stage: Stage,
  step: number,
  score: Score,
  t: Translate,
  taken: readonly Box[],
): Act | null {
  if (score.lifts.length + score.asks.length === 0) return null;
  const anchor = placeOf(stage, step);
  const card = anchor === null ? null : drawing.querySelector(`[data-card="${anchor.card}"]`);
  const box = stage.layout.cards.find(({ id }) => id === anchor?.card);
  if (anchor === null || card === null || box === undefined) return null;
  const { row, cell, point } = anchor;
  const style = colour(stage.scene.steps.get(step)?.journey ?? 0);
  const rising = score.lifts.flatMap((field) => {
    const at = shown(card, field, row);
    return at === null || at.text === '' ? [] : [{ field, at }];
  });
  const shownAnswers = score.asks.map(({ field }) => shown(card, field, row) ?? cell);
  const answers = shownAnswers.map((at) => at ?? row ?? box);
  const obstacles = obstaclesOf(
    drawing,
    card,
    stage,
    step,
    shownAnswers.filter((at) => at !== null),
    taken,
  );
  // Across the card's upper edge where that is clear, else on its title line, at its row, at its lower edge, or below what rests there.
  const { w: wide, h: low, scale } = stage.layout;
  const near = row ?? box;
  const within = (y: number): number => Math.max(LEAST, Math.min(low - HALF, y));
  const over = [box.y - 1, box.y - 4, box.y - 7, box.y + TITLE].map(within);
  const heights = [
    ...over,
    ...[near.y - HALF, near.y + near.h + HALF, box.y + box.h + 1, box.y + box.h + BELOW].map(within),
  ];
  const middles = rising.map(({ at }) => at.x + at.w / 2);
  const up =
    clearest(
      over.map((y) => middles.map((x) => ({ x, y }))),
      rising.map(({ at }) => tagWidth(at.text, scale)),
      obstacles,
    )?.[0]?.y ?? box.y;
  const fields = rising.map(({ field, at }) => {
    const element = span(pills, 'bd-lift', at.text);
    element.style.cssText = style;
    element.dataset.field = field;
    return { element, x: at.x + at.w / 2, y: at.y + at.h / 2 };
  });
  const questions = score.asks.map(({ gate, yes }, i) => {
    const at = answers[i] ?? box;
    const text = t(`stage.ask.${gate}`, { answer: t(yes ? 'stage.ask.yes' : 'stage.ask.no') });
    const element = span(pills, 'bd-ask', text);
    element.dataset.gate = gate;
    const w = tagWidth(text, scale);
    // In sight on both sides, and in no other column: over the field if it can be, else at either end of the card.
    const inSight = (x: number): number =>
      Math.max(w / 2, Math.min(wide - w / 2, Math.max(box.x + w / 2, Math.min(box.x + box.w - w / 2, x))));
    const xs = [at.x + at.w / 2, box.x + box.w, box.x].map(inSight);
    const places = heights.flatMap((y) => xs.map((x) => [{ x, y }]));
    const [place = { x: inSight(at.x), y: box.y }] = clearest(places, [w], obstacles) ?? [];
    return { element, ...place };
  });
  if (questions.length + fields.length === 0) return null;
  const place = (element: HTMLElement, x: number, y: number, opacity: number): void => {
    element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
    element.style.opacity = opacity.toFixed(2);
  };
  const still = stage.still === true;
  return {
    draw(ms) {
      const end = score.ask + score.fly;
      questions.forEach(({ element, x, y }, i) => {
        const from = i * ASK_MS;
        const last = i === questions.length - 1;
        const gone = share(ms, from + (last ? ASK_COMES_MS : 0) + ASK_MS - 60, 60);
        place(element, x, y, share(ms, from, 60) * (1 - gone));
      });
      fields.forEach(({ element, x, y }, i) => {
        const from = score.ask + i * APART_MS;
        if (still) {
          place(element, x, up, share(ms, from, FADE_MS) * (1 - share(ms, end - FADE_MS, FADE_MS)));
          return;
        }
        const rise = easeOut(share(ms, from, RISE_MS));
        const join = easeOut(share(ms, end - JOIN_MS, JOIN_MS));
        const top = y + (up - y) * rise;
        place(element, x + (point.x - x) * join, top + (point.y - top) * join, Math.min(1, rise * 3) * (1 - join));
      });
    },
  };
}
