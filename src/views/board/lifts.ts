/**
 * What a step asks and what decides: the question over the card, then copies of the deciding fields, which rise out of the row one
 * after the other and join the token where it leaves. The row stays as it is. Drawn from the score alone, so that any instant can be.
 */
import { flightOf, type Stage } from '../../scene/flights.ts';
import { APART_MS, type Score } from '../../scene/score.ts';
import type { EventName } from '../../spec/events/index.ts';
import type { Translate } from '../shared/use-t.ts';
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

/** What is asked on the way through a card, and the field that answers. */
const ASKS: Partial<Record<EventName, readonly [field: string, key: Parameters<Translate>[0]]>> = {
  ioapic_service: ['rte.mask', 'stage.ask.open'],
  ioapic_redeliver: ['rte.line', 'stage.ask.high'],
  apic_ack: ['lapic.ppr', 'stage.ask.above'],
  vid_deliver: ['lapic.ppr', 'stage.ask.above'],
};

const easeOut = (t: number): number => 1 - (1 - t) ** 3;
const share = (ms: number, from: number, length: number): number => Math.max(0, Math.min(1, (ms - from) / length));

/** Elements of a card that show a field; of a table, those of this row. */
function shown(card: Element, field: string, row: { readonly y: number; readonly h: number } | null): DOMRect | null {
  for (const element of card.querySelectorAll<SVGGraphicsElement>(`[data-field="${field}"]`)) {
    const box = element.getBBox();
    const y = box.y + box.height / 2;
    if (row === null || element.dataset.row === undefined || (y >= row.y && y <= row.y + row.h))
      return DOMRect.fromRect(box);
  }
  return null;
}

/** The text of a field as it is written. */
function textOf(card: Element, field: string, at: DOMRect): string {
  for (const element of card.querySelectorAll<SVGGraphicsElement>(`[data-field="${field}"]`)) {
    const box = element.getBBox();
    if (box.x === at.x && box.y === at.y) return element.textContent ?? '';
  }
  return '';
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
  const flight = flightOf(stage, step);
  const name = stage.scene.steps.nameOf(step);
  if (score.lifts.length === 0 || flight === null || name === undefined) return null;
  const card = drawing.querySelector(`[data-card="${flight.to.card}"]`);
  const box = stage.layout.cards.find(({ id }) => id === flight.to.card);
  if (card === null || box === undefined) return null;
  const { row, point } = flight.to;
  const up = box.y + (row !== null && row.y - box.y >= TITLE.least ? TITLE.inside : TITLE.over);
  const style = colour(flight.journey);
  const fields = score.lifts.flatMap((field) => {
    const at = shown(card, field, row);
    const text = at === null ? '' : textOf(card, field, at);
    if (at === null || text === '') return [];
    const element = span(pills, 'bd-lift', text);
    element.style.cssText = style;
    return [{ element, x: at.x + at.width / 2, y: at.y + at.height / 2 }];
  });
  const [asked, key] = ASKS[name] ?? [];
  const at = asked === undefined ? null : shown(card, asked, row);
  const question = key === undefined || at === null ? null : span(pills, 'bd-ask', t(key));
  if (question === null && fields.length === 0) return null;
  const place = (element: HTMLElement, x: number, y: number, opacity: number): void => {
    element.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px) translate(-50%, -50%)`;
    element.style.opacity = opacity.toFixed(2);
  };
  return {
    draw(ms) {
      const end = score.ask + score.fly;
      if (question !== null && at !== null) {
        const gone = share(ms, score.ask - 60, 100);
        place(question, Math.max(box.x + 40, at.x + at.width / 2), up, share(ms, 0, 60) * (1 - gone));
      }
      fields.forEach(({ element, x, y }, i) => {
        const rise = easeOut(share(ms, score.ask + i * APART_MS, RISE_MS));
        const join = easeOut(share(ms, end - JOIN_MS, JOIN_MS));
        const top = y + (up - y) * rise;
        place(element, x + (point.x - x) * join, top + (point.y - top) * join, Math.min(1, rise * 3) * (1 - join));
      });
    },
  };
}
