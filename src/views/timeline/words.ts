/** What stands in a span or beside a lane: the longest of some texts that fits, cut at words and never in a letter. */

/** Measured widths, px, by font and text; widths of a font do not change. */
const widths = new Map<string, number>();
const MOST_KNOWN = 4000;
let context: CanvasRenderingContext2D | null | undefined;

/** Width of a text, px. */
export function widthOf(text: string, font: string): number {
  const key = `${font}|${text}`;
  const known = widths.get(key);
  if (known !== undefined) return known;
  if (context === undefined) context = document.createElement('canvas').getContext('2d');
  if (context === null) return text.length * 7;
  context.font = font;
  const { width } = context.measureText(text);
  if (widths.size >= MOST_KNOWN) widths.clear();
  widths.set(key, width);
  return width;
}

/** The first of some texts, the longest first, that is no wider; nothing where none is. */
export function fitting(texts: readonly string[], px: number, font: string, measure = widthOf): string {
  return texts.find((text) => measure(text, font) <= px) ?? '';
}

/** A name, or as many of its words as are no wider; a single word too long for its column ends after as many letters as fit. */
export function fittingName(name: string, px: number, font: string, measure = widthOf): string {
  const words = name.split(' ');
  while (words.length > 1 && measure(words.join(' '), font) > px) words.pop();
  const letters = [...words.join(' ')];
  while (letters.length > 1 && measure(letters.join(''), font) > px) letters.pop();
  return letters.join('');
}
