/** Live scenes in real reveal.js decks, of three of its major versions, and the element by itself. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { some, WHICH } from './portion.ts';
import { expect, type Frame, type Page, test } from './test.ts';

// The deck and the page are two hosts here, and both are this machine: the browser asks before it lets one reach the other.
test.use({ permissions: ['local-network-access'] });

const MODULES = join(import.meta.dirname, '../node_modules');

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Pages of the decks' host, by path. */
const pages = new Map<string, string>();
let host: Promise<string> | undefined;

/** A host for decks, with every reveal.js there is. What `page.route` answers would keep the whole page out of the browser's cache. */
function hostOfDecks(): Promise<string> {
  host ??= new Promise((done) => {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://a');
      const [, version = '', file = ''] = /^\/(reveal(?:\.js|\d))\/(\w+\.\w+)$/.exec(pathname) ?? [];
      const body = pages.get(pathname) ?? (version && readFileSync(join(MODULES, version, 'dist', file), 'utf8'));
      response.statusCode = body === '' ? 404 : 200;
      response.setHeader('Content-Type', TYPES[extname(pathname)] ?? 'text/plain');
      response.setHeader('Cache-Control', version === '' ? 'no-store' : 'max-age=3600');
      response.end(body);
    });
    server.listen(0, '127.0.0.1', () => done(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`));
    server.unref();
  });
  return host;
}

/** A deck on another host than the page it frames, with this version of reveal.js. @returns its address */
async function openDeck(
  page: Page,
  baseURL: string,
  slides: string,
  { reveal = 'reveal.js', query = '', hash = '', config = '', late = false } = {},
): Promise<string> {
  const irqscope = baseURL.replace('127.0.0.1', 'localhost');
  pages.set(
    '/deck.html',
    `<!doctype html><link rel="stylesheet" href="${reveal}/reveal.css"><div class="reveal"><div class="slides">${slides}</div></div>
      <script src="${reveal}/reveal.js"></script><script src="${irqscope}embed/reveal-irqscope.js"></script>
      <script>Reveal.initialize({ plugins: [${late ? '' : 'RevealIrqscope'}], transition: 'none', hash: true, ${config} })${late ? '; Reveal.registerPlugin(RevealIrqscope())' : ''}</script>`,
  );
  const deck = `${await hostOfDecks()}deck.html`;
  await page.goto(`${deck}${query}${hash}`);
  return deck;
}

const stepOf = (page: Page, nth = 0): Promise<number> =>
  page.evaluate((n) => {
    const scene = document.querySelectorAll('irq-scope')[n] as HTMLElement & { step: number };
    return scene.step;
  }, nth);
const countOf = (page: Page, nth = 0): Promise<number> =>
  page.evaluate((n) => (document.querySelectorAll('irq-scope')[n] as HTMLElement & { count: number }).count, nth);
const next = (page: Page): Promise<void> =>
  page.evaluate(() => (window as unknown as { Reveal: { next(): void } }).Reveal.next());
const prev = (page: Page): Promise<void> =>
  page.evaluate(() => (window as unknown as { Reveal: { prev(): void } }).Reveal.prev());
const frameOf = (page: Page): Frame => page.frames().find((f) => f.url().includes('embed=1')) as Frame;

const TWO = `<section><h1>One</h1></section>
  <section><irq-scope preset="intx-shared" steps="4,9,kvm_eoi#1" height="360"></irq-scope></section><section><h1>Three</h1></section>`;

/** That the deck’s keys reach it after a click into the scene, even from a button there. */
async function keysReachTheDeck(page: Page): Promise<void> {
  const frame = frameOf(page);
  await frame.locator('[data-part="stage"]').click({ position: { x: 3, y: 3 } });
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => stepOf(page)).toBe(4);
  await frame.getByRole('button').first().focus();
  await page.keyboard.press('PageDown');
  await expect.poll(() => stepOf(page)).toBe(9);
  await page.keyboard.press('b');
  await expect(page.locator('.reveal')).toHaveClass(/paused/);
  await page.keyboard.press('b');
  await expect(page.locator('.reveal')).not.toHaveClass(/paused/);
  await page.keyboard.press('Shift+Slash');
  const help = page.locator('.overlay, .r-overlay').filter({ hasText: /keyboard/i });
  await expect(help).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(help).toHaveCount(0);
  await page.keyboard.press('o');
  await expect(page.locator('.reveal')).toHaveClass(/overview/);
}

const REVEALS = ['reveal.js', 'reveal5', 'reveal4'] as const;

for (const reveal of some(REVEALS, 1)) {
  test(`${reveal} (${WHICH}): fragments are steps, forwards and back, a deep link opens at its step, and the deck keeps its keys`, async ({
    page,
    baseURL,
  }) => {
    const deck = await openDeck(page, baseURL ?? '', TWO, { reveal });
    await next(page);
    await expect.poll(() => countOf(page)).toBeGreaterThan(10);
    await expect.poll(() => stepOf(page)).toBe(-1);
    for (const step of [4, 9]) {
      await next(page);
      await expect.poll(() => stepOf(page)).toBe(step);
    }
    await next(page);
    await expect.poll(() => stepOf(page)).toBeGreaterThan(9);
    await prev(page);
    await expect.poll(() => stepOf(page)).toBe(9);
    await page.goto(`${deck}#/1/0/1`);
    await page.reload();
    await expect.poll(() => stepOf(page)).toBe(9);
    if (reveal === 'reveal5') return;
    for (const step of [4, -1]) {
      await prev(page);
      await expect.poll(() => stepOf(page)).toBe(step);
    }
    await keysReachTheDeck(page);
  });
}

