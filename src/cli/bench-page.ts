/** The page's half of the bench: the built page, served on loopback, in Chromium. Figures, never a verdict. */

import { get } from 'node:http';
import { type Browser, chromium, type Page } from '@playwright/test';
import { metricsOf } from './bench-metrics.ts';
import { CHROMIUM_ARGS } from './browser.mjs';

const LOADS = 5;
const PLAY_MS = 12_000;
/** The stage as most people see it. */
const VIEWPORT = { width: 1440, height: 900 };

export interface FirstMotion {
  /** From navigation to the first frame that differs from the one before by playback, ms; each load in a fresh context. */
  readonly ms: readonly number[];
  /** What had been asked for by then, and bytes as they came over the wire, of each load. */
  readonly requests: readonly number[];
  readonly bytes: readonly number[];
  /** Largest contentful paint until then, ms. */
  readonly largestPaintMs: readonly number[];
}

export interface Playback {
  readonly speed: number;
  readonly seconds: number;
  readonly frames: number;
  /**
   * Script from one animation frame to the next, in the thread's own time: the frame's own, React's renders included, and what
   * timers and messages do in between, so that work put off is counted as well.
   */
  readonly scriptP95Ms: number;
  readonly scriptMaxMs: number;
  /** Style, layout and paint from one frame to the next, the same way. */
  readonly paintP95Ms: number;
  /** Tasks of the page's main thread over 50 ms in its own time; and as PerformanceObserver counts them, by the clock. */
  readonly longTasks: number;
  readonly longestTaskMs: number;
  readonly longTasksByClock: number;
}

export async function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: CHROMIUM_ARGS });
}

/**
 * Runs in the page before its own scripts: the first time something the frame clock draws (a token, the mark on the
 * timeline) differs from what it was a frame before.
 */
function watchMotion(): void {
  const observer = new MutationObserver((records) => {
    for (const { target, attributeName, oldValue } of records) {
      if (!(target instanceof Element) || !target.matches('.bd-token, .tl-head') || oldValue === null) continue;
      if (target.getAttribute(attributeName ?? '') === oldValue) continue;
      observer.disconnect();
      (globalThis as { firstMotion?: number }).firstMotion = performance.now();
      return;
    }
  });
  observer.observe(document, {
    subtree: true,
    attributes: true,
    attributeFilter: ['transform', 'opacity', 'style'],
    attributeOldValue: true,
  });
}

/** Body of an answer as it comes over the wire, bytes. */
const packedBytes = (url: string): Promise<number> =>
  new Promise((resolve, reject) => {
    get(url, { headers: { 'accept-encoding': 'gzip' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (part: Buffer) => {
        bytes += part.length;
      });
      answer.on('end', () => resolve(bytes));
    }).on('error', reject);
  });

export async function firstMotion(browser: Browser, url: string, loads = LOADS): Promise<FirstMotion> {
  const ms: number[] = [];
  const requests: number[] = [];
  const bytes: number[] = [];
  const largestPaintMs: number[] = [];
  for (let i = 0; i < loads; i++) {
    const context = await browser.newContext({ viewport: VIEWPORT });
    const page = await context.newPage();
    const network = await context.newCDPSession(page);
    await network.send('Network.enable');
    /** When each was asked for, and how long its answer was. */
    const asked: { readonly id: string; readonly url: string; readonly at: number; length: number }[] = [];
    network.on('Network.requestWillBeSent', ({ requestId, timestamp, request }) => {
      asked.push({ id: requestId, url: request.url, at: timestamp * 1000, length: 0 });
    });
    network.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      const one = asked.find(({ id }) => id === requestId);
      if (one !== undefined) one.length = encodedDataLength;
    });
    await page.addInitScript(watchMotion);
    await page.goto(url);
    const time = await page.waitForFunction(() => (globalThis as { firstMotion?: number }).firstMotion, null, {
      polling: 100,
      timeout: 15_000,
    });
    const moved = Number(await time.jsonValue());
    ms.push(moved);
    const begun = asked[0]?.at ?? 0;
    const before = asked.filter(({ at }) => at - begun <= moved);
    // The browser tells the page nothing of the length of a worker's script.
    for (const one of before)
      if (one.length === 0 && /\/worker-.*\.js$/.test(one.url)) one.length = await packedBytes(one.url);
    requests.push(before.length);
    bytes.push(before.reduce((sum, { length }) => sum + length, 0));
    largestPaintMs.push(
      await page.evaluate(
        (until) =>
          new Promise<number>((resolve) => {
            new PerformanceObserver((list) => {
              const paints = list.getEntries().map(({ startTime }) => startTime);
              resolve(Math.max(0, ...paints.filter((at) => at <= 2 * until)));
            }).observe({ type: 'largest-contentful-paint', buffered: true });
          }),
        moved,
      ),
    );
    await context.close();
  }
  return { ms, requests, bytes, largestPaintMs };
}

