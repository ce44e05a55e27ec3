import { encodeLink } from '../src/share/link.ts';
import { axeOf } from './axe.ts';
import { some, WHICH } from './portion.ts';
import { expect, type Locator, type Page, test } from './test.ts';
import { say } from './texts.ts';

/** A scene at rest after its nth step. */
async function openPaused(page: Page, preset: string, step: number, query = ''): Promise<void> {
  await page.goto(`./?play=0${query}#p=${preset}&t=${step - 1}`);
  await expect(page.locator('.tl-count')).toHaveText(new RegExp(`^${step} / [1-9]`));
}

const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

// One page for what the panels tell of one scene, each at another moment of it.
test('the panels of one scene: what happened, its call path, and a way not taken', async ({ page }) => {
  await test.step('Now says what happened, which bits changed and why, and a change opens its register', async () => {
    await openPaused(page, 'serial-ioapic', 13);
    const now = page.locator('.now');
    await expect(now.locator('.now-title')).toHaveText(say('event.irr_set.title'));
    await expect(now.locator('.now-sentence')).toContainText(/0x34.*LAPIC 1/);
    await expect(now.locator('.now-why')).toContainText(/PPR/);
    await now.getByRole('button', { name: /LAPIC 1 · IRR\[0x34\]/ }).click();
    await tab(page, say('shell.tab.inspector')).click();
    await expect(page.locator('.insp-title')).toHaveText('LAPIC 1 IRR');
    await expect(page.locator('.insp-hex')).toHaveText('[0x34] = 1');
    await page.getByRole('button', { name: say('insp.lastChange', { n: 13, event: '' }).trim() }).click();
    await expect(page.locator('.tl-count')).toHaveText(/^13 /);
    // Pressed, moved by what comes above it, and let go where it was pressed.
    await tab(page, say('shell.tab.now')).hover();
    await page.mouse.down();
    const shift = (by: string): Promise<void> =>
      page.locator('.side-tabs').evaluate((tabs: HTMLElement, margin) => {
        tabs.style.marginTop = margin;
      }, by);
    await shift('80px');
    await page.mouse.up();
    await expect(tab(page, say('shell.tab.now'))).toHaveAttribute('aria-selected', 'true');
    await shift('');
    // Let go elsewhere it is none.
    await tab(page, say('shell.tab.inspector')).hover();
    await page.mouse.down();
    await page.mouse.move(1, 1);
    await page.mouse.up();
    await expect(tab(page, say('shell.tab.now'))).toHaveAttribute('aria-selected', 'true');
    await expect(now.locator('.now-title')).toBeVisible();
  });
  await test.step('the call path names the functions of each version', async () => {
    await openPaused(page, 'serial-ioapic', 10);
    await tab(page, say('shell.tab.now')).click();
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
  await test.step('a way not taken is tried in a branch, and Reset brings the scene back', async () => {
    await openPaused(page, 'serial-ioapic', 9);
    await page.getByRole('button', { name: say('now.tryThis', { what: say('fork.mask', { pin: 4 }) }) }).click();
    await expect(page.getByRole('button', { name: 'Reset' })).toBeVisible();
    await page.keyboard.press('End');
    await expect(page.locator('.now-title')).toHaveText(say('event.ioapic_masked.title'));
    await page.getByRole('button', { name: 'Reset' }).click();
    await expect(page.getByRole('button', { name: 'Reset' })).toBeHidden();
    await page.keyboard.press('End');
    await expect(page.locator('.now-title')).toHaveText(say('event.handler_exit.title'));
  });
});

test('a machine of an older kernel shows that kernel’s functions', async ({ page }) => {
  const log = [
    { op: 'create', vcpus: 1, apicv: true, postedInterrupts: true, kernel: '5.15' },
    { op: 'mmio_write', vcpu: 0, addr: 0xfee000f0, size: 4, value: 0x1ff },
    { op: 'msi', addr: 0xfee00000, data: 0x41 },
  ];
  const link = encodeLink({ kind: 'ops', base: null, keep: null, start: 2, log, step: null, view: {}, hash: null });
  await page.goto(`./?play=0#${link}`);
  const path = page.locator('.callpath');
  await expect(path.getByRole('radio', { name: 'v5.15' })).toBeChecked();
  await page.keyboard.press('End');
  await expect(path.getByRole('link', { name: 'vmx_deliver_posted_interrupt' })).toHaveAttribute('href', /v5\.15/);
  await expect(path).not.toContainText('vmx_deliver_interrupt');
});

test('in the free quarter of the stage the function that runs is in sight, however long the way to it is', async ({
  page,
}) => {
  await page.setViewportSize({ width: 1600, height: 1000 });
  await page.goto('./?play=0#p=eight-vcpus&t=25');
  const panel = page.locator('.bd-quarter > .callpath');
  const now = panel.locator('[aria-current="step"]');
  await expect(now).toBeVisible();
  const cut = () => panel.evaluate((box) => box.scrollHeight > box.clientHeight);
  const inSight = () =>
    panel.evaluate((box) => {
      const outer = box.getBoundingClientRect();
      const end = box.querySelector('[aria-current="step"]')?.getBoundingClientRect();
      return end !== undefined && end.top >= outer.top && end.bottom <= outer.bottom;
    });
  // Else nothing is shown by this.
  await expect.poll(cut).toBe(true);
  await expect.poll(inSight).toBe(true);
  for (let pressed = 0; pressed < 3; pressed++) {
    const before = await now.textContent();
    await page.keyboard.press('ArrowRight');
    await expect(now).not.toHaveText(before ?? '');
    await expect.poll(inSight).toBe(true);
  }
});

test('a register is edited in place; a bad number is one sentence and stays as typed', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 1);
  await page.keyboard.press('End');
  await tab(page, say('shell.tab.controls')).click();
  await page.getByText(say('ctl.rte'), { exact: true }).click();
  const rte = page.locator('.ctl-group', { hasText: say('ctl.rte') });
  const vector = rte.getByLabel(say('ctl.vector'), { exact: true });
  await vector.fill('0x1ff');
  await expect(rte).toContainText(say('ctl.wrong', { label: say('ctl.vector'), max: '0xff', text: '0x1ff' }));
  await expect(rte.getByRole('button', { name: say('ctl.writeRte') })).toBeDisabled();
  await expect(vector).toHaveValue('0x1ff');
  await vector.fill('0x77');
  await rte.getByRole('button', { name: say('ctl.writeRte') }).click();
  await tab(page, say('shell.tab.now')).click();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText(say('event.rte_write.title'));
  await page.getByRole('button', { name: /IOAPIC · RTE 4 · vector/ }).click();
  await tab(page, say('shell.tab.inspector')).click();
  const trigger = page.getByLabel('trigMode');
  await expect(trigger).toHaveValue('0');
  await trigger.selectOption({ label: 'level' });
  await page.locator('.inspector').getByLabel('vector').fill('oops');
  await expect(page.locator('.inspector')).toContainText(
    say('insp.wrong', { field: 'vector', max: '0xff', text: 'oops' }),
  );
  await page.locator('.inspector').getByLabel('vector').fill('52');
  await page.getByRole('button', { name: say('insp.write') }).click();
  await expect(page.locator('.insp-hex')).toHaveText('0x0100000000008034');
});

