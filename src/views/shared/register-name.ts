/** A register's name with its number, where there are several of it. */
import type { RegisterRef } from '../../engine/view/machine-view.ts';
import { registerLabel } from './register-table.ts';

const NUMBERED: ReadonlySet<string> = new Set(['redirLo', 'redirHi', 'lines', 'irqEoi']);
const MSIX_PARTS = ['address', 'address', 'data', 'control'];

/** "RTE 11", "MSI-X entry 0 data", "IRR" */
export function registerName({ kind, register, sub }: RegisterRef): string {
  const label = registerLabel(kind, register);
  if (register === 'msixTable') return `MSI-X entry ${sub >> 2} ${MSIX_PARTS[sub & 3]}`;
  if (register === 'irte') return `${label} ${sub >> 2}`;
  if (kind === 'ioapic' && NUMBERED.has(register)) return `${label} ${sub}`;
  if (kind === 'pit' && label !== 'present') return sub === 0 ? label : `${label} (${sub})`;
  if (kind === 'vcpu' && register.startsWith('stack')) return `${label} ${sub}`;
  return label;
}
