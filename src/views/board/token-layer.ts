/**
 * Tokens, trails and the light on what they have passed, drawn by the frame clock past React: React draws cards when a step begins or
 * arrives, this draws in between. Tokens are elements of their own over the still drawing, moved by `transform` alone, so that
 * a frame paints nothing. All it knows comes from scene/flights.ts.
 */

import { locatorOf } from '../../explain/locate/index.ts';
import { seqAt } from '../../log/steps.ts';
import { ARRIVE, type Position } from '../../scene/advance.ts';
import { type Anchor, placeOfStep, stepAnchor } from '../../scene/anchors.ts';
import {
  alongEdge,
  anchorOf,
  colourOf,
  type Flight,
  gutterAt,
  keptOff,
  OFF,
  poseAt,
  type Stage,
  type Token,
  type TokenState,
  tokensAt,
  trailsAt,
  travelled,
} from '../../scene/flights.ts';
import type { Box, CardBox } from '../../scene/layout.ts';
import { flightPhase, msAt, type Score, scoreOf, stillAt } from '../../scene/score.ts';
import type { Shape } from '../../scene/shapes.ts';
import type { Wait } from '../../scene/waits.ts';

import { labelText } from '../shared/label-text.ts';
import type { Translate } from '../shared/use-t.ts';
import { colourStyle } from './board-types.ts';
import { textWidth } from './text-fit.ts';

export interface TokenLayer {
  /** What to draw from: called whenever the stage or the language has changed. */
  setStage(stage: Stage | null, t: Translate, marks?: Marks | null): void;
  draw(position: Position): void;
}

/** What is drawn beside tokens and trails; comes with what tells which interrupts wait (marks.ts). */
export interface Marks {
  /** Where docked tokens stand, and what is said under those that wait. */
  readonly settle: (stage: Stage, drawn: readonly Drawn[], low: number, there: boolean) => readonly Box[];
  /** What a wait waits for, under its token, and where from it is freed. */
  readonly note: (parent: HTMLElement, wait: Wait, t: Translate) => void;
  readonly tether: (parent: SVGElement, stage: Stage, wait: Wait, t: Translate) => void;
  /** What a step asks, and what rises. */
  readonly actOf: (
    drawing: Element,
    pills: HTMLElement,
    stage: Stage,
    step: number,
    score: Score,
    t: Translate,
    taken: readonly Box[],
  ) => { draw(ms: number): void } | null;
  /** What crosses, over the tokens; null: nothing does. */
  readonly passingOf: (
    pills: HTMLElement,
    stage: Stage,
    step: number,
    t: Translate,
  ) => { draw(phase: number, arrived: boolean): void } | null;
  readonly drawVeil: (layer: Element, stage: Stage, step: number) => void;
  /** How far the rest has stepped back, 0..1. */
  readonly dimAt: (stage: Stage, position: Position) => number;
  /** Draws the lines: those that are low under the cards, those that are high over the veil. */
  readonly drawWires: (low: Fill, high: Fill, stage: Stage, seq: number) => void;
  readonly shapeOf: (scene: Stage['scene'], token: Token, now: number, there: boolean) => Shape;
}

/** The parts of the drawing the layer fills. */
export interface TokenRoots {
  /** Trails, below the cards. */
  readonly under: SVGGElement;
  /** Light, above them. */
  readonly over: SVGGElement;
  /** What lets the rest step back, between the cards and the light. */
  readonly veil?: HTMLElement | SVGElement;
  /** Tokens, above all. */
  readonly pills: HTMLElement;
}

const NS = 'http://www.w3.org/2000/svg';
type Attributes = Readonly<Record<string, string | number>>;

export function make(parent: Element, name: string, attributes: Attributes): SVGElement {
  const element = parent.ownerDocument.createElementNS(NS, name) as SVGElement;
  set(element, attributes);
  parent.append(element);
  return element;
}

/** What elements were given: what stays as it was is not read back from the browser, and not written again. */
const given = new WeakMap<Element, Record<string, string>>();

function givenTo(element: Element): Record<string, string> {
  const known = given.get(element) ?? {};
  given.set(element, known);
  return known;
}

