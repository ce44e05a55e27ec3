import AxeBuilder from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from './test.ts';

/** A scene at rest after its nth step. */
async function openPaused(page: Page, preset: string, step: number, query = ''): Promise<void> {
  await page.goto(`./?play=0${query}#p=${preset}&t=${step - 1}`);
  await expect(page.locator('.tl-count')).toHaveText(new RegExp(`^${step} / [1-9]`));
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

test('Now says what happened, which bits changed and why, and a change opens its register', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 13);
  const now = page.locator('.now');
  await expect(now.locator('.now-title')).toHaveText('Waiting in IRR');
  await expect(now.locator('.now-sentence')).toContainText('Bit 0x34 of LAPIC 1’s IRR is set');
  await expect(now.locator('.now-why')).toContainText('Class 3 against PPR class 0');
  await now.getByRole('button', { name: /LAPIC 1 · IRR\[0x34\]/ }).click();
  await tab(page, 'Inspector').click();
  await expect(page.locator('.insp-title')).toHaveText('LAPIC 1 IRR');
  await expect(page.locator('.insp-hex')).toHaveText('[0x34] = 1');
  await page.getByRole('button', { name: /Last changed in step 13/ }).click();
  await expect(page.locator('.tl-count')).toHaveText(/^13 /);
});

test('a way not taken is tried in a branch, and Reset brings the scene back', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 9);
  await page.getByRole('button', { name: 'Try it: if pin 4 were masked' }).click();
  await expect(page.getByRole('button', { name: 'Reset' })).toBeVisible();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('Masked in the IOAPIC');
  await page.getByRole('button', { name: 'Reset' }).click();
  await expect(page.getByRole('button', { name: 'Reset' })).toBeHidden();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('The handler returns');
});

test('the call path names the functions of each version', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  const path = page.locator('.callpath');
  await expect(path.locator('[aria-current]')).toHaveText('ioapic_service');
  const link = path.getByRole('link', { name: 'kvm_vm_ioctl_irq_line' });
  await expect(link).toHaveAttribute('href', /v6\.18/);
  await expect(link).toHaveAttribute('rel', 'noopener');
  await expect(path).not.toContainText('kvm_set_ioapic_irq');
  await path.getByText('v5.15').click();
  await expect(path).toContainText('kvm_set_ioapic_irq');
  await expect(link).toHaveAttribute('href', /v5\.15/);
});

test('a register is edited in place; a bad number is one sentence and stays as typed', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 1);
  await page.keyboard.press('End');
  await tab(page, 'Controls').click();
  await page.getByText('Redirection entry', { exact: true }).click();
  const rte = page.locator('.ctl-group', { hasText: 'Redirection entry' });
  const vector = rte.getByLabel('vector', { exact: true });
  await vector.fill('0x1ff');
  await expect(rte).toContainText('vector: a whole number from 0 to 0xff, in decimal or 0x; “0x1ff” is not that.');
  await expect(rte.getByRole('button', { name: 'Write RTE' })).toBeDisabled();
  await expect(vector).toHaveValue('0x1ff');
  await vector.fill('0x77');
  await rte.getByRole('button', { name: 'Write RTE' }).click();
  await tab(page, 'Now').click();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('A redirection entry changes');
  await page.getByRole('button', { name: /IOAPIC · RTE 4 · vector/ }).click();
  await tab(page, 'Inspector').click();
  const trigger = page.getByLabel('trigMode');
  await expect(trigger).toHaveValue('0');
  await trigger.selectOption({ label: 'level' });
  await page.locator('.inspector').getByLabel('vector').fill('oops');
  await expect(page.locator('.inspector')).toContainText('vector takes 0 to 0xff');
  await page.locator('.inspector').getByLabel('vector').fill('52');
  await page.getByRole('button', { name: 'Write as the guest would' }).click();
  await expect(page.locator('.insp-hex')).toHaveText('0x0100000000008034');
});

test('a line is raised by hand, and the scene goes on from there', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 1);
  await page.keyboard.press('End');
  await tab(page, 'Controls').click();
  await page.getByLabel('GSI', { exact: true }).first().fill('30');
  await page.getByRole('button', { name: 'Raise' }).click();
  await tab(page, 'Now').click();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('No route');
  await expect(page.locator('.now-sentence')).toContainText('GSI 30');
});

/** Steps until the event with this title, or fails at the scene's end. */
async function stepTo(page: Page, title: string, key = 'ArrowRight'): Promise<void> {
  const [shown, count] = [page.locator('.now-title'), page.locator('.tl-count')];
  for (let i = 0; i < 60 && (await shown.textContent()) !== title; i++) {
    const before = await count.textContent();
    await page.keyboard.press(key);
    await expect(count).not.toHaveText(before ?? '');
  }
  await expect(shown).toHaveText(title);
}

