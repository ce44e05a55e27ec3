/** The rest of the machine steps back while a step moves: a veil over all cards but those on the way, on a layer of its own. */
import { colourOf, flightOf, type Stage, tokensAt, trailsAt } from '../../scene/flights.ts';
import { refill } from './token-layer.ts';

/** Cards that are on the way of what moves: where it comes from and goes, where it has been, and where anything waits. */
export function cardsOnTheWay(stage: Stage, step: number): ReadonlySet<string> {
  const cards = new Set<string>();
  const flight = flightOf(stage, step);
  for (const anchor of [flight?.from, flight?.to]) if (anchor) cards.add(anchor.card);
  for (const { flight: past, current } of trailsAt(stage, step)) {
    if (current) for (const { card } of [past.to, ...(past.from === null ? [] : [past.from])]) cards.add(card);
  }
  for (const { anchor, wait, journey } of tokensAt(stage, step)) {
    if (colourOf(journey) > 0 || wait !== null) cards.add(anchor.card);
  }
  return cards;
}

/** Draws the veil of a step. @param layer filled; empty: nothing steps back */
export function drawVeil(layer: Element, stage: Stage, step: number): void {
  const cards = cardsOnTheWay(stage, step);
  if (cards.size === 0) {
    layer.replaceChildren();
    return;
  }
  const { w, h } = stage.layout;
  let d = `M0 0H${w}V${h}H0z`;
  for (const card of stage.layout.cards) {
    if (cards.has(card.id)) d += `M${card.x - 1} ${card.y - 1}v${card.h + 2}h${card.w + 2}v${-card.h - 2}z`;
  }
  // On the page it is a layer of its own, in a frame higher than the drawing; in a figure it lies in the drawing.
  const outer = refill(layer);
  const { add, end } =
    layer.localName === 'g'
      ? outer
      : refill(outer.add('svg', { viewBox: `0 0 ${w} ${h}`, preserveAspectRatio: 'xMinYMin', 'aria-hidden': 'true' }));
  add('path', { class: 'bd-veil-path', d, 'fill-rule': 'evenodd' });
  end();
}
