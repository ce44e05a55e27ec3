/**
 * The bench of traces: the index pass and the prediction over a recorded boot, in lines a second of CPU time, and as a
 * share of a scan that only looks for line ends.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { analyse } from '../trace/analyse.ts';
import { openTrace, scanTrace } from '../trace/scan.ts';
import { bytesSource } from '../trace/source.ts';
import { Survey } from '../trace/survey.ts';
import { createTables } from '../trace/text-line.ts';

const SAMPLE = 'public/traces/svm-2vcpu-v7.3.txt.gz';
const ROUNDS = 12;

export interface TraceFigures {
  readonly lines: number;
  readonly scanPerSecond: number;
  readonly indexPerSecond: number;
  readonly predictionPerSecond: number;
}

/** Seconds of CPU the work takes, best of the rounds: others on the machine do not count. */
async function cpuSeconds(work: () => Promise<void>): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / 1e6);
  }
  return best;
}

export async function traceFigures(): Promise<TraceFigures> {
  const bytes = new Uint8Array(gunzipSync(readFileSync(SAMPLE)));
  const source = bytesSource(bytes);
  let lines = 0;
  const scan = await cpuSeconds(async () => {
    lines = 0;
    for (let at = 0; at < bytes.length; at++) if (bytes[at] === 10) lines++;
  });
  const opened = await openTrace(source);
  const index = await cpuSeconds(async () => {
    await scanTrace(opened, createTables(true), new Survey(), () => Promise.resolve());
  });
  const whole = await cpuSeconds(async () => {
    await analyse(source);
  });
  return {
    lines,
    scanPerSecond: lines / scan,
    indexPerSecond: lines / index,
    predictionPerSecond: lines / (whole - index),
  };
}
