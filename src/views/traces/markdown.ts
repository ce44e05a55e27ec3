/** Text of a trace in Markdown. A comm may hold anything a thread calls itself: it stays text there, whatever renders it. */

import type { ReportRow } from '../../trace/report.ts';
import type { Translate } from '../shared/use-t.ts';
import { notListed, SHOWN, sentence } from './model.ts';

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

/**
 * Findings as a list, and what is not in it.
 * @param rawOf the lines of the trace that one is about, as they were @param rows the report they are of
 */
export async function asMarkdown(
  findings: readonly ReportRow[],
  rows: readonly ReportRow[],
  rawOf: (f: ReportRow) => Promise<readonly string[]>,
  t: Translate,
): Promise<string> {
  const parts: string[] = [];
  for (const f of findings.slice(0, SHOWN)) {
    const at = t('trace.page.line', { n: Number(f.line) });
    parts.push(`- **${f.id}** (${f.severity}), ${at}: ${words(sentence(t, f.says))}`);
    for (const raw of await rawOf(f)) parts.push(`  ${code(raw)}`);
  }
  for (const more of notListed(findings.length, rows, t)) parts.push('', words(more));
  return `${parts.join('\n')}\n`;
}
