/** "Where is my interrupt?" and the findings, as a person asks and reads them. */
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

async function open(page: Page, preset: string, step: number | 'end', query = ''): Promise<void> {
  await page.goto(`./?play=0${query}#p=${preset}&t=${step === 'end' ? 'end' : step - 1}`);
  const count = page.locator('.tl-count').first();
  await expect(count).toHaveText(step === 'end' ? /^([1-9]\d*) \/ \1$/ : new RegExp(`^${step} / [1-9]`));
  const tab = page.getByRole('tab', { name: say('shell.tab.where') });
  await tab.click();
  await expect(page.locator('.where')).toBeVisible();
}

const answer = (page: Page) => page.locator('.wh-answer');
const findings = (page: Page) => page.locator('.wh-findings');
const step = (page: Page) => page.locator('.tl-count').first();

async function askGsi(page: Page, gsi: number): Promise<void> {
  await page.locator('.wh-field input').first().fill(String(gsi));
  await page.getByRole('button', { name: say('where.ask'), exact: true }).click();
}

// One page for one scene; what was done by hand comes last.
test('an interrupt of two that share a pin: asked about, why it waits, and what frees it', async ({ page }) => {
  await test.step('what is selected is asked about; what is no number is said; another moment has another answer', async () => {
    await open(page, 'intx-shared', 32);
    await test.step('what is selected is asked about', async () => {
      await page.locator('.wh-raised button', { hasText: 'GSI 11' }).click();
      await expect(answer(page)).toHaveAttribute('data-held', 'ioapic-remote-irr');
    });
    await test.step('what is no number is said, and the answer before it stays', async () => {
      await askGsi(page, 11);
      await expect(answer(page)).toHaveAttribute('data-state', 'waiting');
      await page.locator('.wh-field input').first().fill('eleven');
      const ask = page.getByRole('button', { name: say('where.ask'), exact: true });
      await ask.click();
      await expect(page.locator('.where .problem')).toHaveText(say('where.bad', { text: 'eleven' }));
      await expect(answer(page)).toHaveAttribute('data-state', 'waiting');
      // The next keys are for the scene: the focus is on no field.
      await expect(ask).toBeFocused();
    });
    await test.step('another moment has another answer', async () => {
      await page.keyboard.press('Home');
      await expect(step(page)).toHaveText(/^0 /);
      await expect(answer(page)).toHaveAttribute('data-state', 'never');
    });
  });
  await test.step('why GSI 11 waits: the gate, since when, and what frees it, tried', async () => {
    await open(page, 'intx-shared', 32);
    await askGsi(page, 11);
    await expect(answer(page)).toHaveAttribute('data-state', 'waiting');
    const held = await answer(page).getAttribute('data-held');
    expect(held).toBe('ioapic-remote-irr');
    await expect(page.locator('.wh-holds')).toContainText('remoteIrr');
    await expect(page.locator('.wh-sentence')).toContainText(say('where.why.ioapic-remote-irr'));
    // What led to it, each a press away.
    const causes = page.locator('.wh-causes li');
    expect(await causes.count()).toBeGreaterThan(1);
    await causes.last().getByRole('button').click();
    await expect(step(page)).not.toHaveText(/^32 \//);
    await page.goto('about:blank');
    await page.goto('./?play=0#p=intx-shared&t=31');
    await page.getByRole('tab', { name: say('shell.tab.where') }).click();
    await askGsi(page, 11);
    await page.getByRole('button', { name: say('where.goThere') }).click();
    await expect(step(page)).not.toHaveText(/^32 \//);
    // By way of no page: an address that changes in the moment in which the page writes its own is written over.
    await page.goto('about:blank');
    await page.goto('./?play=0#p=intx-shared&t=31');
    await page.getByRole('tab', { name: say('shell.tab.where') }).click();
    await askGsi(page, 11);
    await expect(answer(page)).toHaveAttribute('data-held', 'ioapic-remote-irr');
    await page.getByRole('button', { name: say('where.try'), exact: true }).click();
    // A branch stands there now; at its end the interrupt has been in its handler.
    await expect(page.locator('.header-changed')).toBeVisible();
    await page.keyboard.press('End');
    await expect(answer(page)).toHaveAttribute('data-state', /done|in-service/);
  });
});

test('findings are silent in a healthy scene and speak in one with a bug', async ({ page }) => {
  await open(page, 'intx-shared', 'end');
  await expect(findings(page)).toHaveAttribute('data-whole', 'true');
  await expect(findings(page)).toHaveAttribute('data-count', '0');
  await expect(page.locator('.side-badge')).toHaveCount(0);

  await open(page, 'affinity-remote-irr', 'end');
  await expect(page.locator('.side-badge')).toHaveText('1');
  await expect(page.locator('.tl-found')).toHaveCount(1);
  // The token that waits is pressed: it is asked about, where it is held.
  const pill = page.locator('.bd-parked .bd-pill').first();
  await expect(page.locator('[data-part=under-way] [data-state=waiting]')).toBeVisible();
  await pill.click();
  await expect(answer(page)).toHaveAttribute('data-held', 'ioapic-remote-irr');
  // A finding says where its rule stands in the manuals.
  await expect(page.locator('[data-finding=remote-irr-stuck] .wh-cite').first()).toContainText('IOREDTBL');
  // The other way at its end: the same scene without the bug, and back.
  await page.getByRole('button', { name: say('end.withoutBug') }).click();
  await expect(page).toHaveURL(/p=affinity-remote-irr-fixed/);
  await page.getByRole('button', { name: say('findings.before') }).click();
  await expect(page).toHaveURL(/p=affinity-remote-irr(?!-fixed)/);
  await expect(page.locator('[data-finding=remote-irr-stuck]')).toBeVisible();
  await page.getByRole('button', { name: say('findings.after') }).click();
  await expect(page).toHaveURL(/p=affinity-remote-irr-fixed/);
  await expect(page.locator('[data-finding=remote-irr-stuck]')).toHaveCount(0);
});

test('spot it: a bug without its title and story, guessed by keyboard, then told', async ({ page }) => {
  // Op by op to the bug: what is told is asked, and not how it moves.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page, 'affinity-remote-irr', 'end');
  await expect(page).toHaveTitle(/.irqscope$/);
  const title = await page.title();
  await page.getByRole('button', { name: say('hdr.scenes'), exact: true }).click();
  await page.getByRole('button', { name: say('gallery.spot'), exact: true }).press('Enter');
  const cards = page.locator('.gl-scene');
  await expect(cards.first()).toBeVisible();
  // Nothing on the cards says what is wrong.
  await expect(page.locator('.gl-scene:not([data-scene^="case-"])')).toHaveCount(0);
  await cards.first().press('Enter');
  await expect(page).toHaveURL(/p=case-[0-9a-f]{4}/);
  const spot = page.locator('.wh-spot');
  await expect(spot).toBeVisible();
  await expect(page).not.toHaveTitle(title);
  await page.keyboard.press('Home');
  await expect(findings(page)).toHaveAttribute('data-whole', 'true');
  await expect(page.locator('[data-finding], .tl-found')).toHaveCount(0);
  await expect(spot).toHaveAttribute('data-part', 'open');
  await spot.getByRole('button', { name: 'LAPIC 0' }).press('Enter');
  await expect(spot).toContainText(say('findings.notIt', { place: 'LAPIC 0' }));
  await spot.getByRole('button', { name: 'IOAPIC' }).press('Enter');
  await expect(spot).toHaveAttribute('data-part', 'right');
  // Op by op, from the first on, until it is the one.
  const finding = page.locator('[data-finding=remote-irr-stuck]');
  const guess = spot.locator('.btn');
  for (let n = 0; n < 40 && (await finding.count()) === 0; n++) {
    await page.keyboard.press('ArrowRight');
    await guess.press('Enter', { timeout: 2000 }).catch(() => {});
    if (n === 0) await expect(spot).toContainText(say('findings.op.later'));
  }
  await expect(finding).toBeVisible();
  await expect(page.locator('.tl-found')).toHaveCount(1);
  await page.getByRole('button', { name: say('findings.story') }).click();
  await expect(page).toHaveURL(/p=affinity-remote-irr/);
});

test('a message for an id of more than eight bits is asked about by its whole address', async ({ page }) => {
  await open(page, 'intx-shared', 32);
  await page
    .locator('.where')
    .getByRole('radio', { name: say('where.kind.msi') })
    .check();
  const fields = page.locator('.wh-field input');
  await fields.nth(0).fill('0x100fee2c000');
  await fields.nth(1).fill('0x41');
  await page.getByRole('button', { name: say('where.ask'), exact: true }).click();
  await expect(page.locator('.where .problem')).toHaveCount(0);
  await expect(answer(page)).toHaveAttribute('data-state', 'never');
});

test('the panel stands in a frame that asks for it', async ({ page }) => {
  await page.goto('./?embed=1&panels=where#p=intx-shared&t=31');
  await page.locator('.wh-field input').first().fill('11');
  await page.getByRole('button', { name: say('where.ask'), exact: true }).click();
  await expect(answer(page)).toHaveAttribute('data-held', 'ioapic-remote-irr');
});

test('on a phone the panel and its answer are as wide as the page, and the page no wider', async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 780 });
  await open(page, 'intx-shared', 32);
  await page.locator('.wh-field input').first().fill('11');
  await page.getByRole('button', { name: say('where.ask'), exact: true }).click();
  await expect(answer(page)).toHaveAttribute('data-held', 'ioapic-remote-irr');
  const over = await page.evaluate(() => {
    const right = Math.max(...[...document.querySelectorAll('.where *')].map((e) => e.getBoundingClientRect().right));
    return [document.documentElement.scrollWidth - window.innerWidth, right > window.innerWidth];
  });
  expect(over).toEqual([0, false]);
});
