import type { Page } from '@playwright/test';
import { encodeLink } from '../src/share/link.ts';
import { expect, test } from './test.ts';
import { say } from './texts.ts';

const lanes = (page: Page) => page.locator('[data-part=timeline] .tl-scroll');
const spans = (page: Page) => page.locator('[data-part=timeline] .tl-span:visible');

/** Where the spans of an interrupt begin and how wide they are, px. */
const reach = (page: Page, journey: number) =>
  page.locator(`[data-part=timeline] .tl-lane .tl-span[data-journey="${journey}"]:visible`).evaluateAll((all) =>
    all.map((one) => {
      const { x, width } = one.getBoundingClientRect();
      return { x: Math.round(x), width: Math.round(width) };
    }),
  );

/** Width that a step has on screen: of the span that lasts from one step to another. */
const shownPart = (page: Page) =>
  page.locator('.tl-overview .selection').evaluate((one) => Number(one.getAttribute('width')));

async function open(page: Page, preset: string, step: number, query = ''): Promise<void> {
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`./?play=0${query}#p=${preset}&t=${step}`);
  await expect(spans(page).first()).toBeVisible();
}

/** The same scene at the same step after the playhead has left it, without what was done by hand. */
async function again(page: Page): Promise<void> {
  await expect(page.locator('.tl-count')).not.toHaveText(/^31 /);
  // By way of no page: an address that changes in the moment in which the page writes its own is written over.
  await page.goto('about:blank');
  await page.goto('./?play=0#p=intx-shared&t=30');
  await expect(page.locator('.tl-count')).toHaveText(/^31 /);
}
// One page for what is asked of the timeline of one scene; where the playhead has moved, the scene is opened anew.
test('one scene’s timeline: to scale, scrolled, looked closer at, walked, told and put in by hand', async ({
  page,
}) => {
  await open(page, 'intx-shared', 30);
  await test.step('time is to scale, instants are opened, and an interrupt that waits is hatched with its length', async () => {
    await expect(page.locator('.tl-instant:visible').first()).toHaveText(say('timeline.band', { time: '0 ns', n: 21 }));
    const wait = page.locator('.tl-hatch:visible', { hasText: say('timeline.waits', { time: '3 µs' }) }).first();
    await expect(wait).toHaveAttribute('data-journey', '2');
    // What has not happened yet is outlined, and what has is filled.
    await expect(page.locator('.tl-span[data-done=todo]:visible').first()).toBeVisible();
    await expect(page.locator('.tl-span[data-done=done]:visible').first()).toBeVisible();
    // Where the playhead is, the ruler leads to.
    const ruler = await page.locator('.tl-ruler').boundingBox();
    if (ruler === null) throw new Error('no ruler');
    await page.mouse.click(ruler.x + 60, ruler.y + 8);
    await expect(page.locator('.tl-count')).toHaveText(/^[4-6] /);
  });
  await test.step('lanes and spans are walked by keyboard, said, selected, and groups fold', async () => {
    await again(page);
    await lanes(page).focus();
    await page.keyboard.press('ArrowDown');
    const said = page.locator('.tl-lanes [role=status]');
    await expect(said).not.toBeEmpty();
    const first = await said.textContent();
    await page.keyboard.press('ArrowDown');
    await expect(said).not.toHaveText(first ?? '');
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.tl-cursor')).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(page.locator('.inspector')).toBeVisible();
    const fold = page.getByRole('button', { name: say('timeline.fold', { name: 'virtio-net line' }) });
    const rows = await page.locator('.tl-lane').count();
    await fold.click();
    await expect(page.locator('.tl-lane')).toHaveCount(rows - 1);
    await page
      .getByRole('button', { name: say('timeline.unfold', { name: say('timeline.group.lines', { n: 2 }) }) })
      .click();
    await expect(page.locator('.tl-lane')).toHaveCount(rows);
    // Steps of another size, from the panel too.
    await page.getByLabel(say('timeline.unit'), { exact: true }).selectOption('beat');
    const at = await page.locator('.tl-count').textContent();
    await page.getByRole('button', { name: say('timeline.unit.next', { unit: say('stops.unit.beat') }) }).click();
    await expect(page.locator('.tl-count')).not.toHaveText(at ?? '');
  });
  await test.step('lanes below the fold are reached by scrolling', async () => {
    await again(page);
    await expect(lanes(page)).toHaveAttribute('data-more', '');
    await lanes(page).evaluate((one) => one.scrollTo({ top: one.scrollHeight }));
    await expect(page.locator('.tl-lane').last().locator('.tl-span:visible').first()).toBeVisible();
    await expect(lanes(page)).not.toHaveAttribute('data-more', '');
    await lanes(page).evaluate((one) => one.scrollTo({ top: 0 }));
    await expect(lanes(page)).toHaveAttribute('data-more', '');
  });
  await test.step('wheel, drag, keys and brush look closer and elsewhere; the whole run comes back', async () => {
    const box = await lanes(page).boundingBox();
    if (box === null) throw new Error('no lanes');
    const [whole] = [await shownPart(page)];
    await page.mouse.move(box.x + box.width / 2, box.y + 30);
    await page.mouse.wheel(0, -400);
    await expect.poll(() => shownPart(page)).toBeLessThan(whole * 0.8);
    const before = await reach(page, 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 - 120, box.y + 30, { steps: 4 });
    await page.mouse.up();
    await expect.poll(async () => (await reach(page, 2)).at(-1)?.x).not.toBe(before.at(-1)?.x);
    await page.keyboard.press('0');
    await expect.poll(() => shownPart(page)).toBe(whole);
    await page.keyboard.press('w');
    const closer = await shownPart(page);
    expect(closer).toBeLessThan(whole);
    await page.keyboard.press('s');
    await expect.poll(() => shownPart(page)).toBeGreaterThan(closer);
    const strip = await page.locator('.tl-overview').boundingBox();
    if (strip === null) throw new Error('no overview');
    await page.keyboard.press('0');
    await page.mouse.move(strip.x + 100, strip.y + 10);
    await page.mouse.down();
    await page.mouse.move(strip.x + 300, strip.y + 10, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => shownPart(page)).toBeGreaterThan(150);
    await page.keyboard.press('x');
    await expect(page.getByRole('radio', { name: say('timeline.axis.step') })).toBeChecked();
    // For the next: time again, and the whole run.
    await page.keyboard.press('x');
    await expect(page.getByRole('radio', { name: say('timeline.axis.time') })).toBeChecked();
    await page.keyboard.press('0');
    await expect.poll(() => shownPart(page)).toBe(whole);
  });
  await test.step('a span selects its vector and tells what each stage took; twice fits its interrupt', async () => {
    const serves = page.locator('.tl-serves[data-journey="2"]:visible');
    await serves.click();
    await expect(page.locator('.inspector')).toContainText('0x3b');
    const latency = page.getByRole('region', { name: say('timeline.latency', { journey: 2 }) });
    await expect(latency).toContainText('+3 µs');
    await expect(latency).toContainText(say('timeline.latency.all', { time: '8 µs' }));
    await latency.getByRole('button', { name: new RegExp(say('timeline.stage.again')) }).click();
    await expect(page.locator('.tl-count')).toHaveText(/^36 /);
    const whole = await shownPart(page);
    await serves.dblclick();
    await expect.poll(() => shownPart(page)).toBeLessThan(whole);
    // The whole of it is in sight.
    const [first] = await reach(page, 2);
    expect(first?.x).toBeGreaterThan(0);
  });
  await test.step('raw state is put in by hand, said so, and is a branch; the whole machine is there in tables', async () => {
    await again(page);
    await page.getByRole('tab', { name: say('shell.tab.inspector') }).click();
    const pin = page.getByRole('button', { name: 'IOAPIC 11', exact: true });
    await expect(page.locator('.insp-table')).not.toHaveCount(0);
    await pin.click();
    await page.getByText(say('insp.way.raw'), { exact: true }).click();
    await expect(page.locator('.insp-way')).toContainText(say('insp.raw'));
    const remote = page.getByRole('checkbox', { name: 'remoteIrr' });
    await expect(remote).toBeChecked();
    await remote.uncheck();
    await page.getByRole('button', { name: say('insp.putIn') }).click();
    await expect(page.locator('.said')).toContainText('ioapic:0.redirLo[11]');
    await expect(page.locator('.now-title, .insp-title').first()).toBeVisible();
    await page.keyboard.press('Control+z');
    await expect(page.locator('.said')).toContainText('ioapic:0.redirLo[11]');
  });
});

