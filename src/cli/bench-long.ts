/** The bench of a run of more than a million effects in the built page: how soon it is seen, what a jump in it costs, what it holds. */
import type { Browser, CDPSession } from '@playwright/test';
import { metricsOf } from './bench-metrics.ts';
import type { TraceEvent } from './bench-page.ts';

const VIEWPORT = { width: 1440, height: 900 };
const SEEKS = 200;

export interface LongScene {
  /** From navigation to the first picture of it, by the clock and in the page's thread. */
  readonly firstPictureMs: number;
  readonly firstPictureCpuMs: number;
  /**
   * Script of each jump, from the slider to two frames after it, in the thread's own time; and style and layout, most of which it
   * asks for: the browser counts them apart, script is without them.
   */
  readonly jumps: readonly { readonly script: number; readonly layout: number }[];
  /** Script of each jump in the frame that shows its moment alone, style and layout that it asks for taken off. */
  readonly frames: readonly number[];
  readonly steps: number;
  /** Heap in use and memory of arrays, of the page and of its workers, after the jumps. */
  readonly pageMB: number;
  readonly workersMB: number;
}

interface HeapUsage {
  readonly usedSize: number;
  readonly backingStorageSize?: number;
}

const megabytes = ({ usedSize, backingStorageSize = 0 }: HeapUsage): number => (usedSize + backingStorageSize) / 1e6;

/** Heap usage of every worker of a page, by messages to its target. */
async function workers(session: CDPSession): Promise<number> {
  const waiting = new Map<string, (usage: HeapUsage) => void>();
  const usages: Promise<HeapUsage>[] = [];
  session.on('Target.receivedMessageFromTarget', ({ sessionId, message }) => {
    const { id, result } = JSON.parse(message) as { id?: number; result?: HeapUsage };
    if (id === 2 && result !== undefined) waiting.get(sessionId)?.(result);
  });
  session.on('Target.attachedToTarget', ({ sessionId }) => {
    usages.push(new Promise((resolve) => waiting.set(sessionId, resolve)));
    for (const [id, method] of [
      [1, 'HeapProfiler.collectGarbage'],
      [2, 'Runtime.getHeapUsage'],
    ])
      void session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id, method }) });
  });
  await session.send('Target.setAutoAttach', { autoAttach: true, waitForDebuggerOnStart: false, flatten: false });
  return (await Promise.all(usages)).reduce((sum, usage) => sum + megabytes(usage), 0);
}

const SCRIPT = new Set(['EventDispatch', 'RunMicrotasks', 'FireAnimationFrame', 'TimerFire', 'HandlePostMessage']);
const LAYOUT = new Set(['Layout', 'UpdateLayoutTree']);

/** Script from each jump's input event to the paint that shows it, ms of the thread's own time. */
function firstFrames(all: readonly TraceEvent[]): number[] {
  const isJump = ({ name, args }: TraceEvent): boolean => name === 'EventDispatch' && args?.data?.type === 'input';
  const own = all.find(isJump);
  const events = all
    .filter(({ pid, tid, tdur }) => pid === own?.pid && tid === own.tid && tdur !== undefined)
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const sums: number[] = [];
  let isOpen = false;
  let end = 0;
  let laidOut = 0;
  for (const event of events) {
    const { name, ts, dur = 0, tdur = 0 } = event;
    if (isJump(event)) {
      sums.push(0);
      isOpen = true;
    }
    if (name === 'PrePaint') isOpen = false;
    if (!isOpen) continue;
    // One within another has been counted with it.
    if (SCRIPT.has(name) && ts >= end) {
      end = ts + dur;
      sums.push((sums.pop() ?? 0) + tdur / 1000);
    } else if (LAYOUT.has(name) && ts < end && ts >= laidOut) {
      laidOut = ts + dur;
      sums.push((sums.pop() ?? 0) - tdur / 1000);
    }
  }
  return sums;
}

/** Opens a run of many effects, jumps about in it, and weighs it. @param link text after the # of its address  @param steps how many it has */
export async function longScene(browser: Browser, url: string, link: string, steps: number): Promise<LongScene> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  const { session, metric } = await metricsOf(page);
  const ms = async (name: string): Promise<number> => 1000 * (await metric(name));
  const count = (): Promise<string> => page.evaluate(() => document.querySelector('.tl-count')?.textContent ?? '');
  const begun = Date.now();
  await page.goto(`${url}?play=0#${link}`);
  await page.waitForFunction(() => /\/ [1-9]/.test(document.querySelector('.tl-count')?.textContent ?? ''));
  const firstPictureMs = Date.now() - begun;
  const firstPictureCpuMs = await ms('TaskDuration');
  while (!(await count()).endsWith(` / ${steps}`)) await page.waitForTimeout(500);
  // And for what reads all of it: the timeline's lanes.
  await page.waitForTimeout(3000);
  const jumps: { script: number; layout: number }[] = [];
  const spent = async () => ({
    script: await ms('ScriptDuration'),
    layout: (await ms('LayoutDuration')) + (await ms('RecalcStyleDuration')),
  });
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  for (let i = 0; i < SEEKS; i++) {
    // Far apart, in an order that no page of the log likes.
    const step = Math.floor(((i * 0.618_033_988_7) % 1) * steps);
    const was = await spent();
    await page.evaluate((to) => {
      const slider = document.querySelector('.tl-slider') as HTMLInputElement;
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(slider, String(to));
      slider.dispatchEvent(new Event('input', { bubbles: true }));
      return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }, step);
    const now = await spent();
    jumps.push({ script: now.script - was.script, layout: now.layout - was.layout });
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  await session.send('HeapProfiler.collectGarbage');
  const pageMB = megabytes((await session.send('Runtime.getHeapUsage')) as HeapUsage);
  const workersMB = await workers(session);
  await context.close();
  return { firstPictureMs, firstPictureCpuMs, jumps, frames: firstFrames(traceEvents), steps, pageMB, workersMB };
}
