/**
 * The `test` of every spec here: Playwright's, with one more try for a browser that no longer answers, and only for that.
 * Where E2E_SECOND_TRY=any is set (CI, so that one race does not cost a landing), any failure is tried once more and named.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, test as base, type TestInfo } from '@playwright/test';

export * from '@playwright/test';

const ANSWER_MS = 30_000;
const ANY = process.env.E2E_SECOND_TRY === 'any';

/** Worker processes end with a failed test, so what the first try saw is left in a file for the second. */
const marker = (info: TestInfo): string => join(info.project.outputDir, 'stalled', info.testId);

/** Whether a new page of this browser still runs a line of script. */
async function answers(browser: Browser): Promise<boolean> {
  const asked = (async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    const sum = await page.evaluate(() => 1 + 1);
    await context.close();
    return sum === 2;
  })().catch(() => false);
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), ANSWER_MS);
  });
  try {
    return await Promise.race([asked, silence]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The browser's cache outlives a test: files are named by their hash, and fetching them again is a third of a page's time.
 * Playwright empties it when it takes a context again and has no option for it, so its own object is asked, if it is there.
 */
function keepCache(context: BrowserContext): void {
  const inner = (
    context as unknown as { _connection?: { toImpl?: (c: BrowserContext) => { clearCache?: unknown } } }
  )._connection?.toImpl?.(context);
  if (inner && 'clearCache' in inner) inner.clearCache = async () => {};
}

export const test = base.extend<{ secondTry: undefined }>({
  // The next test may have the same browser context (reuseContext): Playwright empties it, but leaves these two as they are.
  context: async ({ context, permissions }, use) => {
    keepCache(context);
    await use(context);
    await context.setOffline(false);
    await context.clearPermissions();
    if (permissions !== undefined) await context.grantPermissions(permissions);
  },
  secondTry: [
    async ({ browser }, use, info) => {
      if (info.retry > 0 && !ANY && !existsSync(marker(info)))
        throw new Error('failed in a browser that answers: no second try');
      await use(undefined);
      if (info.retry > 0 || info.status === info.expectedStatus) return;
      if (await answers(browser)) {
        if (ANY) process.stderr.write(`irqscope: "${info.title}" failed and is tried once more\n`);
        return;
      }
      mkdirSync(join(marker(info), '..'), { recursive: true });
      writeFileSync(marker(info), '');
      process.stderr.write(`irqscope: the browser of "${info.title}" stalled; it is started again, once\n`);
    },
    { auto: true, timeout: 2 * ANSWER_MS },
  ],
});
