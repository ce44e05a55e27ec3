/** What stands on the ruler: moments of virtual time in the unit that fits, instants with their steps, or numbers of steps. */
import { scaleLinear, tickStep } from 'd3';
import { nanoseconds } from '../../base/numbers.ts';
import type { AxisWindow } from '../../scene/lane-marks.ts';
import type { Band } from '../../scene/time-axis.ts';

export interface RulerMark {
  readonly x: number;
  /** Whole, then what may stand for it. */
  readonly texts: readonly string[];
  /** Width that an instant's band has on screen; 0: a moment, with a line down the lanes. */
  readonly band: number;
}

/** Room for a tick with its text, px. */
const APART = 72;
/** A band narrower than this has no text of its own, px. */
const NAMED = 26;
const UNITS = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
  ['ns', 1],
] as const;

/** A moment as text, exact to the step between ticks: "2.448 12 s" would say the same in each of them, so it is "+1 µs" past `base`. */
function moment(ns: number, step: number, base: number | null): string {
  if (base !== null && ns !== base) {
    const [unit, size] = UNITS.find(([, each]) => step >= each) ?? (['ns', 1] as const);
    return `+${Number(((ns - base) / size).toPrecision(6))} ${unit}`;
  }
  if (ns === 0) return '0 µs';
  const [unit, size] = UNITS.find(([, each]) => ns >= each) ?? (['ns', 1] as const);
  const digits = Math.max(0, Math.ceil(Math.log10(size / Math.max(1, step)) - 1e-9));
  return `${Number((ns / size).toFixed(Math.min(9, digits)))} ${unit}`;
}

const place = ({ k, shift }: AxisWindow, u: number): number => u * k + shift;

/** @param bandText words for an instant with steps */
export function rulerMarks(
  window: AxisWindow,
  bandText: (time: string, band: Band) => readonly string[],
): { readonly marks: readonly RulerMark[]; readonly bands: readonly Band[] } {
  const { axis, k, shift, width } = window;
  const [left, right] = [-shift / k, (width - shift) / k];
  const count = Math.max(2, Math.floor(width / APART));
  if (axis.mode === 'step' || axis.perNs === 0) {
    const first = axis.stepAt(left);
    const last = axis.stepAt(right);
    const marks = scaleLinear()
      .domain([Math.max(1, first + 1), Math.max(2, last + 1)])
      .ticks(Math.min(count, Math.max(1, last - first)))
      .filter((n) => Number.isInteger(n) && n >= 1 && n <= axis.count)
      .map((n) => ({ x: place(window, axis.end(n - 1)), texts: [String(n)], band: 0 }));
    return { marks, bands: [] };
  }
  const bands = axis.bands(left, right, 2 / k);
  const [from, to] = [axis.timeAt(left), axis.timeAt(right)];
  const perPx = 1 / (axis.perNs * k);
  const step = Math.max(1, tickStep(0, perPx * width, count));
  const base = from / step > 2000 ? Math.ceil(from / step) * step : null;
  const marks: RulerMark[] = [];
  for (const band of bands) {
    const x = Math.max(0, place(window, band.from));
    const w = Math.min(width, place(window, band.to)) - x;
    if (w >= NAMED && band.count > 1)
      marks.push({ x: x + w / 2, band: w, texts: bandText(nanoseconds(band.ns), band) });
  }
  // Moments that lie in a band are said by the band.
  const named = new Set(
    bands.filter(({ count: n, from: a, to: b }) => n > 1 && (b - a) * k >= NAMED).map(({ ns }) => ns),
  );
  const ticks =
    to > from
      ? scaleLinear()
          .domain([from, to])
          .ticks(Math.min(400, Math.max(1, (to - from) / step)))
      : [];
  for (const ns of ticks) {
    if (named.has(ns)) continue;
    marks.push({ x: place(window, axis.ofTime(ns)), band: 0, texts: [moment(ns, step, base)] });
  }
  return { marks: marks.sort((a, b) => a.x - b.x), bands };
}
