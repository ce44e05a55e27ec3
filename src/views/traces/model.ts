/** What the page of traces works with: a trace that is open, and the small computations that draw it. */
import { hasText } from '../../i18n/index.ts';
import type { ReportRow } from '../../trace/report.ts';
import type { FromTrace, Picture, TraceJob } from '../../worker/trace-client.ts';
import type { Translate } from '../shared/use-t.ts';

export type Progress = Extract<FromTrace, { type: 'progress' }>;
export interface Problem {
  readonly key: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** A file or a text that was read. */
export interface OpenedTrace {
  readonly name: string;
  readonly size: number;
  /** The file itself; null for a pasted text. */
  readonly file: Blob | null;
  readonly rows: readonly ReportRow[];
  readonly picture: Picture | null;
  readonly job: TraceJob;
  /** Where an address wants to begin. */
  readonly line: number | null;
  /** Of the file, as an address has it; null where there is none. */
  readonly hash: string | null;
  /** Which recording of ours it is; null: none. */
  readonly sample: string | null;
}

/** Which interrupts are looked at; null: all. */
export interface Filter {
  readonly gsi: number | null;
  readonly vector: number | null;
  readonly vcpu: number | null;
}
export const NO_FILTER: Filter = { gsi: null, vector: null, vcpu: null };

export const rowsOf = (rows: readonly ReportRow[], kind: string): ReportRow[] =>
  rows.filter((row) => row.kind === kind);

export const hex = (value: unknown): string => `0x${Number(value).toString(16)}`;

/** A sentence that crossed from the worker as its key and parameters. */
export function sentence(t: Translate, said: unknown): string {
  return String(said)
    .split(/(?<=\])\s(?=\[)/)
    .map((part) => {
      try {
        const [key, params] = JSON.parse(part) as [string, Record<string, string | number>];
        return hasText(key) ? t(key, params) : key;
      } catch {
        return part;
      }
    })
    .join(' ');
}

/** Does a finding or a row speak of what is looked at? What names no such thing speaks of all. */
export function matches(filter: Filter, row: Readonly<Record<string, unknown>>): boolean {
  for (const name of ['gsi', 'vector', 'vcpu'] as const) {
    const wanted = filter[name];
    const value = row[name];
    if (wanted === null || value === null || value === undefined) continue;
    if (value !== wanted) return false;
  }
  return true;
}

/** Time of a line (us, or the line itself where there is no clock), between the marks that are known. */
export function timeOf({ timeline, overview, lines }: Picture, line: number): number {
  if (overview.byLine) return line;
  const { every, ts } = timeline;
  const at = (line - 1) / every;
  const i = Math.min(Math.floor(at), ts.length - 1);
  const from = i === 0 ? overview.from : (ts[i] ?? overview.from);
  const to = ts[i + 1] ?? overview.to;
  const length = i + 1 < ts.length ? every : Math.max(1, lines - i * every);
  return from + (Math.max(to - from, 0) * (line - 1 - i * every)) / length;
}

/** A pause between two lines longer than this is folded: while it plays, and with a mark where it stands. */
export const FOLD_MS = 200;

/** The time a line of text carries (us), NaN where it has none. */
export function timeIn(text: string): number {
  const seconds = /\s(\d+\.\d{6,9}): /.exec(text)?.[1];
  if (seconds !== undefined) return Number(seconds) * 1e6;
  const ms = /^\s*(\d+\.\d{3}) \S.*\/\d+ kvm:/.exec(text)?.[1];
  return ms === undefined ? Number.NaN : Number(ms) * 1000;
}

/** The line nearest to a time. */
export function lineAt(picture: Picture, time: number): number {
  let low = 1;
  let high = Math.max(1, picture.lines);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (timeOf(picture, middle) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A time as the axis names it. */
export function clockText(picture: Picture, time: number): string {
  if (picture.overview.byLine) return Math.round(time).toLocaleString('en-US');
  return `${((time - picture.overview.from) / 1e6).toFixed(6).replace(/0{1,3}$/, '')} s`;
}

/** Findings that the page and its Markdown list, of as many as there are. */
export const SHOWN = 200;

/** How many findings are not listed, and how many the reader of the trace itself left out: sentences, none where all are there. */
export function notListed(findings: number, rows: readonly ReportRow[], t: Translate): string[] {
  const [summary] = rowsOf(rows, 'summary');
  const unkept = Number(summary?.findingsLeftOut ?? 0);
  return [
    ...(findings > SHOWN ? [t('trace.page.more', { n: findings - SHOWN })] : []),
    ...(unkept > 0 ? [t('trace.page.unkept', { n: unkept })] : []),
  ];
}