/** One entry of a browser trace; times in µs, `tdur` in time of the thread itself. */
export interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly tdur?: number;
  readonly args?: { readonly data?: { readonly type?: string } };
}

/** What begins script of the page's own. */
const SCRIPT = new Set(['FireAnimationFrame', 'TimerFire', 'FireIdleCallback', 'EventDispatch', 'HandlePostMessage']);

/** What draws. */
const PAINT = new Set(['UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize', 'Commit']);

/** Time of some work from each frame to the next, ms. @param events of the page's main thread, in order */
function byFrame(events: readonly TraceEvent[], work: ReadonlySet<string>): number[] {
  const sums: number[] = [];
  let end = 0;
  for (const { name, ts, dur = 0, tdur = 0 } of events) {
    if (name === 'FireAnimationFrame') sums.push(0);
    // One within another has been counted with it.
    if (!work.has(name) || ts < end) continue;
    end = ts + dur;
    if (sums.length > 0) sums.push((sums.pop() ?? 0) + tdur / 1000);
  }
  return sums;
}

const quantile = (sorted: readonly number[], q: number): number => sorted[Math.floor(sorted.length * q)] ?? 0;

/** Plays a scene, from its start again whenever it ends. */
export async function playback(browser: Browser, url: string, preset: string, speed: number): Promise<Playback> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  await page.goto(`${url}?speed=${speed}#p=${preset}`);
  const count = page.locator('.tl-count');
  await page.waitForFunction(() => /^[2-9]/.test(document.querySelector('.tl-count')?.textContent ?? ''));
  await page.waitForTimeout(1000);
  await page.evaluate(() => {
    const seen = globalThis as { longTasks?: number };
    seen.longTasks = 0;
    new PerformanceObserver((list) => {
      seen.longTasks = (seen.longTasks ?? 0) + list.getEntries().length;
    }).observe({ type: 'longtask' });
  });
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  const start = Date.now();
  while (Date.now() - start < PLAY_MS) {
    await page.waitForTimeout(250);
    if (/^(\d+) \/ \1$/.test((await count.textContent()) ?? '')) {
      await page.keyboard.press('Home');
      await page.keyboard.press('Space');
    }
  }
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const seconds = (Date.now() - start) / 1000;
  const longTasksByClock = await page.evaluate(() => (globalThis as { longTasks?: number }).longTasks ?? 0);
  await context.close();
  const first = traceEvents.find((e) => e.name === 'FireAnimationFrame');
  if (first === undefined) throw new Error('no animation frame in the trace');
  const events = traceEvents
    .filter((e) => e.pid === first.pid && e.tid === first.tid && e.tdur !== undefined)
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  const scripts = ascending(byFrame(events, SCRIPT));
  const paints = ascending(byFrame(events, PAINT));
  const tasks = ascending(events.filter((e) => e.name === 'RunTask').map((e) => (e.tdur ?? 0) / 1000));
  return {
    speed,
    seconds,
    frames: scripts.length,
    scriptP95Ms: quantile(scripts, 0.95),
    scriptMaxMs: scripts.at(-1) ?? 0,
    paintP95Ms: quantile(paints, 0.95),
    longTasks: tasks.filter((task) => task > 50).length,
    longestTaskMs: tasks.at(-1) ?? 0,
    longTasksByClock,
  };
}

export interface Loading {
  /** Time of the page's main thread from navigation until the scene is whole, s. */
  readonly cpuSeconds: number;
  readonly seconds: number;
  readonly heapMB: number;
  readonly steps: number;
}

