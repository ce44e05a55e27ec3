/** A scene as a file, in the page: figures by the drawing of the stage, the story, the state. Comes when it is asked for. */
import { loadLanguage } from '../../i18n/index.ts';
import { type Carried, withCarried } from '../../share/carried.ts';
import { stateFile } from '../../share/state-file.ts';
import { linkOf, loadLinkCodec } from '../../store/actions/links.ts';
import type { App } from '../../store/create-app.ts';
import { type Figure, type FigureFacts, type FigureTheme, renderFigure, storyOf } from './figure.ts';
import type { Dom, Moment } from './still.tsx';

export const FILE_FORMATS = ['svg', 'png', 'text', 'json'] as const;
export type FileFormat = (typeof FILE_FORMATS)[number];

/** What somebody wants as a file; what is left out is as the page has it. */
export interface FileOrder {
  readonly format: FileFormat;
  readonly theme?: FigureTheme;
  readonly lang?: 'en' | 'zh-CN';
  /** Pixels of a picture for each of the figure's, 1 to 4. */
  readonly scale: number;
  /** px */
  readonly width: number;
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
}

/** Documents that nobody sees. */
const BROWSER: Dom = {
  empty: () => document.implementation.createHTMLDocument(''),
  serialize: (node) => new XMLSerializer().serializeToString(node),
};

/** What a reader sees of a theme that is left to the system. */
export function themeNow({ store }: App): FigureTheme {
  const { theme } = store.getState().ui;
  if (theme !== 'auto') return theme;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

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

/**
 * Makes a file of the scene that is shown.
 * @param step index of the step, -1 before the first
 * @returns the file, or the code of what went wrong
 */
export async function makeFile(app: App, order: FileOrder, step: number): Promise<MadeFile | string> {
  const state = app.store.getState();
  const { scene, sceneId, ui } = state;
  if (scene === null) return 'no-scene';
  const lang = order.lang ?? ui.lang;
  await Promise.all([loadLinkCodec(), loadLanguage(lang)]);
  const moment: Moment = { scene, sceneId, step, phase: 1, lang };
  const linkAt = (at: number): string | null => linkOf({ ...state, playhead: { ...state.playhead, step: at } });
  const link = linkAt(step);
  const source = sceneId.preset === null ? null : `${sceneId.preset}@${sceneId.version}`;
  const facts: FigureFacts = { link, app: __APP_VERSION__, source };
  const count = scene.steps.length;
  const common = { step, count, link, width: 0, height: 0, title: '' };
  switch (order.format) {
    case 'text':
      return { ...common, mime: 'text/plain', data: storyOf(moment, { ...facts, link: linkAt(-1) }) };
    case 'json':
      return link === null ? 'file-too-long' : { ...common, mime: 'application/json', data: stateFile(source, link) };
    case 'svg':
    case 'png': {
      const options = { theme: order.theme ?? themeNow(app), width: order.width, caption: true };
      const figure = await renderFigure(BROWSER, moment, facts, options);
      const { width, height, title } = figure;
      if (order.format === 'svg') return { ...common, mime: 'image/svg+xml', data: figure.svg, width, height, title };
      const png = await pixels(figure, order.scale);
      if (png === null) return 'format';
      const carried: Carried = { type: 'irqscope', v: 1, ...facts, step, count, title };
      const { buffer } = withCarried(png, carried);
      const data = buffer as ArrayBuffer;
      return { ...common, mime: 'image/png', data, width: width * order.scale, height: height * order.scale, title };
    }
  }
}
