/**
 * A figure: the stage at one moment with its title, its sentence and a caption, as an SVG file that opens anywhere and carries
 * the link it was made from. Text stays text, colours are plain, nothing is asked for from outside.
 * The same input gives the same bytes, in a terminal and in a browser.
 */
import { describeStep } from '../../explain/describe/index.ts';
import '../../explain/describe/all.ts';
import '../../explain/locate/all.ts';
import { hasText, translate } from '../../i18n/index.ts';
import { inLang } from '../../i18n/langs.ts';
import { createCursor, moveCursor } from '../../log/fold.ts';
import { seqAt } from '../../log/steps.ts';
import { beatAt, beatsOf } from '../../scene/beats.ts';
import boardCss from '../board/board.css?raw';
import marksCss from '../board/marks.css?raw';
import '../now/now-texts.ts';
import type { Carried } from '../../share/carried.ts';
import type { Moment } from '../../store/still-app.ts';
import { viewAt } from '../../store/view-at.ts';
import { sayStep } from '../shared/say.ts';
import themeCss from '../theme.css?raw';
import { makePlain, paletteOf } from './plain-style.ts';
import { printPalette, withPatterns } from './print-theme.ts';
import { type Dom, drawStill } from './still.tsx';
import { wrap } from './wrap.ts';

export type FigureTheme = 'light' | 'dark' | 'print';

export interface FigureOptions {
  readonly theme: FigureTheme;
  /** Of the whole figure, px. */
  readonly width: number;
  /** A title above and a caption below, which outlive programs that drop what a file carries. */
  readonly caption: boolean;
  /** Neither caption nor sentence: a page says them itself. */
  readonly stageOnly?: boolean;
}

/** What a figure says of itself; it is in the file too. */
export interface FigureFacts {
  /** Whole text of the link, without `#`; null for a scene that is too long for one. */
  readonly link: string | null;
  /** Version of the program. */
  readonly app: string;
  /** "intx-shared@1"; null for a scene of one's own. */
  readonly source: string | null;
}

export interface Figure {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
  readonly step: number;
  readonly count: number;
  readonly title: string;
  readonly sentence: string;
}

const MARGIN = 16;
const LINE = { title: 24, sentence: 21, caption: 16 } as const;
const SIZE = { title: 17, sentence: 15, caption: 11 } as const;
/** Share of the width that the stage may be high. */
const HIGHEST = 0.62;
/** Longest link a caption spells out. */
const SHORT_LINK = 90;

/** XML has no word for most control characters, nor for two others. */
const isXml = (c: string): boolean => (c >= ' ' && c !== '\ufffe' && c !== '\uffff') || c === '\n' || c === '\t';

/** Text of XML. */
const xml = (text: string): string =>
  [...text]
    .filter(isXml)
    .join('')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

/** Title of a scene in a language; the program's name where it is none of ours. */
export function titleOf({ sceneId, lang }: Moment): string {
  const key = `preset.${sceneId.preset ?? ''}.title`;
  return hasText(key) ? translate(lang, key) : 'irqscope';
}

/** Kernel of a moment's machine. */
export const kernelOf = ({ scene }: Moment): string => scene.config.kernel ?? '6.18';

/** The sentence at a moment: its beat's where the beat rests there, else the step's own; before the first step the scene's question. */
export function sentenceAt({ scene, sceneId, step, lang }: Moment): string {
  const at = scene.steps.get(step);
  if (at === undefined) return sceneId.narration === null ? '' : inLang(sceneId.narration.question, lang);
  const beats = beatsOf(scene, sceneId);
  const beat = beats[beatAt(beats, step)];
  if (beat !== undefined && beat.told !== null && beat.hold === step) return inLang(beat.told, lang);
  return sayStep(lang, describeStep(scene, at, viewAt(scene, { step, phase: 0 }))).sentence;
}

const line = (text: string, y: number, size: number, fill: string, more = ''): string =>
  `<text x="${MARGIN}" y="${y}" font-family="sans-serif" font-size="${size}" fill="${fill}"${more}>${xml(text)}</text>`;

/** Colours of a theme, by custom property. */
function paletteFor(theme: FigureTheme): ReadonlyMap<string, string> {
  return theme === 'print' ? printPalette(paletteOf(themeCss, false)) : paletteOf(themeCss, theme === 'dark');
}

/** Box a stage of a figure may fill, px. */
export function stageSize(width: number): { readonly width: number; readonly height: number; readonly embed: boolean } {
  const room = width - 2 * MARGIN;
  return { width: room, height: Math.round(room * HIGHEST), embed: width < 640 };
}

/** Gives what is drawn with the classes of the living stage its looks for a theme. */
export function dress(root: Element, theme: FigureTheme): void {
  makePlain(root, `${boardCss}${marksCss}`, paletteFor(theme), theme === 'dark');
  if (theme === 'print') withPatterns(root);
}

