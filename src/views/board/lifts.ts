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
import { textWidth } from './text-fit.ts';
import { colour, span } from './token-layer.ts';

export interface Act {
  /** @param ms since the step began, at speed 1 */
  draw(ms: number): void;
}

/** How long a field rises, and how long it takes to join the token. */
const RISE_MS = 220;
const JOIN_MS = 160;
/** Height they rise to: the card's title line, or over the card where that is the row itself. */
const TITLE = { inside: 14, over: -15, least: 26 } as const;
const TEXT = 11;

const easeOut = (t: number): number => 1 - (1 - t) ** 3;
const share = (ms: number, from: number, length: number): number => Math.max(0, Math.min(1, (ms - from) / length));

interface Found extends Box {
  readonly text: string;
}

/** Where a text stands, by its own attributes: a page that is not laid out knows it as well. */
function boxOf(element: Element): Found | null {
  const number = (name: string): number => Number(element.getAttribute(name) ?? Number.NaN);
  const [x, y, text] = [number('x'), number('y'), element.textContent ?? ''];
  if (Number.isNaN(x) || Number.isNaN(y)) {
    const inside = element.querySelector('text, rect');
    return inside === null ? null : boxOf(inside);
  }
  const w = textWidth(text, TEXT, 'mono');
  const anchor = element.getAttribute('text-anchor');
  return { x: anchor === 'end' ? x - w : anchor === 'middle' ? x - w / 2 : x, y: y - TEXT, w, h: TEXT + 2, text };
}

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

/** What is drawn beside the token while a step asks and lifts; null where it does neither. */
export function actOf(
  drawing: Element,
  pills: HTMLElement,
  stage: Stage,
  step: number,
  score: Score,
  t: Translate,
): Act | null {
  if (score.lifts.length + score.asks.length === 0) return null;
  const anchor = placeOf(stage, step);
  const card = anchor === null ? null : drawing.querySelector(`[data-card="${anchor.card}"]`);
  const box = stage.layout.cards.find(({ id }) => id === anchor?.card);
  if (anchor === null || card === null || box === undefined) return null;
  const { row, cell, point } = anchor;
  const up = box.y + (row !== null && row.y - box.y >= TITLE.least ? TITLE.inside : TITLE.over);
  const style = colour(stage.scene.steps.get(step)?.journey ?? 0);
  const fields = score.lifts.flatMap((field) => {
    const at = shown(card, field, row);
    if (at === null || at.text === '') return [];
    const element = span(pills, 'bd-lift', at.text);
    element.style.cssText = style;
    element.dataset.field = field;
    return [{ element, x: at.x + at.w / 2, y: at.y + at.h / 2 }];
  });
  const questions = score.asks.map(({ gate, field, yes }) => {
    const at = shown(card, field, row) ?? cell ?? row ?? box;
    const text = t(`stage.ask.${gate}`, { answer: t(yes ? 'stage.ask.yes' : 'stage.ask.no') });
    const element = span(pills, 'bd-ask', text);
    element.dataset.gate = gate;
    const half = textWidth(text, TEXT, 'mono') / 2 + 7;
    // In sight on both sides, and in no other column.
    const x = Math.max(box.x + Math.min(half, box.w / 2), Math.min(box.x + box.w - half, at.x + at.w / 2));
    return { element, x: Math.max(half, x), y: up };
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
