/** The chapters, found by being here: a folder each, `<nn-id>`, in the order of its number. Each comes when asked for. */
import type { Lang } from '../i18n/index.ts';
import type { Chapter, ChapterText } from './chapter.ts';

const CHAPTERS = import.meta.glob<Chapter>('./*/chapter.json', { import: 'default' });
const TEXTS = {
  en: import.meta.glob<ChapterText>('./*/en.json', { import: 'default' }),
  'zh-CN': import.meta.glob<ChapterText>('./*/zh-cn.json', { import: 'default' }),
} as const satisfies Record<Lang, unknown>;
const FILE = { en: 'en.json', 'zh-CN': 'zh-cn.json' } as const satisfies Record<Lang, string>;

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

export async function loadChapterText(id: string, lang: Lang): Promise<ChapterText | null> {
  return (await TEXTS[lang][`./${FOLDERS.get(id) ?? ''}/${FILE[lang]}`]?.()) ?? null;
}