/** @param properties of its style they are, each for itself: a whole style would take the others with it */
function set(element: HTMLElement | SVGElement, attributes: Attributes, properties?: CSSStyleDeclaration): void {
  const known = givenTo(element);
  for (const name in attributes) {
    const value = attributes[name] as string | number;
    const text = typeof value === 'number' ? String(Math.round(value * 100) / 100) : value;
    if (known[name] === text) continue;
    known[name] = text;
    if (properties) properties.setProperty(name, text);
    // The page's policy forbids a style attribute, not a style.
    else if (name === 'style') element.style.cssText = text;
    else element.setAttribute(name, text);
  }
}

export type Fill = (name: string, attributes: Attributes) => SVGElement;

/** Shapes that a layer has no use for now: making one anew takes longer than all else, and leaves the old one to be collected. */
const spares = new WeakMap<Element, Record<string, SVGElement[]>>();

/**
 * Fills an element with shapes, those that are in it first, then those it has had: what stays as it was costs nothing. `end` takes
 * out what is left over.
 */
export function refill(parent: Element): { readonly add: Fill; readonly end: () => void } {
  let next = parent.firstElementChild;
  const spare = spares.get(parent) ?? {};
  spares.set(parent, spare);
  const of = (name: string): SVGElement[] => (spare[name] ??= []);
  const drop = (gone: Element): void => {
    gone.remove();
    of(gone.tagName).push(gone as SVGElement);
  };
  return {
    add(name, attributes) {
      let here = next as SVGElement | null;
      const after = here?.nextElementSibling as SVGElement | null;
      // One that is no longer there must not cost those behind it.
      if (here !== null && here.tagName !== name && after?.tagName === name) {
        drop(here);
        here = after;
      }
      if (here?.tagName === name) next = here.nextElementSibling;
      else here = parent.insertBefore(of(name).pop() ?? make(parent, name, {}), here);
      const known = givenTo(here);
      for (const old in known) {
        if (old === 'style' || old in attributes) continue;
        here.removeAttribute(old);
        delete known[old];
      }
      set(here, attributes);
      return here;
    },
    end() {
      while (next !== null) {
        const gone = next;
        next = gone.nextElementSibling;
        drop(gone);
      }
    },
  };
}

function write(element: Element, text: string): void {
  const words = element.firstChild;
  if (words === null) element.append(text);
  else if (words.nodeValue !== text) words.nodeValue = text;
}

export function span(parent: HTMLElement, className: string, text: string, tag = 'span'): HTMLElement {
  const element = parent.ownerDocument.createElement(tag);
  element.className = className;
  element.textContent = text;
  parent.append(element);
  return element;
}

export const colour = (journey: number): string => {
  const style = colourStyle(colourOf(journey));
  return `--c:${style['--c']};--c-soft:${style['--c-soft']}`;
};

const BADGE = 18;
/** Around the letters of a pill, px: in a gutter of this width, and in one that is narrower. */
const EASY_PAD = 14;
const TIGHT_PAD = 7;
const EASY_GUTTER = 95;
/** Text of a pill, px; on the screen it is never smaller. */
const TEXT = 11;
const NO_SCORE: Score = { ask: 0, asks: [], fly: 1, lifts: [] };
const HEX_SIDE = 9;

/** Widths on the safe side: the element is as wide, so its text fits. */
const mono = (text: string, scale: number): number => textWidth(text, Math.max(TEXT, TEXT / scale), 'mono');
export const hexWidth = (text: string, scale: number): number => mono(text, scale) + 2 * HEX_SIDE;
/** @param pad what stands around its letters, px */
const pillWidth = (text: string, scale: number, pad: number): number =>
  text === '' ? BADGE + 2 : BADGE + pad + mono(text, scale);
const PAUSE = 14;
/** What an edge and a spark are wider than their names: their feet, and their points. */
const FEET = 14;

export interface Drawn {
  readonly token: Token;
  readonly element: HTMLElement;
  readonly text: HTMLElement;
  /** Width of its pill, and how far below its row it stands, px (settle.ts). */
  w: number;
  stack: number;
}

/** What a token is made of. Its element is used again for the next that stands at its place in the list. */
interface TokenParts {
  readonly element: HTMLElement;
  readonly badge: HTMLElement;
  readonly text: HTMLElement;
}

export function move(element: HTMLElement, x: number, y: number, w: number): void {
  const transform = `translate(${(x - w / 2).toFixed(2)}px, ${(y - 10).toFixed(2)}px)`;
  set(element, { transform }, element.style);
}

