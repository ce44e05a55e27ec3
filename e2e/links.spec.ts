import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';

const count = (page: Page) => page.locator('.tl-count');
const notice = (page: Page) => page.locator('[data-code]');
const hash = (page: Page): string => new URL(page.url()).hash;
/** A link of the long form around any JSON, made without our own encoder. */
const linkAround = (json: unknown): string => `#s=k1.${deflateRawSync(JSON.stringify(json)).toString('base64url')}`;
/** What such a link says, read without our own decoder. */
const inLink = (link: string): { t?: number } =>
  JSON.parse(inflateRawSync(Buffer.from(link.slice('#s=k1.'.length), 'base64url')).toString());

const CREATE = { op: 'create', vcpus: 2, irqchip: 'full' };

test('the address names the scene and the step that are on screen', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(count(page)).toHaveText(/^5 /);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => hash(page)).toMatch(/^#p=serial-ioapic&t=5(&g=\d+)?$/);
  await page.reload();
  await expect(count(page)).toHaveText(/^6 /);
});

test('another scene is another entry of the history; Back and Forward work', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic');
  await expect(page).toHaveTitle(/serial/i);
  const title = await page.title();
  await page.locator('select:has(option[value=intx-shared])').selectOption('intx-shared');
  await expect.poll(() => hash(page)).toMatch(/^#p=intx-shared/);
  await expect(page).not.toHaveTitle(title);
  await page.goBack();
  await expect(page).toHaveTitle(title);
  await page.goForward();
  await expect(page).not.toHaveTitle(title);
});

test('while it plays the address is written at most once a second', async ({ page }) => {
  await page.addInitScript(() => {
    const counter = window as unknown as { writes: number };
    counter.writes = 0;
    for (const name of ['pushState', 'replaceState'] as const) {
      const real = history[name].bind(history);
      history[name] = (...args) => {
        counter.writes++;
        real(...args);
      };
    }
  });
  const opened = Date.now();
  await page.goto('./?speed=8#p=eight-vcpus');
  await expect(count(page)).toHaveText(/^[1-9]/);
  await page.waitForTimeout(2500);
  const writes = await page.evaluate(() => (window as unknown as { writes: number }).writes);
  expect(writes).toBeLessThanOrEqual((Date.now() - opened) / 1000 + 2);
});

test('a changed scene has a link of its own, and opens as the same scene', async ({ page, context }) => {
  const changed = linkAround({
    v: 1,
    base: 'serial-ioapic@1',
    log: [
      ['irq_line', 9, 1],
      ['irq_line', 9, 0],
    ],
    t: 0,
  });
  await page.goto(`./?play=0${changed}`);
  await expect(count(page)).toHaveText(/^1 /);
  // Written once the whole scene is here; our own link has the hash of its end state in it.
  await expect.poll(() => hash(page)).not.toBe(changed);
  const own = hash(page);
  const steps = await count(page).textContent();
  await page.keyboard.press('End');
  const last = Number(steps?.split('/')[1]);
  // Not any later address: the hash of the end state may come into it first.
  await expect.poll(() => inLink(hash(page)).t).toBe(last - 1);
  expect(hash(page)).not.toBe(own);
  expect(hash(page)).toMatch(/^#s=k1\.[\w-]+$/);
  const again = await context.newPage();
  await again.goto(page.url());
  await expect(count(again)).toHaveText(`${last} / ${last}`);
  await expect(notice(again)).toHaveCount(0);
});

test('a link whose end state is another one now says so', async ({ page }) => {
  await page.goto(`./${linkAround({ v: 1, base: null, log: [CREATE, ['irq_line', 4, 1]], t: 0, h: 'AAAAAA' })}`);
  await expect(notice(page)).toHaveAttribute('data-code', 'link-drift');
  await expect(count(page)).toHaveText(/^[1-9]/);
});

test('parts of a link that are wrong are left out, and named', async ({ page }) => {
  await page.goto(`./${linkAround({ v: 1, base: 'serial-ioapic@1', log: [['reboot']], t: 'now' })}`);
  await expect(notice(page)).toHaveAttribute('data-code', 'link-dropped');
  await expect(notice(page)).toContainText('log[0]');
  await expect(count(page)).not.toHaveText(/\/ 0$/);
});

const WRONG = [
  ['is damaged', '#s=k1.AAAA', 'link-broken'],
  ['is newer than the page', '#s=k9.AAAA', 'link-newer'],
  ['names no scene', '#p=no-such-scene', 'preset-unknown'],
  ['asks for too many vCPUs', linkAround({ v: 1, base: null, log: [{ ...CREATE, vcpus: 65 }] }), 'too-many-vcpus'],
  [
    'has too many ops',
    linkAround({ v: 1, base: null, log: [CREATE, ...Array(2001).fill(['settle'])] }),
    'too-many-ops',
  ],
  ['has a number out of range', linkAround({ v: 1, base: null, log: [CREATE, ['irq_line', 4, 7]] }), 'op.range'],
  ['is a bomb', `#s=k1.${deflateRawSync(Buffer.alloc(9_000_000)).toString('base64url')}`, 'link-too-big'],
] as const;

// What each is called is the rule of the units that read links; that a page opens beside it is the same for all.
for (const [what, link, code] of some(WRONG, 2)) {
  test(`a link that ${what} gets one sentence; there is a scene, and the address keeps the link (${WHICH})`, async ({
    page,
  }) => {
    await page.goto(`./${link}`);
    await expect(notice(page)).toHaveAttribute('data-code', code);
    await expect(count(page)).toHaveText(/\/ [1-9]/);
    await page.waitForTimeout(1500);
    expect(hash(page)).toBe(link);
  });
}

test('a broken link typed over a scene keeps the scene', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(count(page)).toHaveText(/^5 /);
  const before = await count(page).textContent();
  await page.evaluate(() => {
    window.location.hash = '#s=k1.AAAA';
  });
  await expect(notice(page)).toHaveAttribute('data-code', 'link-broken');
  await expect(count(page)).toHaveText(before ?? '');
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice(page)).toHaveCount(0);
});
