/** What takes a moment elsewhere, and what brings it back: the share dialog, and files that are dropped, chosen or named by a link. */
import { readFileSync } from 'node:fs';
import type { Download } from '@playwright/test';
import { withComment } from '../src/share/carried.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

test.use({ permissions: ['clipboard-read', 'clipboard-write'] });

async function openShare(page: Page, hash: string, query = ''): Promise<void> {
  await page.goto(`./${query}${hash}`);
  await page.getByRole('button', { name: say('hdr.share'), exact: true }).click();
  await expect(page.getByRole('dialog', { name: say('share.title') })).toBeVisible();
  await expect(page.getByLabel(say('share.link'), { exact: true })).toBeVisible();
}

const textOf = (page: Page, name: string): Promise<string> => page.getByLabel(name, { exact: true }).inputValue();

async function bytesOf(download: Download): Promise<Buffer> {
  return readFileSync(await download.path());
}

/** Lets a file fall somewhere on the page. */
async function drop(page: Page, name: string, type: string, bytes: Buffer, on = 'body'): Promise<void> {
  await page
    .locator(on)
    .first()
    .evaluate(
      (target, { name, type, base64 }) => {
        const data = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
        const transfer = new DataTransfer();
        transfer.items.add(new File([data], name, { type }));
        for (const kind of ['dragover', 'drop'])
          target.dispatchEvent(new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      { name, type, base64: bytes.toString('base64') },
    );
}

const at = (page: Page, step: number): Promise<void> =>
  expect(page.locator('.tl-count').first()).toHaveText(new RegExp(`^${step + 1} /`));

test('the dialog has the link with its length, and code for every place', async ({ page, baseURL }) => {
  await openShare(page, '#p=intx-shared&t=kvm_eoi%231', '?play=0');
  const link = await textOf(page, say('share.link'));
  expect(link).toMatch(/#p=intx-shared&t=\d+/);
  await expect(page.getByRole('dialog')).toContainText(say('share.length', { n: link.length }));
  const markdown = await textOf(page, say('share.markdown'));
  const [, poster] = /^\[!\[[^\]]+\]\(([^)]+)\)\]\([^)]+#p=intx-shared/.exec(markdown) ?? [];
  expect(poster).toBe(`${baseURL}posters/intx-shared.svg`);
  expect(await textOf(page, say('share.iframe'))).toMatch(
    /embed=1&amp;play=0#p=intx-shared[\s\S]*title="Two devices[^"]+"[\s\S]*sandbox="allow-scripts/,
  );
  expect(await textOf(page, say('share.element'))).toMatch(/<irq-scope preset="intx-shared" step="kvm_eoi#1"/);
  expect(await textOf(page, say('share.reveal'))).toMatch(/plugins: \[RevealIrqscope\]/);
  await page.getByRole('button', { name: say('share.copyWhat', { what: say('share.iframe') }) }).click();
  const copied = expect.poll(() => page.evaluate(() => navigator.clipboard.readText()));
  await copied.toBe(await textOf(page, say('share.iframe')));
  await page.getByRole('button', { name: say('share.copyStory') }).click();
  await copied.toMatch(/^Two devices[\s\S]*\n1\. /);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('what is saved opens again where it is dropped: SVG, PNG and .irqscope.json', async ({ page }) => {
  await openShare(page, '#p=posted-running&t=pir_set%231', '?play=0');
  const here = Number(/t=(\d+)/.exec(await textOf(page, say('share.link')))?.[1]);
  await expect(page.getByRole('img', { name: /Preview/ })).toBeVisible();
  const files: { name: string; bytes: Buffer }[] = [];
  for (const format of ['svg', 'png'] as const) {
    await page.getByLabel(say('share.format')).selectOption(format);
    await page.getByLabel(say('share.theme')).selectOption('dark');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: `${say('share.save')} ${format.toUpperCase()}` }).click(),
    ]);
    files.push({ name: download.suggestedFilename(), bytes: await bytesOf(download) });
  }
  const [state] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /irqscope\.json/ }).click(),
  ]);
  expect(state.suggestedFilename()).toBe(`posted-running-${here + 1}.irqscope.json`);
  files.push({ name: state.suggestedFilename(), bytes: await bytesOf(state) });
  expect(JSON.parse(files[2]?.bytes.toString() ?? '')).toMatchObject({ type: 'irqscope', version: 1 });
  for (const { name, bytes } of files) {
    await page.goto('./?play=0#p=serial-ioapic');
    await expect(page.locator('.tl-count').first()).toHaveText(/\/ 24/);
    await expect(page.getByRole('button', { name: say('hdr.share'), exact: true })).toBeVisible();
    await drop(page, name, '', bytes, '[data-part="stage"]');
    await at(page, here);
    await expect(page).toHaveURL(/#p=posted-running/);
    await expect(page.locator('.notice')).toHaveCount(0);
  }
});

