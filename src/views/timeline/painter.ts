/**
 * Draws the window of the timeline: spans as elements of the page, so that they can be read, pressed and printed; specks, heat, bands,
 * the lines of ticks, and the narrow spans of a full row (bars.ts) on one canvas under them. Only rows in sight are drawn, and elements are used again, so a frame of panning
 * or zooming costs what is on screen.
 */
import { countBelow } from '../../base/bisect.ts';
import type { Lane, Span } from '../../log/lanes.ts';
import type { SceneLog } from '../../log/log.ts';
import { begunWithin, type Piece, piecesOf, reachOf, type WayLane } from '../../log/ways.ts';
import { colourOf } from '../../scene/flights.ts';
import type { TimelineRow } from '../../scene/lane-groups.ts';
import {
  type AxisWindow,
  type Drawn,
  drawn,
  heatOf,
  placeOf,
  type Reach,
  stepAtPx,
  stretchesOf,
} from '../../scene/lane-marks.ts';
import { roomOf } from '../shared/room.ts';
import type { Translate } from '../shared/use-t.ts';
import { type Bar, drawBar, FEW, type Mark, NARROW } from './bars.ts';
import { type Ink, inkOf } from './ink.ts';
import { isWait, pieceTexts, spanTexts } from './span-texts.ts';
import { rulerMarks } from './ticks.ts';
import { fitting, widthOf } from './words.ts';

/** What is drawn of a row, with whose it is. */
export interface Shown extends Reach {
  readonly journey: number;
  readonly kind: Span['text']['kind'] | Piece['kind'];
  /** Hatched, with its length. */
  readonly waits: boolean;
  readonly texts: readonly string[];
}

/** What the painter draws, all of it. */
export interface Picture {
  readonly scene: SceneLog;
  readonly rows: readonly TimelineRow[];
  /** Time of a step, ns. */
  readonly time: (step: number) => number;
  readonly t: Translate;
}

export interface Painter {
  setPicture(picture: Picture): void;
  /** Draws a window with the playhead at rest on `step`. */
  paint(window: AxisWindow, step: number): void;
  /** Moves what has happened on to a step, in the window drawn last. */
  moveTo(step: number): void;
  /** What is under the pointer: what a span on screen shows, and of which row. */
  shownAt(target: Element, clientX: number): { readonly row: TimelineRow; readonly shown: Shown } | null;
  /** Spans of a row near a step, in order. */
  spansOf(row: TimelineRow, step: number): readonly Shown[];
  /** Marks a span as the keyboard's; null: none. */
  setCursor(cursor: { readonly key: string; readonly from: number } | null): void;
  forgetInk(): void;
}

export interface Places {
  /** Holds ruler and rows. */
  readonly root: HTMLElement;
  readonly scroller: HTMLElement;
  readonly ruler: HTMLElement;
  readonly canvas: HTMLCanvasElement;
}

/** Width of a stretch of heat, px. */
const HEAT = 4;
/** More interrupts of one source than this in a window are heat. */
const MOST_JOURNEYS = 300;
/** Interrupts that began before the window and may reach into it. */
const LOOK_BACK = 16;
/** Room around the text of a span, px. */
const PAD = 8;

const PLAIN: ReadonlySet<string> = new Set([
  'guestMode',
  'rootMode',
  'blocked',
  'preempted',
  'runs',
  'halted',
  'waitSipi',
]);

interface Made {
  readonly element: HTMLElement;
  readonly word: HTMLElement;
  key: string;
  x: number;
  w: number;
  shown: Shown | null;
  state: string;
  text: string;
  isCursor: boolean;
}

interface RowParts {
  readonly row: TimelineRow;
  readonly element: HTMLElement;
  /** What is on screen, by what it shows: a span keeps its element while the window moves. */
  shown: Map<number, Made>;
  /** What was on screen in the frame before and has not been drawn again. */
  left: Map<number, Made>;
  /** Elements that show nothing. */
  readonly spare: Made[];
  /** Spans that are drawn and no elements. */
  bars: Bar[];
}

/** Those of a list around a step: whoever goes from one to the next needs no others, and a storm has ten thousands. */
function near<One extends Reach>(list: readonly One[], step: number): readonly One[] {
  const at = countBelow(list.length, (i) => (list[i] as One).from, step);
  return list.slice(Math.max(0, at - LOOK_BACK), at + LOOK_BACK);
}

/** What tells a span from all others of its row. */
const keyOf = ({ from, journey }: Shown): number => from + 1 + journey * 2 ** 28;

