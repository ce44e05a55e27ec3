/**
 * `npm run bench`: the numbers we promise, in one run on one machine, side by side: a table, then one line of JSON.
 * It measures and compares, and fails for nothing: a figure over its budget says so, a part that cannot run says why.
 *
 *     npm run bench                    all
 *     npm run bench -- engine page     only these of engine, log, size, page, timeline, readers, vectors, trace, traces-page, reason
 *     npm run bench -- --against 8829cb3    the engine against that commit's, in pairs, by CPU time
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { buildRecorder, missing } from '../../e2e/kvm/recorder.ts';
import { lanesOf, readLanes } from '../log/lanes.ts';
import type { JsonOp } from '../log/log.ts';
import { KEEP_UP_ROWS, keepUp, SLICE_ROWS } from '../log/reader.ts';
import { encodeLink } from '../share/link.ts';
import '../scene/beats.ts';
import '../scene/branches.ts';
import '../scene/stage-model.ts';
import { bundleEngine, bundleEngineAt } from './bench-against.ts';
import { longScene } from './bench-long.ts';
import {
  type AllSpans,
  firstMotion,
  type Loading,
  type LongRun,
  launch,
  loading,
  longRun,
  type Playback,
  playback,
  seeks,
  timelineFrames,
} from './bench-page.ts';
import { manyRows, VCPUS } from './bench-scenes.ts';
import { traceFigures } from './bench-trace.ts';
import { tracePage } from './bench-trace-page.ts';
import { findChromium } from './browser.mjs';
import { cpuMs } from './cpu-time.ts';
import { sceneOf } from './headless-scene.ts';
import { reasonCost } from './reason-cost.ts';
import { serve } from './serve.mjs';

const ROUNDS = 7;
const PAIRS = 9;
const OPS = 1_000_000;
/** Scenes that are played, with how many vCPUs, and at which speeds. */
const PLAYED = [
  { preset: 'eight-vcpus', vcpus: 8, speed: 1 },
  { preset: 'eight-vcpus', vcpus: 8, speed: 4 },
  { preset: 'vcpus-64', vcpus: 64, speed: 1 },
] as const;
/** Jumps in a scene of 64 vCPUs. */
const SEEKS = 40;
/** Ops before a question. */
const REASON_OPS = [20_000, 200_000] as const;
/** Loads of a long scene. */
const LOADS = 3;
const root = process.cwd();
const work = mkdtempSync(join(tmpdir(), 'irqscope-bench-'));
process.on('exit', () => rmSync(work, { recursive: true, force: true }));

/** One line of the table; `budget` only where we have promised one. */
interface Figure {
  readonly name: string;
  readonly value: string;
  readonly budget?: { readonly text: string; readonly met: boolean };
}

interface Part {
  readonly figures: readonly Figure[];
  readonly json: Readonly<Record<string, unknown>>;
}

/** Why a part cannot run here. */
class Skipped extends Error {}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
const millions = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;

