/**
 * Each kind of paste as mailers, trackers and people change it. What changes only its form changes nothing of what is read; what is
 * damaged is never read as something else: each value told stands in the text, and a line that lost a piece is named.
 */
import { expect, test } from 'vitest';
import { createRng, nextBelow, type RngState } from '../../base/rng.ts';
import { readPaste } from './index.ts';
import type { Paste } from './types.ts';

const SEED = Number(process.env.PASTE_SEED ?? 0x9a57e);

const hex = (n: number, digits: number): string => n.toString(16).padStart(digits, '0');
const some = (rng: RngState, n: number, below: number, least = 0): number[] =>
  [...new Set(Array.from({ length: n }, () => least + nextBelow(rng, below - least)))].sort((a, b) => a - b);
const vectors = (rng: RngState): string => {
  const list = some(rng, nextBelow(rng, 14), 256, 16);
  return list.length === 0 ? '(none)' : list.map((v) => `${v}${nextBelow(rng, 4) === 0 ? '(level)' : ''}`).join(' ');
};

/** A text of each kind, as a machine prints it, from numbers by chance. */
const KINDS: Readonly<Record<string, (rng: RngState) => string>> = {
  'info lapic': (rng) =>
    [0, 1]
      .map(
        (cpu) =>
          `dumping local APIC state for CPU ${cpu}\n\nLVT0\t 0x00010700 active-hi edge  masked                      ExtINT (vec 0)\nLVTT\t 0x000400${hex(nextBelow(rng, 256), 2)} active-hi edge                 tsc-deadline Fixed  (vec 236)\nSPIV\t 0x000001${hex(nextBelow(rng, 256), 2)} APIC enabled, focus=off, spurious vec 255\nICR\t 0x000000fd physical edge de-assert no-shorthand\nESR\t 0x00000000\nISR\t ${vectors(rng)}\nIRR\t ${vectors(rng)}\n\nAPR 0x00 TPR 0x${hex(nextBelow(rng, 16) * 16, 2)} DFR 0x0f LDR 0x0${1 << cpu} PPR 0x00\n`,
      )
      .join('\n'),
  'info pic': (rng) => {
    const pic = (chip: number): string =>
      `pic${chip}: irr=${hex(nextBelow(rng, 256), 2)} imr=${hex(nextBelow(rng, 256), 2)} isr=${hex(nextBelow(rng, 256), 2)} hprio=0 irq_base=${chip === 0 ? '08' : '70'} rr_sel=0 elcr=${hex(nextBelow(rng, 256), 2)} fnm=0\n`;
    return pic(1) + pic(0);
  },
  'info ioapic': (rng) => {
    const pins = Array.from({ length: 24 }, (_, pin) => {
      const vector = nextBelow(rng, 256);
      const low = vector | (nextBelow(rng, 4) << 14) | (nextBelow(rng, 2) << 16);
      return `  pin ${String(pin).padEnd(2)} 0x0${nextBelow(rng, 4)}000000${hex(low, 8)} dest=0 vec=${String(vector).padEnd(3)} active-hi edge  masked fixed  physical\n`;
    });
    const set = some(rng, nextBelow(rng, 5), 24);
    const list = set.length === 0 ? '(none)' : set.join(' ');
    return `ioapic0: ver=0x20 id=0x00 sel=0x26 (redir[11])\n${pins.join('')}  IRR      ${list}\n  Remote IRR ${list}\n`;
  },
  '/proc/interrupts': (rng) => {
    const cpus = 4 + nextBelow(rng, 8);
    const row = (name: string, what: string): string =>
      `${name.padStart(4)}:${Array.from({ length: cpus }, () => String(1 + nextBelow(rng, 1e6)).padStart(11)).join('')}   ${what}\n`;
    const head = `     ${Array.from({ length: cpus }, (_, i) => `CPU${i}`.padStart(11)).join('')}\n`;
    const table = (): string =>
      `${head}${row('11', 'IO-APIC  11-fasteoi   virtio0')}${row('24', 'PCI-MSI 65536-edge  nvme0q1')}${row('LOC', 'Local timer interrupts')} ERR:          ${nextBelow(rng, 2)}\n`;
    return nextBelow(rng, 2) === 0 ? table() : table() + table();
  },
  dmesg: (rng) =>
    [
      `[   ${20 + nextBelow(rng, 60)}.100000] __common_interrupt: ${nextBelow(rng, 8)}.${32 + nextBelow(rng, 200)} No irq handler for vector`,
      `[  310.500000] irq ${16 + nextBelow(rng, 8)}: nobody cared (try booting with the "irqpoll" option)`,
      `[  402.700000] nvme nvme${nextBelow(rng, 4)}: I/O 97 QID 3 timeout, completion polled`,
      `[  510.000000] watchdog: BUG: soft lockup - CPU#${nextBelow(rng, 8)} stuck for 22s! [kworker/3:1:88]`,
      '',
    ].join('\n'),
  'QEMU trace': (rng) =>
    `${Array.from({ length: 6 }, (_, i) => `4412@1554312312.11223${i}:ioapic_set_irq vector: ${nextBelow(rng, 24)} level: ${nextBelow(rng, 2)}\n4412@1554312312.21223${i}:apic_deliver_irq dest 1 dest_mode 0 delivery_mode 0 vector ${32 + nextBelow(rng, 200)} trigger_mode 0\n`).join('')}`,
  'perf kvm stat': (rng) =>
    ['EXTERNAL_INTERRUPT', 'HLT', 'MSR_WRITE', 'EPT_MISCONFIG']
      .map(
        (name) =>
          `${name.padStart(21)} ${String(1 + nextBelow(rng, 9999)).padStart(10)}    ${10 + nextBelow(rng, 80)}.89%     0.46%      0.97us    160.02us      3.88us ( +-   3.12% )\n`,
      )
      .join(''),
};

