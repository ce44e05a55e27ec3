/** Roads and buses: what KVM asks about an access at any step, who sits on which bus, what a GSI leads to. */
import { expect, type Page, test } from './test.ts';
import { say } from './texts.ts';

const open = async (page: Page, hash: string): Promise<void> => {
  // What is told of a scene that was there before is no answer: this one is the page's, and its step the panel's.
  await page.goto(`./?play=0#${hash}`);
  await expect(page.getByLabel(say('hdr.scene'), { exact: true })).toHaveValue(/^p=([\w-]+)/.exec(hash)?.[1] ?? '');
  await expect(page.locator('.roads')).toBeVisible();
};
/** One of the panel's three pictures. */
const show = (page: Page, name: string): Promise<void> =>
  page.locator('.roads .segmented').getByText(name, { exact: true }).click();
/** Question and answer of each row, in order. */
const answers = (page: Page): Promise<string[]> =>
  page
    .locator('.road-row[data-question]')
    .evaluateAll((rows) => rows.map((r) => `${r.getAttribute('data-question')} ${r.getAttribute('data-answer')}`));

// One page: the address names the next scene; roads first, then the panel's other pictures, which stay chosen.
test('roads, buses, routes and doorbells, scene after scene', async ({ page }) => {
  await test.step('a doorbell of length 0: decoded at the first touch, by the address alone at the second', async () => {
    await open(page, 'p=fast-doorbell&t=ioeventfd_hit%231');
    await expect(page.locator('.road')).toHaveAttribute('data-road', 'mmio');
    await expect(page.locator('.road-exit')).toContainText('EPT_VIOLATION');
    await open(page, 'p=fast-doorbell&t=fast_mmio%231');
    await expect(page.locator('.road')).toHaveAttribute('data-road', 'fast');
    await expect(page.locator('.road-exit')).toContainText('EPT_MISCONFIG');
  });
  await test.step('of an access nobody has: user space, answered at its second half', async () => {
    await open(page, 'p=store-ends&t=userspace_exit%231');
    const user = page.locator('[data-end="user"][data-reached="true"]');
    await expect(user).toBeVisible();
    await expect(user).not.toContainText('answered');
    await page.keyboard.press('ArrowRight');
    await expect(user).toContainText('answered');
  });
  await test.step('a port access: either vendor’s functions at each version, kernel_pio at the oldest only', async () => {
    await open(page, 'p=port-io&t=bus_lookup%231');
    const ports = page.locator('.road-ports');
    await expect(ports.locator('[data-path="pio_svm"][data-version="v6.18"]')).toContainText('io_interception');
    await expect(ports.locator('[data-ran="true"] li').first()).toHaveText('handle_io');
    await expect(ports.locator('td:has([data-only="true"])')).toHaveCount(2);
    await expect(ports.locator('[data-version="v5.15"] [data-only="true"]')).toHaveText(['kernel_pio', 'kernel_pio']);
  });
  await test.step('a store at the IOAPIC is asked about in KVM’s order, and the bus table shows who took it', async () => {
    await open(page, 'p=store-ends&t=bus_lookup%231');
    await expect
      .poll(() => answers(page))
      .toEqual(['apic-page no', 'mmio-cache yes', 'slot passed', 'lapic no', 'mmio-bus yes']);
    await expect(page.locator('[data-end="kernel"][data-reached="true"]')).toContainText('IOAPIC');
    await show(page, 'Who sits on which bus');
    await expect(page.locator('[data-bus="KVM_MMIO_BUS"] [data-iodev="ioapic"]')).toHaveAttribute('data-taken', 'true');
    await expect(page.locator('[data-iodev="lapic"]')).toContainText('kvm_create_lapic');
  });
  await test.step('the search of a bus shows the ranges it looks at, and the one it finds', async () => {
    await open(page, 'p=port-io&t=bus_lookup%231');
    await show(page, 'Who sits on which bus');
    const looks = page.locator('[data-bus="KVM_PIO_BUS"] .bus-look');
    await expect(looks.first()).toBeVisible();
    const turns = await looks.evaluateAll((all) => all.map((look) => Number(look.getAttribute('data-turn'))));
    expect(turns.toSorted((a, b) => a - b)).toEqual(turns.map((_, i) => i + 1));
    await expect(page.locator('tr[data-taken="true"] .bus-look[data-order="0"]')).toBeVisible();
  });
  await test.step('the routing table is the kernel’s: map and chip, in force at the step', async () => {
    await open(page, 'p=split-level&t=end');
    await show(page, 'Routing table');
    await expect(page.locator('tr[data-gsi="11"]')).toContainText('KVM_IRQ_ROUTING_MSI');
    await expect(page.locator('tr[data-gsi="11"]')).toContainText('kvm_set_msi');
  });
  await test.step('doorbells: fast, by the work queue, lost; each with what the irqfd has copied', async () => {
    await open(page, 'p=doorbells&t=end');
    await show(page, 'Doorbells');
    await expect(page.locator('.bell[data-gsi="10"]')).toHaveAttribute('data-went', 'work');
    await expect(page.locator('.bell[data-gsi="10"] [data-box="fast"]')).toContainText('-EWOULDBLOCK');
    await expect(page.locator('.bell[data-gsi="24"]')).toHaveAttribute('data-went', 'lost');
    await expect(page.locator('[data-bell]')).toContainText('0x1');
  });
});

