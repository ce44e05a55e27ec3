import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

test('quiz=1: the playback stops before the answer, which comes by message or by a click, and the score is kept', async ({
  page,
}) => {
  const frame = await host(page, './?embed=1&quiz=1&play=0&speed=8&lang=en#p=intx-shared&t=10');
  await tell(page, command({ type: 'subscribe', id: 1 }));
  type Quiz = {
    type: string;
    state: string;
    id: string;
    step: number;
    choices: string[];
    correct: boolean;
    right: number;
    of: number;
  };
  const quizzes = async (): Promise<Quiz[]> => (await said(page)).filter((m) => m.type === 'quiz') as unknown as Quiz[];
  await tell(page, command({ type: 'play', id: 2 }));
  await expect.poll(async () => (await quizzes()).length).toBe(1);
  const [asked] = await quizzes();
  expect(asked).toMatchObject({ state: 'asked', id: 'intx-shared:kvm_apic_write#1' });
  expect(asked).not.toHaveProperty('right');
  expect(asked?.choices).toHaveLength(3);
  const card = frame.locator('[data-part="quiz"]');
  await expect(card).toBeVisible();
  await expect(frame.locator('.tl-count')).toHaveText(new RegExp(`^${(asked?.step ?? 0) + 1} /`));
  await tell(page, command({ type: 'answer', id: 3, quiz: 'another', choice: 0 }));
  await tell(page, command({ type: 'answer', id: 4, quiz: asked?.id, choice: 9 }));
  await expect.poll(async () => (await said(page)).filter((m) => m.code === 'quiz').map((m) => m.id)).toEqual([3, 4]);
  const right = (asked?.choices ?? []).findIndex((choice) => /^EOI ends the first/.test(choice));
  await tell(page, command({ type: 'answer', id: 5, quiz: asked?.id, choice: right }));
  await expect
    .poll(async () => (await quizzes()).at(-1))
    .toMatchObject({ state: 'answered', correct: true, choice: right, right: 1, of: 1 });
  await expect(card.locator('[data-answer="right"]')).toHaveCount(1);
  await tell(page, command({ type: 'answer', id: 6, choice: 0 }));
  await expect.poll(async () => (await said(page)).some((m) => m.id === 6 && m.code === 'quiz')).toBe(true);
  await card.getByRole('button', { name: 'Go on' }).click();
  await expect(card).toHaveCount(0);
  await expect(frame.locator('.tl-count')).toHaveText(/^54 /);
  expect(await quizzes()).toHaveLength(2);
});

test('quiz=1: a click answers, a wrong one is marked, and a question played over is not asked again', async ({
  page,
}) => {
  await page.goto('./?quiz=1&play=0&lang=zh&speed=8#p=intx-shared&t=20');
  const card = page.locator('[data-part="quiz"]');
  await expect(page.locator('.tl-count')).toHaveText(/^21 /);
  await page.getByRole('button', { name: '播放', exact: true }).click();
  await expect(card).toBeVisible();
  const choices = card.getByRole('listitem').getByRole('button');
  const texts = await choices.allTextContents();
  expect(new Set(texts).size).toBe(texts.length);
  const wrong = texts.findIndex((text) => !text.startsWith('EOI 结束第一个中断'));
  await choices.nth(wrong).click();
  await expect(card.locator('[data-answer="right"]')).toHaveCount(1);
  await expect(card.getByRole('status')).toHaveText(/目前 1 题答对 0 题/);
  await expect(card.locator('[data-answer="wrong"]')).toHaveText(texts[wrong] ?? '');
});