test('without steps a deck stops where the scene’s author does, and at its end', async ({ page, baseURL }) => {
  await openDeck(page, baseURL ?? '', '<section><irq-scope preset="serial-ioapic"></irq-scope></section>');
  await expect.poll(() => countOf(page)).toBeGreaterThan(10);
  const fragments = page.locator('.irqscope-step');
  const stops = await fragments.evaluateAll((all) => all.map((span) => Number((span as HTMLElement).dataset.step)));
  expect(stops.length).toBeGreaterThan(2);
  expect(stops.at(-1)).toBe((await countOf(page)) - 1);
  for (const stop of stops) {
    await next(page);
    await expect.poll(() => stepOf(page)).toBe(stop);
  }
});

test('a scene from a link has its fragments once it is there', async ({ page, baseURL }) => {
  await openDeck(
    page,
    baseURL ?? '',
    '<section><irq-scope state="p=msix-blk" steps="all"></irq-scope></section><section>2</section>',
  );
  await expect.poll(() => countOf(page)).toBeGreaterThan(10);
  await expect(page.locator('.irqscope-step')).toHaveCount(await countOf(page));
  await next(page);
  await expect.poll(() => stepOf(page)).toBe(0);
});

test('a scene sleeps on a slide that is not shown', async ({ page, baseURL }) => {
  const slides = `<section><irq-scope preset="eight-vcpus" play="1" height="360"></irq-scope></section><section><p>2</p></section>`;
  await openDeck(page, baseURL ?? '', slides);
  await expect.poll(() => stepOf(page)).toBeGreaterThan(1);
  await page.evaluate(() => (window as unknown as { Reveal: { slide(h: number): void } }).Reveal.slide(1));
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const frame = frameOf(page);
  const asleep = () => frame.evaluate(() => document.documentElement.dataset.asleep);
  await expect.poll(asleep).toBe('true');
  await prev(page);
  await expect.poll(asleep).toBeUndefined();
});

