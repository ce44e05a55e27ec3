/** Keys of the timeline's window: W and S look closer and farther, A and D to either side, 0 at all of it, F at one interrupt. */
import type { Zoom } from './lanes.tsx';
import { ZOOM_STEP } from './track.ts';

const BUSY =
  'input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, dialog, [role=dialog], [role=menu], [contenteditable]';

/** @param onMode time or steps  @param onFit the interrupt of the step that is shown  @returns how to stop */
export function listenToZoomKeys(zoom: Zoom, onMode: () => void, onFit: () => void): () => void {
  const keys: Readonly<Record<string, () => void>> = {
    w: () => zoom.zoomBy(ZOOM_STEP),
    s: () => zoom.zoomBy(1 / ZOOM_STEP),
    a: () => zoom.panBy(-1),
    d: () => zoom.panBy(1),
    0: () => zoom.whole(),
    f: onFit,
    x: onMode,
  };
  const onKey = (event: globalThis.KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target instanceof Element && event.target.closest(BUSY) !== null) return;
    const act = Object.hasOwn(keys, event.key) ? keys[event.key] : undefined;
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  window.addEventListener('keydown', onKey);
  return () => window.removeEventListener('keydown', onKey);
}
