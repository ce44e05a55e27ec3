/** The stage zooms at the pointer. */
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

test('Ctrl and the wheel zoom at the pointer, and the next step goes on from there', async ({ page }) => {
  await page.goto('./?play=0#p=eight-vcpus&t=8');
  await expect(page.locator('.tl-count')).toHaveText(/^9 /);
  await expect(page.locator('.bd-zoom')).toBeVisible();
  const card = page.locator('.bd-stage [data-card=ioapic] > .bd-card');
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
    await card.scrollIntoViewIfNeeded();
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

test.describe('64 vCPUs', () => {
  const SCENE = './?play=0#p=vcpus-64&t=9';
  const open = async (page: Page, width: number, height: number): Promise<void> => {
    await page.setViewportSize({ width, height });
    await page.goto(SCENE);
    await expect(page.locator('.bd-tile')).toHaveCount(64);
    await expect(page.locator('.bd-zoom')).toBeVisible();
  };
  /** How far the stage reaches beyond its window, px. */
  const beyond = (page: Page) =>
    page.locator('.bd').evaluate((e) => Math.max(e.scrollWidth - e.clientWidth, e.scrollHeight - e.clientHeight));

  test('all are in sight at 1600 x 1000: two unfold, the others are tiles that say what they do, and unfold when pressed', async ({
    page,
  }) => {
    await open(page, 1600, 1000);
    await expect.poll(() => beyond(page)).toBeLessThanOrEqual(1);
    for (const vcpu of [0, 15, 37, 63]) await expect(page.locator(`[data-card="tile:${vcpu}"]`)).toBeInViewport();
    for (const vcpu of [1, 37]) await expect(page.locator(`[data-card="lapic:${vcpu}"]`)).toBeInViewport();
    await expect(page.locator('[data-part=map]')).toContainText(say('stage.map.title', { vcpus: 64, acting: 2 }));
    await expect(page.locator('[data-vcpu-state=halted]')).toHaveCount(14);
    await expect(page.locator('.bd-tile .bd-busy')).toHaveCount(12);
    await expect(page.locator('.bd-minimap')).toHaveCount(0);
    // A tile unfolds when it is pressed, by keyboard as well.
    await page.locator('[data-card="tile:50"] [data-stop]').focus();
    await page.keyboard.press('Enter');
    await expect(page.locator('[data-card="lapic:50"]')).toBeInViewport();
  });

  test('Fit shows all of it, the ground can be dragged, and the minimap goes where it is pressed', async ({ page }) => {
    await open(page, 1280, 800);
    const zoomIn = page.getByRole('button', { name: say('stage.zoomIn'), exact: true });
    for (let i = 0; i < 3; i++) await zoomIn.click();
    await expect.poll(() => beyond(page)).toBeGreaterThan(200);
    const scrolled = () => page.locator('.bd').evaluate((e) => [e.scrollLeft, e.scrollTop] as const);
    const minimap = page.locator('.bd-minimap');
    await expect(minimap).toBeVisible();
    const box = await minimap.boundingBox();
    if (box === null) throw new Error('no minimap');
    await page.mouse.click(box.x + 2, box.y + 2);
    await expect.poll(scrolled).toEqual([0, 0]);
    await page.mouse.click(box.x + box.width - 3, box.y + box.height - 3);
    await expect.poll(async () => Math.min(...(await scrolled()))).toBeGreaterThan(50);
    await page.mouse.click(box.x + 2, box.y + 2);
    const stage = await page.locator('.bd').boundingBox();
    if (stage === null) throw new Error('no stage');
    // Free ground under the sources.
    const [x, y] = [stage.x + 40, stage.y + 330];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x - 30, y - 120, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await scrolled())[1]).toBeGreaterThan(90);
    await page.getByRole('button', { name: say('stage.zoomFit'), exact: true }).click();
    await expect.poll(() => beyond(page)).toBeLessThanOrEqual(1);
    await expect(minimap).toHaveCount(0);
  });
});

test.describe('two fingers', () => {
  test.use({ hasTouch: true });

  test('apart they draw the stage larger under them, together smaller again', async ({ page }) => {
    await page.goto('./?play=0#p=eight-vcpus&t=8');
    await expect(page.locator('.tl-count')).toHaveText(/^9 /);
    const stage = page.locator('.bd-stage');
    await expect(page.locator('.bd-zoom')).toBeVisible();
    const box = await page.locator('.bd').boundingBox();
    if (box === null) throw new Error('no stage');
    const middle = { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) };
    const cdp = await page.context().newCDPSession(page);
    const fingers = (apart: number) => [-1, 1].map((side, id) => ({ x: middle.x + side * apart, y: middle.y, id }));
    const pinch = async (from: number, to: number): Promise<void> => {
      await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: fingers(from) });
      for (let i = 1; i <= 4; i++) {
        const touchPoints = fingers(from + ((to - from) * i) / 4);
        await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints });
      }
      await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    };
    /** What of the stage is between the fingers, as shares of it, and how wide it is. */
    const between = () =>
      stage.evaluate((element, { x, y }) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        return { x: (x - left) / width, y: (y - top) / height, width };
      }, middle);
    const before = await between();
    await pinch(50, 100);
    await expect.poll(async () => (await between()).width / before.width).toBeCloseTo(2, 1);
    const after = await between();
    expect(after.x).toBeCloseTo(before.x, 1);
    expect(after.y).toBeCloseTo(before.y, 1);
    await pinch(100, 50);
    await expect.poll(async () => (await between()).width / before.width).toBeCloseTo(1, 1);
  });
});
