/**
 * Tokens, trails and the light on what they have passed. Drawn straight into SVG by the frame clock, past React: React draws cards
 * when a step begins or arrives, this draws in between. All it knows comes from scene/flights.ts.
 */
import { ARRIVE, type Position } from '../../scene/advance.ts';
import type { Anchor, Point } from '../../scene/anchors.ts';
import { placeOfStep, stepAnchor } from '../../scene/anchors.ts';
import {
  anchorOf,
  type Crossing,
  colourOf,
  crossingsAt,
  type Flight,
  opened,
  type Stage,
  type Token,
  tokensAt,
  trailsAt,
  travelled,
} from '../../scene/flights.ts';
import { pointAt } from '../../scene/paths.ts';
import { STATIONS } from '../../scene/places.ts';
import type { Translate } from '../shared/use-t.ts';
import { textWidth } from './text-fit.ts';

export interface TokenLayer {
  /** What to draw from: called whenever the stage or the language has changed. */
  setStage(stage: Stage | null, t: Translate): void;
  draw(position: Position): void;
}

const NS = 'http://www.w3.org/2000/svg';
type Attributes = Readonly<Record<string, string | number>>;

function make(parent: Element, name: string, attributes: Attributes, text?: string): SVGElement {
  const element = document.createElementNS(NS, name) as SVGElement;
  set(element, attributes);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

function set(element: Element, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, typeof value === 'number' ? String(Math.round(value * 100) / 100) : value);
  }
}

const colour = (journey: number): string => {
  const n = colourOf(journey);
  return n === 0 ? '--c:var(--accent);--c-soft:var(--accent-soft)' : `--c:var(--j${n});--c-soft:var(--j${n}-soft)`;
};

const BADGE = 18;
const TEXT = 11;
/** How far the pill of a docked token keeps off the card. */
const OFF = 3;
/** Tokens that dock as near as this stand one under the other, this far apart. */
/** How much of its gap's width a reason may take more, px; less than nothing: it keeps off the sides. */
const LEAN = -6;
const NEAR = 44;
const STACK = 22;

interface Drawn {
  readonly token: Token;
  readonly group: SVGElement;
  readonly pill: SVGElement;
  readonly badge: SVGElement;
  readonly number: SVGElement;
  readonly short: SVGElement;
  readonly long: SVGElement;
  /** Width where it rests. */
  rest: number;
  readonly wide: number;
  /** Lines of a reason that is broken in two. */
  lines: readonly SVGElement[];
  /** No room for the number of its journey. */
  bare: boolean;
  /** Distance of its dock from others at the same point. */
  readonly stack: number;
}

/** What flies beside the tokens: across the boundary, or from a physical CPU into its guest. */
interface Passing {
  readonly crossing: Crossing;
  readonly w: number;
  readonly group: SVGElement;
}

/** A vector of the host has six corners and no number. */
const hexagon = (w: number): string =>
  `M${-w / 2} 0L${-w / 2 + 6} ${-BADGE / 2 - 1}H${w / 2 - 6}L${w / 2} 0L${w / 2 - 6} ${BADGE / 2 + 1}H${-w / 2 + 6}z`;
const HEX_SIDE = 9;
const hexWidth = (text: string): number => textWidth(text, TEXT, 'mono') + 2 * HEX_SIDE;

/** A reason in two lines, broken at the space nearest its middle; in one where it has none. */
function halves(text: string): readonly string[] {
  const middle = text.length / 2;
  const spaces = [...text.matchAll(/ /g)].map((m) => m.index);
  const nearest = spaces.sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  if (nearest !== undefined) return [text.slice(0, nearest), text.slice(nearest + 1)];
  return [text];
}

/** Width of a pill with this text; without text the bare badge. */
const pillWidth = (text: string): number => (text === '' ? BADGE : BADGE + 5 + textWidth(text, TEXT, 'mono') + 8);

/** Where the middle of a docked pill is, from its anchor's point. */
function dockOffset(anchor: Anchor, width: number): number {
  if (anchor.side === 'bus' || anchor.side === 'top') return 0;
  return anchor.side === 'left' ? -(width / 2 + OFF) : width / 2 + OFF;
}

/** Room for a docked pill beside a card. */
function roomAt(stage: Stage, anchor: Anchor): number {
  const { columns, w, form } = stage.layout;
  if (anchor.side === 'top') return w;
  if (form === 'tall') return BADGE;
  const left = columns[anchor.gap];
  const right = columns[anchor.gap + 1];
  const outside = left === undefined || right === undefined;
  const over = outside ? -4 : form === 'embed' ? 0 : 8;
  return (right?.x ?? w) - (left === undefined ? 0 : left.x + left.w) + over;
}

