/** Hostile links, engines that die, chunks that are gone: nothing lost, no silence. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';
import { keepWorkers } from './workers.ts';

const count = (page: Page) => page.locator('.tl-count');
const notice = (page: Page) => page.locator('[data-code]');
const hash = (page: Page): string => new URL(page.url()).hash;
const linkAround = (json: string): string => `#s=k1.${deflateRawSync(json).toString('base64url')}`;
const nested = (depth: number): string => `${'['.repeat(depth)}${']'.repeat(depth)}`;

/** Ends them once the call that asks for it is over: a worker that goes in the middle of it leaves the driver waiting. */
async function endWorkers(page: Page): Promise<void> {
  // A second one looks for findings once there is time.
  await expect.poll(() => page.workers().length).toBeGreaterThan(0);
  const ended = page.workers();
  await page.evaluate(() => {
    setTimeout(() => {
      for (const worker of (window as unknown as { workers: Worker[] }).workers) worker.terminate();
    }, 0);
  });
  await expect.poll(() => page.workers().filter((worker) => ended.includes(worker)).length).toBe(0);
}

for (const depth of some([50, 2_000, 5_000], 1)) {
  test(`a link with a field nested ${depth} deep opens, and the field is named (${WHICH})`, async ({ page }) => {
    const log = `[{"op":"create","vcpus":2,"irqchip":"full"},{"op":"irq_line","gsi":4,"level":1,"x":${nested(depth)}}]`;
    await page.goto(`./${linkAround(`{"v":1,"base":null,"log":${log}}`)}`);
    await expect(notice(page)).toHaveAttribute('data-code', 'link-dropped');
    await expect(notice(page)).toContainText('log[1].x');
    await expect(count(page)).toHaveText(/\/ [1-9]/);
  });
}

test('a value nested deep where a number belongs is one sentence beside another scene', async ({ page }) => {
  const log = `[{"op":"create","vcpus":2,"irqchip":"full"},{"op":"irq_line","gsi":${nested(5_000)},"level":1}]`;
  await page.goto(`./${linkAround(`{"v":1,"base":null,"log":${log}}`)}`);
  await expect(notice(page)).toHaveAttribute('data-code', 'op.notNumber');
  await expect(count(page)).toHaveText(/\/ [1-9]/);
});

test('an engine that was ended while nothing was asked of it is replaced, unseen', async ({ page }) => {
  await keepWorkers(page);
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(count(page)).toHaveText(/^5 /);
  await expect(page).toHaveTitle(/.irqscope$/);
  const title = await page.title();
  await endWorkers(page);
  await page.locator('select:has(option[value=intx-shared])').selectOption('intx-shared');
  await expect(page).not.toHaveTitle(title);
  // The address follows once the scene is whole: its title is there before the engine has answered.
  await expect.poll(() => hash(page)).toMatch(/^#p=intx-shared/);
  await expect(count(page)).toHaveText(/\/ [1-9]/);
  await expect(notice(page)).toHaveCount(0);
});

test('an engine that falls silent is given up within two seconds: the last good scene, one sentence, a report', async ({
  page,
  context,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await keepWorkers(page);
  // From the second request on it hears nothing of what is asked, but the pings before it.
  await page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, message: { type?: string }, transfer: unknown) {
      const state = window as unknown as { deaf?: boolean; asked?: boolean };
      if (state.deaf === true && message.type === 'extend') state.asked = true;
      if (state.asked !== true) post.call(this, message, transfer as StructuredSerializeOptions);
    } as typeof post;
  });
  await page.goto('./?play=0#p=serial-ioapic');
  await expect(count(page)).toHaveText(/^0 \/ [1-9]/);
  await page.keyboard.press('End');
  await expect(count(page)).toHaveText(/^(\d+) \/ \1$/);
  const before = await count(page).textContent();
  await page.evaluate(() => {
    (window as unknown as { deaf: boolean }).deaf = true;
  });
  await page.getByRole('tab', { name: say('shell.tab.controls') }).click();
  await page.getByRole('button', { name: say('ctl.raise') }).click();
  await expect(notice(page)).toHaveAttribute('data-code', 'fault');
  await expect(notice(page)).toContainText(say('error.fault'));
  await expect(count(page)).toHaveText(before ?? '');
  await page.getByRole('button', { name: say('notice.copyReport') }).click();
  await expect(page.getByRole('button', { name: say('notice.copied') })).toBeVisible();
  const report = await page.evaluate(() => navigator.clipboard.readText());
  expect(report).toMatch(/^irqscope \d+\.\d+\.\d+\naddress: http.*\nshown: #p=serial-ioapic&t=\d+(&g=\d+)?\nbrowser: /);
  expect(report).toContain('the engine stopped answering');
});

