/** The report of `npm run -s trace` as a page of text. */
import type { ReportRow } from '../trace/report.ts';

type Cell = string | number;

function table(title: string, heads: readonly string[], rows: readonly (readonly Cell[])[]): string[] {
  if (rows.length === 0) return [];
  const all = [heads, ...rows].map((row) => row.map(String));
  const widths = heads.map((_, i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  return [
    '',
    title,
    ...all.map((row) => `  ${row.map((cell, i) => cell.padStart(widths[i] ?? 0)).join('  ')}`.trimEnd()),
  ];
}

const us = (value: unknown): string => (typeof value === 'number' ? value.toFixed(1).replace(/\.0$/, '') : '-');
const hex = (value: unknown): string => `0x${Number(value).toString(16)}`;
type Percentiles = { n: number; p50: number; p90: number; p99: number; max: number } | null;
const spread = (p: Percentiles): Cell[] =>
  p === null ? ['-', '', '', '', ''] : [p.n, us(p.p50), us(p.p90), us(p.p99), us(p.max)];

function pasteText(paste: ReportRow): string[] {
  return [
    '',
    `PASTE: ${paste.shape}`,
    ...JSON.stringify(paste.read, null, 1)
      .split('\n')
      .map((line) => `  ${line}`),
    ...(paste.limits as string[]).map((limit) => `  limit: ${limit}`),
    ...(paste.ask as string[]).map((command) => `  ask for: ${command}`),
  ];
}

export function reportText(rows: readonly ReportRow[]): string {
  const of = (kind: string): ReportRow[] => rows.filter((row) => row.kind === kind);
  const pasted = of('paste').flatMap(pasteText);
  const findings = table(
    'FINDINGS',
    ['line', 'severity', 'id', 'n', 'what'],
    of('finding').map((f) => [f.line, f.severity, f.id, f.n, f.says] as Cell[]),
  );
  const s = of('summary')[0];
  const end = of('end')[0];
  if (s === undefined || end === undefined) return `${[...pasted, ...findings].join('\n')}\n`;
  const seconds = s.clock === 's' ? `${((Number(s.to) - Number(s.from)) / 1e6).toFixed(3)} s` : `clock: ${s.clock}`;
  const out = [
    `${s.format}, ${s.lines} lines, ${s.bytes} bytes, ${seconds}, starts: ${s.starts}`,
    `vCPUs ${(s.vcpus as number[]).join(' ')}; irqchip ${s.irqchip}; APICv ${s.apicv ? 'yes' : 'no'}; ${s.vendor}`,
    `unreadable lines ${s.unreadable}; lost events ${s.lost}; last line cut off: ${s.cutOff ? 'yes' : 'no'}`,
    ...pasted,
    ...findings,
    ...table(
      'PREDICTION (right includes the trivial lines of a level 0)',
      ['event', 'right', 'trivial', 'raced', 'wrong', 'missing', 'unknowable'],
      of('prediction').map((p) => [p.event, p.right, p.trivial, p.raced, p.wrong, p.missing, p.unknowable] as Cell[]),
    ),
    ...table(
      'VCPUS',
      ['vcpu', 'entries', 'exits', 'reinjected', 'soft', 'nmi', 'threads'],
      of('vcpu').map(
        (v) =>
          [v.vcpu, v.entries, v.exits, v.reinjected, v.soft, v.nmi ?? '-', (v.threads as number[]).join(',')] as Cell[],
      ),
    ),
    ...table(
      'GSIS (latency in us)',
      ['gsi', 'high', 'low', 'edges', 'repeats', 'n', 'p50', 'p90', 'p99', 'max'],
      of('gsi').map((g) => [g.gsi, g.high, g.low, g.edges, g.repeats, ...spread(g.latency as Percentiles)] as Cell[]),
    ),
    ...table(
      'VECTORS',
      ['vcpu', 'vector', 'accepted', 'merged', 'injected', 'eoi', 'pvEoi', 'gsis'],
      of('vector').map(
        (v) =>
          [
            v.vcpu,
            hex(v.vector),
            v.accepted,
            v.merged,
            v.injected,
            v.eoi,
            v.pvEoi,
            (v.gsis as number[]).join(','),
          ] as Cell[],
      ),
    ),
    ...table(
      'WAITING: first accept to first injection (us)',
      ['vector', 'n', 'p50', 'p90', 'p99', 'max'],
      of('overall-vector').map((v) => [hex(v.vector), ...spread(v.waiting as Percentiles)]),
    ),
    ...table(
      'SERVICE: injection to EOI (us)',
      ['vector', 'n', 'p50', 'p90', 'p99', 'max'],
      of('overall-vector').map((v) => [hex(v.vector), ...spread(v.service as Percentiles)]),
    ),
    ...of('state').flatMap((state) => [
      '',
      `STATE before line ${state.line}`,
      ...JSON.stringify(state, null, 1)
        .split('\n')
        .map((l) => `  ${l}`),
    ]),
  ];
  const list = (what: unknown): string =>
    (what as { vcpu: number; vector: number; line: number }[])
      .map((o) => `${hex(o.vector)} on vCPU ${o.vcpu} (line ${o.line})`)
      .join(', ') || 'none';
  out.push('', `At the end, waiting: ${list(end.pending)}`, `At the end, in service: ${list(end.inService)}`);
  if (end.unobservable) out.push('APICv: the processor injects and ends by itself, so neither can be seen in a trace.');
  return `${out.join('\n')}\n`;
}
