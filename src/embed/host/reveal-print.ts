/**
 * A deck on paper has no live frame: each scene is a figure for each of its fragments. reveal.js copies the page once for
 * every fragment and says `pdf-ready` when it is done; the copy's visible fragments then say which figure it shows.
 */
import type { StepName } from './element.ts';
import type { FrameMessage } from './frame-client.ts';
import { type Deck, firstStep, lastVisible, type SlideScene } from './slides.ts';

/** Longest wait for all figures of a deck; what is not there by then stays a named empty box. */
const ALL_FIGURES_MS = 20_000;

/** Print mode is a view of reveal.js from 5 on; before, only the address says it. */
export function isPrint(deck: Deck): boolean {
  const { view } = deck.getConfig();
  return view === 'print' || /[?&]print-pdf/i.test(document.URL);
}

const dataUrl = (svg: string): string => `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;

interface Paper {
  readonly scene: SlideScene;
  readonly box: HTMLElement;
  /** Steps: before any fragment, then of each. */
  readonly steps: readonly StepName[];
  readonly figures: (string | null)[];
}

function blank(scene: SlideScene, number: number): Paper {
  const { element, stops, fragments } = scene;
  const box = document.createElement('span');
  box.className = 'irqscope-figure';
  box.dataset.irqscope = String(number);
  for (const fragment of fragments) fragment.dataset.irqscope = String(number);
  const height = element.getAttribute('height') ?? '';
  box.style.cssText = 'display:block;inline-size:100%';
  const width = element.getAttribute('width') ?? '';
  if (width !== '') box.style.inlineSize = /^\d+$/.test(width) ? `${width}px` : width;
  if (height !== '') box.style.blockSize = /^\d+$/.test(height) ? `${height}px` : height;
  const picture = document.createElement('img');
  picture.alt = element.getAttribute('title') ?? '';
  picture.style.cssText =
    'display:block;inline-size:100%;block-size:100%;object-fit:contain;margin:0;max-inline-size:100%;max-block-size:100%';
  box.append(picture);
  const steps = [firstStep(element), ...stops];
  return { scene, box, steps, figures: steps.map(() => null) };
}

/** Asks the scene's frame for all its figures; done when they are here or the time is over. */
async function draw(paper: Paper): Promise<void> {
  const { element } = paper.scene;
  await element.ready;
  for (const [i, step] of paper.steps.entries()) {
    const answer: FrameMessage = await element.export({ format: 'svg', theme: 'print', step });
    if (typeof answer.data === 'string') paper.figures[i] = dataUrl(answer.data);
    if (typeof answer.title === 'string') (paper.box.firstChild as HTMLImageElement).alt = answer.title;
  }
}

/** @returns done when every figure is there; reveal.js waits for it before it lays out its pages */
export async function createPrinter(deck: Deck, scenes: readonly SlideScene[]): Promise<void> {
  const papers = scenes.map(blank);
  for (const { scene } of papers) scene.element.makeReady();
  const late = new Promise<void>((done) => {
    setTimeout(done, ALL_FIGURES_MS);
  });
  await Promise.race([Promise.all(papers.map((paper) => draw(paper).catch(() => {}))), late]);
  for (const { scene, box, figures } of papers) {
    (box.firstChild as HTMLImageElement).src = figures[0] ?? '';
    scene.element.replaceWith(box);
  }
  deck.on('pdf-ready', () => {
    for (const box of document.querySelectorAll<HTMLElement>('.irqscope-figure')) {
      const { figures } = papers[Number(box.dataset.irqscope)] as Paper;
      const page = box.closest('.pdf-page') ?? box.closest('section') ?? document;
      const own = page.querySelectorAll(`.irqscope-step[data-irqscope="${box.dataset.irqscope}"]`);
      const figure = figures[lastVisible([...own]) + 1] ?? figures[0];
      if (figure !== null && figure !== undefined) (box.firstChild as HTMLImageElement).src = figure;
    }
  });
}
