/**
 * A deck on paper has no live frame: each scene is a figure for each of its fragments. reveal.js copies the page once for
 * every fragment, unless its author wants one page a slide, and says `pdf-ready` when it is done; the copy's visible fragments
 * then say which figure it shows. A page takes longer to load than its figures to draw, so a frame or two draw the figures of all scenes.
 */
import { type Lang, languageOf } from '../../i18n/langs.ts';
import type { IrqScopeElement, StepName } from './element.ts';
import { type PresetFacts, stopsOf } from './fragments.ts';
import { addFragments, type Deck, firstStep, lastVisible } from './slides.ts';

/** Longest wait for all figures of a deck; what is not there by then stays a named empty box. */
const ALL_FIGURES_MS = 20_000;
/** Frames that draw side by side. */
const MOST_DRAWERS = 2;

/** Print mode is a view of reveal.js from 5 on; before, only the address says it. */
export function isPrint(deck: Deck): boolean {
  const { view } = deck.getConfig();
  return view === 'print' || /[?&]print-pdf/i.test(document.URL);
}

const dataUrl = (svg: string): string => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
const px = (size: string): string => (/^\d+$/.test(size) ? `${size}px` : size);

/** A scene's place on paper. Its element itself is taken out before it could load anything. */
interface Paper {
  readonly element: Element;
  readonly box: HTMLElement;
  readonly picture: HTMLImageElement;
  readonly number: string;
  /** Steps: before any fragment, then of each; null: the scene must be there to tell. */
  steps: readonly StepName[] | null;
  readonly figures: (string | undefined)[];
}

function blank(element: Element, number: number): Paper {
  const box = document.createElement('span');
  box.className = 'irqscope-figure';
  box.dataset.irqscope = String(number);
  box.style.cssText = 'display:block;inline-size:100%';
  const [width, height] = ['width', 'height'].map((name) => element.getAttribute(name) ?? '') as [string, string];
  if (width !== '') box.style.inlineSize = px(width);
  if (height !== '') box.style.blockSize = px(height);
  const picture = document.createElement('img');
  picture.alt = element.getAttribute('title') ?? '';
  picture.style.cssText =
    'display:block;inline-size:100%;block-size:100%;object-fit:contain;margin:0;max-inline-size:100%;max-block-size:100%';
  box.append(picture);
  element.replaceWith(box);
  return { element, box, picture, number: String(number), steps: null, figures: [] };
}

function setStops(paper: Paper, stops: readonly StepName[]): void {
  const { element, box, number } = paper;
  paper.steps = [firstStep(element), ...stops];
  for (const fragment of addFragments(element, box, stops)) fragment.dataset.irqscope = number;
}

const linkOf = ({ element }: Paper): string => {
  const state = element.getAttribute('state') ?? '';
  return state !== '' ? state : `p=${encodeURIComponent(element.getAttribute('preset') ?? '')}`;
};

/** Language of a figure, where its author has chosen one that the page has: "zh-TW" is read as Chinese. */
function langOf({ element }: Paper): { readonly lang?: Lang } {
  const lang = languageOf(/^[a-z]*/i.exec(element.getAttribute('lang') ?? '')?.[0] ?? '');
  return lang === null ? {} : { lang };
}

/** A frame that nobody sees, with a paper's scene in it. */
function openDrawer(paper: Paper): IrqScopeElement {
  const drawer = document.createElement('irq-scope');
  for (const name of ['base', 'lang', 'preset', 'state']) {
    const value = paper.element.getAttribute(name);
    if (value !== null) drawer.setAttribute(name, value);
  }
  drawer.style.cssText = 'position:fixed;inset-block-start:0;inset-inline-start:-200vw;inline-size:960px';
  drawer.setAttribute('height', '540');
  document.body.append(drawer);
  drawer.makeReady();
  return drawer;
}

interface Drawn {
  readonly url: string;
  readonly title: string;
}

/**
 * Has a frame draw the figures of a scene, each that was not drawn before.
 * @param lastAlone a slide is one page, on which every fragment is visible: the others' figures would not be seen
 */