test('no text on the timeline is cut: it fits its span, or is left out, and the whole is its title', async ({
  page,
}) => {
  for (const [preset, width] of [
    ['priority-nesting', 1280],
    ['ap-startup', 360],
  ] as const) {
    await open(page, preset, 10);
    await page.setViewportSize({ width, height: 800 });
    await expect(spans(page).first()).toBeAttached();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    const cut = await page.locator('[data-part=timeline]').evaluate((root) =>
      [...root.querySelectorAll<HTMLElement>('.tl-span, .tl-name')].flatMap((box) => {
        const range = document.createRange();
        range.selectNodeContents(box);
        const text = box.textContent ?? '';
        if (box.hidden || text === '') return [];
        const whole = box.title === '' ? [text] : [];
        return range.getBoundingClientRect().right > box.getBoundingClientRect().right + 1 ? [text] : whole;
      }),
    );
    expect(cut).toEqual([]);
  }
});

test('narrow spans of a full row are bars of the canvas: pressed, read and walked as any other', async ({ page }) => {
  const send = { op: 'mmio_write', vcpu: 0, addr: '0xfee00300', size: 4, value: 0x40070 };
  const ops = [
    { op: 'create', vcpus: 1, irqchip: 'full', guest: { handlers: [{ vector: '0x70', name: 'ipi', ns: 100 }] } },
    { op: 'mmio_write', vcpu: 0, addr: '0xfee000f0', size: 4, value: 0x1ff },
    ...Array.from({ length: 60 }, () => [send, { op: 'advance', ns: 200 }]).flat(),
  ];
  const link = encodeLink({
    kind: 'ops',
    base: null,
    keep: null,
    start: 2,
    log: ops,
    step: null,
    view: {},
    hash: null,
  });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(`./?play=0#${link}`);
  const isr = page.locator('.tl-lane', { hasText: 'ISR' }).locator('.tl-row');
  await expect(isr.locator('.tl-span:visible').first()).toBeVisible();
  await page.keyboard.press('0');
  await expect(isr.locator('.tl-span:visible')).toHaveCount(0);
  const bar = isr.and(page.locator('[data-bar]'));
  const box = await isr.boundingBox();
  if (box === null) throw new Error('no row');
  // Somewhere in the middle there is one, a tenth of a period each.
  await expect(async () => {
    for (let x = 0; x < 24 && (await bar.count()) === 0; x += 3)
      await page.mouse.move(box.x + box.width / 2 + x, box.y + 8);
    await expect(bar).toHaveAttribute('title', /0x70/, { timeout: 500 });
  }).toPass();
  await page.mouse.down();
  await page.mouse.up();
  await expect(page.locator('.inspector')).toContainText('0x70');
  // The keyboard's is an element, so that it can be ringed.
  await lanes(page).focus();
  for (let i = 0; i < 20 && (await isr.locator('.tl-cursor').count()) === 0; i++)
    await page.keyboard.press('ArrowDown');
  await expect(isr.locator('.tl-cursor')).toHaveCount(1);
});

test('a frame may have the timeline as its panel', async ({ page }) => {
  await page.setViewportSize({ width: 480, height: 360 });
  await page.goto('./?play=0&embed=1&panels=timeline#p=serial-ioapic&t=12');
  await expect(spans(page).first()).toBeInViewport();
});