const told = (paste: Paste | null): unknown =>
  paste && {
    shape: paste.shape,
    read: JSON.parse(
      JSON.stringify(paste.read, (key, value) =>
        key === 'line' ? undefined : typeof value === 'string' ? value.replace(/\s+/g, ' ') : value,
      ),
    ),
    found: paste.findings.map(({ id, vcpu, gsi, vector, n, severity }) => [id, vcpu, gsi, vector, n, severity]),
  };
const each = (text: string, change: (line: string) => string): string => text.split('\n').map(change).join('\n');

/** As a mailer breaks lines at a width: at the last blank before it. */
function wrapped(text: string, width: number): string {
  return each(text, (line) => {
    let out = '';
    let rest = line;
    while (rest.length > width) {
      const at = rest.lastIndexOf(' ', width);
      if (at <= rest.search(/\S/)) break;
      out += `${rest.slice(0, at)}\n`;
      rest = rest.slice(at + 1).trimStart();
    }
    return out + rest;
  });
}

/** What changes the form alone. */
const FORMS: readonly (readonly [string, (text: string, rng: RngState) => string])[] = [
  ['quoted', (text) => each(text, (line) => `> ${line}`)],
  ['quoted twice', (text) => each(text, (line) => `> > ${line}`)],
  ['indented', (text) => each(text, (line) => `    ${line}`)],
  ['barred', (text) => each(text, (line) => `| ${line}`)],
  ['line ends of Windows', (text) => text.replaceAll('\n', '\r\n')],
  ['tabs for blanks', (text) => text.replace(/ {3,}/g, '\t')],
  ['blanks for tabs', (text) => text.replaceAll('\t', '    ')],
  ['blanks at the ends', (text) => each(text, (line) => `${line}   `)],
  ['no-break blanks', (text) => text.replaceAll(' ', '\u00a0')],
  [
    'HTML',
    (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
  ],
  ['colours', (text) => each(text, (line) => `\u001b[32m${line}\u001b[0m`)],
  ['prose around', (text) => `Hi all,\n\nhere it is:\n\n${text}\nAny idea?\n`],
  ['an empty line after each', (text) => text.replaceAll('\n', '\n\n')],
  ['wrapped', (text, rng) => wrapped(text, 64 + nextBelow(rng, 15))],
  ['wrapped and quoted', (text, rng) => each(wrapped(text, 64 + nextBelow(rng, 15)), (line) => `> ${line}`)],
];

test(`what changes the form of a paste changes nothing of what is read (PASTE_SEED=${SEED})`, () => {
  const rng = createRng(SEED);
  const bad: string[] = [];
  for (const [kind, make] of Object.entries(KINDS)) {
    for (let round = 0; round < 3; round++) {
      const text = make(rng);
      const own = told(readPaste(text));
      expect(own, kind).not.toBeNull();
      for (const [form, change] of FORMS) {
        const other = told(readPaste(change(text, rng)));
        if (JSON.stringify(other) !== JSON.stringify(own))
          bad.push(`${kind}, ${form}: ${JSON.stringify(other)}\nnot ${JSON.stringify(own)}`);
      }
    }
  }
  expect(bad).toEqual([]);
});

/** Every number that was read, as the text has it: in decimal or hexadecimal. */
function* numbersOf(value: unknown): Generator<number> {
  if (typeof value === 'number') yield value;
  else if (typeof value === 'string' && /^0x[0-9a-f]+$/.test(value)) yield Number(value);
  else if (Array.isArray(value)) for (const one of value) yield* numbersOf(one);
  else if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) yield* numbersOf(one);
}

