/** Where in the chapters a reader is, as an address has it: `ch=gsi&stop=2`, or `ch=` for the list of them. */

export interface ChapterPlace {
  /** '' for the list. */
  readonly id: string;
  /** From 1: the stops, then the checks. */
  readonly stop: number;
}

export const isChapterAddress = (text: string): boolean => text.startsWith('ch=');

/** What is no number is the first stop; whether there is such a chapter and stop is for who loads it to say. */
export function readChapterAddress(text: string): ChapterPlace {
  const fields = new URLSearchParams(text);
  const stop = Number(fields.get('stop') ?? '1');
  return { id: fields.get('ch') ?? '', stop: Number.isInteger(stop) ? stop : 1 };
}

export const chapterAddress = (id: string, stop = 1): string => (id === '' ? 'ch=' : `ch=${id}&stop=${stop}`);