function run(program: string, words: readonly string[], input = ''): string {
  const { status, stdout, stderr } = spawnSync(program, words, {
    cwd: root,
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(`${program} ${words[0] ?? ''}: ${stderr.trim() || stdout.trim()}`);
  return stdout;
}

let bundle: Promise<string> | null = null;
const ownBundle = (): Promise<string> => {
  bundle ??= bundleEngine(root, join(work, 'now'));
  return bundle;
};

/** Lists of ops that sessions answer: recorded ones, and those of the presets, which have devices, APICv and AVIC. */
const RECORDED = 'src/engine/golden/random';
const recordedOps = (): string[] => {
  const folder = join(root, RECORDED);
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl.gz')) : [];
  if (files.length === 0) throw new Skipped('no recorded vectors');
  return files.flatMap((name) =>
    gunzipSync(readFileSync(join(folder, name)))
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.stringify((JSON.parse(line) as { op: unknown }).op)),
  );
};

interface Answers {
  readonly opsPerSecond: number;
}

/** This tree's engine against another's: rate by CPU time, pair by pair, the one first and then the other. */
async function against(commit: string): Promise<Part> {
  const now = await ownBundle();
  const before = await bundleEngineAt(root, commit, work);
  const vectors = recordedOps().join('\n');
  const measures: readonly (readonly [name: string, rates: (program: string) => readonly number[]])[] = [
    [
      'KVM_IRQ_LINE',
      (program) => {
        const answer = JSON.parse(run(process.execPath, [program, 'line', String(OPS)])) as {
          opsPerSecond: number;
          takenOpsPerSecond: number;
        };
        return [answer.opsPerSecond, answer.takenOpsPerSecond];
      },
    ],
    [
      'recorded random ops',
      (program) => [(JSON.parse(run(process.execPath, [program, 'vectors'], vectors)) as Answers).opsPerSecond],
    ],
  ];
  const figures: Figure[] = [];
  const json: Record<string, unknown> = { commit, pairs: PAIRS };
  for (const [name, rates] of measures) {
    const pairs = Array.from({ length: PAIRS }, (_, round) => {
      const first = rates(round % 2 === 0 ? now : before);
      const second = rates(round % 2 === 0 ? before : now);
      const [mine, theirs] = round % 2 === 0 ? [first, second] : [second, first];
      return mine.map((rate, i) => rate / (theirs[i] ?? Number.NaN));
    });
    const ratios = (pairs[0] ?? []).map((_, i) => median(pairs.map((pair) => pair[i] ?? Number.NaN)));
    json[name] = { ratios, pairs };
    figures.push({
      name: `engine against ${commit}, ${name}, CPU time, median of ${PAIRS} pairs`,
      value: ratios.map((ratio) => `x ${ratio.toFixed(3)}`).join(', '),
      budget: { text: '≥ 0.97', met: ratios.every((ratio) => ratio >= 0.97) },
    });
  }
  return { figures, json };
}

/** Rows made again: how many windows, how many rows of them were not those of the run, and the time of each, ascending. */
interface Windows {
  readonly windows: number;
  readonly differ: number;
  readonly ms: readonly number[];
}

interface Slices {
  readonly longest: number;
  readonly all: number;
}

/** A long log read in slices: the longest of them, and all. CPU time, ms. @param more takes in a slice; whether that was the last */
function inSlices(more: () => boolean): Slices {
  let longest = 0;
  let all = 0;
  for (let done = false; !done; ) {
    const before = cpuMs();
    done = more();
    const took = cpuMs() - before;
    longest = Math.max(longest, took);
    all += took;
  }
  return { longest, all };
}

/** Readers of a long run: by themselves, and in the page while it comes, is jumped in and played. */
async function readers(): Promise<Part> {
  const { ops, start } = manyRows();
  // The page has read its first scene by then; so has this.
  inSlices(
    (
      (first) => () =>
        keepUp(first, KEEP_UP_ROWS)
    )(sceneOf(ops, start)),
  );
  const log = sceneOf(ops, start);
  const rows = `${(log.used / 1e6).toFixed(2)} million rows`;
  const stage = inSlices(() => keepUp(log, KEEP_UP_ROWS));
  const lanes = inSlices(() => readLanes(log, SLICE_ROWS));
  const sliced = (name: string, { longest, all }: Slices): Figure => ({
    name: `${name}, ${rows} in slices: longest, ${all.toFixed(0)} ms in all`,
    value: `${longest.toFixed(1)} ms`,
    budget: { text: '≤ 50 ms', met: longest <= 50 },
  });
  const figures = [sliced('what the stage asks', stage), sliced('lanes', lanes)];
  const executable = await findChromium();
  const long = executable === undefined ? null : await longRunIn(executable, ops, start);
  for (const [name, ms] of long === null ? [] : Object.entries(long.ms))
    figures.push({
      name: `${rows} in the page, ${name}: longest task`,
      value: `${ms.toFixed(1)} ms`,
      budget: { text: '≤ 50 ms', met: ms <= 50 },
    });
  return { figures, json: { rows: log.used, stage, lanes, page: long } };
}

async function longRunIn(executable: string, ops: readonly JsonOp[], start: number): Promise<LongRun> {
  const url = await serve(requireDist(), 0);
  const browser = await launch(executable);
  try {
    const link = encodeLink({ kind: 'ops', base: null, keep: null, start, log: ops, step: null, view: {}, hash: null });
    return await longRun(browser, url, link ?? '');
  } finally {
    await browser.close();
  }
}

/** A run whose rows do not all stay: made again by the engine, and seen in the page. */
async function log(): Promise<Part> {
  const program = await ownBundle();
  const { windows, differ, ms } = JSON.parse(run(process.execPath, [program, 'windows'])) as Windows;
  const figures: Figure[] = [
    {
      name: `${windows} windows of 4,096 rows made again, CPU time, median and p99`,
      value: `${(ms[Math.floor(windows / 2)] ?? Number.NaN).toFixed(2)}, ${(ms[Math.floor(windows * 0.99)] ?? Number.NaN).toFixed(2)} ms`,
    },
    { name: 'rows of them that differ', value: String(differ), budget: { text: '0', met: differ === 0 } },
  ];
  const executable = await findChromium();
  if (executable === undefined) return { figures, json: { windows, differ, ms } };
  const { ops, start } = manyRows();
  const url = await serve(requireDist(), 0);
  const browser = await launch(executable);
  try {
    const link = encodeLink({ kind: 'ops', base: null, keep: null, start, log: ops, step: null, view: {}, hash: null });
    const page = await longScene(browser, url, link ?? '', sceneOf(ops, start).steps.length);
    const worst = (of: readonly number[]): number =>
      [...of].sort((a, b) => a - b)[Math.floor(of.length * 0.99)] ?? Number.NaN;
    const p99 = worst(page.jumps.map(({ script }) => script));
    const drawn = worst(page.jumps.map(({ layout }) => layout));
    const memory = page.pageMB + page.workersMB;
    figures.push(
      {
        name: `first picture of ${page.steps} steps, by the clock; ${page.firstPictureCpuMs.toFixed(0)} ms of the page's thread`,
        value: `${page.firstPictureMs} ms`,
        budget: { text: '≤ 1000 ms', met: page.firstPictureMs <= 1000 },
      },
      {
        name: `${page.jumps.length} jumps in them: script, p99, median ${median(page.jumps.map(({ script }) => script)).toFixed(1)} ms; style and layout beside it, p99 ${drawn.toFixed(1)} ms`,
        value: `${p99.toFixed(1)} ms`,
        budget: { text: '≤ 16 ms', met: p99 <= 16 },
      },
      {
        name: `script of their frames, of what shows the moment alone: p99, median ${median(page.frames).toFixed(1)} ms`,
        value: `${worst(page.frames).toFixed(1)} ms`,
        budget: { text: '≤ 16 ms', met: worst(page.frames) <= 16 },
      },
      {
        name: `memory after them, page ${page.pageMB.toFixed(0)} MB and workers ${page.workersMB.toFixed(0)} MB`,
        value: `${memory.toFixed(0)} MB`,
        budget: { text: '≤ 150 MB', met: memory <= 150 },
      },
    );
    return { figures, json: { windows, differ, ms, page } };
  } finally {
    await browser.close();
  }
}

async function engine(): Promise<Part> {
  const program = await ownBundle();
  const why = missing();
  const recorder = why === null ? buildRecorder(join(root, 'e2e/kvm')) : null;
  const ours: { opsPerSecond: number; takenOpsPerSecond: number; rowsPerOp: number }[] = [];
  const lean: number[] = [];
  const kernel: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    if (recorder !== null) {
      const { opsPerSecond } = JSON.parse(run(recorder, ['--bench', String(OPS)])) as { opsPerSecond: number };
      kernel.push(opsPerSecond);
    }
    ours.push(JSON.parse(run(process.execPath, [program, 'line', String(OPS)])) as (typeof ours)[number]);
    lean.push((JSON.parse(run(process.execPath, [program, 'keyed', String(OPS)])) as Answers).opsPerSecond);
  }
  const rate = median(ours.map((o) => o.opsPerSecond));
  const taken = median(ours.map((o) => o.takenOpsPerSecond));
  const keyed = median(lean);
  const gain = median(ours.map((o, i) => (lean[i] ?? Number.NaN) / o.opsPerSecond));
  const real = recorder === null ? null : median(kernel);
  const ratio = real === null ? null : keyed / real;
  const rows = ours[0]?.rowsPerOp ?? 0;
  return {
    figures: [
      { name: `engine, KVM_IRQ_LINE through an edge RTE, ${rows} rows recorded an op`, value: millions(rate) },
      { name: 'the same, rows given away as the worker sends them', value: millions(taken) },
      { name: `with keyframes instead of rows, x ${gain.toFixed(2)} in pairs`, value: millions(keyed) },
      { name: 'the KVM_IRQ_LINE ioctl here', value: real === null ? `skipped: ${why}` : millions(real) },
      ...(ratio === null
        ? []
        : [
            {
              name: 'engine with keyframes to ioctl',
              value: ratio.toFixed(2),
              budget: { text: '≥ 2', met: ratio >= 2 },
            },
          ]),
    ],
    json: {
      opsPerSecond: rate,
      takenOpsPerSecond: taken,
      keyedOpsPerSecond: keyed,
      gain,
      rowsPerOp: rows,
      kvmOpsPerSecond: real,
      ratio,
      rounds: ROUNDS,
    },
  };
}

