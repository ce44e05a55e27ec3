/**
 * What a text costs grows as its length, whatever it is: each line that a reader knows is cut anywhere, and what stands before the
 * cut, or one word of it, is said over and over. A rule that looks twice at what another place of the line made it look at takes
 * sixteen times as long for four times the text. Longer ones with `npm run fuzz -- --worst`.
 */
import { expect, test } from 'vitest';
import { cpuMs } from '../../cli/cpu-time.ts';
import { analyse } from '../analyse.ts';
import { bytesSource, TraceError } from '../source.ts';
import { MAX_PASTE, readPaste } from './index.ts';

/** A line for each rule there is. */
const LINES: readonly string[] = [
  'LVT0\t 0x00010700 active-hi edge masked ExtINT (vec 0)',
  'IRR\t 65 97(level) 236',
  'APR 0x00 TPR 0x60 DFR 0x0f LDR 0x01 PPR 0x60',
  '(qemu) info lapic 2',
  'dumping local APIC state for CPU 1',
  'pic0: irr=10 imr=fb isr=00 hprio=0 irq_base=20 rr_sel=0 elcr=00 fnm=0',
  'ioapic0: ver=0x20 id=0x00 sel=0x26 (redir[11])',
  '  pin 11 0x030000000000c027 dest=3 vec=39  active-lo level  fixed  physical remote-irr',
  '  Remote IRR 11',
  '           CPU0       CPU1',
  '  11:     100001          0   IO-APIC  11-fasteoi   virtio0, uhci_hcd:usb1',
  '[  104.112233] irq 11: nobody cared (try booting with the "irqpoll" option)',
  '[  104.112250] Disabling IRQ #11',
  '<4>[  200.000001][ T1] __common_interrupt: 1.55 No irq handler for vector',
  '[    1.000001] Spurious interrupt (vector 0xef) on CPU#3. Acked',
  '[    1.000001] spurious APIC interrupt through vector ff on CPU#0, should never happen.',
  '[    1.000001] spurious 8259A interrupt: IRQ7.',
  '[    1.000001] nvme nvme0: I/O tag 25 (0019) opcode 0x2 (I/O Cmd) QID 3 timeout, completion polled',
  'nvme0: I/O x timeout, completion polled',
  'NETDEV WATCHDOG: e (d): transmit queue 0 timed out',
  '[    1.000001] NETDEV WATCHDOG: eth0 (e1000e): transmit queue 0 timed out',
  '[    1.000001] e1000e 0000:00:1f.6 eth0: NETDEV WATCHDOG: CPU: 3: transmit queue 0 timed out 5000 ms',
  '[    1.000001] APIC error on CPU1: 00(40)',
  '[    1.000001] watchdog: BUG: soft lockup - CPU#1 stuck for 23s! [a:1]',
  '[    1.000001] rcu: INFO: rcu_sched self-detected stall on CPU',
  '[    1.000001] rcu: \t1-...!: (1 GPs behind) idle=1/0/0x0',
  '[    1.000001] NMI backtrace for cpu 1 skipped: idling at native_safe_halt+0x2/0x10',
  'Jan  3 10:00:01 host kernel: irq 11: nobody cared',
  '2026-01-03T10:00:01+00:00 host qemu[12]: pic0: irr=10',
  '1234@1700000000.123456:apic_deliver_irq dest 1 dest_mode 0 delivery_mode 0 vector 65 trigger_mode 0',
  '2026-01-03T10:00:01 x86_iommu_irq_remap level 1 vector 65',
  'EXTERNAL_INTERRUPT       1200    40.12%     3.10%      0.50us    100.00us      1.33us ( +-   2.00% )',
  '> > | &gt; \u001b[1;31mIRR\u001b(B 11',
  ' CPU 0/KVM-9     [000] d..1.   177.434155: kvm_set_irq: gsi 4 level 1 source 0',
  '     0.512 ( 0.003 ms): CPU 0/KVM/1234 kvm:kvm_set_irq(gsi: 4, level: 1, irq_source_id: 0)',
  '# CPU 0/KVM 1234 [001] 12.345678: kvm:kvm_exit: reason EXTERNAL_INTERRUPT rip 0x1 info 0 0',
  '  0)   0.123 us |  /* kvm_inj_virq: IRQ 0x41 */',
];
/** What a reader must have seen before it looks at such a line. */
const BEFORE = [
  '',
  '[    1.000001] irq 11: nobody cared\n',
  '',
  '  pin 1 0x0000000000010000\ndumping local APIC state for CPU 1\n',
  '',
  ' CPU0\n 1: 1\n',
];

