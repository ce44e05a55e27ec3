/** Parts that are gone, and a page that is loaded anew in the middle of anything: nothing a person had is lost, and no silence. */
import { createRng, nextBelow } from '../src/base/rng.ts';
import { sendNmi } from './nmi.ts';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const count = (page: Page) => page.locator('.tl-count');
const gone = (page: Page) => page.locator('#part-gone');
const hash = (page: Page): string => new URL(page.url()).hash;

test('a part that does not come and that nobody waits for is said, and the page goes on after its reload', async ({
  page,
}) => {
  const share = /assets\/share-dialog-.*\.js/;
  await page.route(share, (route) => route.fulfill({ status: 404, body: 'not here' }));
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(count(page)).toHaveText(/^5 /);
  await page.getByRole('button', { name: say('hdr.share'), exact: true }).click();
  await expect(gone(page)).toContainText(say('error.part-not-loaded'));
  await page.unroute(share);
  await gone(page)
    .getByRole('button', { name: say('shell.reload') })
    .click();
  await expect(count(page)).toHaveText(/^5 /);
  await expect(gone(page)).toHaveCount(0);
});

for (const [what, chunk] of [
  ['the page itself', /assets\/first-.*\.js/],
  ['what reads addresses', /assets\/soon-.*\.js/],
] as const) {
  test(`where ${what} does not come, the page says so in the reader’s language`, async ({ browser, baseURL }) => {
    const context = await browser.newContext({ locale: 'zh-CN', serviceWorkers: 'block' });
    const page = await context.newPage();
    await page.route(chunk, (route) => route.abort());
    await page.goto(`${baseURL}?play=0#p=serial-ioapic&t=4`);
    await expect(gone(page)).toContainText('没有加载成功');
    await expect(page).toHaveURL(/#p=serial-ioapic&t=4$/);
    await context.close();
  });
}

test('after a redeploy each part that is still to come says so, whatever is asked for; the scene stays, and so after the reload', async ({
  page,
}) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(count(page)).toHaveText(/^5 /);
  await expect(page.getByRole('button', { name: say('hdr.share'), exact: true })).toBeVisible();
  await expect(page.locator('.now-title')).toBeVisible();
  const lost: string[] = [];
  const anyChunk = /assets\/[^?]*\.js/;
  await page.route(anyChunk, (route) => {
    lost.push(new URL(route.request().url()).pathname);
    return route.fulfill({ status: 404, body: 'not here' });
  });
  const said = page.locator('#part-gone, .app-broken, [data-code=part-not-loaded]');
  // Each button of the bar and each tab; what is here already opens, and is shut again.
  const buttons = page.locator('.app-head button:visible, .side-tabs [role=tab]');
  for (let i = 0; i < (await buttons.count()); i++) {
    const before = lost.length;
    await buttons.nth(i).click();
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
    if (lost.length > before) await expect(said.first()).toBeVisible();
    await page.keyboard.press('Escape');
    await page.evaluate(() => document.getElementById('part-gone')?.remove());
    // Chapters and comparisons have addresses of their own.
    if (!hash(page).startsWith('#p=')) await page.goBack();
    await expect(count(page)).toHaveText(/^5 /);
  }
  expect(new Set(lost).size).toBeGreaterThan(5);
  await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
  await page.keyboard.press('ArrowRight');
  await expect(count(page)).toHaveText(/^6 /);
  await expect(page).toHaveURL(/#p=serial-ioapic&t=5/);
  await page.unroute(anyChunk);
  await page.reload();
  await expect(count(page)).toHaveText(/^6 /);
  await expect(said).toHaveCount(0);
  expect(errors).toEqual([]);
});

const SEED = Number(process.env.SEED ?? 20_261_129);
/** What a person does, and what must be there whenever the page is loaded anew after it. */
interface Walk {
  readonly page: Page;
  /** Changes by hand that were seen on screen. */
  edits: number;
}
type Deed = (walk: Walk) => Promise<unknown>;

/** Each stops at once: the reload comes while what it began is under way. */
const DEEDS: Readonly<Record<string, Deed>> = {
  step: ({ page }) => page.keyboard.press('ArrowRight'),
  play: ({ page }) => page.keyboard.press(' '),
  async edit(walk) {
    await sendNmi(walk.page);
    walk.edits++;
  },
  scene: ({ page }) =>
    page.evaluate(() => {
      window.location.hash = 'p=vtd-posted&t=9';
    }),
  link: ({ page }) =>
    page.evaluate(() => {
      window.location.hash = 's=k1.q1YqU7JSUEpKLE5V0lFQykksSVWyMtRRyslPV7KKrlZKzi9KLVayio6tBQA';
    }),
  trace: ({ page }) =>
    page.evaluate(() => {
      const text = '  CPU 0/KVM-9 [000] ....     1.000001: kvm_set_irq: gsi 4 level 0 source 0\n'.repeat(50_000);
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], 'long.txt'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    }),
  share: ({ page }) => page.getByRole('button', { name: say('hdr.share'), exact: true }).click(),
  compare: ({ page }) =>
    page.evaluate(() => {
      window.location.hash = 'c=posted-running&t=3,3';
    }),
  where: ({ page }) => page.getByRole('tab', { name: say('shell.tab.where') }).click(),
};

