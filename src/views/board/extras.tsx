/** What the stage can do without until it moves. Comes as one chunk after the first motion. */
import '../shared/panel-texts.ts';
import { useEffect } from 'react';
import { waitsAfter } from '../../scene/waits.ts';
import type { Translate } from '../shared/use-t.ts';
import { bringIntoSight } from './into-sight.ts';
import { keepStop, rove } from './roving.ts';
import { note, tether } from './wait-marks.ts';

const ZOOM = { least: 0.5, most: 4, step: 1.25 } as const;
const inRange = (zoom: number): number => Math.max(ZOOM.least, Math.min(ZOOM.most, zoom));

/** Ctrl and the wheel zoom, as on a map; the wheel alone scrolls. */
function useZoomKeys(
  scroller: React.RefObject<HTMLElement | null>,
  setZoom: (change: (zoom: number) => number) => void,
): void {
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const wheel = (event: WheelEvent): void => {
      if (!event.ctrlKey) return;
      event.preventDefault();
      setZoom((zoom) => inRange(zoom * Math.exp(-event.deltaY / 300)));
    };
    element.addEventListener('wheel', wheel, { passive: false });
    return () => element.removeEventListener('wheel', wheel);
  }, [scroller, setZoom]);
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
  useZoomKeys(scroller, setZoom);
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
