/** irqfds and their resamplers (eventfd.c). */
import { defineEvents } from '../define/event.ts';

export const IRQFD_EVENTS = defineEvents({
  irqfd_assign: {
    code: 7,
    by: 'irqfd',
    fn: 'kvm_irqfd_assign',
    cite: 'kvm.api',
    args: { gsi: 'gsi', resample: 'flag' },
    token: 'still',
  },
  irqfd_deassign: {
    code: 8,
    by: 'irqfd',
    fn: 'kvm_irqfd_deassign',
    cite: 'kvm.api',
    args: { gsi: 'gsi' },
    token: 'still',
  },
  irqfd_wakeup: {
    code: 9,
    by: 'irqfd',
    fn: 'irqfd_wakeup',
    cite: 'kvm.api',
    args: { gsi: 'gsi' },
    token: 'moves',
  },
  irqfd_inject: {
    code: 10,
    by: 'irqfd',
    fn: 'irqfd_inject',
    cite: 'kvm.api',
    args: { gsi: 'gsi', resample: 'flag' },
    token: 'moves',
  },
  irqfd_resampler_ack: {
    code: 11,
    by: 'irqfd',
    fn: 'irqfd_resampler_ack',
    cite: 'kvm.api',
    args: { gsi: 'gsi' },
    token: 'moves',
  },
  resamplefd_signal: {
    code: 12,
    by: 'irqfd',
    fn: 'irqfd_resampler_notify',
    cite: 'kvm.api',
    args: { gsi: 'gsi', count: 'dec' },
    token: 'moves',
  },
});
