/** What a person's hands do: edits and the way back, verbs on the things, a machine of one's own. */

import { readingMs } from '../src/scene/pace.ts';
import { axeOf } from './axe.ts';
import { sendNmi } from './nmi.ts';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const count = (page: Page) => page.locator('.tl-count');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const tab = (page: Page, name: string) => page.getByRole('tab', { name, exact: true });

async function openPaused(page: Page, preset: string, step: number, query = ''): Promise<void> {
  await page.goto(`./?play=0${query}#p=${preset}&t=${step - 1}`);
  await expect(count(page)).toHaveText(new RegExp(`^${step} / [1-9]`));
}

/** Sends an NMI by the controls. */
async function nmi(page: Page): Promise<void> {
  await tab(page, say('shell.tab.controls')).click();
  const nmiButton = page.locator('.controls button', { hasText: /^NMI$/ }).first();
  await expect(nmiButton).toBeAttached();
  await nmiButton.evaluate((one) => one.closest('details')?.setAttribute('open', ''));
  await nmiButton.click();
}

const NMI = say('deed.nmi', { vcpu: 0 });

test('an edit says where it went, stands in the list by its name, and is gone to by a press', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  await nmi(page);
  await expect(page.locator('.said')).toContainText(say('said.inFront', { what: NMI, n: 10 }));
  await button(page, say('edits.open')).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.locator('.edits-item')).toHaveCount(2);
  await expect(dialog.locator('[aria-current=true]')).toContainText(NMI);
  await expect(dialog).toContainText(say('edits.kept'));
  expect((await axeOf(page).include('.edits').analyze()).violations.map((v) => v.id)).toEqual([]);
  await dialog.getByRole('button', { name: say('deed.begin') }).click();
  await expect(count(page)).toHaveText(/^10 /);
  await expect(page.locator('.header-changed')).toHaveCount(0);
  await expect(button(page, say('hdr.redo', { what: NMI }))).toHaveAttribute('aria-disabled', 'false');
});

test('Back brings back what was on screen before the edit, Forward the edit', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  const all = (await count(page).textContent())?.split('/')[1];
  await nmi(page);
  await expect(page.locator('.header-changed')).toBeVisible();
  await expect(page).toHaveURL(/#s=/);
  await page.goBack();
  await expect(page.locator('.header-changed')).toHaveCount(0);
  await expect(page).toHaveURL(/#p=serial-ioapic/);
  expect((await count(page).textContent())?.split('/')[1]).toBe(all);
  await page.goForward();
  await expect(page.locator('.header-changed')).toBeVisible();
});

test('Back and Forward go between runs also where the address was rewritten before the edit', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  // The first address written after the tree of runs has come names a run of it.
  await expect(async () => {
    await button(page, say('timeline.step')).click();
    await expect.poll(() => page.evaluate(() => window.history.state), { timeout: 2_000 }).not.toBeNull();
  }).toPass();
  await nmi(page);
  await expect(page.locator('.header-changed')).toBeVisible();
  await expect(page).toHaveURL(/#s=/);
  for (const _ of [1, 2]) {
    await page.goBack();
    await expect(page.locator('.header-changed')).toHaveCount(0);
    await expect(page).toHaveURL(/#p=serial-ioapic/);
    await page.goForward();
    await expect(page.locator('.header-changed')).toBeVisible();
    await expect(page).toHaveURL(/#s=/);
  }
});

test('edits, and those undone, are there again after a reload', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 10);
  await nmi(page);
  await expect(page.locator('.header-changed')).toBeVisible();
  await nmi(page);
  await button(page, say('edits.open')).click();
  await expect(page.getByRole('dialog').locator('.edits-item')).toHaveCount(3);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await expect(button(page, say('hdr.redo', { what: NMI }))).toHaveAttribute('aria-disabled', 'false');
  // The address is written within a second; until then the page knows where it was left.
  await page.reload();
  await button(page, say('edits.open')).click();
  await expect(page.getByRole('dialog').locator('.edits-item')).toHaveCount(3);
  await expect(page.getByRole('dialog').locator('[data-undone=true]')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+z');
  await expect(page.locator('.header-changed')).toHaveCount(0);
});

test('a page that crashes in the middle of an edit: the edit before and that edit are there to go on with', async ({
  page,
  context,
}) => {
  await page.addInitScript(() => {
    const post = Worker.prototype.postMessage;
    Worker.prototype.postMessage = function (this: Worker, message: { type?: string }, transfer: unknown) {
      const isDeaf = (window as unknown as { deaf?: boolean }).deaf === true && message.type === 'fork';
      if (!isDeaf) post.call(this, message, transfer as StructuredSerializeOptions);
    } as typeof post;
  });
  /** Runs of the newest tree that the browser's storage has. */
  const stored = () =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const opening = indexedDB.open('irqscope');
          opening.onsuccess = () => {
            const asking = opening.result.transaction('runs').objectStore('runs').getAll();
            asking.onsuccess = () => resolve(Math.max(0, ...asking.result.map(({ json }) => json.list.length)));
          };
        }),
    );
  await openPaused(page, 'serial-ioapic', 10);
  await nmi(page);
  await expect(page.locator('.header-changed')).toBeVisible();
  await expect.poll(stored).toBe(2);
  await page.evaluate(() => {
    (window as unknown as { deaf: boolean }).deaf = true;
  });
  await nmi(page);
  await expect.poll(stored).toBe(3);
  await page.goto('chrome://crash').catch(() => {});
  const next = await context.newPage();
  await openPaused(next, 'serial-ioapic', 10);
  await button(next, say('edits.open')).click();
  await expect(next.getByRole('dialog').locator('.edits-item')).toHaveCount(3);
  await expect(next.getByRole('dialog').locator('[data-undone=true]')).toHaveCount(2);
  await next.keyboard.press('Escape');
  await next.keyboard.press('Control+Shift+z');
  await expect(next.locator('.header-changed')).toBeVisible();
  await next.keyboard.press('Control+Shift+z');
  await button(next, say('edits.open')).click();
  await expect(next.getByRole('dialog').locator('[data-undone=true]')).toHaveCount(0);
});

