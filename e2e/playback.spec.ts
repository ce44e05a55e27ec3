import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const count = (page: Page) => page.locator('.tl-count');
const stepNow = async (page: Page): Promise<number> => Number((await count(page).textContent())?.split('/')[0] ?? -1);
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** A scene at rest after its nth step; what is played afterwards plays as slowly as it can. */
async function openPaused(page: Page, preset: string, step: number, query = ''): Promise<void> {
  await page.goto(`./?play=0${query}#p=${preset}&t=${step - 1}`);
  await expect(count(page)).toHaveText(new RegExp(`^${step} / [1-9]`));
}

test('a page without a link plays the first scene by itself', async ({ page }) => {
  await page.goto('./?speed=0.25');
  await expect(count(page)).toHaveText(/^[1-9]/);
  await expect(button(page, say('timeline.pause'))).toBeVisible();
  await expect(page.locator('.nr-line')).toBeVisible();
});

/** Counts requests for frames from now on. */
async function countFrames(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    const real = window.requestAnimationFrame.bind(window);
    const counter = window as unknown as { frames: number };
    counter.frames = 0;
    window.requestAnimationFrame = (callback) => {
      counter.frames++;
      return real(callback);
    };
  });
  return () => page.evaluate(() => (window as unknown as { frames: number }).frames);
}

// One page: each part begins where the one before left it, by keys, which move no focus.
test('a scene at rest: no frame, each step said, its keys, those of a control in focus, and the slider', async ({
  page,
}) => {
  await test.step('at rest it asks for no frame', async () => {
    await openPaused(page, 'serial-ioapic', 3);
    const frames = await countFrames(page);
    // Panels still on their way may ask for one; once they are there nothing does.
    await expect
      .poll(async () => {
        const before = await frames();
        await page.waitForTimeout(700);
        return (await frames()) - before;
      })
      .toBe(0);
  });
  await test.step('each step is said to a screen reader', async () => {
    const live = page.locator('p[aria-live=polite]');
    await expect(live).not.toBeEmpty();
    const before = await live.textContent();
    await page.keyboard.press('ArrowRight');
    await expect(live).not.toHaveText(before ?? '');
  });
  await test.step('the keyboard plays, steps, jumps and changes the speed', async () => {
    await expect(count(page)).toHaveText(/^4 /);
    await page.keyboard.press('ArrowRight');
    await expect(count(page)).toHaveText(/^5 /);
    await page.keyboard.press('ArrowLeft');
    await expect(count(page)).toHaveText(/^4 /);
    await page.keyboard.press('End');
    const last = await stepNow(page);
    await expect(count(page)).toHaveText(`${last} / ${last}`);
    await page.keyboard.press('Home');
    await expect(count(page)).toHaveText(/^0 /);
    await page.keyboard.press(']');
    await expect(page.getByLabel(say('timeline.speed'))).toHaveValue('2');
    await page.keyboard.press('[');
    await expect(page.getByLabel(say('timeline.speed'))).toHaveValue('1');
    // Slow from here on: a scene that plays must still play when it is looked at.
    await page.getByLabel(say('timeline.speed')).selectOption('0.25');
    await page.locator('.now-title').click();
    await page.keyboard.press('Space');
    await expect(button(page, say('timeline.pause'))).toBeVisible();
    await page.keyboard.press('Space');
    await expect(button(page, say('timeline.play'))).toBeVisible();
  });
  await test.step('a control in focus keeps the keys that are its own', async () => {
    await page.keyboard.press('Home');
    await expect(count(page)).toHaveText(/^0 /);
    await page.getByLabel(say('timeline.speed')).focus();
    await page.keyboard.press('ArrowDown');
    await expect(page.getByLabel(say('timeline.speed'))).not.toHaveValue('0.25');
    await expect(count(page)).toHaveText(/^0 /);
    await button(page, say('timeline.step')).focus();
    await page.keyboard.press('Space');
    await expect(count(page)).toHaveText(/^1 /);
    await expect(button(page, say('timeline.play'))).toBeVisible();
  });
  await test.step('the slider seeks to any step and says where it is', async () => {
    await page.getByLabel(say('timeline.speed')).selectOption('0.25');
    const slider = page.getByRole('slider', { name: say('timeline.scrub') });
    await slider.fill('9');
    await expect(count(page)).toHaveText(/^10 /);
    await expect(slider).toHaveAttribute('aria-valuetext', /10/);
    await slider.press('ArrowRight');
    await expect(count(page)).toHaveText(/^11 /);
    await slider.press('Space');
    await expect(button(page, say('timeline.pause'))).toBeVisible();
  });
});

test('a hidden page sleeps and goes on where it was', async ({ page }) => {
  await page.goto('./?speed=0.25#p=eight-vcpus');
  await expect(count(page)).toHaveText(/^[1-9]/);
  const hide = (hidden: boolean) =>
    page.evaluate((value) => {
      Object.defineProperty(document, 'hidden', { value, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
    }, hidden);
  await hide(true);
  const at = await stepNow(page);
  const frames = await countFrames(page);
  await expect
    .poll(async () => {
      const before = await frames();
      await page.waitForTimeout(1200);
      return (await frames()) - before;
    })
    .toBe(0);
  expect(await stepNow(page)).toBe(at);
  await hide(false);
  await expect.poll(() => stepNow(page)).toBeGreaterThan(at);
});

test('with reduced motion the same steps happen', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto('./?speed=8#p=serial-ioapic');
  await expect(count(page)).toHaveText(/^(\d+) \/ \1$/, { timeout: 90_000 });
});

test('eight vCPUs play step after step; between steps only the tokens are drawn anew', async ({ page }) => {
  await page.goto('./#p=eight-vcpus');
  await expect(count(page)).toHaveText(/^[2-9]/);
  const seen = await page.evaluate(async () => {
    const counter = document.querySelector('.tl-count') as Element;
    const step = (): number => Number((counter.textContent ?? '').split('/')[0]);
    const steps: number[] = [step()];
    let frames = 0;
    let drawn = 0;
    const cards = new MutationObserver((changes) => {
      drawn += changes.length === 0 ? 0 : 1;
    });
    cards.observe(document.querySelector('.bd-stage') as Element, { subtree: true, childList: true, attributes: true });
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    while (steps.length < 6) {
      await frame();
      frames++;
      if (step() !== steps.at(-1)) steps.push(step());
    }
    cards.disconnect();
    return { steps, frames, drawn };
  });
  expect(seen.steps).toEqual(seen.steps.map((_, i) => (seen.steps[0] as number) + i));
  expect(seen.drawn).toBeLessThan(seen.frames / 2);
});
