/**
 * A press that is let go where it began is a click on what was pressed, though something came above it meanwhile and it is no longer
 * under the pointer: the browser gives such a click to what has both in it, and what was meant is lost.
 */

/** How far a hand may slip, px. */
const SLIP_PX = 6;

/** @returns how to end it */
export function keepPresses(page: Document): () => void {
  let pressed: { readonly on: HTMLElement; readonly x: number; readonly y: number } | null = null;
  const onDown = ({ target, clientX: x, clientY: y }: PointerEvent): void => {
    const on = target instanceof Element ? target.closest<HTMLElement>('button, a[href], summary, label') : null;
    pressed = on === null ? null : { on, x, y };
  };
  const onClick = (event: MouseEvent): void => {
    const was = pressed;
    pressed = null;
    // A key's click has no press before it.
    if (was === null || event.detail === 0 || !(event.target instanceof Node)) return;
    const strayed = Math.hypot(event.clientX - was.x, event.clientY - was.y) > SLIP_PX;
    if (strayed || was.on.contains(event.target) || !event.target.contains(was.on)) return;
    event.stopPropagation();
    event.preventDefault();
    was.on.click();
  };
  page.addEventListener('pointerdown', onDown, true);
  page.addEventListener('click', onClick, true);
  return () => {
    page.removeEventListener('pointerdown', onDown, true);
    page.removeEventListener('click', onClick, true);
  };
}
