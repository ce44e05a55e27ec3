/** A whole trace: two passes, then the rows of the report. */
import { rowFindings, spanOf } from './findings.ts';
import { KeptRecords } from './kept.ts';
import { LineIndex } from './line-index.ts';
import { Overview, type OverviewData } from './overview.ts';
import { readExcerpt } from './pastes/excerpt.ts';
import type { Paste } from './pastes/types.ts';
import { type Checkpoint, Predictor } from './predict/predict.ts';
import type { Finding } from './predict/verdicts.ts';
import type { TraceRecord } from './record.ts';
import { Rows } from './rows.ts';
import { type Opened, openTrace, type Pause, scanTrace } from './scan.ts';
import type { ScanTotals, Sink } from './scanner.ts';
import { sorted } from './sorter.ts';
import { type ByteSource, TraceError } from './source.ts';
import { type Kernel, Survey } from './survey.ts';
import { createTables, type TextTables } from './text-tables.ts';
import type { VmGroup } from './threads.ts';
import { FIRST_UNKNOWN, TRACEPOINTS } from './tracepoints.ts';

export interface AnalyseOptions {
  readonly kernel?: Kernel | 'auto';
  /** Which VM of the file, 0 for the first; without it the one with the most lines. */
  readonly vm?: number;
  /** Only rows and findings of these lines or times (us). */
  readonly window?: { readonly from: number; readonly to: number; readonly unit: 'line' | 'us' };
  /** The state before this line is wanted. */
  readonly at?: number;
  /** Somebody will look at it: keep what that needs. */
  readonly keep?: boolean;
}

export interface Analysis {
  readonly summary: Record<string, unknown>;
  readonly rows: Rows;
  readonly predictor: Predictor | null;
  /** The state before the line asked for. */
  readonly state: Record<string, unknown> | null;
  readonly findings: readonly Finding[];
  /** Said of a short excerpt beside what is said of a trace. */
  readonly paste: Paste | null;
  /** Of the VM's own lines. */
  readonly survey: Survey;
  readonly vms: readonly VmGroup[];
  readonly vm: number;
  /** Is the line the VM's, or nobody's? */
  readonly isOurs: (r: TraceRecord) => boolean;
  readonly opened: Opened;
  readonly index: LineIndex;
  /** What was raised when; null unless it was asked for. */
  readonly overview: OverviewData | null;
  /** The prediction's state now and then, to begin again from; none unless asked for. */
  readonly checkpoints: readonly Checkpoint[];
  readonly totals: ScanTotals;
}

/** Lines between two checkpoints. */
const CHECKPOINT_LINES = 50_000;

/** Findings of counts that are kept: a machine has fewer, a hostile file as many as it likes. */
const MOST_FINDINGS = 1000;

const noPause: Pause = () => Promise.resolve();

function inWindow(window: AnalyseOptions['window'], r: TraceRecord): boolean {
  if (window === undefined) return true;
  const at = window.unit === 'line' ? r.line : r.ts;
  return at >= window.from && at <= window.to;
}

function findingInWindow(window: AnalyseOptions['window'], finding: Finding): boolean {
  if (window === undefined) return true;
  if (window.unit === 'line') return finding.toLine >= window.from && finding.line <= window.to;
  return finding.ts === null || (finding.ts >= window.from && finding.ts <= window.to);
}

/**
 * @throws TraceError with one sentence where the file is no trace of KVM
 */
