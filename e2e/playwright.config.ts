import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from '../src/cli/browser.mjs';

// The config is read again in every worker process: what is chosen once travels in the environment.
process.env.E2E_PORT ??= String(20_000 + (process.pid % 20_000));
// Which part of a walk that is the same rule many times is done: e2e/portion.ts.
if (process.env.DEEP === undefined) process.env.PORTION ??= String(Date.now() % 1_000_000);
process.env.CHROMIUM_PATH ??= (await findChromium({ shellFirst: true })) ?? '';
process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ??= join(tmpdir(), `irqscope-e2e-${process.pid}.json`);
// One folder a run: Playwright empties it first, and another run may be under way.
process.env.E2E_RESULTS ??= join(import.meta.dirname, '../test-results', String(process.pid));
// Playwright waits for the server through the proxy of the environment, which does not know this machine's loopback.
for (const name of ['NO_PROXY', 'no_proxy']) {
  process.env[name] = [process.env[name], '127.0.0.1', 'localhost'].filter(Boolean).join(',');
}
const url = `http://127.0.0.1:${process.env.E2E_PORT}/`;

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: process.env.E2E_RESULTS,
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  // For a browser that no longer answers, and for nothing else: e2e/test.ts.
  retries: 1,
  // A test waits for a third of its time (a poll, a second of the page's own): with one more than there are cores a fifth of
  // them stayed idle.
  workers: Math.min(5, availableParallelism() + 2),
  // Limits are for a machine with many times more work than cores; a test waits for states and ends when they are there.
  timeout: 120_000,
  expect: { timeout: 40_000 },
  reporter: [['list'], ['json']],
  use: {
    baseURL: url,
    locale: 'en-US',
    // Keeping the page for offline is tested where it is meant: e2e/offline.spec.ts.
    serviceWorkers: 'block',
    // A new page of the same browser compiles the whole program again: half of a test's time.
    reuseContext: true,
    launchOptions: {
      // V8's compiler for code that is warm, not hot: in pages that live for seconds it costs a tenth and is never paid back.
      args: [...CHROMIUM_ARGS, '--js-flags=--no-maglev'],
      ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
    },
  },
  webServer: {
    command: `"${process.execPath}" src/cli/go.cjs serve`,
    cwd: '..',
    env: { PORT: process.env.E2E_PORT },
    url,
    reuseExistingServer: false,
    timeout: 120_000,
  },
});