// One page: the parts of a bus are pressed last, for that leads to another step.
test('an irqchip made by ioctl: a GSI of its routing table, and what it became', async ({ page }) => {
  await open(page, 'p=irqchip-born&t=end');
  await test.step('a GSI of the routing table opens as the kernel’s structure', async () => {
    await show(page, 'Routing table');
    await page.locator('tr[data-gsi="12"] button').click();
    const entries = page.locator('.roads-entry table');
    await expect(entries).toHaveCount(2);
    await expect(entries.filter({ hasText: 'KVM_IRQCHIP_PIC_SLAVE' })).toContainText('kvm_pic_set_irq');
  });
  await test.step('it is on the stage as what it became, each range with the step that registered it', async () => {
    await expect(page.locator('.header-facts')).toContainText('full irqchip');
    await expect(page.locator('[data-card="ioapic"], [data-card^="ioapic"]').first()).toBeVisible();
    await show(page, 'Who sits on which bus');
    await expect(page.locator('[data-bus="KVM_PIO_BUS"] tr[data-iodev]')).toHaveCount(5);
    await page.locator('[data-iodev="pic-slave"] button').click();
    await expect(page.locator('[data-bus="KVM_PIO_BUS"] tr[data-iodev]')).toHaveCount(2);
    await show(page, 'Routing table');
    await expect(page.locator('.roads')).toContainText(/No GSI has a route|nr_rt_entries/);
  });
});

test('an assigned device: producer and consumer joined, the IRTE posted, the message beside its route', async ({
  page,
}) => {
  await page.goto('./?play=0#p=vtd-posted&t=end');
  await page.getByRole('tab', { name: 'Roads', exact: true }).click();
  await show(page, 'Doorbells');
  await expect(page.locator('.bell-bypass').first()).toHaveAttribute('data-joined', 'true');
  await expect(page.locator('[data-box="irte"]').first()).toContainText('posted');
});

test('a frame may show roads alone with its stage', async ({ page }) => {
  await page.setViewportSize({ width: 900, height: 700 });
  await page.goto('./?embed=1&panels=roads&play=0#p=port-io&t=bus_lookup%231');
  await expect(page.locator('[data-panel="roads"] .road-row').first()).toBeVisible();
  await expect(page.locator('[data-panel="roads"]')).toContainText('KVM_PIO_BUS');
});

test('what can be shown of the roads is told whole, also where its words take several lines', async ({ page }) => {
  await page.goto('./?play=0#p=intx-shared&t=31');
  await page.getByRole('tab', { name: say('shell.tab.roads'), exact: true }).click();
  const option = page.locator('.roads .segmented span').first();
  await option.scrollIntoViewIfNeeded();
  const isWhole = await option.evaluate((one) => {
    const words = document.createRange();
    words.selectNodeContents(one);
    const { left, top } = words.getClientRects()[0] ?? new DOMRect();
    // A corner that is rounded off does not answer.
    return document.elementsFromPoint(left + 1, top + 2).includes(one);
  });
  expect(isWhole).toBe(true);
});
