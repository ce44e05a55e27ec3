/** How every scene looks, measured in the browser: smallest text, text within its card, marks that checks can read, and axe. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { axeOf } from './axe.ts';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const FOLDER = join(import.meta.dirname, '../src/scenes');
const SCENES = readdirSync(FOLDER).filter((name) => existsSync(join(FOLDER, name, 'scene.json')));

/** A moment well into a scene, at rest. */
const STEP = 11;

async function show(page: Page, scene: string, query: string): Promise<void> {
  await page.goto(`./?play=0&${query}#p=${scene}&t=${STEP}`);
  await expect(page.locator('.tl-count')).toHaveText(/^[1-9]\d* \/ [1-9]/);
  await expect(page.locator('.bd-stage [data-card]').first()).toBeAttached();
  // The notes of what waits come with the zoom.
  await expect(page.locator('.bd-zoom, .bd-stage[data-form=tall]').first()).toBeAttached();
  await expect(page.locator('[data-part=timeline]')).toHaveCount(1);
  await expect(page.locator('.header-tools')).toBeAttached();
}

/** Until the stage stands still: the same boxes in three frames in a row. */
const settled = (page: Page): Promise<void> =>
  page.evaluate(
    () =>
      new Promise<void>((done) => {
        let last = '';
        let same = 0;
        const look = (): void => {
          const stage = document.querySelector('.bd-stage');
          const now = [stage, ...(stage?.querySelectorAll('[data-card] .bd-card') ?? [])]
            .map((e) => JSON.stringify(e?.getBoundingClientRect()))
            .join();
          same = now === last ? same + 1 : 0;
          last = now;
          if (same >= 3) done();
          else requestAnimationFrame(look);
        };
        look();
      }),
  );

/** What is too small, or outside its card, or makes the page scroll sideways, in words. */
const faults = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const out: string[] = [];
    const { scrollWidth } = document.documentElement;
    if (scrollWidth > window.innerWidth) out.push(`the page is ${scrollWidth} px wide`);
    const stage = document.querySelector('.bd-stage') as SVGSVGElement;
    const k = stage.getScreenCTM()?.a ?? 1;
    // Nothing measured is a fault as well.
    if (stage.querySelectorAll('text').length < 20) out.push('hardly any text on the stage');
    for (const text of stage.querySelectorAll<SVGTextContentElement>('text, tspan')) {
      const own = [...text.childNodes].some((n) => n.nodeType === 3 && (n.textContent ?? '').trim() !== '');
      if (!own) continue;
      const size = Number.parseFloat(getComputedStyle(text).fontSize) * k;
      if (size < 10.95) out.push(`${size.toFixed(1)} px: ${text.textContent}`);
    }
    for (const pill of document.querySelectorAll<HTMLElement>('.bd-text, .bd-badge, .bd-cause')) {
      const size = Number.parseFloat(getComputedStyle(pill).fontSize) * k;
      if (pill.textContent !== '' && size < 10.95) out.push(`${size.toFixed(1)} px: ${pill.textContent}`);
      if (pill.matches('.bd-text') && pill.scrollWidth > pill.clientWidth + 1) out.push(`cut: ${pill.textContent}`);
    }
    for (const card of stage.querySelectorAll<SVGGElement>('[data-card]')) {
      const frame = card.querySelector('.bd-card')?.getBoundingClientRect();
      if (frame === undefined) continue;
      for (const text of card.querySelectorAll('text')) {
        const box = text.getBoundingClientRect();
        if (box.width > 0 && (box.right > frame.right + 2 || box.left < frame.left - 2))
          out.push(`${card.dataset.card}: ${text.textContent} reaches out of its card`);
      }
    }
    return out;
  });

/** Marks that checks read: the parts of the page, and each token with its state and its journey's colour. */
async function marks(page: Page, scene: string): Promise<void> {
  for (const part of ['stage', 'narrator', 'timeline']) {
    await expect(page.locator(`[data-part=${part}]`), `${scene} ${part}`).toHaveCount(1);
  }
  const tokens = await page.locator('[data-token]').evaluateAll((all) =>
    all.map((e) => ({
      state: (e as HTMLElement).dataset.state,
      journey: Number((e as HTMLElement).dataset.journey),
      colour: (e as HTMLElement).style.getPropertyValue('--c'),
    })),
  );
  for (const { state, journey, colour } of tokens) {
    expect(['moving', 'resting', 'waiting', 'ended'], scene).toContain(state);
    expect(journey, scene).toBeGreaterThanOrEqual(0);
    if (journey > 0) expect(colour, scene).toBe(`var(--j${((journey - 1) % 4) + 1})`);
  }
}

