/** What a word means is told where it stands: by pointer, finger and key, on the stage, in panels and in frames. */
import { registers } from '../src/i18n/en/registers.ts';
import { glossary as zh } from '../src/i18n/zh-cn/glossary.ts';
import { expect, type Frame, type Locator, type Page, test } from './test.ts';
import { say } from './texts.ts';

const LINK = '#p=intx-shared&t=20';
const card = (page: Page | Frame): Locator => page.locator('.term-card');

async function ready(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(page.locator('.now-title')).toBeVisible();
}

/** Asks until it is told: the words come after the stage, and a pointer that rests before they are here is told when it moves again. */
const untilTold = (page: Page, ask: () => Promise<unknown>): Promise<void> =>
  expect(async () => {
    await ask();
    await expect(card(page)).toBeVisible({ timeout: 3_000 });
  }).toPass();

/** A text of the stage by its own words. */
const onStage = (page: Page | Frame, text: string): Locator =>
  page
    .locator('.bd-stage text')
    .filter({ hasText: new RegExp(`^${text}$`) })
    .first();

/** Moves the pointer there: what is drawn in a part lets it through, so it is no element's to be hovered. */
async function pointAt(page: Page, target: Locator): Promise<void> {
  const box = await target.boundingBox();
  if (box === null) throw new Error('not on screen');
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
}

/** Middle of a word within an element's text. */
async function middleOf(target: Locator, word: string): Promise<{ x: number; y: number }> {
  await target.scrollIntoViewIfNeeded();
  const at = await target.evaluate((element, wanted) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const from = (node.textContent ?? '').indexOf(wanted);
      if (from < 0) continue;
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, from + wanted.length);
      const { x, y, width, height } = range.getBoundingClientRect();
      return { x: x + width / 2, y: y + height / 2 };
    }
    return null;
  }, word);
  if (at === null) throw new Error(`no word ${word}`);
  return at;
}

async function pointAtWord(page: Page, target: Locator, word: string): Promise<void> {
  const { x, y } = await middleOf(target, word);
  await page.mouse.move(x, y);
}

// One page for what is asked of it by pointer and by key, from a card that is gone again each time.
test('by pointer and by key, on the stage, in sentences, in the inspector and above a dialog', async ({ page }) => {
  await ready(page, `./?play=0${LINK}`);
  await untilTold(page, async () => {
    await page.mouse.move(2, 2);
    await pointAt(page, onStage(page, 'rIRR'));
  });
  await test.step('the pointer rests on heads and fields of the stage', async () => {
    for (const [text, id] of [
      ['rIRR', 'remote-irr'],
      ['vec', 'vector'],
      ['dest', 'destination'],
      ['Local APICs', 'lapic'],
      ['runs', 'handler'],
    ] as const) {
      await pointAt(page, onStage(page, text));
      await expect(card(page)).toHaveAttribute('data-terms', id);
      await expect(card(page)).toContainText(say(`term.${id}.is`));
    }
    await page.mouse.move(300, 400);
    await expect(card(page)).toHaveCount(0);
  });
  await test.step('a word of a sentence is explained, and what stands beside it is not', async () => {
    await pointAtWord(page, page.locator('.now-sentence'), 'GSI');
    await expect(card(page)).toHaveAttribute('data-terms', 'gsi');
    await page.keyboard.press('Escape');
    await expect(card(page)).toHaveCount(0);
  });
  await test.step('g explains the focused part, again it shows all terms, and the search finds one', async () => {
    await page.getByRole('button', { name: /^IOAPIC pin 11/ }).focus();
    await page.keyboard.press('g');
    await expect(card(page)).toHaveAttribute('data-terms', /\bremote-irr\b|\bvector\b/);
    await page.keyboard.press('g');
    const list = page.getByRole('dialog', { name: say('glossary.title') });
    await expect(list.locator('[data-term]').nth(100)).toBeAttached();
    await list.getByRole('searchbox').fill('doorbell');
    await expect(list.locator('[data-term=doorbell]')).toBeVisible();
    await list.getByRole('searchbox').fill('zzz');
    await expect(list).toContainText(say('glossary.none', { text: 'zzz' }));
    await list.getByRole('button', { name: say('dialog.close') }).click();
    await expect(list).toHaveCount(0);
  });
  await test.step('the inspector’s fields, and a card above an open dialog', async () => {
    await page.getByRole('button', { name: /^IOAPIC pin 11/ }).click();
    const field = page.locator('.insp-name').filter({ hasText: 'remoteIrr' });
    await field.scrollIntoViewIfNeeded();
    await pointAt(page, field);
    await expect(card(page)).toHaveAttribute('data-terms', 'remote-irr');
    // In the list of a part's registers a name has what its register holds.
    await page.getByRole('button', { name: say('insp.all', { name: 'IOAPIC' }) }).click();
    const register = page.locator('.insp-list span').filter({ hasText: /^IOREGSEL$/ });
    await pointAt(page, register);
    await expect(card(page)).toContainText(registers['reg.IOREGSEL']);
    await register.locator('..').focus();
    await page.keyboard.press('g');
    await expect(card(page)).toContainText(say('glossary.all'));
    await expect(card(page)).toContainText(registers['reg.IOREGSEL']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    const help = page.getByRole('dialog');
    await pointAtWord(page, help, 'vCPU');
    await expect(card(page)).toBeVisible();
    const above = await card(page).evaluate((element) => {
      const { x, y } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(x + 12, y + 12)) || element.matches(':popover-open');
    });
    expect(above).toBe(true);
    await help.getByRole('button', { name: say('help.glossary') }).click();
    await expect(page.getByRole('dialog', { name: say('glossary.title') })).toBeVisible();
  });
});

