/** Exit reasons and events by their names in the SDM and in KVM, and as short as a folded card needs them. */
import { hex } from './station.ts';

/** Basic exit reason: its name (EXIT_REASON_*), and a short form. */
const EXITS: Readonly<Record<number, readonly [string, string]>> = {
  0: ['EXCEPTION_NMI', 'EXC_NMI'],
  1: ['EXTERNAL_INTERRUPT', 'EXT_INTR'],
  7: ['INTERRUPT_WINDOW', 'INTR_WIN'],
  8: ['NMI_WINDOW', 'NMI_WIN'],
  12: ['HLT', 'HLT'],
  28: ['CR_ACCESS', 'CR'],
  30: ['IO_INSTRUCTION', 'IO'],
  31: ['MSR_READ', 'RDMSR'],
  32: ['MSR_WRITE', 'WRMSR'],
  43: ['TPR_BELOW_THRESHOLD', 'TPR_BELOW'],
  44: ['APIC_ACCESS', 'APIC_ACC'],
  45: ['EOI_INDUCED', 'EOI_IND'],
  48: ['EPT_VIOLATION', 'EPT_VIOL'],
  49: ['EPT_MISCONFIG', 'EPT_MISC'],
  52: ['PREEMPTION_TIMER', 'PREEMPT'],
  56: ['APIC_WRITE', 'APIC_WR'],
};

/** Name of a basic exit reason. */
export function exitName(reason: number, short = false): string {
  const names = EXITS[reason & 0xffff];
  return names === undefined ? `exit ${reason & 0xffff}` : names[short ? 1 : 0];
}

/** What an exit's qualification says; empty where it says nothing. */
export function qualification(reason: number, value: number): string {
  switch (reason & 0xffff) {
    case 44:
      return `${hex(value & 0xfff, 3)} ${['r', 'w'][(value >> 12) & 15] ?? ''}`.trim();
    case 45:
      return hex(value & 0xff);
    case 56:
      return hex(value & 0xfff, 3);
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