test('a line is raised by hand, and the scene goes on from there', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 1);
  await page.keyboard.press('End');
  await tab(page, say('shell.tab.controls')).click();
  await page.getByLabel('GSI', { exact: true }).first().fill('30');
  await page.getByRole('button', { name: say('ctl.raise') }).click();
  await tab(page, say('shell.tab.now')).click();
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText(say('event.no_route.title'));
  await expect(page.locator('.now-sentence')).toContainText('GSI 30');
});

/** The panel follows the stage by a frame or two: until it speaks of the step that is counted. @returns that step */
async function inStep(page: Page): Promise<number> {
  let at = -1;
  await expect
    .poll(async () => {
      at = Number((await page.locator('.tl-count').textContent())?.split('/')[0]);
      const told = await page.locator('.now-step').textContent();
      return at === 0 ? told?.startsWith('Before ') : Number(/\d+/.exec(told ?? '')?.[0]) === at;
    })
    .toBe(true);
  return at;
}

/** Steps until the event with this title, or fails at the scene's end. */
async function stepTo(page: Page, title: string, key = 'ArrowRight'): Promise<void> {
  const shown = page.locator('.now-title');
  let at = await inStep(page);
  for (let i = 0; i < 60 && (await shown.textContent()) !== title; i++) {
    await page.keyboard.press(key);
    await expect(page.locator('.tl-count')).not.toHaveText(new RegExp(`^${at} /`));
    at = await inStep(page);
  }
  await expect(shown).toHaveText(title);
}

