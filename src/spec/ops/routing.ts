/** Interrupts that come in by GSI or as a message, and the table that routes them. */
import { bit, choice, either, list, op, u32, u64 } from '../define/op.ts';
import { MAX_ROUTES } from '../limits.ts';

/** An entry of KVM_SET_GSI_ROUTING: to a pin of a chip, or a message. */
const route = either(
  'chip',
  { gsi: u32('gsi'), chip: choice(['pic0', 'pic1', 'ioapic']), pin: u32('pin') },
  { gsi: u32('gsi'), msi_addr: u64('addr'), msi_data: u32('data') },
);

export const ROUTING_OPS = {
  /** KVM_IRQ_LINE_STATUS */
  irq_line: op('ioctl', { gsi: u32('gsi'), level: bit() }),
  /** KVM_SIGNAL_MSI */
  msi: op('ioctl', { addr: u64('addr'), data: u32('data') }),
  /** KVM_SET_GSI_ROUTING */
  routing: op('ioctl', { entries: list(route, MAX_ROUTES) }),
};
