/** QEMU's `info lapic`: one block a CPU, tabs or blanks between the columns, `[...]` where it was cut. */

import { bytesIn, finding, hexOf, type Line, type Paste } from './types.ts';
import { unfold, unread } from './unfold.ts';

export interface LapicDump {
  /** Lines that begin as a register of it and have no value. */
  readonly broken: Line[];
  readonly cpu: number;
  readonly line: number;
  readonly registers: Record<string, number>;
  /** null where the dump was cut. */
  irr: number[] | null;
  isr: number[] | null;
  /** Vectors shown as level. */
  readonly level: Set<number>;
}

const REGISTER = /^(LVT0|LVT1|LVTPC|LVTERR|LVTTHMR|LVTT|SPIV|ICR2|ICR|ESR)\s+0x([0-9a-f]{8})\b/i;
/** So the lines of QEMU's dumps begin, its other registers' too. */
export const DUMP_LINE =
  /^\s*(?:\(qemu\)|\[|dumping |pin \d|pic\d:|ioapic|Remote IRR|IRR\b|ISR\b|LVT|SPIV|ICR|ESR|timer|APR |TPR |PPR )/i;
/** A register without its value, or with a piece of it. */
const BEGUN =
  /^(?:LVT0|LVT1|LVTPC|LVTERR|LVTTHMR|LVTT|SPIV|ICR2|ICR|ESR)\s+0x(?![0-9a-f]{8}\b)|^(?:ISR|IRR)\s*$|^(?:ISR|IRR)\s.*\((?!level\)|none\))/i;
const SET = /^(ISR|IRR)\s+(.*)$/;
const PRIORITY = /\b(APR|TPR|DFR|LDR|PPR) 0x([0-9a-f]+)/g;

/** The local APICs of a text, in the order they stand. */
export function readLapics(given: readonly Line[]): LapicDump[] {
  const lines = unfold(given, DUMP_LINE);
  const dumps: LapicDump[] = [];
  let asked = -1;
  /** Another CPU's dump has begun, and the line that names it is not there: whose it is nobody knows. */
  let isNameless = false;
  let current: LapicDump | null = null;
  const start = (cpu: number, line: number): LapicDump => {
    current = { cpu, line, registers: {}, irr: null, isr: null, level: new Set(), broken: [] };
    dumps.push(current);
    return current;
  };
  for (const { n, text: line } of lines) {
    const ask = /info lapic\s*(\d+)?/.exec(line);
    if (ask !== null) {
      asked = Number(ask[1] ?? 0);
      current = null;
      isNameless = false;
      continue;
    }
    if (/^\(qemu\)/.test(line)) {
      current = null;
      asked = -1;
      isNameless = false;
      continue;
    }
    if (isNameless && !/^\s*dumping/i.test(line)) continue;
    isNameless = false;
    const head = /dumping local APIC state for CPU\s+(\d+)/i.exec(line);
    if (head !== null) {
      start(Number(head[1]), n);
      continue;
    }
    const register = REGISTER.exec(line);
    const set = SET.exec(line);
    if (BEGUN.test(line)) {
      (current ?? start(Math.max(asked, 0), n)).broken.push({ n, text: line });
      continue;
    }
    if (/^\s*dumping/i.test(line) || isAnother(current, register, set)) {
      const before: LapicDump | null = current;
      (before ?? start(Math.max(asked, 0), n)).broken.push({ n, text: line });
      isNameless = before !== null;
      continue;
    }
    if (register === null && set === null && !/\bTPR 0x/.test(line)) continue;
    const dump: LapicDump = current ?? start(Math.max(asked, 0), n);
    if (register !== null)
      dump.registers[(register[1] as string).toUpperCase()] = Number.parseInt(register[2] as string, 16);
    else if (set !== null) {
      const vectors = bytesIn(set[2] as string, dump.level);
      if (set[1] === 'ISR') dump.isr = vectors;
      else dump.irr = vectors;
    } else
      for (const [, name = '', value = '0'] of line.matchAll(PRIORITY))
        dump.registers[name] = Number.parseInt(value, 16);
  }
  return dumps.filter(
    (dump) =>
      dump.broken.length > 0 || dump.irr !== null || dump.isr !== null || Object.keys(dump.registers).length > 0,
  );
}