/** Words of the head that reach out of their button, as they do where it is made narrower than they are. */
const crowded = (page: Page): Promise<string[]> =>
  page
    .locator('.header-tools .header-btn')
    .evaluateAll((all) =>
      all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => `${one.textContent} in the head`),
    );

for (const [name, query, sizes, most] of [
  ['1280 x 800, 1600 x 1000 and 344 x 740', '', ['1280 800', '1600 1000', '344 740'], 3],
  ['in Chinese', 'lang=zh-CN', ['1280 800', '344 740'], 2],
] as const) {
  test(`no text on the stage is under 11 px, cut or outside its card, and every scene has its marks: ${name} (${WHICH})`, async ({
    page,
  }) => {
    test.slow();
    const wrong: Record<string, string[]> = {};
    for (const [nth, scene] of some(SCENES, most).entries()) {
      // Each scene begins in the window the one before ended in, so no window is set for a stage that goes at once.
      const walk = nth % 2 === 0 ? sizes : [...sizes].reverse();
      for (const size of walk) {
        const [width = 0, height = 0] = size.split(' ').map(Number);
        if (nth === 0 || size !== walk[0]) await page.setViewportSize({ width, height });
        if (size === walk[0]) await show(page, scene, query);
        // What is measured is the stage of this window: it has its width a frame later.
        await settled(page);
        const found = [...(await faults(page)), ...(await crowded(page))];
        if (found.length > 0) wrong[`${scene}, ${size}`] = found;
      }
      await marks(page, scene);
    }
    expect(wrong).toEqual({});
    await show(page, 'intx-shared', query);
    await expect(page.locator('[data-part=timeline] [data-journey]').first()).toBeAttached();
  });
}

const axe = async (page: Page, what: string, part?: string): Promise<void> => {
  const builder = axeOf(page);
  const { violations } = await (part === undefined ? builder : builder.include(part)).analyze();
  expect(violations.map((v) => `${what}: ${v.id} ${v.nodes[0]?.html}`)).toEqual([]);
};

const LOOKS = [
  ['en', 'light', 1280, 800],
  ['zh-CN', 'dark', 360, 740],
] as const;

for (const [lang, theme, width, height] of some(LOOKS, 1)) {
  test(`axe finds nothing in any panel: ${lang}, ${theme}, ${width} px (${WHICH})`, async ({ page }) => {
    test.slow();
    await page.setViewportSize({ width, height });
    // The map of 64 once; the panels beside a stage that is quicker to walk.
    await show(page, 'vcpus-64', `lang=${lang}&theme=${theme}`);
    await axe(page, '64 vCPUs', '[data-part=stage]');
    await show(page, 'intx-shared', `lang=${lang}&theme=${theme}`);
    await axe(page, 'the whole page');
    const tabs = page.getByRole('tab');
    const count = await tabs.count();
    // The first was part of the whole page.
    await expect(tabs.first()).toHaveAttribute('aria-selected', 'true');
    for (const i of some(
      Array.from({ length: count - 1 }, (_, n) => n + 1),
      3,
    )) {
      await tabs.nth(i).click();
      await expect(page.getByRole('tabpanel')).not.toBeEmpty();
      await axe(page, `panel ${i}`, '.side');
    }
  });
}

test('the first visit stops where one way is through, and asks what if; the next goes on where one was', async ({
  page,
}) => {
  await page.goto('./?speed=3');
  const invite = page.locator('[data-part=invite]');
  // The question stands over the five beats that answer it.
  await expect(page.locator('[data-part=narrator] [data-part=question]')).toHaveText(/handler in the guest\?$/);
  await expect(invite).toContainText(say('end.oneWay'));
  await expect(invite.locator('.nr-whatif')).toBeVisible();
  await invite.getByRole('button', { name: say('end.all') }).click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.goto('about:blank');
  await page.goto('./?play=0#p=intx-shared&t=30');
  await expect(page.locator('.tl-count')).toHaveText(/^31 /);
  await page.keyboard.press('ArrowRight');
  await expect.poll(() => page.evaluate(() => localStorage.getItem('irqscope.last'))).toContain('intx-shared');
  await page.goto('about:blank');
  await page.goto('./?speed=8');
  await invite.locator('button').first().click();
  await expect(page.getByLabel(say('hdr.scene'), { exact: true })).toHaveValue('intx-shared');
});
