/** For everyone: framed forms, the share dialog and the poster by axe; names and live regions; forced colours; the reader's language. */
import { axeOf } from './axe.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function passes(page: Page): Promise<void> {
  const { violations } = await axeOf(page).withTags(WCAG).analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => String(target)).slice(0, 5)])).toEqual([]);
}

const FORMS = [
  ['a frame', 'embed=1&play=0#p=intx-shared&t=30', '[data-part="stage"] svg'],
  ['a frame with panels', 'embed=1&play=0&panels=now,callpath#p=serial-ioapic&t=9', '[data-panel="now"] > *'],
  ['a frame without controls', 'embed=1&play=0&controls=0#p=posted-running&t=4', '[data-part="stage"] svg'],
  ['a poster', 'embed=1&ctl=1#p=intx-shared', '[data-part="figure"]'],
  ['a question', 'embed=1&quiz=1&play=0#p=intx-shared&t=kvm_set_irq%231', '[data-part="stage"] svg'],
] as const;

for (const [what, address, there] of FORMS) {
  for (const lang of ['en', 'zh'] as const) {
    test(`${what} passes axe in both themes: ${lang}, 360 px wide`, async ({ page }) => {
      await page.setViewportSize({ width: 360, height: 360 });
      const [query, hash] = address.split('#');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(`./?${query}&lang=${lang}#${hash}`);
      await expect(page.locator(there).first()).toBeVisible();
      if (what === 'a question') {
        await page.goto(`./?${query}&lang=${lang}&speed=8#p=intx-shared&t=device_event%232`);
        await page.reload();
        await page.locator('.nr button').nth(2).click();
        await expect(page.locator('[data-part="quiz"]')).toBeVisible();
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
      await passes(page);
      await page.emulateMedia({ colorScheme: 'dark' });
      await passes(page);
    });
  }
}

for (const [lang, width] of [
  ['en', 1280],
  ['zh', 360],
] as const) {
  test(`the share dialog passes axe in both themes: ${lang}, ${width} px`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`./?play=0&lang=${lang}#p=serial-ioapic&t=4`);
    await page.getByRole('button', { name: lang === 'en' ? say('hdr.share') : '分享', exact: true }).click();
    await expect(page.locator('.share-preview img')).toBeVisible();
    await passes(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await passes(page);
  });
}

test('a screen reader’s walk: landmarks, one heading that names the scene, names of controls, a sentence that is said', async ({
  page,
}) => {
  await page.goto('./?embed=1&play=0&lang=en#p=serial-ioapic');
  await expect(page.getByRole('main', { name: say('shell.stage') })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A serial byte, through the IOAPIC');
  const unnamed = await page
    .getByRole('button')
    .or(page.getByRole('link'))
    .or(page.getByRole('combobox'))
    .evaluateAll((all) =>
      all
        .filter(
          (e) =>
            (e.getAttribute('aria-label') ?? e.getAttribute('title') ?? e.textContent ?? '').trim() === '' &&
            (e as HTMLInputElement).labels?.length !== 1,
        )
        .map((e) => e.outerHTML.slice(0, 80)),
    );
  expect(unnamed).toEqual([]);
  const live = page.locator('[aria-live="polite"], [role="status"]');
  expect(await live.count()).toBeGreaterThan(0);
  await page.keyboard.press('ArrowRight');
  await expect(live.filter({ hasText: /\w{4}/ }).first()).not.toBeEmpty();
  const tree = await page.locator('body').ariaSnapshot();
  expect(tree).toMatch(/heading "A serial byte, through the IOAPIC"/);
  expect(tree).toMatch(/button "/);
});

test('in forced colours controls keep their edges and the stage its lines', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('./?embed=1&play=0&quiz=1#p=intx-shared&t=30');
  await expect(page.locator('[data-part="stage"] svg').first()).toBeVisible();
  const button = page.locator('.nr button').first();
  const [ink, paper] = await button.evaluate((e) => [
    getComputedStyle(e).color,
    getComputedStyle(document.body).backgroundColor,
  ]);
  expect(ink).not.toBe(paper);
  await passes(page);
});

test.describe('the reader’s language', () => {
  test.use({ locale: 'zh-CN' });
  test('is the link’s, then the browser’s', async ({ page }) => {
    await page.goto('./?embed=1&play=0#p=serial-ioapic&t=4');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await page.goto('./?embed=1&play=0&lang=en#p=serial-ioapic&t=4');
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  });
});
