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
