import { expect, test } from 'vitest';
import { loadLanguage, translate } from '../../i18n/index.ts';
import type { ReportRow } from '../../trace/report.ts';
import { asMarkdown, code, words } from './markdown.ts';
import { SHOWN } from './model.ts';
import './traces-texts.ts';

const HOSTILE = [
  '`',
  '``` <img src=x onerror=alert(1)> ```',
  'a`b``c',
  'x | y | z',
  '<script>alert(1)</script>',
  'two\nlines\r\n# head',
  '[click](javascript:alert(1))',
  '![](http://example.org/pixel)',
  '\u202egnirts\u2028- item',
  '&lt;b&gt; *strong* ~~gone~~ \\',
];

/** CommonMark: a code span ends at the first run of backticks as long as the one it began with. */
function spanOf(markdown: string): { body: string; rest: string } | null {
  const fence = /^`+/.exec(markdown)?.[0];
  if (fence === undefined) return null;
  for (const run of markdown.slice(fence.length).matchAll(/`+/g)) {
    if (run[0].length !== fence.length) continue;
    const inner = markdown.slice(fence.length, fence.length + run.index);
    const body = inner.startsWith(' ') && inner.endsWith(' ') && inner.trim() !== '' ? inner.slice(1, -1) : inner;
    return { body, rest: markdown.slice(fence.length + run.index + fence.length) };
  }
  return null;
}

test.each(HOSTILE)('a raw line with the comm %j is one code span and nothing behind it', (comm) => {
  const line = `${comm}-7 [000] 1.000001: kvm_eoi: apicid 0 vector 48`;
  const span = spanOf(code(line));
  expect(span?.rest).toBe('');
  expect(span?.body).not.toMatch(/[\r\n\u2028\u202e]/);
  // But for what controls became, it is the line.
  const bare = (text: string): string => text.replace(/[\s\u202e]+/g, '');
  expect(bare(span?.body ?? '')).toBe(bare(line));
});

test.each(HOSTILE)('a sentence that names %j has no mark-up of it', (name) => {
  const text = words(`The thread ${name} printed this.`);
  expect(text).not.toMatch(/[\r\n\u2028\u202e]/);
  expect(text.replace(/\\[\\`*[\]<>&~]/g, '')).not.toMatch(/[\\`*[\]<>&~]/);
});

test('what KVM prints stays as it is', () => {
  expect(code(' kvm_eoi: apicid 0 vector 48 ')).toBe('`kvm_eoi: apicid 0 vector 48`');
  expect(words('kvm_set_irq of GSI 4: level 1')).toBe('kvm_set_irq of GSI 4: level 1');
});

test.each([
  ['en', 'Not listed here: 41.', 'not kept, in the whole trace: 7.'],
  ['zh-CN', '此处未列出：41 条', '未保留：7 条'],
] as const)('what is not in the list is counted (%s)', async (lang, more, unkept) => {
  await loadLanguage(lang);
  const finding = (line: number): ReportRow => ({
    kind: 'finding',
    id: 'level-storm',
    severity: 'odd',
    line,
    says: 'x',
  });
  const findings = Array.from({ length: SHOWN + 41 }, (_, i) => finding(i + 2));
  const summary: ReportRow = { kind: 'summary', findingsLeftOut: 7 };
  const text = (some: readonly ReportRow[], rows: readonly ReportRow[]): Promise<string> =>
    asMarkdown(
      some,
      rows,
      () => Promise.resolve(['raw']),
      (key, params) => translate(lang, key, params),
    );
  const cut = await text(findings, [summary, ...findings]);
  expect(cut.match(/^- /gm)).toHaveLength(SHOWN);
  expect(cut).toContain(more);
  expect(cut).toContain(unkept);
  const whole = await text(findings.slice(0, SHOWN), findings.slice(0, SHOWN));
  expect(whole.trimEnd().endsWith('`raw`')).toBe(true);
});