test('the element: attributes act on the live frame, methods answer, and it takes no focus', async ({
  page,
  baseURL,
}) => {
  await page.route('**/page.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><script type="module" src="embed/irq-scope.js"></script>
        <irq-scope preset="serial-ioapic" step="4" lang="en"><img alt="still" src="data:,"></irq-scope>`,
    }),
  );
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto(`${baseURL}page.html`);
  await expect.poll(() => stepOf(page)).toBe(4);
  const run = (body: string): Promise<unknown> =>
    page.evaluate(`(async () => { const s = document.querySelector('irq-scope'); await s.ready; ${body} })()`);
  const titleOf = () => page.locator('irq-scope iframe').getAttribute('title');
  await expect.poll(titleOf).toBe('A serial byte, through the IOAPIC');
  expect(await run(`return [(await s.export({ format: 'svg', step: 7, lang: 'zh' })).step, s.step]`)).toEqual([7, 4]);
  expect(await titleOf()).toBe('A serial byte, through the IOAPIC');
  expect(await run(`return (await s.seek('end')).step === s.count - 1`)).toBe(true);
  expect(await run(`return (await s.stepBy(-2)).step === s.count - 3`)).toBe(true);
  expect(await run(`return s.seek('nothing#7').catch((e) => e.code)`)).toBe('step');
  expect(await run(`return s.load('p=no-such-scene').catch((e) => e.code)`)).toBe('preset-unknown');
  expect(await run(`return (await s.set({ op: 'irq_line', gsi: 4, level: 1 })).count > 24`)).toBe(true);
  expect(await run(`return s.set({ op: 'frobnicate' }).catch((e) => e.code)`)).not.toBe(null);
  const frame = frameOf(page);
  await run(`s.setAttribute('theme', 'dark'); s.setAttribute('lang', 'zh'); s.setAttribute('panels', 'now,callpath')`);
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'dark');
  await expect(frame.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(frame.locator('[data-panel]')).toHaveCount(2);
  await expect.poll(titleOf).toMatch(/\p{Script=Han}/u);
  await run(`s.setAttribute('state', 'p=msix-blk')`);
  await expect.poll(() => run(`return s.link`)).toMatch(/^p=msix-blk/);
  await run(`s.removeAttribute('state')`);
  await expect.poll(() => run(`return s.link`)).toMatch(/^p=serial-ioapic/);
  await run(`s.setAttribute('preset', 'intx-shared')`);
  await expect.poll(() => run(`return s.link`)).toMatch(/^p=intx-shared/);
  await expect(frame.locator('html')).toHaveAttribute('data-theme', 'dark');
  await run(`s.setAttribute('step', 'route#2')`);
  await expect.poll(() => stepOf(page)).toBeGreaterThan(4);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY');
  expect(await run(`s.remove(); await null; return s.seek(1).catch((e) => e.code)`)).toBe('gone');
  await expect.poll(() => page.frames().length).toBe(1);
  expect(errors).toEqual([]);
});

for (const reveal of some(REVEALS, 1)) {
  test(`${reveal} (${WHICH}): on paper each fragment has its figure, no frame is left and no page is blank`, async ({
    page,
    baseURL,
  }) => {
    await openDeck(page, baseURL ?? '', TWO, { reveal, query: '?print-pdf', config: 'pdfSeparateFragments: true,' });
    const figures = page.locator('.pdf-page .irqscope-figure img');
    await expect(figures).toHaveCount(4);
    await expect(page.locator('iframe')).toHaveCount(0);
    await expect(page.locator('.pdf-page')).toHaveCount(6);
    const texts = async (): Promise<string[]> =>
      (await figures.evaluateAll((all) => all.map((img) => decodeURIComponent((img as HTMLImageElement).src)))).map(
        (src) => /(\d+) \/ 54/.exec(src)?.[1] ?? src.slice(0, 40),
      );
    await expect.poll(async () => (await texts()).slice(0, 3)).toEqual(['0', '5', '10']);
    expect(new Set(await texts()).size).toBe(4);
    const drawn = await figures.evaluateAll((all) =>
      Promise.all(
        all.map((img) => (img as HTMLImageElement).decode().then(() => (img as HTMLImageElement).naturalWidth)),
      ),
    );
    for (const width of drawn) expect(width).toBeGreaterThan(300);
  });
}

/** How many times its own time a computation takes here and now: 1 on a machine that does nothing else. */
function crowding(): number {
  const OWN_MS = 300;
  const [from, used] = [performance.now(), process.cpuUsage()];
  while (process.cpuUsage(used).user < OWN_MS * 1000);
  return Math.max(1, (performance.now() - from) / OWN_MS);
}

test('a deck of thirty scenes is on paper within twenty seconds, each with its own figure; without separate fragments the last', async ({
  page,
  baseURL,
}) => {
  const ids = readdirSync(join(import.meta.dirname, '../dist/posters'))
    .filter((name) => name.endsWith('.svg'))
    .map((name) => name.slice(0, -4))
    .slice(0, 30);
  expect(ids).toHaveLength(30);
  // Each has a figure before its first fragment and one of it; each third has one more fragment, of which the last is shown.
  const slides = ids.map(
    (id, i) =>
      `<section><irq-scope preset="${id}" steps="${i % 3 === 0 ? '2,5' : '5'}" height="400"></irq-scope></section>`,
  );
  const config = 'pdfSeparateFragments: false,';
  // Twenty seconds of a machine of its own.
  await page.addInitScript((crowd) => {
    const real = window.setTimeout;
    const longer = (ms: number | undefined) => (ms === 20_000 ? ms * crowd : ms);
    Object.assign(window, { setTimeout: (f: () => void, ms?: number) => real(f, longer(ms)) });
  }, crowding());
  await openDeck(page, baseURL ?? '', slides.join(''), { reveal: 'reveal5', query: '?print-pdf', config });
  const figures = page.locator('.pdf-page .irqscope-figure img');
  await expect(figures).toHaveCount(30);
  const captions = async (): Promise<string[]> =>
    (await figures.evaluateAll((all) => all.map((img) => decodeURIComponent((img as HTMLImageElement).src)))).map(
      (src) => /(\d+) \/ \d+ · ([\w-]+)@/.exec(src)?.slice(1).join(' ') ?? src.slice(0, 40),
    );
  // What was not drawn within the plugin's 20 s would have no figure.
  await expect.poll(captions).toEqual(ids.map((id) => `6 ${id}`));
  await expect(page.locator('.pdf-page')).toHaveCount(30);
  const alts = await figures.evaluateAll((all) => all.map((img) => (img as HTMLImageElement).alt));
  expect(alts.filter((alt) => alt.length < 5)).toEqual([]);
});

test('several scenes on a slide, under each other and by the author’s indices; a scene of a link has its figures on paper too', async ({
  page,
  baseURL,
}) => {
  const slides = `<section><section><h2>Up</h2></section><section>
    <irq-scope preset="intx-shared" steps="4,9" data-fragment-index="0" height="200" width="400"></irq-scope>
    <irq-scope preset="serial-ioapic" steps="3,6" data-fragment-index="1" step="1" height="200"></irq-scope></section></section>
    <section><irq-scope state="p=msix-blk&t=route#1" step="2" lang="zh" height="300"></irq-scope></section>`;
  const deck = await openDeck(page, baseURL ?? '', slides, { hash: '#/0/1' });
  const both = async () => [await stepOf(page, 0), await stepOf(page, 1)];
  await expect.poll(() => countOf(page, 1)).toBeGreaterThan(10);
  await expect.poll(both).toEqual([-1, 1]);
  for (const steps of [
    [4, 1],
    [9, 3],
    [9, 6],
  ]) {
    await next(page);
    await expect.poll(both).toEqual(steps);
  }
  await prev(page);
  await expect.poll(both).toEqual([9, 3]);
  await page.goto(`${deck}?print-pdf`);
  const figures = page.locator('.pdf-page .irqscope-figure img');
  const shown = async (): Promise<string[]> =>
    (await figures.evaluateAll((all) => all.map((img) => decodeURIComponent((img as HTMLImageElement).src)))).map(
      (src) => /(\d+) \/ \d+ · ([\w-]+)@/.exec(src)?.slice(1).join(' ') ?? src.slice(0, 40),
    );
  await expect
    .poll(async () => (await shown()).slice(0, 8))
    .toEqual([
      ...['0 intx-shared', '2 serial-ioapic', '5 intx-shared', '2 serial-ioapic'],
      ...['10 intx-shared', '4 serial-ioapic', '10 intx-shared', '7 serial-ioapic'],
    ]);
  const rest = (await shown()).slice(8);
  expect(rest[0]).toBe('3 msix-blk');
  expect(rest.length).toBeGreaterThan(3);
  expect(decodeURIComponent((await figures.nth(8).getAttribute('src')) ?? '')).toMatch(/[\u4e00-\u9fff]/);
  await expect(page.locator('iframe, irq-scope')).toHaveCount(0);
});

for (const reveal of some(REVEALS, 1)) {
  test(`${reveal} (${WHICH}): registered after the deck began, as in a Quarto deck, the steps are fragments all the same`, async ({
    page,
    baseURL,
  }) => {
    await openDeck(page, baseURL ?? '', TWO, { reveal, hash: '#/1', late: true });
    await expect.poll(() => countOf(page)).toBeGreaterThan(10);
    for (const step of [4, 9]) {
      await next(page);
      await expect.poll(() => stepOf(page)).toBe(step);
    }
    await prev(page);
    await expect.poll(() => stepOf(page)).toBe(4);
  });
}

test('in the speaker’s own view nothing plays, and it stands where the deck is', async ({ page, baseURL }) => {
  const slides = `<section><irq-scope preset="eight-vcpus" play="1" steps="4,9" height="360"></irq-scope>
    <irq-scope preset="msi-plain" play="1" steps="5" height="200"></irq-scope></section>`;
  pages.set(
    '/speaker.html',
    '<!doctype html><iframe width="900" height="700" src="./deck.html?receiver#/0/0/1"></iframe>',
  );
  await openDeck(page, baseURL ?? '', slides);
  await expect.poll(() => stepOf(page)).toBeGreaterThan(0);
  await page.goto(`${await hostOfDecks()}speaker.html`);
  const deck = page.frames()[1] as Frame;
  const state = () =>
    deck.evaluate(() => {
      const { step, playing } = document.querySelector('irq-scope') as unknown as { step: number; playing: boolean };
      return { step, playing };
    });
  expect(await deck.evaluate(`Reveal.isSpeakerNotes()`)).toBe(true);
  await expect.poll(state).toEqual({ step: 9, playing: false });
  // Nor does one that none of its fragments has been shown of.
  const other = deck.locator('irq-scope').nth(1);
  await expect.poll(() => other.evaluate((e) => (e as HTMLElement & { playing: boolean }).playing)).toBe(false);
  // The frame answers in order: what the deck told it of its slide is behind it once this is answered.
  const answered = await deck.evaluate(async () => {
    const scene = document.querySelector('irq-scope') as unknown as {
      ready: Promise<void>;
      getState(): Promise<{ step: number }>;
    };
    await scene.ready;
    return (await scene.getState()).step;
  });
  expect(answered).toBe(9);
  expect(await state()).toEqual({ step: 9, playing: false });
});

test('a host gets figures of any moment without moving what is shown', async ({ page, baseURL }) => {
  await page.route('**/page.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><script type="module" src="embed/irq-scope.js"></script><irq-scope preset="posted-running" step="2"></irq-scope>`,
    }),
  );
  await page.goto(`${baseURL}page.html`);
  const made = (await page.evaluate(`(async () => {
    const s = document.querySelector('irq-scope');
    await s.ready;
    await s.seek(2);
    const svg = await s.export({ format: 'svg', step: 'end', theme: 'dark', lang: 'zh' });
    const png = await s.export({ format: 'png', step: 4, scale: 2, theme: 'light' });
    const bytes = new Uint8Array(png.data);
    const chunk = new TextDecoder('latin1').decode(bytes).indexOf('iTXtirqscope');
    const text = await s.export({ format: 'text' });
    return { svg: svg.data, step: svg.step, count: svg.count, head: [...bytes.slice(0, 4)], chunk, width: png.width,
      text: text.data.split('\\n').length, now: (await s.getState()).step };
  })()`)) as {
    svg: string;
    step: number;
    count: number;
    head: number[];
    chunk: number;
    width: number;
    text: number;
    now: number;
  };
  expect(made.svg).toMatch(/^<svg [^>]*data-irqscope="p=posted-running/);
  expect(made.svg).not.toMatch(/var\(|<script|foreignObject|class=/);
  expect(made.svg).toMatch(/[\u4e00-\u9fff]/);
  expect(made.step).toBe(made.count - 1);
  expect(made.head).toEqual([0x89, 0x50, 0x4e, 0x47]);
  expect(made.chunk).toBeGreaterThan(0);
  expect(made.width).toBe(1920);
  expect(made.text).toBeGreaterThan(10);
  expect(made.now).toBe(2);
});

