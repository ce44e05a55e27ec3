/** Where the stage is bigger than its room, what happens is brought into sight. */
import { anchorOf, type Stage } from '../../scene/flights.ts';

const MARGIN = 60;

/** Height at the foot of a narrow page that the narrator takes. */
const FOOT = 130;

/** In a column the page itself scrolls: as long as the stage is what is looked at, it brings the row into sight. */
function pageTo(element: HTMLElement, y: number, smooth: boolean): void {
  const { top, bottom } = element.getBoundingClientRect();
  const room = window.innerHeight - FOOT;
  const at = top + y;
  if (bottom < MARGIN || top > room || (at > MARGIN / 2 && at < room - MARGIN)) return;
  if (document.documentElement.scrollHeight <= window.innerHeight) return;
  window.scrollBy({ top: at - room * 0.45, behavior: smooth ? 'smooth' : 'auto' });
}

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
  const [x, y] = [anchor.point.x * scale, anchor.point.y * scale];
  if (scrollHeight <= clientHeight + 4 && scrollWidth <= clientWidth + 4) {
    pageTo(element, y, smooth);
    return;
  }
  const above = y < scrollTop + MARGIN / 2;
  const below = y > scrollTop + clientHeight - MARGIN;
  if (!above && !below && x >= scrollLeft && x <= scrollLeft + clientWidth) return;
  element.scrollTo({ top: y - clientHeight * 0.45, left: x - clientWidth / 2, behavior: smooth ? 'smooth' : 'auto' });
}
