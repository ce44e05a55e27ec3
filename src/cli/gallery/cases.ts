/** What the gallery shows: every scene, bugs too, at its marked moments, in each form of the stage and each theme. */
import type { Lang } from '../../i18n/index.ts';
import { findStep } from '../../log/steps.ts';
import { BUG_IDS, PRESET_IDS } from '../../scenes/files.ts';
import type { Moment } from '../../store/still-app.ts';
import { dress, type FigureFacts, type FigureTheme, titleOf } from '../../views/figure/figure.ts';
import { drawStill } from '../../views/figure/still.tsx';
import { dom, open } from '../figure-scene.ts';

export const SCENES: readonly string[] = [...PRESET_IDS, ...BUG_IDS];

export const THEMES: readonly FigureTheme[] = ['light', 'dark', 'print'];

/** Room of the stage, px: on a desk, in a frame of 480 x 360, on a telephone. */
export const FORMS = {
  full: { width: 1_560, height: 820, embed: false },
  embed: { width: 464, height: 262, embed: true },
  narrow: { width: 344, height: 640, embed: false },
} as const;
export type Form = keyof typeof FORMS;

export const FORM_NAMES = Object.keys(FORMS) as readonly Form[];

export interface Marked {
  /** "flight", "look" or "end". */
  readonly name: string;
  readonly moment: Moment;
  readonly facts: FigureFacts;
}

/** Halfway to the first step a scene says to look at, at the last one it says, and where it ends. */
export async function markedIn(
  id: string,
  lang: Lang,
): Promise<{ readonly title: string; readonly marked: readonly Marked[] }> {
  const { moment, factsAt } = await open(`p=${id}`, lang);
  const { steps } = moment.scene;
  const end = steps.length - 1;
  const looks = moment.sceneId.look.map(({ step }) => findStep(steps, step)).filter((step) => step >= 0);
  const first = looks[0] ?? 0;
  const last = looks.at(-1) ?? end;
  const at = (name: string, step: number, phase = 1): Marked => ({
    name,
    moment: { ...moment, step, phase },
    facts: factsAt(step),
  });
  const marked = [at('flight', first, 0.5), at('look', last), at('end', end)];
  return { title: titleOf(moment), marked: last === end ? marked.filter(({ name }) => name !== 'look') : marked };
}

/** The stage with its tokens, in the classes of the living one. */
export const draw = (moment: Moment, form: Form): Promise<Element> => drawStill(dom, moment, FORMS[form]);

/** A copy of a drawn stage in the looks of a theme. */
export function dressed(root: Element, theme: FigureTheme): Element {
  const copy = root.cloneNode(true) as Element;
  dress(copy, theme);
  return copy;
}
