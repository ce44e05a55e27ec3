/** The stage as somebody uses it: told by beats, what waits, changed by hand and back, the gallery. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { axeOf } from './axe.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const count = (page: Page) => page.locator('.tl-count');
const narrator = (page: Page) => page.locator('[data-part=narrator]');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function openPaused(page: Page, preset: string, step: number): Promise<void> {
  await page.goto(`./?play=0#p=${preset}&t=${step - 1}`);
  await expect(count(page)).toHaveText(new RegExp(`^${step} / [1-9]`));
}

/** Every folder of scenes is one; those of bugs are a folder deeper. */
const SCENES = ['../src/scenes', '../src/scenes/bugs'].flatMap((folder) =>
  readdirSync(join(import.meta.dirname, folder), { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && entry.name !== 'bugs',
  ),
).length;

test('why GSI 11 waits is on the stage: the token, its cause, and the bit that frees it', async ({ page }) => {
  await openPaused(page, 'intx-shared', 32);
  const waits = page.locator('[data-token][data-state=waiting]');
  await expect(waits).toHaveCount(1);
  await expect(waits).toHaveAttribute('data-journey', '2');
  await expect(waits).toContainText(say('stage.wait.eoi', { what: '0x3b' }));
  await expect(page.locator('.bd-tether').first()).toBeAttached();
  // Sent again it is the same interrupt.
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('Shift+ArrowRight');
  await expect(waits).toHaveCount(0);
  await expect(page.locator('[data-token][data-journey="2"]').first()).toBeAttached();
});

// One page: the gallery opens over whatever step is shown.
test('beats and the gallery by keyboard', async ({ page }) => {
  await test.step('Shift and the arrows go from beat to beat, in the words of the scene', async () => {
    await openPaused(page, 'serial-ioapic', 2);
    const sentence = narrator(page).locator('[data-part=sentence]');
    const first = await sentence.textContent();
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await expect(sentence).not.toHaveText(first ?? '');
    await expect(narrator(page).locator('[aria-current=step]')).toHaveCount(1);
    await page.keyboard.press('Home');
    await expect(sentence).toHaveClass(/nr-question/);
  });
  await test.step('after a choice from the list of scenes left and right are steps', async () => {
    const list = page.getByLabel(say('hdr.scene'), { exact: true });
    await list.focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect(page.locator('.tl-count')).toHaveText(/^2 /);
    await page.keyboard.press('ArrowLeft');
    await expect(page.locator('.tl-count')).toHaveText(/^1 /);
    await expect(list).toHaveValue('serial-ioapic');
  });
  await test.step('the gallery finds a scene by a word of it, draws it, and opens it by keyboard', async () => {
    await openPaused(page, 'serial-ioapic', 2);
    await button(page, say('hdr.scenes')).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog.locator('[data-scene]')).toHaveCount(SCENES);
    await expect(dialog.locator('[data-scene=serial-ioapic]')).toHaveAttribute('aria-current', 'true');
    await expect(dialog.locator('[data-scene=serial-ioapic] .gl-way').first()).toBeAttached();
    // Down from the search is the first scene.
    await page.keyboard.press('ArrowDown');
    await expect(dialog.locator('[data-scene]').first()).toBeFocused();
    await page.keyboard.press('/');
    await dialog.getByRole('searchbox').fill('zzqq');
    await dialog.getByRole('button', { name: say('end.all') }).click();
    await expect(dialog.getByRole('searchbox')).toBeFocused();
    await expect(dialog.locator('[data-scene]')).toHaveCount(SCENES);
    await dialog.getByRole('searchbox').fill('waterline');
    await expect(dialog.locator('[data-scene=priority-nesting]')).toBeVisible();
    await expect(dialog.locator('[data-scene=serial-ioapic]')).toHaveCount(0);
    const result = await axeOf(page).include('.gl').analyze();
    expect(result.violations.map((v) => `${v.id} ${v.nodes[0]?.html}`)).toEqual([]);
    // By part of the machine, with the chapters beside; the arrows walk from card to card.
    await dialog.getByRole('searchbox').fill('');
    const avic = dialog.locator('.gl-parts button', { hasText: say('gallery.part.avic') });
    // A number stands there when all scenes have been run, and is not that of those that have been run so far.
    await expect(avic.locator('small')).toHaveText(/^([1-9]\d*)?$/);
    await avic.click();
    await expect(dialog.locator('[data-scene=avic-doorbell]')).toBeVisible();
    await expect(dialog.locator('[data-scene=serial-ioapic]')).toHaveCount(0);
    await avic.click();
    await dialog.locator('.gl-parts button', { hasText: say('gallery.part.chapters') }).click();
    await expect(dialog.locator('[data-chapter=gsi]')).toBeVisible();
    await expect(dialog.locator('[data-scene]')).toHaveCount(0);
    await dialog.locator('[data-chapter=gsi]').focus();
    await page.keyboard.press('ArrowRight');
    await expect(dialog.locator('[data-chapter]').nth(1)).toBeFocused();
    await dialog.locator('.gl-parts button', { hasText: say('gallery.part.chapters') }).click();
    await dialog.locator('[data-chapter], [data-scene]').first().focus();
    await page.keyboard.press('/');
    await expect(dialog.getByRole('searchbox')).toBeFocused();
    await page.keyboard.type('waterline');
    await dialog.locator('[data-scene=priority-nesting]').focus();
    await page.keyboard.press('Enter');
    // Shut, it is no dialog any more; its labels are there until it is gone.
    await expect(page.locator('.gl')).toHaveCount(0);
    await expect(page.getByLabel(say('hdr.scene'), { exact: true })).toHaveValue('priority-nesting');
  });
});

