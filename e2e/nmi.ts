import { expect, type Page } from './test.ts';
import { say } from './texts.ts';

/** Sends an NMI to the first vCPU by the list of controls of a page, or of a frame in one. @returns once the change is said; `again` sends one more */
export async function sendNmi(page: Pick<Page, 'getByRole' | 'locator'>): Promise<{ again: () => Promise<void> }> {
  await page.getByRole('tab', { name: say('shell.tab.controls') }).click();
  const nmi = page.locator('.controls button', { hasText: /^NMI$/ }).first();
  await expect(nmi).toBeAttached();
  await nmi.evaluate((one) => one.closest('details')?.setAttribute('open', ''));
  await nmi.click();
  await expect(page.locator('.header-changed')).toBeVisible();
  return { again: () => nmi.click() };
}
