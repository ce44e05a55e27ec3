import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from '@playwright/test';

/** A scene at rest after its nth step. */
async function openPaused(page: Page, preset: string, step: number, query = ''): Promise<void> {
  await page.goto(`./?play=0${query}#p=${preset}&t=${step - 1}`);
  await expect(page.locator('.tl-count')).toHaveText(new RegExp(`^${step} / [1-9]`));
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

test('Now says what happened, which bits changed and why, and a change opens its register', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 13);
  const now = page.locator('.now');
  await expect(now.locator('.now-title')).toHaveText('Waiting in IRR');
  await expect(now.locator('.now-sentence')).toContainText('Bit 0x34 of LAPIC 1’s IRR is set');
  await expect(now.locator('.now-why')).toContainText('Class 3 against PPR class 0');
  await now.getByRole('button', { name: /LAPIC 1 · IRR\[0x34\]/ }).click();
  await tab(page, 'Inspector').click();
  await expect(page.locator('.insp-title')).toHaveText('LAPIC 1 IRR');
  await expect(page.locator('.insp-hex')).toHaveText('[0x34] = 1');
  await page.getByRole('button', { name: /Last changed in step 13/ }).click();
  await expect(page.locator('.tl-count')).toHaveText(/^13 /);
});

test('a way not taken is tried in a branch, and Reset brings the scene back', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 9);
  await page.getByRole('button', { name: 'Try it: if pin 4 were masked' }).click();
  await expect(page.getByRole('button', { name: 'Reset' })).toBeVisible();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('Masked in the IOAPIC');
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(page.getByRole('button', { name: 'Reset' })).toBeHidden();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('The handler returns');
});

test('the call path names the functions of each version', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  const path = page.locator('.callpath');
  await expect(path.locator('[aria-current]')).toHaveText('ioapic_service');
  const link = path.getByRole('link', { name: 'kvm_vm_ioctl_irq_line' });
  await expect(link).toHaveAttribute('href', /v6\.18/);
  await expect(link).toHaveAttribute('rel', 'noopener');
  await expect(path).not.toContainText('kvm_set_ioapic_irq');
  await path.getByText('v5.15').click();
  await expect(path).toContainText('kvm_set_ioapic_irq');
  await expect(link).toHaveAttribute('href', /v5\.15/);
});

test('a register is edited in place; a bad number is one sentence and stays as typed', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 1);
  await page.keyboard.press('End');
  await tab(page, 'Controls').click();
  await page.getByText('Redirection entry', { exact: true }).click();
  const rte = page.locator('.ctl-group', { hasText: 'Redirection entry' });
  const vector = rte.getByLabel('vector', { exact: true });
  await vector.fill('0x1ff');
  await expect(rte).toContainText('vector: a whole number from 0 to 0xff, in decimal or 0x; “0x1ff” is not that.');
  await expect(rte.getByRole('button', { name: 'Write RTE' })).toBeDisabled();
  await expect(vector).toHaveValue('0x1ff');
  await vector.fill('0x77');
  await rte.getByRole('button', { name: 'Write RTE' }).click();
  await tab(page, 'Now').click();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('A redirection entry changes');
  await page.getByRole('button', { name: /IOAPIC · RTE 4 · vector/ }).click();
  await tab(page, 'Inspector').click();
  const trigger = page.getByLabel('trigMode');
  await expect(trigger).toHaveValue('0');
  await trigger.selectOption({ label: 'level' });
  await page.locator('.inspector').getByLabel('vector').fill('oops');
  await expect(page.locator('.inspector')).toContainText('vector takes 0 to 0xff');
  await page.locator('.inspector').getByLabel('vector').fill('52');
  await page.getByRole('button', { name: 'Write as the guest would' }).click();
  await expect(page.locator('.insp-hex')).toHaveText('0x0100000000008034');
});

test('a line is raised by hand, and the scene goes on from there', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 1);
  await page.keyboard.press('End');
  await tab(page, 'Controls').click();
  await page.getByLabel('GSI', { exact: true }).first().fill('30');
  await page.getByRole('button', { name: 'Raise' }).click();
  await tab(page, 'Now').click();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('No route');
  await expect(page.locator('.now-sentence')).toContainText('GSI 30');
});

for (const [theme, lang] of [
  ['light', 'zh-CN'],
  ['dark', 'en'],
] as const) {
  test(`every panel passes axe: ${theme}, ${lang}`, async ({ page }) => {
    await openPaused(page, 'serial-ioapic', 15, `&theme=${theme}&lang=${lang}`);
    const check = async (part: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).include(part).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    };
    await expect(page.locator('.now-title')).toBeVisible();
    await check('.header');
    await check('.side');
    await page.locator('.now-changes button').first().click();
    await page.getByRole('tab').nth(1).click();
    await expect(page.locator('.insp-title')).toBeVisible();
    await check('.side');
    await page.getByRole('tab').nth(2).click();
    const closed = page.locator('.ctl-group:not([open]) > summary');
    while ((await closed.count()) > 0) await closed.first().click();
    await check('.side');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await check('.help');
  });
}
