import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Chapter, ChapterText } from '../src/chapters/chapter.ts';
import { chapters as en } from '../src/i18n/en/chapters.ts';
import { chapters as zh } from '../src/i18n/zh-cn/chapters.ts';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';

const FOLDER = join(import.meta.dirname, '../src/chapters');
const read = <T>(folder: string, file: string): T => JSON.parse(readFileSync(join(FOLDER, folder, file), 'utf8')) as T;
const LANGS = [
  { query: 'en', file: 'en.json', words: en },
  { query: 'zh-CN', file: 'zh-cn.json', words: zh },
] as const;

/** What the engine answers, as `npm run chapters` prints it. */
function printed(): ReadonlyMap<string, readonly unknown[]> {
  const { stdout } = spawnSync('node', ['src/cli/run.mjs', 'chapters'], { cwd: join(import.meta.dirname, '..') });
  return new Map(
    stdout
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; checks: { answer: unknown }[] })
      .map(({ id, checks }) => [id, checks.map(({ answer }) => answer)]),
  );
}
const folders = readdirSync(FOLDER)
  .filter((name) => /^\d\d-/.test(name))
  .sort();

const bar = (page: Page) => page.locator('.chapter');

/** Walks a chapter that is on the page: every stop, and every check wrong and right. */
async function walk(
  page: Page,
  folder: string,
  { file, words }: (typeof LANGS)[number],
  answers: readonly unknown[],
): Promise<void> {
  const chapter = read<Chapter>(folder, 'chapter.json');
  const text = read<ChapterText>(folder, file);
  const next = bar(page).getByRole('button', { name: words['chap.next'], exact: true });
  for (const said of text.stops) {
    await expect(bar(page)).toContainText(said);
    await next.click();
  }
  for (const [i, { choices }] of chapter.checks.entries()) {
    await expect(bar(page)).toContainText(text.checks[i]?.ask ?? '');
    const right = choices.findIndex((c) => JSON.stringify(c) === JSON.stringify(answers[i]));
    const wrong = right === 0 ? 1 : 0;
    const buttons = bar(page).locator('.chapter-choice');
    const verdict = bar(page).getByRole('status');
    await buttons.nth(wrong).click();
    await expect(verdict).toHaveAttribute('data-right', 'false');
    await expect(verdict).toContainText(text.checks[i]?.why ?? '');
    await buttons.nth(right).click();
    await expect(verdict).toHaveAttribute('data-right', 'true');
    if (i + 1 < chapter.checks.length) await next.click();
  }
}

// A chapter is walked in one language, the next in the other; every sentence of one is in the outlines below, and of both in the
// catalogue's tests, so a second walk would press the same buttons again. Which chapter and language is another one each run.
for (const [nth, lang] of some([...LANGS.entries()], 1)) {
  const own = some(
    folders.filter((_, i) => i % LANGS.length === nth),
    1,
  );
  test(`chapters in ${lang.query}: every stop to the end, every check wrong and right (${WHICH})`, async ({ page }) => {
    test.setTimeout(480_000);
    // What is told is asked here, stop after stop, and not how the stage moves.
    await page.emulateMedia({ reducedMotion: 'reduce' });
    const answers = printed();
    for (const folder of own) {
      await test.step(folder, async () => {
        const { id } = read<Chapter>(folder, 'chapter.json');
        expect(answers.has(id), id).toBe(true);
        await page.goto(`./?play=0&lang=${lang.query}#ch=${id}`);
        await walk(page, folder, lang, answers.get(id) ?? []);
      });
    }
  });
}

for (const { query, file } of some(LANGS, 1)) {
  test(`the outlines on paper have every stop and question in ${query} (${WHICH})`, async ({ page }) => {
    await page.goto(`./?play=0&lang=${query}#ch=`);
    await expect(page.locator('.chapter-outline')).toHaveCount(folders.length);
    for (const [nth, folder] of folders.entries()) {
      const { stops, checks } = read<ChapterText>(folder, file);
      const said = page.locator('.chapter-outline').nth(nth).locator('li');
      await expect(said).toHaveText([...stops, ...checks.map(({ ask }) => ask)]);
    }
  });
}

test('a stop puts its moment on the stage, a poke leaves the rails, and the stop brings it back', async ({ page }) => {
  await page.goto('./?play=0&lang=en#ch=kick-chain&stop=1');
  await expect(bar(page)).toContainText('KVM_IRQ_LINE with GSI 4');
  const slider = page.getByRole('slider').first();
  await expect(slider).toHaveValue('2');
  await page.keyboard.press('ArrowRight');
  await expect(slider).toHaveValue('3');
  await bar(page).getByRole('button', { name: en['chap.return'] }).click();
  await expect(slider).toHaveValue('2');
  await expect(bar(page).getByRole('button', { name: en['chap.return'] })).toHaveCount(0);
});

test('a clicker walks the stops, and the address follows', async ({ page }) => {
  await page.goto('./?play=0&lang=en#ch=gsi');
  await expect(bar(page)).toContainText('Stop 1 of 5');
  await page.keyboard.press('PageDown');
  await expect(bar(page)).toContainText('Stop 2 of 5');
  await expect(page).toHaveURL(/#ch=gsi&stop=2$/);
  await page.keyboard.press('PageUp');
  await expect(page).toHaveURL(/#ch=gsi&stop=1$/);
});

test('a chapter or stop that is not there says so and leaves a scene on the stage', async ({ page }) => {
  await page.goto('./?play=0&lang=en#ch=nowhere');
  await expect(page.getByText('There is no chapter “nowhere”.')).toBeVisible();
  // A page of its own: in the same one the address would name the scene that stands in by the time of a reload.
  await page.goto('about:blank');
  await page.goto('./?play=0&lang=en#ch=gsi&stop=99');
  await expect(page.getByText('Chapter “gsi” has stops 1 to 7.')).toBeVisible();
});

test('the list has all sixteen and opens one', async ({ page }) => {
  await page.goto('./?play=0&lang=en#ch=');
  await expect(page.locator('.chapter-list > li > button')).toHaveCount(16);
  // On paper it is an outline: every stop and question, and nothing of the page around it.
  const outline = page.locator('.chapter-outline');
  await expect(outline.first()).toBeHidden();
  await page.emulateMedia({ media: 'print' });
  await expect(outline).toHaveCount(16);
  for (const each of await outline.all()) await expect(each).toBeVisible();
  await expect(page.locator('.board, [data-part="stage"]').first()).toBeHidden();
  await page.emulateMedia({ media: 'screen' });
  await page.locator('.chapter-list > li > button').nth(3).click();
  await expect(page).toHaveURL(/#ch=redirtbl&stop=1$/);
});
