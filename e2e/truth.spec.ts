/** Where KVM leaves the chips is said at the thing itself, and "How true is it?" is a page with an address. */

import { differs as zh } from '../src/i18n/zh-cn/differs.ts';
import { DIFFERENCES } from '../src/spec/differs.ts';
import { axeOf } from './axe.ts';
import { expect, test } from './test.ts';
import { say } from './texts.ts';

const of = (id: keyof typeof DIFFERENCES): string => `[data-differs=${id}]`;

test('a field and a register say where KVM differs, in both languages', async ({ page }) => {
  await page.goto('./?play=0#p=pit-extint&t=3');
  await page
    .getByRole('button', { name: /^IOAPIC pin/ })
    .first()
    .click();
  await expect(page.locator(of('ioapic-status'))).toContainText(say('differs.ioapic-status'));
  await page.goto('./?play=0&lang=zh-CN#p=pit-extint&t=3');
  await page
    .getByRole('button', { name: /^IOAPIC 引脚/ })
    .first()
    .click();
  await expect(page.locator(of('ioapic-status'))).toContainText(zh['differs.ioapic-status']);
});

test('a kernel function on the call path says so too', async ({ page }) => {
  // The step at which the PIC's pin goes high: the path comes a frame or two after what happened.
  await page.goto('./?play=0#p=pit-extint&t=4&g=2');
  await expect(page.locator('.now-title')).toHaveText('PIC pin goes high');
  const remark = page.locator(of('pic-edge-irr'));
  await expect(remark).toContainText(say('differs.pic-edge-irr'));
});

test('How true is it? is reached from Help, has an address, and leads back to the scene', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(page.locator('.now-title')).toBeVisible();
  await page.keyboard.press('?');
  await page.getByRole('button', { name: say('help.true'), exact: true }).click();
  await expect(page).toHaveURL(/#how-true$/);
  await expect(page.getByRole('heading', { name: say('help.true') })).toBeFocused();
  const rows = page.locator('.truth tbody tr');
  const numbers = (await rows.locator('td:last-child').allTextContents()).map((text) =>
    Number(text.replaceAll(',', '')),
  );
  expect(numbers.slice(0, -1).reduce((sum, n) => sum + n, 0)).toBe(numbers.at(-1));
  expect(numbers.at(-1)).toBeGreaterThan(10_000);
  await expect(page.locator('.truth [data-differs]')).toHaveCount(Object.keys(DIFFERENCES).length);
  const whole = axeOf(page).include('.truth');
  expect((await whole.analyze()).violations.map((v) => `${v.id} ${v.nodes[0]?.html}`)).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = axeOf(page).include('.truth').coloursAlone();
  expect((await dark.analyze()).violations.map((v) => `${v.id} ${v.nodes[0]?.html}`)).toEqual([]);
  await page.getByRole('button', { name: say('truth.close') }).click();
  await expect(page).toHaveURL(/#p=serial-ioapic&t=4/);
  await page.goBack();
  await expect(page.locator('.truth')).toBeVisible();
});

test('opened by its address it is there before any scene', async ({ page }) => {
  await page.goto('./#how-true');
  await expect(page).toHaveTitle(new RegExp(say('help.true').replace('?', '\\?')));
  await page.getByRole('button', { name: say('truth.close') }).click();
  await expect(page.locator('.tl-count')).toHaveText(/\/ [1-9]/);
});