test('in Chinese', async ({ page }) => {
  await ready(page, `./?play=0&lang=zh-CN${LINK}`);
  await untilTold(page, async () => {
    await page.mouse.move(2, 2);
    await pointAt(page, onStage(page, '中断控制器'));
  });
  await expect(card(page)).toContainText(zh['term.chips.is']);
});

test('a finger: a tap on a plain text, the menu of a part', async ({ browser }) => {
  const context = await browser.newContext({ hasTouch: true, isMobile: true, viewport: { width: 412, height: 860 } });
  const page = await context.newPage();
  await ready(page, `./?play=0${LINK}`);
  const told = page.locator('.nr-line');
  const at = await middleOf(told, 'handler');
  await untilTold(page, () => page.touchscreen.tap(at.x, at.y));
  await expect(card(page)).toHaveAttribute('data-terms', 'handler');
  await page.touchscreen.tap(3, at.y);
  await expect(card(page)).toHaveCount(0);
  // A part's own long press is its menu, which has the words in it.
  const part = page.getByRole('button', { name: /^IOAPIC pin 11/ });
  await part.scrollIntoViewIfNeeded();
  const box = await part.boundingBox();
  if (box === null) throw new Error('not on screen');
  const point = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  const cdp = await context.newCDPSession(page);
  const words = page.getByRole('menuitem', { name: say('verb.explain') });
  // The menus come after the stage: a press before they are here opens none.
  await expect(async () => {
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [point] });
    try {
      await expect(words).toBeVisible({ timeout: 3_000 });
    } finally {
      await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    }
  }).toPass();
  await words.tap();
  await expect(card(page)).toHaveAttribute('data-terms', /\bvector\b/);
  await context.close();
});

test('in a frame, by pointer and by key', async ({ page }) => {
  await page.goto(`./?embed=1&play=0${LINK}`);
  await expect(page.locator('.tl-count')).toHaveText(/^21 /);
  await untilTold(page, async () => {
    await page.mouse.move(2, 2);
    await pointAt(page, onStage(page, 'IRR'));
  });
  await expect(card(page)).toHaveAttribute('data-terms', 'irr');
  await page.locator('[data-stop]').first().focus();
  await page.keyboard.press('g');
  await expect(card(page)).toContainText(say('glossary.all'));
});
