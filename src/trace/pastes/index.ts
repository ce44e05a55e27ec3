/** Which shape a pasted text has, by its first words, and what it says. */
import { readChips } from './chips.ts';
import { DMESG_LINE, readDmesg, speaksOfInterrupts } from './dmesg.ts';
import { judgeLapics, lapicRow, readLapics } from './lapic.ts';
import { plain } from './plain.ts';
import { readProcInterrupts } from './proc-interrupts.ts';
import { QEMU_LINE, readQemuTrace, readStat, STAT_LINE } from './streams.ts';
import { linesOf, type Paste } from './types.ts';

/** A longer text is a file, not a paste. */
export const MAX_PASTE = 8 * 1024 * 1024;

const EVENT =
  /(^|[\s:])kvm_(entry|exit|set_irq|pic_set_irq|ioapic_set_irq|msi_set_irq|apic_accept_irq|apicv_accept_irq|eoi|inj_virq|ack_irq|apic|apic_ipi|msr|mmio|pio)[:(]/;

/** @returns null for a text that is none of the shapes (a trace is read as a trace) */
export function readPaste(pasted: string): Paste | null {
  const text = plain(pasted);
  const lines = linesOf(text);
  const first = (pattern: RegExp): number =>
    lines.find((line) => pattern.test(line.text))?.n ?? Number.POSITIVE_INFINITY;
  const pins = Math.min(first(/^\s*pin \d+\s+0x[0-9a-f]{16}/i), first(/^ioapic\d*: ver=/i));
  const pics = Math.min(first(/^pic\d: irr=/i), first(/info pic\b/));
  const lapic = Math.min(first(/dumping local APIC state/i), first(/^(LVT0|SPIV)\s+0x/), first(/info lapic/));
  const chips = Math.min(pins, pics);
  if (chips < Number.POSITIVE_INFINITY && chips <= lapic) {
    return readChips(text, pics < Number.POSITIVE_INFINITY ? 'info-pic' : 'info-ioapic');
  }
  if (lapic < Number.POSITIVE_INFINITY) {
    if (chips < Number.POSITIVE_INFINITY) return readChips(text, 'info-lapic');
    const dumps = readLapics(text);
    if (dumps.length > 0) return { shape: 'info-lapic', read: { lapic: dumps.map(lapicRow) }, ...judgeLapics(dumps) };
  }
  if (lines.some((line) => EVENT.test(line.text))) return null;
  if (lines.some((line) => /^\s*CPU\d+(\s+CPU\d+)*\s*$/.test(line.text)) && /^\s*\w+:\s+\d/m.test(text))
    return readProcInterrupts(text);
  if (
    speaksOfInterrupts(text) &&
    lines.some((line) => DMESG_LINE.test(line.text) || /No irq handler|nobody cared/.test(line.text))
  ) {
    return readDmesg(text);
  }
  if (lines.some((line) => QEMU_LINE.test(line.text))) return readQemuTrace(text);
  if (lines.some((line) => STAT_LINE.test(line.text))) return readStat(text);
  return null;
}
