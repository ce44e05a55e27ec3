import { firstMotion } from '../src/cli/bench-page.ts';
import { axeOf } from './axe.ts';
import { expect, test } from './test.ts';

test('the built page opens with its policy, in at most 45 files, and without an error', async ({ page }) => {
  const errors: string[] = [];
  page.on('console', (message) => {
    // The driver keeps the page from being kept, and says so once it would be: on a busy machine before this test has ended.
    if (message.text() === 'Service Worker registration blocked by Playwright') return;
    if (message.type() === 'error' || message.type() === 'warning') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('requestfailed', (request) => errors.push(request.url()));
  const files = new Set<string>();
  page.on('request', (request) => files.add(request.url()));

  await page.goto('./');
  await expect(page).toHaveTitle(/irqscope/);
  await expect(page.locator('#root')).not.toBeEmpty();
  await expect(page.locator('meta[http-equiv="Content-Security-Policy"]')).toHaveCount(1);
  await expect(page.locator('.now-title')).toBeVisible();
  await expect(page.locator('.header-tools')).toBeVisible();
  // With all its panels a page is some thirty files: cli/page-chunks.ts.
  expect(files.size).toBeGreaterThan(12);
  expect(files.size).toBeLessThanOrEqual(45);
  expect(errors).toEqual([]);
});

test('the policy refuses nothing of what the stage draws, and a way keeps the colour of its interrupt', async ({
  page,
}) => {
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto('./?play=0#p=intx-shared&t=30');
  const trail = page.locator('.bd-trail').first();
  await expect(trail).toBeAttached();
  await expect(page.locator('.now-title')).toBeVisible();
  const stroke = await trail.evaluate((path) => getComputedStyle(path).stroke);
  expect(stroke).not.toBe('none');
  expect(stroke).not.toBe(await page.locator('body').evaluate((body) => getComputedStyle(body).color));
  expect(errors).toEqual([]);
});

test('axe finds nothing in the light and in the dark theme', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto('./');
  await expect(page.locator('h1')).toBeVisible();
  await expect(page.locator('.now-title')).toBeVisible();
  expect((await axeOf(page).analyze()).violations).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  expect((await axeOf(page).coloursAlone().analyze()).violations).toEqual([]);
});

test('a cold page asks for 12 files and 190 kB at most before it moves', async ({ browser, baseURL }) => {
  // A machine that is busy can lose the frame between the first motion and what is asked for after it: the best of three counts.
  const requests: number[] = [];
  const bytes: number[] = [];
  while (requests.length < 3 && !(Math.min(...requests) <= 12 && Math.min(...bytes) <= 190_000)) {
    const one = await firstMotion(browser, baseURL ?? '', 1);
    requests.push(...one.requests);
    bytes.push(...one.bytes);
  }
  expect(Math.min(...requests), requests.join(', ')).toBeLessThanOrEqual(12);
  expect(Math.min(...requests)).toBeGreaterThan(3);
  expect(Math.min(...bytes), bytes.join(', ')).toBeLessThanOrEqual(190_000);
});