/** A figure before it is text. */
interface Parts {
  /** The dressed stage. */
  readonly stage: Element;
  readonly title: string;
  readonly sentence: string;
  readonly step: number;
  readonly count: number;
  /** Kernel of the machine. */
  readonly kernel: string;
  /** Lines kept free for the sentence, at least. */
  readonly lines?: number;
  /** A picture of a film carries nothing: its film does. */
  readonly bare?: boolean;
}

/** Puts title, stage, sentence and caption under one another. */
export function assemble(dom: Dom, parts: Parts, facts: FigureFacts, options: FigureOptions): Figure {
  const { theme, width, stageOnly = false } = options;
  const caption = options.caption && !stageOnly;
  const palette = paletteFor(theme);
  const colour = (name: string): string => palette.get(name) ?? '#000000';
  const { stage, title, sentence, step, count } = parts;
  const room = width - 2 * MARGIN;
  const stageW = Number(stage.getAttribute('width'));
  const stageH = Number(stage.getAttribute('height'));
  const told = stageOnly ? [] : wrap(sentence, room, SIZE.sentence);
  let y = MARGIN;
  const texts: string[] = [];
  if (caption) {
    texts.push(line(title, y + SIZE.title - 2, SIZE.title, colour('--ink'), ' font-weight="700"'));
    y += LINE.title + 4;
  }
  stage.setAttribute('x', String(Math.round((width - stageW) / 2)));
  stage.setAttribute('y', String(y));
  texts.push(dom.serialize(stage).replaceAll(' xmlns="http://www.w3.org/2000/svg"', ''));
  y += stageH + 8;
  for (const [i, text] of told.entries()) {
    texts.push(line(text, y + (i + 1) * LINE.sentence - 5, SIZE.sentence, colour('--ink')));
  }
  y += Math.max(told.length, parts.lines ?? 0) * LINE.sentence;
  if (caption) {
    const { link, source } = facts;
    const short = link === null ? null : link.length <= SHORT_LINK ? `#${link}` : null;
    const words = [title, `${step + 1} / ${count}`, source, `KVM v${parts.kernel}`, short].filter((w) => w !== null);
    for (const text of wrap(words.join(' · '), room, SIZE.caption)) {
      y += LINE.caption;
      texts.push(line(text, y, SIZE.caption, colour('--ink-2')));
    }
  }
  const height = Math.ceil(y + MARGIN);
  const carried: Carried = {
    type: 'irqscope',
    v: 1,
    app: facts.app,
    link: facts.link,
    step,
    count,
    title,
    ...(facts.source === null ? {} : { source: facts.source }),
  };
  const says =
    parts.bare === true
      ? ''
      : `<title>${xml(title)}</title><desc>${xml(sentence)}</desc><metadata>${xml(JSON.stringify(carried))}</metadata>`;
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"` +
    `${parts.bare === true ? '' : ` data-irqscope="${xml(facts.link ?? '')}"`}>${says}` +
    `<rect width="${width}" height="${height}" fill="${colour('--page')}"/>${texts.join('')}</svg>\n`;
  return { svg, width, height, step, count, title, sentence };
}

/** Lines a sentence takes in a figure. */
export const linesOf = (sentence: string, width: number): number =>
  wrap(sentence, width - 2 * MARGIN, SIZE.sentence).length;

export async function renderFigure(
  dom: Dom,
  moment: Moment,
  facts: FigureFacts,
  options: FigureOptions,
): Promise<Figure> {
  const stage = await drawStill(dom, moment, stageSize(options.width));
  dress(stage, options.theme);
  const count = moment.scene.steps.length;
  const said = { title: titleOf(moment), sentence: sentenceAt(moment), kernel: kernelOf(moment) };
  const parts = { stage, ...said, step: moment.step, count };
  return assemble(dom, parts, facts, options);
}

/** The whole scene told in sentences, a line a step under its beats: to read, to copy, to compare. */
export const storyOf = (moment: Moment, facts: FigureFacts): string => `${[...storyLines(moment, facts)].join('\n')}\n`;

/** Steps that a story tells; of a longer run it says how many more there are. */
const STORY_STEPS = 20_000;

/** The same line by line, for who must not work long at a time. */
export function* storyLines(moment: Moment, facts: FigureFacts): Generator<string> {
  const { scene, sceneId, lang } = moment;
  const { config, wordMap, routeTables, steps } = scene;
  const cursor = createCursor(scene);
  const view = { config, wordMap, routeTables, w: cursor.w };
  yield titleOf(moment);
  if (facts.link !== null) yield `#${facts.link}`;
  for (const beat of beatsOf(scene, sceneId)) {
    if (beat.from >= STORY_STEPS) break;
    yield '';
    if (beat.told !== null) yield* [`## ${inLang(beat.told, lang)}`, ''];
    for (let step = beat.from; step <= Math.min(beat.to, STORY_STEPS - 1); step++) {
      const at = steps.get(step);
      if (at === undefined) continue;
      moveCursor(scene, cursor, seqAt(scene, step, false));
      yield `${step + 1}. ${sayStep(lang, describeStep(scene, at, view)).sentence}`;
    }
  }
  if (steps.length > STORY_STEPS) yield* ['', `… ${translate(lang, 'way.more', { n: steps.length - STORY_STEPS })}`];
}