function requireDist(): string {
  const dist = join(root, 'dist');
  if (!existsSync(join(dist, 'index.html'))) throw new Skipped('there is no dist; npm run build makes it');
  return dist;
}

async function size(): Promise<Part> {
  requireDist();
  // The gate's exit status is its verdict; here only what it has counted matters.
  const { stdout } = spawnSync(process.execPath, ['src/cli/size.mjs'], { cwd: root, encoding: 'utf8' });
  const found = [...stdout.matchAll(/^(.+): (\d+) of (\d+) gzip bytes$/gm)].map(([, name, bytes, max]) => ({
    name: String(name),
    bytes: Number(bytes),
    max: Number(max),
  }));
  if (found.length === 0) throw new Skipped('the size gate found nothing to measure');
  const kB = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
  return {
    figures: found.map(({ name, bytes, max }) => ({
      name: `${name}, gzip`,
      value: kB(bytes),
      budget: { text: `≤ ${kB(max)}`, met: bytes <= max },
    })),
    json: { gzipBytes: found },
  };
}

async function page(): Promise<Part> {
  const url = await serve(requireDist(), 0);
  const executable = await findChromium();
  if (executable === undefined) throw new Skipped('no Chromium; npm test gets one');
  const browser = await launch(executable);
  try {
    const motion = await firstMotion(browser, url);
    const plays: Playback[] = [];
    for (const { preset, speed } of PLAYED) plays.push(await playback(browser, url, preset, speed));
    const jumps = await seeks(browser, url, 'vcpus-64', SEEKS);
    const jump = jumps[Math.floor(jumps.length * 0.95)] ?? Number.NaN;
    const [requests, bytes] = [median(motion.requests), median(motion.bytes)];
    const first = median(motion.ms);
    const { ops, start } = manyRows();
    const link = encodeLink({
      kind: 'ops',
      base: null,
      keep: null,
      start,
      log: ops,
      step: null,
      view: {},
      hash: null,
    });
    const loads: Loading[] = [];
    const steps = sceneOf(ops, start).steps.length;
    for (let i = 0; i < LOADS; i++) loads.push(await loading(browser, url, link ?? '', steps));
    const cpu = median(loads.map((load) => load.cpuSeconds));
    return {
      figures: [
        {
          name: `first motion after opening, median of ${motion.ms.length}`,
          value: `${first.toFixed(0)} ms`,
          budget: { text: '≤ 1000 ms', met: first <= 1000 },
        },
        {
          name: 'asked for before it',
          value: `${requests} requests, ${(bytes / 1000).toFixed(0)} kB`,
          budget: { text: '≤ 12, ≤ 190 kB', met: requests <= 12 && bytes <= 190_000 },
        },
        {
          name: 'largest contentful paint, to first motion',
          value: `x ${(median(motion.largestPaintMs) / first).toFixed(2)}`,
          budget: { text: '≤ 1.25', met: median(motion.largestPaintMs) <= 1.25 * first },
        },
        ...plays.flatMap((play, i) => [
          {
            name: `${PLAYED[i]?.vcpus ?? 0} vCPUs at speed ${play.speed}, ${play.seconds.toFixed(0)} s, ${play.frames} frames: script a frame, p95`,
            value: `${play.scriptP95Ms.toFixed(2)} ms`,
            budget: { text: '≤ 4 ms', met: play.scriptP95Ms <= 4 },
          },
          {
            name: 'the same: style, layout and paint a frame, p95',
            value: `${play.paintP95Ms.toFixed(2)} ms`,
            budget: { text: '≤ 3 ms', met: play.paintP95Ms <= 3 },
          },
          {
            name: 'the same: tasks over 50 ms',
            value: `${play.longTasks} (longest ${play.longestTaskMs.toFixed(1)} ms)`,
            budget: { text: 'none', met: play.longTasks === 0 },
          },
        ]),
        {
          name: `a jump in a scene of ${VCPUS} vCPUs, p95 of ${SEEKS}: time of the page's thread`,
          value: `${jump.toFixed(1)} ms`,
          budget: { text: '≤ 50 ms', met: jump <= 50 },
        },
        {
          name: `${loads[0]?.steps ?? 0} steps of ${VCPUS} vCPUs loaded, median of ${LOADS}: time of the page's thread`,
          value: `${cpu.toFixed(2)} s`,
          budget: { text: '≤ 1.5 s', met: cpu <= 1.5 },
        },
      ],
      json: { firstMotion: motion, playback: plays.map((play, i) => ({ ...PLAYED[i], ...play })), seeks: jumps, loads },
    };
  } finally {
    await browser.close();
  }
}