/** Has the dump another value of this already? */
function isAnother(dump: LapicDump | null, register: RegExpExecArray | null, set: RegExpExecArray | null): boolean {
  if (dump === null) return false;
  if (register !== null) {
    const before = dump.registers[(register[1] ?? '').toUpperCase()];
    return before !== undefined && before !== Number.parseInt(register[2] ?? '', 16);
  }
  const before = set === null ? null : set[1] === 'ISR' ? dump.isr : dump.irr;
  return before !== null && before.join() !== bytesIn(set?.[2] ?? '').join();
}

/** What a dump shows, and what holds what back. */
export function judgeLapics(dumps: readonly LapicDump[]): Pick<Paste, 'findings' | 'limits' | 'ask'> {
  const findings = [];
  const ask = new Set<string>();
  const limits = new Set<string>(['one-dump']);
  for (const dump of dumps) {
    const { cpu, registers } = dump;
    const tpr = registers.TPR ?? 0;
    const isr = dump.isr ?? [];
    const irr = dump.irr ?? [];
    const top = Math.max(-1, ...isr);
    const byTpr = irr.filter((v) => v >> 4 <= tpr >> 4);
    const byIsr = irr.filter((v) => v >> 4 <= top >> 4 && v >> 4 > tpr >> 4);
    const free = irr.filter((v) => v >> 4 > tpr >> 4 && v >> 4 > top >> 4);
    const list = (vectors: readonly number[]): string =>
      [...vectors]
        .sort((a, b) => b - a)
        .map(hexOf)
        .join(', ');
    const disabled = registers.SPIV !== undefined && (registers.SPIV & 0x100) === 0;
    ask.add(`info lapic ${cpu}`);
    if (disabled && irr.length > 0) {
      findings.push(
        finding('apic-disabled', 'wrong', dump.line, {
          vcpu: cpu,
          n: irr.length,
          params: { spiv: hexOf(registers.SPIV ?? 0) },
        }),
      );
    }
    if (byTpr.length > 0) {
      findings.push(
        finding('tpr-high', 'odd', dump.line, {
          vcpu: cpu,
          vector: Math.max(...byTpr),
          n: byTpr.length,
          params: { tpr: hexOf(tpr), vectors: list(byTpr), class: tpr >> 4 },
        }),
      );
    }
    if (byIsr.length > 0) {
      findings.push(
        finding('isr-never-ended', 'odd', dump.line, {
          vcpu: cpu,
          vector: top,
          n: byIsr.length,
          params: { vectors: list(byIsr) },
        }),
      );
    }
    if (free.length > 0 && !disabled) {
      ask.add('info registers');
      findings.push(
        finding('interrupts-off', 'odd', dump.line, {
          vcpu: cpu,
          vector: Math.max(...free),
          n: free.length,
          params: { vectors: list(free) },
        }),
      );
    }
    for (const vector of [...irr, ...isr].filter((v) => dump.level.has(v))) {
      ask.add('info pic');
      findings.push(finding('eoi-owed', 'note', dump.line, { vcpu: cpu, vector }));
    }
    for (const vector of [...irr, ...isr].filter((v) => v < 16)) {
      findings.push(finding('vector-below-16', 'wrong', dump.line, { vcpu: cpu, vector }));
    }
    findings.push(...dump.broken.map(unread));
    limits.add('lapic-stale');
  }
  return { findings, limits: [...limits], ask: [...ask] };
}

export const lapicRow = (dump: LapicDump): Record<string, unknown> => ({
  cpu: dump.cpu,
  ...Object.fromEntries(Object.entries(dump.registers).map(([name, value]) => [name, hexOf(value)])),
  irr: dump.irr,
  isr: dump.isr,
  level: [...dump.level].sort((a, b) => a - b),
});
