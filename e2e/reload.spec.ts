/** Loaded anew in the middle of what is no scene yet: what was made is there again, and what cannot be kept is said. */
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const count = (page: Page) => page.locator('.tl-count');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const LINE = '  CPU 0/KVM-9 [000] ....     1.000001: kvm_set_irq: gsi 4 level 0 source 0\n';

/** A file dropped on the page. */
async function drop(page: Page, name: string, text: string): Promise<void> {
  await page.evaluate(
    ([name = '', text = '']) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([text], name));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    },
    [name, text],
  );
}
/** Takes back what was done before the page went, once it is there again. */
async function takeBack(page: Page): Promise<void> {
  await expect(page.locator('.header-undo [aria-keyshortcuts="Control+Z"]')).toHaveAttribute('aria-disabled', 'false');
  await page.keyboard.press('Control+z');
}
const traces = (page: Page) => page.getByRole('heading', { name: say('trace.page.title'), level: 1 });

interface Case {
  readonly address: string;
  /** What a person does; it is under way or done when the page goes. */
  readonly act: (page: Page) => Promise<void>;
  /** What must be there afterwards, without anything being asked for. */
  readonly after: (page: Page) => Promise<void>;
}

const CASES: Readonly<Record<string, Case>> = {
  'the machine editor, with a field half typed': {
    address: './?play=0#p=serial-ioapic&t=8',
    async act(page) {
      await button(page, say('machine.open')).click();
      const editor = page.getByRole('dialog', { name: say('machine.title') });
      await editor.getByLabel(say('machine.x2apic')).click();
      await expect(page.locator('.header-facts')).toContainText('x2APIC');
      await expect(page).toHaveURL(/#s=/);
      await editor.getByLabel(say('machine.vcpus'), { exact: true }).fill('7');
    },
    async after(page) {
      await expect(page.locator('.header-facts')).toContainText('x2APIC');
      await expect(count(page)).toHaveText(/^9 /);
      // The way back too.
      await takeBack(page);
      await expect(page.locator('.header-facts')).not.toContainText('x2APIC');
    },
  },
  'a way that was not taken': {
    address: './?play=0#p=intx-shared&t=20',
    async act(page) {
      await expect(count(page)).toHaveText(/^21 /);
      // Each step is waited for in the panel, which follows the stage by a frame or two.
      const [forks, step] = [page.locator('.now-forks button'), page.locator('.now-step')];
      await expect(step).toContainText('21');
      for (let n = 0; n < 12 && (await forks.count()) === 0; n++) {
        const before = (await step.textContent()) ?? '';
        await page.keyboard.press('ArrowRight');
        await expect(step).not.toHaveText(before);
      }
      await forks.first().click();
      await expect(page.locator('.header-changed')).toBeVisible();
      await expect(page).toHaveURL(/#s=/);
    },
    async after(page) {
      await expect(page).toHaveURL(/#s=/);
      await expect(page.locator('.header-changed')).toBeVisible();
      await takeBack(page);
      await expect(page).toHaveURL(/#p=intx-shared/);
    },
  },
  'a question that was asked': {
    address: './?quiz=1&play=0&speed=8#p=intx-shared&t=20',
    async act(page) {
      await expect(count(page)).toHaveText(/^21 /);
      await button(page, say('timeline.play')).click();
      await expect(page.locator('[data-part="quiz"]')).toBeVisible();
      // The address follows by a second; the one that names this step is waited for.
      const [stands] = /^\d+/.exec((await count(page).textContent()) ?? '') ?? [];
      await expect(page).toHaveURL(new RegExp(`&t=${Number(stands) - 1}(?!\\d)`));
    },
    async after(page) {
      // It stands before its beat again, and asks.
      await expect(page.locator('[data-part="quiz"] li button').first()).toBeVisible();
    },
  },
  'an exercise, with the part found': {
    address: './?play=0#p=affinity-remote-irr&t=end',
    async act(page) {
      await button(page, say('hdr.scenes')).click();
      await button(page, say('gallery.spot')).press('Enter');
      await page.locator('.gl-scene[data-scene^="case-"]').first().press('Enter');
      await expect(page).toHaveURL(/p=case-[0-9a-f]{4}/);
      await expect(page.locator('.wh-spot')).toBeVisible();
    },
    async after(page) {
      // The same exercise, and not its answer.
      await expect(page).toHaveURL(/p=case-[0-9a-f]{4}/);
      await expect(page.locator('.wh-spot')).toHaveAttribute('data-part', 'open');
      await expect(page.locator('[data-finding], .tl-found')).toHaveCount(0);
    },
  },
  'a film that is being made': {
    address: './?play=0#p=intx-shared&t=30',
    async act(page) {
      await button(page, say('hdr.share')).click();
      await expect(page.locator('.share-preview img')).toBeVisible();
      await page.getByLabel(say('share.format')).selectOption('gif');
      await button(page, `${say('share.save')} GIF`).click();
      await expect(page.getByRole('progressbar')).toBeVisible();
    },
    async after(page) {
      await expect(count(page)).toHaveText(/^31 /);
      await button(page, say('hdr.share')).click();
      await expect(page.locator('.share-preview img')).toBeVisible();
    },
  },
  'a file that is being read': {
    address: './?play=0#p=serial-ioapic&t=1',
    async act(page) {
      await expect(button(page, say('hdr.trace'))).toBeVisible();
      await drop(page, 'long.txt', LINE.repeat(200_000));
      await expect(page.locator('.tr-progress')).toBeVisible();
      await expect.poll(() => page.evaluate(() => sessionStorage.getItem('irqscope.trace'))).not.toBeNull();
    },
    async after(page) {
      await expect(page.getByRole('status').filter({ hasText: '15,000,000' })).toBeVisible();
    },
  },
  'a recording at one of its lines': {
    address: './?play=0#p=serial-ioapic&t=1',
    async act(page) {
      await expect(button(page, say('hdr.trace'))).toBeVisible();
      await drop(page, 'host.txt', LINE.repeat(300));
      await page.getByRole('button', { name: say('trace.page.last') }).click();
      await expect.poll(() => page.evaluate(() => sessionStorage.getItem('irqscope.trace'))).toMatch(/,300$/);
    },
    async after(page) {
      await expect(page.locator('.tr-problem')).toHaveText(say('trace.page.again', { size: '22,500', line: '300' }));
      await drop(page, 'host.txt', LINE.repeat(300));
      await expect(page.getByRole('heading', { name: say('trace.page.stage', { line: '300' }) })).toBeVisible();
      // Whoever goes back to the scene is asked no more.
      await button(page, say('trace.page.close')).click();
      await page.reload();
      await expect(count(page)).toHaveText(/^2 /);
      await expect(button(page, say('hdr.trace'))).toBeVisible();
      await expect(traces(page)).toHaveCount(0);
    },
  },
  'a recording of ours': {
    address: './?play=0#p=serial-ioapic&t=1',
    async act(page) {
      await button(page, say('hdr.trace')).click();
      await button(page, say('trace.page.sample.apicv')).click();
      await expect(page.locator('.tr-summary')).toContainText('11,284');
    },
    async after(page) {
      await expect(page.locator('.tr-summary')).toContainText('11,284');
      // The address of a scene is that scene, not this recording again.
      await page.goto('./?play=0&lang=en#p=intx-shared&t=3');
      await expect(count(page)).toHaveText(/^4 /);
      // What is looked up late has been, once nothing more is fetched.
      await page.waitForLoadState('networkidle');
      await expect(traces(page)).toHaveCount(0);
      await expect(page.locator('.tr-summary, .tr-problem')).toHaveCount(0);
    },
  },
  'a text that was pasted': {
    address: './?play=0#p=serial-ioapic&t=1',
    async act(page) {
      await button(page, say('hdr.trace')).click();
      await page.getByLabel(say('trace.page.paste')).fill('dumping local APIC state for CPU 1\nISR\t 81\nIRR\t 80\n');
      await button(page, say('trace.page.read')).click();
      await expect(page.locator('.tr-findings')).toContainText('isr-never-ended');
    },
    async after(page) {
      await expect(page.locator('.tr-problem')).toHaveText(say('trace.page.pasteAgain'));
    },
  },
};

for (const [what, { address, act, after }] of some(Object.entries(CASES), 2)) {
  test(`loaded anew in ${what} (${WHICH})`, async ({ page }) => {
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    await page.goto(address);
    await act(page);
    await page.reload();
    await expect(page.locator('.bd').first()).toBeVisible();
    await after(page);
    await expect(page.locator('.app-broken, #part-gone')).toHaveCount(0);
    expect(errors).toEqual([]);
  });
}

test('a lecture loaded anew on a slide, at a step of its scene, stands there again', async ({ page }) => {
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  await page.goto('./lecture.html?lang=en');
  const reveal = <T>(body: string): Promise<T> => page.evaluate(`window.Reveal.${body}`) as Promise<T>;
  const step = (): Promise<unknown> =>
    page.evaluate(
      () => (document.querySelector('section.present irq-scope') as { step?: unknown } | null)?.step ?? null,
    );
  await expect.poll(() => page.evaluate('window.Reveal?.isReady()')).toBe(true);
  for (
    let presses = 0;
    presses < 30 && !(await page.locator('section.present .irqscope-step.visible').count());
    presses++
  )
    await reveal('next()');
  await reveal('next()');
  await expect.poll(async () => Number((await step()) ?? -1)).toBeGreaterThan(-1);
  const wanted = await page.locator('section.present .irqscope-step.visible').last().getAttribute('data-step');
  await expect.poll(async () => String(await step())).toBe(wanted);
  const at = await reveal<{ readonly h: number; readonly v: number; readonly f: number }>('getIndices()');
  // reveal.js writes its address a second later at most.
  await expect.poll(() => new URL(page.url()).hash).toBe(`#/${at.h}/${at.v}/${at.f}`);
  await page.reload();
  await expect.poll(() => page.evaluate('window.Reveal?.isReady()')).toBe(true);
  // Its steps come with the figure, a moment after the deck.
  await expect.poll(() => reveal('getIndices()')).toEqual(at);
  await expect.poll(async () => String(await step())).toBe(wanted);
  expect(errors).toEqual([]);
});