export async function analyse(
  source: ByteSource,
  options: AnalyseOptions = {},
  pause: Pause = noPause,
): Promise<Analysis> {
  const opened = await openTrace(source);
  const whole: Survey = new Survey(() => first.clock);
  const isText = opened.format !== 'trace.dat' && !opened.gzip;
  const kept = new KeptRecords(whole, isText ? opened.source.size : 0);
  const first: TextTables = createTables(kept);
  const index = new LineIndex();
  const seen = await scanTrace(opened, first, kept, pause, index);
  const vms = whole.threads.settle(whole.hasOrder);
  const vm = chooseVm(vms, options.vm);
  const isOurs = (r: TraceRecord): boolean => {
    const of = vms.length < 2 ? vm : whole.threads.vmOf(r);
    return of === vm || of === -1;
  };
  const survey = vms.length < 2 ? whole : new Survey(() => first.clock);
  if (survey !== whole) {
    // What one VM's lines show of it says nothing of another.
    const own: Sink = { event: (r) => void (isOurs(r) && survey.event(r)), lost: (line) => survey.lost(line) };
    if (kept.isWhole) await kept.replay(own, seen, pause);
    else await scanTrace(opened, createTables(), own, pause);
    survey.threads.settle();
  }
  const tables = kept.isWhole ? first : createTables();
  const rows = new Rows(survey.threads, tables.reasons.list, () => tables.clock);
  const vendorFirst = survey.vendor(first.reasons.list);
  const ids = survey.ids([...(vms[vm]?.vcpus.keys() ?? [])]);
  const lacksCpus = survey.lacksCpus(seen.hostCpus, seen.lines);
  const predictor =
    Predictor.possible(ids) && survey.irqchip !== 'user' && first.cutLine === 0
      ? new Predictor({
          survey,
          threads: survey.threads,
          ids,
          vendor: vendorFirst,
          kernel:
            options.kernel === undefined || options.kernel === 'auto' ? whole.kernel(vendorFirst) : options.kernel,
          leaky: opened.format === 'perf-trace',
          lacksCpus,
          ticks: first.clock !== 's',
          reasons: tables.reasons.list,
          others: tables.others.list,
        })
      : null;
  const byLine = Number.isNaN(survey.firstTs);
  const overview =
    options.keep === true
      ? new Overview(byLine ? 1 : survey.firstTs, byLine ? seen.lines : survey.lastTs, byLine)
      : null;
  const checkpoints: Checkpoint[] = [];
  let nextCheckpoint = options.keep === true && predictor !== null ? 0 : Number.POSITIVE_INFINITY;
  let state: Record<string, unknown> | null = null;
  let gaps = 0;
  let firstLost = 0;
  const sink: Sink = {
    event(r) {
      if (vms.length > 1 && !isOurs(r)) return;
      if (inWindow(options.window, r)) rows.event(r);
      if (overview !== null) {
        overview.event(r);
        if (r.line >= nextCheckpoint) {
          nextCheckpoint = r.line + CHECKPOINT_LINES;
          if (predictor !== null) checkpoints.push(predictor.checkpoint(r.line));
        }
      }
      if (options.at !== undefined && state === null && r.line >= options.at) state = predictor?.state() ?? {};
      predictor?.event(r);
    },
    lost(line) {
      gaps++;
      if (firstLost === 0) firstLost = line;
      rows.forget();
      predictor?.lost();
    },
  };
  const inOrder = opened.format === 'perf-trace' ? sorted(sink) : null;
  if (kept.isWhole) await kept.replay(inOrder ?? sink, seen, pause);
  const totals = kept.isWhole ? seen : await scanTrace(opened, tables, inOrder ?? sink, pause);
  inOrder?.flush();
  predictor?.finish();
  const names = eventCounts(rows, tables.others.list);
  if (!Object.keys(names).some((name) => name.startsWith('kvm_'))) {
    throw new TraceError('no-kvm');
  }
  const vendor = survey.vendor(tables.reasons.list);
  const kernel = options.kernel === undefined || options.kernel === 'auto' ? whole.kernel(vendor) : options.kernel;
  const counted = rowFindings({
    rows,
    survey,
    totals,
    kernel,
    ticks: tables.clock !== 's',
    vms,
    vm,
    ids,
    firstLost,
    gaps,
    cutLine: first.cutLine,
    onlyCpus: (predictor?.isCut ?? lacksCpus === 'yes') && survey.hasOrder ? survey.cpus : [],
    silent: opened.format === 'perf-trace' ? missingIn(predictor) : 0,
  });
  const leftOut = Math.max(0, counted.length - MOST_FINDINGS) + (predictor?.verdicts.dropped ?? 0);
  const summary = summaryOf(totals, rows, survey, names, tables.reasons.list, {
    format: opened.format,
    clock: tables.clock,
    vendor,
    kernel,
    vms,
    vm,
    ids,
  });
  return {
    summary: leftOut > 0 ? { ...summary, findingsLeftOut: leftOut } : summary,
    rows,
    paste: opened.excerpt ? readExcerpt(opened.head, rows, survey, tables.reasons.list) : null,
    predictor,
    state: options.at === undefined ? null : (state ?? predictor?.state() ?? {}),
    findings: [...counted.slice(0, MOST_FINDINGS), ...(predictor?.verdicts.findings ?? [])].filter((one) =>
      findingInWindow(options.window, one),
    ),
    survey,
    vms,
    vm,
    isOurs,
    opened,
    index,
    overview: overview?.data() ?? null,
    checkpoints,
    totals,
  };
}

