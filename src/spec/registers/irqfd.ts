/** irqfds. */
import { bool, dec, defineRegisters } from '../define/registers.ts';

/** One irqfd (struct kvm_kernel_irqfd). */
export const IRQFD_REGISTERS = defineRegisters({
  used: bool('in use'),
  gsi: dec('GSI'),
  resample: bool('resample'),
  resampleCount: dec('resample events'),
  msiRoute: bool('irq_entry is a message'),
  entrySeq: dec('irq_entry_sc'),
});
