/**
 * Where tags over a card stand: what a step asks, and what rises out of its row. A tag covers neither a field that answers nor a
 * title, a token or what one says, as far as there is a place that does not.
 */
import { flightOf, poseAt, type Stage } from '../../scene/flights.ts';
import type { Box } from '../../scene/layout.ts';
import { textSize, textWidth } from './text-fit.ts';

/** Size of the stage's text, px, and height of a tag. */
const TEXT = 11;
export const TAG = { pad: 14, high: 18 } as const;
const TITLE = 13;
/** The buttons of the zoom, px (extras.css). */
const BUTTONS = { w: 120, h: 26 } as const;
/** A token with its name. */
const PILL = { w: 76, h: 20 } as const;

/** Width of a tag in the drawing's units: its text is never smaller than that on the screen. */
export const tagWidth = (text: string, scale: number): number =>
  textWidth(text, textSize(TEXT, scale), 'mono') + TAG.pad;

export interface Found extends Box {
  readonly text: string;
}

/** What it costs to lie on a thing, by its area. */
interface Obstacle extends Box {
  readonly cost: number;
}
const COST = { text: 1, title: 12, token: 20, answer: 60 } as const;
/** A place further down the list must be so much better, px². */
const LATER = 4;

/** Where a text stands, by its own attributes: a page that is not laid out knows it as well. */
export function boxOf(element: Element): Found | null {
  const number = (name: string): number => Number(element.getAttribute(name) ?? Number.NaN);
  const [x, y, text] = [number('x'), number('y'), element.textContent ?? ''];
  if (Number.isNaN(x) || Number.isNaN(y)) {
    const inside = element.querySelector('text, rect');
    return inside === null ? null : boxOf(inside);
  }
  const title = element.classList.contains('bd-title');
  const w = title ? textWidth(text, TITLE, 'bold') : textWidth(text, TEXT, 'mono');
  const anchor = element.getAttribute('text-anchor');
  return { x: anchor === 'end' ? x - w : anchor === 'middle' ? x - w / 2 : x, y: y - TEXT, w, h: TEXT + 2, text };
}

/**
 * Everything a tag of a step had better not lie on.
 * @param answers the fields asked for
 * @param taken where tokens stand, and what they say; the one that flies stands where it comes from
 */
export function obstaclesOf(
  drawing: Element,
  card: Element,
  stage: Stage,
  step: number,
  answers: readonly Box[],
  taken: readonly Box[],
): readonly Obstacle[] {
  const flight = flightOf(stage, step);
  const from = flight?.path ? poseAt(stage, flight, PILL.w, 0) : null;
  const of = (boxes: readonly Box[], cost: number): Obstacle[] => boxes.map((box) => ({ ...box, cost }));
  const texts = (root: Element, what: string): readonly Box[] =>
    [...root.querySelectorAll(what)].flatMap((element) => boxOf(element) ?? []);
  // Where the zoom's buttons stand over a stage that is seen whole.
  const { w, scale, form } = stage.layout;
  const buttons = { x: w - BUTTONS.w / scale, y: 0, w: BUTTONS.w / scale, h: BUTTONS.h / scale };
  return [
    ...of(answers, COST.answer),
    ...of(form === 'wide' || form === 'merged' ? [buttons] : [], COST.token),
    ...of(texts(drawing, '.bd-title, .bd-head'), COST.title),
    ...of(taken, COST.token),
    ...of(from === null ? [] : [{ x: from.x - from.w / 2, y: from.y - PILL.h / 2, w: from.w, h: PILL.h }], COST.token),
    ...of(texts(card, 'text:not(.bd-title)'), COST.text),
  ];
}

const shared = (a: Box, b: Box): number =>
  Math.max(0, Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x)) *
  Math.max(0, Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y));

/**
 * Of the places for some tags that go together, that which covers least; the earlier in the list the better.
 * @param places the middle of each tag
 */
export function clearest<P extends readonly { readonly x: number; readonly y: number }[]>(
  places: readonly P[],
  widths: readonly number[],
  obstacles: readonly Obstacle[],
): P | undefined {
  let best: P | undefined;
  let least = Number.POSITIVE_INFINITY;
  places.forEach((place, nth) => {
    let cost = nth * LATER;
    place.forEach(({ x, y }, i) => {
      const w = widths[i] ?? 0;
      const tag = { x: x - w / 2, y: y - TAG.high / 2, w, h: TAG.high };
      for (const obstacle of obstacles) cost += shared(tag, obstacle) * obstacle.cost;
    });
    if (cost < least) [best, least] = [place, cost];
  });
  return best;
}