test('without storage the page says that edits go', async ({ page }) => {
  await page.route('**/page.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: '<iframe sandbox="allow-scripts" width="1200" height="900" src="./?play=0#p=serial-ioapic&t=9"></iframe>',
    }),
  );
  await page.goto('./page.html');
  const frame = page.frameLocator('iframe');
  await expect(frame.locator('.tl-count')).toHaveText(/^10 /);
  await sendNmi(frame);
  await frame.getByRole('button', { name: say('edits.open'), exact: true }).click();
  await expect(frame.getByRole('dialog')).toContainText(say('edits.noStorage'));
});

const menu = (page: Page) => page.getByRole('menu');

/** Asks until it is there: the menus come in a chunk of their own. */
async function untilMenu(page: Page, ask: () => Promise<unknown>): Promise<void> {
  await expect(async () => {
    await ask();
    await expect(menu(page)).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

test('right button on a pin: masked in front of the step that is shown, before it fires', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 8);
  await untilMenu(page, () => page.locator('[data-card=ioapic] [data-stop]').nth(1).click({ button: 'right' }));
  await expect(menu(page)).toContainText('IOAPIC · RTE 4');
  expect((await axeOf(page).include('.verbs').analyze()).violations.map((v) => v.id)).toEqual([]);
  await menu(page)
    .getByRole('menuitem', { name: say('deed.mask', { pin: 4 }) })
    .click();
  await expect(menu(page)).toHaveCount(0);
  await expect(page.locator('.said')).toContainText(say('deed.mask', { pin: 4 }));
  // The narrator tells the edit that the stage stands at, not what its beat comes to.
  await expect(page.locator('.nr-line')).toContainText('RTE 4: vector 0x34');
  await page.keyboard.press('End');
  await expect(page.locator('.now-title')).not.toHaveText(say('event.handler_exit.title'));
});

// One page: the first menu leaves nothing behind.
test('menus: of a cell that is empty, and by the keyboard, walked to a verb', async ({ page }) => {
  await test.step('a cell that is empty gets the ring and a menu too', async () => {
    await openPaused(page, 'serial-ioapic', 8);
    const box = await page.locator('[data-card="lapic:1"] [data-stop][aria-label*="IRR"]').first().boundingBox();
    if (box === null) throw new Error('no grid');
    await untilMenu(page, () => page.mouse.click(box.x + box.width / 3, box.y + box.height / 3, { button: 'right' }));
    await expect(menu(page)).toContainText(/LAPIC 1 · I[RS]R 0x/);
    await expect(page.locator('.bd-stop > .bd-chosen').first()).toBeAttached();
  });
  await test.step('the keyboard opens a menu, walks it, says why not, and Escape gives the focus back', async () => {
    await page.keyboard.press('Escape');
    await expect(menu(page)).toHaveCount(0);
    const card = page.locator('[data-card="vcpu:0"]').first();
    await card.locator('[data-stop]').first().focus();
    await untilMenu(page, () => page.keyboard.press('m'));
    await page.keyboard.press('Escape');
    for (const key of ['Shift+F10', 'm', 'ContextMenu']) {
      await page.keyboard.press(key);
      await expect(menu(page)).toBeVisible();
      await expect(page.locator('.verbs-item').first()).toBeFocused();
      await page.keyboard.press('End');
      await expect(page.locator('.verbs-item').last()).toBeFocused();
      await expect(page.locator('.verbs-item').last()).toHaveText(say('verb.explain'));
      await page.keyboard.press('ArrowUp');
      await expect(page.locator('.verbs-item:focus')).toContainText(say('verb.no.noApicv'));
      await page.keyboard.press('Enter');
      await expect(menu(page)).toBeVisible();
      await page.keyboard.press('Escape');
      await expect(menu(page)).toHaveCount(0);
      await expect(card.locator('[data-stop]').first()).toBeFocused();
    }
    await page.keyboard.press('m');
    await page.keyboard.press('h');
    await page.keyboard.press('Enter');
    await expect(page.locator('.said')).toContainText(say('deed.halt', { vcpu: 0 }));
  });
});

test('a long press opens the menu; a verb that needs a number asks for it, and a wrong one stays as typed', async ({
  page,
}) => {
  await openPaused(page, 'serial-ioapic', 8);
  const row = page.locator('[data-card=ioapic] [data-stop]').nth(1);
  const touch = { pointerType: 'touch', isPrimary: true, clientX: 500, clientY: 160, bubbles: true };
  await untilMenu(page, () => row.dispatchEvent('pointerdown', touch));
  await expect(menu(page)).toBeVisible();
  await menu(page)
    .getByRole('menuitem', { name: say('verb.rteVector', { pin: 4 }) })
    .click();
  const field = page.getByRole('dialog').getByRole('textbox');
  await expect(field).toBeFocused();
  await field.fill('0x999');
  await expect(button(page, say('verb.do'))).toBeDisabled();
  await expect(field).toHaveValue('0x999');
  await field.fill('0x77');
  await page.keyboard.press('Enter');
  await expect(page.locator('.said')).toContainText(/RTE 4/);
});

const editor = (page: Page) => page.getByRole('dialog', { name: say('machine.title') });

test('a machine from nothing is told by field what does not go together, and keeps what was typed', async ({
  page,
}) => {
  await openPaused(page, 'serial-ioapic', 8);
  await button(page, say('machine.open')).click();
  await button(page, say('machine.fromNothing')).click();
  await expect(page.locator('.header-facts')).toContainText(say('hdr.vcpus', { n: 1 }));
  expect((await axeOf(page).include('.me').analyze()).violations.map((v) => `${v.id} ${v.nodes[0]?.html}`)).toEqual([]);
  const vcpus = editor(page).getByLabel(say('machine.vcpus'), { exact: true });
  await vcpus.fill('99');
  await page.keyboard.press('Enter');
  await expect(vcpus).toHaveValue('99');
  const range = { field: say('machine.vcpus'), text: '99', least: 1, most: 64 };
  await expect(vcpus).toHaveAccessibleDescription(say('machine.range', range));
  await expect(page.locator('.header-facts')).toContainText(say('hdr.vcpus', { n: 1 }));
  await vcpus.fill('3');
  await page.keyboard.press('Enter');
  await expect(page.locator('.header-facts')).toContainText(say('hdr.vcpus', { n: 3 }));
  const ids = editor(page).getByLabel(say('machine.ids'), { exact: true });
  await ids.fill('0, 1, 300');
  await page.keyboard.press('Enter');
  await expect(editor(page).getByRole('alert')).toHaveText(say('machine.no.wideId', { id: 300 }));
  await expect(ids).toHaveValue('0, 1, 300');
  await editor(page).getByLabel('Posted interrupts').click();
  await expect(editor(page).getByRole('alert')).toHaveText(say('machine.no.needsApicv'));
  await page.keyboard.press('Escape');
  await expect(editor(page)).toHaveCount(0);
  await page.keyboard.press('Control+z');
  await expect(page.locator('.header-facts')).toContainText(say('hdr.vcpus', { n: 1 }));
});

test('beside a drawer all of the machine is seen; one on which nothing has happened says what to do', async ({
  page,
}) => {
  await openPaused(page, 'intx-shared', 31);
  await button(page, say('machine.open')).click();
  await expect(page.locator('.drawer')).toBeVisible();
  for (const width of [1280, 1024]) {
    await page.setViewportSize({ width, height: 800 });
    const covered = (): Promise<number> =>
      page.evaluate(() => {
        const edge = document.querySelector('.drawer')?.getBoundingClientRect().left ?? 0;
        const seen = document.querySelectorAll('[data-card], [data-part=narrator], .app-time');
        return [...seen].filter((one) => one.getBoundingClientRect().right > edge + 1).length;
      });
    await expect.poll(covered, `at ${width}`).toBe(0);
  }
  await button(page, say('machine.fromNothing')).click();
  await button(page, say('end.act')).click();
  await expect(page.locator('.drawer')).toHaveCount(0);
  await expect(page.getByRole('tab', { name: say('shell.tab.controls') })).toHaveAttribute('aria-selected', 'true');
});

test('an edited scene is called edited, and its link opens the same machine', async ({ page, context }) => {
  await openPaused(page, 'serial-ioapic', 8);
  await button(page, say('machine.open')).click();
  await editor(page).getByLabel(say('machine.x2apic')).click();
  await expect(page.locator('.header-facts')).toContainText('x2APIC');
  const scene = page.getByLabel(say('hdr.scene'), { exact: true });
  await expect(scene.locator('option:checked')).toContainText(/^Edited: A serial byte/);
  await expect(page).toHaveURL(/#s=/);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.locator('.header-facts')).toContainText('x2APIC');
});

/** Tabs on until this has the focus, or back where it stands before what has it: a person's keyboard, and nothing else. */
async function tabTo(page: Page, to: ReturnType<Page['locator']>, most = 130): Promise<void> {
  // Looked for once and not at each key, while it stays in the page: a name is looked for on a stage of thousands.
  let one = await to.elementHandle();
  let wasBack = false;
  let turns = 0;
  for (let i = 0; i < most; i++) {
    const [isHere, isFocused, isBefore] = (await one
      ?.evaluate((node) => {
        const at = document.activeElement ?? document.body;
        const isBefore = (at.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_PRECEDING) !== 0;
        return [node.isConnected, node === at, isBefore];
      })
      .catch(() => null)) ?? [false, false, false];
    if (isFocused) return;
    if (!isHere) one = await to.elementHandle();
    else {
      // Where the order of the keyboard is another than the page's, forward comes round to it.
      const isBack = isBefore && turns < 4;
      if (isBack !== wasBack) turns++;
      wasBack = isBack;
      await page.keyboard.press(isBack ? 'Shift+Tab' : 'Tab');
    }
  }
  await expect(to).toBeFocused();
}

/** Chooses from a list by keys alone. */
async function chooseByKey(page: Page, select: ReturnType<Page['locator']>, value: string): Promise<void> {
  await tabTo(page, select);
  for (let i = 0; i < 20 && (await select.inputValue()) !== value; i++) await page.keyboard.press('ArrowDown');
  await expect(select).toHaveValue(value);
}

/** Presses the button that has the focus after tabbing to it. */
async function pressByKey(page: Page, name: string): Promise<void> {
  const one = button(page, name);
  await expect(one).toBeVisible();
  await tabTo(page, one);
  await page.keyboard.press('Enter');
}

test.describe('five tasks', () => {
  const task = (what: string, act: (page: Page, isMouse: boolean) => Promise<void>): void => {
    for (const by of ['mouse', 'keyboard'] as const)
      test(`${what}, by ${by} alone`, ({ page }) => act(page, by === 'mouse'));
  };

  task('find why GSI 11 waits', async (page, isMouse) => {
    // The second device has asked; what becomes of it is seen step by step.
    await openPaused(page, 'intx-shared', 22);
    const waits = page.locator('[data-token][data-state=waiting]');
    await expect(waits).toHaveCount(0);
    for (let i = 23; i < 40 && (await waits.count()) === 0; i++) {
      if (isMouse) await button(page, say('timeline.step')).click();
      else await page.keyboard.press('ArrowRight');
      await expect(count(page)).toHaveText(new RegExp(`^${i} /`));
      await page.waitForFunction(() => document.querySelector('[data-token][data-state=moving]') === null);
    }
    await expect(waits).toContainText(say('stage.wait.eoi', { what: '0x3b' }));
    const pin = page.locator('[data-card=ioapic] [data-stop]').nth(1);
    if (isMouse) await untilMenu(page, () => pin.click({ button: 'right' }));
    else {
      await tabTo(page, page.locator('[data-card=ioapic] [data-stop]').first());
      await page.keyboard.press('ArrowDown');
      await untilMenu(page, () => page.keyboard.press('m'));
    }
    const gate = say('where.gate.ioapic-remote-irr');
    await expect(menu(page).locator('[data-gate=ioapic-remote-irr]')).toContainText(say('verb.opens', { gate }));
  });

  task('mask a pin before it fires', async (page, isMouse) => {
    await openPaused(page, 'serial-ioapic', 1);
    if (isMouse)
      await untilMenu(page, () => page.locator('[data-card=ioapic] [data-stop]').nth(1).click({ button: 'right' }));
    else {
      await tabTo(page, page.locator('[data-card=ioapic] [data-stop]').first());
      await page.keyboard.press('ArrowDown');
      await untilMenu(page, () => page.keyboard.press('m'));
    }
    const verb = menu(page).getByRole('menuitem', { name: say('deed.mask', { pin: 4 }) });
    if (isMouse) await verb.click();
    else {
      for (let i = 0; i < 12 && !(await verb.evaluate((one) => one === document.activeElement)); i++)
        await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
    }
    await expect(page.locator('.said')).toContainText(say('deed.mask', { pin: 4 }));
    if (isMouse) await button(page, say('timeline.last')).click();
    // In a card End is its last thing.
    else for (let i = 0; i < 4; i++) await page.keyboard.press('PageDown');
    await expect(page.locator('.now-title')).toHaveText(say('event.ioapic_masked.title'));
  });

  task('undo three edits', async (page, isMouse) => {
    await openPaused(page, 'serial-ioapic', 8);
    const card = page.locator('[data-card="vcpu:0"] [data-stop]').first();
    for (let i = 0; i < 3; i++) {
      if (isMouse) await untilMenu(page, () => card.click({ button: 'right' }));
      else {
        await tabTo(page, card);
        await untilMenu(page, () => page.keyboard.press('m'));
      }
      const verb = menu(page).getByRole('menuitem', { name: NMI });
      if (isMouse) await verb.click();
      else {
        await page.keyboard.press('s');
        await expect(verb).toBeFocused();
        await page.keyboard.press('Enter');
      }
      await expect(page.locator('.header-undo button').first()).toHaveAttribute(
        'aria-label',
        say('hdr.undo', { what: NMI }),
      );
      await expect(page.locator('.header-changed')).toBeVisible();
    }
    for (let i = 0; i < 3; i++) {
      if (isMouse) await page.locator('.header-undo button').first().click();
      else await page.keyboard.press('Control+z');
    }
    await expect(page.locator('.header-changed')).toHaveCount(0);
  });

  task('build 4 vCPUs in x2APIC mode with an MSI-X disk', async (page, isMouse) => {
    await openPaused(page, 'serial-ioapic', 1);
    const dialog = editor(page);
    if (isMouse) {
      await button(page, say('machine.open')).click();
      await button(page, say('machine.fromNothing')).click();
    } else {
      await pressByKey(page, say('machine.open'));
      await expect(dialog).toBeVisible();
      await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Shift+Tab');
      for (
        let i = 0;
        i < 4 && !(await button(page, say('machine.fromNothing')).evaluate((one) => one === document.activeElement));
        i++
      )
        await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
    }
    await expect(page.locator('.header-facts')).toContainText(say('hdr.vcpus', { n: 1 }));
    if (isMouse) {
      for (let n = 2; n <= 4; n++) {
        await button(page, say('machine.more', { field: say('machine.vcpus') })).click();
        await expect(page.locator('.header-facts')).toContainText(say('hdr.vcpus', { n }));
      }
    } else {
      await tabTo(page, dialog.getByLabel(say('machine.vcpus'), { exact: true }));
      await page.keyboard.press('Control+a');
      await page.keyboard.type('4');
      await page.keyboard.press('Enter');
      await expect(page.locator('.header-facts')).toContainText(say('hdr.vcpus', { n: 4 }));
    }
    const x2 = dialog.getByLabel(say('machine.x2apic'));
    if (isMouse) await x2.click();
    else {
      await tabTo(page, x2);
      await page.keyboard.press('Space');
    }
    await expect(page.locator('.header-facts')).toContainText('x2APIC');
    const way = dialog.getByLabel(say('machine.addWay'));
    if (isMouse) {
      // A list of the system's own opens outside the page: choosing in it is the browser's.
      await way.selectOption('msix');
      await button(page, say('machine.addDevice')).click();
    } else {
      await chooseByKey(page, way, 'msix');
      await pressByKey(page, say('machine.addDevice'));
    }
    await expect(dialog.locator('.me-list').first()).toContainText('virtio-blk');
    const work = button(page, say('machine.work'));
    await expect(work).toBeVisible();
    if (isMouse) await work.click();
    else {
      for (let i = 0; i < 8 && !(await work.evaluate((one) => one === document.activeElement)); i++)
        await page.keyboard.press('Shift+Tab');
      await page.keyboard.press('Enter');
    }
    await expect(page.locator('.said')).toContainText(say('deed.work', { device: 'virtio-blk' }));
    await page.keyboard.press('Escape');
    await expect(page.locator('.app-time')).toContainText('in handler 0x31');
  });

  // Nobody, the mouse or a key starts it; from then on it is only read.
  for (const by of some(['nobody', 'mouse', 'keyboard'] as const, 1))
    test(`read one scene without pausing, started by ${by} (${WHICH}): every sentence stays long enough, and it ends`, async ({
      page,
    }) => {
      const SPEED = 8;
      await page.addInitScript(() => {
        const told: { text: string; at: number }[] = [];
        Object.assign(window, { told });
        // Frames see what a reader sees.
        const look = (): void => {
          const text = document.querySelector('[data-part=narrator] [data-part=sentence]')?.textContent ?? '';
          if (text !== '' && told.at(-1)?.text !== text) told.push({ text, at: performance.now() });
          requestAnimationFrame(look);
        };
        look();
      });
      await page.goto(`./?speed=${SPEED}&lang=en${by === 'nobody' ? '' : '&play=0'}#p=serial-ioapic`);
      if (by !== 'nobody') {
        const play = button(page, say('timeline.play'));
        await expect(play).toBeVisible();
        await expect(page.locator('.tl-count')).toHaveText(/^0 \/ [1-9]/);
        if (by === 'mouse') await play.click();
        else {
          await tabTo(page, play);
          await page.keyboard.press('Enter');
        }
      }
      await expect(button(page, say('end.replay'))).toBeVisible({ timeout: 90_000 });
      const told = await page.evaluate(() => (window as unknown as { told: { text: string; at: number }[] }).told);
      // A beat begins with its journey's number; before the first stands the question. Each is there until the next is.
      const beats = told.filter(({ text }) => /^\d/.test(text));
      expect(beats.length).toBe(8);
      // A page that was busy when a sentence came has shown it late, and the next in time: one may lose half of what it is given, all
      // together hardly any. Flights alone are shorter still.
      const read = (text: string): number => readingMs(text.replace(/^\d+/, '')) / SPEED;
      for (const [i, { text, at }] of beats.entries())
        expect((beats[i + 1]?.at ?? Number.POSITIVE_INFINITY) - at, text).toBeGreaterThanOrEqual(read(text) * 0.3);
      const asked = beats.slice(0, -1).reduce((sum, { text }) => sum + read(text), 0);
      expect((beats.at(-1)?.at ?? 0) - (beats[0]?.at ?? 0)).toBeGreaterThanOrEqual(asked * 0.8);
    });
});

const drawer = (page: Page) => page.getByRole('dialog', { name: say('runs.title') });

/** Opens the drawer, which comes in a chunk of its own. */
async function openDrawer(page: Page): Promise<void> {
  await expect(async () => {
    if ((await drawer(page).count()) === 0) await button(page, say('runs.open')).click();
    await expect(drawer(page)).toBeVisible({ timeout: 1_000 });
  }).toPass();
}

test('editing in the past forks: both branches stay, are named, shown again, and stand side by side where they part', async ({
  page,
}) => {
  await openPaused(page, 'serial-ioapic', 10);
  await nmi(page);
  await expect(page.locator('.said')).toContainText(NMI);
  await page.keyboard.press('Control+z');
  await expect(page.locator('.header-changed')).toHaveCount(0);
  await untilMenu(page, () => page.locator('[data-card=ioapic] [data-stop]').nth(1).click({ button: 'right' }));
  await menu(page)
    .getByRole('menuitem', { name: say('deed.mask', { pin: 4 }) })
    .click();
  await expect(page.locator('.said')).toContainText(say('deed.mask', { pin: 4 }));
  await openDrawer(page);
  await expect(drawer(page).locator('.rd-run')).toHaveCount(3);
  expect((await axeOf(page).include('.rd').analyze()).violations.map((v) => `${v.id} ${v.nodes[0]?.html}`)).toEqual([]);
  await drawer(page)
    .getByRole('button', { name: say('runs.rename', { what: NMI }) })
    .click();
  await drawer(page)
    .getByRole('textbox', { name: say('runs.rename', { what: NMI }) })
    .fill('with <b>NMI</b>');
  await page.keyboard.press('Enter');
  await expect(drawer(page)).toContainText('with <b>NMI</b>');
  await drawer(page).locator('[data-run="1"] .rd-name').click();
  await expect(drawer(page).locator('[aria-current=true]')).toContainText('with <b>NMI</b>');
  await drawer(page)
    .locator('[data-run="2"]')
    .getByRole('button', { name: say('runs.beside') })
    .click();
  await expect(page).toHaveURL(/#c=&s=/);
  await expect(page.locator('.bd')).toHaveCount(2);
});

test('notes are pinned to a moment and a thing, shown there, and come with the link; text stays text', async ({
  page,
  context,
}) => {
  await openPaused(page, 'serial-ioapic', 10);
  await openDrawer(page);
  await drawer(page).locator('textarea').fill('<img src=x onerror=alert(1)> look here');
  await button(page, say('notes.pin')).click();
  await expect(page.locator('.rd-here')).toContainText('<img src=x onerror=alert(1)> look here');
  await expect(page).toHaveURL(/#s=/);
  const pinned = page.url();
  await page.keyboard.press('Escape');
  await page.keyboard.press('ArrowRight');
  await expect(page.locator('.rd-here')).toHaveCount(0);
  // The address follows within a second: the link is taken once it names the moment of the note again.
  await expect(page).not.toHaveURL(pinned);
  await page.keyboard.press('ArrowLeft');
  await expect(page.locator('.rd-here')).toContainText('look here');
  await expect(page).toHaveURL(pinned);
  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.locator('.rd-here')).toContainText('<img src=x onerror=alert(1)> look here');
});

test('playback stops at a breakpoint, forwards and backwards, by keyboard', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 1, '&speed=8');
  await expect(async () => {
    await page.keyboard.press('b');
    await expect(drawer(page)).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await drawer(page).getByLabel(say('stops.what')).fill('nonsense!');
  await expect(drawer(page)).toContainText(say('stops.wrong', { text: 'nonsense!' }));
  await drawer(page).getByLabel(say('stops.what')).fill('irr_set');
  await page.keyboard.press('Enter');
  await expect(drawer(page).locator('.rd-stop')).toContainText('irr_set');
  await page.keyboard.press('Escape');
  await page.locator('body').press('l');
  await expect(page.locator('.now-title')).toHaveText(say('event.irr_set.title'));
  await expect(page.locator('.rd-here')).toContainText(say('stops.here', { n: 13 }));
  await page.keyboard.press('End');
  await page.keyboard.press('j');
  await expect(page.locator('.rd-here')).toContainText(say('stops.here', { n: 13 }));
  await expect(count(page)).toHaveText(/^13 /);
  await page.keyboard.press('Home');
  await page.keyboard.press('F8');
  await expect(count(page)).toHaveText(/^13 /);
  await page.keyboard.press('End');
  await page.keyboard.press('Shift+F8');
  await expect(count(page)).toHaveText(/^13 /);
  await page.keyboard.press('.');
  await expect(count(page)).not.toHaveText(/^13 /);
});

/** What each kind of breakpoint is asked for in the scene of a stuck remote IRR. */
const EVERY_STOP = [
  ['event', 'irr_set'],
  ['vector', '0x64'],
  ['gsi', '11'],
  ['bit', 'ioapic:0.redirLo[11].14'],
  ['function', 'kvm_set_irq'],
  ['vcpu', '0'],
  ['finding', 'remote-irr-stuck'],
] as const;

test(`breakpoints of kinds (${WHICH}) are added, met both ways and removed, by keyboard`, async ({ page }) => {
  await openPaused(page, 'affinity-remote-irr', 2);
  await expect(page.locator('.tl-found')).toHaveCount(1);
  const openByKey = () =>
    expect(async () => {
      if ((await drawer(page).count()) === 0) await page.keyboard.press('b');
      await expect(drawer(page)).toBeVisible({ timeout: 1_000 });
    }).toPass();
  for (const [kind, what] of some(EVERY_STOP, 2)) {
    await openByKey();
    await chooseByKey(page, drawer(page).getByLabel(say('stops.kind')), kind);
    const field = drawer(page).getByLabel(say('stops.what'));
    await tabTo(page, field);
    await page.keyboard.press('Control+a');
    await page.keyboard.type(what);
    await expect(field).toHaveValue(what);
    await pressByKey(page, say('stops.add'));
    await expect(drawer(page).locator('.rd-stop')).toContainText(what);
    await page.keyboard.press('Escape');
    await expect(drawer(page)).toHaveCount(0);
    await page.keyboard.press('Home');
    await expect(count(page)).toHaveText(/^0 /);
    await page.keyboard.press('F8');
    await expect(page.locator('.rd-here')).toBeVisible();
    await expect(count(page)).not.toHaveText(/^0 /);
    await page.keyboard.press('End');
    await expect(count(page)).toHaveText(/^(\d+) \/ \1$/);
    await page.keyboard.press('Shift+F8');
    await expect(count(page)).not.toHaveText(/^(0 |(\d+) \/ \2$)/);
    await openByKey();
    await pressByKey(page, say('stops.drop', { what }));
    await expect(drawer(page).locator('.rd-stop')).toHaveCount(0);
    await page.keyboard.press('Escape');
    await expect(drawer(page)).toHaveCount(0);
  }
});

test('a watched register is compared with a marked moment, names who wrote it last, and is there as text', async ({
  page,
}) => {
  await openPaused(page, 'serial-ioapic', 2);
  await page.locator('[data-card=ioapic] [data-stop]').nth(1).click();
  await openDrawer(page);
  await drawer(page)
    .getByRole('button', { name: /^Watch IOAPIC/ })
    .click();
  await button(page, say('watch.mark')).click();
  await button(page, say('timeline.last')).click();
  await untilMenu(page, () => page.locator('[data-card=ioapic] [data-stop]').nth(1).click({ button: 'right' }));
  await menu(page)
    .getByRole('menuitem', { name: say('deed.mask', { pin: 4 }) })
    .click();
  await button(page, say('timeline.last')).click();
  const row = drawer(page).locator('.rd-watch tbody tr');
  await expect(row).toHaveAttribute('data-differs', 'true');
  await expect(drawer(page).locator('.rd-text textarea')).toHaveValue(/RTE 4 = 0x\w+ \(was 0x\w+\)/);
  const last = row.getByRole('button', { name: /^step/ });
  const nth = (await last.textContent())?.replace('step ', '') ?? '';
  await last.click();
  await expect(count(page)).toHaveText(new RegExp(`^${nth} /`));
});

test('steps of a size, a watch, a field, a branch and a note, by keyboard alone', async ({ page }) => {
  await openPaused(page, 'serial-ioapic', 8);
  const unit = page.getByLabel(say('timeline.unit'), { exact: true });
  await expect(unit).toBeVisible();
  await chooseByKey(page, unit, 'beat');
  await pressByKey(page, say('timeline.unit.next', { unit: say('stops.unit.beat') }));
  await expect(count(page)).not.toHaveText(/^8 /);
  const openByKey = () =>
    expect(async () => {
      if ((await drawer(page).count()) === 0) await page.locator('body').press('b');
      await expect(drawer(page)).toBeVisible({ timeout: 1_000 });
    }).toPass();
  const enter = async (on: ReturnType<Page['locator']>): Promise<void> => {
    await expect(on).toBeVisible();
    await tabTo(page, on);
    await page.keyboard.press('Enter');
  };
  // A pin, watched and held against this moment.
  const pin = page.locator('[data-card=ioapic] [data-stop]').nth(1);
  await tabTo(page, page.locator('[data-card=ioapic] [data-stop]').first());
  await page.keyboard.press('ArrowDown');
  await expect(pin).toBeFocused();
  await page.keyboard.press('Enter');
  await openByKey();
  await enter(drawer(page).getByRole('button', { name: /^Watch IOAPIC/ }));
  await enter(button(page, say('watch.mark')));
  await expect(drawer(page).locator('.rd-watch tbody tr')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(drawer(page)).toHaveCount(0);
  // Its vector, as the guest would write it: a branch in front of the step that is shown.
  const vector = page.locator('.inspector').getByLabel('vector');
  await expect(vector).toBeVisible();
  await tabTo(page, vector);
  await page.keyboard.press('Control+a');
  await page.keyboard.type('0x52');
  await pressByKey(page, say('insp.write'));
  await expect(page.locator('.header-changed')).toBeVisible();
  // The branch gets a name, the run it left is shown again, and a note pinned there.
  await openByKey();
  const branch = drawer(page).locator('[data-run="1"]');
  await enter(branch.getByRole('button', { name: new RegExp(`^${say('runs.rename', { what: '' }).trim()}`) }));
  await tabTo(page, drawer(page).getByRole('textbox').first());
  await page.keyboard.press('Control+a');
  await page.keyboard.type('vector 0x52');
  await page.keyboard.press('Enter');
  await expect(branch).toContainText('vector 0x52');
  await enter(drawer(page).locator('[data-run="0"] .rd-name'));
  await expect(drawer(page).locator('[data-run="0"]')).toHaveAttribute('aria-current', 'true');
  await tabTo(page, drawer(page).locator('textarea').first());
  await page.keyboard.type('by keys');
  await enter(button(page, say('notes.pin')));
  await expect(page.locator('.rd-here')).toContainText('by keys');
  await enter(branch.getByRole('button', { name: say('runs.beside') }));
  await expect(page.locator('.bd')).toHaveCount(2);
});