test('panels of a frame stand on nobody, and the stage keeps its share', async ({ page }) => {
  for (const [width, height] of [
    [480, 360],
    [700, 700],
    [1100, 600],
  ] as const) {
    await page.setViewportSize({ width, height });
    await page.goto('./?embed=1&play=0&panels=now,callpath,inspector#p=serial-ioapic&t=9');
    const panels = page.locator('[data-panel]');
    await expect(panels).toHaveCount(3);
    await expect(panels.first()).not.toBeEmpty();
    const boxes = await page
      .locator('[data-part="stage"], [data-panel]')
      .evaluateAll((all) => all.map((e) => e.getBoundingClientRect().toJSON() as DOMRect));
    const stage = boxes[0] as DOMRect;
    expect(stage.height).toBeGreaterThanOrEqual(Math.max(159, 0.3 * height - 1));
    for (const panel of boxes.slice(1)) expect(panel.height).toBeGreaterThan(60);
    for (const [i, a] of boxes.entries())
      for (const b of boxes.slice(i + 1))
        expect(a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1).toBe(
          true,
        );
  }
});

const POSTERS = [
  ['a preset', '#p=intx-shared', ''],
  ['a step of it', '#p=intx-shared', '&poster=kvm_eoi%231'],
  [
    'a changed scene',
    '#s=k1.VcgxCoAwEATAv2y9gkELucp_hCBRDjkMJkaxEf9u7ZTz4IY4Yo6nQnBqtZgay7HYMjoQm2qBDETKK8R7WD2mZLuCPV3gP9oQiAvSvR8',
    '&theme=dark&lang=zh',
  ],
] as const;

