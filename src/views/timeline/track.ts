/**
 * The window of the timeline that is on screen: d3-zoom reads wheel, drag and pinch, everything else asks here to look closer, to look
 * elsewhere or to follow the playhead. It draws nothing; who draws listens. Places are px of the axis at zoom 1 (scene/time-axis.ts).
 */
import { select, type ZoomTransform, zoom as zoomGestures, zoomIdentity } from 'd3';
import type { AxisWindow } from '../../scene/lane-marks.ts';
import type { TimeAxis } from '../../scene/time-axis.ts';
import { CELL } from '../../scene/time-axis.ts';

/** A run whose steps would be narrower than this is not shown whole at first, px. */
const NARROWEST = 4;
/** The widest a step's cell becomes, px, and the shortest time that fills the screen, ns. */
const WIDEST = 60;
const SHORTEST_NS = 20;
/** Zoom of a key or a button. */
export const ZOOM_STEP = 1.6;
/** Share of the window that a key moves it. */
const PAN_STEP = 0.25;

export interface Track {
  readonly window: () => AxisWindow;
  /** Another axis: of a longer log, another mode, or another width. @param fresh another run: its window is the usual one */
  setAxis(axis: TimeAxis, names: number, step: number, fresh: boolean): void;
  /** @param about the place that stays where it is, if it is in sight; else the middle does */
  zoomBy(factor: number, about: number): void;
  panBy(share: 1 | -1): void;
  /** All of the run. */
  whole(): void;
  /** Shows what lies between two places. */
  show(from: number, to: number): void;
  /** Brings a place into sight where it is not. @param was where the playhead was before; somebody who looked away from it is left alone */
  follow(place: number, was: number | null): void;
  onChange(listener: () => void): () => void;
  close(): void;
}

/** Largest useful zoom of an axis. */
const mostZoom = (axis: TimeAxis): number =>
  Math.max(1, WIDEST / axis.cell, axis.perNs === 0 ? 1 : axis.width / (SHORTEST_NS * axis.perNs));

/** Left edge and zoom at which a run is shown at first. */
function usual(axis: TimeAxis, step: number): { readonly k: number; readonly left: number } {
  if (axis.cell >= NARROWEST) return { k: 1, left: 0 };
  const k = Math.min(mostZoom(axis), CELL / axis.cell);
  return { k, left: axis.at(step, 1) - axis.width / k / 3 };
}

export function createTrack(node: HTMLElement): Track {
  const listeners = new Set<() => void>();
  let axis: TimeAxis | null = null;
  /** Width of the column of names: where the track begins in the node. */
  let names = 0;
  /** Nobody has chosen a window: it is the usual one of whatever is shown. */
  let isUsual = true;
  let now: ZoomTransform = zoomIdentity;

  const gestures = zoomGestures<HTMLElement, unknown>()
    .filter((event: MouseEvent & { readonly deltaX?: number; readonly deltaY?: number }) => {
      const target = event.target instanceof Element ? event.target : null;
      if (target === null || target.closest('.tl-name') !== null) return false;
      if (event.type === 'wheel') return !event.shiftKey && Math.abs(event.deltaY ?? 0) >= Math.abs(event.deltaX ?? 0);
      return !event.button && target.closest('.tl-ruler') === null;
    })
    .on('zoom', ({ transform, sourceEvent }: { transform: ZoomTransform; sourceEvent: unknown }) => {
      now = transform;
      if (sourceEvent != null) isUsual = false;
      for (const tell of listeners) tell();
    });
  const selected = select<HTMLElement, unknown>(node).call(gestures).on('dblclick.zoom', null);
  const onWheel = (event: WheelEvent): void => {
    if (!event.shiftKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
    if (!(event.target instanceof Element) || event.target.closest('.tl-name') !== null) return;
    event.preventDefault();
    isUsual = false;
    gestures.translateBy(selected, -(event.deltaX || event.deltaY) / now.k, 0);
  };
  node.addEventListener('wheel', onWheel, { passive: false });

  const shift = (): number => names * now.k + now.x - names;
  const put = (k: number, left: number): void => {
    const x = -left * k - names * k + names;
    gestures.transform(selected, zoomIdentity.translate(x, 0).scale(k));
  };
  const held = (k: number, left: number): void => {
    if (axis === null) return;
    const most = Math.max(1, Math.min(k, mostZoom(axis)));
    put(most, Math.max(0, Math.min(left, axis.width - axis.width / most)));
  };
  const left = (): number => -shift() / now.k;
  const showPlaces = (from: number, to: number): void => {
    if (axis === null) return;
    isUsual = false;
    held(axis.width / Math.max(to - from, 1e-9), from);
  };

  return {
    window: () => ({
      axis: axis as TimeAxis,
      k: now.k,
      shift: shift(),
      width: axis?.width ?? 0,
    }),
    setAxis(next, column, step, fresh) {
      const before = axis;
      // What was at the edges stays there, by step, however wide steps are now.
      const edges =
        before === null || isUsual || fresh
          ? null
          : ([left(), left() + before.width / now.k] as const).map((x) => {
              const at = before.stepAt(x);
              return { step: at, past: at < 0 ? 0 : Math.min(1, Math.max(0, (x - before.start(at)) / before.cell)) };
            });
      axis = next;
      names = column;
      if (fresh) isUsual = true;
      gestures
        .scaleExtent([1, mostZoom(next)])
        .extent([
          [names, 0],
          [names + next.width, 1],
        ])
        .translateExtent([
          [names, Number.NEGATIVE_INFINITY],
          [names + next.width, Number.POSITIVE_INFINITY],
        ]);
      if (edges === null) {
        const { k, left: begin } = usual(next, step);
        held(k, begin);
        return;
      }
      const [a = 0, b = next.width] = edges.map(({ step: at, past }) => next.start(at) + past * next.cell);
      held(next.width / Math.max(b - a, 1e-9), a);
    },
    zoomBy(factor, about) {
      if (axis === null) return;
      isUsual = false;
      const x = about * now.k + shift();
      gestures.scaleBy(selected, factor, [names + (x >= 0 && x <= axis.width ? x : axis.width / 2), 0]);
    },
    panBy(direction) {
      isUsual = false;
      if (axis !== null) held(now.k, left() + (direction * PAN_STEP * axis.width) / now.k);
    },
    whole() {
      isUsual = false;
      put(1, 0);
    },
    show: showPlaces,
    follow(place, was) {
      if (axis === null) return;
      const [from, to] = [left(), left() + axis.width / now.k];
      if (place >= from && place <= to) return;
      if (was !== null && (was < from || was > to)) return;
      held(now.k, place - (axis.width / now.k) * (place > to ? 0.2 : 0.8));
    },
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close() {
      selected.on('.zoom', null);
      node.removeEventListener('wheel', onWheel);
      listeners.clear();
    },
  };
}
