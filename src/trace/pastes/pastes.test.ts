import { describe, expect, test } from 'vitest';
import { analyse } from '../analyse.ts';
import { bytesSource } from '../source.ts';
import { readPaste } from './index.ts';

const ids = (text: string): string[] => (readPaste(text)?.findings ?? []).map((f) => f.id);
const LAPIC = (rest: string): string => `dumping local APIC state for CPU 1\n\nSPIV\t 0x000001ff APIC enabled\n${rest}`;

describe('info lapic', () => {
  test('TPR alone holds what waits; nothing in service does', () => {
    const paste = readPaste(
      LAPIC('ISR\t (none)\nIRR\t 65 97(level) \n\nAPR 0x00 TPR 0x60 DFR 0x0f LDR 0x01 PPR 0x60\n'),
    );
    expect(paste?.shape).toBe('info-lapic');
    expect(paste?.findings[0]).toMatchObject({ id: 'tpr-high', vcpu: 1, vector: 97, n: 2 });
    expect(paste?.findings[1]).toMatchObject({ id: 'eoi-owed', vector: 97 });
  });

  test('a vector in service that holds others is named; one of a lower class holds nothing', () => {
    const held = readPaste(LAPIC('ISR\t 81\nIRR\t 80 \nAPR 0x00 TPR 0x00 PPR 0x50\n'));
    expect(held?.findings).toMatchObject([{ id: 'isr-never-ended', vector: 81, vcpu: 1 }]);
    expect(ids(LAPIC('ISR\t 49\nIRR\t 80 \nAPR 0x00 TPR 0x00 PPR 0x30\n'))).toEqual(['interrupts-off']);
  });

  test('blanks for tabs, quotes and a cut dump are read', () => {
    const paste = readPaste('> (qemu) info lapic 2\n> [...]\n> ISR     38(level)\n> IRR     (none)\n> [...]\n');
    expect(paste?.read.lapic).toMatchObject([{ cpu: 2, isr: [38], irr: [], level: [38] }]);
  });
});

describe('info pic and info ioapic', () => {
  const pins = (rte11: string): string =>
    `ioapic0: ver=0x20 id=0x00 sel=0x26 (redir[11])\n  pin 10 0x0000000000010000 dest=0 vec=0\n  pin 11 ${rte11} dest=3 vec=39\n  IRR      11 \n  Remote IRR 11 \n`;

  test('remote IRR whose vector is nowhere is a dead pin; in service or waiting it is none', () => {
    const lapic = (isr: string, irr: string): string => `(qemu) info lapic 3\nISR\t ${isr}\nIRR\t ${irr}\n`;
    const text = (isr: string, irr: string): string => `${pins('0x030000000000c027')}${lapic(isr, irr)}`;
    expect(readPaste(text('(none)', '(none)'))?.findings[0]).toMatchObject({
      id: 'remote-irr-without-vector',
      gsi: 11,
      vector: 39,
      vcpu: 3,
      severity: 'wrong',
    });
    expect(ids(text('39(level)', '(none)'))[0]).toBe('remote-irr-in-service');
    expect(ids(text('(none)', '39(level)'))[0]).toBe('remote-irr-waiting');
  });

  test('without the LAPIC it asks for it', () => {
    const paste = readPaste(pins('0x030000000000c027'));
    expect(paste?.shape).toBe('info-ioapic');
    expect(paste?.findings[0]?.id).toBe('remote-irr-set');
    expect(paste?.ask).toContain('info lapic 3');
  });

  test('a logical destination is all CPUs with its bits, if their dumps are all there', () => {
    const lapic = (cpu: number, ldr: number): string =>
      `(qemu) info lapic ${cpu}\nISR (none)\nIRR (none)\nAPR 0x00 TPR 0x00 DFR 0x0f LDR 0x0${ldr} PPR 0x00\n`;
    const pin = '  pin 11 0x030000000000c93b dest=3 vec=59  active-hi level        lowest logical\n';
    expect(readPaste(`${pin}${lapic(0, 1)}${lapic(1, 2)}`)?.findings[0]).toMatchObject({
      id: 'remote-irr-without-vector',
      gsi: 11,
      vector: 59,
    });
    expect(ids(`${pin}${lapic(0, 1)}`)).toEqual(['remote-irr-set']);
  });

  test('a slave’s pin is held by the slave or by a master pin before the cascade, and the cascade is not told of', () => {
    const pics = (slaveIsr: string, masterIsr: string): string =>
      `pic1: irr=08 imr=a7 isr=${slaveIsr} hprio=0 irq_base=28 rr_sel=0 elcr=0e fnm=0\n` +
      `pic0: irr=04 imr=f8 isr=${masterIsr} hprio=0 irq_base=20 rr_sel=0 elcr=00 fnm=0\n`;
    const told = (text: string): unknown => readPaste(text)?.findings.map((f) => [f.id, f.gsi, f.params.holder]);
    expect(told(pics('08', '04'))).toEqual([['pic-held-by-isr', 11, 11]]);
    expect(told(pics('00', '02'))).toEqual([['pic-held-by-isr', 11, 1]]);
    expect(told(pics('00', '00'))).toEqual([['pic-not-taken', 11, undefined]]);
  });

  test('an 8259 request below one in service is held by it; a masked one is none', () => {
    const pic = (irr: string, imr: string, isr: string): string =>
      `pic0: irr=${irr} imr=${imr} isr=${isr} hprio=0 irq_base=30 rr_sel=0 elcr=00 fnm=0\n`;
    expect(readPaste(pic('10', '00', '01'))?.findings[0]).toMatchObject({
      id: 'pic-held-by-isr',
      gsi: 4,
      vector: 0x34,
      params: { holder: 0 },
    });
    expect(ids(pic('10', '10', '01'))).toEqual([]);
    expect(ids(pic('01', '00', '10'))).toEqual(['pic-not-taken']);
  });
});

