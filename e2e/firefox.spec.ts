/**
 * A smoke test in Firefox, by WebDriver BiDi (W3C), which needs no driver but the browser: Debian's firefox-esr, or what FIREFOX names. Skipped with
 * a sentence where there is none.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from './test.ts';
import { openSocket } from './websocket.ts';

const DIST = join(import.meta.dirname, '../dist');

function firefox(): string | null {
  const names = ['firefox-esr', 'firefox'].flatMap((name) =>
    (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name)),
  );
  for (const file of [process.env.FIREFOX, ...names]) {
    if (file === undefined) continue;
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Another place, then.
    }
  }
  return null;
}

interface Bidi {
  /** Opens an address and waits until it is loaded. */
  open(url: string): Promise<void>;
  /** Value of an expression of the page, which may be a promise. */
  value(expression: string): Promise<unknown>;
}

/** Speaks to the browser on its socket. */
async function connect(url: string): Promise<Bidi> {
  const waiting = new Map<number, (message: Record<string, unknown>) => void>();
  const socket = await openSocket(`${url}/session`, (text) => {
    const message = JSON.parse(text) as Record<string, unknown>;
    waiting.get(message.id as number)?.(message);
    waiting.delete(message.id as number);
  });
  let next = 1;
  const ask = async (method: string, params: object): Promise<Record<string, unknown>> => {
    const id = next++;
    const answer = new Promise<Record<string, unknown>>((done) => waiting.set(id, done));
    socket.say(JSON.stringify({ id, method, params }));
    const said = await answer;
    if (said.type === 'error') throw new Error(`${method}: ${String(said.message)}`);
    return said.result as Record<string, unknown>;
  };
  await ask('session.new', { capabilities: {} });
  const tree = (await ask('browsingContext.getTree', {})) as { contexts: { context: string }[] };
  const context = tree.contexts[0]?.context ?? '';
  return {
    async open(address) {
      await ask('browsingContext.navigate', { context, url: address, wait: 'complete' });
    },
    async value(expression) {
      const said = await ask('script.evaluate', { expression, target: { context }, awaitPromise: true });
      if (said.type === 'exception') throw new Error(JSON.stringify(said.exceptionDetails));
      return (said.result as { value?: unknown }).value;
    },
  };
}

let browser: ChildProcess | null = null;
let profile = '';
let page: Bidi;

test.describe.configure({ mode: 'serial' });
test.describe('Firefox', () => {
  test.beforeAll(async () => {
    const file = firefox();
    test.skip(file === null, 'there is no Firefox on this system; apt-get install firefox-esr brings one');
    if (file === null) return;
    profile = mkdtempSync(join(tmpdir(), 'irqscope-firefox-'));
    const args = [
      '--headless',
      '--no-remote',
      '--profile',
      profile,
      '--remote-debugging-port',
      '0',
      '--width',
      '1280',
      '--height',
      '900',
    ];
    browser = spawn(file, args, {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, HOME: profile, MOZ_DISABLE_CONTENT_SANDBOX: '1' },
    });
    const url = await new Promise<string>((done, fail) => {
      let text = '';
      browser?.stderr?.on('data', (data) => {
        text += String(data);
        const found = /WebDriver BiDi listening on (ws:\S+)/.exec(text);
        if (found !== null) done(found[1] as string);
      });
      browser?.on('exit', () => fail(new Error(text)));
    });
    page = await connect(url);
  });
  test.afterAll(() => {
    browser?.kill('SIGKILL');
    if (profile !== '') rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  const text = (selector: string): Promise<unknown> =>
    page.value(`document.querySelector(${JSON.stringify(selector)})?.textContent ?? ''`);

  test('a scene plays, its panels open, and another opens by its link', async ({ baseURL }) => {
    await page.open(`${baseURL}#p=serial-ioapic`);
    await expect.poll(() => text('.tl-count')).toMatch(/^([2-9]|[12]\d) \/ 24/);
    await page.open(`${baseURL}?play=0#p=intx-shared&t=20`);
    await expect.poll(() => text('.tl-count')).toMatch(/^2\d \/ /);
    await expect.poll(() => page.value(`document.querySelectorAll('[role=tab]').length`)).toBeGreaterThan(3);
    expect(
      await page.value(`(async () => {
        const empty = [];
        for (const tab of document.querySelectorAll('[role=tab]')) {
          tab.click();
          for (let i = 0; i < 100 && document.querySelector('[role=tabpanel]').textContent === ''; i++) await new Promise((done) => setTimeout(done, 50));
          if (document.querySelector('[role=tabpanel]').textContent === '') empty.push(tab.textContent);
        }
        return empty.join();
      })()`),
    ).toBe('');
    expect(await page.value(`document.querySelectorAll('.app-broken, .notice').length`)).toBe(0);
  });

  test('an element in a page steps and gives a figure', async ({ baseURL }) => {
    await page.open(`${baseURL}lecture/embeds.html`);
    const answer = await page.value(`(async () => {
      const scene = document.querySelector('#scene');
      scene.scrollIntoView();
      scene.makeReady();
      await scene.ready;
      const { step } = await scene.seek(4);
      const svg = await scene.export({ format: 'svg', step: 'end' });
      return step + ' ' + svg.data.slice(0, 4) + ' ' + (await scene.getState()).step;
    })()`);
    expect(answer).toBe('4 <svg 4');
  });

  test('the one file runs from a disk', async () => {
    await page.open(`${pathToFileURL(join(DIST, 'irqscope.html')).href}?play=0#p=posted-running&t=4`);
    await expect.poll(() => text('.tl-count')).toMatch(/^\d+ \/ /);
    expect(await page.value(`document.querySelectorAll('.app-broken, .notice').length`)).toBe(0);
  });
});
