/** The stage zooms at the pointer. */
import { expect, test } from './test.ts';

test('Ctrl and the wheel zoom at the pointer, and the next step goes on from there', async ({ page }) => {
  await page.goto('./?play=0#p=eight-vcpus&t=8');
  await expect(page.locator('.tl-count')).toHaveText(/^9 /);
  await expect(page.locator('.bd-zoom')).toBeVisible();
  const card = page.locator('.bd-stage .bd-card').nth(6);
  const place = async () => {
    const box = await card.boundingBox();
    if (box === null) throw new Error('no card');
    return { x: box.x + box.width / 2, y: box.y + box.height / 2, width: box.width };
  };
  await card.scrollIntoViewIfNeeded();
  const zoomIn = async (at: { x: number; y: number }): Promise<void> => {
    await page.mouse.move(at.x, at.y);
    await page.keyboard.down('Control');
    await page.mouse.wheel(0, -120);
    await page.keyboard.up('Control');
  };
  // The first makes the stage larger than its window in both directions, if it is not yet.
  for (let i = 0; i < 3; i++) {
    const before = await place();
    await zoomIn(before);
    await expect.poll(async () => (await place()).width).toBeGreaterThan(before.width * 1.2);
  }
  const before = await place();
  await zoomIn(before);
  await expect.poll(async () => (await place()).width).toBeGreaterThan(before.width * 1.05);
  const after = await place();
  expect(Math.hypot(after.x - before.x, after.y - before.y)).toBeLessThan(12);
});
