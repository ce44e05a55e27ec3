/**
 * Lines of a paste that a mailer broke, joined again: what does not begin as a line of its shape does, behind a line to which its
 * first word would have been too much. And those that begin as one and are none.
 */
import type { Finding } from '../predict/verdicts.ts';
import { finding, type Line } from './types.ts';

/** Mailers break at 60 columns and more, and leave no longer lines than this. */
const LEAST_WIDTH = 60;
const MOST_WIDTH = 100;
/** Of so many pieces no line is made. */
const MOST_PIECES = 8;

/** @param starts what a line of the shape begins with */
export function unfold(lines: readonly Line[], starts: RegExp): readonly Line[] {
  const out: Line[] = [];
  let width = 0;
  let pieces = 0;
  for (const line of lines) {
    const before = out.at(-1);
    const own = line.text.trimEnd();
    const first = /\S+/.exec(own.slice(0, MOST_WIDTH))?.[0] ?? '';
    const isNext = before !== undefined && line.n === before.n + pieces;
    const isTail =
      isNext &&
      first !== '' &&
      pieces < MOST_PIECES &&
      width <= MOST_WIDTH &&
      width + 1 + first.length > LEAST_WIDTH &&
      own.length <= MOST_WIDTH &&
      !starts.test(own);
    if (isTail) {
      out[out.length - 1] = { n: before.n, text: `${before.text.trimEnd()} ${own.trimStart()}` };
      pieces++;
    } else {
      out.push(line);
      // Prose has no tail of ours.
      pieces = starts.test(own) ? 1 : MOST_PIECES;
    }
    width = own.length;
  }
  return out;
}

/** A line that begins as one of the shape, and that no rule reads: it is said where. */
export const unread = (line: Line): Finding =>
  finding('unread', 'odd', line.n, { params: { line: line.n, text: line.text.trim().slice(0, 40) } });
