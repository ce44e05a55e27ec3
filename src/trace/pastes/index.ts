/** Which shape a pasted text has, by its first words, and what it says. */

import type { ByteSource } from '../source.ts';
import { readChips } from './chips.ts';
import { DMESG_LINE, readDmesg, speaksOfInterrupts } from './dmesg.ts';
import { judgeLapics, lapicRow, readLapics } from './lapic.ts';
import { plain } from './plain.ts';
import { readProcInterrupts } from './proc-interrupts.ts';
import { QEMU_LINE, readQemuTrace, readStat, STAT_LINE, STAT_START } from './streams.ts';
import { linesOf, type Paste } from './types.ts';
import { unfold } from './unfold.ts';

/** A longer text is a file, not a paste. */
export const MAX_PASTE = 8 * 1024 * 1024;

const EVENT =
  /(^|[\s:])kvm_(entry|exit|set_irq|pic_set_irq|ioapic_set_irq|msi_set_irq|apic_accept_irq|apicv_accept_irq|eoi|inj_virq|ack_irq|apic|apic_ipi|msr|mmio|pio)[:(]/;

/**
 * A line of each shape, and words that stand in every such line: the whole text is looked through for them first, at once.
 * No rule here may look twice at what another place of the same line made it look at: `cost.test.ts` tries each.
 */
const PIN = [/pin \d+\s+0x/i, /^\s*pin \d+\s+0x[0-9a-f]{16}/i] as const;
const IOAPIC = [/ioapic\d*: ver=/i, /^ioapic\d*: ver=/i] as const;
const PIC = [/pic\d: irr=/i, /^pic\d: irr=/i] as const;
const ASKED_PIC = [/info pic\b/, /info pic\b/] as const;
const DUMP = [/dumping local APIC state/i, /dumping local APIC state/i] as const;
const REGISTER = [/(?:LVT0|SPIV)\s+0x/, /^(LVT0|SPIV)\s+0x/] as const;
const ASKED_LAPIC = [/info lapic/, /info lapic/] as const;
const CPUS = [/CPU\d/, /^\s*CPU\d+(\s+CPU\d+)*\s*$/] as const;
const CALL = [/kvm_\w{2,20}[:(]/, EVENT] as const;

/** @returns null for a text that is none of the shapes (a trace is read as a trace) */
export function readPaste(pasted: string): Paste | null {
  const text = plain(pasted);
  const lines = linesOf(text);
  const first = (...rules: (readonly [words: RegExp, line: RegExp])[]): number =>
    Math.min(
      ...rules.map(([words, pattern]) =>
        words.test(text)
          ? (lines.find((line) => pattern.test(line.text))?.n ?? Number.POSITIVE_INFINITY)
          : Number.POSITIVE_INFINITY,
      ),
    );
  const has = (...rules: Parameters<typeof first>): boolean => first(...rules) < Number.POSITIVE_INFINITY;
  const pics = first(PIC, ASKED_PIC);
  const chips = Math.min(first(PIN, IOAPIC), pics);
  const lapic = first(DUMP, REGISTER, ASKED_LAPIC);
  if (chips < Number.POSITIVE_INFINITY && chips <= lapic) {
    return readChips(lines, pics < Number.POSITIVE_INFINITY ? 'info-pic' : 'info-ioapic');
  }
  if (lapic < Number.POSITIVE_INFINITY) {
    if (chips < Number.POSITIVE_INFINITY) return readChips(lines, 'info-lapic');
    const dumps = readLapics(lines);
    if (dumps.length > 0) return { shape: 'info-lapic', read: { lapic: dumps.map(lapicRow) }, ...judgeLapics(dumps) };
  }
  if (has(CALL)) return null;
  if (has(CPUS) && lines.some((line) => /^\s*\w+:\s+\d/.test(line.text))) return readProcInterrupts(lines);
  if (
    // A mailer may have broken the sentence.
    (speaksOfInterrupts(text) || speaksOfInterrupts(text.replaceAll('\n', ' '))) &&
    lines.some((line) => DMESG_LINE.test(line.text) || /No irq handler|nobody cared/.test(line.text))
  ) {
    return readDmesg(lines);
  }
  if (lines.some((line) => QEMU_LINE.test(line.text))) return readQemuTrace(lines);
  if (unfold(lines, STAT_START).some((line) => STAT_LINE.test(line.text))) return readStat(lines);
  return null;
}

/** @returns null for a file that is too long for a paste, no text, or none of the shapes */
export async function pasteIn(source: ByteSource): Promise<Paste | null> {
  if (source.size === 0 || source.size > MAX_PASTE) return null;
  const bytes = await source.read(0, source.size);
  // A NUL in its first bytes makes it no text.
  return bytes.subarray(0, 4096).includes(0) ? null : readPaste(new TextDecoder().decode(bytes));
}
