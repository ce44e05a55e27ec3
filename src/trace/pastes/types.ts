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
  return { ...blank(id, severity, line, Number.NaN), ...about };
}

/** A text's lines without mail quotes, with their 1-based numbers. */
export function linesOf(text: string): { n: number; text: string }[] {
  return text.split('\n').map((line, i) => ({ n: i + 1, text: line.replace(/^(> ?)+/, '').replace(/\r$/, '') }));
}

export const hexOf = (n: number): string => `0x${n.toString(16)}`;