test(`loaded anew in the middle of anything (SEED=${SEED}): a scene is there, edits too, and no error`, async ({
  page,
}) => {
  const rng = createRng(SEED);
  const others = Object.keys(DEEDS).filter((name) => name !== 'edit');
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const trail: string[] = [];
  for (let round = 0; round < 3; round++) {
    await page.goto('./?play=0#p=serial-ioapic&t=9');
    await expect(count(page)).toHaveText(/^10 /);
    await expect(page.getByRole('button', { name: say('hdr.share'), exact: true })).toBeVisible();
    const walk: Walk = { page, edits: 0 };
    const names = [...(round % 2 === 0 ? ['edit'] : []), others[nextBelow(rng, others.length)] as string];
    for (const name of names) await (DEEDS[name] as Deed)(walk);
    trail.push(names.join(' '));
    await page.waitForTimeout(nextBelow(rng, 120));
    await page.reload();
    await expect(page.locator('.bd').first(), trail.join('; ')).toBeVisible();
    await expect(page.locator('.app-waiting')).toHaveCount(0);
    await expect(page.locator('.app-broken')).toHaveCount(0);
    if (walk.edits === 0) continue;
    // Wherever the address has led, the edit is where it was made. The same address again would be one more reload.
    await page.goto('about:blank');
    await page.goto('./?play=0#p=serial-ioapic&t=9');
    await page.getByRole('button', { name: say('edits.open'), exact: true }).click();
    await expect(page.getByRole('dialog').locator('.edits-item'), trail.join('; ')).not.toHaveCount(0);
    await page.keyboard.press('Escape');
  }
  expect(errors, trail.join('; ')).toEqual([]);
});

const ADDRESSES = [
  ['a chapter at its second stop', '#ch=gsi&stop=2'],
  ['a comparison at its steps', '#c=posted-running&t=3,3'],
  ['a machine of one’s own', '#s=k1.q1YqU7JSUEpKLE5V0lFQykksSVWyMtRRyslPV7KKrlZKzi9KLVayio6tBQA'],
] as const;

for (const [what, address] of some(ADDRESSES, 1)) {
  test(`loaded anew in ${what}: the same address, and no error (${WHICH})`, async ({ page }) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(`./?play=0${address}`);
    await expect(page.locator('.bd').first()).toBeVisible();
    // Which run it is comes into the address a moment later, in front of the reload or behind it.
    const named = (): string => hash(page).replace(/&g=\d+$/, '');
    const before = named();
    await page.reload();
    await expect(page.locator('.bd').first()).toBeVisible();
    await expect(page.locator('.app-broken, #part-gone')).toHaveCount(0);
    // A chapter that is not there is said, beside another scene.
    if (address.startsWith('#ch=')) await expect(page.locator('[data-code]')).toHaveCount(0);
    expect(named()).toBe(before);
    expect(errors).toEqual([]);
  });
}

test('names and notes of strangers are text, and what would turn it around is shown as its number', async ({
  page,
}) => {
  const evil = '<img src=x onerror="window.ran=1">\u202etxet';
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(page.getByRole('button', { name: say('hdr.share'), exact: true })).toBeVisible();
  // A device's name, a handler's name, the names of files, the command of a trace's lines.
  await page.evaluate(async (name) => {
    const log = [
      {
        op: 'create',
        vcpus: 1,
        irqchip: 'full',
        devices: [{ id: name, kind: 'serial', gsi: 4 }],
        guest: { handlers: [{ vector: 0x41, name, ns: 1000 }] },
      },
      { op: 'irq_line', gsi: 4, level: 1 },
    ];
    const bytes = new TextEncoder().encode(JSON.stringify({ v: 1, base: null, log, t: 'end' }));
    const packed = new Response(new Blob([bytes]).stream().pipeThrough(new CompressionStream('deflate-raw')));
    const text = btoa(String.fromCharCode(...new Uint8Array(await packed.arrayBuffer())));
    window.location.hash = `s=k1.${text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}`;
  }, evil);
  await expect(page.locator('.bd')).toContainText('onerror');
  await page.evaluate((name) => {
    const line = `  ${name}-9 [000] ....     1.000001: kvm_set_irq: gsi 4 level 0 source 0\n`;
    const transfer = new DataTransfer();
    transfer.items.add(new File([line.repeat(50)], `${name}.txt`));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
  }, evil);
  await expect(page.locator('.tr')).toBeVisible();
  await expect(page.locator('.tr-name, .tr-problem').first()).toBeVisible();
  expect(await page.evaluate(() => 'ran' in window)).toBe(false);
  expect(await page.locator('img[src=x]').count()).toBe(0);
  // No raw override stands in any text of the page: it is isolated, or shown as its number.
  const raw = await page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode())
      if (/[\u202a-\u202e\u2066-\u2069]/.test((node as Text).data) && node.parentElement?.closest('bdi') === null)
        found.push(`${node.parentElement?.className}: ${(node as Text).data.slice(0, 40)}`);
    return found;
  });
  expect(raw).toEqual([]);
  expect(errors).toEqual([]);
});
