/**
 * A film of a scene: the figure at each instant of the stage's own clock. Where the playhead is after so many milliseconds is a
 * pure function (scene/advance.ts), so the same input gives the same pictures, on any machine.
 */
import { inLang } from '../../i18n/langs.ts';
import { ARRIVE, advance, type Position, type Timing } from '../../scene/advance.ts';
import { beatAt, beatsOf } from '../../scene/beats.ts';
import { timingOf } from '../../scene/pace.ts';
import type { Moment } from '../../store/still-app.ts';
import {
  assemble,
  dress,
  type Figure,
  type FigureFacts,
  type FigureOptions,
  kernelOf,
  linesOf,
  sentenceAt,
  stageSize,
  titleOf,
} from './figure.ts';
import { LONGEST_FILM_S } from './film-limits.ts';
import { type Dom, openStill, type Still } from './still.tsx';

/** Frames a second of each kind of film. */
export const RATE = { gif: 10, mp4: 30 } as const;
export type FilmFormat = keyof typeof RATE;

/** Steps a film shows, the first from its beginning and the last to its end. */
export interface FilmRange {
  readonly from: number;
  readonly to: number;
}

/** A picture, and for how many frames it stays. */
export interface FilmFrame {
  readonly figure: Figure;
  readonly frames: number;
}

export interface Film {
  readonly frames: number;
  readonly durationMs: number;
  readonly title: string;
  /** The pictures in their order; two that look the same are one that stays longer. All are of one size. */
  pictures(): AsyncGenerator<FilmFrame>;
}

const lengthOf = ({ move, rest }: Timing): number => move + rest;

/** What is told at a step: its beat's sentence as long as the beat lasts, as beside the stage; else the step's own. */
function toldAt(moment: Moment): string {
  const beats = beatsOf(moment.scene, moment.sceneId);
  const told = beats[beatAt(beats, moment.step)]?.told;
  return told ? inLang(told, moment.lang) : sentenceAt(moment);
}

/**
 * Plans a film.
 * @param facts of a step, for its caption
 * @returns null where it would be longer than LONGEST_FILM_S
 */
export async function planFilm(
  dom: Dom,
  moment: Moment,
  facts: (step: number) => FigureFacts,
  options: FigureOptions,
  { from, to }: FilmRange,
  format: FilmFormat,
): Promise<Film | null> {
  const { scene, sceneId, lang } = moment;
  const size = stageSize(options.width);
  const open = (step: number, arrived: boolean): Promise<Still> =>
    openStill(dom, { ...moment, step, phase: arrived ? 1 : 0 }, size);
  const first = await open(from, false);
  const duration = timingOf(
    first.stage,
    () => beatsOf(scene, sceneId),
    lang,
    (step) => sentenceAt({ ...moment, step }),
  );
  let durationMs = 0;
  for (let step = from; step <= to; step++) durationMs += lengthOf(duration(step));
  const frames = Math.max(1, Math.round((durationMs * RATE[format]) / 1000));
  if (frames > LONGEST_FILM_S * RATE[format]) return null;
  const course = { speed: 1, last: scene.steps.length - 1, complete: true, until: to, duration };
  /** Where the scene stands in the middle of a frame. */
  const positionOf = (frame: number): Position =>
    advance({ step: from, phase: 0 }, ((frame + 0.5) * 1000) / RATE[format], course);

  let lines = 1;
  for (let step = from; step <= to; step++)
    lines = Math.max(lines, linesOf(toldAt({ ...moment, step }), options.width));
  const title = titleOf(moment);
  const count = scene.steps.length;

  async function* pictures(): AsyncGenerator<FilmFrame> {
    let key = '';
    let still = first;
    let sheet: Sheet | null = null;
    let height = 0;
    let held: { figure: Figure; frames: number } | null = null;
    for (let frame = 0; frame < frames; frame++) {
      const position = positionOf(frame);
      const { step, phase } = position;
      const arrived = phase >= ARRIVE;
      if (sheet === null || key !== `${step} ${arrived}`) {
        key = `${step} ${arrived}`;
        still = await open(step, arrived);
        sheet = sheetOf(still, options);
      }
      fill(sheet, still, position, options);
      const at = { ...moment, step, phase };
      const said = { title, sentence: toldAt(at), kernel: kernelOf(moment) };
      const parts = { stage: sheet.root, ...said, step, count, lines, bare: true };
      const figure = assemble(dom, parts, facts(step), options);
      // A lower stage leaves room below: a film has one size.
      height = Math.max(height, figure.height);
      if (held !== null && held.figure.svg === figure.svg) held.frames++;
      else {
        if (held !== null) yield held;
        held = { figure, frames: 1 };
      }
    }
    if (held !== null) yield held;
  }
  return { frames, durationMs: (frames * 1000) / RATE[format], title, pictures };
}

/** A dressed stage, with empty places for the layers of its tokens. */
interface Sheet {
  readonly root: Element;
  readonly places: readonly Element[];
}

function sheetOf(still: Still, { theme }: FigureOptions): Sheet {
  const root = still.root.cloneNode(true) as Element;
  const places = ['under', 'veil', 'over'].map((name) => root.querySelector(`[data-layer="${name}"]`) as Element);
  for (const place of places) place.replaceChildren();
  dress(root, theme);
  const tokens = root.ownerDocument.createElementNS('http://www.w3.org/2000/svg', 'g');
  root.append(tokens);
  return { root, places: [...places, tokens] };
}

/** Dresses the tokens alone and puts them into the sheet: dressing the whole stage for each frame takes ten times as long. */
function fill({ places }: Sheet, still: Still, position: Position, { theme }: FigureOptions): void {
  still.draw(position);
  const around = still.root.cloneNode(false) as Element;
  const layers = still.layers().map((layer) => layer.cloneNode(true) as Element);
  around.append(...layers);
  dress(around, theme);
  for (const [i, place] of places.entries()) place.replaceChildren(...(layers[i]?.childNodes ?? []));
}
