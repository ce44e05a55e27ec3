/**
 * Spans without room for a text, where a row has many: drawn on the canvas under the rows, as the style sheet draws those that are
 * elements (timeline.css, tl-span). An element costs style, layout and paint in each frame of a pan; a bar costs its paint.
 */
import { colourOf } from '../../scene/flights.ts';
import type { Ink } from './ink.ts';
import type { Shown } from './painter.ts';

/** A row with more spans in sight has its narrow ones drawn, and narrow is what no text fits in, px. */
export const FEW = 16;
export const NARROW = 32;

/** What a bar says without its text. */
export type Mark = Omit<Shown, 'texts'>;

export interface Bar {
  readonly mark: Mark;
  readonly x: number;
  readonly w: number;
  /** Top and height of its row on the canvas, px. */
  readonly top: number;
  readonly height: number;
  /** With its texts: for who points at it. */
  readonly shown: () => Shown;
  /** How much of it is done, px, as it is drawn; -1: not drawn. */
  done: number;
}

/** Fills of states that belong to no interrupt; without one: an outline in dashes. */
const STATES: Readonly<Partial<Record<Shown['kind'], 'cell' | 'wire' | null>>> = {
  guestMode: 'cell',
  runs: 'cell',
  rootMode: 'wire',
  halted: null,
  blocked: null,
  preempted: null,
  waitSipi: null,
};

/** Draws a bar of which `done` px lie before the playhead, over what was there. */
export function drawBar(context: OffscreenCanvasRenderingContext2D, ink: Ink, bar: Bar, done: number): void {
  bar.done = done;
  const { mark, x, w, top, height } = bar;
  const [y, h] = [top + 2, height - 5];
  context.clearRect(x, y, w, h);
  const colour = colourOf(mark.journey);
  const state = STATES[mark.kind];
  const outline = state === undefined ? (ink.fills[colour] ?? '') : ink.line;
  if (state !== undefined) {
    context.fillStyle = ink[state ?? 'cell'];
    if (state !== null) context.fillRect(x, y, done, h);
  } else {
    context.fillStyle = ink.softs[colour] ?? '';
    context.fillRect(x, y, w, h);
    context.fillStyle = (mark.waits ? ink.hatches[colour] : ink.fills[colour]) ?? '';
    // What waits is hatched from its beginning, and faintly where it is to come.
    if (mark.waits && done < w) {
      context.globalAlpha = 0.4;
      context.fillRect(x + done, y, w - done, h);
      context.globalAlpha = 1;
    }
    context.fillRect(x, y, done, h);
  }
  context.strokeStyle = outline;
  context.setLineDash(state === null ? [3, 2] : []);
  context.strokeRect(x + 0.5, y + 0.5, Math.max(1, w - 1), h - 1);
  context.setLineDash([]);
}
