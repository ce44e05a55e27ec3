/**
 * Ways across the stage. Cards stand in columns; between them are gaps, below them a lane. A way leaves its row sideways,
 * turns only in gaps and lanes, and enters the next row sideways, so that it crosses nothing that can be read; where it must pass
 * through a card it does so straight along the row it belongs to.
 */
import type { Anchor, Point } from './anchors.ts';
import type { StageLayout } from './layout.ts';
import { streetOf, type VcpuMap } from './vcpu-map.ts';

/** A drawn piece of a way; from and to are distances along the whole. */
export interface PathPart {
  readonly d: string;
  readonly from: number;
  readonly to: number;
}

export interface Path {
  /** Samples x, y and distance so far, three numbers each. */
  readonly samples: Float64Array;
  readonly length: number;
  /** Pieces outside cards: the trail. */
  readonly parts: readonly PathPart[];
  /** Goes right to left. */
  readonly back: boolean;
}

const RADIUS = 10;
const n3 = (x: number): string => String(Math.round(x * 1000) / 1000);
const at = (p: Point): string => `${n3(p.x)} ${n3(p.y)}`;

/** Collects curves as samples and as path text. */
class Pen {
  private readonly out: number[] = [];
  private readonly parts: PathPart[] = [];
  private d = '';
  private partFrom = 0;
  private length = 0;
  private here: Point;

  constructor(start: Point) {
    this.here = start;
    this.out.push(start.x, start.y, 0);
  }

  private go(p: Point): void {
    this.length += Math.hypot(p.x - this.here.x, p.y - this.here.y);
    this.here = p;
    this.out.push(p.x, p.y, this.length);
  }

  private close(): void {
    if (this.d !== '') this.parts.push({ d: this.d, from: this.partFrom, to: this.length });
    this.d = '';
  }

  private open(): void {
    if (this.d !== '') return;
    this.partFrom = this.length;
    this.d = `M${at(this.here)}`;
  }

  /** Straight through a card: the token goes, no trail is drawn. */
  through(p: Point): void {
    this.close();
    this.go(p);
  }

  line(p: Point): void {
    this.open();
    this.d += `L${at(p)}`;
    this.go(p);
  }

  cubic(c1: Point, c2: Point, p: Point): void {
    this.open();
    this.d += `C${at(c1)} ${at(c2)} ${at(p)}`;
    const from = this.here;
    for (let i = 1; i <= 20; i++) {
      const t = i / 20;
      const u = 1 - t;
      const mix = (k: 'x' | 'y'): number =>
        u * u * u * from[k] + 3 * u * u * t * c1[k] + 3 * u * t * t * c2[k] + t * t * t * p[k];
      this.go({ x: mix('x'), y: mix('y') });
    }
  }

  private quad(c: Point, p: Point): void {
    this.d += `Q${at(c)} ${at(p)}`;
    const from = this.here;
    for (let i = 1; i <= 6; i++) {
      const t = i / 6;
      const u = 1 - t;
      this.go({ x: u * u * from.x + 2 * u * t * c.x + t * t * p.x, y: u * u * from.y + 2 * u * t * c.y + t * t * p.y });
    }
  }

  /** Through corners, rounded. */
  corners(points: readonly Point[]): void {
    const way = points.filter((p, i) => {
      const before = i === 0 ? this.here : (points[i - 1] as Point);
      return Math.hypot(p.x - before.x, p.y - before.y) > 0.01;
    });
    this.open();
    way.forEach((corner, i) => {
      const next = way[i + 1];
      if (next === undefined) {
        this.d += `L${at(corner)}`;
        this.go(corner);
        return;
      }
      const inward = Math.hypot(corner.x - this.here.x, corner.y - this.here.y);
      const onward = Math.hypot(next.x - corner.x, next.y - corner.y);
      const r = Math.min(RADIUS, inward / 2, onward / 2);
      const toward = (from: Point, to: Point, distance: number, length: number): Point => ({
        x: from.x + ((to.x - from.x) * distance) / length,
        y: from.y + ((to.y - from.y) * distance) / length,
      });
      const enter = toward(corner, this.here, r, inward);
      const leave = toward(corner, next, r, onward);
      this.d += `L${at(enter)}`;
      this.go(enter);
      this.quad(corner, leave);
    });
  }

  /** Through corners and no further. */
  drawn(points: readonly Point[]): Path {
    this.corners(points);
    return this.done(false);
  }

  done(back: boolean): Path {
    this.close();
    return { samples: Float64Array.from(this.out), length: this.length, parts: this.parts, back };
  }
}

/** Left and right edge of a gap. */
function gapEdges(layout: StageLayout, gap: number): readonly [number, number] {
  // A column that this form leaves out has no width, and no gap of its own.
  const left = layout.columns.findLast((column, i) => i <= gap && column.w > 0);
  const right = layout.columns.find((column, i) => i > gap && column.w > 0);
  return [left === undefined ? 0 : left.x + left.w, right === undefined ? layout.w : right.x];
}