test('a link overtaken by another scene leaves the address with what is on screen', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(count(page)).toHaveText(/^5 /);
  await expect(page.locator('option[value=intx-shared]').first()).toBeAttached();
  const settle = Array.from({ length: 60 }, () => ['settle']);
  const slow = linkAround(
    JSON.stringify({ v: 1, base: null, log: [{ op: 'create', vcpus: 64, irqchip: 'full' }, ...settle], t: 0 }),
  );
  await page.evaluate(async (link) => {
    const changed = new Promise((done) => addEventListener('hashchange', done, { once: true }));
    window.location.hash = link;
    await changed;
    const option = document.querySelector('option[value=intx-shared]') as Element;
    const menu = option.closest('select') as HTMLSelectElement;
    const set = Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value')?.set;
    set?.call(menu, 'intx-shared');
    menu.dispatchEvent(new Event('change', { bubbles: true }));
  }, slow);
  await expect.poll(() => hash(page)).toMatch(/^#p=intx-shared/);
  await page.reload();
  await expect.poll(() => hash(page)).toMatch(/^#p=intx-shared/);
});

test('a panel whose file is gone says so and offers to reload; the stage plays on', async ({ page }) => {
  await page.route(/assets\/for-panels-.*\.js/, (route) => route.abort());
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(count(page)).toHaveText(/^5 /);
  await expect(page.locator('.app-broken').first()).toContainText(say('error.part-not-loaded'));
  await page.keyboard.press('ArrowRight');
  await expect(count(page)).toHaveText(/^6 /);
  await page.unroute(/assets\/for-panels-.*\.js/);
  await page
    .getByRole('button', { name: say('shell.reload') })
    .first()
    .click();
  await expect(page.locator('.now-title')).toBeVisible();
});

test('what stands under a sentence and whose file is gone is missed there alone, and said', async ({ page }) => {
  await page.route(/assets\/for-stage-(?!pa).*\.js/, (route) => route.abort());
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(page.locator('#part-gone')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(count(page)).toHaveText(/^6 /);
  await expect(page.locator('[data-part=stage] svg').first()).toBeVisible();
});

test('what a card writes and whose file is gone is missed there alone, and said; the stage plays on', async ({
  page,
}) => {
  await page.route(/assets\/(Descriptor|VcpuForms|IdtCard)-.*\.js/, (route) => route.abort());
  await page.goto('./?play=0#p=posted-running&t=4');
  await expect(page.locator('#part-gone')).toBeVisible();
  await page.keyboard.press('ArrowRight');
  await expect(count(page)).toHaveText(/^6 /);
  await expect(page.locator('g[data-card="lapic:1"]')).toBeVisible();
});

test('offline, a preset that was never loaded is a sentence that says so', async ({ page, context }) => {
  // The browser keeps its cache from test to test.
  await (await context.newCDPSession(page)).send('Network.clearBrowserCache');
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(page.locator('.now-title')).toBeVisible();
  await context.setOffline(true);
  await page.locator('select:has(option[value=intx-shared])').selectOption('intx-shared');
  await expect(notice(page)).toHaveAttribute('data-code', 'preset-not-loaded');
  await expect(notice(page)).toContainText('intx-shared');
  await expect(count(page)).toHaveText(/^5 /);
});

test('the sentences of errors that are not here are said by their code', async ({ page }) => {
  await page.route(/assets\/errors-.*\.js/, (route) => route.abort());
  await page.goto('./#p=no-such-scene');
  await expect(notice(page)).toContainText(say('error.unknown', { code: 'preset-unknown' }));
});

test('what would be invisible or turn the text around is shown as its number', async ({ page }) => {
  await page.goto(`./#p=${encodeURIComponent('a\u202eb')}`);
  await expect(notice(page)).toContainText('a\\u{202e}b');
});

test('strict policy: no style and no script of strangers, and Trusted Types', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic&t=4');
  await expect(count(page)).toHaveText(/^5 /);
  const tried = await page.evaluate(async () => {
    const style = document.createElement('style');
    style.textContent = 'body { outline: 1px solid red }';
    document.head.append(style);
    const attempt = (act: () => void): string => {
      try {
        act();
        return 'done';
      } catch (e) {
        return (e as Error).name;
      }
    };
    const html = attempt(() => {
      document.body.innerHTML += '<p>x</p>';
    });
    const handler = attempt(() => document.body.setAttribute('onclick', 'window.ran = true'));
    document.body.click();
    // Not in this task: what a test evaluates may itself evaluate.
    const code = await new Promise<string>((done) => {
      setTimeout(() => done(attempt(() => Reflect.construct(Function, ['return 1']))));
    });
    await new Promise((done) => setTimeout(done, 300));
    return { html, handler, code, outline: getComputedStyle(document.body).outlineStyle, ran: 'ran' in window };
  });
  expect(tried).toEqual({ html: 'TypeError', handler: 'TypeError', code: 'EvalError', outline: 'none', ran: false });
});

test('nothing that is built has a script in its page that no hash names, a handler in its markup, or makes code from text', () => {
  const dist = join(import.meta.dirname, '../dist');
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(
    (name) => !/(^|\/)(reveal|plugin)\//.test(name),
  );
  const pages = files.filter((name) => name.endsWith('.html'));
  expect(pages).toEqual(expect.arrayContaining(['index.html', 'irqscope.html', 'lecture.html']));
  for (const name of pages) {
    const text = readFileSync(join(dist, name), 'utf8');
    const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(text)?.[1] ?? '';
    for (const [, attributes = '', code = ''] of text.matchAll(/<script\b([^>]*)>([\s\S]*?)<\/script>/g)) {
      if (code.trim() === '' || /type="(?!module|text\/javascript)/.test(attributes)) continue;
      const hash = createHash('sha256').update(code).digest('base64');
      expect([name, policy.includes(`'sha256-${hash}'`)]).toEqual([name, true]);
    }
    expect([name, /'unsafe-eval'|script-src[^;]*'unsafe-inline'/.test(policy)]).toEqual([name, false]);
    expect([name, /<[a-z][^>]*\son[a-z]+=/i.exec(text.replace(/<script\b[\s\S]*?<\/script>/g, ''))?.[0]]).toEqual([
      name,
      undefined,
    ]);
  }
  const scripts = files.filter((name) => /\.m?js$/.test(name));
  expect(scripts.length).toBeGreaterThan(50);
  const making = scripts.filter((name) =>
    /\beval\(|\bnew Function\(|\bFunction\(\s*["'`]/.test(readFileSync(join(dist, name), 'utf8')),
  );
  expect(making).toEqual([]);
});

const STORAGES = [
  [
    'is full',
    () =>
      Object.defineProperty(Storage.prototype, 'setItem', {
        value: () => {
          throw new DOMException('full', 'QuotaExceededError');
        },
      }),
  ],
  [
    'is blocked',
    () =>
      Object.defineProperty(window, 'localStorage', {
        get() {
          throw new DOMException('no', 'SecurityError');
        },
      }),
  ],
  ['holds nonsense', () => localStorage.setItem('irqscope', '{"theme":{"a":[]},"lang":7')],
  ['holds something else', () => localStorage.setItem('irqscope', '[["theme"]]')],
] as const;

for (const [what, storage] of some(STORAGES, 1)) {
  test(`where storage ${what} the page works, and theme and language can be changed (${WHICH})`, async ({ page }) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.addInitScript(storage);
    await page.goto('./?play=0#p=serial-ioapic&t=4');
    await expect(count(page)).toHaveText(/^5 /);
    // What is no setting was none.
    await expect(page.getByLabel(say('hdr.theme')).first()).toHaveValue('auto');
    await expect(page.locator('html')).not.toHaveAttribute('data-theme');
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await page.getByLabel(say('hdr.theme')).first().selectOption('dark');
    await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
    expect(errors).toEqual([]);
  });
}

test('two tabs on one address go their own ways', async ({ page, context }) => {
  const other = await context.newPage();
  for (const tab of [page, other]) {
    await tab.goto('./?play=0#p=serial-ioapic&t=4');
    await expect(count(tab)).toHaveText(/^5 /);
  }
  await page.keyboard.press('ArrowRight');
  await expect(count(page)).toHaveText(/^6 /);
  await expect(count(other)).toHaveText(/^5 /);
  await other.close();
});

test('a page that was hidden for a day, or whose clock was set, goes on from the step it stood at', async ({
  page,
}) => {
  await page.clock.install();
  await page.goto('./?speed=0.25#p=eight-vcpus');
  const at = async (): Promise<number> => Number((await count(page).textContent())?.split('/')[0]);
  // The engine runs by the real clock; the page moves when its own is moved.
  const plays = (from: number) =>
    expect
      .poll(async () => {
        await page.clock.runFor(500);
        return at();
      })
      .toBeGreaterThan(from);
  await plays(0);
  const sight = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await sight(true);
  await page.clock.runFor(1_000);
  const stood = await at();
  // A day in one leap: timers fire once, as they do in a browser that slept.
  await page.clock.fastForward('24:00:00');
  await sight(false);
  await page.clock.runFor(100);
  expect((await at()) - stood).toBeLessThanOrEqual(1);
  await plays(stood);
  // Nobody looked away: the machine slept with the page open, or its clock was put forward.
  const before = await at();
  await page.clock.fastForward('08:00:00');
  await page.clock.runFor(100);
  expect((await at()) - before).toBeLessThanOrEqual(1);
  await expect(page.locator('[data-code]')).toHaveCount(0);
});

test('a page in the background, with no frames and a timer a second: scenes come, nothing is given up, and it plays on when seen', async ({
  page,
}) => {
  await page.addInitScript(() => {
    const held: FrameRequestCallback[] = [];
    const { requestAnimationFrame: frame, setTimeout: timer } = window;
    const state = window as unknown as { wakeUp: () => void };
    let asleep = true;
    window.requestAnimationFrame = (call) => (asleep ? held.push(call) : frame(call));
    window.setTimeout = ((call: () => void, ms = 0) => timer(call, asleep ? Math.max(1_000, ms) : ms)) as never;
    state.wakeUp = () => {
      asleep = false;
      for (const call of held.splice(0)) frame(call);
    };
  });
  await page.goto('./?speed=1#p=intx-shared&t=3');
  await expect(count(page)).toHaveText(/^4 \/ [1-9]/);
  // What is asked of it there is done there: another scene, and one whose run takes longer than a ping may.
  const settle = Array.from({ length: 40 }, () => ['settle']);
  const slow = linkAround(
    JSON.stringify({ v: 1, base: null, log: [{ op: 'create', vcpus: 64, irqchip: 'full' }, ...settle], t: 0 }),
  );
  // A scene of no name has the site's. The title follows the stage, here by a second.
  const named = /.irqscope$/;
  await expect(page).toHaveTitle(named);
  for (const [address, title] of [
    [slow, /^irqscope$/],
    ['#p=eight-vcpus&t=5', named],
  ] as const) {
    await page.evaluate((link) => {
      window.location.hash = link;
    }, address);
    await expect(page).toHaveTitle(title);
  }
  await expect(count(page)).toHaveText(/^6 \//);
  await expect(page.locator('[data-code]')).toHaveCount(0);
  await page.evaluate(() => (window as unknown as { wakeUp: () => void }).wakeUp());
  // On from there, and not past what the time away would have played.
  const seen = new Set<string>();
  await expect
    .poll(async () => {
      seen.add((await count(page).textContent())?.split('/')[0]?.trim() ?? '');
      return seen.size;
    })
    .toBeGreaterThan(2);
  expect(Math.min(...[...seen].map(Number))).toBeLessThanOrEqual(7);
  await expect(page.locator('[data-code]')).toHaveCount(0);
});

test('on paper: the whole stage in light colours, its sentence and the open panel; afterwards all is as before', async ({
  page,
}) => {
  await page.goto('./?play=0&theme=dark#p=intx-shared&t=30');
  await expect(count(page)).toHaveText(/^31 /);
  await expect(page.locator('.now-title')).toBeVisible();
  const shape = () =>
    page.evaluate(() => {
      const box = (query: string) => document.querySelector(query)?.getBoundingClientRect();
      const stage = box('.bd-stage');
      return {
        ink: getComputedStyle(document.body).color,
        wide: stage !== undefined && stage.width > 300 && stage.right <= window.innerWidth + 1,
        buttons: [...document.querySelectorAll('.app-head button, .app-main button, .nr button')].filter((b) =>
          b.checkVisibility(),
        ).length,
      };
    });
  const live = await shape();
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 794, height: 1123 });
  await expect.poll(shape).toMatchObject({ wide: true, buttons: 0 });
  expect((await shape()).ink).not.toBe(live.ink);
  await expect(page.locator('[data-part=sentence]')).toBeVisible();
  await expect(page.locator('.now-title')).toBeVisible();
  await expect(page.locator('.app-time')).toBeHidden();
  await page.emulateMedia({ media: null });
  await page.setViewportSize({ width: 1280, height: 720 });
  await expect(count(page)).toHaveText(/^31 /);
  await page.keyboard.press('ArrowRight');
  await expect(count(page)).toHaveText(/^32 /);
});