/** Opens a scene that is long, standing before its first step. @param link text after the # of its address  @param steps how many it has */
export async function loading(browser: Browser, url: string, link: string, steps: number): Promise<Loading> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  const { metric } = await metricsOf(page);
  const start = Date.now();
  await page.goto(`${url}?play=0#${link}`);
  await page.waitForFunction(
    (end) => document.querySelector('.tl-count')?.textContent?.endsWith(end) === true,
    ` / ${steps}`,
    { timeout: 120_000, polling: 400 },
  );
  const result = {
    cpuSeconds: await metric('TaskDuration'),
    seconds: (Date.now() - start) / 1000,
    heapMB: (await metric('JSHeapUsedSize')) / 1e6,
    steps,
  };
  await context.close();
  return result;
}

export interface LongRun {
  readonly steps: number;
  /** Longest task of the page's thread, in its own time. */
  readonly ms: Readonly<Record<'while it comes' | 'a jump to its end' | 'played near its end', number>>;
}

/** Longest tasks over a run of many rows. @param link text after the # of its address */
export async function longRun(browser: Browser, url: string, link: string): Promise<LongRun> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  const count = async (): Promise<string> =>
    await page.evaluate(() => document.querySelector('.tl-count')?.textContent ?? '');
  const longestIn = async (work: () => Promise<void>): Promise<number> => {
    await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
    await work();
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const frame = traceEvents.find((e) => e.name === 'FireAnimationFrame');
    const tasks = traceEvents.filter((e) => e.name === 'RunTask' && e.pid === frame?.pid && e.tid === frame.tid);
    return Math.max(0, ...tasks.map((e) => (e.tdur ?? 0) / 1000));
  };
  // The page's own start is another figure.
  await page.goto(url);
  await page.waitForFunction(() => /^[2-9]/.test(document.querySelector('.tl-count')?.textContent ?? ''));
  await page.keyboard.press('Space');
  const loadingMs = await longestIn(async () => {
    await page.evaluate((hash) => {
      location.hash = hash;
    }, link);
    let before = '';
    for (let now = await count(); now !== before || !/\/ \d{4}/.test(now); now = await count()) {
      before = now;
      await page.waitForTimeout(600);
    }
  });
  const steps = Number(/\/ (\d+)/.exec(await count())?.[1] ?? 0);
  const jumpMs = await longestIn(async () => {
    await page.keyboard.press('End');
    await page.waitForFunction(
      (last) => document.querySelector('.tl-count')?.textContent === last,
      `${steps} / ${steps}`,
    );
    await page.waitForTimeout(500);
  });
  const playingMs = await longestIn(async () => {
    for (let i = 0; i < 12; i++) await page.keyboard.press('PageUp');
    await page.keyboard.press('Space');
    await page.waitForTimeout(3000);
  });
  await context.close();
  return {
    steps,
    ms: { 'while it comes': loadingMs, 'a jump to its end': jumpMs, 'played near its end': playingMs },
  };
}

/** Time of the page's thread for a jump, ms: from the key to two frames after it. */
export async function seeks(browser: Browser, url: string, preset: string, times: number): Promise<readonly number[]> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  const { metric } = await metricsOf(page);
  const spent = async (): Promise<number> => 1000 * (await metric('TaskDuration'));
  await page.goto(`${url}?play=0#p=${preset}&t=0`);
  await page.waitForFunction(() => document.querySelectorAll('.bd-zoom').length > 0);
  await page.waitForTimeout(1500);
  const ms: number[] = [];
  const keys = ['End', 'Home', 'PageDown', 'PageDown', 'PageUp'];
  for (let i = 0; i < times; i++) {
    const before = await spent();
    await page.keyboard.press(keys[i % keys.length] as string);
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    ms.push((await spent()) - before);
  }
  await context.close();
  return ms.sort((a, b) => a - b);
}

/** Spans of lanes as four numbers each: row, first and last place (0..1 of the run), colour. */
export type AllSpans = readonly (readonly [row: number, from: number, to: number, colour: number])[];

export interface TimelineFrames {
  readonly frames: number;
  /** Time of the page's thread a frame while the timeline is panned and zoomed, ms: script, style, layout and paint. */
  readonly p95Ms: number;
  readonly maxMs: number;
  /** The same frames with every span of the run drawn in each, on a canvas. */
  readonly allP95Ms: number;
  readonly spans: number;
  /** Script of a jump to anywhere in the run, ms. */
  readonly seekP99Ms: number;
  readonly seeks: number;
}

