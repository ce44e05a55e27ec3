/**
 * One trace: read in slices, with progress after each; then what is asked of it. What is kept is what the report needs, an
 * index and checkpoints; the text never is.
 */
import { type AnalyseOptions, type Analysis, analyse } from '../trace/analyse.ts';
import { glance, PIECES } from '../trace/glance.ts';
import type { OverviewData } from '../trace/overview.ts';
import { pasteIn } from '../trace/pastes/index.ts';
import { type RawLine, TraceReading } from '../trace/reading.ts';
import { pasteRows, type ReportRow, reportRows } from '../trace/report.ts';
import type { LatencyRow } from '../trace/rows.ts';
import type { Pause } from '../trace/scan.ts';
import { type ByteSource, bytesSource, TraceError } from '../trace/source.ts';
import { asUtf8 } from '../trace/utf16.ts';
import type { WindowScene } from '../trace/window-ops.ts';

export type ToTrace =
  | { readonly type: 'read'; readonly id: number; readonly file: Blob; readonly vm?: number | undefined }
  | { readonly type: 'read-text'; readonly id: number; readonly text: string }
  | { readonly type: 'ask'; readonly id: number; readonly ask: Ask };

/** What can be asked of the trace that was read. */
export type Ask =
  | { readonly what: 'lines'; readonly from: number; readonly to: number }
  | { readonly what: 'state'; readonly line: number }
  | { readonly what: 'scene'; readonly from: number; readonly to: number }
  | { readonly what: 'chrome' };

export interface Answers {
  readonly lines: readonly RawLine[];
  readonly state: Readonly<Record<string, unknown>>;
  readonly scene: WindowScene | null;
  readonly chrome: Blob;
}

/** What the page draws of a whole trace. */
export interface Picture {
  readonly overview: OverviewData;
  /** Time at every so many lines. */
  readonly timeline: { readonly every: number; readonly ts: readonly number[] };
  readonly latencies: readonly LatencyRow[];
  readonly lines: number;
  /** The engine can show the machine at any line. */
  readonly hasStates: boolean;
}

export type FromTrace =
  | {
      readonly type: 'progress';
      readonly id: number;
      readonly bytes: number;
      readonly of: number;
      readonly pass: 1 | 2;
      /** Lines so far, in this pass. */
      readonly lines: number;
    }
  /** What pieces of a large file show, before it is read. */
  | { readonly type: 'glance'; readonly id: number; readonly overview: OverviewData; readonly pieces: number }
  | {
      readonly type: 'rows';
      readonly id: number;
      readonly rows: readonly ReportRow[];
      readonly picture: Picture | null;
    }
  | { readonly type: 'answer'; readonly id: number; readonly answer: unknown }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly key: string;
      readonly params: Readonly<Record<string, string | number>>;
    };

/** A sentence as data: its words are the page's (i18n). */
const asKey = (key: string, params: Record<string, string | number>): string => JSON.stringify([key, params]);

function blobSource(blob: Blob): ByteSource {
  return {
    size: blob.size,
    read: async (from, length) => new Uint8Array(await blob.slice(from, from + length).arrayBuffer()),
  };
}

type Told = { readonly rows: readonly ReportRow[]; readonly analysis: Analysis | null };

async function tell(source: ByteSource, options: AnalyseOptions, pause: Pause): Promise<Told> {
  const paste = await pasteIn(source);
  if (paste !== null) return { rows: [...pasteRows(paste, asKey)], analysis: null };
  const analysis = await analyse(source, options, pause);
  return { rows: [...reportRows(analysis, options, asKey)], analysis };
}

function pictureOf({ overview, index, rows, totals, checkpoints }: Analysis): Picture | null {
  if (overview === null) return null;
  return {
    overview,
    timeline: index.timeline(4000),
    latencies: rows.latencyRows(),
    lines: totals.lines,
    hasStates: checkpoints.length > 0,
  };
}

function answerTo(reading: TraceReading, ask: Ask): Promise<unknown> {
  switch (ask.what) {
    case 'lines':
      return reading.lines(ask.from, ask.to);
    case 'state':
      return reading.state(ask.line);
    case 'scene':
      return reading.scene(ask.from, ask.to);
    case 'chrome':
      return reading.chrome().then((text) => new Blob([text], { type: 'application/json' }));
  }
}

/** @returns what takes a message */
export function startTraceJobs(say: (message: FromTrace) => void): (message: ToTrace) => void {
  let reading: TraceReading | null = null;
  const fail = (id: number, error: unknown): void => {
    if (error instanceof TraceError) {
      say({ type: 'failed', id, key: `trace.error.${error.code}`, params: error.params });
    } else say({ type: 'failed', id, key: 'trace.error.broken', params: { why: String(error) } });
  };
  // One answer after the other: they share the engine.
  let turn: Promise<void> = Promise.resolve();
  return (message) => {
    const { id } = message;
    if (message.type === 'ask') {
      turn = turn.then(async () => {
        try {
          if (reading !== null) say({ type: 'answer', id, answer: await answerTo(reading, message.ask) });
        } catch (error) {
          fail(id, error);
        }
      });
      return;
    }
    const given =
      message.type === 'read' ? blobSource(message.file) : bytesSource(new TextEncoder().encode(message.text));
    let last = 0;
    let pass: 1 | 2 = 1;
    let of = given.size;
    const pause: Pause = (bytes, lines = 0) => {
      if (bytes < last) pass = 2;
      last = bytes;
      say({ type: 'progress', id, bytes, of, pass, lines });
      return Promise.resolve();
    };
    const vm = message.type === 'read' ? message.vm : undefined;
    const look = async (source: ByteSource): Promise<void> => {
      const overview = await glance(source);
      if (overview !== null) say({ type: 'glance', id, overview, pieces: PIECES });
    };
    const read = async (): Promise<Told> => {
      const source = await asUtf8(given, (bytes) => say({ type: 'progress', id, bytes, of, pass, lines: 0 }));
      of = source.size;
      // A first look that fails says nothing: the passes say what is wrong.
      await look(source).catch(() => undefined);
      return tell(source, vm === undefined ? { keep: true } : { keep: true, vm }, pause);
    };
    read().then(
      ({ rows, analysis }) => {
        reading = analysis === null ? null : new TraceReading(analysis);
        say({ type: 'rows', id, rows, picture: analysis === null ? null : pictureOf(analysis) });
      },
      (error: unknown) => fail(id, error),
    );
  };
}
