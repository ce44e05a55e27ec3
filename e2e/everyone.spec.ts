/** For everyone: framed forms, the share dialog and the poster by axe; names and live regions; forced colours; the reader's language. */
import { axeOf } from './axe.ts';
import { some, WHICH } from './portion.ts';
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

async function passes(page: Page): Promise<void> {
  await none(axeOf(page).withTags(WCAG));
}

/** That, in the light, and what the dark can break. */
async function passesInBoth(page: Page): Promise<void> {
  await page.emulateMedia({ colorScheme: 'light' });
  await passes(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  await none(axeOf(page).coloursAlone());
}

async function none(asked: ReturnType<typeof axeOf>): Promise<void> {
  const { violations } = await asked.analyze();
  expect(violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => String(target)).slice(0, 5)])).toEqual([]);
}

const FORMS = [
  ['a frame', 'embed=1&play=0#p=intx-shared&t=30', '[data-part="stage"] svg'],
  ['a frame with panels', 'embed=1&play=0&panels=now,callpath#p=serial-ioapic&t=9', '[data-panel="now"] > *'],
  ['a frame without controls', 'embed=1&play=0&controls=0#p=posted-running&t=4', '[data-part="stage"] svg'],
  ['a poster', 'embed=1&ctl=1#p=intx-shared', '[data-part="figure"]'],
  ['a question', 'embed=1&quiz=1&play=0&speed=8#p=intx-shared&t=device_event%232', '[data-part="stage"] svg'],
] as const;

/** The words of one language a run: a page that has passed axe in the other differs in their lengths alone. */
const LANGS = some(['en', 'zh'] as const, 1);

for (const [what, address, there] of some(FORMS, 1)) {
  for (const lang of LANGS) {
    test(`${what} passes axe in both themes: ${lang}, 360 px wide (${WHICH})`, async ({ page }) => {
      await page.setViewportSize({ width: 360, height: 360 });
      const [query, hash] = address.split('#');
      await page.emulateMedia({ colorScheme: 'light' });
      await page.goto(`./?${query}&lang=${lang}#${hash}`);
      await expect(page.locator(there).first()).toBeVisible();
      if (what === 'a question') {
        await page.locator('.nr button').nth(2).click();
        await expect(page.locator('[data-part="quiz"]')).toBeVisible();
      }
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
      await passesInBoth(page);
    });
  }
}

const DIALOGS = [
  ['en', 1280],
  ['zh', 360],
] as const;

for (const [lang, width] of some(DIALOGS, 1)) {
  test(`the share dialog passes axe in both themes: ${lang}, ${width} px (${WHICH})`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme: 'light' });
    await page.goto(`./?play=0&lang=${lang}#p=serial-ioapic&t=4`);
    await page.getByRole('button', { name: lang === 'en' ? say('hdr.share') : '分享', exact: true }).click();
    await expect(page.locator('.share-preview img')).toBeVisible();
    await passesInBoth(page);
  });
}

test('a screen reader’s walk: landmarks, one heading that names the scene, names of controls, a sentence that is said', async ({
  page,
}) => {
  await page.goto('./?embed=1&play=0&lang=en#p=serial-ioapic');
  await expect(page.locator('.tl-count')).toHaveText(/^0 \/ [1-9]/);
  await expect(page.getByRole('main', { name: say('shell.stage') })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('A serial byte, through the IOAPIC');
  const unnamed = await page
    .getByRole('button')
    .or(page.getByRole('link'))
    .or(page.getByRole('combobox'))
    .evaluateAll((all) =>
      all
        .filter(
          (e) =>
            (e.getAttribute('aria-label') ?? e.getAttribute('title') ?? e.textContent ?? '').trim() === '' &&
            (e as HTMLInputElement).labels?.length !== 1,
        )
        .map((e) => e.outerHTML.slice(0, 80)),
    );
  expect(unnamed).toEqual([]);
  const live = page.locator('[aria-live="polite"], [role="status"]');
  await expect(live.first()).toBeAttached();
  await page.keyboard.press('ArrowRight');
  await expect(live.filter({ hasText: /\w{4}/ }).first()).not.toBeEmpty();
  const tree = await page.locator('body').ariaSnapshot();
  expect(tree).toMatch(/heading "A serial byte, through the IOAPIC"/);
  expect(tree).toMatch(/button "/);
});

test('a screen reader’s walk: what is read, in its order', async ({ page }) => {
  await page.goto('./?embed=1&play=0&lang=en#p=serial-ioapic&t=9');
  await expect(page.locator('[data-part="narrator"]').getByRole('button', { name: 'Last step' })).toBeVisible();
  await expect(page.locator('.tl-count')).toHaveText(/^10 \/ [1-9]/);
  const read = [
    'heading "A serial byte, through the IOAPIC" [level=1]',
    'link "irqscope ↗"',
    'main "Stage"',
    'button "16550 UART, GSI 4, line high"',
    'button "8259 IRR: 4"',
    'button "IOAPIC pin 4: vector 0x34, Fixed, edge, destination 1, not masked"',
    'button "vCPU 1 IRR: none"',
    'button "vCPU 1: in guest"',
    'paragraph: "IOAPIC sends a message. RTE 4 turns',
    'region "Narrator"',
    'group "Playback"',
    ...['First step', 'Step back', 'Play', 'Step forward', 'Last step'].map((name) => `button "${name}"`),
    'paragraph: "1 The IOAPIC’s RTE 4 turns the pin into a message',
    'combobox "Speed"',
  ];
  // The stage is drawn a frame after its step is counted, and its sentence with it.
  let tree = '';
  await expect
    .poll(async () => {
      tree = await page.locator('body').ariaSnapshot();
      return read.filter((text) => !tree.includes(text));
    })
    .toEqual([]);
  const places = read.map((text) => tree.indexOf(text));
  expect(places).toEqual([...places].sort((a, b) => a - b));
  // By keyboard in the same order, none twice, and nothing that cannot be left again.
  const names: string[] = [];
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const at = document.activeElement;
      if (at === null || at === document.body) return null;
      return at.getAttribute('aria-label') ?? (at as HTMLSelectElement).labels?.[0]?.textContent ?? at.textContent;
    });
    if (name === null) break;
    names.push(name.trim());
  }
  const order = ['irqscope ↗', 'First step', 'Step back', 'Play', 'Step forward', 'Last step'];
  expect(names.filter((name) => order.includes(name))).toEqual(order);
  expect(names.length).toBeLessThan(60);
});

