/** What the programs that draw share: a link opened as the page opens it, and documents in a terminal. */
import { parseHTML } from 'linkedom';
import { version } from '../../package.json';
import { errors } from '../i18n/en/errors.ts';
import { addTexts, hasText, type Lang, loadLanguage, translate } from '../i18n/index.ts';
import { linkOf, loadLinkCodec } from '../store/actions/links.ts';
import type { Notice } from '../store/types.ts';
import type { FigureFacts } from '../views/figure/figure.ts';
import type { Dom, Moment } from '../views/figure/still.tsx';
import { createHeadlessApp } from './headless-app.ts';

addTexts('en', errors);

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

/** Opens a link as the page does. @throws Refused with the page's own sentence */
export async function open(
  fragment: string,
  lang: Lang,
): Promise<{ moment: Moment; factsAt(step: number): FigureFacts }> {
  await Promise.all([loadLinkCodec(), loadLanguage(lang)]);
  const app = createHeadlessApp();
  const opened = await app.actions.openLink(fragment.replace(/^[^#]*#/, ''), { play: false });
  if (opened === 'nothing')
    throw new Refused(`“${fragment.slice(0, 80)}” names no scene: p=<preset> or s=k1.… is wanted.`);
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