describe('/proc/interrupts', () => {
  const table = (irq: number, loc1: number): string =>
    `           CPU0       CPU1       \n  11:   ${irq}          0   IO-APIC  11-fasteoi   virtio0\n  24:    50   0  PCI-MSI 1-edge nvme0\n LOC:       900       ${loc1}   Local timer interrupts\n ERR:          0\n`;

  test('one copy gives totals and asks for a second', () => {
    const paste = readPaste(table(5, 9));
    expect(paste?.shape).toBe('proc-interrupts');
    expect(paste?.limits).toEqual(['totals-only']);
    expect(paste?.findings).toEqual([]);
  });

  test('what a system’s log has before each line is no part of it', () => {
    const logged = (text: string): string =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => `Nov 30 12:00:01 vm1 sh[77]: ${line}`)
        .join('\n');
    expect(readPaste(logged(table(5, 9) + table(200_005, 9)))).toEqual(
      readPaste((table(5, 9) + table(200_005, 9)).trimEnd()),
    );
  });

  test('copies in the wrong order are told, and nothing follows from them', () => {
    const found = readPaste(table(200_005, 9) + table(5, 9))?.findings ?? [];
    expect(found).toMatchObject([{ id: 'counts-fall', gsi: 11 }]);
  });

  test('two copies show a storm, and a timer that stands still on one CPU', () => {
    const found = readPaste(table(5, 9) + table(200_005, 9))?.findings ?? [];
    expect(found).toContainEqual(expect.objectContaining({ id: 'storm', gsi: 11, n: 200_000 }));
    expect(found).toContainEqual(expect.objectContaining({ id: 'stands-still', vcpu: 1 }));
    expect(found).toContainEqual(expect.objectContaining({ id: 'stands-still', n: 50 }));
  });
});

describe('a guest’s kernel log', () => {
  test.each([
    [
      '[    1.5] __common_interrupt: 2.55 No irq handler for vector',
      { id: 'no-handler', vcpu: 2, vector: 55, params: { boot: 1 } },
    ],
    ['[   70.0] do_IRQ: 3.37 No irq handler for vector', { id: 'no-handler', vcpu: 3, vector: 37, params: {} }],
    [
      '[   12.4] spurious APIC interrupt through vector ff on CPU#4, should never happen.',
      { id: 'spurious', vcpu: 4, vector: 255 },
    ],
    ['[  310.5] irq 17: nobody cared (try booting with the "irqpoll" option)', { id: 'storm', gsi: 17 }],
    [
      '[  402.7] nvme nvme3: I/O 97 QID 3 timeout, completion polled',
      { id: 'lost-interrupt', params: { device: 'nvme3' } },
    ],
  ])('%s', (line, found) => {
    expect(readPaste(line)?.findings[0]).toMatchObject(found);
  });

  test.each([
    ['[   10.1] Spurious interrupt (vector 0xef) on CPU#2. Acked', { id: 'no-handler', vcpu: 2, vector: 0xef }],
    ['[   10.1] Spurious interrupt (vector 0x31) on CPU#0. Not pending!', { id: 'spurious', vcpu: 0, vector: 0x31 }],
    ['[   10.1] spurious 8259A interrupt: IRQ7.', { id: 'spurious', gsi: 7 }],
    ['[   10.1] APIC error on CPU2: 00(40)', { id: 'apic-error', vcpu: 2, params: { name: 'ESR 0x40' } }],
    ['[   10.1] APIC error on CPU2: 40', { id: 'apic-error', vcpu: 2, params: { name: 'ESR 0x40' } }],
    [
      '[  155.1] virtio_net virtio0 eth0: NETDEV WATCHDOG: CPU: 3: transmit queue 1 timed out 5376 ms',
      { id: 'transmit-timeout', params: { device: 'eth0', queue: 1 } },
    ],
    [
      '[Mon Nov 30 02:00:11 2026] watchdog: BUG: soft lockup - CPU#3 stuck for 22s! [kworker/3:1:88]',
      { id: 'soft-lockup', vcpu: 3, n: 22 },
    ],
    ['Nov 30 12:01:44 vm1 kernel: APIC error on CPU1: 80', { id: 'apic-error', vcpu: 1 }],
    [
      '[  131.1] rcu: INFO: rcu_preempt self-detected stall on CPU\n[  131.1] rcu: \t3-....: (20999 ticks this GP)',
      { id: 'rcu-stall', vcpu: 3 },
    ],
  ])('other kernels and other clocks: %s', (text, found) => {
    expect(readPaste(text)).toMatchObject({ shape: 'dmesg', findings: [found] });
  });

  test('an RCU stall on an idle CPU is a lost IPI; on one that is not, it is not', () => {
    const stall =
      '[  601.2] rcu: INFO: rcu_sched detected stalls on CPUs/tasks:\n[  601.3] rcu: \t5-...!: (0 ticks this GP)\n';
    expect(
      readPaste(`${stall}[  601.4] NMI backtrace for cpu 5 skipped: idling at default_idle+0xb/0x10\n`)?.findings,
    ).toMatchObject([{ id: 'lost-ipi', vcpu: 5 }]);
    expect(ids(stall)).toEqual(['rcu-stall']);
  });
});

