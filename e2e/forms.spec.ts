/** Every command has a form made from its row: what no other group offers can be done by hand. */
import { OPS } from '../src/spec/ops/index.ts';
import { expect, type Locator, type Page, test } from './test.ts';
import { say } from './texts.ts';

/** Opens the form of a command. */
async function form(page: Page, command: string): Promise<Locator> {
  await page.getByRole('tab', { name: say('shell.tab.controls') }).click();
  const one = page.locator('.op-form');
  if (!(await one.isVisible())) await page.getByText(say('ctl.any'), { exact: true }).click();
  await one.getByLabel(say('ctl.any.command'), { exact: true }).selectOption(command);
  return one;
}

// One page for all of them: only the last changes the scene.
test('the list has every command, what is wrong is said, and a command without a group is done', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic&t=end');
  await expect(page.locator('.now-title')).toBeVisible();
  await test.step('the list has every command but those that make a machine', async () => {
    const one = await form(page, 'irq_line');
    const offered = await one.getByLabel(say('ctl.any.command'), { exact: true }).locator('option').allTextContents();
    expect(offered.sort()).toEqual(
      Object.keys(OPS)
        .filter((name) => !name.startsWith('create') || !['create', 'create_vm'].includes(name))
        .sort(),
    );
  });
  await test.step('what is wrong is said at its field, and nothing is done', async () => {
    const one = await form(page, 'irq_line');
    await one.getByLabel(/^gsi/).fill('0x100000000');
    await expect(one.getByRole('status')).toHaveText(
      say('error.op.range', { name: 'irq_line', field: 'gsi', max: 0xffff_ffff }),
    );
    await expect(one.getByLabel(/^gsi/)).toHaveAttribute('aria-invalid', 'true');
    await expect(one.getByRole('button', { name: say('ctl.any.do') })).toBeDisabled();
  });
  await test.step('a command without a group of its own is done from its form, with a list of entries', async () => {
    const one = await form(page, 'routing');
    await one.getByRole('button', { name: say('ctl.any.add', { name: 'entries' }) }).click();
    await one.getByLabel(/^gsi/).fill('9');
    await one.getByLabel('chip', { exact: true }).selectOption('ioapic');
    await one.getByLabel(/^pin/).fill('9');
    await expect(one.locator('.op-json')).toHaveText('{"op":"routing","entries":[{"gsi":9,"chip":"ioapic","pin":9}]}');
    const before = await page.locator('.tl-count').textContent();
    await one.getByRole('button', { name: say('ctl.any.do') }).click();
    await expect(page.locator('.tl-count')).not.toHaveText(before ?? '');
    await page.getByRole('tab', { name: say('shell.tab.now') }).click();
    await expect(page.locator('.now-title')).toHaveText(say('event.ioctl_set_routing.title'));
  });
});
