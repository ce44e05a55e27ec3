/** What a reader reads beside the scene, as an address has it: `ch=gsi&stop=2`, `ch=` for the list of chapters, `how-true`. */

export interface ChapterPlace {
  /** '' for the list. */
  readonly id: string;
  /** From 1: the stops, then the checks. */
  readonly stop: number;
}

/** Address of the page "How true is it?". */
export const HOW_TRUE = 'how-true';

export const isChapterAddress = (text: string): boolean => text.startsWith('ch=') || text === HOW_TRUE;

/** What is no number is the first stop; whether there is such a chapter and stop is for who loads it to say. */
export function readChapterAddress(text: string): ChapterPlace {
  const fields = new URLSearchParams(text);
  const stop = Number(fields.get('stop') ?? '1');
  return { id: fields.get('ch') ?? '', stop: Number.isInteger(stop) ? stop : 1 };
}

export const chapterAddress = (id: string, stop = 1): string => (id === '' ? 'ch=' : `ch=${id}&stop=${stop}`);