/** Work of each frame while something is done, ms, ascending. */
async function framesOf(
  browser: Browser,
  page: Page,
  act: () => Promise<void>,
  work: ReadonlySet<string>,
): Promise<number[]> {
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
  await act();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  const first = traceEvents.find((e) => e.name === 'FireAnimationFrame');
  if (first === undefined) throw new Error('no animation frame in the trace');
  const events = traceEvents
    .filter((e) => e.pid === first.pid && e.tid === first.tid && e.tdur !== undefined)
    .sort((a, b) => a.ts - b.ts || (b.dur ?? 0) - (a.dur ?? 0));
  return byFrame(events, work).sort((a, b) => a - b);
}

/** Draws all spans in each frame, zoomed and panned as the timeline was. Runs in the page. */
function drawAll({ spans, frames }: { readonly spans: AllSpans; readonly frames: number }): Promise<void> {
  const canvas = document.body.appendChild(document.createElement('canvas'));
  canvas.width = 1200;
  canvas.height = 240;
  canvas.style.cssText = 'position:fixed;inset:0 auto auto 0;z-index:99';
  const context = canvas.getContext('2d');
  const colours = ['#69727d', '#a9500a', '#1560d2', '#0d593f', '#7b286b'];
  return new Promise((resolve) => {
    let frame = 0;
    const draw = (): void => {
      const k = 1.03 ** frame;
      context?.clearRect(0, 0, 1200, 240);
      for (const [row, from, to, colour] of spans) {
        if (context === null) break;
        context.fillStyle = colours[colour] ?? '';
        context.fillRect(from * 1200 * k - frame, (row * 20) % 240, Math.max(1, (to - from) * 1200 * k), 16);
      }
      if (++frame < frames) requestAnimationFrame(draw);
      else {
        canvas.remove();
        resolve();
      }
    };
    requestAnimationFrame(draw);
  });
}

/** Pans and zooms the timeline of a long run, then seeks in it. @param link text after the # of its address */
export async function timelineFrames(
  browser: Browser,
  url: string,
  link: string,
  spans: AllSpans,
): Promise<TimelineFrames> {
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  await page.goto(`${url}?play=0#${link}`);
  await page.waitForFunction(
    () => document.querySelectorAll('.tl-lane').length > 1 && document.querySelectorAll('.tl-bars[d]').length > 0,
    null,
    { timeout: 120_000 },
  );
  // Until the run and its lanes are whole: their number stands still.
  let before = '';
  for (let same = 0; same < 4; ) {
    await page.waitForTimeout(500);
    const now = await page.evaluate(
      () =>
        `${document.querySelector('.tl-count')?.textContent} ${document.querySelector('.tl-whole')?.getAttribute('title')}`,
    );
    same = now === before ? same + 1 : 0;
    before = now;
  }
  const box = await page.locator('.tl-scroll').boundingBox();
  if (box === null) throw new Error('no lanes');
  const [x, y] = [box.x + box.width * 0.6, box.y + 40];
  const frame = (): Promise<unknown> => page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  await page.keyboard.press('0');
  await page.mouse.move(x, y);
  const both = new Set([...SCRIPT, ...PAINT]);
  const moved = await framesOf(
    browser,
    page,
    async () => {
      for (let i = 0; i < 60; i++) {
        await page.mouse.wheel(0, i < 40 ? -60 : 60);
        await frame();
      }
      await page.mouse.down();
      for (let i = 0; i < 60; i++) {
        await page.mouse.move(x + (i % 30 < 15 ? i % 15 : 15 - (i % 15)) * 24 - 180, y);
        await frame();
      }
      await page.mouse.up();
    },
    both,
  );
  const all = await framesOf(browser, page, () => page.evaluate(drawAll, { spans, frames: 60 }), both);
  const slider = page.locator('.tl-slider');
  const count = Number(await slider.getAttribute('max'));
  const seeks = 100;
  const sought = await framesOf(
    browser,
    page,
    async () => {
      for (let i = 0; i < seeks; i++) {
        // Steps far from one another, the same in every run.
        await slider.fill(String((i * 7919 * 31) % count));
        await frame();
        await frame();
      }
    },
    SCRIPT,
  );
  await context.close();
  return {
    frames: moved.length,
    p95Ms: quantile(moved, 0.95),
    maxMs: moved.at(-1) ?? 0,
    allP95Ms: quantile(all, 0.95),
    spans: spans.length,
    seekP99Ms: quantile(sought, 0.99),
    seeks,
  };
}
