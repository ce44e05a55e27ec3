/**
 * The bench of traces: the index pass and the prediction over a recorded boot, in lines a second of CPU time, and as a
 * share of a scan that only looks for line ends. The index pass is that of a text too long to be kept as records (kept.ts);
 * what keeping them costs counts as the prediction's.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { analyse } from '../trace/analyse.ts';
import { openTrace, scanTrace } from '../trace/scan.ts';
import { type ByteSource, bytesSource, SLICE } from '../trace/source.ts';
import { Survey } from '../trace/survey.ts';
import { createTables } from '../trace/text-tables.ts';
import { cpuMs } from './cpu-time.ts';

const SAMPLE = 'public/traces/svm-2vcpu-v7.3.txt.gz';
const PERF_TRACE = 'src/trace/recordings/svm-1vcpu-perf-trace-v6.1.txt.gz';
const WINDOW = 'public/traces/vmx-1vcpu-apicv-v6.1.txt.gz';
const ROUNDS = 20;
/** The window of perf trace is short: so many of it show what is spent on a line. */
const PERF_TIMES = 8;

export interface TraceFigures {
  readonly lines: number;
  readonly scanPerSecond: number;
  readonly indexPerSecond: number;
  /** The same over the text of perf trace, whose fields have names. */
  readonly perfIndexPerSecond: number;
  readonly predictionPerSecond: number;
  /** A file of so many bytes, both passes: CPU seconds, and by how much the memory grew past that of a fiftieth of it. */
  readonly bigBytes: number;
  readonly bigSeconds: number;
  readonly bigGrowth: number;
  /** Most memory the process had. */
  readonly peakBytes: number;
}

/** What a host writes in some minutes with every event on. */
const BIG = 413_000_000;

/** A file that is one window of a recording again and again, and in memory once. */
function repeated(window: Uint8Array, size: number): ByteSource {
  const slice = new Uint8Array(SLICE);
  return {
    size,
    read(from, length) {
      const n = Math.max(0, Math.min(length, size - from));
      const out = n <= slice.length ? slice.subarray(0, n) : new Uint8Array(n);
      for (let at = 0; at < n; ) {
        const offset = (from + at) % window.length;
        const part = window.subarray(offset, offset + Math.min(n - at, window.length - offset));
        out.set(part, at);
        at += part.length;
      }
      return Promise.resolve(out);
    },
  };
}

/**
 * Seconds of CPU each work takes, best of the rounds. They take turns: what slows the machine down for a while slows them
 * all, and their ratio stays.
 */
async function cpuSeconds(works: readonly (() => Promise<void>)[]): Promise<number[]> {
  const best = works.map(() => Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, work] of works.entries()) {
      const before = cpuMs();
      await work();
      best[i] = Math.min(best[i], (cpuMs() - before) / 1e3);
    }
  }
  return best;
}

function lineEnds(bytes: Uint8Array): number {
  let n = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10) n++;
  return n;
}

async function indexPass(source: ByteSource): Promise<void> {
  const survey = new Survey();
  await scanTrace(await openTrace(source), createTables(survey), survey, () => Promise.resolve());
}

export async function traceFigures(): Promise<TraceFigures> {
  const bytes = new Uint8Array(gunzipSync(readFileSync(SAMPLE)));
  const source = bytesSource(bytes);
  let lines = 0;
  const perfBytes = new Uint8Array(gunzipSync(readFileSync(PERF_TRACE)));
  const perfSource = repeated(perfBytes, PERF_TIMES * perfBytes.length);
  const perfLines = PERF_TIMES * lineEnds(perfBytes);
  const [scan, index, perfIndex, whole] = (await cpuSeconds([
    async () => {
      lines = lineEnds(bytes);
    },
    () => indexPass(source),
    () => indexPass(perfSource),
    async () => {
      await analyse(source);
    },
  ])) as [number, number, number, number];
  // From the middle of a run, where a second time follows from the first.
  const window = new Uint8Array(gunzipSync(readFileSync(WINDOW)));
  const wholeLines = window.subarray(0, window.lastIndexOf(10) + 1);
  await analyse(repeated(wholeLines, BIG / 50));
  const before = process.memoryUsage().rss;
  const start = cpuMs();
  await analyse(repeated(wholeLines, BIG));
  const used = cpuMs() - start;
  return {
    bigBytes: BIG,
    bigSeconds: used / 1e3,
    bigGrowth: process.memoryUsage().rss - before,
    peakBytes: process.resourceUsage().maxRSS * 1024,
    lines,
    scanPerSecond: lines / scan,
    indexPerSecond: lines / index,
    perfIndexPerSecond: perfLines / perfIndex,
    predictionPerSecond: lines / (whole - index),
  };
}