/** x of the upright part of a way in a gap; ways of different journeys keep a little apart. */
function channel(layout: StageLayout, gap: number, place: number, shift: number): number {
  const [left, right] = gapEdges(layout, gap);
  return left + (right - left) * place + shift;
}

function facing(pen: Pen, from: Point, to: Point): void {
  if (Math.abs(from.y - to.y) < 0.5) {
    pen.line(to);
    return;
  }
  const middle = (from.x + to.x) / 2;
  pen.cubic({ x: middle, y: from.y }, { x: middle, y: to.y }, to);
}

/** Does a line run there: from a source to a row of the routing table, or to a chip? */
const isWired = (a: Anchor, b: Anchor): boolean =>
  a.card.startsWith('source:') ? /^(routing|pic|ioapic)$/.test(b.card) : b.card.startsWith('source:') && isWired(b, a);

/** How far apart the upright parts of wires of different GSIs stand, px. */
const WIRES_APART = 9;

/** A wire turns where all of its GSI do: a line that several sources share is one line from there on. */
function wired(pen: Pen, layout: StageLayout, { point: p }: Anchor, { point: q }: Anchor): void {
  const [left, right] = [Math.min(p.x, q.x), Math.max(p.x, q.x)];
  const row = p.x > q.x ? p : q;
  const rows = [...layout.routeRows.values()];
  const nth = rows.findIndex(({ y, h }) => Math.abs(y + h / 2 - row.y) < 1);
  const apart = Math.min(WIRES_APART, (right - left) / 2 / rows.length);
  const x = (left + right) / 2 + (nth < 0 ? 0 : (nth - (rows.length - 1) / 2) * apart);
  pen.corners([{ x, y: p.y }, { x, y: q.y }, q]);
}

/** Within one gap. */
function inGap(pen: Pen, layout: StageLayout, a: Anchor, b: Anchor, shift: number): void {
  const { point: p } = a;
  const { point: q } = b;
  if (a.side === 'bus' && b.side === 'bus') pen.line(q);
  else if (a.side === 'bus') pen.corners([{ x: p.x, y: q.y }, q]);
  else if (b.side === 'bus') pen.corners([{ x: q.x, y: p.y }, q]);
  else if (a.side !== b.side) {
    if (isWired(a, b)) wired(pen, layout, a, b);
    else facing(pen, p, q);
  } else if (a.card === b.card) pen.line(q);
  else {
    const [left, right] = gapEdges(layout, a.gap);
    const reach = Math.min(22, (right - left) * 0.55) + shift;
    const x = a.side === 'left' ? p.x - reach : p.x + reach;
    pen.corners([{ x, y: p.y }, { x, y: q.y }, q]);
  }
}

/** Where in the gap before the local APICs a way back goes down to its lane: past the bus. */
const BACK = 0.88;

/** A way along the edges of cards keeps so far off that a pill on it touches none. */
const CLEAR = 13;

/** Height above a card's upper edge at which a way comes along to it. */
const ABOVE = 11;

/** Corners from an anchor on a card's side to one on a card's upper edge. */
function downTo(
  layout: StageLayout,
  from: Point,
  gap: number,
  side: Anchor['side'],
  top: Anchor,
  shift: number,
): Point[] {
  const level = top.point.y - ABOVE;
  const over = { x: top.point.x, y: level };
  if (side === 'bus') return [{ x: from.x, y: level }, over, top.point];
  const [left, right] = gapEdges(layout, gap);
  const reach = Math.min(22, (right - left) * 0.55) + shift;
  const x = side === 'left' ? from.x - reach : from.x + reach;
  const near = [{ x, y: level }, over, top.point];
  if (gap >= top.gap - 1 || layout.form === 'tall') return [{ x, y: from.y }, ...near];
  // From further away below everything, then up beside the column of the cards.
  const beside = channel(layout, top.gap - 1, 0.5, shift);
  return [
    { x, y: from.y },
    { x, y: layout.backY },
    { x: beside, y: layout.backY },
    { x: beside, y: level },
    over,
    top.point,
  ];
}

