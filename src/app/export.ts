/** A scene as a file, in the page: figures by the drawing of the stage, the story, the state. Comes when it is asked for. */
import type { ExportOrder } from '../embed/messages.ts';
import { loadLanguage } from '../i18n/index.ts';
import { type Carried, withCarried } from '../share/carried.ts';
import { linkOf, loadLinkCodec } from '../store/actions/links.ts';
import type { App } from '../store/create-app.ts';
import { type Figure, type FigureFacts, type FigureTheme, renderFigure, storyOf } from '../views/figure/figure.ts';
import type { Dom, Moment } from '../views/figure/still.tsx';

/** Documents that nobody sees. */
export const BROWSER: Dom = {
  empty: () => document.implementation.createHTMLDocument(''),
  serialize: (node) => new XMLSerializer().serializeToString(node),
};

/** What a reader sees of a theme that is left to the system. */
function themeOf({ store }: App, asked: FigureTheme | undefined): FigureTheme {
  if (asked !== undefined) return asked;
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
 * @returns the fields of the answer to a host (mime, data, …), or the code of what went wrong
 */
export async function exportScene(
  app: App,
  order: ExportOrder,
  step: number,
  version: string,
): Promise<Readonly<Record<string, unknown>> | string> {
  const state = app.store.getState();
  const { scene, sceneId, ui } = state;
  if (scene === null) return 'no-scene';
  const lang = order.lang ?? ui.lang;
  await Promise.all([loadLinkCodec(), loadLanguage(lang)]);
  const moment: Moment = { scene, sceneId, step, phase: 1, lang };
  const link = linkOf({ ...state, playhead: { ...state.playhead, step } });
  const source = sceneId.preset === null ? null : `${sceneId.preset}@${sceneId.version}`;
  const facts: FigureFacts = { link, app: version, source };
  const count = scene.steps.length;
  const common = { step, count, link };
  switch (order.format) {
    case 'text':
      return { ...common, mime: 'text/plain', data: storyOf(moment, facts), width: 0, height: 0 };
    case 'json': {
      const data = `${JSON.stringify({ type: 'irqscope', version: 1, source, link }, null, 2)}\n`;
      return { ...common, mime: 'application/json', data, width: 0, height: 0 };
    }
    case 'svg':
    case 'png': {
      const options = { theme: themeOf(app, order.theme), width: order.width, caption: true };
      const figure = await renderFigure(BROWSER, moment, facts, options);
      const { width, height, title } = figure;
      if (order.format === 'svg') return { ...common, mime: 'image/svg+xml', data: figure.svg, width, height, title };
      const png = await pixels(figure, order.scale);
      if (png === null) return 'format';
      const carried: Carried = { type: 'irqscope', v: 1, ...facts, step, count, title };
      const data = withCarried(png, carried).buffer;
      return { ...common, mime: 'image/png', data, width: width * order.scale, height: height * order.scale, title };
    }
  }
}
