/** Ruler, playhead and lanes, on one scale. React makes the rows; what is in them is drawn by the painter, frame by frame. */
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type PointerEvent,
  type ReactNode,
  useCallback,
  useDeferredValue,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { instantsSoFar, readInstants, timeOfStep } from '../../log/instants.ts';
import { lanesSoFar, readLanes } from '../../log/lanes.ts';
import type { SceneLog } from '../../log/log.ts';
import { reachOf, readWays, vectorOf, wayLanes } from '../../log/ways.ts';
import { colourOf } from '../../scene/flights.ts';
import { rowsOf, type TimelineRow } from '../../scene/lane-groups.ts';
import { type AxisMode, createAxis, type TimeAxis } from '../../scene/time-axis.ts';
import type { App } from '../../store/create-app.ts';
import type { Selection } from '../../store/types.ts';
import { useApp, usePanelStep, useStore } from '../../store/use-app.ts';
import { AFTER_STAGE, afterFrames, isMadeAgain, warmUp } from '../shared/late-step.ts';
import { onDensity } from '../shared/on-density.ts';
import { useSlices } from '../shared/use-slices.ts';
import { useT } from '../shared/use-t.ts';
import { Overview } from './overview.tsx';
import { createPainter, type Painter, type Shown } from './painter.ts';
import { rowName } from './span-texts.ts';
import { createTrack, type Track } from './track.ts';
import { fittingName } from './words.ts';
import { listenToZoomKeys } from './zoom-keys.ts';

/** What scrolls must be reachable by keyboard. */
const REACHABLE = { tabIndex: 0 };

/** Sizes that the layout has: the track's width, and that of the names before it, px. */
interface Sizes {
  readonly width: number;
  readonly names: number;
  readonly font: string;
}

/** What a span is about, as something that can be selected. */
function selectionOf(row: TimelineRow, shown: Shown, scene: SceneLog): Selection | null {
  const { lane, way } = row;
  if (way !== null) {
    const found = vectorOf(scene, shown.journey);
    if (found === null) return null;
    const register = shown.kind === 'serves' ? 'isr' : 'irr';
    return { kind: 'lapic', index: found.vcpu, register, sub: 0, vector: found.vector };
  }
  if (lane === null) return null;
  const { index, kind } = lane;
  const found = vectorOf(scene, shown.journey);
  const vector = found?.vector;
  switch (kind) {
    case 'irr':
    case 'isr':
      return { kind: 'lapic', index, register: kind, sub: 0, vector: firstVector(row, shown) ?? vector };
    case 'pi':
      return { kind: 'piDesc', index, register: 'pir', sub: 0, vector: firstVector(row, shown) ?? vector };
    case 'vcpu':
      return shown.kind === 'handler'
        ? { kind: 'lapic', index, register: 'isr', sub: 0, vector: firstVector(row, shown) ?? vector }
        : { kind: 'vcpu', index };
    case 'mode':
      return { kind: 'vcpu', index };
    case 'pin':
      return { kind: 'ioapic', index: 0, register: 'redirLo', sub: index };
    case 'pic':
      return { kind: 'pic', index: index >> 3 };
    case 'line':
      return { kind: 'device', index };
    case 'pcpu':
      return { kind: 'pcpu', index };
  }
}

/** Vector that a span of a lane names. */
function firstVector({ lane }: TimelineRow, { from }: Shown): number | undefined {
  const span = lane?.spans.find((one) => one.from === from);
  return span !== undefined && 'vector' in span.text ? span.text.vector : undefined;
}

