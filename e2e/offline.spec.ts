/** The page with no network, and with another build on the site than the one that is open. */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serve } from '../src/cli/serve.mjs';
import { some, WHICH } from './portion.ts';
import { test as base, expect, type Page } from './test.ts';
import { say } from './texts.ts';

const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');

// Nothing may be kept from the test before: a context of its own each, in the browser that the other tests have too.
const test = base.extend({
  context: async ({ browser, baseURL, locale, serviceWorkers }, use) => {
    const context = await browser.newContext({
      serviceWorkers,
      ...(baseURL && { baseURL }),
      ...(locale && { locale }),
    });
    await use(context);
    await context.close();
  },
});
test.use({ serviceWorkers: 'allow' });

/** Waits until the page could go without its network. */
async function kept(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    if (navigator.serviceWorker.controller === null)
      await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }));
  });
}

async function everyPanel(page: Page): Promise<void> {
  await expect(page.getByRole('tab').nth(3)).toBeVisible();
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await expect(page.getByRole('tabpanel')).not.toBeEmpty();
  }
  await expect(page.locator('.app-broken')).toHaveCount(0);
}

test(`once it was open it opens with no network: every panel, both languages, and scenes (${WHICH})`, async ({
  page,
  context,
}) => {
  test.setTimeout(240_000);
  await page.goto('./#p=serial-ioapic&t=4');
  await kept(page);
  await context.setOffline(true);
  await page.goto('./?lang=zh&play=0#p=intx-shared&t=20');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(page.locator('.tl-count').first()).toHaveText(/^21 \//);
  await expect(page.getByRole('tab').first()).toHaveText(/[\u4e00-\u9fff]/);
  await everyPanel(page);
  await page.goto('./index.html?lang=en&play=0#p=intx-shared&t=20');
  await everyPanel(page);
  // Old versions too: a link may ask for them.
  const folder = join(ROOT, 'src/scenes');
  const scenes = readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
    const [, id, version] = /^([\w-]+)[/\\]scene(@\d+)?\.json$/.exec(file) ?? [];
    return id === undefined ? [] : [`${id}${version ?? ''}`];
  });
  expect(scenes.length).toBeGreaterThan(30);
  for (const scene of some(scenes, 4)) {
    await page.evaluate((link) => {
      window.location.hash = link;
    }, `p=${scene}&t=end`);
    await expect(page).toHaveURL(new RegExp(`#p=${scene}&t=`));
    await expect(page.locator('.tl-count').first()).toHaveText(/^([1-9]\d*) \/ \1$/);
    // An old version of a scene may say that the engine’s rules have changed since.
    await expect(page.locator('.notice:not([data-code="link-drift"])')).toHaveCount(0);
  }
  await page.getByRole('button', { name: say('hdr.share'), exact: true }).click();
  await expect(page.getByRole('img', { name: /Preview/ })).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: say('hdr.trace') }).click();
  await page.getByRole('button', { name: say('trace.page.sample.svm') }).click();
  await expect(page.locator('.tr-summary')).toBeVisible();
});

test('a page that is open while the site is built anew goes on with its own files; a new one is the new build', async ({
  page,
  context,
}, info) => {
  const dir = info.outputPath('site');
  cpSync(DIST, dir, { recursive: true, filter: (file) => !file.endsWith('.map') });
  const url = await serve(dir, 0);
  await page.goto(`${url}?play=0#p=serial-ioapic&t=4`);
  await kept(page);
  // The new build: every chunk has another name, and the old ones are gone.
  const worker = readFileSync(join(dir, 'sw.js'), 'utf8');
  const next = worker.replace(/"[0-9a-f]{16}"/, '"00000000000new00"').replaceAll('"assets/', '"new/');
  expect(next).not.toBe(worker);
  cpSync(join(dir, 'assets'), join(dir, 'new'), { recursive: true });
  rmSync(join(dir, 'assets'), { recursive: true });
  writeFileSync(join(dir, 'sw.js'), next);
  const html = readFileSync(join(dir, 'index.html'), 'utf8');
  writeFileSync(join(dir, 'index.html'), html.replaceAll('./assets/', './new/').replace('<title>', '<title>new '));
  await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.ready;
    const taken = new Promise((done) =>
      navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }),
    );
    await registration.update();
    await taken;
  });
  await everyPanel(page);
  await page.getByRole('button', { name: say('hdr.compare') }).click();
  await expect(page).toHaveURL(/#c=/);
  await expect(page.locator('.app-broken')).toHaveCount(0);
  const other = await context.newPage();
  await other.goto(url);
  expect(await other.evaluate(() => document.querySelector('script[src*="new/"]') !== null)).toBe(true);
  await context.setOffline(true);
  await other.reload();
  expect(await other.evaluate(() => document.querySelector('script[src*="new/"]') !== null)).toBe(true);
});

test('a frame keeps nothing, and what is not its own is left to the site', async ({ page, baseURL }) => {
  await page.route('**/host.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<!doctype html><iframe src="./?embed=1#p=serial-ioapic" width="480" height="360"></iframe>',
    }),
  );
  await page.goto(`${baseURL}host.html`);
  await expect(page.frameLocator('iframe').locator('.tl-count')).toHaveText(/^[1-9]/);
  expect(await page.evaluate(async () => (await navigator.serviceWorker.getRegistrations()).length)).toBe(0);
});

test.describe('where nothing is kept', () => {
  test.use({ serviceWorkers: 'block' });
  test('a chunk that is gone is said, with a way out', async ({ page }) => {
    await page.goto('./?play=0#p=serial-ioapic&t=4');
    await expect(page.getByRole('tab').first()).toBeVisible();
    await page.route('**/assets/inspector-*', (route) => route.fulfill({ status: 404 }));
    await page.getByRole('tab', { name: say('shell.tab.inspector') }).click();
    await expect(page.locator('.app-broken')).toContainText(say('error.part-not-loaded'));
    await expect(page.getByRole('button', { name: say('shell.reload') })).toBeVisible();
  });
});

test('every file the page may ask for is kept', () => {
  const worker = readFileSync(join(DIST, 'sw.js'), 'utf8');
  const all = readdirSync(join(DIST, 'assets')).filter((name) => !name.endsWith('.map'));
  expect(all.filter((name) => !worker.includes(`assets/${name}`))).toEqual([]);
  expect(existsSync(join(DIST, 'index.html'))).toBe(true);
});