/** @param under trails, below the cards @param over lights and tokens, above them */
export function createTokenLayer(under: SVGGElement, over: SVGGElement): TokenLayer {
  const wake = make(over, 'g', { class: 'bd-wake' });
  const lights = make(over, 'g', { class: 'bd-lights' });
  const pills = make(over, 'g', { class: 'bd-tokens' });
  let stage: Stage | null = null;
  let t: Translate = (key) => key;
  let step = -2;
  let arrived: boolean | null = null;
  let drawn: Drawn[] = [];
  let passing: Passing[] = [];
  let trail: { readonly flight: Flight; readonly paths: SVGElement[] } | null = null;

  function drawTrails(now: Stage): void {
    under.replaceChildren();
    wake.replaceChildren();
    for (const { flight, current } of trailsAt(now, step)) {
      const back = flight.path?.back ? ' bd-back' : '';
      for (const part of flight.path?.parts ?? []) {
        make(under, 'path', {
          class: `bd-trail${current ? '' : ' bd-pale'}${back}`,
          d: part.d,
          style: colour(flight.journey),
        });
      }
    }
    trail = null;
    const flight = drawn.find((d) => d.token.flight !== null)?.token.flight ?? null;
    if (flight?.path) {
      const paths = flight.path.parts.map((part) =>
        make(wake, 'path', { class: 'bd-trail', d: part.d, style: colour(flight.journey) }),
      );
      trail = { flight, paths };
    }
  }

  /** Rows and cells: those the journey has passed, and where this step happens. */
  function drawLights(now: Stage): void {
    lights.replaceChildren();
    const seen = new Set<string>();
    const light = (anchor: Anchor, journey: number, kind: string): void => {
      const { row, cell } = anchor;
      const key = cell ? `${cell.x} ${cell.y}` : row ? `${row.x} ${row.y} ${row.h}` : '';
      if (key === '' || seen.has(key)) return;
      seen.add(key);
      const style = colour(journey);
      if (cell !== null) {
        const edge = anchor.side === 'left' ? cell.x - 2.5 : cell.x + cell.w + 2.5;
        const y = cell.y + cell.h / 2;
        make(lights, 'path', { class: `bd-leader ${kind}`, d: `M${anchor.lead} ${y}H${edge}`, style });
        make(lights, 'rect', {
          class: `bd-ring ${kind}`,
          x: cell.x - 2.5,
          y: cell.y - 2.5,
          width: cell.w + 5,
          height: cell.h + 5,
          rx: 3,
          style,
        });
      } else if (row !== null) {
        const whole = now.layout.cards.some(
          (card) => card.x === row.x && card.y === row.y && card.h === row.h && card.w === row.w,
        );
        const inset = whole ? 0 : 4;
        make(lights, 'rect', {
          class: `bd-light ${kind}`,
          x: row.x + inset,
          y: row.y + (whole ? 0 : 1),
          width: row.w - 2 * inset,
          height: row.h - (whole ? 0 : 2),
          rx: whole ? 8 : 5,
          style,
        });
      }
    };
    const { steps } = now.scene;
    const at = steps.get(step);
    const station = at === undefined ? null : STATIONS[at.name];
    if (at !== undefined && station !== null) {
      const moved = drawn.some((d) => d.token.flight !== null);
      const anchor = moved ? anchorOf(now, step) : stepAnchor(now, at);
      if (anchor !== null && placeOfStep(now.scene, at, station).at !== 'bus') light(anchor, at.journey, 'bd-now');
    }
    // What the shown journey has passed since its last return to a source.
    for (const { flight, current } of trailsAt(now, step)) if (current) light(flight.to, flight.journey, 'bd-passed');
    for (const { token } of drawn)
      if (token.flight === null) light(token.anchor, token.journey, token.current ? 'bd-passed' : 'bd-waits');
  }

  function drawTokens(now: Stage): void {
    pills.replaceChildren();
    const tokens = tokensAt(now, step).sort(
      (a, b) => Number(b.current) - Number(a.current) || Number(b.flight !== null) - Number(a.flight !== null),
    );
    const docks: Point[] = [];
    drawn = tokens.map((token) => {
      const { x, y } = token.anchor.point;
      let stack = 0;
      while (docks.some((dock) => Math.abs(dock.x - x) < NEAR && Math.abs(dock.y - y - stack * STACK) < STACK)) stack++;
      docks.push({ x, y: y + stack * STACK });
      const shown = token.current && !token.waiting ? token.label : '';
      const widthOf = token.signal ? hexWidth : pillWidth;
      const label = widthOf(shown) <= roomAt(now, token.anchor) || token.signal ? shown : '';
      const kind = token.current ? '' : ' bd-pale';
      const group = make(pills, 'g', { class: `bd-token${kind}`, style: colour(token.journey) });
      const rest = widthOf(label);
      const pill = token.signal
        ? make(group, 'path', { class: 'bd-pill', d: hexagon(rest) })
        : make(group, 'rect', { class: 'bd-pill', y: -BADGE / 2 - 1, height: BADGE + 2, rx: BADGE / 2 + 1 });
      const one: Drawn = {
        token,
        group,
        pill,
        badge: make(group, 'circle', { class: 'bd-badge', r: token.signal ? 0 : BADGE / 2 - 1.5 }),
        number: make(
          group,
          'text',
          { class: 'bd-number', y: 3.4, 'text-anchor': 'middle' },
          token.signal ? '' : String(token.journey),
        ),
        short: make(group, 'text', { class: 'bd-text', y: 3.9 }, label),
        long: make(group, 'text', { class: 'bd-text', y: 3.9 }, token.long),
        rest,
        wide: Math.max(rest, widthOf(token.long)),
        lines: [],
        bare: token.signal,
        stack,
      };
      if (token.ended !== null && token.flight === null) settle(one, true);
      return one;
    });
  }

  /** What crosses, in a layer of its own over the tokens. */
  function drawPassing(now: Stage): void {
    passing = crossingsAt(now, step).map((crossing) => {
      const { kind, label, journey } = crossing;
      const signal = kind === 'signal';
      const arrow = kind === 'exit' ? '▼ ' : kind === 'entry' ? '▲ ' : '';
      const w = hexWidth(arrow + label);
      const group = make(pills, 'g', {
        class: `bd-token bd-cross-${kind}`,
        style: signal ? colour(journey) : '',
        opacity: 0,
      });
      if (signal) make(group, 'path', { class: 'bd-pill', d: hexagon(w) });
      else make(group, 'rect', { class: 'bd-pill', x: -w / 2, y: -9, width: w, height: 18, rx: 4 });
      make(group, 'text', { class: 'bd-text', y: 3.9, 'text-anchor': 'middle' }, arrow + label);
      return { crossing, w, group };
    });
  }

  /** Moves what crosses; once it is through, the card says it. */
  function pass(phase: number, has: boolean): void {
    const side = stage?.layout.merged ? 1 : -1;
    for (const { crossing, w, group } of passing) {
      const share = travelled(phase);
      const { x: on, y } = pointAt(crossing.path, share);
      // A signal comes to rest beside the card it goes to.
      const x = crossing.kind === 'signal' ? on + side * (w / 2 + OFF) * share : on;
      set(group, {
        transform: `translate(${x.toFixed(2)} ${y.toFixed(2)})`,
        opacity: has ? 0 : Math.min(1, phase / 0.08),
      });
    }
  }

  /** A token that has ended says why, even over what lies beside it; until it gets there it says what it knows. */
  function settle(one: Drawn, there: boolean): void {
    const { ended, label } = one.token;
    if (ended === null) return;
    const text = there ? `× ${t(ended)}` : label;
    one.short.textContent = text;
    one.rest = pillWidth(text);
    one.lines = [];
    const room =
      stage === null || stage.layout.form === 'tall' ? Number.POSITIVE_INFINITY : roomAt(stage, one.token.anchor);
    const broken = there && one.rest > room + LEAN;
    if (broken) {
      const two = halves(t(ended));
      one.short.textContent = '';
      one.lines = two.map((line, i) =>
        make(one.short, 'tspan', { dy: two.length === 1 ? 0 : i === 0 ? -5.5 : 12.5 }, line),
      );
      one.rest = Math.max(...two.map(pillWidth));
    }
    one.bare = one.lines.length === 1 && stage?.layout.form === 'embed';
    if (one.bare) one.rest = hexWidth(t(ended));
    set(one.badge, { r: one.bare ? 0 : BADGE / 2 - 1.5 });
    one.number.textContent = one.bare ? '' : String(one.token.journey);
    const high = one.lines.length > 1 ? 15 : BADGE / 2 + 1;
    set(one.pill, { y: -high, height: 2 * high, rx: BADGE / 2 + 1 });
    one.group.classList.toggle('bd-ended', there);
  }

  /** Puts a pill's middle at a point, opened so far. */
  function place(one: Drawn, x: number, y: number, open: number): void {
    const w = one.rest + (one.wide - one.rest) * open;
    set(one.group, { transform: `translate(${Math.round(x * 100) / 100} ${Math.round(y * 100) / 100})` });
    const { signal } = one.token;
    set(one.pill, signal ? { d: hexagon(w) } : { x: -w / 2, width: w });
    set(one.badge, { cx: -w / 2 + BADGE / 2 });
    set(one.number, { x: -w / 2 + BADGE / 2 });
    const text = -w / 2 + (one.bare ? HEX_SIDE : BADGE + 4);
    for (const line of one.lines) set(line, { x: text });
    set(one.short, { x: text, opacity: open > 0.3 ? 0 : 1 });
    set(one.long, { x: text, opacity: Math.max(0, Math.min(1, (open - 0.35) / 0.4)) });
  }

  /** Where a docked pill is. A reason that has no room beside its row hangs below it, or leans over the row's beginning. */
  function dockPoint(one: Drawn): Point {
    const { anchor } = one.token;
    const { point } = anchor;
    const x = point.x + dockOffset(anchor, one.rest);
    const y = point.y + one.stack * STACK;
    const half = one.rest / 2;
    const form = stage?.layout.form;
    if (anchor.side === 'top') return { x, y };
    if (form === 'tall' && half > BADGE) return { x: Math.max(x, half + 3), y: y + STACK - 2 };
    const before = stage?.layout.columns[anchor.gap];
    if (one.token.ended !== null && anchor.side === 'left' && before !== undefined) {
      // In the middle of its gap, if that is too narrow for it to keep off both sides.
      const left = before.x + before.w;
      return { x: Math.max(x, Math.min(point.x - OFF - half, x) < left + 3 ? (left + point.x) / 2 : x), y };
    }
    const least = form === 'embed' && anchor.side === 'left' && before !== undefined ? before.x + before.w + 3 : 0;
    return { x: Math.max(x, least + half), y };
  }

  function docked(one: Drawn): void {
    const { x, y } = dockPoint(one);
    place(one, x, y, 0);
  }

  function fly(one: Drawn, flight: Flight, phase: number): void {
    const share = travelled(phase);
    const { from, to, path } = flight;
    if (share >= 1 || path === null || from === null) {
      docked(one);
      set(one.group, { opacity: from === null && path === null ? Math.min(1, phase / ARRIVE / 0.5) : 1 });
      return;
    }
    const point = pointAt(path, share);
    const open = opened(share);
    const at = (anchor: Anchor): number => dockOffset(anchor, one.rest);
    const offset = (at(from) * (1 - share) + at(to) * share) * (1 - open);
    // The open pill stays within the stage.
    const half = (one.rest + (one.wide - one.rest) * open) / 2;
    const limit = stage?.layout.w ?? 0;
    const x = Math.max(half + 2, Math.min(limit - half - 2, point.x + offset));
    place(one, x, point.y + one.stack * STACK * share, open);
    set(one.group, { opacity: 1 });
  }

  /** Lets the trail grow behind the token. */
  function growTrail(phase: number): void {
    if (trail === null) return;
    const { path } = trail.flight;
    if (path === null) return;
    const flown = travelled(phase) * path.length;
    path.parts.forEach((part, i) => {
      const length = part.to - part.from;
      const seen = Math.max(0, Math.min(length, flown - part.from));
      const whole = seen >= length;
      set(trail?.paths[i] as SVGElement, {
        'stroke-dasharray': whole ? (path.back ? '3 4' : 'none') : `${seen.toFixed(1)} ${(length + 9).toFixed(1)}`,
      });
    });
  }

  return {
    setStage(next, translate) {
      stage = next;
      t = translate;
      step = -2;
    },
    draw(position) {
      if (stage === null) return;
      if (position.step !== step) {
        step = position.step;
        arrived = null;
        drawTokens(stage);
        drawPassing(stage);
        drawTrails(stage);
        drawLights(stage);
        for (const one of drawn) if (one.token.flight === null) docked(one);
      }
      const has = position.phase >= ARRIVE;
      if (has !== arrived) {
        arrived = has;
        over.classList.toggle('bd-arrived', has);
        for (const one of drawn) if (one.token.flight !== null) settle(one, has);
        pass(position.phase, has);
      } else if (has) return;
      else pass(position.phase, false);
      for (const one of drawn) if (one.token.flight !== null) fly(one, one.token.flight, position.phase);
      growTrail(position.phase);
    },
  };
}