async function openRuns(page: Page): Promise<void> {
  await expect(async () => {
    if ((await page.locator('.rd').count()) === 0)
      await page.getByRole('button', { name: say('runs.open'), exact: true }).click();
    await expect(page.locator('.rd')).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

test('notes and branches travel in .irqscope.json: dropped elsewhere, and named by a link', async ({
  page,
  browser,
  baseURL,
}) => {
  await page.goto('./?play=0#p=serial-ioapic&t=9');
  await at(page, 9);
  await page.getByRole('tab', { name: say('shell.tab.controls'), exact: true }).click();
  const nmi = page.locator('.controls button', { hasText: /^NMI$/ }).first();
  await expect(nmi).toBeAttached();
  await nmi.evaluate((one) => one.closest('details')?.setAttribute('open', ''));
  await nmi.click();
  await expect(page.locator('.header-changed')).toBeVisible();
  // The note is about this moment: what the change brought about has been shown.
  await expect(page.getByRole('button', { name: say('timeline.play'), exact: true })).toBeVisible();
  await openRuns(page);
  await page.locator('.rd textarea').fill('<b>look</b> here');
  await page
    .locator('.rd')
    .getByRole('button', { name: say('notes.pin'), exact: true })
    .click();
  await expect(page.locator('.rd-here')).toContainText('<b>look</b> here');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: say('hdr.share'), exact: true }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: /irqscope\.json/ }).click(),
  ]);
  const file = await bytesOf(download);
  // Another person's browser: nothing is kept there.
  const elsewhere = await browser.newContext(baseURL === undefined ? {} : { baseURL });
  const other = await elsewhere.newPage();
  await other.route('https://files.example/**', (route) =>
    route.fulfill({
      headers: { 'access-control-allow-origin': '*' },
      contentType: 'application/json',
      body: file.toString(),
    }),
  );
  const isThere = async (): Promise<void> => {
    await expect(other.locator('.rd-here')).toContainText('<b>look</b> here');
    await openRuns(other);
    await expect(other.locator('.rd .rd-run')).toHaveCount(2);
    await expect(other.locator('.notice')).toHaveCount(0);
  };
  await other.goto('./?play=0#p=intx-shared');
  await expect(other.getByRole('button', { name: say('hdr.share'), exact: true })).toBeVisible();
  await drop(other, 'a.irqscope.json', '', file);
  await isThere();
  await other.goto('./?play=0#url=https://files.example/a.irqscope.json');
  await other.reload();
  await other.getByRole('button', { name: say('share.urlLoad') }).click();
  await isThere();
  await elsewhere.close();
});

test('a film is made with its progress, can be called off, and opens again where it is dropped', async ({ page }) => {
  await openShare(page, '#p=serial-ioapic&t=4', '?play=0');
  await page.getByLabel(say('share.format')).selectOption('mp4');
  const start = page.getByRole('button', { name: `${say('share.save')} MP4` });
  await start.click();
  await expect(page.getByRole('progressbar')).toBeVisible();
  await page.getByRole('button', { name: say('share.cancel') }).click();
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await page.getByRole('spinbutton', { name: say('share.to') }).fill('0');
  await expect(start).toBeDisabled();
  await page.getByRole('spinbutton', { name: say('share.to') }).fill('3');
  const [download] = await Promise.all([page.waitForEvent('download'), start.click()]);
  const file = await bytesOf(download);
  expect(file.subarray(4, 8).toString()).toBe('ftyp');
  const video = page.locator('.share-preview video');
  await expect.poll(() => video.evaluate((v: HTMLVideoElement) => v.duration)).toBeGreaterThan(1);
  await page.goto('./?play=0#p=intx-shared');
  await expect(page.getByRole('button', { name: say('hdr.share'), exact: true })).toBeVisible();
  await drop(page, 'a.mp4', '', file);
  await at(page, 4);
  await expect(page).toHaveURL(/#p=serial-ioapic/);
});

test('where a browser codes no H.264 the film is WebM, and says so', async ({ page }) => {
  await page.addInitScript(() => {
    const asked = VideoEncoder.isConfigSupported.bind(VideoEncoder);
    VideoEncoder.isConfigSupported = async (config) =>
      config.codec.startsWith('avc1') ? { supported: false, config } : asked(config);
  });
  await openShare(page, '#p=serial-ioapic&t=4', '?play=0');
  await page.getByLabel(say('share.format')).selectOption('mp4');
  await page.getByRole('spinbutton', { name: say('share.to') }).fill('2');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: `${say('share.save')} MP4` }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/\.webm$/);
  await expect(page.getByRole('dialog')).toContainText(say('share.webm'));
  const file = await bytesOf(download);
  await page.keyboard.press('Escape');
  await drop(page, 'a.webm', '', file);
  await expect(page.locator('.notice')).toHaveCount(0);
  await at(page, 4);
});

