/** Marks of what waits: what for and since when under its token, and a tether to the bit that will free it. */
import { anchorAt } from '../../scene/anchors.ts';
import type { Stage } from '../../scene/flights.ts';
import { pathBetween, pointAt } from '../../scene/paths.ts';
import type { Wait } from '../../scene/waits.ts';
import type { Translate } from '../shared/use-t.ts';
import { colour, make, span } from './token-layer.ts';
import { moment, WAIT_TEXT } from './wait-text.ts';

/** Under a token that waits. */
export function note(parent: HTMLElement, wait: Wait, t: Translate): void {
  const box = span(parent, 'bd-cause', '');
  span(box, 'bd-cause-what', t(WAIT_TEXT[wait.cause], { what: wait.what }));
  span(box, 'bd-cause-since', t('stage.wait.since', { time: moment(wait.since) }));
}

/** From the bit that will free what waits to where it waits, along the way the release will take. */
export function tether(parent: SVGElement, { layout, model }: Stage, wait: Wait, t: Translate): void {
  if (wait.freedBy?.at !== 'cell') return;
  const from = anchorAt(layout, model, wait.freedBy, 'out');
  const to = anchorAt(layout, model, wait.at, wait.cause === 'eoi' ? 'out' : 'in');
  if (from === null || to === null) return;
  const style = colour(wait.journey);
  if (from.cell !== null) {
    const { x, y, w, h } = from.cell;
    make(parent, 'rect', {
      class: 'bd-ring bd-frees',
      x: x - 2.5,
      y: y - 2.5,
      width: w + 5,
      height: h + 5,
      rx: 3,
      style,
    });
  }
  if (wait.cause !== 'eoi' || layout.form === 'tall') return;
  const path = pathBetween(layout, from, to, -3);
  for (const part of path.parts) make(parent, 'path', { class: 'bd-tether', d: part.d, style });
  // Within one gutter there is no room to say what the token says already.
  if (from.gap === to.gap) return;
  const low = pointAt(path, 0.62);
  const name = make(parent, 'text', { class: 'bd-tether-name', x: low.x, y: low.y + 4, style });
  name.textContent = t('stage.wait.toCome', { vector: wait.what });
}