const FULL = process.env.WORST !== undefined;
const LENGTH = FULL ? 262_144 : 32_768;
/** A text that costs less than this (ms) is not looked at twice: nothing can be said of so little. */
const SLIGHT = FULL ? 60 : 12;

async function costOf(text: string): Promise<number> {
  const from = cpuMs();
  readPaste(text);
  // What a recording is, is looked for by rules of its own.
  if (!/kvm|[#>]/.test(text.slice(0, 400))) return cpuMs() - from;
  try {
    await analyse(bytesSource(new TextEncoder().encode(text)));
  } catch (error) {
    if (!(error instanceof TraceError)) throw error;
  }
  return cpuMs() - from;
}
/** The least of a few: what else the machine did meanwhile is left out. */
async function leastOf(text: string): Promise<number> {
  const costs: number[] = [];
  for (let i = 0; i < 3; i++) costs.push(await costOf(text));
  return Math.min(...costs);
}

/** Pairs of what stands once and what is said over and over. */
function* hostile(): Generator<readonly [string, string]> {
  for (const line of LINES) {
    const words = line.match(/[a-z]+|\d+|\s+|[^a-z\d\s]/gi) ?? [];
    for (const [i, word] of words.entries()) {
      const head = words.slice(0, i).join('');
      yield [head, word];
      yield ['', head + word];
      if (i > 1) yield [words.slice(0, i - 1).join(''), words.slice(i - 1, i + 1).join('')];
    }
    yield ['', `${line}\n`];
  }
  // One character over and over, alone and as lines.
  for (const one of ['x', '1', ' ', '\n', '\t', '>', '> ', '\u001b[', '&', '[', 'x ', '1 ', '# ', '0:', '1.'])
    yield ['', one];
}

test('no text of a paste’s length costs more than its length, whatever is said in it over and over', {
  timeout: 0,
}, async () => {
  let tried = 0;
  const bad: string[] = [];
  for (const [head, unit] of hostile()) {
    const seen = BEFORE[tried % BEFORE.length] as string;
    const text = (length: number): string =>
      `${seen}${head}${unit.repeat(Math.ceil(length / unit.length))}`.slice(0, seen.length + length);
    tried++;
    const cost = await costOf(text(LENGTH));
    if (cost < SLIGHT) continue;
    const what = JSON.stringify([seen, head, unit]);
    const few = await leastOf(text(LENGTH));
    const many = await leastOf(text(4 * LENGTH));
    if (many > SLIGHT * 4 && many > 8 * few)
      bad.push(`${few.toFixed(1)} ms, four times the text ${many.toFixed(1)} ms: ${what}`);
  }
  expect(bad).toEqual([]);
  expect(tried).toBeGreaterThan(1_000);
});

test('texts of a paste’s length whose lines are many of one kind cost a share of a second', async () => {
  const length = FULL ? MAX_PASTE - 200 : MAX_PASTE / 16;
  const most = FULL ? 1_000 : 250;
  const texts: Readonly<Record<string, string>> = {
    'pins, each the same': '  pin 1 0x0300000000004027\n'.repeat(length / 27),
    'pins and the dumps they are held against': `${'  pin 1 0x0300000000004027\n'.repeat(length / 54)}${'dumping local APIC state for CPU 3\nISR 1\n'.repeat(length / 84)}`,
    'one set of all vectors there are not': `dumping local APIC state for CPU 1\nISR\t ${'65 '.repeat(length / 3)}`,
    'empty lines below a table': `CPU0\n${'\n'.repeat(length)}`,
    'blanks below a table': `CPU0\n${' '.repeat(length)}`,
  };
  for (const [what, text] of Object.entries(texts)) {
    const from = cpuMs();
    readPaste(text);
    expect([what, cpuMs() - from < most]).toEqual([what, true]);
  }
});
