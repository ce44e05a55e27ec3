/** Text of a trace in Markdown. A comm may hold anything a thread calls itself: it stays text there, whatever renders it. */

/** Line ends and other controls would end the list, or hide what follows. */
const oneLine = (text: string): string =>
  text.replace(/\p{Cc}+|\u2028|\u2029/gu, ' ').replace(/[\u202a-\u202e\u2066-\u2069]/gu, '');

/** A raw line as code: its fence is longer than any run of backticks in it. CommonMark "Code spans" */
export function code(text: string): string {
  const body = oneLine(text).trim();
  const longest = Math.max(0, ...[...body.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  // One blank on either side is taken off again.
  return longest > 0 ? `${fence} ${body} ${fence}` : `${fence}${body}${fence}`;
}

/** A sentence that may name what the trace names: no mark-up, no HTML. Underscores within words mean nothing in Markdown. */
export function words(text: string): string {
  return oneLine(text).replace(/[\\`*[\]<>&~]/g, (c) => `\\${c}`);
}
