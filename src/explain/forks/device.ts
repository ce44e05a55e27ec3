/** Ways not taken. The model's devices, which are no part of KVM. */

import type { JsonOp } from '../../log/log.ts';
import type { DEVICE_EVENTS } from '../../spec/events/device.ts';
import type { ForkRows } from './fork.ts';

export const DEVICE_FORKS: ForkRows<typeof DEVICE_EVENTS> = {
  msix_pending: (c) => {
    const id = c.view.config.devices?.[c.index]?.id;
    if (id === undefined) return [];
    const { entry } = c.args;
    const ops: JsonOp[] = [
      { op: 'msix', id, entry, field: 'control', value: 0 },
      { op: 'msix', id, entry, field: 'capability', value: 0x8000 },
    ];
    return [{ key: 'fork.msixUnmask', params: { entry }, ops }];
  },
};
