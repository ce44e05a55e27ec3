/** Where the stage is bigger than its room, what happens is brought into sight. */
import { anchorOf, type Stage } from '../../scene/flights.ts';
import { roomOf } from '../shared/room.ts';

const MARGIN = 60;

/** Height at the foot of a narrow page that the narrator takes. */
const FOOT = 130;

/** In a column the page itself scrolls: as long as the stage is what is looked at, it brings the row into sight. */
function pageTo(element: HTMLElement, y: number, smooth: boolean): void {
  const { top, bottom } = element.getBoundingClientRect();
  const room = window.innerHeight - FOOT;
  const at = top + y;
  if (bottom < MARGIN || top > room || (at > MARGIN / 2 && at < room - MARGIN)) return;
  window.scrollBy({ top: at - room * 0.45, behavior: smooth ? 'smooth' : 'auto' });
}

/**
 * Scrolls to where a step happens, if it cannot be seen. To be called when a frame begins. What is in sight is known without asking
 * the page, which a step has just changed, for its layout.
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
  const { top, left, width, height, pageScrolls } = roomOf(element);
  const [x, y] = [anchor.point.x * scale, anchor.point.y * scale];
  const { layout } = stage;
  if (layout.h * scale <= height + 4 && layout.w * scale <= width + 4) {
    if (pageScrolls) pageTo(element, y, smooth);
    return;
  }
  const above = y < top + MARGIN / 2;
  const below = y > top + height - MARGIN;
  if (!above && !below && x >= left && x <= left + width) return;
  element.scrollTo({ top: y - height * 0.45, left: x - width / 2, behavior: smooth ? 'smooth' : 'auto' });
}