function missingIn(predictor: Predictor | null): number {
  let n = 0;
  for (const row of predictor?.verdicts.rows.values() ?? []) n += row.missing;
  return n;
}

function chooseVm(vms: readonly VmGroup[], asked: number | undefined): number {
  if (asked !== undefined) {
    if (asked >= vms.length) throw new TraceError('no-vm', { n: vms.length, asked: asked + 1 });
    return asked;
  }
  let best = 0;
  vms.forEach((group, i) => {
    if (group.lines > (vms[best]?.lines ?? 0)) best = i;
  });
  return best;
}

function eventCounts(rows: Rows, others: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  const add = (name: string, event: number): void => {
    const n = rows.counts[event];
    if (n > 0) counts[name] = n;
  };
  for (const [event, row] of TRACEPOINTS.entries()) add(row.name, event);
  for (const [i, name] of others.entries()) add(name, FIRST_UNKNOWN + i);
  return counts;
}

interface Setting {
  format: string;
  clock: string;
  vendor: string;
  kernel: Kernel;
  vms: readonly VmGroup[];
  vm: number;
  ids: readonly number[];
}

function summaryOf(
  totals: ScanTotals,
  rows: Rows,
  survey: Survey,
  counts: Record<string, number>,
  reasons: readonly string[],
  set: Setting,
): Record<string, unknown> {
  const exits: Record<string, number> = {};
  rows.exits.forEach((n, reason) => {
    exits[reasons[reason] as string] = n;
  });
  return {
    format: set.format,
    clock: set.clock,
    lines: totals.lines,
    bytes: totals.bytes,
    unreadable: totals.unreadable,
    lost: totals.lost,
    cutOff: totals.cutOff,
    starts: survey.starts,
    from: Number.isNaN(rows.firstTs) ? null : rows.firstTs,
    to: Number.isNaN(rows.lastTs) ? null : rows.lastTs,
    vcpus: set.ids,
    irqchip: survey.irqchip,
    apicv: rows.sawApicv,
    vendor: set.vendor,
    counts,
    exits,
    coalesced: rows.coalesced,
    acks: Object.fromEntries([...rows.acks].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(set.vms.length > 1 ? { vms: set.vms.map((group) => group.leader), vm: set.vm } : {}),
    ...(set.vms.some((group) => group.from > 0)
      ? { vmLines: set.vms.map((group) => spanOf(group, totals.lines)) }
      : {}),
    ...(rows.order.backwards > 0 ? { backwards: { n: rows.order.backwards, line: rows.order.firstLine } } : {}),
    ...(totals.unreadable > 0 ? { firstUnreadable: totals.firstUnreadable } : {}),
  };
}
