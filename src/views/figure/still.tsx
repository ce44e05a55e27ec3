/** The stage at one moment as SVG text: the same components and the same token layer as the living one. */
import { prerender } from 'react-dom/static';
import type { Lang, MessageKey, Params } from '../../i18n/index.ts';
import { translate } from '../../i18n/index.ts';
import type { SceneLog } from '../../log/log.ts';
import { type App, createApp, type Surroundings } from '../../store/create-app.ts';
import type { AppState, SceneId } from '../../store/types.ts';
import { AppProvider } from '../../store/use-app.ts';
import { viewAt } from '../../store/view-at.ts';
import { StageSheet, type StageSheetProps } from '../board/Board.tsx';
import { createTokenLayer } from '../board/token-layer.ts';

/** A moment of a scene: after step `step` (-1: before the first), or on the way to it. */
export interface Moment {
  readonly scene: SceneLog;
  readonly sceneId: SceneId;
  readonly step: number;
  /** 0..1 within the step; 1: done. */
  readonly phase: number;
  readonly lang: Lang;
}

/** What makes and reads documents: the browser's own, or a library's in a terminal. */
export interface Dom {
  parse(svg: string): Document;
  serialize(node: Element): string;
}

const NO_ENGINE: ReturnType<Surroundings['connect']> = {
  run: () => 0,
  extend: () => 0,
  fork: () => 0,
  ack: () => {},
  seat: () => null,
  close: () => {},
};

/** An app that stands still at a moment: there is no engine behind it, and nobody draws its frames. */
function stillApp({ scene, sceneId, step, phase, lang }: Moment): App {
  const app = createApp({ connect: () => NO_ENGINE, frames: { request: () => 0, cancel: () => {} } });
  const { store } = app;
  const playhead = { ...store.getState().playhead, step, phase };
  store.setState(({ ui }: AppState) => ({
    scene,
    sceneId,
    playhead,
    view: viewAt(scene, playhead),
    ui: { ...ui, lang },
  }));
  // Where React draws to text it asks for the state that the store began with.
  store.getInitialState = store.getState;
  return app;
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

/**
 * Draws the stage.
 * @param size of the box it may fill, px; it may come out lower
 * @returns the stage's root, with the classes of the living one
 */
export async function drawStill(
  dom: Dom,
  moment: Moment,
  size: Pick<StageSheetProps, 'width' | 'height' | 'embed'>,
): Promise<Element> {
  const app = stillApp(moment);
  let drawn: Parameters<NonNullable<StageSheetProps['onDrawn']>>[0] | null = null;
  const { prelude } = await prerender(
    <AppProvider value={app}>
      <StageSheet
        scene={moment.scene}
        {...size}
        scroller={{ current: null }}
        onDrawn={(stage) => {
          drawn = stage;
        }}
      />
    </AppProvider>,
    // One piece: what was loaded late stands where it belongs, not behind everything with a script to move it.
    { progressiveChunkSize: Number.POSITIVE_INFINITY },
  );
  // The marks React leaves for a page that comes alive later are none of ours.
  const html = (await textOf(prelude)).replace(/<!--[\s\S]*?-->/g, '').replace(/<script[\s\S]*?<\/script>/g, '');
  const sheets = html.match(/<svg[\s\S]*?<\/svg>/g) ?? [];
  const [ground = '', air = ''] = sheets;
  const root = dom.parse(ground.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')).documentElement;
  const over = dom.parse(air.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')).documentElement;
  for (const layer of [...over.children]) root.append(root.ownerDocument.importNode(layer, true));
  const [under, above] = ['under', 'over'].map((name) => root.querySelector(`[data-layer="${name}"]`));
  if (drawn !== null && under !== null && above !== null) {
    const layer = createTokenLayer(under as SVGGElement, above as SVGGElement);
    const t = (key: MessageKey, params?: Params): string => translate(moment.lang, key, params);
    layer.setStage(drawn, t);
    layer.draw({ step: moment.step, phase: moment.phase });
  }
  app.close();
  return root;
}
