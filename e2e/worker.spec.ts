import { sendNmi } from './nmi.ts';
import { expect, test } from './test.ts';
import { keepWorkers } from './workers.ts';

test('the engine runs in one worker', async ({ page }) => {
  await page.goto('./');
  await expect(page.locator('.tl-count')).toHaveText(/^[1-9]/);
  expect(page.workers().filter((worker) => /engine/.test(worker.url()))).toHaveLength(1);
});

test('where no worker can be started it runs in the page', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'Worker', {
      value: class {
        constructor() {
          throw new DOMException('no workers here', 'SecurityError');
        }
      },
    });
  });
  await page.goto('./');
  await expect(page.locator('.tl-count')).toHaveText(/^[1-9]/);
  expect(page.workers()).toHaveLength(0);
});

test('a worker that dies leaves the scene and one sentence; the next scene starts a new one', async ({ page }) => {
  // Questions about a run have a worker of their own.
  await keepWorkers(page, 'engine');
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(page.locator('.tl-count')).toHaveText(/^5 /);
  await page.evaluate(() => {
    const { workers } = window as unknown as { workers: Worker[] };
    workers[0]?.dispatchEvent(new ErrorEvent('error', { message: 'boom' }));
  });
  await expect(page.locator('[data-code=fault]')).toBeVisible();
  await expect(page.locator('.tl-count')).toHaveText(/^5 /);
  await page.locator('select:has(option[value=intx-shared])').selectOption('intx-shared');
  await expect(page.locator('[data-code=fault]')).toHaveCount(0);
  await expect(page.locator('.tl-count')).toHaveText(/^[0-9]+ \/ [1-9]/);
  expect(await page.evaluate(() => (window as unknown as { workers: Worker[] }).workers.length)).toBe(2);
});

test('a worker that dies within a branch takes no edit with it: the next is carried out by a new one, and both are undone', async ({
  page,
}) => {
  await keepWorkers(page, 'engine');
  await page.goto('./?play=0#p=serial-ioapic&t=9');
  await expect(page.locator('.tl-count')).toHaveText(/^10 /);
  const { again } = await sendNmi(page);
  const steps = () => page.locator('.tl-count').textContent();
  // The first step of the branch is shown a frame after the branch is.
  await expect(page.locator('.tl-count')).toHaveText(/^[1-9]\d* /);
  const one = await steps();
  await page.evaluate(() => {
    (window as unknown as { workers: Worker[] }).workers[0]?.dispatchEvent(
      new ErrorEvent('error', { message: 'boom' }),
    );
  });
  await expect(page.locator('[data-code=fault]')).toBeVisible();
  expect(await steps()).toBe(one);
  await again();
  await expect(page.locator('[data-code=fault]')).toHaveCount(0);
  // Carried out, and not only on its way: another number of steps, and one of them is shown.
  const [, total] = (one ?? '').split(' / ');
  await expect(page.locator('.tl-count')).toHaveText(new RegExp(`^[1-9]\\d* / (?!${total}$)`));
  expect(await page.evaluate(() => (window as unknown as { workers: Worker[] }).workers.length)).toBe(2);
  await page.keyboard.press('Control+z');
  await expect(page.locator('.tl-count')).toHaveText(one ?? '');
  await page.keyboard.press('Control+z');
  await expect(page.locator('.header-changed')).toHaveCount(0);
});
