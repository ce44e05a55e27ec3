/** Lines of a stream of bytes, as they come, none of them longer than a cap. */

const NEWLINE = 0x0a;

/** A line without its end; null for one above the cap, whose bytes are not kept. */
type Line = string | null;

/**
 * The lines that each piece of the stream ends, as soon as it is there, so that who writes one line and waits for its answer
 * gets it.
 * @param max most bytes of a line
 */
export async function* linesOf(input: AsyncIterable<Uint8Array>, max: number): AsyncGenerator<readonly Line[], void> {
  let parts: Uint8Array[] = [];
  let length = 0;
  /** The bytes up to here end a line. */
  function take(): Line {
    const line = length > max ? null : Buffer.concat(parts, length).toString('utf8');
    parts = [];
    length = 0;
    return line;
  }
  function keep(part: Uint8Array): void {
    length += part.length;
    if (length <= max) parts.push(part);
    else parts = [];
  }
  for await (const piece of input) {
    const lines: Line[] = [];
    let from = 0;
    for (;;) {
      const end = piece.indexOf(NEWLINE, from);
      if (end < 0) break;
      keep(piece.subarray(from, end));
      lines.push(take());
      from = end + 1;
    }
    if (from < piece.length) keep(piece.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (length > 0) yield [take()];
}