const Rows = memo(function Rows({
  rows,
  scene,
  sizes,
  onFold,
}: {
  readonly rows: readonly TimelineRow[];
  readonly scene: SceneLog;
  readonly sizes: Sizes;
  readonly onFold: (group: string, folded: boolean) => void;
}): ReactNode {
  const t = useT();
  return rows.map((row) => {
    const name = rowName(t, row, scene);
    const inner = row.name === 'vcpu' && row.folded === null && row.count > 1;
    const only = row.way !== null && row.way.journeys.length === 1 ? row.way.journeys[0] : 0;
    const taken = 20 + (row.folded === null ? 12 : 14) + (only === 0 ? 0 : 20);
    return (
      <div className="tl-lane" key={row.key}>
        <span className="tl-name" title={name} data-inner={inner}>
          {row.folded !== null ? (
            <button
              type="button"
              className="tl-fold"
              aria-expanded={!row.folded}
              aria-label={t(row.folded ? 'timeline.unfold' : 'timeline.fold', { name })}
              onClick={() => onFold(row.group, !row.folded)}
            >
              <svg viewBox="0 0 10 10" aria-hidden="true">
                <path d={row.folded ? 'M3 1l4 4-4 4' : 'M1 3l4 4 4-4'} />
              </svg>
            </button>
          ) : (
            <i className="tl-fold" aria-hidden="true" />
          )}
          {only > 0 && (
            <b className="tl-number" style={{ backgroundColor: `var(--j${colourOf(only)})` }}>
              {only}
            </b>
          )}
          {fittingName(name, sizes.names - taken, sizes.font)}
        </span>
        <span className="tl-row" />
      </div>
    );
  });
});

/** The step that a pointer over the track is at. */
function stepUnder(track: Track, element: HTMLElement, clientX: number): number {
  const { axis, k, shift, width } = track.window();
  const x = Math.max(0, Math.min(width, clientX - element.getBoundingClientRect().left));
  return axis.stepAt((x - shift) / k);
}

interface Cursor {
  readonly key: string;
  readonly from: number;
  readonly words: string;
}

/** Where the keyboard goes on from a span: up and down by rows, left and right by spans. */
function nextCursor(
  painter: Painter,
  rows: readonly TimelineRow[],
  cursor: Cursor | null,
  key: string,
  step: number,
): { readonly row: TimelineRow; readonly shown: Shown } | null {
  const at = Math.max(0, cursor === null ? 0 : rows.findIndex((row) => row.key === cursor.key));
  const here = cursor?.from ?? step;
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const row = rows[at];
    const spans = row === undefined ? [] : painter.spansOf(row, here);
    const shown =
      key === 'ArrowRight' ? spans.find(({ from }) => from > here) : spans.findLast(({ from }) => from < here);
    return row === undefined || shown === undefined ? null : { row, shown };
  }
  const by = cursor === null ? 0 : key === 'ArrowDown' ? 1 : -1;
  for (let i = at + by; i >= 0 && i < rows.length; i += by === 0 ? 1 : by) {
    const row = rows[i] as TimelineRow;
    const spans = painter.spansOf(row, here);
    // Of the same moment, else the nearest before it, else the first.
    const shown = spans.findLast(({ from }) => from <= here) ?? spans[0];
    if (shown !== undefined) return { row, shown };
  }
  return null;
}