/** To or from a card under the columns. */
function underColumns(pen: Pen, layout: StageLayout, a: Anchor, b: Anchor, shift: number): void {
  const rise = { x: a.point.x, y: a.point.y - ABOVE };
  if (a.side === 'top' && b.side === 'top') {
    const level = Math.min(rise.y, b.point.y - ABOVE);
    pen.corners([{ x: rise.x, y: level }, { x: b.point.x, y: level }, b.point]);
  } else if (b.side === 'top') {
    let { point, side, gap } = a;
    const own = layout.columns[gap + 1];
    // Out through its own row, where there is a gutter behind it: between two columns, or beside the only one.
    if (side === 'left' && own && gap + 1 === b.gap && (gap < 0 || layout.columns[gap + 2])) {
      point = { x: own.x + own.w, y: point.y };
      side = 'right';
      gap++;
      pen.through(point);
    }
    pen.corners(downTo(layout, point, gap, side, b, shift));
  } else {
    const way = downTo(layout, b.point, b.gap, b.side, a, shift);
    pen.corners([...way.slice(0, -1).reverse(), b.point]);
  }
}

/** Goes to another gap along a level below the columns in between. */
function around(
  pen: Pen,
  layout: StageLayout,
  from: Point,
  gapA: number,
  b: Anchor,
  level: number,
  shift: number,
  back: boolean,
): void {
  const x1 =
    back && gapA === 2 && !layout.merged
      ? channel(layout, 2, BACK, shift)
      : channel(layout, gapA, back ? 0.5 : 0.4, shift);
  const x2 = b.side === 'bus' ? b.point.x : channel(layout, b.gap, back ? 0.26 : 0.5, shift);
  pen.corners([{ x: x1, y: from.y }, { x: x1, y: level }, { x: x2, y: level }, { x: x2, y: b.point.y }, b.point]);
}

/** Under the local APICs, over what stands below them. */
const underLapics = (layout: StageLayout): number =>
  Math.max(...[...layout.lapics.values()].map(({ card }) => card.y + card.h)) + CLEAR;

/**
 * To a vCPU past its local APIC, as an NMI and an ExtINT go: under the chips, then between the local APICs and what stands below
 * them, and up in the gutter before the vCPU.
 */
function pastLapic(pen: Pen, layout: StageLayout, from: Anchor, to: Anchor, shift: number): void {
  const points: Point[] = [];
  let { point } = from;
  const turn = (x: number, y: number): void => {
    points.push({ x, y: point.y }, { x, y });
    point = { x, y };
  };
  if (from.gap < 2) {
    let level = 0;
    for (let c = from.gap + 1; c <= 2; c++) level = Math.max(level, layout.columns[c]?.bottom ?? 0);
    turn(channel(layout, from.gap, 0.5, shift), level + CLEAR);
  }
  turn(channel(layout, 2, 0.5, shift), underLapics(layout));
  turn(channel(layout, 3, 0.5, shift), to.point.y);
  pen.corners([...points, to.point]);
}

/**
 * The way from one anchor to another.
 * @param shift sideways distance that keeps journeys apart, px
 */
export function pathBetween(layout: StageLayout, a: Anchor, b: Anchor, shift = 0): Path {
  const pen = new Pen(a.point);
  const right = (column: number): number => {
    const c = layout.columns[column];
    return c === undefined ? layout.w : c.x + c.w;
  };
  const left = (column: number): number => layout.columns[column]?.x ?? 0;
  if (a.side === 'top' || b.side === 'top') {
    underColumns(pen, layout, a, b, shift);
    return pen.done(false);
  }
  if (layout.map !== null && (a.side === 'tile' || b.side === 'tile'))
    return throughMap(layout, layout.map, a, b, shift);
  if (layout.form === 'tall' && a.side !== b.side && a.side !== 'bus' && b.side !== 'bus') {
    // One column: down in the left gutter, back up in the right one, across along a row of its own.
    const goesUp = b.point.y < a.point.y;
    const across = goesUp === (a.side === 'right') ? b : a;
    const turn = { x: across === b ? a.point.x : b.point.x, y: across.point.y };
    if (across === a) pen.through(turn);
    const from: Anchor = across === a ? { ...b, point: turn, card: '' } : a;
    const to: Anchor = across === b ? { ...a, point: turn, card: '' } : b;
    inGap(pen, layout, from, to, shift);
    if (across === b) pen.through(b.point);
    return pen.done(goesUp);
  }
  if (a.gap === b.gap) {
    inGap(pen, layout, a, b, shift);
    return pen.done(false);
  }
  const lane = layout.backY + shift;
  if (b.gap > a.gap) {
    let from = a;
    if (a.side === 'left') {
      // Out through its own row.
      const point = { x: right(a.gap + 1), y: a.point.y };
      pen.through(point);
      from = { ...a, point, side: 'right', gap: a.gap + 1 };
    }
    if (from.gap === b.gap) {
      inGap(pen, layout, from, b, shift);
    } else if (b.side === 'right' && from.gap === b.gap - 1) {
      const enter = { x: left(b.gap), y: b.point.y };
      facing(pen, from.point, enter);
      pen.through(b.point);
    } else if (b.gap === 3 && b.side === 'left' && !layout.merged) {
      pastLapic(pen, layout, from, b, shift);
    } else {
      let level = 0;
      for (let c = from.gap + 1; c <= b.gap; c++) level = Math.max(level, layout.columns[c]?.bottom ?? 0);
      if (level === 0 && b.side === 'left') {
        if (isWired(from, b)) wired(pen, layout, from, b);
        else facing(pen, from.point, b.point);
        return pen.done(false);
      }
      around(pen, layout, from.point, from.gap, b, Math.min(level + CLEAR, lane), shift, false);
    }
    return pen.done(false);
  }
  if (b.side === 'left' && b.gap + 1 === a.gap) {
    // Back into the next card to the left, in through its own row.
    const enter = { x: right(b.gap + 1), y: b.point.y };
    facing(pen, a.point, enter);
    pen.through(b.point);
  } else if (a.card === b.card) {
    pen.through({ x: b.point.x, y: a.point.y });
    pen.line(b.point);
  } else if (!layout.merged && a.gap === 3) {
    // Between the lanes and what stands below them, then down beside it.
    const under = underLapics(layout);
    const x1 = channel(layout, 3, 0.5, shift);
    const x2 = channel(layout, 2, BACK, shift);
    pen.corners([
      { x: x1, y: a.point.y },
      { x: x1, y: under },
      { x: x2, y: under },
    ]);
    around(pen, layout, { x: x2, y: under }, 2, b, lane, shift, true);
  } else {
    around(pen, layout, a.point, a.gap, b, lane, shift, true);
  }
  return pen.done(true);
}