for (const [what, hash, step] of some(POSTERS, 1)) {
  test(`a frame that waits shows the figure of ${what}, what it says and one button; no engine runs (${WHICH})`, async ({
    page,
  }) => {
    await page.setViewportSize({ width: 480, height: 360 });
    await page.goto(`./?embed=1&ctl=1${step}${hash}`);
    const figure = page.locator('[data-part="figure"]');
    await expect(figure).toBeVisible();
    expect(await figure.evaluate((img: HTMLImageElement) => img.decode().then(() => img.naturalWidth))).toBeGreaterThan(
      300,
    );
    await expect(page.getByRole('heading', { level: 1 })).not.toBeEmpty();
    await expect(page.locator('[data-part="sentence"]')).not.toBeEmpty();
    await expect(page.getByRole('button')).toHaveCount(1);
    await expect.poll(() => page.workers().length).toBe(0);
    await page.getByRole('button', { name: /^(Play: |播放：)./ }).click();
    await expect(page.locator('.tl-count')).toHaveText(/^[1-9]\d* \//);
    await expect.poll(() => page.workers().length).toBeGreaterThan(0);
  });
}

test('an element with a poster runs nothing until it is asked to go somewhere', async ({ page, baseURL }) => {
  await page.route('**/page.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><script type="module" src="embed/irq-scope.js"></script>
        <irq-scope preset="serial-ioapic" poster="step:4" lang="en"></irq-scope>`,
    }),
  );
  await page.goto(`${baseURL}page.html`);
  await expect(page.frameLocator('irq-scope >> iframe').locator('[data-part="figure"]')).toBeVisible();
  await page.evaluate(`document.querySelector('irq-scope').ready`);
  await expect.poll(() => page.workers().length).toBe(0);
  expect(await page.evaluate(`document.querySelector('irq-scope').seek(9).then((m) => m.step)`)).toBe(9);
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
});

test('in a sandboxed frame the engine still has a worker', async ({ page, baseURL }) => {
  await page.route('**/page.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><iframe sandbox="allow-scripts" width="480" height="360" src="./?embed=1#p=serial-ioapic"></iframe>`,
    }),
  );
  await page.goto(`${baseURL}page.html`);
  await expect(frameOf(page).locator('.tl-count')).toHaveText(/^[1-9]/);
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
});

