/**
 * A pasted text as it was before a terminal, a bug tracker, a browser or a mailer had it: without colours, with its characters for
 * their names, blanks for no-break blanks, and without what stands before each line. Lines keep their numbers.
 */

const ESCAPE = String.fromCharCode(27);
/** ECMA-48: control sequences, and the choice of a character set. */
const COLOUR = new RegExp(`${ESCAPE}(\\[[0-9;?]*[ -/]*[@-~]|[()][A-Z0-9])`, 'g');
const NAMED: Readonly<Record<string, string>> = {
  lt: '<',
  gt: '>',
  amp: '&',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  '#39': "'",
};
const NAME = /&(lt|gt|amp|quot|apos|nbsp|#39);/g;
const NO_BREAK = /[\u00a0\u2007\u202f]/g;
/** What mailers and trackers put before a line. */
const BEFORE = /^[>|\s]*/;

export function plain(text: string): string {
  let out = text.includes(ESCAPE) ? text.replace(COLOUR, '') : text;
  out = out.replace(NAME, (all, name: string) => NAMED[name] ?? all).replace(NO_BREAK, ' ');
  return withoutMargin(out);
}

/** Takes away what all lines that say something begin with, if it is quote marks, bars and blanks. */
function withoutMargin(text: string): string {
  const lines = text.split('\n');
  let margin: string | null = null;
  for (const line of lines) {
    const before = BEFORE.exec(line)?.[0] ?? '';
    if (before.length === line.length) continue;
    let n = 0;
    while (margin !== null && n < margin.length && margin[n] === before[n]) n++;
    margin = margin === null ? before : margin.slice(0, n);
    if (margin === '') return text;
  }
  if (margin === null) return text;
  const own = margin;
  return lines.map((line) => (line.startsWith(own) ? line.slice(own.length) : line.replace(BEFORE, ''))).join('\n');
}
