/** Where the stage is bigger than its room, what happens is brought into sight. */
import { anchorOf, type Stage } from '../../scene/flights.ts';

const MARGIN = 60;

/**
 * Scrolls to where a step happens, if it cannot be seen. To be called when a frame begins: right after a step has been drawn,
 * each size asked for would lay out the whole page.
 * @param scale px a layout unit
 */
export function bringIntoSight(
  element: HTMLElement | null,
  stage: Stage,
  step: number,
  scale: number,
  smooth: boolean,
): void {
  const anchor = step < 0 ? null : anchorOf(stage, step);
  if (element === null || anchor === null) return;
  const { scrollTop, scrollLeft, clientHeight, clientWidth, scrollHeight, scrollWidth } = element;
  if (scrollHeight <= clientHeight + 4 && scrollWidth <= clientWidth + 4) return;
  const [x, y] = [anchor.point.x * scale, anchor.point.y * scale];
  const above = y < scrollTop + MARGIN / 2;
  const below = y > scrollTop + clientHeight - MARGIN;
  if (!above && !below && x >= scrollLeft && x <= scrollLeft + clientWidth) return;
  element.scrollTo({ top: y - clientHeight * 0.45, left: x - clientWidth / 2, behavior: smooth ? 'smooth' : 'auto' });
}