test('a chapter in a frame tells its questions and takes answers', async ({ page }) => {
  const file = readFileSync(join(import.meta.dirname, '../src/chapters/01-gsi/chapter.json'), 'utf8');
  const { stops } = JSON.parse(file) as { stops: unknown[] };
  await page.route('**/host.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><iframe id="f" width="900" height="700" src="./?embed=1&lang=en#ch=gsi&stop=${stops.length + 1}"></iframe>
        <script>window.said = []; addEventListener('message', (e) => said.push(e.data))</script>`,
    }),
  );
  await page.goto('./host.html');
  const frame = page.frames()[1] as Frame;
  await expect(frame.locator('.chapter-choice').first()).toBeVisible();
  await tell(page, command({ type: 'subscribe', id: 1, topics: ['quiz'] }));
  await expect.poll(async () => (await said(page)).some((m) => m.type === 'quiz')).toBe(true);
  await tell(page, command({ type: 'answer', id: 2, choice: 0 }));
  await expect
    .poll(async () => (await said(page)).filter((m) => m.type === 'quiz').at(-1))
    .toMatchObject({ state: 'answered', of: 1 });
  await expect(frame.locator('.chapter-verdict')).not.toBeEmpty();
});

test('an embedded scene fits 480 x 360, plays, and takes no focus', async ({ page }) => {
  const frame = await host(page, './?embed=1&speed=0.25#p=level-early-eoi');
  await expect(frame.locator('.tl-count')).toHaveText(/^[1-9]/);
  const over = await frame.evaluate(() => {
    const { scrollWidth, scrollHeight } = document.documentElement;
    return [scrollWidth - window.innerWidth, scrollHeight - window.innerHeight];
  });
  expect(over).toEqual([0, 0]);
  // The stage is seen whole, and nothing lies on the count of steps.
  const stage = frame.locator('.app-stage');
  await expect.poll(() => stage.evaluate((el) => el.scrollHeight - el.clientHeight)).toBe(0);
  const seen = await frame.locator('.tl-count').evaluate((el) => {
    const { x, y, width, height } = el.getBoundingClientRect();
    return [2, width - 2].map((dx) => el.contains(document.elementFromPoint(x + dx, y + height / 2)));
  });
  expect(seen).toEqual([true, true]);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
  await expect(frame.getByRole('button', { name: 'Pause' })).toBeInViewport();
});

test('the title of an embedded scene is read whole in a frame of 340 px, framed or as a poster', async ({ page }) => {
  await page.setViewportSize({ width: 340, height: 300 });
  for (const lang of ['en', 'zh-CN'])
    for (const poster of ['', '&ctl=1']) {
      await page.goto(`./?embed=1&play=0&lang=${lang}${poster}#p=intx-shared`);
      const title = page.getByRole('heading', { level: 1 });
      await expect(title).not.toBeEmpty();
      const cut = await title.evaluate((h1) => [
        h1.scrollWidth > h1.clientWidth,
        h1.scrollHeight > h1.clientHeight + 2,
      ]);
      expect(cut, lang + poster).toEqual([false, false]);
    }
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
  const play = page.getByRole('button');
  await expect(play).toBeVisible();
  expect(await play.evaluate((one) => getComputedStyle(one, '::before').content)).toContain('▶');
  await play.click();
  await expect(page.locator('.tl-count')).toHaveText(/^[1-9]/);
});

test('what lets the rest step back leaves out the very cards that act, also where the frame is higher than its drawing', async ({
  page,
}) => {
  await page.setViewportSize({ width: 480, height: 360 });
  await page.goto('/?embed=1&play=0#p=posted-preempted&t=9');
  await expect(page.locator('.bd-veil path')).toBeAttached();
  const offset = (): Promise<number[]> =>
    page.evaluate(() => {
      const at = (one: string): DOMMatrix | null | undefined =>
        document.querySelector<SVGGraphicsElement>(one)?.getScreenCTM();
      const [card, veil] = [at('.bd-stage [data-card]'), at('.bd-veil path')];
      return [(veil?.a ?? 0) - (card?.a ?? 1), (veil?.e ?? 0) - (card?.e ?? 99), (veil?.f ?? 0) - (card?.f ?? 99)].map(
        (n) => Math.abs(Math.round(n)),
      );
    });
  await expect.poll(offset).toEqual([0, 0, 0]);
});
