/** A scene as a file, in the page: figures by the drawing of the stage, the story, the state. Comes when it is asked for. */
import { loadLanguage } from '../../i18n/index.ts';
import type { Lang } from '../../i18n/langs.ts';
import { type Carried, withCarried } from '../../share/carried.ts';
import { stateFile } from '../../share/state-file.ts';
import { linkOf, loadLinkCodec } from '../../store/actions/links.ts';
import type { App } from '../../store/create-app.ts';
import type { Moment } from '../../store/still-app.ts';
import type { FilmEncoder } from './encode-film.ts';
import { type Figure, type FigureFacts, type FigureTheme, renderFigure, storyLines } from './figure.ts';
import { type Film, type FilmRange, planFilm, RATE } from './film.ts';
import type { Dom } from './still.tsx';
import { themeNow } from './theme-now.ts';

export type FileFormat = 'svg' | 'png' | 'gif' | 'mp4' | 'text' | 'json';

/** What somebody wants as a file; what is left out is as the page has it. */
export interface FileOrder {
  readonly format: FileFormat;
  readonly theme?: FigureTheme;
  readonly lang?: Lang;
  /** Pixels of a picture for each of the figure's, 1 to 4. */
  readonly scale: number;
  /** px */
  readonly width: number;
  /** Without title, sentence and caption. */
  readonly stageOnly?: boolean;
  /** Steps of a film, both shown; absent: all. */
  readonly steps?: FilmRange;
  /** A state has every run of the tree in it, where they are not too long for it; else the one on screen. */
  readonly branches?: boolean;
}

/** What a film that is being made says, and how it is ended. */
export interface Progress {
  /** Frames done, of so many. */
  readonly onProgress: (done: number, of: number) => void;
  readonly signal: AbortSignal;
}

/** A file with what it says of itself. */
export interface MadeFile {
  readonly mime: string;
  readonly data: string | ArrayBuffer;
  /** px; 0 for what is no picture. */
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly step: number;
  readonly count: number;
  /** Text of the link without `#`; null for a scene that is too long for one. */
  readonly link: string | null;
  /** What a picture's sentence says. */
  readonly sentence?: string;
  /** Of a film, ms. */
  readonly durationMs?: number;
}

/** Documents that nobody sees. */
const BROWSER: Dom = {
  empty: () => document.implementation.createHTMLDocument(''),
  serialize: (node) => new XMLSerializer().serializeToString(node),
};

/** @returns null where the browser cannot draw it */
async function pixels({ svg, width, height }: Figure, scale: number): Promise<Uint8Array | null> {
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  canvas.getContext('2d')?.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
  return blob === null ? null : new Uint8Array(await blob.arrayBuffer());
}

/** Work between two pauses, ms. */
const SLICE_MS = 8;

/** The story of a scene, told in slices: no frame waits for it. */
async function story(moment: Moment, facts: FigureFacts): Promise<string> {
  const lines: string[] = [];
  let until = performance.now() + SLICE_MS;
  for (const line of storyLines(moment, facts)) {
    lines.push(line);
    if (performance.now() < until) continue;
    await new Promise((done) => setTimeout(done, 0));
    until = performance.now() + SLICE_MS;
  }
  return `${lines.join('\n')}\n`;
}

/** Codes all pictures of a film. @returns what finishes it, or the code of what went wrong */
async function encode(film: Film, order: FileOrder, progress: Progress | undefined): Promise<FilmEncoder | string> {
  const { createFilmEncoder } = await import('./encode-film.ts');
  let encoder: FilmEncoder | null = null;
  let done = 0;
  for await (const { figure, frames } of film.pictures()) {
    const { width, height } = figure;
    const rate = RATE[order.format === 'gif' ? 'gif' : 'mp4'];
    encoder ??= await createFilmEncoder(order.format === 'gif' ? 'gif' : 'mp4', {
      width,
      height,
      scale: order.scale,
      rate,
    });
    if (encoder === null) return 'format';
    await encoder.add(figure.svg, frames);
    done += frames;
    progress?.onProgress(done, film.frames);
    if (progress?.signal.aborted === true) {
      encoder.close();
      return 'cancelled';
    }
  }
  return encoder ?? 'format';
}

/**
 * Makes a file of the scene that is shown.
 * @param step index of the step, -1 before the first; of a film, the step its link opens at
 * @returns the file, or the code of what went wrong
 */
export async function makeFile(
  app: App,
  order: FileOrder,
  step: number,
  progress?: Progress,
): Promise<MadeFile | string> {
  const state = app.store.getState();
  const { scene, sceneId, ui } = state;
  if (scene === null) return 'no-scene';
  const lang = order.lang ?? ui.lang;
  await Promise.all([loadLinkCodec(), loadLanguage(lang)]);
  const moment: Moment = { scene, sceneId, step, phase: 1, lang };
  const linkAt = (at: number, carry?: 'all'): string | null =>
    linkOf({ ...state, playhead: { ...state.playhead, step: at } }, carry);
  const link = linkAt(step);
  const source = sceneId.preset === null ? null : `${sceneId.preset}@${sceneId.version}`;
  const factsAt = (at: number): FigureFacts => ({ link: linkAt(at), app: __APP_VERSION__, source });
  const facts = factsAt(step);
  const count = scene.steps.length;
  const common = { step, count, link, width: 0, height: 0, title: '' };
  switch (order.format) {
    case 'text':
      return { ...common, mime: 'text/plain', data: await story(moment, { ...facts, link: linkAt(-1) }) };
    case 'json': {
      const isMany = order.branches === true && (state.runs?.list.length ?? 0) > 1;
      const whole = (isMany ? linkAt(step, 'all') : null) ?? link;
      return whole === null ? 'file-too-long' : { ...common, mime: 'application/json', data: stateFile(source, whole) };
    }
    case 'svg':
    case 'png': {
      const options = {
        theme: order.theme ?? themeNow(app),
        width: order.width,
        caption: true,
        stageOnly: order.stageOnly ?? false,
      };
      const figure = await renderFigure(BROWSER, moment, facts, options);
      const { width, height, title, sentence } = figure;
      if (order.format === 'svg')
        return { ...common, mime: 'image/svg+xml', data: figure.svg, width, height, title, sentence };
      const png = await pixels(figure, order.scale);
      if (png === null) return 'format';
      const carried: Carried = { type: 'irqscope', v: 1, ...facts, step, count, title };
      const { buffer } = withCarried(png, carried);
      const data = buffer as ArrayBuffer;
      return { ...common, mime: 'image/png', data, width: width * order.scale, height: height * order.scale, title };
    }
    case 'gif':
    case 'mp4': {
      const options = { theme: order.theme ?? themeNow(app), width: order.width, caption: true };
      const range = order.steps ?? { from: 0, to: count - 1 };
      if (range.from < 0 || range.to < range.from || range.to >= count) return 'step';
      const film = await planFilm(BROWSER, moment, factsAt, options, range, order.format);
      if (film === null) return 'film-long';
      const made = await encode(film, order, progress);
      if (typeof made === 'string') return made;
      const coded = await made.finish({ type: 'irqscope', v: 1, ...facts, step, count, title: film.title });
      const { mime, width, height } = coded;
      return {
        ...common,
        mime,
        data: coded.data.buffer,
        width,
        height,
        title: film.title,
        durationMs: film.durationMs,
      };
    }
  }
}
