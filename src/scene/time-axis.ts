/**
 * The one scale of the timeline. Time is to scale, and an instant at which things happen is opened as a band in which each of its
 * steps has a cell of its own; or, switched over, every step is a cell and time is not shown. Ticks, playhead, scrubber and lanes
 * all ask here where something is, in px at zoom 1; zooming and panning multiply and shift what they get.
 */
import { lastAtMost } from '../base/bisect.ts';
import { type Instants, instantOf } from '../log/instants.ts';

export type AxisMode = 'time' | 'step';

/** Width of a step's cell where there is room, px. */
export const CELL = 11.5;
/** Share of the width that cells may take where time has to be shown as well. */
const CELLS_SHARE = 0.6;

/** An instant opened as a band. */
export interface Band {
  readonly ns: number;
  /** Its first step, and how many. */
  readonly step: number;
  readonly count: number;
  readonly from: number;
  readonly to: number;
}

export interface TimeAxis {
  readonly mode: AxisMode;
  /** Width of all of it at zoom 1, px. */
  readonly width: number;
  readonly count: number;
  /** Width of a step's cell at zoom 1, px. */
  readonly cell: number;
  /** px a ns at zoom 1; 0 where time does not show. */
  readonly perNs: number;
  /** First and last moment, ns. */
  readonly from: number;
  readonly to: number;
  /** Where a step's cell begins and where it ends. */
  start(step: number): number;
  end(step: number): number;
  /** Where the playhead stands: a step moves it from the end of the one before to its own. -1 is before the first. */
  at(step: number, phase: number): number;
  /** The step whose cell is there, or the last one before; -1 before the first. */
  stepAt(x: number): number;
  /** Where a moment is; an instant with steps ends where they do. */
  ofTime(ns: number): number;
  /** The moment that is shown there, ns. */
  timeAt(x: number): number;
  /** Instants between two places. @param least leave out those narrower than this, px */
  bands(from: number, to: number, least: number): readonly Band[];
}

/** @param width room for all of it, px */
export function createAxis(instants: Instants, mode: AxisMode, width: number): TimeAxis {
  const { first, ns, steps: count } = instants;
  const room = Math.max(1, width);
  const from = ns[0] ?? 0;
  const to = Math.max(from, ns.at(-1) ?? 0);
  const span = mode === 'time' ? to - from : 0;
  const all = Math.max(1, count);
  const cell = span > 0 ? Math.min(CELL, (CELLS_SHARE * room) / all) : room / all;
  const perNs = span > 0 ? (room - cell * all) / span : 0;
  /** How far an instant is moved to the right by the time before it. */
  const shift = (i: number): number => (i < 0 ? 0 : (ns[i] - from) * perNs);
  const begin = (i: number): number => first[i] * cell + shift(i);
  const stepsOf = (i: number): number => (first[i + 1] ?? count) - first[i];
  const end = (step: number): number => (step + 1) * cell + shift(instantOf(instants, step));
  const instantAt = (x: number): number => lastAtMost(first.length, begin, x);
  return {
    mode,
    width: room,
    count,
    cell,
    perNs,
    from,
    to,
    start: (step) => (step < 0 ? 0 : end(step) - cell),
    end: (step) => (step < 0 ? 0 : end(step)),
    at(step, phase) {
      if (step < 0) return 0;
      const [before, after] = [step === 0 ? 0 : end(step - 1), end(step)];
      return before + (after - before) * phase;
    },
    stepAt(x) {
      const i = instantAt(x);
      if (i < 0) return -1;
      const inside = Math.floor((x - begin(i)) / cell);
      return first[i] + Math.max(0, Math.min(stepsOf(i) - 1, inside));
    },
    ofTime(when) {
      const i = lastAtMost(ns.length, (k) => ns[k], when);
      return i < 0 ? 0 : (first[i + 1] ?? count) * cell + (Math.min(when, to) - from) * perNs;
    },
    timeAt(x) {
      const i = instantAt(x);
      if (i < 0) return from;
      const past = x - begin(i) - stepsOf(i) * cell;
      return past <= 0 || perNs === 0 ? ns[i] : Math.min(to, ns[i] + past / perNs);
    },
    bands(left, right, least) {
      const out: Band[] = [];
      for (let i = Math.max(0, instantAt(left)); i < first.length; ) {
        const start = begin(i);
        if (start > right) break;
        const stop = start + stepsOf(i) * cell;
        if (stop - start >= least && stop >= left) {
          out.push({ ns: ns[i], step: first[i], count: stepsOf(i), from: start, to: stop });
          i++;
          continue;
        }
        // A narrow one is passed over, and in one leap all that end within the same few px.
        i = Math.max(i + 1, instantAt(start + least));
      }
      return out;
    },
  };
}
