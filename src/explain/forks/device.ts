/** Ways not taken. The model's devices, which are no part of KVM. */
import type { DEVICE_EVENTS } from '../../spec/events/device.ts';
import type { ForkRows } from './fork.ts';
import { msixUnmaskFork } from './makers.ts';

export const DEVICE_FORKS: ForkRows<typeof DEVICE_EVENTS> = {
  msix_pending: (c) => msixUnmaskFork(c, c.index, c.args.entry),
};
