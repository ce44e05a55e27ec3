/** The stage at one moment as SVG text: the same components and the same token layer as the living one. */
import { prerender } from 'react-dom/static';
import type { MessageKey, Params } from '../../i18n/index.ts';
import { translate } from '../../i18n/index.ts';
import type { Position } from '../../scene/advance.ts';
import type { Stage } from '../../scene/flights.ts';
import { LATE } from '../../scene/late.ts';
import { type Moment, stillApp } from '../../store/still-app.ts';
import { AppProvider } from '../../store/use-app.ts';
import { StageSheet, type StageSheetProps } from '../board/Board.tsx';
import { MARKS } from '../board/marks.ts';
import { createTokenLayer, make } from '../board/token-layer.ts';
import '../kit/panel-texts.ts';
import { assert } from '../../base/assert.ts';
import { fromMarkup } from './markup.ts';
import { pillsAsSvg } from './pills-as-svg.ts';

/** What makes documents: the browser, or a library in a terminal. */
export interface Dom {
  /** An empty HTML document that nobody sees. */
  empty(): Document;
  /** An element as XML. */
  serialize(node: Element): string;
}

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

/** A drawn stage, into which tokens can be put. */
export interface Still {
  /** With the classes of the living one. */
  readonly root: Element;
  readonly stage: Stage;
  /** Tokens and what is said beside them, as the page has them: elements over the drawing, in its units. */
  readonly pills: HTMLElement;
  /** Layers of the root that `draw` fills: trails, what steps back, light, and tokens; the last is another element each time. */
  layers(): readonly Element[];
  /** Puts the tokens where they are at a position, in place of those drawn before. */
  draw(position: Position): void;
}

/** Box the stage may fill, px; it may come out lower. */
type Size = Pick<StageSheetProps, 'width' | 'height' | 'embed'>;

/** Draws the stage with its tokens. @returns its root, with the classes of the living one */
export async function drawStill(dom: Dom, moment: Moment, size: Size): Promise<Element> {
  const still = await openStill(dom, moment, size);
  still.draw({ step: moment.step, phase: moment.phase });
  return still.root;
}

/** Draws the stage without its tokens. */
export async function openStill(dom: Dom, moment: Moment, size: Size): Promise<Still> {
  const app = stillApp(moment);
  // Where React draws to text it asks for the state that the store began with.
  app.store.getInitialState = app.store.getState;
  let drawn: Stage | null = null as Stage | null;
  const { prelude } = await prerender(
    <AppProvider value={app}>
      <StageSheet
        scene={moment.scene}
        {...size}
        scroller={{ current: null }}
        extras={null}
        quarter={undefined}
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
  const document = dom.empty();
  const [root, air] = (html.match(/<svg[\s\S]*?<\/svg>/g) ?? []).map((sheet) => fromMarkup(document, sheet));
  assert(root && air, 'the stage is drawn on two sheets');
  const behind = make(root, 'g', { 'data-layer': 'veil' });
  const veil = make(behind, 'g', {});
  for (const layer of [...air.children]) root.append(layer);
  const [under, over] = ['under', 'over'].map((name) => root.querySelector(`[data-layer="${name}"]`));
  assert(drawn && under && over, 'the stage has its layers');
  const pills = document.createElement('div');
  const layer = createTokenLayer({ under: under as SVGGElement, over: over as SVGGElement, veil, pills });
  const t = (key: MessageKey, params?: Params): string => translate(moment.lang, key, params);
  const stage: Stage = { ...drawn, ...LATE };
  layer.setStage(stage, t, MARKS);
  app.close();
  let tokens: Element | null = null;
  return {
    root,
    stage,
    pills,
    layers: () => [under, behind, over, ...(tokens === null ? [] : [tokens])],
    draw(position) {
      layer.draw(position);
      // A program that knows no opacity would hide what has not stepped back at all.
      if (Number(veil.style.opacity) > 0) behind.append(veil);
      else veil.remove();
      tokens?.remove();
      tokens = pillsAsSvg(pills, document);
      root.append(tokens);
    },
  };
}
