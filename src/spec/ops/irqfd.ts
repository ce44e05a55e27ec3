/** KVM_IRQFD and its eventfds. */
import { bit, op, u32 } from '../define/op.ts';

export const IRQFD_OPS = {
  irqfd: op('ioctl', { gsi: u32('gsi'), resample: bit(0) }),
  irqfd_deassign: op('ioctl', { gsi: u32('gsi'), resample: bit(0) }),
  irqfd_signal: op('ioctl', { gsi: u32('gsi') }),
  /** The counter of the resamplefd, read and cleared. */
  irqfd_resample_poll: op('ioctl', { gsi: u32('gsi') }),
};
