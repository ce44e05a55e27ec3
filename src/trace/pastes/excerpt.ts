/** A short piece of a trace, as it stands in a mail: what it shows, and what so few lines cannot show. */
import type { Rows } from '../rows.ts';
import type { Survey } from '../survey.ts';
import { TP, TRACEPOINTS } from '../tracepoints.ts';
import { readStat, STAT_LINE } from './streams.ts';
import { finding, hexOf, linesOf, type Paste } from './types.ts';

export function readExcerpt(head: Uint8Array, rows: Rows, survey: Survey, reasons: readonly string[]): Paste {
  const lines = linesOf(new TextDecoder().decode(head));
  const findings = [];
  const names = TRACEPOINTS.filter((_, event) => survey.count(event) > 0).map((row) => row.name);
  const limits: string[] = [];
  const ask: string[] = [];
  if (rows.sawApicv) limits.push('apicv');
  const seen = (event: number): boolean => survey.count(event) > 0;
  if (!rows.sawApicv && (!seen(TP.kvm_inj_virq) || !seen(TP.kvm_eoi))) {
    limits.push('few-events');
    ask.push('trace-cmd record -e kvm sleep 5');
  }
  if (!rows.sawApicv && !seen(TP.kvm_inj_virq) && !seen(TP.kvm_eoi)) {
    for (const row of rows.vectorRows()) {
      if (row.accepted === 0) continue;
      const about = { vcpu: row.vcpu, vector: row.vector, n: row.accepted, gsi: row.gsis[0] ?? null };
      findings.push(finding('accepted-not-taken', 'odd', rows.firstAccept(row.vcpu, row.vector), about));
    }
  }
  for (const { vcpu, vector, line, us } of rows.wakeUps()) {
    findings.push(finding('woken', 'note', line, { vcpu, vector, params: { us } }));
  }
  const stat = lines.some((line) => STAT_LINE.test(line.text)) ? readStat(lines) : null;
  return {
    shape: 'ftrace',
    read: {
      names: names.join(', '),
      vectors: rows.vectorRows().map((row) => ({ ...row, vector: hexOf(row.vector) })),
      gsis: rows.gsiRows().map(({ gsi, high, low, edges }) => ({ gsi, high, low, edges })),
      // Reasons that no exit had are holes in the list.
      exits: Object.fromEntries(rows.exits.flatMap((n, reason) => [[reasons[reason] ?? '', n]])),
      ...(stat === null ? {} : { perfKvmStat: stat.read.exits }),
    },
    limits,
    ask,
    findings: [...findings, ...(stat?.findings ?? [])],
  };
}
