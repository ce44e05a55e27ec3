/** dist/irqscope.html from a disk: the whole page in one file that asks for nothing. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const DIST = join(import.meta.dirname, '../dist');
const FILE = pathToFileURL(join(DIST, 'irqscope.html')).href;

/** What the page asks for beside itself, and what it complains of. */
function watch(page: Page): { readonly asked: string[]; readonly errors: string[] } {
  const asked: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.isNavigationRequest()) asked.push(request.url());
  });
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { asked, errors };
}

test('it plays from a disk, with the engine in a worker, asks for nothing and complains of nothing', async ({
  page,
}) => {
  expect(existsSync(join(DIST, 'irqscope.html'))).toBe(true);
  const { asked, errors } = watch(page);
  await page.goto(`${FILE}?lang=zh#p=intx-shared&t=9`);
  await expect(page.locator('.tl-count').first()).toHaveText(/[1-9]/);
  // A second one looks for findings once there is time.
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
  await page.goto(`${FILE}?play=0#p=posted-running&t=3`);
  await page.reload();
  await expect(page.getByRole('tab').first()).toBeVisible();
  for (const tab of await page.getByRole('tab').all()) {
    await tab.click();
    await expect(page.getByRole('tabpanel')).not.toBeEmpty();
  }
  expect(asked).toEqual([]);
  expect(errors).toEqual([]);
});

/** The figure of what is shown, as its share dialog saves it. */
async function figureOf(page: Page): Promise<string> {
  await page.getByRole('button', { name: say('hdr.share'), exact: true }).click();
  await expect(page.getByRole('img', { name: /Preview/ })).toBeVisible();
  await page.getByLabel(say('share.format')).selectOption('svg');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `${say('share.save')} SVG` }).click(),
  ]);
  return readFileSync(await download.path(), 'utf8');
}

test('a figure it draws is the one that the page draws, with another React', async ({ page }) => {
  /** Figures of three scenes, opened one after the other in one page. */
  const figuresOf = async (address: string): Promise<string[]> => {
    const figures: string[] = [];
    for (const [scene, step] of [
      ['vtd-posted', 9],
      ['pit-extint', 12],
      ['virtio-vectors', 14],
    ] as const) {
      await page.goto(`${address}?play=0&lang=en#p=${scene}&t=${step}`);
      await expect(page.getByLabel(say('hdr.scene'), { exact: true })).toHaveValue(scene);
      await expect(page.locator('.tl-count').first()).toHaveText(new RegExp(`^${step + 1} / [1-9]`));
      figures.push(await figureOf(page));
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    return figures;
  };
  const [here, alone] = [await figuresOf('./'), await figuresOf(FILE)];
  for (const figure of here) expect(figure.length).toBeGreaterThan(5_000);
  expect(new Set(here).size).toBe(3);
  expect(alone).toEqual(here);
});

test('its policy allows the very scripts it has and nothing else', async ({ page }) => {
  const html = readFileSync(join(DIST, 'irqscope.html'), 'utf8');
  const policy = /Content-Security-Policy"\s+content="([^"]*)"/.exec(html)?.[1] ?? '';
  const [, scripts] = /script-src ([^;]*)/.exec(policy) ?? [];
  expect(scripts).toMatch(/^('sha256-[\w+/=]+' ?)+$/);
  expect(policy).toMatch(/^default-src 'none';/);
  expect(html).not.toMatch(/<(script|link|img)[^>]+(src|href)=/);
  await page.goto(`${FILE}?play=0#p=intx-shared`);
  await expect(page.locator('.tl-count').first()).toHaveText(/\/ [1-9]/);
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.strange = true';
    document.body.append(script);
    return 'strange' in window;
  });
  expect(ran).toBe(false);
});

test('a deck on a disk frames it and steps it', async ({ page }, info) => {
  const { writeFileSync } = await import('node:fs');
  const deck = info.outputPath('page.html');
  const script = pathToFileURL(join(DIST, 'embed/reveal-irqscope.js')).href;
  const reveal = pathToFileURL(join(import.meta.dirname, '../node_modules/reveal.js/dist')).href;
  writeFileSync(
    deck,
    `<!doctype html><link rel="stylesheet" href="${reveal}/reveal.css"><div class="reveal"><div class="slides"><section>
      <irq-scope preset="serial-ioapic" steps="4,9"></irq-scope></section></div></div><script src="${reveal}/reveal.js"></script>
      <script src="${script}"></script><script>Reveal.initialize({ plugins: [RevealIrqscope] })</script>`,
  );
  await page.goto(pathToFileURL(deck).href);
  const step = () => page.evaluate(() => (document.querySelector('irq-scope') as HTMLElement & { step: number }).step);
  const next = () => page.evaluate(() => (window as unknown as { Reveal: { next(): void } }).Reveal.next());
  await expect(page.frameLocator('irq-scope >> iframe').locator('[data-part="stage"]')).toBeVisible();
  await next();
  await expect.poll(step).toBe(4);
  await next();
  await expect.poll(step).toBe(9);
  // A deck without an origin may load and read scenes of a frame that comes from a disk too.
  const link = await page.evaluate(async () => {
    const scene = document.querySelector('irq-scope') as unknown as { getState(): Promise<{ link: string }> };
    return (await scene.getState()).link;
  });
  expect(link).toMatch(/^p=serial-ioapic&t=9(&g=\d+)?$/);
});

test('index.html opened from a disk says what to open instead', async ({ page }) => {
  await page.goto(pathToFileURL(join(DIST, 'index.html')).href);
  const link = page.getByRole('link', { name: 'irqscope.html' });
  await expect(link).toHaveAttribute('href', 'irqscope.html');
  await link.click();
  await expect(page.locator('.tl-count').first()).toHaveText(/[1-9]/);
});
