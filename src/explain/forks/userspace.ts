/** Ways not taken. What came from outside the kernel: the VMM's ioctls, its exits, and time. */
import { hex64 } from '../../base/numbers.ts';
import type { USERSPACE_EVENTS } from '../../spec/events/userspace.ts';
import type { Fork, ForkRows } from './fork.ts';

export const USERSPACE_FORKS: ForkRows<typeof USERSPACE_EVENTS> = {
  ioctl_signal_msi: (c) => {
    const { addrLo, data, addrHi } = c.args;
    const addr = hex64((addrLo & ~0xff000) | (200 << 12), addrHi);
    const absent: Fork = {
      key: 'fork.destAbsent',
      params: { dest: 200 },
      ops: [{ op: 'msi', addr, data: data >>> 0 }],
      replaces: true,
    };
    return (addrLo & 4) !== 0 ? [] : [absent];
  },
};