for (const lang of LANGS) {
  test(`at 200 % zoom every view of the page passes axe and scrolls in one direction: ${lang} (${WHICH})`, async ({
    page,
  }) => {
    // A window of 1280 x 800, in which everything is twice as large.
    await page.setViewportSize({ width: 640, height: 400 });
    const views = [
      ['play=0', '#p=intx-shared&t=30', '.nr button'],
      ['play=0', '#c=posted-running&t=9,9', '.cmp-side .bd-stage'],
      ['play=0', '#ch=gsi&stop=2', '.chapter-text'],
      ['embed=1&play=0&panels=now', '#p=intx-shared&t=30', '[data-panel="now"] > *'],
    ] as const;
    for (const [query, hash, there] of some(views, 1)) {
      await page.emulateMedia({ colorScheme: 'light' });
      // A page of its own: with another hash alone it would be the same one.
      await page.goto('about:blank');
      await page.goto(`./?${query}&lang=${lang}${hash}`);
      await expect(page.locator(there).first()).toBeVisible();
      expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(
        0,
      );
      await passesInBoth(page);
    }
  });

  test(`the page of traces passes axe in both themes, at 360 px or 1280 px: ${lang} (${WHICH})`, async ({ page }) => {
    await page.goto(`./?play=0&lang=${lang}#p=serial-ioapic&t=4`);
    await page.getByRole('button', { name: lang === 'en' ? say('hdr.trace') : '跟踪', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await expect(dialog).toBeVisible();
    const lines = [
      'kvm_set_irq: gsi 4 level 1 source 0',
      'kvm_ioapic_set_irq: pin 4 dst 1 vec 52 (Fixed|physical|edge)',
    ];
    await page.locator('.tr-file input').setInputFiles({
      name: 'trace.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from(lines.map((line, i) => `qemu-1 [000] 1.00000${i}: ${line}\n`).join('')),
    });
    await expect(dialog.getByRole('table').or(dialog.locator('.tr-report, .tr-rows')).first()).toBeVisible();
    for (const width of some([1280, 360], 1)) {
      await page.setViewportSize({ width, height: 800 });
      await passesInBoth(page);
    }
  });
}

test('in forced colours controls keep their edges and the stage its lines', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.goto('./?embed=1&play=0&quiz=1#p=intx-shared&t=30');
  await expect(page.locator('[data-part="stage"] svg').first()).toBeVisible();
  const button = page.locator('.nr button').first();
  const [ink, paper] = await button.evaluate((e) => [
    getComputedStyle(e).color,
    getComputedStyle(document.body).backgroundColor,
  ]);
  expect(ink).not.toBe(paper);
  await passes(page);
});

test('in forced colours what rests, waits, is done, to come or chosen is told apart by fill and outline', async ({
  page,
}) => {
  await page.emulateMedia({ forcedColors: 'active' });
  await page.setViewportSize({ width: 1600, height: 1000 });
  await page.goto('./?play=0#p=intx-shared&t=31');
  const fill = (what: string): Promise<string> =>
    page
      .locator(what)
      .first()
      .evaluate((e) => getComputedStyle(e).backgroundColor);
  const waiting = page.locator('[data-token][data-state=waiting]');
  await expect(waiting.locator('.bd-bars')).toBeVisible();
  await expect(waiting.locator('.bd-pill')).toHaveCSS('border-top-width', '2px');
  await expect(page.locator('.tl-span[data-done=todo]').first()).toBeAttached();
  const paper = await fill('body');
  expect(await fill('[data-token][data-state=waiting] .bd-pill')).toBe(paper);
  expect(await fill('[data-token][data-state=resting] .bd-pill')).not.toBe(paper);
  expect(await fill('.tl-span[data-done=done]')).not.toBe(await fill('.tl-span[data-done=todo]'));
  expect(await fill('[role=tab][aria-selected=true]')).not.toBe(await fill('[role=tab][aria-selected=false]'));
  // What is lit has an outline in ink.
  const lit = page.locator('.bd-light.bd-now').first();
  expect(await lit.evaluate((e) => getComputedStyle(e).stroke)).toBe(
    await page.locator('body').evaluate((e) => getComputedStyle(e).color),
  );
  await passes(page);
});

test.describe('the reader’s language', () => {
  test.use({ locale: 'zh-CN' });
  test('is the link’s, then the browser’s', async ({ page }) => {
    await page.goto('./?embed=1&play=0#p=serial-ioapic&t=4');
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await page.goto('./?embed=1&play=0&lang=en#p=serial-ioapic&t=4');
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  });
});
