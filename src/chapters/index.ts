/** The chapters, found by being here: a folder each, `<nn-id>`, in the order of its number. Each comes when asked for. */
import type { Lang } from '../i18n/langs.ts';
import type { Chapter, ChapterText } from './chapter.ts';

const CHAPTERS = import.meta.glob<Chapter>('./*/chapter.json', { import: 'default' });
const TEXTS = import.meta.glob<ChapterText>(['./*/*.json', '!./*/chapter.json'], { import: 'default' });

const folderOf = (path: string): string => path.split('/')[1] as string;
const idOf = (folder: string): string => folder.replace(/^\d+-/, '');
const FOLDERS = new Map(
  Object.keys(CHAPTERS)
    .map(folderOf)
    .sort()
    .map((folder) => [idOf(folder), folder]),
);

/** Ids in the order of reading. */
export const CHAPTER_IDS: readonly string[] = [...FOLDERS.keys()];

/** @returns null where there is no such chapter */
export async function loadChapter(id: string): Promise<Chapter | null> {
  return (await CHAPTERS[`./${FOLDERS.get(id) ?? ''}/chapter.json`]?.()) ?? null;
}

/** @returns in English where the language does not have it, null where there is no such chapter */
export async function loadChapterText(id: string, lang: Lang): Promise<ChapterText | null> {
  const load = (name: string) => TEXTS[`./${FOLDERS.get(id) ?? ''}/${name}.json`];
  return (await (load(lang.toLowerCase()) ?? load('en'))?.()) ?? null;
}
