import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { CHROMIUM_ARGS, findChromium } from '../src/cli/browser.mjs';

// The config is read again in every worker process: what is chosen once travels in the environment.
process.env.E2E_PORT ??= String(20_000 + (process.pid % 20_000));
process.env.CHROMIUM_PATH ??= (await findChromium()) ?? '';
process.env.PLAYWRIGHT_JSON_OUTPUT_FILE ??= join(tmpdir(), `irqscope-e2e-${process.pid}.json`);
const url = `http://127.0.0.1:${process.env.E2E_PORT}/`;

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../test-results',
  fullyParallel: true,
  forbidOnly: !!process.env.CI,
  retries: 0,
  workers: 2,
  timeout: 30_000,
  reporter: [['list'], ['json']],
  use: {
    baseURL: url,
    locale: 'en-US',
    launchOptions: {
      args: CHROMIUM_ARGS,
      ...(process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : {}),
    },
  },
  webServer: {
    command: 'node src/cli/serve.mjs',
    cwd: '..',
    env: { PORT: process.env.E2E_PORT },
    url,
    reuseExistingServer: false,
    timeout: 30_000,
  },
});
