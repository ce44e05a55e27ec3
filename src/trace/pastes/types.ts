/** What a pasted text turned into. */
import type { Finding } from '../predict/verdicts.ts';
import { blank } from '../predict/verdicts.ts';

export const SHAPES = [
  'info-lapic',
  'info-pic',
  'info-ioapic',
  'proc-interrupts',
  'dmesg',
  'qemu-trace',
  'ftrace',
  'perf-kvm-stat',
] as const;
export type Shape = (typeof SHAPES)[number];

export interface Paste {
  readonly shape: Shape;
  /** What was understood, register by register. */
  readonly read: Readonly<Record<string, unknown>>;
  /** Codes of what this shape cannot tell (i18n `trace.limit.<code>`). */
  readonly limits: readonly string[];
  /** Commands that would tell. */
  readonly ask: readonly string[];
  readonly findings: readonly Finding[];
}

export function finding(
  id: string,
  severity: Finding['severity'],
  line: number,
  about: Partial<Finding> = {},
): Finding {
  return Object.assign(blank(id, severity, line, Number.NaN), about);
}

export interface Line {
  /** From 1 on. */
  readonly n: number;
  readonly text: string;
}

/** A text's lines without mail quotes; those that are empty are left out. */
export function linesOf(text: string): Line[] {
  const lines: Line[] = [];
  for (let n = 1, start = 0; start < text.length; n++) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    let from = start;
    while (text[from] === '>') from += text[from + 1] === ' ' ? 2 : 1;
    const to = text[end - 1] === '\r' ? end - 1 : end;
    if (from < to) lines.push({ n, text: text.slice(from, to) });
    start = end + 1;
  }
  return lines;
}

/**
 * The numbers below 256 of a line, each once, as they stand: vectors, or pins. A line may be megabytes of them.
 * @param level gets those with `(level)` behind them
 */
export function bytesIn(text: string, level?: Set<number>): number[] {
  const found = new Set<number>();
  const number = /(\d+)(\(level\))?/g;
  for (let m = number.exec(text); m !== null; m = number.exec(text)) {
    const n = Number(m[1]);
    if (n > 255) continue;
    found.add(n);
    if (m[2] !== undefined) level?.add(n);
  }
  return [...found];
}

export const hexOf = (n: number): string => `0x${n.toString(16)}`;
