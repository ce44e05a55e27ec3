/** A large trace in the page: what a person waits for, what the page's thread does meanwhile, and the memory of the renderer. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Browser, Page } from '@playwright/test';
import type { TraceEvent } from './bench-page.ts';

const WINDOW = 'public/traces/vmx-1vcpu-apicv-v6.1.txt.gz';
const BYTES = 1_000_000_000;
/** How long the file is read before it is let go. */
const BEFORE_CANCEL_MS = 1500;

export interface TracePage {
  readonly bytes: number;
  /** From the choice of the file to the first picture of it, ms by the clock. */
  readonly firstPictureMs: number;
  /** Longest task of the page's thread in its own time, from the choice to the report, ms. */
  readonly longestTaskMs: number;
  readonly seconds: number;
  /** Most memory of the renderer's own, and by how much it grew, MiB; NaN where the system does not tell. */
  readonly peakMiB: number;
  readonly grownMiB: number;
  readonly cancelMs: number;
}

/** A window of a recording again and again. */
function bigFile(path: string): void {
  const window = new Uint8Array(gunzipSync(readFileSync(WINDOW)));
  const block = window.subarray(0, window.lastIndexOf(10) + 1);
  const fd = openSync(path, 'w');
  for (let written = 0; written < BYTES; written += block.length) writeSync(fd, block);
  closeSync(fd);
}

/** Memory of the renderers that no file backs, MiB. */
async function memory(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  let most = Number.NaN;
  for (const { id, type } of processInfo) {
    if (type !== 'renderer') continue;
    try {
      const kB = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1];
      if (kB !== undefined) most = Math.max(Number.isNaN(most) ? 0 : most, Number(kB) / 1024);
    } catch {
      // Not Linux, or it has ended.
    }
  }
  return most;
}

async function choose(page: Page, path: string): Promise<void> {
  await page.evaluate(() => {
    const own = window as unknown as { chosenAt: number; pictureAt: number };
    own.pictureAt = Number.NaN;
    document.addEventListener(
      'change',
      () => {
        own.chosenAt = performance.now();
      },
      { capture: true, once: true },
    );
    const observer = new MutationObserver(() => {
      if (document.querySelector('.tr-first-look svg path') === null) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        own.pictureAt = performance.now();
      });
    });
    observer.observe(document.body, { childList: true, subtree: true });
  });
  await page.locator('.tr-file input').setInputFiles(path);
  await page.waitForFunction(() => !Number.isNaN((window as unknown as { pictureAt: number }).pictureAt));
}

export async function tracePage(browser: Browser, url: string): Promise<TracePage> {
  const path = join(tmpdir(), `irqscope-bench-${process.pid}.txt`);
  bigFile(path);
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(`${url}?play=0#p=serial-ioapic&t=1`);
    await page.getByRole('button', { name: 'Trace', exact: true }).click();
    await page.locator('.tr-file input').waitFor({ state: 'attached' });
    const before = await memory(browser);
    let peak = before;
    const watch = setInterval(() => {
      void memory(browser).then((now) => {
        peak = Math.max(peak, now);
      });
    }, 500);
    await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'] });
    const start = Date.now();
    await choose(page, path);
    await page.locator('.tr-summary').waitFor({ timeout: 600_000 });
    const seconds = (Date.now() - start) / 1000;
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    clearInterval(watch);
    const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
    const frame = traceEvents.find((e) => e.name === 'FireAnimationFrame');
    const tasks = traceEvents.filter((e) => e.name === 'RunTask' && e.pid === frame?.pid && e.tid === frame.tid);
    const firstPictureMs = await page.evaluate(() => {
      const { chosenAt, pictureAt } = window as unknown as { chosenAt: number; pictureAt: number };
      return pictureAt - chosenAt;
    });
    // The same file again, and let go while it is read.
    await page.locator('.tr-file input').setInputFiles([]);
    await choose(page, path);
    await page.waitForTimeout(BEFORE_CANCEL_MS);
    const cancelMs = await page.evaluate(
      () =>
        new Promise<number>((done) => {
          const from = performance.now();
          document.querySelector<HTMLElement>('.tr-progress button')?.click();
          const look = (): void => {
            if (document.querySelector('.tr-progress') === null) done(performance.now() - from);
            else requestAnimationFrame(look);
          };
          look();
        }),
    );
    return {
      bytes: BYTES,
      firstPictureMs,
      longestTaskMs: Math.max(0, ...tasks.map((e) => (e.tdur ?? 0) / 1000)),
      seconds,
      peakMiB: peak,
      grownMiB: peak - before,
      cancelMs,
    };
  } finally {
    await context.close();
    rmSync(path, { force: true });
  }
}
