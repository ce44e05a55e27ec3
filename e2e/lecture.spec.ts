/** The lecture that is built beside the page, driven slide by slide as a lecturer does; and the page of every kind of embed. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, type Page, test } from './test.ts';

const DIST = join(import.meta.dirname, '../dist');

interface Deck {
  next(): void;
  isLastSlide(): boolean;
  getIndices(): { h: number; f?: number };
  availableFragments(): { next: boolean };
}
const deck = <T>(page: Page, body: (deck: Deck) => T): Promise<T> =>
  page.evaluate(`(${body.toString()})(window.Reveal)`) as Promise<T>;

/** Walks the deck with its clicker. @returns how many slides, and steps of scenes on the way */
async function walk(page: Page): Promise<{ slides: number; steps: number }> {
  let slides = 1;
  let steps = 0;
  for (let presses = 0; presses < 200; presses++) {
    const scene = page.locator('section.present irq-scope');
    if ((await scene.count()) > 0) {
      await scene.evaluate((element: HTMLElement & { ready: Promise<void> }) => element.ready);
      const shown = await page.locator('section.present .irqscope-step.visible').count();
      if (shown > 0) {
        const named = await page.locator('section.present .irqscope-step.visible').last().getAttribute('data-step');
        const last = await scene.evaluate((element: HTMLElement & { count: number }) => element.count - 1);
        const wanted = named === 'end' ? last : Number(named);
        await expect.poll(() => scene.evaluate((element: HTMLElement & { step: number }) => element.step)).toBe(wanted);
        steps++;
      }
    }
    const before = await deck(page, (d) => d.getIndices().h);
    if (await deck(page, (d) => d.isLastSlide() && !d.availableFragments().next)) break;
    await deck(page, (d) => d.next());
    if ((await deck(page, (d) => d.getIndices().h)) !== before) slides++;
  }
  return { slides, steps };
}

for (const [lang, title] of [
  ['en', 'From a wire to a vCPU'],
  ['zh', '从一根线到 vCPU'],
] as const) {
  test(`the lecture in ${lang}: ten slides, every beat of its scenes by the clicker`, async ({ page }) => {
    test.setTimeout(240_000);
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`./lecture.html?lang=${lang}`);
    await expect(page).toHaveTitle(title);
    await expect(page.locator('section h2').first()).toHaveCount(1);
    const walked = await walk(page);
    expect(walked.slides).toBe(10);
    expect(walked.steps).toBeGreaterThan(35);
    expect(errors).toEqual([]);
  });
}

test('the lecture runs from a disk', async ({ page }) => {
  const asked: string[] = [];
  page.on('request', (request) => {
    if (/^https?:/.test(request.url())) asked.push(request.url());
  });
  await page.goto(`${pathToFileURL(join(DIST, 'lecture.html')).href}#/1`);
  await expect(page.frameLocator('section.present irq-scope >> iframe').locator('[data-part="stage"]')).toBeVisible();
  await deck(page, (d) => d.next());
  await expect(page.frameLocator('section.present irq-scope >> iframe').locator('.tl-count')).toHaveText(/^[1-9]/);
  expect(asked).toEqual([]);
});

test('the page of every kind of embed: each is there and none says that something is wrong', async ({ page }) => {
  test.setTimeout(240_000);
  await page.goto('./lecture/embeds.html');
  const frames = page.locator('section > iframe');
  const count = await frames.count();
  expect(count).toBeGreaterThan(4);
  for (let i = 0; i < count; i++) {
    await frames.nth(i).scrollIntoViewIfNeeded();
    const inside = frames.nth(i).contentFrame();
    await expect(inside.locator('[data-part="stage"], [data-part="figure"]')).toBeVisible();
    await expect(inside.locator('.notice')).toHaveCount(0);
  }
  await page.getByRole('button', { name: 'On' }).scrollIntoViewIfNeeded();
  await page.locator('#scene').evaluate((element: HTMLElement & { ready: Promise<void> }) => {
    element.scrollIntoView();
    return element.ready;
  });
  await page.getByRole('button', { name: 'On' }).click();
  await expect(page.locator('#said')).toHaveText(/^\d+ \/ \d+: ./);
});
