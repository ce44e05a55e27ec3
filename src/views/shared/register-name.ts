/** A register's name with its number, where there are several of it. */
import type { RegisterRef } from '../../engine/view/machine-view.ts';
import type { CreateOp } from '../../spec/ops/index.ts';
import { registerLabel } from './register-table.ts';

const NUMBERED: ReadonlySet<string> = new Set(['redirLo', 'redirHi', 'lines', 'irqEoi']);
const MSIX_PARTS = ['address', 'address', 'data', 'control'];

/** "RTE 11", "MSI-X entry 0 data", "MSI vector 0 data" (its capability has no table), "IRR" */
export function registerName({ kind, index, register, sub }: RegisterRef, config: CreateOp): string {
  const label = registerLabel(kind, register);
  const plain = kind === 'device' && config.devices?.[index]?.msi !== undefined;
  if (register === 'msixTable') return `${plain ? 'MSI vector' : 'MSI-X entry'} ${sub >> 2} ${MSIX_PARTS[sub & 3]}`;
  if (plain) return label.replace('MSI-X', 'MSI');
  if (register === 'irte') return `${label} ${sub >> 2}`;
  if (kind === 'ioapic' && NUMBERED.has(register)) return `${label} ${sub}`;
  if (kind === 'pit' && label !== 'present') return sub === 0 ? label : `${label} (${sub})`;
  if (kind === 'vcpu' && register.startsWith('stack')) return `${label} ${sub}`;
  return label;
}