function useSizes(root: React.RefObject<HTMLElement | null>): Sizes | null {
  const [sizes, setSizes] = useState<Sizes | null>(null);
  useLayoutEffect(() => {
    const node = root.current;
    const ruler = node?.querySelector<HTMLElement>('.tl-ruler');
    const names = node?.querySelector<HTMLElement>('.tl-corner');
    if (node == null || ruler == null || names == null) return;
    const look = (): void => {
      const { fontSize, fontFamily } = getComputedStyle(names);
      const next = { width: ruler.clientWidth, names: names.offsetWidth, font: `400 ${fontSize} ${fontFamily}` };
      setSizes((was) => (was?.width === next.width && was.names === next.names && was.font === next.font ? was : next));
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(ruler);
    return () => observer.disconnect();
  }, [root]);
  return sizes;
}

/** What buttons and keys do with the window; looking closer goes by the playhead. */
export interface Zoom {
  zoomBy(factor: number): void;
  panBy(share: 1 | -1): void;
  whole(): void;
}

/** The playhead at rest: shown at once when it jumps, and with each step while it moves. */
const restOf = (app: App): number => app.panelSteps[1].get();

interface LanesProps {
  readonly mode: AxisMode;
  readonly onMode: () => void;
  /** An interrupt was pressed. */
  readonly onJourney: (journey: number) => void;
  /** Takes what zooms, for the buttons. */
  readonly onTrack: (zoom: Zoom | null) => void;
}

export function Lanes({ mode, onMode, onJourney, onTrack }: LanesProps): ReactNode {
  const t = useT();
  const app = useApp();
  // A log that is still coming is drawn when there is time, not at each batch.
  const scene = useDeferredValue(useStore((s) => s.scene));
  const theme = useStore((s) => s.ui.theme);
  const root = useRef<HTMLDivElement>(null);
  const scroller = useRef<HTMLDivElement>(null);
  const ruler = useRef<HTMLDivElement>(null);
  const head = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const sizes = useSizes(root);
  const [folds, setFolds] = useState<ReadonlyMap<string, boolean>>(new Map());
  const [cursor, setCursor] = useState<Cursor | null>(null);
  const [made, setMade] = useState<{ readonly track: Track; readonly painter: Painter } | null>(null);

  useSlices((most) =>
    scene === null ? true : [readInstants, readLanes, readWays].map((read) => read(scene, most)).every(Boolean),
  );
  const used = scene === null ? 0 : instantsSoFar(scene).steps;
  const axis = useMemo<TimeAxis | null>(() => {
    void used;
    return scene === null || sizes === null || sizes.width < 1
      ? null
      : createAxis(instantsSoFar(scene), mode, sizes.width);
  }, [scene, used, mode, sizes]);
  const rows = useMemo(() => {
    void used;
    return scene === null ? [] : rowsOf(wayLanes(scene), lanesSoFar(scene), folds);
  }, [scene, used, folds]);

  useEffect(() => {
    if (root.current === null || scroller.current === null || ruler.current === null || canvas.current === null) return;
    const painter = createPainter({
      root: root.current,
      scroller: scroller.current,
      ruler: ruler.current,
      canvas: canvas.current,
    });
    const track = createTrack(root.current);
    setMade({ track, painter });
    return () => {
      track.close();
      setMade(null);
    };
  }, []);

  const whole = scene?.complete === true && isMadeAgain(scene) ? scene : null;
  useEffect(() => (whole === null ? undefined : warmUp(whole, app)), [whole, app]);

  // The window follows the run and the room there is for it; another run begins anew.
  const run = useRef<unknown>(null);
  useLayoutEffect(() => {
    if (made === null || axis === null || scene === null || sizes === null) return;
    const { track, painter } = made;
    const instants = instantsSoFar(scene);
    painter.setPicture({ scene, rows, time: (step) => timeOfStep(instants, step), t });
    const fresh = run.current !== scene.readings;
    run.current = scene.readings;
    track.setAxis(axis, sizes.names, restOf(app), fresh);
    painter.paint(track.window(), restOf(app));
  }, [made, axis, rows, scene, sizes, t, app]);

  // Frames: the playhead moves with each; the window is drawn when it has changed.
  useEffect(() => {
    if (made === null || axis === null) return;
    const { track, painter } = made;
    const { clock, store } = app;
    let isDue = true;
    let isTold = false;
    let isLate = false;
    let stood: number | null = null;
    let callOff: (() => void) | null = null;
    const redraw = (): void => {
      isDue = true;
      clock.redraw();
    };
    const draw = ({ step, phase }: { readonly step: number; readonly phase: number }): void => {
      const { k, shift } = track.window();
      const ratio = globalThis.devicePixelRatio || 1;
      const x = Math.round((axis.at(step, phase) * k + shift) * ratio) / ratio;
      // By whole pixels, and a frame late where the stage draws a step: what does not move costs nothing.
      isLate = isTold && !isDue && !isLate && store.getState().playhead.playing;
      isTold = false;
      if (head.current && !isLate) head.current.style.transform = `translateX(${x}px)`;
      if (isDue) painter.paint(track.window(), restOf(app));
      else painter.moveTo(restOf(app));
      isDue = false;
    };
    const stopFrames = clock.onFrame(draw);
    const stopTrack = track.onChange(redraw);
    const stopStore = store.subscribe(({ playhead, scene }, before) => {
      isTold ||= playhead !== before.playhead;
      if (playhead.step === before.playhead.step) return;
      const place = axis.at(playhead.step, 1);
      const isJump = !playhead.playing && playhead.until === null;
      const from = isJump ? null : (stood ?? axis.at(before.playhead.step, 1));
      stood = place;
      callOff?.();
      callOff = null;
      // The window is drawn anew when it has moved: not in the frame in which the stage shows the moment.
      if (isJump && isMadeAgain(scene)) callOff = afterFrames(clock, AFTER_STAGE, () => track.follow(place, null));
      else track.follow(place, from);
    });
    const element = scroller.current;
    element?.addEventListener('scroll', redraw, { passive: true });
    const observer = new ResizeObserver(redraw);
    if (element !== null) observer.observe(element);
    const stopDensity = onDensity(redraw);
    draw(clock.position());
    return () => {
      stopFrames();
      stopDensity();
      stopTrack();
      stopStore();
      callOff?.();
      observer.disconnect();
      element?.removeEventListener('scroll', redraw);
    };
  }, [made, axis, app]);

  useEffect(() => {
    if (made === null) return;
    const repaint = (): void => {
      made.painter.forgetInk();
      if (made.track.window().axis !== null) made.painter.paint(made.track.window(), restOf(app));
    };
    void theme;
    repaint();
    const query = window.matchMedia('(prefers-color-scheme: dark)');
    query.addEventListener('change', repaint);
    return () => query.removeEventListener('change', repaint);
  }, [made, theme, app]);

  const showJourney = useCallback(
    (journey: number): void => {
      if (made === null || axis === null || scene === null || journey <= 0) return;
      const { first, last } = reachOf(scene, journey);
      if (first < 0) return;
      const room = axis.cell * 2;
      made.track.show(axis.start(first) - room, axis.end(Math.max(first, last)) + room);
    },
    [made, axis, scene],
  );
  useEffect(() => {
    if (made === null) return;
    const { track } = made;
    const zoom: Zoom = {
      zoomBy: (factor) => track.zoomBy(factor, track.window().axis?.at(restOf(app), 1) ?? 0),
      panBy: track.panBy,
      whole: track.whole,
    };
    onTrack(zoom);
    const stop = listenToZoomKeys(zoom, onMode, () => showJourney(scene?.steps.get(restOf(app))?.journey ?? 0));
    return () => {
      stop();
      onTrack(null);
    };
  }, [made, onMode, onTrack, showJourney, scene, app]);

  const under = ({ target, clientX }: { readonly target: EventTarget; readonly clientX: number }) =>
    target instanceof Element ? (made?.painter.shownAt(target, clientX) ?? null) : null;
  const press = (at: MouseEvent<HTMLElement>): void => {
    const found = under(at);
    if (found === null || scene === null) return;
    const selection = selectionOf(found.row, found.shown, scene);
    if (selection !== null) app.actions.select(selection);
    if (found.shown.journey > 0) onJourney(found.shown.journey);
  };
  const onKey = (event: KeyboardEvent<HTMLElement>): void => {
    if (made === null || scene === null || axis === null || event.target !== event.currentTarget) return;
    const { painter, track } = made;
    if (event.key === 'Enter' || event.key === 'f') {
      const row = rows.find(({ key }) => key === cursor?.key);
      const shown =
        row === undefined ? undefined : painter.spansOf(row, cursor?.from ?? 0).find((s) => s.from === cursor?.from);
      if (row === undefined || shown === undefined) return;
      event.preventDefault();
      event.nativeEvent.stopImmediatePropagation();
      if (event.key === 'f') {
        showJourney(shown.journey);
        return;
      }
      const selection = selectionOf(row, shown, scene);
      if (selection !== null) app.actions.select(selection);
      if (shown.journey > 0) onJourney(shown.journey);
      return;
    }
    if (!event.key.startsWith('Arrow') || event.shiftKey) return;
    event.preventDefault();
    const next = nextCursor(painter, rows, cursor, event.key, restOf(app));
    if (next === null) return;
    const { row, shown } = next;
    const words = t('timeline.cursor', {
      lane: rowName(t, row, scene),
      text: shown.texts[0] ?? '',
      from: shown.from + 1,
    });
    setCursor({ key: row.key, from: shown.from, words });
    track.follow(axis.start(Math.max(0, shown.from)), null);
    painter.setCursor({ key: row.key, from: shown.from });
    const index = rows.indexOf(row);
    scroller.current?.querySelectorAll('.tl-lane')[index]?.scrollIntoView({ block: 'nearest' });
  };

  const seek = (event: PointerEvent<HTMLElement>): void => {
    if (made === null || axis === null) return;
    app.actions.seekStep(stepUnder(made.track, event.currentTarget, event.clientX));
  };

  return (
    <div className="tl-lanes" ref={root}>
      <Overview scene={scene} axis={axis} track={made?.track ?? null} sizes={sizes} />
      <span className="tl-corner" aria-hidden="true" />
      <div
        className="tl-ruler"
        ref={ruler}
        // The slider over it does the same for the keyboard.
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          seek(event);
        }}
        onPointerMove={(event) => {
          if (event.buttons & 1) seek(event);
        }}
      />
      <StepSlider />
      <canvas className="tl-under" ref={canvas} />
      <section
        className="tl-scroll"
        ref={scroller}
        aria-label={t('timeline.rows')}
        onKeyDown={onKey}
        onBlur={() => {
          setCursor(null);
          made?.painter.setCursor(null);
        }}
        onClick={press}
        // What is drawn and no element has its whole text here, and shows that it can be pressed.
        onPointerMove={(event) => {
          if (!(event.target instanceof HTMLElement) || event.target.className !== 'tl-row') return;
          const text = under(event)?.shown.texts[0] ?? '';
          if (event.target.title !== text) event.target.title = text;
          event.target.toggleAttribute('data-bar', text !== '');
        }}
        onDoubleClick={(event) => {
          const found = under(event);
          if (found) showJourney(found.shown.journey);
        }}
        {...REACHABLE}
      >
        {scene !== null && sizes !== null && (
          <Rows
            rows={rows}
            scene={scene}
            sizes={sizes}
            onFold={(group, folded) => setFolds((was) => new Map([...was, [group, folded]]))}
          />
        )}
      </section>
      <div className="tl-heads" aria-hidden="true">
        <div className="tl-head" ref={head}>
          <i />
        </div>
      </div>
      <p role="status" className="visually-hidden">
        {cursor?.words}
      </p>
    </div>
  );
}

/** The scrubber for keyboard and screen reader; what is seen of it is the handle of the playhead. */
function StepSlider(): ReactNode {
  const t = useT();
  const { actions } = useApp();
  const count = useStore((s) => s.scene?.steps.length ?? 0);
  const step = usePanelStep(1);
  const valueText = step < 0 ? t('timeline.before') : t('timeline.position', { step: step + 1, count });
  return (
    <input
      className="tl-slider"
      type="range"
      min={-1}
      max={Math.max(0, count - 1)}
      value={step}
      aria-label={t('timeline.scrub')}
      aria-valuetext={valueText}
      onChange={(event) => actions.seekStep(Number(event.target.value))}
    />
  );
}
