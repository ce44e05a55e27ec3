/** Texts that count or list events of QEMU or of perf kvm. */
import type { Finding } from '../predict/verdicts.ts';
import { finding, type Line, type Paste } from './types.ts';
import { unfold } from './unfold.ts';

/** `-trace` lines of QEMU: with `pid@seconds:`, a date, or nothing before them. A name of KVM's own has a colon behind it. */
export const QEMU_LINE =
  /^\s*(?:\d+@\d+(?:\.\d+)?:|\d{4}-\d\d-\d\dT\S+ )?((?:apic|ioapic|pic|i8259|kvm|msix?|hpet|pci_update|virtio)_\w+|x86_(?=\w*irq)\w+) (?!<-)(.+)$/;
const QEMU_START = /^\s*(?:\d+@|\d{4}-\d\d-\d\dT|(?:apic|ioapic|pic|i8259|kvm|msix?|hpet|pci_update|virtio|x86)_)/;
/** A number of a line; behind one of these names, as `=0x4`, `: 4` or ` 4`. */
const numberAt = (text: string, names: string): number | null => {
  const m = new RegExp(`(?:^|\\s)(?:${names})[:=]?\\s*(0x[0-9a-f]+|\\d+)`).exec(text);
  return m === null ? null : Number(m[1]);
};

export function readQemuTrace(given: readonly Line[]): Paste {
  const lines = unfold(given, QEMU_START);
  const counts: Record<string, number> = {};
  const gsis = new Map<number, { level: number; changes: number; line: number }>();
  const vectors: Record<string, number> = {};
  for (const { n, text: line } of lines) {
    const m = QEMU_LINE.exec(line);
    if (m === null) continue;
    const name = m[1] as string;
    const rest = m[2] as string;
    counts[name] = (counts[name] ?? 0) + 1;
    const number = numberAt(rest, 'vector|irq|gsi|n|pin');
    const level = numberAt(rest, 'level');
    if (/set_irq/.test(name) && number !== null && level !== null) {
      // The slave's lines are the eight behind the master's.
      const pin = name === 'pic_set_irq' && numberAt(rest, 'master') === 0 ? number + 8 : number;
      const known = gsis.get(pin);
      gsis.set(pin, { level, changes: (known?.changes ?? 0) + (known?.level === level ? 0 : 1), line: n });
    }
    const vector = numberAt(rest, 'vector');
    if (/apic_deliver_irq|kvm_x86_fixup_msi/.test(name) && vector !== null) {
      vectors[vector] = (vectors[vector] ?? 0) + 1;
    }
  }
  const findings: Finding[] = [];
  for (const [pin, state] of gsis) {
    if (state.level === 1)
      findings.push(finding('line-stays-high', 'note', state.line, { gsi: pin, n: state.changes }));
  }
  return {
    shape: 'qemu-trace',
    read: {
      events: counts,
      lines: Object.fromEntries([...gsis].map(([pin, { level, changes }]) => [pin, { level, changes }])),
      vectors,
    },
    limits: ['vmm-half'],
    ask: ['trace-cmd record -e kvm sleep 5'],
    findings,
  };
}

/** A row of `perf kvm stat`: exit reason, samples, share of samples, share of time. */
export const STAT_LINE = /^\s*([A-Z][A-Z0-9_]+|[a-z][a-z0-9_-]+)\s+(\d+)\s+([\d.]+)%\s+([\d.]+)%\s+([\d.]+)us/;

export const STAT_START = /^\s*[A-Za-z][\w-]+\s+\d+(?:\s|$)/;

export function readStat(given: readonly Line[]): Paste {
  const lines = unfold(given, STAT_START);
  const exits = lines.flatMap(({ n, text: line }) => {
    const m = STAT_LINE.exec(line);
    return m === null
      ? []
      : [{ line: n, reason: m[1], samples: Number(m[2]), share: Number(m[3]), time: Number(m[4]) }];
  });
  const findings: Finding[] = [];
  for (const row of exits) {
    const interrupt =
      /EXTERNAL_INTERRUPT|^interrupt$|EOI_INDUCED|APIC_WRITE|APIC_ACCESS|INTERRUPT_WINDOW|vintr|avic/.test(
        row.reason ?? '',
      );
    if (interrupt && row.share >= 40)
      findings.push(
        finding('exits-by-interrupts', 'note', row.line, {
          n: row.samples,
          params: { reason: row.reason ?? '', share: row.share },
        }),
      );
  }
  return {
    shape: 'perf-kvm-stat',
    read: { exits: exits.map(({ line: _line, ...row }) => row) },
    limits: ['shares-only'],
    ask: ['trace-cmd record -e kvm sleep 5'],
    findings,
  };
}
