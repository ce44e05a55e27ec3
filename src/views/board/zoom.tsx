/** Looking closer at the stage: zoom at the pointer, dragging, a fit that shows all of it, and a map of where one is. */
import { mean, pointers, select, zoom as zoomGestures, zoomIdentity } from 'd3';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import type { StageLayout } from '../../scene/layout.ts';
import type { Translate } from '../shared/use-t.ts';

const ZOOM = { least: 0.4, most: 4, step: 1.25 } as const;
const inRange = (zoom: number): number => Math.max(ZOOM.least, Math.min(ZOOM.most, zoom));

type Scroller = React.RefObject<HTMLElement | null>;

/** Where a drag may begin: not on what can be pressed, selected or scrolled. */
const isGround = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[data-stop], button, a, .bd-quarter, .bd-minimap') === null;

const overflows = (e: HTMLElement): boolean => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1;

/** So much of the stage is out of sight that a map of it helps more than it covers; of a low window it would cover too much. */
const needsMap = (e: HTMLElement): boolean =>
  e.clientHeight > LOW && (e.scrollWidth > 1.25 * e.clientWidth || e.scrollHeight > 1.25 * e.clientHeight);
const LOW = 300;

/**
 * Ctrl and the wheel, or two fingers, zoom at the pointer, as on a map; the wheel alone and one finger scroll, and so does the mouse
 * on free ground. d3-zoom reads the gestures; the stage itself is moved by its scroller, so that its bars and keys stay what they are.
 */
function useZoomGestures(scroller: Scroller, zoom: number, setZoom: (zoom: number) => void): void {
  /** What of the stage is to stay under the pointer: a place in the scroller's window, and the zoom it was at. */
  const held = useRef<{ readonly x: number; readonly y: number; readonly zoom: number } | null>(null);
  const shown = useRef(zoom);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    let last: readonly [number, number] = [0, 0];
    const meanOf = (event: Event): readonly [number, number] => {
      const at = pointers(event, element);
      return [mean(at, ([left]) => left) ?? 0, mean(at, ([, top]) => top) ?? 0];
    };
    const gestures = zoomGestures<HTMLElement, unknown>()
      .scaleExtent([ZOOM.least, ZOOM.most])
      .filter(({ type, ctrlKey, touches, button, target }) =>
        type === 'wheel'
          ? ctrlKey
          : type === 'mousedown'
            ? button === 0 && isGround(target) && overflows(element)
            : touches?.length === 2,
      )
      .wheelDelta(({ deltaY }) => (-deltaY / 300) * Math.LOG2E)
      .on('start', ({ sourceEvent }) => {
        last = meanOf(sourceEvent);
      })
      .on('zoom', ({ transform, sourceEvent }) => {
        const [x, y] = meanOf(sourceEvent);
        element.scrollLeft -= sourceEvent.type === 'wheel' ? 0 : x - last[0];
        element.scrollTop -= sourceEvent.type === 'wheel' ? 0 : y - last[1];
        last = [x, y];
        if (Math.abs(transform.k - shown.current) < 1e-6) return;
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

/** Widest the map of the stage may be, px. */
const MINIMAP = 148;

/** The whole stage, small, and what of it is in sight; only while much of it is not. */
function Minimap({
  scroller,
  layout,
  k,
}: {
  readonly scroller: Scroller;
  readonly layout: StageLayout;
  readonly k: number;
}) {
  const [view, setView] = useState<{ x: number; y: number; w: number; h: number } | null>(null);
  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const look = (): void => {
      const { scrollLeft: x, scrollTop: y, clientWidth: w, clientHeight: h } = element;
      setView(needsMap(element) ? { x: x / k, y: y / k, w: w / k, h: h / k } : null);
    };
    look();
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      watch.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller, k]);
  if (view === null) return null;
  const scale = Math.min(MINIMAP / layout.w, (MINIMAP * 0.75) / layout.h);
  const go = (event: React.PointerEvent<SVGSVGElement>): void => {
    if (event.buttons === 0) return;
    const box = event.currentTarget.getBoundingClientRect();
    scroller.current?.scrollTo({
      left: ((event.clientX - box.left) / scale - view.w / 2) * k,
      top: ((event.clientY - box.top) / scale - view.h / 2) * k,
    });
  };
  return (
    <div className="bd-corner">
      <svg
        className="bd-minimap"
        data-part="minimap"
        width={layout.w * scale}
        height={layout.h * scale}
        viewBox={`0 0 ${layout.w} ${layout.h}`}
        aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          go(event);
        }}
        onPointerMove={go}
      >
        {layout.cards.map(({ id, x, y, w, h }) => (
          <rect key={id} className="bd-minimap-card" x={x} y={y} width={w} height={h} rx={6} />
        ))}
        <rect
          className="bd-minimap-view"
          x={view.x}
          y={view.y}
          width={Math.min(view.w, layout.w)}
          height={Math.min(view.h, layout.h)}
        />
      </svg>
    </div>
  );
}

interface ZoomProps {
  readonly scroller: Scroller;
  readonly layout: StageLayout;
  readonly zoom: number;
  readonly setZoom: (change: number | ((zoom: number) => number)) => void;
  readonly t: Translate;
  /** With buttons. */
  readonly shown: boolean;
}

/** The zoom at which all of the stage is in sight: 1 where it is anyway. */
function fitOf(element: HTMLElement | null, { w, h, scale }: StageLayout): number {
  if (element === null) return 1;
  return inRange(Math.min(1, element.clientWidth / (w * scale), (element.clientHeight - 2) / (h * scale)));
}

export function Zoom({ scroller, layout, zoom, setZoom, t, shown }: ZoomProps) {
  useZoomGestures(scroller, zoom, setZoom);
  if (!shown) return null;
  return (
    <>
      <Minimap scroller={scroller} layout={layout} k={layout.scale * zoom} />
      <div className="bd-zoom">
        <button
          type="button"
          aria-label={t('stage.zoomOut')}
          title={t('stage.zoomOut')}
          onClick={() => setZoom(inRange(zoom / ZOOM.step))}
        >
          −
        </button>
        <button type="button" onClick={() => setZoom(fitOf(scroller.current, layout))}>
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
    </>
  );
}
