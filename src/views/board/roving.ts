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

/**
 * What has the focus is its card's tab stop from now on. A card whose stop has gone with what it showed has its first as its stop again,
 * so that Tab comes to it.
 */
export function keepStop({ target, currentTarget }: Pick<FocusEvent, 'target' | 'currentTarget'>): void {
  if (!(target instanceof Element)) return;
  for (const card of currentTarget.querySelectorAll('[data-card]')) {
    const stops = stopsOf(card);
    const kept =
      stops.find((stop) => stop === target) ?? stops.find((stop) => stop.getAttribute('tabindex') === '0') ?? stops[0];
    for (const stop of stops) stop.setAttribute('tabindex', stop === kept ? '0' : '-1');
  }
}