export function createTokenLayer({ under, over, veil, pills }: TokenRoots): TokenLayer {
  const wake = make(over, 'g', { class: 'bd-wake' });
  const lights = make(over, 'g', { class: 'bd-lights' });
  const tethers = make(over, 'g', { class: 'bd-tethers' });
  let stage: Stage | null = null;
  let marks: Marks | null = null;
  let t: Translate = (key) => key;
  let step = -2;
  let arrived: boolean | null = null;
  let drawn: Drawn[] = [];
  let taken: readonly Box[] = [];
  let passing: ReturnType<Marks['passingOf']> = null;
  let score: Score = NO_SCORE;
  let act: { draw(ms: number): void } | null = null;
  const made = new WeakMap<Element, TokenParts>();
  /** Tokens that nothing needs now. */
  const spare: TokenParts[] = [];
  let trail: { readonly flight: Flight; readonly paths: SVGElement[] } | null = null;

  function drawTrails(now: Stage): void {
    const low = refill(under);
    const high = refill(wake);
    marks?.drawWires(low.add, high.add, now, seqAt(now.scene, step, arrived === true));
    for (const { flight, current } of trailsAt(now, step)) {
      const back = flight.path?.back ? ' bd-back' : '';
      for (const part of flight.path?.parts ?? []) {
        // The way that led here stays before the veil.
        (current ? high : low).add('path', {
          class: `bd-trail${current ? '' : ' bd-pale'}${back}`,
          d: part.d,
          style: colour(flight.journey),
        });
      }
    }
    trail = null;
    const flown = drawn.find((d) => d.token.flight !== null);
    const flight = flown?.token.flight ?? null;
    if (flight?.path && !alongEdge(flight)) {
      // A line goes high behind the one that raises it.
      const kind = flown?.element.getAttribute('data-shape') === 'line' && !flight.path.back ? ' bd-high' : '';
      const paths = flight.path.parts.map((part) =>
        high.add('path', { class: `bd-trail${kind}`, d: part.d, style: colour(flight.journey) }),
      );
      trail = { flight, paths };
    }
    low.end();
    high.end();
  }

  function ring(add: Fill, { cell, row }: Anchor, journey: number, kind: string): void {
    const style = colour(journey);
    if (cell !== null) {
      const box = { x: cell.x - 2.5, y: cell.y - 2.5, width: cell.w + 5, height: cell.h + 5, rx: 3 };
      add('rect', { class: `bd-ring ${kind}`, ...box, style });
    } else if (row !== null) {
      const whole = stage?.layout.cards.includes(row as CardBox);
      const inset = whole ? 0 : 4;
      add('rect', {
        class: `bd-light ${kind}`,
        x: row.x + inset,
        y: row.y + (whole ? 0 : 1),
        width: row.w - 2 * inset,
        height: row.h - (whole ? 0 : 2),
        rx: whole ? 8 : 5,
        style,
      });
    }
  }

  /** Rows and cells: those the journey has passed, and where this step happens. */
  function drawLights(now: Stage): void {
    const { add, end } = refill(lights);
    const seen = new Set<string>();
    const light = (anchor: Anchor, journey: number, kind: string): void => {
      const { row, cell } = anchor;
      const box = cell ?? row;
      const key = `${box?.x} ${box?.y} ${box?.h}`;
      if (box === null || seen.has(key)) return;
      seen.add(key);
      if (cell !== null) {
        const edge = anchor.side === 'left' ? cell.x - 2.5 : cell.x + cell.w + 2.5;
        const y = cell.y + cell.h / 2;
        const style = colour(journey);
        add('path', { class: `bd-leader ${kind}`, d: `M${anchor.lead} ${y}H${edge}`, style });
      }
      ring(add, anchor, journey, kind);
    };
    const { steps } = now.scene;
    // Until it gets there, where it stands is lit.
    const at = arrived ? steps.get(step) : undefined;
    const locator = at && locatorOf(at.name);
    if (at && locator) {
      const moved = drawn.some((d) => d.token.flight !== null);
      const anchor = moved ? anchorOf(now, step) : stepAnchor(now, at);
      if (anchor !== null && placeOfStep(now.scene, at, locator).at !== 'bus') light(anchor, at.journey, 'bd-now');
    }
    // What the shown journey has passed since its last return to a source. A row that says nothing now is no mark.
    for (const { flight, current } of trailsAt(now, step)) {
      if (current && !flight.to.card.startsWith('vcpu')) light(flight.to, flight.journey, 'bd-passed');
    }
    for (const { token } of drawn) {
      if (token.flight || token.anchor.card.startsWith('vcpu')) continue;
      light(token.anchor, token.journey, token.current || token.wait !== null ? 'bd-passed' : 'bd-waits');
    }
    end();
  }

  function stateOf({ flight, wait, ended }: Token, there: boolean): TokenState {
    if (flight && !there && !stage?.still) return 'moving';
    return wait !== null ? 'waiting' : ended !== null ? 'ended' : 'resting';
  }

  /** What a token says: until it gets there what it was called before, there what it has learnt or why it ends. */
  function say(one: Drawn, there: boolean): void {
    const { token, element, text } = one;
    const state = stateOf(token, there);
    const narrow = stage?.layout.form === 'tall';
    // One that does not fly is where it is going, whatever else is on its way.
    const here = there || !token.flight;
    const tiled = token.anchor.side === 'tile' && here;
    const bare = token.waiting || tiled;
    const reason = here && token.ended && !token.wait ? t(token.ended) : null;
    const name = labelText(here ? token.label : token.before, t);
    const names = reason === null ? [name, name.replace(' ', '')] : [`× ${reason}`, reason, '×'];
    const scale = stage?.layout.scale ?? 1;
    const gutter = stage === null ? null : gutterAt(stage, token.anchor.point);
    const between = gutter === null ? Number.POSITIVE_INFINITY : gutter[1] - gutter[0];
    const pad = between < EASY_GUTTER ? TIGHT_PAD : EASY_PAD;
    const widthOf = (words: string): number =>
      (token.signal ? hexWidth(words, scale) : pillWidth(words, scale, pad)) +
      (/edge|spark/.test(element.getAttribute('data-shape') ?? '') && words !== '' ? FEET : 0) +
      (state === 'waiting' && words !== '' ? PAUSE : 0);
    // As much of why it ended as its gutter has room for; beside a column its name too: else that stands in its row.
    const room = narrow ? between - 2 * OFF : reason === null ? Number.POSITIVE_INFINITY : between;
    const shown = bare ? '' : (names.find((words) => widthOf(words) <= room) ?? (narrow ? '' : names.at(-1)) ?? '');
    write(text, shown);
    if (text.hidden !== (shown === '')) text.hidden = shown === '';
    // A bare number has no shape but its own.
    if (shown === '') set(element, { 'data-shape': 'message' });
    one.w = widthOf(shown);
    set(element, { 'data-state': state });
    element.classList.toggle('bd-ended', state === 'ended');
    element.classList.toggle('bd-parked', state === 'waiting');
    // What it waited for.
    element.children[1]?.remove();
    if (state === 'waiting' && token.wait !== null && !narrow && !tiled) marks?.note(element, token.wait, t);
  }

  function partsAt(index: number): TokenParts {
    const here = pills.children[index];
    const known = here ? made.get(here) : spare.pop();
    if (known) {
      if (!here) pills.append(known.element);
      return known;
    }
    const element = span(pills, 'bd-token', '', 'div');
    const pill = span(element, 'bd-pill', '');
    const badge = span(pill, 'bd-badge', '');
    const text = span(pill, 'bd-text', '');
    span(pill, 'bd-bars', '');
    const parts = { element, badge, text };
    made.set(element, parts);
    return parts;
  }

  function drawTokens(now: Stage, there: boolean): void {
    const tokens = tokensAt(now, step, there).sort(
      (a, b) => Number(b.current) - Number(a.current) || Number(b.flight !== null) - Number(a.flight !== null),
    );
    // What is no token is the last step's.
    for (let last = pills.lastElementChild; last !== null; last = pills.lastElementChild) {
      const known = made.get(last);
      if (known && pills.children.length <= tokens.length) break;
      last.remove();
      if (known) spare.push(known);
    }
    drawn = tokens.map((token, index) => {
      const { element, badge, text } = partsAt(index);
      element.classList.toggle('bd-signal', token.signal);
      element.classList.toggle('bd-pale', !token.current);
      set(element, colourStyle(colourOf(token.journey)) as Attributes, element.style);
      set(element, {
        'data-token': token.label,
        'data-journey': token.journey,
        'data-card': token.anchor.card,
        'data-shape': marks?.shapeOf(now.scene, token, step, there) ?? 'message',
      });
      write(badge, token.signal ? '' : String(token.journey));
      const one: Drawn = { token, element, text, w: 0, stack: 0 };
      say(one, there);
      return one;
    });
    taken = marks?.settle(now, drawn, low(now), there) ?? [];
  }

  function resize(one: Drawn, w: number): void {
    one.element.classList.toggle('bd-closed', w <= one.w - 1);
    set(one.element, { width: `${w.toFixed(1)}px`, opacity: 1 }, one.element.style);
  }

  const fade = ({ element }: Drawn, opacity: number): void =>
    set(element, { opacity: Math.min(1, opacity) }, element.style);

  /** Where a token of this width is seen whole. */
  const inside = (x: number, w: number): number =>
    Math.max(w / 2 + 2, Math.min(x, (stage?.layout.w ?? Number.POSITIVE_INFINITY) - w / 2 - 2));

  /** Height of what is seen of the sheet, in layout units. */
  const low = (now: Stage): number => {
    const sheet = Number.parseFloat(pills.parentElement?.style.height ?? '') / now.layout.scale;
    return now.layout.form === 'embed' && sheet > 0 ? sheet : now.layout.h;
  };

  function docked(one: Drawn): void {
    if (stage === null) return;
    const { anchor } = one.token;
    const { x, y } = anchor.side === 'top' ? anchor.point : keptOff(stage, anchor.point, one.w);
    resize(one, one.w);
    move(one.element, inside(x, one.w), y + one.stack, one.w);
  }

  function fly(one: Drawn, flight: Flight, phase: number): void {
    if (stage === null) return;
    const share = travelled(phase);
    if (share >= 1 || flight.path === null || flight.from === null) {
      docked(one);
      if (flight.from === null) fade(one, (phase / ARRIVE) * 2);
      return;
    }
    const pose = poseAt(stage, flight, one.w, share);
    resize(one, pose.w);
    move(one.element, inside(pose.x, pose.w), pose.y + one.stack * share, pose.w);
  }

  /** Lets the trail grow behind the token. */
  function growTrail(phase: number): void {
    const path = trail?.flight.path;
    if (!path) return;
    const flown = travelled(phase) * path.length;
    path.parts.forEach((part, i) => {
      const length = part.to - part.from;
      const seen = Math.max(0, Math.min(length, flown - part.from));
      // A way back is dotted from its first point on.
      const grown = path.back ? `${'3 4 '.repeat(seen / 7)}0` : seen;
      set(trail?.paths[i] as SVGElement, { 'stroke-dasharray': `${grown} ${length + 9}` });
    });
  }

  function redraw(now: Stage, has: boolean): void {
    arrived = has;
    drawTokens(now, has);
    passing = marks?.passingOf(pills, now, step, t) ?? null;
    drawTrails(now);
    drawLights(now);
    tethers.replaceChildren();
    for (const { token } of drawn) {
      if (token.wait !== null) marks?.tether(tethers, now, token.wait, t);
    }
    score = scoreOf(now, step);
    for (const one of drawn) docked(one);
    const drawing = under.closest('svg');
    act = has || drawing === null ? null : (marks?.actOf(drawing, pills, now, step, score, t, taken) ?? null);
    if (veil !== undefined) marks?.drawVeil(veil, now, step);
  }

  return {
    setStage(next, translate, waitMarks = null) {
      stage = next;
      marks = waitMarks;
      t = translate;
      step = -2;
    },
    draw(position) {
      if (stage === null) return;
      const has = position.phase >= ARRIVE;
      if (veil !== undefined) veil.style.opacity = (marks?.dimAt(stage, position) ?? 0).toFixed(2);
      if (position.step !== step || has !== arrived) {
        step = position.step;
        redraw(stage, has);
        passing?.draw(position.phase, has);
      } else if (has) return;
      else passing?.draw(position.phase, false);
      const { still = false } = stage;
      const faded = still ? stillAt(score, position.phase) : null;
      const phase = faded === null ? flightPhase(score, position.phase) : faded.there ? ARRIVE : 0;
      if (!has)
        for (const one of drawn) {
          if (one.token.flight === null) continue;
          fly(one, one.token.flight, phase);
          if (faded !== null) fade(one, faded.opacity);
        }
      act?.draw(msAt(score, position.phase));
      growTrail(phase);
    },
  };
}