export function createPainter({ root, scroller, ruler, canvas }: Places): Painter {
  let picture: Picture | null = null;
  let parts: RowParts[] = [];
  let ink: Ink | null = null;
  let font = '';
  /** Height of a row, px (0: not known), in what room. */
  let rows = { room: 0, height: 0 };
  let last: AxisWindow | null = null;
  let now = -1;
  let edges: { readonly of: AxisWindow; readonly steps: Int32Array } | null = null;
  let cursor: { readonly key: string; readonly from: number } | null = null;
  const labels: HTMLElement[] = [];
  const sheet = new OffscreenCanvas(1, 1);
  const context = sheet.getContext('2d');
  /** Takes what is on the sheet while bars are drawn over it, frame by frame. */
  let copy: { readonly of: OffscreenCanvas; readonly context: OffscreenCanvasRenderingContext2D | null } | null = null;
  /** The sheet is empty: its picture has been handed over. */
  let isEmpty = true;
  const owners = new WeakMap<Element, { readonly row: TimelineRow; readonly made: Made }>();

  /** Stretches of heat are the same in all rows of a window. */
  const edgesOf = (window: AxisWindow): Int32Array => {
    if (edges?.of !== window) edges = { of: window, steps: stretchesOf(window, HEAT) };
    return edges.steps;
  };

  const lengthOf = ({ from, to }: Reach): number => {
    const { scene, time } = picture as Picture;
    return Math.max(0, time(Math.min(to, scene.steps.length - 1)) - time(Math.max(0, from)));
  };

  function markOfLane({ kind }: Lane, span: Span): Mark {
    const plain = PLAIN.has(span.text.kind);
    return {
      from: span.from,
      to: span.to,
      journey: plain ? 0 : span.journey,
      kind: span.text.kind,
      waits: isWait(kind, span, lengthOf(span)),
    };
  }

  function shownOfLane(lane: Lane, span: Span): Shown {
    const mark = markOfLane(lane, span);
    return {
      ...mark,
      texts: spanTexts((picture as Picture).t, lane.kind, span, mark.waits ? lengthOf(span) : null),
    };
  }

  function markOfWay(journey: number, piece: Piece): Mark {
    const waits = piece.kind === 'waits' || (piece.kind === 'pends' && lengthOf(piece) > 0);
    return { ...piece, journey, waits };
  }

  const shownOfWay = (journey: number, piece: Piece): Shown => ({
    ...markOfWay(journey, piece),
    texts: pieceTexts((picture as Picture).t, piece.kind, lengthOf(piece)),
  });

  /** Interrupts of a lane that may reach into a window; null: too many to tell apart. */
  function journeysIn(way: WayLane, from: number, to: number): readonly number[] | null {
    const { scene } = picture as Picture;
    const { from: a, to: b } = begunWithin(scene, way, from, to);
    if (b - a > MOST_JOURNEYS) return null;
    return way.journeys.slice(Math.max(0, a - LOOK_BACK), b);
  }

  function paintRow(
    part: RowParts,
    window: AxisWindow,
    context: OffscreenCanvasRenderingContext2D,
    top: number,
    height: number,
  ): void {
    const { row } = part;
    const { scene } = picture as Picture;
    [part.left, part.shown] = [part.shown, new Map()];
    part.bars.length = 0;
    /** An element for what has room or stands nearly alone, or where the keyboard is. */
    const show = (many: boolean, x: number, w: number, mark: () => Mark, shown: () => Shown): void => {
      if (many && w < NARROW) {
        const bar: Bar = { mark: mark(), x, w, top, height, shown, done: -1 };
        if (!isUnderCursor(row, bar.mark)) {
          part.bars.push(bar);
          drawBar(context, ink as Ink, bar, doneOf(bar));
          return;
        }
      }
      put(part, shown(), x, w, window.width);
    };
    if (row.lane !== null) {
      const { lane } = row;
      const { spans, specks } = drawn(lane.spans, window);
      for (const { span, x, w } of spans)
        show(
          spans.length > FEW,
          x,
          w,
          () => markOfLane(lane, span),
          () => shownOfLane(lane, span),
        );
      speckle(context, specks, top, height);
      for (const tick of lane.ticks) {
        const x = placeOf(window, tick.step);
        if (x < 0 || x > window.width) continue;
        context.fillStyle = (ink as Ink).journeys[colourOf(tick.journey)] ?? '';
        context.fillRect(x - 1.5, top + 3, 3, height - 6);
      }
    } else if (row.way !== null) {
      const [first, end] = [Math.max(0, stepAtPx(window, 0)), stepAtPx(window, window.width)];
      const journeys = journeysIn(row.way, first, end);
      if (journeys === null)
        warm(context, heatOf([waysReach(scene, row.way, first, end)], edgesOf(window)), top, height);
      for (const journey of journeys ?? []) {
        const { spans, specks } = drawn(piecesOf(scene, journey), window);
        for (const { span, x, w } of spans)
          show(
            (journeys?.length ?? 0) > FEW / 2,
            x,
            w,
            () => markOfWay(journey, span),
            () => shownOfWay(journey, span),
          );
        speckle(
          context,
          specks.map((speck) => ({ ...speck, one: { journey } })),
          top,
          height,
        );
      }
    } else if (row.heat !== null) {
      warm(
        context,
        heatOf(
          row.heat.map(({ spans }) => spans),
          edgesOf(window),
        ),
        top,
        height,
      );
    } else if (row.ways !== null) {
      const [first, end] = [Math.max(0, stepAtPx(window, 0)), stepAtPx(window, window.width)];
      const lanes = row.ways.map((way) => waysReach(scene, way, first, end));
      warm(context, heatOf(lanes, edgesOf(window)), top, height);
    }
    for (const made of part.left.values()) hide(part, made);
    part.left.clear();
  }

  /** Interrupts of a lane as reaches in order; one that goes on while the next begins ends there. */
  function waysReach(scene: SceneLog, way: WayLane, first: number, end: number): Reach[] {
    const { from: a, to: b } = begunWithin(scene, way, first, end);
    const reaches: { from: number; to: number }[] = [];
    // So many that not each is looked at: every so manyth stands for its neighbours.
    const stride = Math.max(1, Math.floor((b - a) / 2000));
    for (let i = Math.max(0, a - 1); i < b; i += stride) {
      const { first: from, last: to } = reachOf(scene, way.journeys[i]);
      const before = reaches.at(-1);
      if (before !== undefined && before.to > from) before.to = from;
      reaches.push({ from, to: Math.max(from + 1, to) });
    }
    return reaches;
  }

  function speckle(
    context: OffscreenCanvasRenderingContext2D,
    specks: Drawn<Reach>['specks'] | readonly { x: number; w: number; one: { journey: number } | null }[],
    top: number,
    height: number,
  ): void {
    for (const { x, w, one } of specks) {
      const journey = one !== null && 'journey' in one ? (one.journey as number) : 0;
      context.fillStyle = (ink as Ink).journeys[colourOf(journey)] ?? '';
      context.fillRect(x, top + 3, w, height - 6);
    }
  }

  function warm(context: OffscreenCanvasRenderingContext2D, heat: Float32Array, top: number, height: number): void {
    context.fillStyle = (ink as Ink).heat;
    heat.forEach((n, i) => {
      if (n === 0) return;
      context.globalAlpha = 0.12 + 0.68 * n;
      context.fillRect(i * HEAT, top + 2, HEAT, height - 4);
    });
    context.globalAlpha = 1;
  }

  function make(part: RowParts): Made {
    const element = document.createElement('span');
    const word = document.createElement('span');
    word.className = 'tl-word';
    element.append(word);
    part.element.append(element);
    const made: Made = { element, word, key: '', x: 0, w: 0, shown: null, state: '', text: '', isCursor: false };
    owners.set(element, { row: part.row, made });
    return made;
  }

  function hide(part: RowParts, made: Made): void {
    made.shown = null;
    made.key = '';
    made.element.hidden = true;
    made.element.removeAttribute('data-journey');
    part.spare.push(made);
  }

  function put(part: RowParts, shown: Shown, begin: number, length: number, width: number): void {
    const which = keyOf(shown);
    const made = part.left.get(which) ?? part.spare.pop() ?? make(part);
    part.left.delete(which);
    part.shown.set(which, made);
    const { element } = made;
    // What reaches out of sight ends there, so that its text is in sight.
    const x = Math.max(-4, begin);
    const w = Math.min(width + 4, begin + length) - x;
    const key = `${shown.kind} ${shown.journey} ${shown.waits}`;
    if (made.key !== key) {
      made.key = key;
      made.state = '';
      made.isCursor = false;
      element.hidden = false;
      const colour = colourOf(shown.journey);
      element.className = `tl-span tl-c${colour} tl-${shown.kind}${shown.waits ? ' tl-hatch' : ''}`;
      if (shown.journey === 0) element.removeAttribute('data-journey');
      else element.dataset.journey = String(shown.journey);
    }
    if (made.x !== x) {
      made.x = x;
      element.style.transform = `translateX(${x}px)`;
    }
    if (made.w !== w) {
      made.w = w;
      element.style.width = `${w}px`;
    }
    const same = made.shown !== null && made.shown.texts[0] === shown.texts[0];
    made.shown = shown;
    if (!same) element.title = shown.texts[0] ?? '';
    const isCursor = isUnderCursor(part.row, shown);
    if (isCursor !== made.isCursor) {
      made.isCursor = isCursor;
      element.classList.toggle('tl-cursor', isCursor);
    }
    setState(made);
  }

  const isUnderCursor = (row: TimelineRow, { from }: Mark): boolean =>
    cursor !== null && cursor.key === row.key && cursor.from === from;

  /** Where the playhead is, px. */
  const headAt = (window: AxisWindow): number => window.axis.at(now, 1) * window.k + window.shift;

  /** How much of a bar is behind the playhead, px. */
  function doneOf({ mark, x, w }: Bar): number {
    if (last === null || (mark.from > now && mark.from >= 0)) return 0;
    return mark.to <= now ? w : Math.max(0, Math.min(w, headAt(last) - x));
  }

  /** Which side of the playhead a span is on, and where its text has room. */
  function setState(made: Made): void {
    const { element, word, x, w, shown } = made;
    if (shown === null || last === null) return;
    const head = headAt(last);
    const begun = shown.from <= now || shown.from < 0;
    const over = shown.to <= now;
    const cut = Math.max(0, Math.min(w, head - x));
    const state = !begun ? 'todo' : over ? 'done' : 'now';
    const right = state === 'now' && w - cut > cut;
    const room = state === 'now' ? Math.max(cut, w - cut) : w;
    const name = `${state}${right ? ' right' : ''}`;
    if (made.state !== name) {
      made.state = name;
      element.dataset.done = state;
      word.dataset.side = right ? 'todo' : state === 'now' ? 'done' : state;
    }
    if (state === 'now') element.style.setProperty('--cut', `${cut}px`);
    const text = fitting(shown.texts, room - PAD, font);
    if (made.text === text) return;
    made.text = text;
    word.textContent = text;
  }

  function paintRuler(window: AxisWindow, context: OffscreenCanvasRenderingContext2D, height: number): void {
    const { t } = picture as Picture;
    const { marks, bands } = rulerMarks(window, (time, band) => [t('timeline.band', { time, n: band.count }), time]);
    context.fillStyle = (ink as Ink).band;
    for (const band of bands) {
      const x = band.from * window.k + window.shift;
      if (band.count > 1) context.fillRect(x, 0, (band.to - band.from) * window.k, height);
    }
    context.strokeStyle = (ink as Ink).line;
    context.setLineDash([2, 3]);
    context.beginPath();
    let used = 0;
    let edge = Number.NEGATIVE_INFINITY;
    // Bands first: a moment beside one gives way to it.
    const taken: [number, number][] = [];
    const fits = (x: number, w: number): boolean => taken.every(([a, b]) => x + w < a || x > b);
    const place = (mark: (typeof marks)[number]): void => {
      const text = fitting(mark.texts, mark.band === 0 ? 120 : mark.band, font);
      const w = widthOf(text, font);
      const x = Math.max(0, Math.min(window.width - w, mark.x - w / 2));
      if (text === '' || !fits(x - 6, w + 12)) return;
      taken.push([x, x + w]);
      const label = labels[used] ?? ruler.appendChild(document.createElement('span'));
      labels[used] = label;
      used++;
      label.hidden = false;
      label.className = mark.band === 0 ? 'tl-moment' : 'tl-moment tl-instant';
      if (label.textContent !== text) label.textContent = text;
      label.title = mark.texts[0] ?? '';
      label.style.left = `${Math.round(x)}px`;
    };
    for (const mark of marks) if (mark.band > 0) place(mark);
    for (const mark of marks) {
      if (mark.band > 0 || mark.x < -1 || mark.x > window.width + 1) continue;
      if (mark.x - edge >= 24) {
        context.moveTo(Math.round(mark.x) + 0.5, 0);
        context.lineTo(Math.round(mark.x) + 0.5, height);
        edge = mark.x;
      }
      place(mark);
    }
    context.stroke();
    context.setLineDash([]);
    for (let i = used; i < labels.length; i++) (labels[i] as HTMLElement).hidden = true;
  }

  /** @param keeps the sheet keeps its picture, for bars go on over it */
  function paint(window: AxisWindow, step: number, keeps = false): void {
    last = window;
    now = step;
    if (picture === null) return;
    ink ??= inkOf(root);
    if (font === '') {
      const style = getComputedStyle(ruler);
      font = `600 ${style.fontSize} ${style.fontFamily}`;
    }
    if (context === null) return;
    const [w, { height: h, top }] = [window.width, roomOf(scroller)];
    // Rows are as high as they were while the room for them is.
    if (rows.room !== h || rows.height === 0) rows = { room: h, height: parts[0]?.element.offsetHeight ?? 0 };
    const height = rows.height === 0 ? 22 : rows.height;
    const more = top + h < parts.length * height - 4;
    const ratio = globalThis.devicePixelRatio || 1;
    const [wide, high] = [Math.round(w * ratio), Math.round(h * ratio)];
    if (sheet.width !== wide || sheet.height !== high) {
      sheet.width = wide;
      sheet.height = high;
      canvas.style.width = `${w}px`;
      canvas.style.height = `${h}px`;
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, w, h);
    paintRuler(window, context, h);
    const first = Math.max(0, Math.floor(top / height) - 1);
    const end = Math.min(parts.length, Math.ceil((top + h) / height) + 1);
    // There are more lanes below.
    scroller.toggleAttribute('data-more', more);
    parts.forEach((part, i) => {
      if (i >= first && i < end) paintRow(part, window, context, i * height - top, height);
      else {
        part.bars.length = 0;
        for (const made of part.shown.values()) hide(part, made);
        part.shown.clear();
      }
    });
    show(keeps);
  }

  /** A canvas that is drawn on is handed over anew with every frame of the page, whatever it is for; a picture only when there is another. */
  function show(keeps: boolean): void {
    if (sheet.width * sheet.height === 0) return;
    const { width, height } = sheet;
    const place = canvas.getContext('bitmaprenderer');
    isEmpty = !keeps;
    if (isEmpty) {
      place?.transferFromImageBitmap(sheet.transferToImageBitmap());
      return;
    }
    // One copy for all: it is empty again when its picture has been taken from it.
    if (copy?.of.width !== width || copy.of.height !== height) {
      const of = new OffscreenCanvas(width, height);
      copy = { of, context: of.getContext('2d') };
    }
    copy.context?.drawImage(sheet, 0, 0);
    place?.transferFromImageBitmap(copy.of.transferToImageBitmap());
  }

  return {
    setPicture(next) {
      const known = new Map(parts.map((part) => [part.element, part]));
      picture = next;
      parts = [...scroller.querySelectorAll<HTMLElement>('.tl-row')].flatMap((element, i) => {
        const row = next.rows[i];
        const before = known.get(element);
        if (row === undefined) return [];
        const part: RowParts = {
          row,
          element,
          shown: before?.shown ?? new Map(),
          left: new Map(),
          spare: before?.spare ?? [],
          bars: before?.bars ?? [],
        };
        for (const made of [...part.shown.values(), ...part.spare]) owners.set(made.element, { row, made });
        return [part];
      });
    },
    paint,
    moveTo(step) {
      if (step === now) return;
      now = step;
      let isOther = false;
      for (const { shown, bars } of parts) {
        for (const made of shown.values()) setState(made);
        for (const bar of bars) {
          const done = doneOf(bar);
          if (done === bar.done || context === null || ink === null) continue;
          isOther = true;
          if (!isEmpty) drawBar(context, ink, bar, done);
        }
      }
      if (!isOther) return;
      if (isEmpty && last !== null) paint(last, step, true);
      else show(true);
    },
    shownAt(target, clientX) {
      const span = target.closest('.tl-span');
      if (span !== null) {
        const found = owners.get(span);
        return found === undefined || found.made.shown === null ? null : { row: found.row, shown: found.made.shown };
      }
      const part = parts.find(({ element }) => element === target);
      const x = clientX - target.getBoundingClientRect().left;
      const bar = part?.bars.find((one) => x >= one.x && x <= one.x + one.w);
      return part === undefined || bar === undefined ? null : { row: part.row, shown: bar.shown() };
    },
    spansOf(row, step) {
      if (picture === null) return [];
      const { scene } = picture;
      if (row.lane !== null) {
        const { lane } = row;
        return near(lane.spans, step).map((span) => shownOfLane(lane, span));
      }
      if (row.way === null) return [];
      const { from } = begunWithin(scene, row.way, step, step);
      return row.way.journeys
        .slice(Math.max(0, from - LOOK_BACK), from + LOOK_BACK)
        .flatMap((journey) => near(piecesOf(scene, journey), step).map((piece) => shownOfWay(journey, piece)));
    },
    setCursor(next) {
      cursor = next;
      if (last !== null) paint(last, now);
    },
    forgetInk() {
      ink = null;
      font = '';
      rows = { room: 0, height: 0 };
    },
  };
}
