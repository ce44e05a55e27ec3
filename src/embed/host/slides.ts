/** A deck as reveal.js has it, and the scenes on its slides. */
import type { IrqScopeElement, StepName } from './element.ts';

/** What this uses of reveal.js 4, 5 and 6. */
export interface Deck {
  getRevealElement(): HTMLElement;
  getCurrentSlide(): HTMLElement | undefined;
  getConfig(): Readonly<Record<string, unknown>>;
  isSpeakerNotes?(): boolean;
  sync(): void;
  on(type: string, listener: (event: Event) => void): void;
  off(type: string, listener: (event: Event) => void): void;
}

/** A scene on a slide, with the fragments that stand for its steps. */
export interface SlideScene {
  readonly element: IrqScopeElement;
  stops: readonly StepName[];
  readonly fragments: HTMLElement[];
  /** Step last asked for. */
  asked: StepName | null;
  up: boolean;
}

/** The visible fragment that comes last, in the order in which reveal.js shows them. */
export function lastVisible(fragments: readonly Element[]): number {
  let last = -1;
  let order = -1;
  for (const [i, fragment] of fragments.entries()) {
    const at = Number(fragment.getAttribute('data-fragment-index') ?? i);
    if (fragment.classList.contains('visible') && at >= order) {
      last = i;
      order = at;
    }
  }
  return last;
}

/** Step of a scene while none of its fragments is visible. */
export function firstStep(element: Element): StepName {
  const step = element.getAttribute('step');
  if (step === null || step === '') return -1;
  return /^-?\d+$/.test(step) ? Number(step) : step;
}

/**
 * Adds a fragment for each step of a scene, as an author writes them by hand, so that the deck itself counts and shows them.
 * @param anchor what they stand behind
 */
export function addFragments(element: Element, anchor: Element, stops: readonly StepName[]): readonly HTMLElement[] {
  const index = element.getAttribute('data-fragment-index');
  let after = anchor;
  return stops.map((stop, i) => {
    const fragment = document.createElement('span');
    fragment.className = 'fragment irqscope-step';
    fragment.hidden = true;
    fragment.dataset.step = String(stop);
    if (index !== null && /^\d+$/.test(index)) fragment.setAttribute('data-fragment-index', String(Number(index) + i));
    after.after(fragment);
    after = fragment;
    return fragment;
  });
}