async function draw(
  paper: Paper,
  drawer: IrqScopeElement,
  drawn: Map<string, Promise<Drawn>>,
  lastAlone: boolean,
): Promise<void> {
  const link = linkOf(paper);
  const more = langOf(paper);
  let isThere = false;
  const there = async (): Promise<void> => {
    if (!isThere) await drawer.load(link);
    isThere = true;
  };
  if (paper.steps === null) {
    await there();
    const { count, beats } = await drawer.getState();
    const facts = { count: Number(count), beats: Array.isArray(beats) ? (beats as number[]) : [] };
    setStops(paper, stopsOf(paper.element.getAttribute('steps') ?? '', facts) ?? []);
  }
  const steps = paper.steps ?? [];
  for (const [i, step] of steps.entries()) {
    if (lastAlone && i < steps.length - 1) continue;
    const key = JSON.stringify([link, more, step]);
    const known = drawn.get(key);
    const figure =
      known ??
      (async () => {
        await there();
        const { data, title } = await drawer.export({ format: 'svg', theme: 'print', step, ...more });
        return { url: dataUrl(String(data)), title: typeof title === 'string' ? title : '' };
      })();
    if (known === undefined) drawn.set(key, figure);
    const { url, title } = await figure;
    paper.figures[i] = url;
    if (paper.picture.alt === '') paper.picture.alt = title;
  }
}

/**
 * @param factsOf what the build found out about an element's preset
 * @param define makes the element known
 * @returns done when every figure is there; reveal.js waits for it before it lays out its pages
 */
export async function printDeck(
  deck: Deck,
  elements: readonly Element[],
  factsOf: (element: Element) => PresetFacts | null,
  define: () => void,
): Promise<void> {
  const papers = elements.map(blank);
  for (const paper of papers) {
    const stops = stopsOf(paper.element.getAttribute('steps') ?? '', factsOf(paper.element));
    if (stops !== null) setStops(paper, stops);
  }
  define();
  const lastAlone = deck.getConfig().pdfSeparateFragments === false;
  const drawn = new Map<string, Promise<Drawn>>();
  const drawers: IrqScopeElement[] = [];
  let late: ReturnType<typeof setTimeout> | undefined;
  const timeUp = new Promise<void>((done) => {
    late = setTimeout(done, ALL_FIGURES_MS);
  });
  // Pages of different places draw each their own.
  const byBase = new Map<string | null, Paper[]>();
  for (const paper of papers) {
    const base = paper.element.getAttribute('base');
    byBase.set(base, [...(byBase.get(base) ?? []), paper]);
  }
  const work = [...byBase.values()].flatMap((queue) =>
    Array.from({ length: Math.min(MOST_DRAWERS, Math.ceil(queue.length / 2)) }, async () => {
      let drawer: IrqScopeElement | null = null;
      for (let paper = queue.shift(); paper !== undefined; paper = queue.shift()) {
        if (drawer === null) {
          drawer = openDrawer(paper);
          drawers.push(drawer);
        }
        await draw(paper, drawer, drawn, lastAlone).catch(() => {});
      }
    }),
  );
  await Promise.race([Promise.all(work), timeUp]);
  clearTimeout(late);
  for (const drawer of drawers) drawer.remove();
  for (const { picture, figures } of papers) {
    const any = figures.find((figure) => figure !== undefined);
    if (any !== undefined) picture.src = any;
  }
  deck.on('pdf-ready', () => {
    for (const box of document.querySelectorAll<HTMLElement>('.irqscope-figure')) {
      const { figures } = papers[Number(box.dataset.irqscope)] as Paper;
      const page = box.closest('.pdf-page') ?? box.closest('section') ?? document;
      const own = page.querySelectorAll(`.irqscope-step[data-irqscope="${box.dataset.irqscope}"]`);
      const figure = figures[lastVisible([...own]) + 1];
      const picture = box.firstChild as HTMLImageElement;
      // What was not drawn in time is not another moment's picture.
      if (figure === undefined) picture.removeAttribute('src');
      else picture.src = figure;
    }
  });
}
