import { axeOf } from './axe.ts';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

async function openOps(page: Page, preset: string, step: number, query = ''): Promise<void> {
  await page.goto(`./?play=0${query}#p=${preset}&t=${step - 1}`);
  await expect(page.locator('.tl-count')).toHaveText(new RegExp(`^${step} / [1-9]`));
  await page.getByRole('tab').nth(3).click();
  await expect(page.locator('.cb-entry').first()).toBeVisible();
}

const entry = (page: Page, id: string) => page.locator(`#op-${id}`);

test('the thirty operations: names by version, lit by the step, walked by keyboard', async ({ page }) => {
  await openOps(page, 'irq-window', 1);
  await test.step('all thirty operations stand there, each with its name at every version', async () => {
    await expect(page.locator('.cb-entry')).toHaveCount(30);
    const injectIrq = entry(page, 'set_irq');
    await expect(injectIrq.locator('.cb-name')).toHaveText('inject_irq');
    await injectIrq.locator('summary').click();
    await expect(injectIrq.locator('.cb-names li')).toHaveText([
      /v5\.15 set_irq/,
      /v6\.12 inject_irq/,
      /v6\.18 inject_irq/,
    ]);
    await expect(injectIrq).toContainText(say('callbacks.callers'));
    await expect(injectIrq).toContainText('VM_ENTRY_INTR_INFO_FIELD');
    const source = injectIrq.getByRole('link', { name: 'vmx_inject_irq' });
    await expect(source).toHaveAttribute('href', /elixir\.bootlin\.com\/linux\/v6\.18\/.*vmx_inject_irq/);
    await expect(source).toHaveAttribute('rel', 'noopener');
    await page.locator('.callbacks').getByText('v5.15', { exact: true }).first().click();
    await expect(injectIrq.locator('.cb-name')).toHaveText('set_irq');
    await expect(source).toHaveAttribute('href', /v5\.15/);
  });
  await test.step('an entry lights up in the step that passes through it, counts, and leads to the next', async () => {
    const window = entry(page, 'enable_irq_window');
    await expect(window).toHaveAttribute('data-lit', 'false');
    const next = window.getByRole('button', { name: say('callbacks.hitsHint', { n: 0, m: 1 }) });
    await next.click();
    await expect(window).toHaveAttribute('data-lit', 'true');
    await expect(window.locator('.cb-row > .chip')).toContainText('1 of 1');
    await expect(page.locator('.cb-here')).toContainText(say('callbacks.here'));
    await page.locator('.cb-here').getByRole('button', { name: 'enable_irq_window' }).click();
    await expect(window.locator('details')).toHaveAttribute('open', '');
    await expect(window.locator('summary')).toBeFocused();
    await page.getByRole('tab').first().click();
    await expect(page.locator('.now-title')).toHaveText(/window/i);
  });
  await test.step('the tabs are walked with the arrows', async () => {
    const [first, last] = [page.getByRole('tab').first(), page.getByRole('tab').last()];
    const own = page.getByRole('tab', { name: say('shell.tab.callbacks') });
    await own.click();
    await own.press('ArrowLeft');
    await expect(page.getByRole('tab', { name: say('shell.tab.controls') })).toBeFocused();
    await last.click();
    await last.press('ArrowRight');
    await expect(first).toBeFocused();
    await page.keyboard.press('ArrowLeft');
    await expect(last).toBeFocused();
  });
  await test.step('only what the scene passes through, by keyboard', async () => {
    await openOps(page, 'nmi-window', 1);
    const only = page.getByRole('checkbox');
    await only.focus();
    await page.keyboard.press('Space');
    await expect(only).toBeChecked();
    await expect(entry(page, 'enable_nmi_window')).toBeVisible();
    await expect(entry(page, 'patch_hypercall')).toHaveCount(0);
    await page.locator('.cb-entry summary').first().focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('.cb-facts')).toHaveCount(1);
  });
});

const LOOKS = [
  ['light', 'zh-CN', 360],
  ['dark', 'en', 1600],
  ['light', 'en', 1280],
] as const;

for (const [theme, lang, width] of some(LOOKS, 1)) {
  test(`axe, and nothing wider than the page: ${theme}, ${lang}, ${width} (${WHICH})`, async ({ page }) => {
    await page.setViewportSize({ width, height: 900 });
    await openOps(page, 'irq-window', 12, `&theme=${theme}&lang=${lang}`);
    for (const id of ['run', 'set_irq', 'hwapic_irr_update']) await entry(page, id).locator('summary').click();
    await expect(page.locator('.cb-facts')).toHaveCount(3);
    if (lang === 'zh-CN')
      await expect(page.locator('.callbacks')).toContainText('把已排队的向量写进 VM-entry 事件字段');
    const { violations } = await axeOf(page).include('.side').analyze();
    expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
  });
}
