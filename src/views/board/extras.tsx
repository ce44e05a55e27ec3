/** What the stage can do without until it moves. Comes as one chunk after the first motion. */
import '../kit/panel-texts.ts';
import { mean, pointers, select, zoom as zoomGestures, zoomIdentity } from 'd3';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { waitsAfter } from '../../scene/waits.ts';
import type { Translate } from '../shared/use-t.ts';
import { bringIntoSight } from './into-sight.ts';
import { keepStop, rove } from './roving.ts';
import { note, tether } from './wait-marks.ts';

const ZOOM = { least: 0.5, most: 4, step: 1.25 } as const;
const inRange = (zoom: number): number => Math.max(ZOOM.least, Math.min(ZOOM.most, zoom));

/**
 * Ctrl and the wheel, or two fingers, zoom at the pointer, as on a map; the wheel alone and one finger scroll. d3-zoom reads the
 * gestures; the stage itself is moved by its scroller, so that its bars and keys stay what they are.
 */
function useZoomGestures(
  scroller: React.RefObject<HTMLElement | null>,
  zoom: number,
  setZoom: (zoom: number) => void,
): void {
  /** What of the stage is to stay under the pointer: a place in the scroller's window, and the zoom it was at. */
  const held = useRef<{ readonly x: number; readonly y: number; readonly zoom: number } | null>(null);
  const shown = useRef(zoom);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const gestures = zoomGestures<HTMLElement, unknown>()
      .scaleExtent([ZOOM.least, ZOOM.most])
      .filter(({ type, ctrlKey, touches }) => (type === 'wheel' ? ctrlKey : touches?.length === 2))
      .wheelDelta(({ deltaY }) => (-deltaY / 300) * Math.LOG2E)
      .on('zoom', ({ transform, sourceEvent }) => {
        const at = pointers(sourceEvent, element);
        const [x, y] = [mean(at, ([left]) => left) ?? 0, mean(at, ([, top]) => top) ?? 0];
        held.current = { x, y, zoom: shown.current };
        setZoom(transform.k);
      });
    const selected = select<HTMLElement, unknown>(element).call(gestures).on('dblclick.zoom', null);
    return () => {
      selected.on('.zoom', null);
    };
  }, [scroller, setZoom]);
  useLayoutEffect(() => {
    shown.current = zoom;
    const element = scroller.current;
    if (element === null) return;
    // The buttons zoom as well: the next gesture goes on from here.
    select(element).property('__zoom', zoomIdentity.scale(zoom));
    if (held.current === null) return;
    const { x, y, zoom: before } = held.current;
    held.current = null;
    element.scrollLeft = ((element.scrollLeft + x) * zoom) / before - x;
    element.scrollTop = ((element.scrollTop + y) * zoom) / before - y;
  }, [scroller, zoom]);
}

interface ZoomProps {
  readonly scroller: React.RefObject<HTMLElement | null>;
  readonly zoom: number;
  readonly setZoom: (change: number | ((zoom: number) => number)) => void;
  readonly t: Translate;
  /** With buttons. */
  readonly shown: boolean;
}

function Zoom({ scroller, zoom, setZoom, t, shown }: ZoomProps) {
  useZoomGestures(scroller, zoom, setZoom);
  if (!shown) return null;
  return (
    <div className="bd-zoom">
      <button
        type="button"
        aria-label={t('stage.zoomOut')}
        title={t('stage.zoomOut')}
        onClick={() => setZoom(inRange(zoom / ZOOM.step))}
      >
        −
      </button>
      <button type="button" onClick={() => setZoom(1)} disabled={zoom === 1}>
        {t('stage.zoomFit')}
      </button>
      <button
        type="button"
        aria-label={t('stage.zoomIn')}
        title={t('stage.zoomIn')}
        onClick={() => setZoom(inRange(zoom * ZOOM.step))}
      >
        +
      </button>
    </div>
  );
}

export const extras = { Zoom, bringIntoSight, keepStop, note, rove, tether, waitsAfter } as const;
export type Extras = typeof extras;
