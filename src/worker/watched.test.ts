/** Workers that die, hang or fail while something is asked of them: whoever waits hears so, and asks a new one. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startReasoning } from './reason-client.ts';
import type { FromTrace } from './trace-client.ts';
import { readTrace } from './trace-client.ts';

interface Post {
  readonly type: string;
  readonly id?: number;
  readonly run?: number;
  readonly ops?: readonly unknown[];
}

/** Workers made so far, each with what it was told; they say nothing by themselves. */
let made: FakeWorker[] = [];
class FakeWorker {
  readonly told: Post[] = [];
  ended = false;
  onmessage: (event: { data: unknown }) => void = () => {};
  onerror: (event: { message: string; preventDefault(): void }) => void = () => {};
  constructor() {
    made.push(this);
  }
  postMessage(message: Post): void {
    this.told.push(message);
  }
  terminate(): void {
    this.ended = true;
  }
  say(data: unknown): void {
    if (!this.ended) this.onmessage({ data });
  }
}

beforeEach(() => {
  made = [];
  vi.useFakeTimers();
  vi.stubGlobal('Worker', FakeWorker);
  vi.stubGlobal('origin', 'http://127.0.0.1');
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});
/** Time passes for the page, which looks at its clock all along. */
const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const worker = (n: number): FakeWorker => made[n] as FakeWorker;

test('a reader of traces that falls silent, while it reads or is asked, is one sentence', async () => {
  const heard: FromTrace[] = [];
  const job = readTrace('x', (message) => heard.push(message));
  await pass(15_000);
  worker(0).say({ type: 'progress', id: 1, bytes: 1, of: 2, pass: 1, lines: 1 });
  await pass(15_000);
  expect(heard.map(({ type }) => type)).toEqual(['progress']);
  await pass(10_000);
  expect(heard.at(-1)).toMatchObject({ type: 'failed', key: 'trace.error.silent' });
  expect(worker(0).ended).toBe(true);
  await expect(job.ask({ what: 'lines', from: 1, to: 2 })).rejects.toBe('trace.error.silent');

  const other = readTrace('x', (message) => heard.push(message));
  worker(1).say({ type: 'rows', id: 1, rows: [], picture: null });
  await pass(3_600_000);
  expect(heard.at(-1)?.type).toBe('rows');
  const asked = other.ask({ what: 'state', line: 1 }).catch((key: unknown) => key);
  await pass(30_000);
  expect(await asked).toBe('trace.error.silent');
  expect(heard.at(-1)).toMatchObject({ type: 'failed', key: 'trace.error.silent' });
});

test('a reader of traces that fails in the middle says why, and what was asked of it fails too', async () => {
  const heard: FromTrace[] = [];
  const job = readTrace('x', (message) => heard.push(message));
  const asked = job.ask({ what: 'chrome' }).catch((key: unknown) => key);
  worker(0).onerror({ message: 'out of memory', preventDefault: () => {} });
  expect(heard).toEqual([{ type: 'failed', id: 1, key: 'trace.error.broken', params: { why: 'out of memory' } }]);
  expect(await asked).toBe('trace.error.broken');
});

test('a page that slept blames nobody for the silence', async () => {
  const heard: FromTrace[] = [];
  readTrace('x', (message) => heard.push(message));
  await pass(1_000);
  // The clock leaps; its timers fire once, late.
  vi.setSystemTime(Date.now() + 86_400_000);
  const now = performance.now();
  vi.spyOn(performance, 'now').mockImplementation(() => now + 86_400_000);
  await pass(500);
  expect(heard).toEqual([]);
  vi.restoreAllMocks();
});

test('one that reasons and dies is replaced, knows the run, and answers what was asked; twice dead, who asks hears so', async () => {
  const client = startReasoning(() => {});
  await pass(0);
  client.run([{ op: 'create', vcpus: 1 }]);
  const asked = client.where({ gsi: 4 }, 7);
  await pass(21_000);
  expect(worker(0).ended).toBe(true);
  expect(worker(1).told).toEqual([
    { type: 'run', run: 1, kept: 0, ops: [{ op: 'create', vcpus: 1 }] },
    { type: 'where', id: 1, run: 1, row: 7, ask: { gsi: 4 } },
  ]);
  worker(1).say({ type: 'where', id: 1, answer: { state: 'never' } });
  expect(await asked).toEqual({ state: 'never' });

  const lost = client.where({ gsi: 4 }, 8).catch((error: Error) => error.message);
  await pass(45_000);
  expect(await lost).toBe('nobody answers');
  expect(made).toHaveLength(3);
  // The next question finds a fresh one.
  const next = client.raised(9);
  await pass(0);
  const { id } = worker(3).told.at(-1) as Post;
  worker(3).say({ type: 'raised', id, asks: [{ gsi: 1 }] });
  expect(await next).toEqual([{ gsi: 1 }]);
});
