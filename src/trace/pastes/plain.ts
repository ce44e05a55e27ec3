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
/** What journalctl and syslog put before a line: date, host, program. A program without a number is taken for one only after a date with words. */
const LOGGED =
  /^(?:[A-Z][a-z]{2} +\d+ [\d:]{8} \S+ [^\s:[\]]+(?:\[\d+\])?|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-][\d:]{4,6}) \S+ [^\s:[\]]+\[\d+\]): ?/;

export function plain(text: string): string {
  let out = text.includes(ESCAPE) ? text.replace(COLOUR, '') : text;
  out = out.replace(NAME, (all, name: string) => NAMED[name] ?? all).replace(NO_BREAK, ' ');
  return withoutLog(withoutMargin(out));
}

/** What a program printed, where all of it comes out of a system's log. A kernel's own lines keep their date. */
function withoutLog(text: string): string {
  // Most texts come from no log, which their first line shows.
  const first = /^.*\S.*$/m.exec(text)?.[0];
  if (first === undefined || !LOGGED.test(first)) return text;
  const lines = text.split('\n');
  const own: string[] = [];
  for (const line of lines) {
    const before = line.trim() === '' ? '' : LOGGED.exec(line)?.[0];
    if (before === undefined) return text;
    own.push(before);
  }
  if (own.every((one) => one === '' || one.includes(' kernel:'))) return text;
  return lines.map((line, i) => line.slice(own[i]?.length ?? 0)).join('\n');
}

/** Takes away what all lines that say something begin with, if it is quote marks, bars and blanks. */
function withoutMargin(text: string): string {
  const first = /^.*[^>|\s].*$/m.exec(text)?.[0];
  if (first === undefined || BEFORE.exec(first)?.[0] === '') return text;
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
