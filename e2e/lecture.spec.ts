/** The lecture that is built beside the page, driven slide by slide as a lecturer does; and the page of every kind of embed. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { axeOf } from './axe.ts';
import { some, WHICH } from './portion.ts';
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

/** The steps of each slide's scenes. */
const beatsOf = (page: Page): Promise<string[][]> =>
  page
    .locator('.slides > section')
    .evaluateAll((slides) =>
      slides.map((slide) =>
        [...slide.querySelectorAll<HTMLElement>('.irqscope-step')].map((step) => step.dataset.step ?? ''),
      ),
    );

/** Walks a slide with the clicker, to its end. @returns how many steps of scenes there were on the way */
async function walk(page: Page, slide: number): Promise<number> {
  let steps = 0;
  await page.evaluate((h) => (window as unknown as { Reveal: { slide(h: number): void } }).Reveal.slide(h), slide);
  for (let presses = 0; presses < 60; presses++) {
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
    if (await deck(page, (d) => d.isLastSlide() && !d.availableFragments().next)) return steps;
    await deck(page, (d) => d.next());
    // The clicker leads from the last step of a slide to the next slide.
    const { h } = await deck(page, (d) => d.getIndices());
    if (h !== slide) {
      expect(h).toBe(slide + 1);
      return steps;
    }
  }
  throw new Error(`slide ${slide} has no end`);
}

test(`the lecture: ten slides, every beat of its scenes by the clicker (${WHICH})`, async ({ page }) => {
  test.setTimeout(240_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('./lecture.html?lang=en');
  await expect(page).toHaveTitle('From a wire to a vCPU');
  // The steps come with the figures, a moment after the deck.
  await expect.poll(async () => (await beatsOf(page)).flat().length).toBeGreaterThan(35);
  const beats = await beatsOf(page);
  expect(beats.length).toBe(10);
  const scenes = [...beats.keys()].filter((slide) => (beats[slide] as string[]).length > 0);
  for (const slide of some(scenes, 1)) expect(await walk(page, slide)).toBe((beats[slide] as string[]).length);
  expect(errors).toEqual([]);
});

test(`the lecture in Chinese: the same slides with the same beats, each in Chinese, and so are their scenes (${WHICH})`, async ({
  page,
}) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('./lecture.html?lang=en');
  await expect(page.locator('.irqscope-step').first()).toBeAttached();
  const { violations } = await axeOf(page).include('.slides > section.present').analyze();
  expect(violations.map((v) => `${v.id} ${v.nodes[0]?.html}`)).toEqual([]);
  const english = await beatsOf(page);
  await page.goto('./lecture.html?lang=zh');
  await expect(page).toHaveTitle('从一根线到 vCPU');
  await expect.poll(() => beatsOf(page)).toEqual(english);
  expect(english.length).toBe(10);
  expect(english.flat().length).toBeGreaterThan(35);
  for (const slide of some([...english.keys()], 2)) {
    await page.evaluate((h) => (window as unknown as { Reveal: { slide(h: number): void } }).Reveal.slide(h), slide);
    const present = page.locator('.slides > section.present');
    await expect(present).toContainText(/[\u4e00-\u9fff]/);
    if ((await present.locator('irq-scope').count()) === 0) continue;
    const frame = present.frameLocator('irq-scope >> iframe');
    await expect(frame.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect(frame.locator('[data-part="narrator"], .nr-line').first()).toContainText(/[\u4e00-\u9fff]/);
  }
  expect(errors).toEqual([]);
});

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

test('the path of the README: dist beside a deck, its lines in it, opened from the disk', async ({ page }, info) => {
  const readme = readFileSync(join(DIST, '../README.md'), 'utf8');
  const [, part = ''] = /## In a lecture\n([\s\S]*?)\n[A-Z][^\n]*share dialog/.exec(readme) ?? [];
  expect(part).toMatch(/cp -r dist \.\.\/deck\/irqscope/);
  const lines = part.split('\n').filter((line) => line.startsWith('    <'));
  const scene = lines.find((line) => line.includes('<irq-scope')) ?? '';
  const scripts = lines.filter((line) => line.includes('<script')).join('\n');
  const folder = info.outputPath('deck');
  mkdirSync(folder, { recursive: true });
  cpSync(DIST, join(folder, 'irqscope'), { recursive: true, filter: (file) => !file.endsWith('.map') });
  cpSync(join(DIST, 'lecture/reveal'), join(folder, 'reveal'), { recursive: true });
  writeFileSync(
    join(folder, 'index.html'),
    `<!doctype html><link rel="stylesheet" href="reveal/reveal.css"><div class="reveal"><div class="slides">
      <section><h1>1</h1></section><section>${scene}</section></div></div><script src="reveal/reveal.js"></script>${scripts}`,
  );
  await page.goto(`${pathToFileURL(join(folder, 'index.html')).href}`);
  await deck(page, (d) => d.next());
  const step = () => page.evaluate(() => document.querySelector('irq-scope')?.step);
  await expect(page.frameLocator('irq-scope >> iframe').locator('[data-part="stage"]')).toBeVisible();
  const stops = await page
    .locator('.irqscope-step')
    .evaluateAll((all) => all.map((span) => Number((span as HTMLElement).dataset.step)));
  expect(stops.length).toBeGreaterThan(3);
  for (const stop of stops.slice(0, 3)) {
    await deck(page, (d) => d.next());
    await expect.poll(step).toBe(stop);
  }
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
