/**
 * A trace that was read, and what can still be asked of it: its lines, the machine before any of them, a window as a scene.
 * The text is not kept: each answer reads its own piece of the file again, from the mark before it.
 */
import type { Analysis } from './analyse.ts';
import { ChromeTrace } from './chrome.ts';
import type { TraceRecord } from './record.ts';
import { type Pause, scanPart } from './scan.ts';
import type { Sink } from './scanner.ts';
import { sorted } from './sorter.ts';
import { createTables } from './text-tables.ts';
import { TRACEPOINTS } from './tracepoints.ts';
import { WindowOps, type WindowScene, type WindowStart } from './window-ops.ts';

/** More of a line is not shown. */
const MOST_CHARACTERS = 400;
const MOST_LINES = 1000;

export interface RawLine {
  readonly line: number;
  readonly text: string;
}

const noPause: Pause = () => Promise.resolve();

export class TraceReading {
  private readonly a: Analysis;

  constructor(analysis: Analysis) {
    this.a = analysis;
  }

  /** The raw lines from..to, both included, at most a thousand. */
  async lines(from: number, to: number): Promise<RawLine[]> {
    const { opened, index } = this.a;
    const last = Math.min(to, from + MOST_LINES - 1);
    const out: RawLine[] = [];
    if (opened.format === 'trace.dat') {
      const tables = createTables();
      await scanPart(opened, tables, index, from, last, noPause, {
        event: (r) => void out.push({ line: r.line, text: fieldsOf(r, tables.others.list) }),
        lost: () => {},
      });
      return out;
    }
    const decoder = new TextDecoder();
    await scanPart(opened, createTables(), index, from, last, noPause, null, (line, bytes) => {
      if (line >= from && line <= last) out.push({ line, text: decoder.decode(bytes.subarray(0, MOST_CHARACTERS)) });
    });
    return out;
  }

  /** Runs the prediction from the checkpoint before `line` to just before it, then `then` on the records up to `to`. */
  private async replay(line: number, to: number, then: ((r: TraceRecord) => void) | null, before: () => void) {
    const { opened, index, predictor, checkpoints } = this.a;
    const start = checkpoints.findLast((one) => one.line <= line) ?? null;
    if (predictor === null || start === null) return;
    predictor.resume(start);
    const tables = createTables();
    let isThere = false;
    const arrive = (): void => {
      if (!isThere) before();
      isThere = true;
    };
    const sink: Sink = {
      event: (r) => {
        if (!this.a.isOurs(r)) return;
        if (r.line >= line) {
          arrive();
          then?.(r);
        } else if (r.line >= start.line) predictor.event(r);
      },
      lost: () => {
        if (!isThere) predictor.lost();
      },
    };
    const inOrder = opened.format === 'perf-trace' ? sorted(sink) : null;
    await scanPart(opened, tables, index, start.line, to, noPause, inOrder ?? sink);
    inOrder?.flush();
    arrive();
  }

  /** The machine before a line, as the report's row of kind `state`. */
  async state(line: number): Promise<Record<string, unknown>> {
    let state: Record<string, unknown> = {};
    await this.replay(line, line - 1, null, () => {
      state = this.a.predictor?.state() ?? {};
    });
    return { line, ...state };
  }

  /** The lines from..to as a scene that begins with the machine as it was; null where nothing can be foreseen. */
  async scene(from: number, to: number): Promise<WindowScene | null> {
    const { predictor, survey } = this.a;
    if (predictor === null) return null;
    let ops: WindowOps | null = null as WindowOps | null;
    const vcpuOf = (r: TraceRecord): number =>
      r.context > 0 ? -1 : predictor.chips.vcpuOf(survey.threads.vcpuOf(r.tid));
    const take = (r: TraceRecord): void => ops?.event(r);
    await this.replay(from, to, take, () => {
      const start = predictor.state() as unknown as Pick<WindowStart, 'ioapic' | 'pic' | 'lapic'>;
      const split = survey.irqchip === 'split';
      ops = new WindowOps({ ...start, ids: predictor.chips.ids, split, routing: predictor.routing }, vcpuOf);
    });
    return ops === null ? null : ops.scene();
  }

  /** The run as Chrome trace events. */
  async chrome(): Promise<string> {
    const { opened, survey } = this.a;
    const tables = createTables();
    const out = new ChromeTrace(survey.threads, (reason) => tables.reasons.list[reason] ?? '');
    const sink: Sink = { event: (r) => this.a.isOurs(r) && out.event(r), lost: () => {} };
    await scanPart(opened, tables, this.a.index, 1, Number.POSITIVE_INFINITY, noPause, sink);
    return out.text();
  }
}

/** A record of a binary file as text: there is no line to show. */
function fieldsOf(r: TraceRecord, others: readonly string[]): string {
  const row = TRACEPOINTS[r.event];
  const name = row?.name ?? others[r.event - TRACEPOINTS.length] ?? '';
  const time = Number.isNaN(r.ts) ? '' : `${(r.ts / 1e6).toFixed(6)}: `;
  const fields = row === undefined ? '' : ` ${[...r.f].join(' ').replace(/( 0)+$/, '')}`;
  return `tid ${r.tid} [${String(r.cpu).padStart(3, '0')}] ${time}${name}:${fields}`;
}
