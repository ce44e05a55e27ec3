/** SVG breaks no lines, so a figure does. */
import { textWidth } from '../board/text-fit.ts';

/** Lines of a text that fit. CJK may break anywhere, other text at its spaces. */
export function wrap(text: string, room: number, size: number, face: 'sans' | 'bold' = 'sans'): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.match(/[\u2e80-\u9fff\uff00-\uffef]|[^\s\u2e80-\u9fff\uff00-\uffef]+\s*|\s+/g) ?? []) {
    if (line !== '' && textWidth((line + piece).trimEnd(), size, face) > room) {
      lines.push(line.trimEnd());
      line = piece.trimStart();
    } else line += piece;
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}
