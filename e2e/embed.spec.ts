import { expect, type Frame, type Page, test } from './test.ts';

/** A page with a frame of ours on it, and a list of what the frame has said. */
async function host(page: Page, src: string, sandbox = ''): Promise<Frame> {
  await page.route('**/host.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><body style="margin:0"><h1>Slide</h1><iframe id="f" title="scene" width="480" height="360"
        style="border:0" ${sandbox} src="${src}"></iframe><div style="height:3000px"></div>
        <script>window.said = []; addEventListener('message', (e) => said.push(e.data))</script></body>`,
    }),
  );
  await page.goto('./host.html');
  const frame = page.frames()[1];
  if (!frame) throw new Error('no frame');
  await expect(frame.locator('.tl-count')).toHaveText(/\/ [1-9]/);
  return frame;
}
const tell = (page: Page, message: unknown): Promise<void> =>
  page.evaluate((data) => {
    const frame = document.getElementById('f') as HTMLIFrameElement;
    frame.contentWindow?.postMessage(data, '*');
  }, message);
type Said = { type?: string; id?: number; code?: string; key?: string; step?: number };
const said = (page: Page): Promise<Said[]> => page.evaluate(() => (window as unknown as { said: Said[] }).said);
const command = (over: object) => ({ ns: 'irqscope', v: 1, id: 7, ...over });

test('an embedded scene fits 480 x 360, plays, and takes no focus', async ({ page }) => {
  const frame = await host(page, './?embed=1&speed=0.25#p=level-early-eoi');
  await expect(frame.locator('.tl-count')).toHaveText(/^[1-9]/);
  const over = await frame.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return [scrollWidth - window.innerWidth, scrollHeight - window.innerHeight];
  });
  expect(over).toEqual([0, 0]);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
  await expect(frame.getByRole('button', { name: 'Pause' })).toBeInViewport();
});

test('it works in a sandboxed frame without an origin of its own', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  const frame = await host(page, './?embed=1#p=serial-ioapic', 'sandbox="allow-scripts"');
  await expect(frame.locator('.tl-count')).toHaveText(/^[1-9]/);
  expect(await frame.evaluate(() => window.origin)).toBe('null');
  expect(errors).toEqual([]);
});

test('the host seeks, steps, plays and hears what happens', async ({ page }) => {
  const frame = await host(page, './?embed=1&play=0&speed=0.25#p=serial-ioapic');
  await expect.poll(async () => (await said(page))[0]?.type).toBe('ready');
  await tell(page, command({ type: 'subscribe', topics: ['step', 'state'] }));
  await tell(page, command({ type: 'seek', step: 4 }));
  await expect(frame.locator('.tl-count')).toHaveText(/^5 /);
  await tell(page, command({ type: 'step', by: -2 }));
  await expect(frame.locator('.tl-count')).toHaveText(/^3 /);
  await tell(page, command({ type: 'play' }));
  await expect(frame.getByRole('button', { name: 'Pause' })).toBeVisible();
  await expect
    .poll(async () => (await said(page)).map((m) => m.type))
    .toEqual(expect.arrayContaining(['ok', 'step', 'state']));
});

test('state is given, and scenes are taken, only from the origin in the address', async ({ page, baseURL }) => {
  await host(page, './?embed=1&play=0#p=serial-ioapic');
  await tell(page, command({ type: 'getState' }));
  await expect.poll(async () => (await said(page)).find((m) => m.id === 7)?.code).toBe('origin');
  const frame = await host(page, `./?embed=1&play=0&origin=${new URL(baseURL ?? '').origin}#p=serial-ioapic`);
  await tell(page, command({ type: 'load', preset: 'intx-shared' }));
  await expect.poll(async () => (await said(page)).find((m) => m.id === 7)?.type).toBe('ok');
  await expect(frame.locator('h1')).not.toHaveText(/serial/i);
});

/** Waits until the frame asks for no animation frame for a while, though its scene has not ended: it sleeps. */
async function atRest(frame: Frame): Promise<void> {
  await frame.evaluate(() => {
    const real = window.requestAnimationFrame.bind(window);
    const counter = window as unknown as { asked: number };
    counter.asked = 0;
    window.requestAnimationFrame = (callback) => {
      counter.asked++;
      return real(callback);
    };
  });
  const asked = () => frame.evaluate(() => (window as unknown as { asked: number }).asked);
  await expect
    .poll(async () => {
      const before = await asked();
      await frame.page().waitForTimeout(1000);
      return (await asked()) - before;
    })
    .toBe(0);
  await expect(frame.locator('.tl-count')).not.toHaveText(/^(\d+) \/ \1$/);
}

test('reveal.js puts it to sleep and wakes it with its two words', async ({ page }) => {
  const frame = await host(page, './?embed=1&speed=0.5#p=eight-vcpus');
  const at = async (): Promise<string | null> => frame.locator('.tl-count').textContent();
  await tell(page, 'slide:stop');
  await atRest(frame);
  const before = await at();
  await tell(page, 'slide:start');
  await expect.poll(at).not.toBe(before);
});

test('scrolled out of sight it sleeps', async ({ page }) => {
  const frame = await host(page, './?embed=1&speed=0.5#p=eight-vcpus');
  await expect(frame.locator('.tl-count')).toHaveText(/^[1-9]/);
  await page.evaluate(() => window.scrollTo(0, 2500));
  await atRest(frame);
  const before = await frame.locator('.tl-count').textContent();
  await page.evaluate(() => window.scrollTo(0, 0));
  await expect(frame.locator('.tl-count')).not.toHaveText(before ?? '');
});

test('with keys=parent the keys of a presentation go to the host', async ({ page }) => {
  const frame = await host(page, './?embed=1&play=0&keys=parent#p=serial-ioapic&t=4');
  await frame.locator('main').click({ position: { x: 2, y: 2 } });
  await page.keyboard.press('ArrowRight');
  await expect.poll(async () => (await said(page)).find((m) => m.type === 'key')?.key).toBe('ArrowRight');
  await expect(frame.locator('.tl-count')).toHaveText(/^5 /);
});

test('controls, theme and language are the host’s to choose', async ({ page }) => {
  await page.goto('./?embed=1&controls=0&theme=dark&lang=zh#p=serial-ioapic');
  await expect(page.locator('h1')).not.toBeEmpty();
  await expect(page.locator('.tl')).toHaveCount(0);
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
});

test('with ctl=1 nothing runs until it is clicked', async ({ page }) => {
  await page.goto('./?embed=1&ctl=1#p=serial-ioapic');
  await expect(page.locator('.tl-count')).toHaveCount(0);
  expect(page.workers()).toHaveLength(0);
  await page.getByRole('button').click();
  await expect(page.locator('.tl-count')).toHaveText(/^[1-9]/);
});
