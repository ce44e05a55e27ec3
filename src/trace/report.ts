/** The report's rows, in the order of the contract. */
import type { AnalyseOptions, Analysis } from './analyse.ts';

export type ReportRow = { readonly kind: string } & Readonly<Record<string, unknown>>;

export function* reportRows(analysis: Analysis, _options: AnalyseOptions): Generator<ReportRow> {
  const { rows, survey, vms, vm, summary } = analysis;
  yield { kind: 'summary', ...summary };
  const vendor = survey.vendor(Object.keys(summary.exits as object));
  const group = vms[vm];
  for (const row of rows.vcpuRows(vendor, rows.sawEntryInfo)) {
    const { vcpu, ...rest } = row;
    yield { kind: 'vcpu', vcpu, threads: group?.vcpus.get(vcpu) ?? [], ...rest };
  }
  for (const row of rows.vectorRows()) yield { kind: 'vector', ...row };
  for (const row of rows.overallRows()) yield { kind: 'overall-vector', ...row };
  for (const row of rows.gsiRows()) yield { kind: 'gsi', ...row };
  for (const row of analysis.predictor?.verdicts.rows.values() ?? []) yield { kind: 'prediction', ...row };
  for (const f of analysis.predictor?.verdicts.findings ?? []) yield { kind: 'finding', ...f };
  yield { kind: 'end', ...rows.open(), unobservable: rows.sawApicv };
}