const tileOf = ({ card }: Anchor): number => Number(card.slice(card.indexOf(':') + 1));

/** From the bus to a tile: along above all rows, down beside them, and along under its own. */
function streetTo(map: VcpuMap, tile: Anchor): readonly Point[] {
  const y = streetOf(map, tileOf(tile));
  return [{ x: map.trunkX, y: map.headY }, { x: map.trunkX, y }, { x: tile.point.x, y }, tile.point];
}

/** To a tile of the map, from one, or between two. */
function throughMap(layout: StageLayout, map: VcpuMap, a: Anchor, b: Anchor, shift: number): Path {
  if (a.side === 'tile' && b.side === 'tile') {
    const [, , ...from] = [...streetTo(map, a)].reverse();
    const [, ...to] = streetTo(map, b);
    const [y1, y2] = [streetOf(map, tileOf(a)), streetOf(map, tileOf(b))];
    const direct = [{ x: a.point.x, y: y1 }, { x: b.point.x, y: y2 }, b.point];
    return new Pen(a.point).drawn(y1 === y2 ? direct : [{ x: a.point.x, y: y1 }, ...from.slice(0, 1), ...to]);
  }
  const tile = a.side === 'tile' ? a : b;
  const way = streetTo(map, tile);
  const head = { x: layout.busX, y: map.headY };
  const bus: Anchor = { ...tile, point: head, side: 'bus', card: '', row: null, cell: null };
  if (a === tile) {
    const out = new Pen(a.point).drawn([...way].reverse().slice(1).concat(head));
    return b.point.x === head.x && b.point.y === head.y ? out : joinPaths(out, pathBetween(layout, bus, b, shift));
  }
  const into = new Pen(head).drawn(way);
  return a.point.x === head.x && a.point.y === head.y ? into : joinPaths(pathBetween(layout, a, bus, shift), into);
}

/** Two ways as one, straight through the card between them. */
export function joinPaths(first: Path, second: Path): Path {
  const end = first.samples.length;
  const [x, y] = [first.samples[end - 3], first.samples[end - 2]];
  const across = Math.hypot(second.samples[0] - x, second.samples[1] - y);
  const before = first.length + across;
  const samples = Float64Array.from([...first.samples, ...second.samples]);
  for (let i = end + 2; i < samples.length; i += 3) samples[i] = samples[i] + before;
  const parts = second.parts.map((part) => ({ ...part, from: part.from + before, to: part.to + before }));
  return { samples, length: before + second.length, parts: [...first.parts, ...parts], back: second.back };
}

/** Point at a share of the way. */
export function pointAt(path: Path, share: number): Point {
  const { samples, length } = path;
  const want = Math.max(0, Math.min(1, share)) * length;
  let low = 0;
  let high = samples.length / 3 - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (samples[middle * 3 + 2] <= want) low = middle;
    else high = middle;
  }
  const [x0, y0, d0] = [samples[low * 3], samples[low * 3 + 1], samples[low * 3 + 2]];
  const [x1, y1, d1] = [samples[high * 3], samples[high * 3 + 1], samples[high * 3 + 2]];
  const t = d1 > d0 ? (want - d0) / (d1 - d0) : want >= d1 ? 1 : 0;
  return { x: x0 + (x1 - x0) * t, y: y0 + (y1 - y0) * t };
}
