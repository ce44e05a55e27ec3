/** What the programs that draw share: a link opened as the page opens it, and documents in a terminal. */
import { parseHTML } from 'linkedom';
import { version } from '../../package.json';
import { loadChapter } from '../chapters/index.ts';
import { errors } from '../i18n/en/errors.ts';
import { notices } from '../i18n/en/notices.ts';
import { addTexts, hasText, type Lang, loadLanguage, translate } from '../i18n/index.ts';
import { linkText } from '../share/link-text.ts';
import { linkOf, loadLinkCodec, type Opened } from '../store/actions/links.ts';
import { isChapterAddress, readChapterAddress } from '../store/chapter-address.ts';
import type { Moment } from '../store/still-app.ts';
import type { Notice } from '../store/types.ts';
import type { FigureFacts } from '../views/figure/figure.ts';
import type { Dom } from '../views/figure/still.tsx';
import { createHeadlessApp } from './headless-app.ts';

addTexts('en', { ...errors, ...notices });

/** One sentence for the person, and the exit code. */
export class Refused extends Error {
  readonly exit: number;
  constructor(sentence: string, exit = 2) {
    super(sentence);
    this.exit = exit;
  }
}

const sentenceOf = ({ code, place, params }: Notice): string => {
  const key = `error.${code}`;
  const text = hasText(key) ? translate('en', key, params) : translate('en', 'error.unknown', { code });
  return place === '' ? text : `${text} (${translate('en', 'error.at', { place })})`;
};

/** A library's documents, for the same drawing code as in a browser. */
export const dom: Dom = {
  empty: () => parseHTML('<!doctype html><html><body></body></html>').document,
  serialize: (node) => node.outerHTML,
};

/** A stop of a chapter is a moment of a scene. */
async function openStop({ actions }: ReturnType<typeof createHeadlessApp>, address: string): Promise<Opened> {
  const { id, stop } = readChapterAddress(address);
  const chapter = await loadChapter(id);
  if (chapter === null) return { code: 'chapter-unknown', place: 'ch', params: { id } };
  const here = chapter.stops[stop - 1];
  if (here === undefined) return { code: 'chapter-stop', place: 'stop', params: { id, max: chapter.stops.length } };
  const scene = { preset: here.scene, version: undefined, keep: null, ops: here.ops ?? [] };
  const end = await actions.loadChanged(scene, { step: { name: here.at }, play: false });
  return end === 'done' ? 'opened' : end;
}

/** Opens a link as the page does. @throws Refused with the page's own sentence */
export async function open(
  fragment: string,
  lang: Lang,
): Promise<{ moment: Moment; factsAt(step: number): FigureFacts }> {
  await Promise.all([loadLinkCodec(), loadLanguage(lang)]);
  const app = createHeadlessApp();
  const text = linkText(fragment);
  const opened = isChapterAddress(text) ? await openStop(app, text) : await app.actions.openLink(text, { play: false });
  if (opened === 'nothing')
    throw new Refused(
      `“${fragment.slice(0, 80)}” names no scene: p=<preset>, s=k1.… or ch=<chapter>&stop=n is wanted.`,
    );
  const state = app.store.getState();
  const { scene, sceneId, playhead } = state;
  if (opened !== 'opened' || scene === null) {
    throw new Refused(typeof opened === 'object' ? sentenceOf(opened) : 'The scene did not open.');
  }
  if (state.notice !== null) process.stderr.write(`irqscope: ${sentenceOf(state.notice)}\n`);
  const source = sceneId.preset === null ? null : `${sceneId.preset}@${sceneId.version}`;
  const factsAt = (step: number): FigureFacts => ({
    link: linkOf({ ...state, playhead: { ...playhead, step } }),
    app: version,
    source,
  });
  return { moment: { scene, sceneId, step: playhead.step, phase: 1, lang }, factsAt };
}
