/**
 * A scene that shows a bug, as an exercise: the same ops under a name that gives nothing away, without its story. Who opens it finds
 * out what is wrong (`views/where/spot.tsx`).
 */
import { inLang, type Lang, type Told } from '../i18n/langs.ts';
import type { SceneFile } from './without-bug.ts';

const BEGINS = 'case-';

export const isCase = (id: string | null): boolean => id?.startsWith(BEGINS) === true;

/** The exercise of a bug's scene: "case-3f2a", which stays when other scenes are added. */
export function caseOf(bug: string): string {
  let hash = 0x811c;
  for (const c of bug) hash = Math.imul(hash ^ c.charCodeAt(0), 0x0101_0193) >>> 0;
  return BEGINS + (hash >>> 16).toString(16).padStart(4, '0');
}

/** What it is called and asks, in each language. `{case}` is its name. */
export const CASE_TEXTS: Told<{ readonly title: string; readonly about: string }> = {
  en: {
    title: 'What is wrong here? Case {case}',
    about: 'Something goes wrong in this run. Find the component that is to blame, and the op since which it is wrong.',
  },
  'zh-CN': {
    title: '这里哪里出了问题？案例 {case}',
    about: '这次运行中有一处出了问题。找出有问题的部件，以及从哪条命令开始出错。',
  },
};

/** @param name "case-3f2a" */
export const caseTitle = (lang: Lang, name: string): string =>
  inLang(CASE_TEXTS, lang).title.replace('{case}', name.slice(BEGINS.length));

const ABOUT = Object.fromEntries(
  Object.entries(CASE_TEXTS).map(([lang, { about }]) => [lang, about]),
) as unknown as Told;

/** The scene as an exercise. */
export const asCase = (scene: SceneFile): SceneFile => ({
  ...scene,
  id: caseOf(scene.id),
  look: [],
  // What happens is told step by step, as in a scene that nobody has told.
  narration: { question: ABOUT, beats: [] },
});