test('posted or injected: what is tried decides which way it goes', async ({ page }) => {
  const titles = page.locator('.now-title');
  const tryIt = async (condition: string): Promise<void> => {
    // A branch begins to play; at this speed it cannot come to its end before it is paused.
    await openPaused(page, 'posted-running', 5, '&speed=0.25');
    await expect(titles).toHaveText('Posted');
    await page.getByRole('button', { name: `Try it: ${condition}` }).click();
    await expect(page.getByRole('button', { name: 'Reset' })).toBeVisible();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.keyboard.press('Home');
    await expect(page.locator('.tl-count')).toHaveText(/^0 \/ /);
  };
  await tryIt('if vCPU 1 were halted');
  await stepTo(page, 'The thread sleeps');
  await stepTo(page, 'No notification');
  await stepTo(page, 'A wake-up');
  await expect(page.locator('.now-sentence')).toHaveText('The thread of vCPU 1 is woken. No IPI is needed.');
  await tryIt('if APICv were inhibited');
  await stepTo(page, 'A reason against APICv');
  await stepTo(page, 'Waiting in IRR');
  await stepTo(page, 'The kick as an IPI');
  await stepTo(page, 'Injected');
});

test('a machine with APICv instead, from the same command on', async ({ page }) => {
  await openPaused(page, 'irq-window', 5);
  await expect(page.locator('.now-title')).toHaveText('Waiting in IRR');
  await page.getByRole('button', { name: 'Try it: if this machine had APICv' }).click();
  await expect(page.locator('.header-facts')).toContainText('APICv + posted interrupts');
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText('The handler returns');
  await stepTo(page, 'Delivered by the processor', 'ArrowLeft');
});

test('a vCPU is halted and APICv inhibited by hand', async ({ page }) => {
  await openPaused(page, 'posted-running', 1);
  await page.keyboard.press('End');
  await tab(page, 'Controls').click();
  /** Presses a button, waits for the engine, and goes to the end of what it made. */
  const doneBy = async (button: Locator): Promise<void> => {
    await button.click();
    await expect(page.locator('.controls').getByRole('status')).toHaveCount(0);
    await page.keyboard.press('End');
  };
  const vcpu = page.locator('.ctl-group', { has: page.locator('summary', { hasText: /^vCPU$/ }) });
  await vcpu.getByLabel('vCPU', { exact: true }).selectOption({ label: 'vCPU 1' });
  await doneBy(vcpu.getByRole('button', { name: 'HLT' }));
  await expect(vcpu).toContainText('The thread of vCPU 1 sleeps; it last had pCPU 1.');
  await doneBy(vcpu.getByRole('button', { name: 'Wake' }));
  await expect(vcpu).toContainText('vCPU 1 has pCPU 1.');
  await doneBy(page.getByRole('button', { name: 'Inhibit APICv' }));
  await expect(page.locator('.controls')).toContainText('Inhibited by: HYPERV.');
  await page.locator('summary', { hasText: 'Post a vector' }).click();
  const post = page.locator('.ctl-group', { hasText: 'Post a vector' });
  await post.getByLabel('vector').fill('0x1000');
  await expect(post).toContainText('vector: a whole number from 0 to 0xff, in decimal or 0x; “0x1000” is not that.');
  await expect(post.getByRole('button', { name: 'Post' })).toBeDisabled();
  await post.getByLabel('vector').fill('65');
  await doneBy(post.getByRole('button', { name: 'Post' }));
  await tab(page, 'Now').click();
  // Away from the tabs, which have the arrow keys to themselves.
  await page.locator('.now-title').click();
  await stepTo(page, 'Injected', 'ArrowLeft');
  await stepTo(page, 'Waiting in IRR', 'ArrowLeft');
});

for (const [theme, lang] of [
  ['light', 'zh-CN'],
  ['dark', 'en'],
] as const) {
  test(`every panel passes axe: ${theme}, ${lang}`, async ({ page }) => {
    await openPaused(page, 'posted-running', 7, `&theme=${theme}&lang=${lang}`);
    const check = async (part: string): Promise<void> => {
      const { violations } = await new AxeBuilder({ page }).include(part).analyze();
      expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
    };
    await expect(page.locator('.now-title')).toBeVisible();
    await check('.header');
    await check('.side');
    await page.locator('.now-changes button').first().click();
    await page.getByRole('tab').nth(1).click();
    await expect(page.locator('.insp-title')).toBeVisible();
    await check('.side');
    await page.getByRole('tab').nth(2).click();
    const closed = page.locator('.ctl-group:not([open]) > summary');
    while ((await closed.count()) > 0) await closed.first().click();
    await check('.side');
    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toBeVisible();
    await check('.help');
  });
}