test.describe('with reduced motion', () => {
  test.use({ contextOptions: { reducedMotion: 'reduce' } });
  test('the same beats happen, and nothing moves', async ({ page }) => {
    await openPaused(page, 'serial-ioapic', 2);
    await page.keyboard.press('Shift+ArrowRight');
    await expect(page.locator('[data-token][data-state=moving]')).toHaveCount(0);
    await expect(page.locator('[data-token]').first()).toBeAttached();
  });
});

test('three changes by hand are undone one by one', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 4);
  await page.getByRole('tab', { name: say('shell.tab.controls') }).click();
  const all = await count(page).textContent();
  // The panel comes in a chunk of its own; what is folded can be opened once it is there.
  await expect(page.locator('button', { hasText: /^NMI$/ }).first()).toBeAttached();
  await page.locator('details').evaluateAll((all) => {
    for (const one of all) (one as HTMLDetailsElement).open = true;
  });
  for (let i = 0; i < 3; i++) await button(page, 'NMI').click();
  await expect(page.locator('.header-changed')).toBeVisible();
  const undo = page.locator('.header-undo button').first();
  for (let i = 0; i < 3; i++) {
    await expect(undo).toHaveAttribute('aria-disabled', 'false');
    await undo.focus();
    await page.keyboard.press('Control+z');
  }
  await expect(undo).toHaveAttribute('aria-disabled', 'true');
  await expect(page.locator('.header-changed')).toHaveCount(0);
  expect((await count(page).textContent())?.split('/')[1]).toBe(all?.split('/')[1]);
});

test('a scene that has ended offers to be seen again, with one thing different, and the next', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 2);
  await page.keyboard.press('End');
  await expect(button(page, say('end.replay'))).toBeVisible();
  await page.locator('.nr-whatif').click();
  await expect(page.locator('.header-changed')).toBeVisible();
});

test('guess first is a switch: marked beats have a ring, playback stops before one and asks, and it is off until wanted', async ({
  page,
}) => {
  await openPaused(page, 'tpr-threshold', 2);
  const guess = button(page, say('quiz.switch'));
  await expect(guess).toHaveAttribute('aria-pressed', 'false');
  await expect(narrator(page).locator('[data-guess]')).toHaveCount(1);
  await expect(page.locator('[data-part=quiz]')).toHaveCount(0);
  await guess.click();
  await expect(guess).toHaveAttribute('aria-pressed', 'true');
  await narrator(page).locator('[data-guess]').click();
  const step = page.locator('.tl-count');
  await expect(step).not.toHaveText(/^2 /);
  const marked = (await step.textContent()) ?? '';
  // The keys of beats come in a chunk of their own.
  await expect(async () => {
    await page.keyboard.press('Shift+ArrowLeft');
    await expect(step).not.toHaveText(marked, { timeout: 2_000 });
  }).toPass();
  await button(page, say('timeline.play')).click();
  const quiz = page.locator('[data-part=quiz]');
  await expect(quiz).toContainText(say('quiz.next'));
  await expect(quiz.getByRole('button')).not.toHaveCount(0);
  await guess.click();
  await expect(quiz).toHaveCount(0);
});

test('at 360 px the acting row and its sentence are in one view', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openPaused(page, 'serial-ioapic', 13);
  await expect(narrator(page)).toBeInViewport({ ratio: 0.9 });
  await expect(page.locator('.bd-ring.bd-now').first()).toBeInViewport();
  // A token is its number here: what it waits for is under the sentence, wherever the stage is scrolled to.
  await openPaused(page, 'intx-shared', 32);
  const waits = narrator(page).locator('[data-journey="2"][data-state=waiting]');
  await expect(waits).toBeInViewport();
  await expect(waits).toContainText(say('stage.wait.eoi', { what: '0x3b' }));
});

test('at 360 px both ways of a fork stand at the row they leave', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await openPaused(page, 'serial-ioapic', 5);
  await expect(page.locator('[data-token][data-card=routing]')).toHaveCount(2);
  // Both in one look: the stage may be on its way into sight.
  const offs = await page.evaluate(() => {
    const middle = (one: Element | null): number => {
      const { top = 0, height = 0 } = one?.getBoundingClientRect() ?? {};
      return top + height / 2;
    };
    const row = middle(document.querySelector('[data-card=routing] [data-stop]'));
    return [...document.querySelectorAll('[data-token][data-card=routing]')].map((one) => Math.abs(middle(one) - row));
  });
  for (const off of offs) expect(off).toBeLessThan(4);
});
