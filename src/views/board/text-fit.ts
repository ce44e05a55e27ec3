/** How much text fits: SVG does not wrap or cut, so widths are estimated on the safe side. */

/** Smallest text on the screen, px. */
const FLOOR = 11;

/** Size of a text in layout units: where the drawing is smaller than its units, the text is as much bigger in them. */
export const textSize = (size: number, scale: number): number => Math.max(size, FLOOR / scale);

/** Advance of a character as a share of the font size. */
const WIDTHS = { sans: 0.55, bold: 0.59, mono: 0.605 } as const;
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]/;

/** Width of a text, px. */
export function textWidth(text: string, size: number, face: keyof typeof WIDTHS = 'sans'): number {
  let em = 0;
  for (const c of text) em += WIDE.test(c) ? 1 : WIDTHS[face];
  return em * size;
}

/** The text, cut with an ellipsis where it would not fit. A number of one or two digits is whole: an ellipsis is no shorter. */
export function cut(text: string, room: number, size: number, face: keyof typeof WIDTHS = 'sans'): string {
  const chars = [...text];
  if (chars.length <= 2 || textWidth(text, size, face) <= room) return text;
  while (chars.length > 1 && textWidth(`${chars.join('')}…`, size, face) > room) chars.pop();
  return `${chars.join('').trimEnd()}…`;
}

/** Where the name of a row begins that ends before its cells: at its card's margin, nearer the edge where text is big in its card. */
export const nameX = (name: string, left: number, cells: number, scale: number): number =>
  Math.max(left + 3, Math.min(left + 11, cells - 3 - textWidth(name, textSize(FLOOR, scale), 'mono')));

/** Is there room for a note at the end of a card's title line. */
export const fitsBeside = (
  title: string,
  note: string,
  room: number,
  scale: number,
  face: 'sans' | 'mono' = 'sans',
): boolean =>
  textWidth(title, 13, 'bold') + textWidth(note, textSize(face === 'mono' ? 11.5 : FLOOR, scale), face) + 28 <= room;
