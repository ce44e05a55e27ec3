import { axeOf } from './axe.ts';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';

const hash = (page: Page): string => new URL(page.url()).hash;
const row = (page: Page, name: string) =>
  page.locator('.cmp-table tr').filter({ has: page.getByRole('rowheader', { name, exact: true }) });
const side = (page: Page, n: 0 | 1) => page.locator('.cmp-side').nth(n);
const counts = (page: Page) => page.locator('.cmp-count');

/** Both sides are run and stand on their stages. */
async function opened(page: Page): Promise<void> {
  await expect(page.locator('.cmp-side')).toHaveCount(2);
  for (const n of [0, 1] as const) {
    await expect(side(page, n).locator('.bd-stage')).toBeVisible();
  }
}

test('the header puts the scene beside itself, with one switch the other way; Back goes back', async ({ page }) => {
  await page.goto('./?play=0#p=posted-running&t=8');
  await expect(page.locator('.tl-count')).toHaveText(/^9 /);
  await page.getByRole('button', { name: 'Compare' }).click();
  await opened(page);
  await expect.poll(() => hash(page)).toMatch(/^#c=posted-running&t=8,8(&g=\d+)?$/);
  await expect(counts(page)).toHaveText([/^9 \//, /^9 \//]);
  await expect(page.getByRole('heading', { name: 'Compare' })).toBeFocused();
  await expect(side(page, 0)).toContainText('APICv and posted interrupts: on');
  await expect(side(page, 1)).toContainText('APICv and posted interrupts: off');
  await page.goBack();
  await expect(page.locator('.tl-count')).toHaveText(/^9 /);
  expect(hash(page)).toMatch(/^#p=posted-running&t=8(&g=\d+)?$/);
  await page.goForward();
  await expect(page.locator('.cmp-side')).toHaveCount(2);
  await page.getByRole('button', { name: /Back to the scene/ }).click();
  await expect(page.locator('.tl-count')).toHaveText(/^9 /);
  await expect.poll(() => hash(page)).toMatch(/^#p=posted-running&t=8(&g=\d+)?$/);
});

/** What of a side's own room its cards take, and whether the table's first row is in the window. */
const room = (page: Page) =>
  page.evaluate(() => {
    const box = (element: Element) => element.getBoundingClientRect();
    const shares = [...document.querySelectorAll('.cmp-side')].map((side) => {
      const stage = box(side.querySelector('.bd-stage')?.closest('[data-part="stage"]') ?? side);
      const cards = [...side.querySelectorAll('.bd-stage [data-card] .bd-card')].map(box);
      const [left, top] = [Math.min(...cards.map((c) => c.left)), Math.min(...cards.map((c) => c.top))];
      const [right, bottom] = [Math.max(...cards.map((c) => c.right)), Math.max(...cards.map((c) => c.bottom))];
      return {
        of: Math.max((right - left) / stage.width, (bottom - top) / stage.height),
        inside:
          left >= stage.left - 1 && right <= stage.right + 1 && bottom <= stage.bottom + 1 && top >= stage.top - 1,
        wide: stage.width / innerWidth,
      };
    });
    const head = box(document.querySelector('.cmp-table thead, .cmp-table tr') as Element);
    return { shares, table: head.top >= 0 && head.bottom <= innerHeight };
  });

test('both stages fill their side, and the table is in sight', async ({ page }) => {
  for (const [width, height] of [
    [1600, 1000],
    [1280, 800],
  ] as const) {
    await page.setViewportSize({ width, height });
    for (const scene of ['posted-running', 'ipi-virtualized']) {
      await page.goto(`./#c=${scene}&t=8,8`);
      await opened(page);
      // Every card is on its stage, which has its half; the drawing goes from edge to edge one way.
      const full = { inside: true, fills: true, half: true };
      await expect
        .poll(
          async () => {
            const { shares, table } = await room(page);
            return {
              sides: shares.map(({ of, inside, wide }) => ({ inside, fills: of > 0.8, half: wide > 0.45 })),
              table,
            };
          },
          { message: `${scene} at ${width} x ${height}` },
        )
        .toEqual({ sides: [full, full], table: true });
    }
  }
});

// One page for what is asked of comparisons by their addresses: the address names the next.
test('comparisons one after the other: counted, with ops that make no sense, of two devices, moved, and none', async ({
  page,
}) => {
  await test.step('exits, injections, posts and IPIs are counted on both sides, with the difference', async () => {
    await page.goto('./#c=posted-running&t=30,50');
    await opened(page);
    const cells = async (name: string) => {
      const [left = '', right = '', diff = ''] = await row(page, name).getByRole('cell').allTextContents();
      return [Number(left.split('/').at(-1)), Number(right.split('/').at(-1)), Number(diff.replace('−', '-'))] as const;
    };
    for (const name of [
      'Steps',
      'VM exits',
      'Interrupts injected at entry',
      'Posted to the PIR',
      'Notification IPIs (0xf2)',
    ]) {
      const [left, right, diff] = await cells(name);
      expect(diff, name).toBe(right - left);
    }
    const [postedLeft, postedRight] = await cells('Posted to the PIR');
    expect([postedLeft > 0, postedRight]).toEqual([true, 0]);
    const [exitsLeft, exitsRight] = await cells('VM exits');
    expect(exitsRight).toBeGreaterThan(exitsLeft);
    await expect(page.locator('.cmp-parting')).toContainText('Steps 1 to 4 are the same');
    await expect(page.locator('.cmp-parting dd')).toHaveText(['Vector posted to the PIR', 'Vector set in IRR']);
  });
  await test.step('ops that make no sense on one side are named; the rest goes on', async () => {
    await page.goto('./#c=cancelled-injection&with=avic');
    await opened(page);
    await expect(page.locator('.cmp-parting')).toContainText(/Right: these commands have no effect there: race/);
    await expect(row(page, 'Handlers run')).toBeVisible();
  });
  await test.step('one story of two devices, the IOAPIC in either half: on both sides every interrupt runs to its handler', async () => {
    await page.goto('./#c=intx-shared&with=split');
    await opened(page);
    await expect(side(page, 0)).toContainText('split irqchip (IOAPIC in user space): off');
    await expect(side(page, 1)).toContainText('split irqchip (IOAPIC in user space): on');
    await expect(row(page, 'Handlers run').getByRole('cell')).toHaveText([/\/ 2$/, /\/ 2$/, '0']);
  });
  await test.step('one transport moves both, and the address names their steps', async () => {
    await page.goto('./#c=posted-running&t=3,3');
    await opened(page);
    await expect(counts(page)).toHaveText([/^4 \//, /^4 \//]);
    await page.getByRole('button', { name: 'Step forward' }).click();
    await expect(counts(page)).toHaveText([/^5 \//, /^5 \//]);
    await page.locator('body').press('ArrowRight');
    await expect(counts(page)).toHaveText([/^6 \//, /^6 \//]);
    await expect.poll(() => hash(page)).toMatch(/^#c=posted-running&t=5,5(&g=\d+)?$/);
    await page.keyboard.press('End');
    const ends = async () => (await counts(page).allTextContents()).map((text) => text.split(' / '));
    await expect.poll(async () => (await ends()).every(([n, m]) => n === m)).toBe(true);
    await page.getByRole('button', { name: 'Go to the first difference' }).click();
    await expect(counts(page)).toHaveText([/^5 \//, /^5 \//]);
    await page.keyboard.press('Home');
    await expect(counts(page)).toHaveText([/^0 \//, /^0 \//]);
    await page.keyboard.press('Escape');
    await expect(page.locator('.tl-count')).toBeVisible();
  });
  await test.step('a preset that is not there is one sentence', async () => {
    await page.goto('./#c=no-such-preset');
    await expect(page.locator('.cmp main')).toContainText('no-such-preset');
    await page.getByRole('button', { name: /Back to the scene/ }).click();
    await expect(page.locator('.tl-count')).toHaveText(/\/ [1-9]/);
  });
});

test('played, both go on by themselves; a key of the page moves both', async ({ page }) => {
  await page.goto('./#c=ipi-virtualized');
  await opened(page);
  await page.getByRole('button', { name: 'Play' }).click();
  await expect
    .poll(async () => (await counts(page).allTextContents()).every((text) => Number(text.split(' ')[0]) > 1))
    .toBe(true);
  await page.locator('body').press('k');
  await page.locator('body').press('Home');
  await expect(counts(page)).toHaveText([/^0 \//, /^0 \//]);
});

test('two presets, chosen by hand, have an address that opens them again', async ({ page }) => {
  await page.goto('./#c=ipi-virtualized');
  await opened(page);
  const right = page.locator('.cmp-side h2').nth(1);
  const before = (await right.textContent()) ?? '';
  await page.getByRole('combobox', { name: 'Right' }).selectOption('p:ipi-exit');
  await expect.poll(() => hash(page)).toBe('#c=ipi-virtualized,ipi-exit');
  await expect(right).not.toHaveText(before);
  await opened(page);
  const titles = await page.locator('.cmp-side h2').allTextContents();
  expect(new Set(titles).size).toBe(2);
  await page.reload();
  await opened(page);
  expect(await page.locator('.cmp-side h2').allTextContents()).toEqual(titles);
  await page.getByRole('combobox', { name: 'Right' }).selectOption('with:split');
  await expect.poll(() => hash(page)).toBe('#c=ipi-virtualized&with=split');
  await expect(side(page, 1)).toContainText('split irqchip (IOAPIC in user space): on');
});

test('a scene changed by hand is compared as it is', async ({ page }) => {
  await page.goto('./?play=0#p=irq-window');
  await expect(page.locator('.tl-count')).toHaveText(/^0 /);
  await page.keyboard.press('End');
  await page.getByRole('tab', { name: 'Controls' }).click();
  await page.locator('summary', { hasText: 'Interrupt line' }).click();
  await page.getByLabel('GSI', { exact: true }).first().fill('30');
  await page.getByRole('button', { name: 'Raise' }).click();
  await expect.poll(() => hash(page), { timeout: 60_000 }).toMatch(/^#s=k1/);
  await page.getByRole('button', { name: 'Compare' }).click();
  await opened(page);
  await expect.poll(() => hash(page)).toMatch(/^#c=&s=k1\./);
  await expect(side(page, 0)).toContainText('A scene of your own');
});

const LOOKS = [
  ['light', 'zh-CN', 360],
  ['dark', 'en', 1600],
  ['light', 'en', 3840],
] as const;

for (const [theme, lang, width] of some(LOOKS, 1)) {
  test(`axe, and nothing wider than the page: ${theme}, ${lang}, ${width} (${WHICH})`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await page.goto(`./?theme=${theme}&lang=${lang}#c=posted-running&t=8,8`);
    await opened(page);
    await expect(page.locator('.cmp-table')).toBeVisible();
    const { violations } = await axeOf(page).include('.cmp').analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}