test('QEMU trace lines and perf kvm stat are counted', () => {
  const qemu = readPaste(
    '123@1700000000.5:ioapic_set_irq vector: 11 level: 1\n123@1700000000.6:apic_deliver_irq dest 0 dest_mode 0 delivery_mode 0 vector 48 trigger_mode 0\n',
  );
  expect(qemu).toMatchObject({
    shape: 'qemu-trace',
    read: { events: { ioapic_set_irq: 1 }, lines: { 11: { level: 1 } } },
  });
  const stat = readPaste(
    '   EXTERNAL_INTERRUPT    2501    49.89%     0.46%      0.97us    160.02us      3.88us ( +-   3.12% )\n',
  );
  expect(stat).toMatchObject({
    shape: 'perf-kvm-stat',
    read: { exits: [{ reason: 'EXTERNAL_INTERRUPT', samples: 2501 }] },
  });
});

test.each([
  ['pid and time', '4412@1554312312.112233:ioapic_set_irq vector: 16 level: 1\n', 16],
  ['a date', '2026-11-30T12:00:00.123456Z ioapic_set_irq vector: 16 level: 1\n', 16],
  ['simpletrace', 'ioapic_set_irq 1.001 pid=441 vector=0x10 level=0x1\n', 16],
  ['the slave', 'pic_set_irq master 0 irq 3 level 1\n', 11],
])('QEMU’s lines with %s name the line that is high', (_what, text, gsi) => {
  expect(readPaste(text)).toMatchObject({ shape: 'qemu-trace', findings: [{ id: 'line-stays-high', gsi }] });
});

test('ioctls of QEMU are counted', () => {
  const text = 'kvm_ioctl type 0xae03, arg 0x1\nkvm_irqchip_commit_routes \nkvm_ioctl type 0xae03, arg 0x2\n';
  expect(readPaste(text)?.read.events).toMatchObject({ kvm_ioctl: 2 });
});

test('a trace is no paste, and neither is anything else', () => {
  expect(readPaste(' x-1 [000] .... 1.0: kvm_eoi: apicid 0 vector 48')).toBeNull();
  expect(readPaste('nothing to see')).toBeNull();
});

describe('what a terminal, a tracker, a browser or a mailer makes of a text', () => {
  const LAPICS = `dumping local APIC state for CPU 1\n\nSPIV\t 0x000001ff APIC enabled\nISR\t (none)\nIRR\t 65 97(level) \n\nAPR 0x00 TPR 0x60 PPR 0x60\n`;
  const EVENTS = [
    '       CPU 0/KVM-9     [000] .....     1.000001: kvm_set_irq: gsi 4 level 1 source 0',
    '       CPU 0/KVM-9     [000] .....     1.000002: kvm_apic_accept_irq: apicid 0 vec 52 (Fixed|edge)',
    '           <...>-7     [001] .....     1.000003: kvm_entry: vcpu 0, rip 0x1',
  ].join('\n');
  const each = (change: (line: string) => string) => (text: string) => text.split('\n').map(change).join('\n');
  test.each([
    ['colours', each((line) => `\u001b[1;31m${line}\u001b[0m`)],
    ['HTML', (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')],
    ['no-break blanks', (text: string) => text.replaceAll(' ', '\u00a0')],
    ['bars', each((line) => `| ${line}`)],
    ['quotes of quotes', each((line) => `> > ${line}`)],
    ['indentation', each((line) => `    ${line}`)],
    ['line ends of Windows', each((line) => `${line}\r`)],
    ['a fence and prose', (text: string) => `Hi,\n\n\`\`\`\n${text}\n\`\`\`\nThanks\n`],
  ])('%s change nothing of what is read', async (_what, change) => {
    const told = (text: string): unknown =>
      readPaste(text)?.findings.map(({ id, vector, vcpu, n }) => [id, vector, vcpu, n]);
    expect(told(change(LAPICS))).toEqual(told(LAPICS));
    const counts = async (text: string): Promise<unknown> =>
      (await analyse(bytesSource(new TextEncoder().encode(text)))).summary.counts;
    expect(await counts(change(EVENTS))).toEqual(await counts(EVENTS));
    expect(await counts(EVENTS)).toEqual({ kvm_set_irq: 1, kvm_apic_accept_irq: 1, kvm_entry: 1 });
  });
});
