/** Fields of the VMCS as short as a card needs them. */
import { hex } from '../base/hex.ts';

/** What an exit's qualification says; empty where it says nothing. */
export function qualification(reason: number, value: number): string {
  switch (reason & 0xffff) {
    case 44:
      return `${hex(value & 0xfff)} ${['r', 'w'][(value >> 12) & 15] ?? ''}`.trim();
    case 45:
      return hex(value & 0xff);
    case 56:
      return hex(value & 0xfff);
    case 30:
      return `port ${hex((value >>> 16) & 0xffff)}`;
    default:
      return value === 0 ? '' : hex(value);
  }
}

const TYPES = ['ext-int', 'type 1', 'NMI', 'hw exc', 'sw int', 'priv sw exc', 'sw exc', 'other'] as const;

/** An interruption-information field: vector and type; empty while its valid bit is clear. */
export function interruptionInfo(info: number): string {
  if (info >>> 31 === 0) return '';
  const type = TYPES[(info >> 8) & 7] as string;
  return type === 'NMI' ? 'NMI' : `${hex(info & 0xff)} ${type}`;
}