/** Every span of the long run, for whoever draws all of them. */
function allSpans(): AllSpans {
  const { ops, start } = manyRows();
  const log = sceneOf(ops, start);
  const last = Math.max(1, log.steps.length);
  return lanesOf(log).flatMap(({ spans }, row) =>
    spans.map(({ from, to, journey }) => [row, Math.max(0, from) / last, to / last, journey % 5] as const),
  );
}

/** The timeline of a million effects, panned and zoomed, beside drawing all of it. */
async function timeline(): Promise<Part> {
  const url = await serve(requireDist(), 0);
  const executable = await findChromium();
  if (executable === undefined) throw new Skipped('no Chromium; npm test gets one');
  const browser = await launch(executable);
  try {
    const { ops, start } = manyRows();
    const link = encodeLink({ kind: 'ops', base: null, keep: null, start, log: ops, step: null, view: {}, hash: null });
    const f = await timelineFrames(browser, url, link ?? '', allSpans());
    return {
      figures: [
        {
          name: `timeline of 1.27 million effects, panned and zoomed, ${f.frames} frames: page's thread, p95`,
          value: `${f.p95Ms.toFixed(1)} ms`,
          budget: { text: '≤ 16 ms', met: f.p95Ms <= 16 },
        },
        { name: `the same with all ${f.spans} spans drawn in each frame`, value: `${f.allP95Ms.toFixed(1)} ms` },
        {
          name: `a jump in it, p99 of ${f.seeks}: script`,
          value: `${f.seekP99Ms.toFixed(1)} ms`,
          budget: { text: '≤ 16 ms', met: f.seekP99Ms <= 16 },
        },
      ],
      json: { ...f },
    };
  } finally {
    await browser.close();
  }
}