test('posted or injected: what is tried decides which way it goes', async ({ page }) => {
  // What each step is called is asked here, and not how it moves.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const titles = page.locator('.now-title');
  const tryIt = async (condition: string): Promise<void> => {
    // A branch begins to play; at this speed it cannot come to its end before it is paused.
    await openPaused(page, 'posted-running', 5, '&speed=0.25');
    await expect(titles).toHaveText(say('event.pir_set.title'));
    await page.getByRole('button', { name: say('now.tryThis', { what: condition }) }).click();
    await expect(page.getByRole('button', { name: 'Reset' })).toBeVisible();
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.keyboard.press('Home');
    await expect(page.locator('.tl-count')).toHaveText(/^0 \/ /);
  };
  await tryIt(say('fork.haltedPosted', { vcpu: 1 }));
  await stepTo(page, say('event.vcpu_block.title'));
  await stepTo(page, say('event.pi_no_notification.title'));
  await stepTo(page, say('event.vcpu_wakeup.woken.title'));
  await expect(page.locator('.now-sentence')).toHaveText(say('event.vcpu_wakeup.woken', { vcpu: 1 }));
  await tryIt(say('fork.inhibited'));
  await stepTo(page, say('event.apicv_inhibit.title'));
  await stepTo(page, say('event.irr_set.title'));
  await stepTo(page, say('event.kick.ipi.title'));
  await stepTo(page, say('event.kvm_inj_virq.title'));
});

test('a machine with APICv instead, from the same command on', async ({ page }) => {
  await openPaused(page, 'irq-window', 5);
  await expect(page.locator('.now-title')).toHaveText(say('event.irr_set.title'));
  await page.getByRole('button', { name: say('now.tryThis', { what: say('fork.apicv') }) }).click();
  await expect(page.locator('.header-facts')).toContainText('APICv');
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).toHaveText(say('event.handler_exit.title'));
  await stepTo(page, say('event.vid_deliver.title'), 'ArrowLeft');
});

test('a vCPU is halted and APICv inhibited by hand', async ({ page }) => {
  await openPaused(page, 'posted-running', 1);
  await page.keyboard.press('End');
  await tab(page, say('shell.tab.controls')).click();
  /** Presses a button, waits for the engine, and goes to the end of what it made. */
  const doneBy = async (button: Locator): Promise<void> => {
    await button.click();
    await expect(page.locator('.controls').getByRole('status')).toHaveCount(0);
    await page.keyboard.press('End');
  };
  const vcpu = page.locator('.ctl-group', { has: page.locator('summary', { hasText: /^vCPU$/ }) });
  await vcpu.getByLabel('vCPU', { exact: true }).selectOption({ label: 'vCPU 1' });
  await doneBy(vcpu.getByRole('button', { name: say('ctl.halt') }));
  await expect(vcpu).toContainText(say('ctl.sleeps', { vcpu: 1, pcpu: 1 }));
  await doneBy(vcpu.getByRole('button', { name: say('ctl.wake') }));
  await expect(vcpu).toContainText(say('ctl.runsOn', { vcpu: 1, pcpu: 1 }));
  await doneBy(page.getByRole('button', { name: say('ctl.inhibit') }));
  await expect(page.locator('.controls')).toContainText(say('ctl.inhibits', { list: 'HYPERV' }));
  await page.locator('summary', { hasText: say('ctl.postGroup') }).click();
  const post = page.locator('.ctl-group', { hasText: say('ctl.postGroup') });
  await post.getByLabel(say('ctl.vector')).fill('0x1000');
  await expect(post).toContainText(say('ctl.wrong', { label: say('ctl.vector'), max: '0xff', text: '0x1000' }));
  await expect(post.getByRole('button', { name: say('ctl.post'), exact: true })).toBeDisabled();
  await post.getByLabel(say('ctl.vector')).fill('65');
  await doneBy(post.getByRole('button', { name: say('ctl.post'), exact: true }));
  await tab(page, say('shell.tab.now')).click();
  // Away from the tabs, which have the arrow keys to themselves.
  await page.locator('.now-title').click();
  await stepTo(page, say('event.kvm_inj_virq.title'), 'ArrowLeft');
  await stepTo(page, say('event.irr_set.title'), 'ArrowLeft');
});

for (const lang of some(['zh-CN', 'en'] as const, 1)) {
  test(`header, Now, inspector, controls and help pass axe in both themes: ${lang} (${WHICH})`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: 'light' });
    await openPaused(page, 'posted-running', 7, `&lang=${lang}`);
    const check = async (part: string): Promise<void> => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        const asked = axeOf(page).include(part);
        const { violations } = await (colorScheme === 'dark' ? asked.coloursAlone() : asked).analyze();
        expect(violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.target.join(' ')).join(', ')}`)).toEqual([]);
      }
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