test('on a host that knows no CORS the element’s frame goes on in the one file', async ({ page }) => {
  const dist = join(import.meta.dirname, '../dist');
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://a');
    if (pathname === '/page.html') {
      response.setHeader('Content-Type', 'text/html');
      response.end(`<!doctype html><script type="module" src="embed/irq-scope.js"></script>
        <irq-scope preset="intx-shared" step="20" panels="where"></irq-scope>`);
      return;
    }
    const file = join(dist, pathname);
    if (!existsSync(file)) {
      response.statusCode = 404;
      response.end();
      return;
    }
    response.setHeader('Content-Type', TYPES[extname(file)] ?? 'application/octet-stream');
    response.end(readFileSync(file));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/page.html`);
    await expect.poll(() => stepOf(page)).toBe(20);
    expect(frameOf(page).url()).toMatch(/irqscope\.html\?embed=1.*#p=intx-shared/);
    await expect(frameOf(page).locator('[data-panel="where"] .wh-findings')).toHaveAttribute('data-whole', 'true');
    expect(
      await page.evaluate(`document.querySelector('irq-scope').seek('end').then((m) => m.step === m.count - 1)`),
    ).toBe(true);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

test('the element tells what is odd in the run, and what a reader changed by hand leaves the frame with their yes alone', async ({
  page,
  baseURL,
}) => {
  await page.setViewportSize({ width: 900, height: 760 });
  await page.route('**/page.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><script type="module" src="embed/irq-scope.js"></script>
        <irq-scope preset="lost-ipi" panels="controls,where" step="4" height="700" lang="en"></irq-scope>
        <script>window.findings = []; addEventListener('finding', (e) => findings.push(e.detail))</script>`,
    }),
  );
  await page.goto(`${baseURL}page.html`);
  await expect.poll(() => page.evaluate(`findings.map(({ id }) => id).includes('lost-ipi')`)).toBe(true);
  const found = await page.evaluate(`findings.find(({ id }) => id === 'lost-ipi')`);
  expect(found).toMatchObject({ type: 'finding', severity: 'wrong', open: true, sentence: /\w+ \w+/ });
  const frame = frameOf(page);
  // A frame without an origin starts this worker from a Blob too.
  await expect(frame.locator('[data-panel="where"] .wh-findings')).toHaveAttribute('data-whole', 'true');
  const run = (body: string): Promise<unknown> =>
    page.evaluate(`(async () => { const s = document.querySelector('irq-scope'); await s.ready; ${body} })()`);
  // The host's own op is no secret; the reader's is.
  await run(`await s.seek(4); await s.set({ op: 'nmi', vcpu: 0 })`);
  expect(await run(`return (await s.getState()).link`)).toMatch(/^s=k1\./);
  const before = await run(`return (await s.getState()).count`);
  await frame.locator('[data-panel="controls"]').getByRole('button', { name: 'NMI', exact: true }).first().click();
  await expect.poll(() => run(`return (await s.pause()).count`)).not.toBe(before);
  await expect.poll(() => run(`return s.link`)).toBe(null);
  const bar = frame.locator('[data-part="consent"]');
  await expect(bar.getByRole('button')).toHaveCount(0);
  const ask = (what: string): Promise<unknown> =>
    page.evaluate(
      `window.got = null; document.querySelector('irq-scope').${what}.then((m) => { got = m.type }, (e) => { got = e.code })`,
    );
  const got = () => page.evaluate('window.got');
  void ask(`export({ format: 'json' })`);
  await bar.getByRole('button', { name: 'No', exact: true }).click();
  await expect.poll(got).toBe('refused');
  await expect(bar.getByRole('button')).toHaveCount(0);
  await frame.locator('[data-panel="controls"]').getByRole('button', { name: 'NMI', exact: true }).first().click();
  await expect.poll(() => run(`return (await s.pause()).playing`)).toBe(false);
  void ask('getState()');
  await bar.getByRole('button', { name: 'Yes, from now on' }).click();
  await expect.poll(got).toBe('ok');
  expect(await run(`return (await s.export({ format: 'json' })).mime`)).toBe('application/json');
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('IRQ-SCOPE');
});
