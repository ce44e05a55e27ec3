/** Keyboard within the stage: Tab goes from card to card, up and down go through what can be pressed in one. */
import type { FocusEvent, KeyboardEvent } from 'react';

const stopsOf = (card: Element): SVGElement[] => [...card.querySelectorAll<SVGElement>('[data-stop]')];

/** Left and right stay with the playhead. */
export function rove(event: KeyboardEvent): void {
  const { target, key } = event;
  if (!(target instanceof Element) || !target.matches('[data-stop]:focus-visible')) return;
  const card = target.closest('[data-card]');
  if (card === null) return;
  const stops = stopsOf(card);
  const at = stops.indexOf(target as SVGElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: stops.length - 1 }[key];
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  stops[Math.max(0, Math.min(stops.length - 1, to))]?.focus();
}

/** What has the focus is its card's tab stop from now on. */
export function keepStop(event: FocusEvent): void {
  if (!(event.target instanceof Element)) return;
  const card = event.target.closest('[data-card]');
  if (card === null) return;
  for (const stop of stopsOf(card)) stop.setAttribute('tabindex', stop === event.target ? '0' : '-1');
}
