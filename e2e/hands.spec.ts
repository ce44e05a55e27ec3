/** What a person's hands do: edits and the way back, verbs on the things, a machine of one's own. */
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const count = (page: Page) => page.locator('.tl-count');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

async function openPaused(page: Page, preset: string, step: number, query = ''): Promise<void> {
  await page.goto(`./?play=0${query}#p=${preset}&t=${step - 1}`);
  await expect(count(page)).toHaveText(new RegExp(`^${step} / [1-9]`));
}

/** Sends an NMI by the controls. */
async function nmi(page: Page): Promise<void> {
  await tab(page, say('shell.tab.controls')).click();
  const nmiButton = page.locator('.controls button', { hasText: /^NMI$/ }).first();
  await expect(nmiButton).toBeAttached();
  await nmiButton.evaluate((one) => one.closest('details')?.setAttribute('open', ''));
  await nmiButton.click();
}

const NMI = say('deed.nmi', { vcpu: 0 });

test('an edit says where it went, stands in the list by its name, and is gone to by a press', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  await nmi(page);
  await expect(page.locator('.said')).toContainText(say('said.inFront', { what: NMI, n: 10 }));
  await button(page, say('edits.open')).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('.edits-item')).toHaveCount(2);
  await expect(dialog.locator('[aria-current=true]')).toContainText(NMI);
  await expect(dialog).toContainText(say('edits.kept'));
  expect((await new AxeBuilder({ page }).include('.edits').analyze()).violations.map((v) => v.id)).toEqual([]);
  await dialog.getByRole('button', { name: say('deed.begin') }).click();
  await expect(count(page)).toHaveText(/^10 /);
  await expect(page.locator('.header-changed')).toHaveCount(0);
  await expect(button(page, say('hdr.redo', { what: NMI }))).toHaveAttribute('aria-disabled', 'false');
});

test('Back brings back what was on screen before the edit, Forward the edit', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  const all = (await count(page).textContent())?.split('/')[1];
  await nmi(page);
  await expect(page.locator('.header-changed')).toBeVisible();
  await expect(page).toHaveURL(/#s=/);
  await page.goBack();
  await expect(page.locator('.header-changed')).toHaveCount(0);
  await expect(page).toHaveURL(/#p=serial-ioapic/);
  expect((await count(page).textContent())?.split('/')[1]).toBe(all);
  await page.goForward();
  await expect(page.locator('.header-changed')).toBeVisible();
});

test('edits, and those undone, are there again after a reload', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  await nmi(page);
  await expect(page.locator('.header-changed')).toBeVisible();
  await nmi(page);
  await button(page, say('edits.open')).click();
  await expect(page.getByRole('dialog').locator('.edits-item')).toHaveCount(3);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await expect(button(page, say('hdr.redo', { what: NMI }))).toHaveAttribute('aria-disabled', 'false');
  // The address is written within a second; until then the page knows where it was left.
  await page.reload();
  await button(page, say('edits.open')).click();
  await expect(page.getByRole('dialog').locator('.edits-item')).toHaveCount(3);
  await expect(page.getByRole('dialog').locator('[data-undone=true]')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await expect(page.locator('.header-changed')).toHaveCount(0);
});

test('without storage the page says that edits go', async ({ page }) => {
  await page.route('**/page.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<iframe sandbox="allow-scripts" width="1200" height="900" src="./?play=0#p=serial-ioapic&t=9"></iframe>',
    }),
  );
  await page.goto('./page.html');
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('.tl-count')).toHaveText(/^10 /);
  await frame.getByRole('tab', { name: say('shell.tab.controls') }).click();
  const nmiButton = frame.locator('.controls button', { hasText: /^NMI$/ }).first();
  await expect(nmiButton).toBeAttached();
  await nmiButton.evaluate((one) => one.closest('details')?.setAttribute('open', ''));
  await nmiButton.click();
  await frame.getByRole('button', { name: say('edits.open'), exact: true }).click();
  await expect(frame.getByRole('dialog')).toContainText(say('edits.noStorage'));
});