test(`of a paste that lost a piece nothing is told that does not stand in it, and a broken line is named (PASTE_SEED=${SEED})`, () => {
  const rng = createRng(SEED + 1);
  let named = 0;
  const bad: string[] = [];
  for (const [kind, make] of Object.entries(KINDS)) {
    for (let round = 0; round < 40; round++) {
      const text = make(rng);
      const lines = text.split('\n');
      const at = nextBelow(rng, lines.length - 1);
      const line = lines[at] ?? '';
      const cut = nextBelow(rng, line.length + 1);
      const how = round % 4;
      const changed = lines.flatMap((one, i) =>
        i !== at ? [one] : how === 0 ? [] : how === 1 ? [one, one] : how === 2 ? [one.slice(0, cut)] : [one.slice(cut)],
      );
      const before = readPaste(text);
      const after = readPaste(changed.join('\n'));
      if (after === null) continue;
      const what = `${kind}, line ${at + 1} ${['left out', 'twice', `cut to "${changed[at]}"`, `begun at "${changed[at]}"`][how]}`;
      for (const finding of after.findings) {
        if (finding.id === 'unread') named++;
        if (finding.line < 1 || finding.line > changed.length)
          bad.push(`${what}: ${finding.id} stands on line ${finding.line}`);
        const isNew = !before?.findings.some(
          (one) => one.id === finding.id && one.vector === finding.vector && one.gsi === finding.gsi,
        );
        // Twice the same says nothing else.
        if (how === 1 && isNew) bad.push(`${what}: ${finding.id} of vector ${finding.vector}, gsi ${finding.gsi}`);
      }
      // A register is told with what it had, or not at all.
      if (kind === 'info lapic' && how === 2) {
        const own = (before?.read.lapic ?? []) as Record<string, unknown>[];
        for (const [i, dump] of ((after.read.lapic ?? []) as Record<string, unknown>[]).entries())
          for (const name of ['SPIV', 'LVTT', 'LVT0', 'ICR', 'ESR'])
            if (dump[name] !== undefined && dump[name] !== own[i]?.[name])
              bad.push(`${what}: ${name} is ${String(dump[name])}`);
      }
      if (kind === 'info ioapic' && how === 2)
        for (const pin of (after.read.ioapic ?? []) as { pin: number; vector: string }[]) {
          const own = ((before?.read.ioapic ?? []) as { pin: number; vector: string }[]).find(
            (one) => one.pin === pin.pin,
          );
          if (own?.vector !== pin.vector) bad.push(`${what}: pin ${pin.pin} has vector ${pin.vector}`);
        }
      expect([...numbersOf(after.read)].every(Number.isFinite), what).toBe(true);
    }
  }
  expect(bad).toEqual([]);
  expect(named).toBeGreaterThan(8);
});
