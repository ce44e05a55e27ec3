/** The report's rows, in the order of the contract. */
import type { AnalyseOptions, Analysis } from './analyse.ts';
import type { Paste } from './pastes/types.ts';
import type { Finding } from './predict/verdicts.ts';

export type ReportRow = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** Key and parameters of a finding's sentence (i18n `trace.finding.*`). */
export function sentenceOf(finding: Finding): { key: string; params: Record<string, string | number> } {
  const params: Record<string, string | number> = { n: finding.n, ...finding.params };
  for (const name of ['vcpu', 'gsi', 'vector', 'expected', 'shown'] as const) {
    const value = finding[name];
    if (value !== null) params[name] = name === 'vector' ? `0x${Number(value).toString(16)}` : value;
  }
  let key = `trace.finding.${finding.id}`;
  if (finding.id.startsWith('differs.')) {
    key = 'trace.finding.differs';
    if (finding.shown === null) key += '.missing';
    else if (finding.expected === null) key += '.extra';
  } else if (finding.id === 'stuck') key += `.${finding.params.what}`;
  else if (finding.id === 'lost' && finding.params.unknown === 1) key += '.unknown';
  else if (finding.id === 'no-handler' && finding.params.boot === 1) key += '.boot';
  else if (finding.id === 'lost' && finding.params.cpu !== undefined) key += '.cpu';
  else if (finding.id === 'lost' && finding.params.cpus !== undefined) key += '.cpus';
  else if (finding.id === 'lost' && finding.params.perf === 1) key += '.perf';
  else if (finding.id === 'two-vms' && finding.params.turns === 1) key += '.turns';
  else if (finding.id === 'host-ioctl' && finding.params.what === 'reset') key += '.reset';
  else if (finding.id === 'time-goes-back' && finding.params.how !== undefined) key += `.${finding.params.how}`;
  else if (finding.id === 'storm' && finding.params.paste === 1) key += '.paste';
  else if (finding.id === 'storm' && finding.params.nobody === 1) key += '.nobody';
  else if (finding.id === 'stands-still' && finding.vcpu !== null) key += '.cpu';
  else if (finding.id === 'spurious' && finding.gsi !== null) key += '.pic';
  else if (finding.id === 'spurious' && finding.vcpu === null) key += '.count';
  return { key, params };
}

type Say = (key: string, params: Record<string, string | number>) => string;

function findingRow(finding: Finding, say: Say): ReportRow {
  const { params: _params, ...rest } = finding;
  const { key, params } = sentenceOf(finding);
  const follows = finding.follows > 0 ? ` ${say('trace.finding.follows', { n: finding.follows })}` : '';
  return { kind: 'finding', ...rest, says: say(key, params) + follows };
}

/** A paste's rows: what was read, then what is to be said of it. */
export function* pasteRows(paste: Paste, say: Say): Generator<ReportRow> {
  const { shape, read, limits, ask, findings } = paste;
  const names = String(read.names ?? '');
  yield { kind: 'paste', shape, read, limits: limits.map((code) => say(`trace.limit.${code}`, { names })), ask };
  for (const finding of findings) yield findingRow(finding, say);
}

/** @param say turns a sentence's key and parameters into words */
export function* reportRows(analysis: Analysis, options: AnalyseOptions, say: Say): Generator<ReportRow> {
  const { rows, survey, vms, vm, summary } = analysis;
  yield { kind: 'summary', ...summary };
  if (analysis.paste !== null) yield* pasteRows(analysis.paste, say);
  const vendor = survey.vendor(Object.keys(summary.exits as object));
  const group = vms[vm];
  for (const { vcpu, ...rest } of rows.vcpuRows(vendor, rows.sawEntryInfo)) {
    yield { kind: 'vcpu', vcpu, threads: group?.vcpus.get(vcpu) ?? [], ...rest };
  }
  for (const row of rows.vectorRows()) yield { kind: 'vector', ...row };
  for (const row of rows.overallRows()) yield { kind: 'overall-vector', ...row };
  for (const row of rows.gsiRows()) yield { kind: 'gsi', ...row };
  for (const row of analysis.predictor?.verdicts.rows.values() ?? []) yield { kind: 'prediction', ...row };
  for (const finding of analysis.findings) {
    yield findingRow(finding, say);
  }
  if (options.at !== undefined && analysis.state !== null) yield { kind: 'state', line: options.at, ...analysis.state };
  yield { kind: 'end', ...rows.open(), unobservable: rows.sawApicv };
}