test('what is dropped and is no scene: a file of somebody else, and a recording', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(page.getByRole('button', { name: say('hdr.share'), exact: true })).toBeVisible();
  await test.step('a file of somebody else gets one sentence, and the scene stays', async () => {
    const refused = async (name: string, bytes: Buffer, code: string): Promise<void> => {
      await drop(page, name, '', bytes);
      await expect(page.locator('.notice')).toHaveAttribute('data-code', code);
      await page
        .locator('.notice')
        .getByRole('button', { name: say('shell.dismiss') })
        .click();
      await expect(page).toHaveURL(/#p=serial-ioapic/);
    };
    await refused(
      'cat.svg',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>document.title="x"</script></svg>'),
      'file-picture',
    );
    await refused('cat.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]), 'file-picture');
    await refused('a.irqscope.json', Buffer.from('{"type":"excalidraw"}'), 'file-foreign');
    await refused('b.irqscope.json', Buffer.from('{"type":"irqscope","version":9,"link":"p=msi"}'), 'file-newer');
    await refused('c.json', Buffer.from('{"type":"irqscope","version":1,"link":"p=no-such-scene"}'), 'preset-unknown');
  });
  await test.step('a recording goes to the page of traces, and a figure chosen there to the stage', async () => {
    await drop(page, 'trace.txt', 'text/plain', Buffer.from('qemu-1 [000] 1.0: kvm_set_irq: gsi 4 level 1 source 0\n'));
    await expect(page.getByRole('dialog', { name: say('hdr.trace') })).toBeVisible();
    const link = 'p=intx-shared&t=route%231';
    await page.locator('.tr-file input').setInputFiles({
      name: 'x.svg',
      mimeType: 'image/svg+xml',
      buffer: Buffer.from(
        `<svg xmlns="http://www.w3.org/2000/svg" data-irqscope="${link.replace('&', '&amp;')}"></svg>`,
      ),
    });
    await expect(page.getByRole('dialog')).toHaveCount(0);
    await expect(page).toHaveURL(/#p=intx-shared/);
  });
});

test('a frame opens the scene in a GIF that falls on it, and keeps it when a recording falls there', async ({
  page,
}) => {
  await page.goto('./?embed=1&play=0#p=serial-ioapic&t=4');
  await expect(page.locator('.embed-head h1')).not.toBeEmpty();
  await expect(page.locator('[data-token]').first()).toBeAttached();
  // The smallest picture there is: 1 x 1, no colour table.
  const pixel = Uint8Array.from(Buffer.from('R0lGODlhAQABAAAAACwAAAAAAQABAAACAkQBADs=', 'base64'));
  const link = 'p=intx-shared&t=route%231';
  const title = await page.locator('.embed-head h1').textContent();
  const gif = withComment(pixel, { type: 'irqscope', v: 1, app: '0', link, step: 3, count: 9, title: 'x' });
  // What takes files comes in a chunk of its own.
  await expect(async () => {
    await drop(page, 'a.gif', 'image/gif', Buffer.from(gif));
    await expect(page.locator('.embed-head h1')).not.toHaveText(title ?? '', { timeout: 5_000 });
  }).toPass();
  const now = await page.locator('.embed-head h1').textContent();
  await drop(page, 'trace.txt', 'text/plain', Buffer.from('qemu-1 [000] 1.0: kvm_set_irq: gsi 4 level 1 source 0\n'));
  await expect(page.locator('.notice')).toHaveAttribute('data-code', 'file-in-frame');
  await expect(page.locator('.embed-head h1')).toHaveText(now ?? '');
});

test('a link to a file asks first and names the host; no is no', async ({ page }) => {
  const asked: string[] = [];
  await page.route('https://files.example/**', (route) => {
    asked.push(route.request().url());
    return route.fulfill({
      headers: { 'access-control-allow-origin': '*' },
      contentType: 'application/json',
      body: JSON.stringify({ type: 'irqscope', version: 1, source: null, link: 'p=msix-blk&t=3' }),
    });
  });
  await page.goto('./?play=0#url=https://files.example/bug/42.irqscope.json');
  const dialog = page.getByRole('dialog', { name: /files\.example/ });
  await expect(dialog).toBeVisible();
  await dialog.getByRole('button', { name: say('share.cancel') }).click();
  await expect(page).not.toHaveURL(/url=/);
  expect(asked).toEqual([]);
  await page.goto('./?play=0#url=https%3A%2F%2Ffiles.example%2Fbug%2F42.irqscope.json');
  await page.reload();
  await dialog.getByRole('button', { name: say('share.urlLoad') }).click();
  await at(page, 3);
  await expect(page).toHaveURL(/#p=msix-blk&t=3/);
  expect(asked).toHaveLength(1);
});

test('a link to a file that does not come, is too far, or is no file gets one sentence', async ({ page }) => {
  await page.route('https://gone.example/**', (route) => route.fulfill({ status: 404 }));
  await page.goto('./?play=0#url=https://gone.example/a.json');
  await page.getByRole('button', { name: say('share.urlLoad') }).click();
  await expect(page.locator('.notice')).toHaveAttribute('data-code', 'url-gone');
  // A page of its own: one that is told so writes its scene's address over it, perhaps before it is loaded anew.
  await page.goto('about:blank');
  await page.goto('./?play=0#url=javascript:alert(1)');
  await expect(page.locator('.notice')).toHaveAttribute('data-code', 'url-wrong');
});
