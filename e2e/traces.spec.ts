import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { axeOf } from './axe.ts';
import { expect, type Page, test } from './test.ts';

const SAMPLE = 'public/traces/vmx-1vcpu-apicv-v6.1.txt.gz';

async function opened(page: Page): Promise<void> {
  await page.goto('./?play=0#p=serial-ioapic&t=1');
  await page.getByRole('button', { name: 'Trace', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Real trace' })).toBeFocused();
}

/** A file dropped on the page, as a person does it. */
async function drop(page: Page, name: string, bytes: Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    ({ name, base64 }) => {
      const raw = atob(base64);
      const array = Uint8Array.from(raw, (c) => c.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([array], name));
      return transfer;
    },
    { name, base64: bytes.toString('base64') },
  );
  await page.dispatchEvent('body', 'drop', { dataTransfer: data });
}

// One page and one reading for what is asked of the same recording.
test('a recording dropped anywhere: read, called off, looked into, and left', async ({ page }) => {
  await test.step('it is read, judged and told', async () => {
    await page.goto('./?play=0#p=serial-ioapic&t=1');
    await expect(page.locator('.tl-count')).toHaveText(/^2 /);
    // The header brings what takes a dropped file.
    await expect(page.getByRole('button', { name: 'Trace', exact: true })).toBeVisible();
    await drop(page, 'host.txt.gz', readFileSync(SAMPLE));
    await expect(page.locator('.tr-summary')).toContainText('lines: 11,284');
    await expect(page.locator('.tr-summary')).toContainText('APICv');
    await expect(page.locator('.tr-findings')).toContainText('coalesced-is-repeat');
    await expect(page.locator('.tr-findings [data-severity="wrong"]')).toHaveCount(0);
    await expect(page.getByRole('table', { name: 'Engine against trace' })).toContainText('kvm_ioapic_set_irq');
    // What the processor keeps to itself is hatched, and said.
    await expect(page.locator('.tr-board[data-hidden="true"]')).toBeVisible();
    await expect(page.locator('.tr-legend')).toContainText('unobservable');
    const { violations } = await axeOf(page).include('.tr').analyze();
    expect(violations.map((v) => v.id)).toEqual([]);
  });
  await test.step('cancel ends the reading of another and gives back what was open', async () => {
    // Long enough that nobody reads it before the button is there; the page makes it, so that it need not cross to it.
    await page.evaluate(() => {
      const block = '  CPU 0/KVM-9 [000] ....     1.000001: kvm_set_irq: gsi 4 level 1 source 0\n'.repeat(20_000);
      const transfer = new DataTransfer();
      transfer.items.add(
        new File(
          Array.from({ length: 150 }, () => block),
          'long.txt',
        ),
      );
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }));
    });
    // What was raised is on screen long before it is read.
    await expect(page.locator('.tr-first-look')).toContainText('GSI 4');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
    await expect(page.locator('.tr-first-look')).toHaveCount(0);
    await expect(page.locator('.tr-summary')).toContainText('lines: 11,284');
    await expect(page.locator('.tr-name')).toHaveText('host.txt.gz');
  });
  await test.step('a click in the picture moves the playhead, a filter thins out the tables, and the run opens in Perfetto', async () => {
    const chart = page.locator('.tr-brush .overlay');
    const box = await chart.boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) * 0.75, (box?.y ?? 0) + 20);
    await expect(page.getByRole('spinbutton', { name: 'Line' })).not.toHaveValue(/^(1|\d{1,3})$/);
    await page.getByRole('combobox', { name: /^GSI/ }).selectOption('21');
    await expect(page.getByRole('table', { name: 'Interrupts per GSI' }).locator('tbody tr')).toHaveCount(1);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Chrome trace (Perfetto)' }).click(),
    ]);
    const stream = await file.createReadStream();
    let json = '';
    for await (const part of stream) json += String(part);
    const { traceEvents } = JSON.parse(json) as { traceEvents: { ph: string; ts?: number; dur?: number }[] };
    expect(traceEvents.filter((e) => e.ph === 'X').length).toBeGreaterThan(1000);
    expect(traceEvents.every((e) => e.ph === 'M' || Number.isFinite(e.ts))).toBe(true);
  });
  await test.step('the way back leads to the scene', async () => {
    await page.getByRole('button', { name: 'Back to the scene' }).click();
    await expect(page.locator('.tl-count')).toHaveText(/^2 /);
  });
});

test('a falsified line is a finding with its number', async ({ page }) => {
  await opened(page);
  const text = gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz')).toString().split('\n');
  const at = text.findIndex((line) => line.includes('kvm_inj_virq: IRQ 0xec'));
  text[at] = (text[at] ?? '').replace('IRQ 0xec', 'IRQ 0xed');
  await drop(page, 'host.txt', Buffer.from(text.join('\n')));
  await expect(page.locator('.tr-findings [data-severity="wrong"]')).toHaveCount(1);
  await expect(page.locator('.tr-findings [data-severity="wrong"]')).toContainText(`line ${at + 1}`);
  // The trace opens there, and the line is red among the lines and on the stage.
  await expect(page.locator('.tr-raw li[data-role="differs"][aria-current="true"]')).toContainText('IRQ 0xed');
  await expect(page.locator('.tr-board[data-wrong="true"]')).toBeVisible();
  await expect(page.locator('.tr-told li[data-wrong="true"]')).toContainText((at + 1).toLocaleString('en-US'));
});

