/**
 * What of a lane is drawn in a window of the timeline: spans wide enough to be seen, and specks for runs of narrower ones. A speck
 * leaps over all that lies within its few px, so a frame costs what can be seen, however much there is.
 */
import { countBelow } from '../base/bisect.ts';
import type { TimeAxis } from './time-axis.ts';

/** Something with a beginning and an end, in steps; a list of them is in order and does not overlap. */
export interface Reach {
  readonly from: number;
  readonly to: number;
}

/** The part of an axis that is on screen: px = place * k + shift. */
export interface AxisWindow {
  readonly axis: TimeAxis;
  readonly k: number;
  readonly shift: number;
  /** px from 0 on. */
  readonly width: number;
}

export interface Drawn<Span extends Reach> {
  readonly spans: readonly { readonly span: Span; readonly x: number; readonly w: number }[];
  /** `one`: it stands for that span alone. */
  readonly specks: readonly { readonly x: number; readonly w: number; readonly one: Span | null }[];
}

/** Narrower than this is a speck, px. */
export const LEAST = 3;

/** Where a state begins that a step has brought about: in the middle of its cell, when what moves has arrived. */
export function placeOf({ axis, k, shift }: AxisWindow, step: number): number {
  if (step < 0) return shift;
  return (step >= axis.count ? axis.width : axis.end(step) - axis.cell / 2) * k + shift;
}

/** Step that is shown at a px; -1 before the first. */
export const stepAtPx = ({ axis, k, shift }: AxisWindow, x: number): number => axis.stepAt((x - shift) / k);

export function drawn<Span extends Reach>(spans: readonly Span[], window: AxisWindow): Drawn<Span> {
  const out: { span: Span; x: number; w: number }[] = [];
  const specks: { x: number; w: number; one: Span | null }[] = [];
  const count = spans.length;
  const fromOf = (i: number): number => (spans[i] as Span).from;
  let i = countBelow(count, (k) => (spans[k] as Span).to, stepAtPx(window, 0));
  while (i < count) {
    const span = spans[i] as Span;
    const x = placeOf(window, span.from);
    if (x > window.width) break;
    const w = placeOf(window, span.to) - x;
    if (w >= LEAST) {
      out.push({ span, x, w });
      i++;
      continue;
    }
    let next = Math.max(i + 1, countBelow(count, fromOf, stepAtPx(window, x + LEAST) + 1));
    const last = spans[next - 1] as Span;
    // The last of them may be a wide one.
    if (next - 1 > i && placeOf(window, last.to) - placeOf(window, last.from) >= LEAST) next--;
    const end = placeOf(window, (spans[next - 1] as Span).to);
    specks.push({ x, w: Math.max(2, end - x), one: next === i + 1 ? span : null });
    i = next;
  }
  return { spans: out, specks };
}

/** Steps at the edges of each stretch of a window, `px` wide: one more than there are stretches. */
export function stretchesOf(window: AxisWindow, px: number): Int32Array {
  const edges = new Int32Array(Math.ceil(window.width / px) + 1);
  for (let i = 0; i < edges.length; i++) edges[i] = stepAtPx(window, i * px);
  return edges;
}

/**
 * How much of each stretch of a window some lanes are in a state, 0..1 of all of them.
 * @param edges of the stretches, in steps
 */
export function heatOf(lanes: readonly (readonly Reach[])[], edges: Int32Array): Float32Array {
  const heat = new Float32Array(edges.length - 1);
  const share = 1 / Math.max(1, lanes.length);
  for (const spans of lanes) {
    const toOf = (k: number): number => (spans[k] as Reach).to;
    let i = countBelow(spans.length, toOf, edges[0]);
    for (let bin = 0; bin < heat.length && i < spans.length; bin++) {
      const [left, right] = [edges[bin], edges[bin + 1]];
      // Those that ended before this stretch are over.
      if (toOf(i) < left) i += countBelow(spans.length - i, (k) => toOf(i + k), left);
      const span = spans[i];
      if (span === undefined) break;
      if (span.from <= right) heat[bin] = heat[bin] + share;
    }
  }
  return heat;
}

/**
 * Effects in each stretch of the whole run, as a share of the busiest.
 * @param px width of a stretch at zoom 1  @param rowOf first row of a step, or one past the last
 */
export function densityOf(axis: TimeAxis, px: number, rowOf: (step: number) => number): Float32Array {
  const bins = new Float32Array(Math.max(1, Math.ceil(axis.width / px)));
  let before = -1;
  for (let bin = 0; bin < bins.length; bin++) {
    // A step is counted where its cell ends.
    const at = Math.min(axis.width, (bin + 1) * px) + 1e-6;
    let last = axis.stepAt(at);
    if (last > before && axis.end(last) > at) last--;
    if (last <= before) continue;
    bins[bin] = rowOf(last + 1) - rowOf(before + 1);
    before = last;
  }
  const most = bins.reduce((a, b) => Math.max(a, b), 1);
  return bins.map((n) => n / most);
}