async function vectors(): Promise<Part> {
  const ops = recordedOps();
  const text = run(process.execPath, [await ownBundle(), 'vectors'], ops.join('\n'));
  const result = JSON.parse(text) as { ops: number; opsPerSecond: number };
  return {
    figures: [{ name: `headless, ${result.ops} recorded random ops`, value: millions(result.opsPerSecond) }],
    json: { ...result },
  };
}

async function trace(): Promise<Part> {
  const f = await traceFigures();
  const share = (rate: number): string => (rate / f.scanPerSecond).toFixed(3);
  return {
    figures: [
      {
        name: `trace, index pass, ${f.lines} lines, CPU time`,
        value: millions(f.indexPerSecond),
        budget: { text: '>= 4 M/s', met: f.indexPerSecond >= 4e6 },
      },
      { name: 'the same against a scan for line ends', value: share(f.indexPerSecond) },
      {
        name: 'trace, index pass of a perf trace text, CPU time',
        value: millions(f.perfIndexPerSecond),
        budget: { text: '>= 4 M/s', met: f.perfIndexPerSecond >= 4e6 },
      },
      {
        name: 'trace, rows and prediction, CPU time',
        value: millions(f.predictionPerSecond),
        budget: { text: '>= 1 M/s', met: f.predictionPerSecond >= 1e6 },
      },
      {
        name: 'the same against a scan for line ends',
        value: share(f.predictionPerSecond),
        budget: { text: '>= 0.25', met: f.predictionPerSecond >= 0.25 * f.scanPerSecond },
      },
      {
        name: `trace of ${f.bigBytes / 1e6} MB, both passes, CPU time`,
        value: `${f.bigSeconds.toFixed(1)} s`,
        budget: { text: '<= 12 s', met: f.bigSeconds <= 12 },
      },
      {
        name: 'the same: memory, and by how much it grew past that of a fiftieth',
        value: `${(f.peakBytes / 2 ** 20).toFixed(0)} MiB, ${(f.bigGrowth / 2 ** 20).toFixed(0)} MiB`,
        budget: { text: '<= 400 MiB', met: f.peakBytes <= 400 * 2 ** 20 },
      },
    ],
    json: { ...f },
  };
}

