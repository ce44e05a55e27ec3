/** What flies beside the tokens: across the boundary of a guest, or from a physical CPU into it. Comes with the stage's other marks. */
import { type Crossing, type Stage, travelled } from '../../scene/flights.ts';
import { pointAt } from '../../scene/paths.ts';
import { labelText } from '../shared/label-text.ts';
import type { Translate } from '../shared/use-t.ts';
import { colour, hexWidth, moved, span } from './token-layer.ts';

const ARROW: Readonly<Record<Crossing['kind'], string>> = { exit: '▼ ', entry: '▲ ', signal: '' };

/** What crosses in a step, over the tokens; null: nothing does. */
export function passingOf(
  pills: HTMLElement,
  stage: Stage,
  step: number,
  t: Translate,
): { draw(phase: number, arrived: boolean): void } | null {
  const { merged, scale } = stage.layout;
  const passing = (stage.crossings?.(stage, step) ?? []).map(({ kind, label, journey, path }) => {
    const text = ARROW[kind] + labelText(label, t);
    const element = pills.ownerDocument.createElement('div');
    element.className = `bd-token bd-cross-${kind}${kind === 'signal' ? ' bd-signal' : ''}`;
    if (kind === 'signal') element.style.cssText = colour(journey);
    span(span(element, 'bd-pill', ''), 'bd-text', text);
    pills.append(element);
    return { kind, path, w: hexWidth(text, scale), element };
  });
  if (passing.length === 0) return null;
  const side = merged ? 1 : -1;
  return {
    // Once it is through, the card says it.
    draw(phase, arrived) {
      for (const { kind, path, w, element } of passing) {
        const share = stage.still === true ? 1 : travelled(phase);
        const { x, y } = pointAt(path, share);
        // A signal comes to rest beside the card it goes to.
        const at = kind === 'signal' ? x + side * (w / 2 + 3) * share : x;
        element.style.transform = moved(Math.max(w / 2 + 2, Math.min(at, stage.layout.w - w / 2 - 2)), y, w);
        element.style.opacity = String(arrived ? 0 : Math.min(1, phase / 0.08));
      }
    },
  };
}