test('a pasted dump says which pin is dead, and a text that is nothing gets one sentence', async ({ page }) => {
  await opened(page);
  const pin = '  pin 11 0x030000000000c027 dest=3 vec=39\n(qemu) info lapic 3\nISR\t (none)\nIRR\t (none)\n';
  await page.getByRole('textbox').fill(`ioapic0: ver=0x20 id=0x00 sel=0x26\n${pin}`);
  await page.getByRole('button', { name: 'Read the text' }).click();
  await expect(page.locator('.tr-findings')).toContainText('remote-irr-without-vector');
  await expect(page.locator('.tr-findings')).toContainText('vCPU 3');
  await page.getByRole('textbox').fill('<b>nothing</b> of the kind');
  await page.getByRole('button', { name: 'Read the text' }).click();
  await expect(page.getByRole('alert')).toHaveText(/No line is a KVM event/);
  // What was open stays.
  await expect(page.locator('.tr-findings')).toContainText('remote-irr-without-vector');
});

test('at the playhead stand the raw lines, the machine on the stage, and a window becomes a scene that is shown first', async ({
  page,
}) => {
  await opened(page);
  await drop(page, 'host.txt', gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz')));
  await expect(page.locator('.tr-summary')).toContainText('lines: 38,815');
  await expect(page.getByRole('img', { name: /^Interrupts by source.*Sources: \d+/ })).toBeVisible();
  const text = gunzipSync(readFileSync('public/traces/svm-2vcpu-v7.3.txt.gz')).toString().split('\n');
  const at = text.findIndex((line, i) => i > 30_000 && line.includes('kvm_inj_virq: IRQ 0xec')) + 2;
  await page.getByRole('spinbutton', { name: 'Line' }).fill(String(at));
  const current = page.locator('.tr-raw [aria-current="true"]');
  await expect(current).toContainText((text[at - 1] ?? '').trim());
  // The engine has it in service, on the same stage as every scene.
  await expect(page.locator('.tr-where')).toContainText('0xec is in service');
  await expect(page.locator('.tr-board[data-empty="false"]')).toContainText('LAPIC');
  // What it becomes is shown, and names neither thread nor address of the guest.
  await page.getByRole('button', { name: /^Lines .* as a scene$/ }).click();
  const ops = page.locator('.tr-scene pre');
  await expect(ops).toContainText('"op":"create"');
  await expect(ops).not.toContainText(/CPU 0|KVM|rip/);
  const link = await page.getByRole('link', { name: 'Open the scene' }).getAttribute('href');
  await page.goto(link ?? '');
  await expect(page.locator('.tl-count')).toHaveText(/ \d+$/);
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('the address of a line holds no byte of the trace: the same file dropped again stands there, another is told', async ({
  page,
  context,
}) => {
  const bytes = readFileSync(SAMPLE);
  const hash = createHash('sha256')
    .update(bytes.subarray(0, 1 << 20))
    .digest('hex')
    .slice(0, 24);
  const address = `trace=ftrace,${bytes.length},${hash},4321`;
  await page.goto(`./?play=0#${address}`);
  await expect(page.getByText(/^Drop this file again/)).toContainText('line 4,321');
  await drop(page, 'host.txt.gz', bytes);
  await expect(page.getByRole('spinbutton', { name: 'Line' })).toHaveValue('4321');
  // What is shared of that line is this address.
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: 'Copy this line’s address' }).click();
  await expect(page.getByRole('textbox', { name: 'Link to the line' })).toHaveValue(new RegExp(`#${address}$`));
  await page.getByRole('textbox', { name: /^Paste a trace/ }).fill(address.replace(hash, '0'.repeat(24)));
  await page.getByRole('button', { name: 'Read the text' }).click();
  await expect(page.getByText(/^Drop this file again/)).toBeVisible();
  await drop(page, 'host.txt.gz', bytes);
  await expect(page.getByRole('alert')).toHaveText('This is another file than the address names.');
});

test('a recording of ours opens from the gallery of scenes, for who has no host', async ({ page }) => {
  await page.goto('./?play=0#p=serial-ioapic&t=1');
  await page.getByRole('button', { name: 'All scenes', exact: true }).click();
  const card = page.locator('.gl-trace[data-trace="apicv"]');
  await card.click();
  await expect(page.locator('.tr-summary')).toContainText('lines: 11,284');
  await page.getByRole('button', { name: 'Back to the scene' }).click();
  await expect(page.getByRole('heading', { name: 'Real trace' })).toHaveCount(0);
  // An address that names no line is told, and nothing is lost.
  await page.goto('./?play=0#trace=nonsense');
  await expect(page.getByRole('alert')).toHaveText('This address names no line of a trace.');
});