/** A gigabyte of trace in the page. */
async function tracesPage(): Promise<Part> {
  const executable = await findChromium();
  if (executable === undefined) throw new Skipped('no Chromium; npm test gets one');
  const url = await serve(requireDist(), 0);
  const browser = await launch(executable);
  try {
    const f = await tracePage(browser, url);
    const of = `trace of ${f.bytes / 1e6} MB in the page`;
    return {
      figures: [
        {
          name: `${of}, first picture`,
          value: `${f.firstPictureMs.toFixed(0)} ms`,
          budget: { text: '<= 1000 ms', met: f.firstPictureMs <= 1000 },
        },
        {
          name: `${of}, longest task of its thread, CPU time`,
          value: `${f.longestTaskMs.toFixed(1)} ms`,
          budget: { text: '<= 50 ms', met: f.longestTaskMs <= 50 },
        },
        {
          name: `${of}, memory of the renderer, and by how much it grew`,
          value: `${f.peakMiB.toFixed(0)} MiB, ${f.grownMiB.toFixed(0)} MiB`,
          budget: { text: '<= 300 MiB', met: !(f.peakMiB > 300) },
        },
        {
          name: `${of}, cancel`,
          value: `${f.cancelMs.toFixed(0)} ms`,
          budget: { text: '<= 200 ms', met: f.cancelMs <= 200 },
        },
        { name: `${of}, read`, value: `${f.seconds.toFixed(1)} s` },
      ],
      json: { ...f },
    };
  } finally {
    await browser.close();
  }
}

/** Questions about long runs, by CPU time, beside the run they are about. */
async function reason(): Promise<Part> {
  reasonCost(5_000);
  const costs = REASON_OPS.map(reasonCost);
  const times = (n: number): string => `x ${n.toFixed(1)}`;
  return {
    figures: costs.flatMap(({ ops, where, again, findings }) => [
      {
        name: `where is my interrupt, ${ops} ops before it, against the run itself`,
        value: `${times(where)}, again ${times(again)}`,
        budget: { text: '≤ 12', met: where <= 12 },
      },
      {
        name: `findings of ${ops} ops, against the run itself`,
        value: times(findings),
        budget: { text: '≤ 30', met: findings <= 30 },
      },
    ]),
    json: { costs },
  };
}

const PARTS: Record<string, () => Promise<Part>> = {
  engine,
  log,
  size,
  page,
  timeline,
  readers,
  vectors,
  trace,
  'traces-page': tracesPage,
  reason,
};

const words = process.argv.slice(2);
const flag = words.indexOf('--against');
const commit = flag === -1 ? undefined : words[flag + 1];
if (flag !== -1 && commit === undefined) {
  console.error('--against wants a commit');
  process.exit(2);
}
if (commit !== undefined) PARTS.against = () => against(commit);
const asked = flag === -1 ? words : [...words.slice(0, flag), ...words.slice(flag + 2), 'against'];
const unknown = asked.find((name) => !(name in PARTS));
if (unknown !== undefined) {
  console.error(`no part "${unknown}"; there are ${Object.keys(PARTS).join(', ')}`);
  process.exit(2);
}
const [load = 0] = loadavg();
const json: Record<string, unknown> = { cpus: availableParallelism(), load };
if (load > availableParallelism() / 2) console.log(`the machine is busy (load ${load.toFixed(1)}): figures suffer`);
for (const [name, measure] of Object.entries(PARTS)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  try {
    const part = await measure();
    json[name] = part.json;
    for (const figure of part.figures) {
      const budget = figure.budget ? `${figure.budget.text}${figure.budget.met ? '' : '  OVER'}` : '';
      console.log(`${figure.name.padEnd(72)} ${figure.value.padStart(24)}   ${budget}`.trimEnd());
    }
  } catch (e) {
    const why = e instanceof Error ? e.message : String(e);
    json[name] = { skipped: why };
    console.log(`${name.padEnd(72)} ${e instanceof Skipped ? '' : 'failed, '}skipped: ${why.split('\n')[0]}`);
  }
}
console.log(JSON.stringify(json));
// The server of the page would keep the process alive.
process.exit(0);
