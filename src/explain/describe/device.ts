/** In words: The model's devices, which are no part of KVM. */

import { hex } from '../../base/numbers.ts';
import { readWord } from '../../engine/view/machine-view.ts';
import type { MessageKey } from '../../i18n/index.ts';
import type { DEVICE_EVENTS } from '../../spec/events/device.ts';
import { messagesOf } from '../../spec/messages.ts';
import type { DeviceKind } from '../../spec/ops/index.ts';
import type { StepContext } from '../context.ts';
import { say } from '../text.ts';
import type { Descriptions } from './index.ts';
import { deviceName } from './words.ts';

/** By the engine's number. The fifth is of the capability, and so are those of a plain MSI. */
const MSIX_FIELDS = ['addrLo', 'addrHi', 'data', 'control', 'capability', 'mask', 'enable'] as const;
const CAPABILITY = 4;
const DEVICE_WORK: Readonly<Record<DeviceKind, MessageKey>> = {
  serial: 'word.serialByte',
  'virtio-net': 'word.packet',
  'virtio-blk': 'word.request',
  e1000: 'word.packet',
  nvme: 'word.request',
  pit: 'word.tick',
  ioctl: 'word.ioctl',
};

/**
 * Who quiets what. On a line the driver must make the device lower it, each in its own way; a message needs no such thing.
 * Virtio 1.2 "ISR status capability"; NVMe base "Pin Based and Single Message MSI"; 8254x manual "Interrupt Cause Read Register"; 16550 IIR.
 */
const QUIETED: Readonly<Record<string, string>> = {
  serial: 'serial',
  'virtio-net': 'virtio',
  'virtio-blk': 'virtio',
  nvme: 'nvme',
  e1000: 'e1000',
};

/** Its messages come from an MSI capability, which has no table: one message, and a mask bit for each vector. */
const isPlainMsi = (c: StepContext): boolean => c.view.config.devices?.[c.index]?.msi !== undefined;

export const DEVICE: Descriptions<typeof DEVICE_EVENTS> = {
  device_raise: (c) => ({
    params: { device: deviceName(c, c.index), gsi: c.args.gsi },
    variant: c.args.level === 0 && 'low',
  }),
  device_event: (c) => {
    const spec = c.view.config.devices?.[c.index];
    const what = say(DEVICE_WORK[spec?.kind ?? 'ioctl']);
    return {
      params: {
        device: deviceName(c, c.index),
        what:
          spec === undefined || messagesOf(spec) === 0
            ? what
            : say(isPlainMsi(c) ? 'word.queue.msi' : 'word.queue', { what, n: c.args.vectorIndex }),
      },
    };
  },
  device_config: (c) => ({
    params: { device: deviceName(c, c.index), entry: c.args.vectorIndex },
    variant: (['', 'vector', 'noVector'] as const)[c.args.way] ?? '',
  }),
  device_quiet: (c) => {
    const spec = c.view.config.devices?.[c.index];
    const byMessage = spec !== undefined && messagesOf(spec) > 0 && readWord(c.view, 'device', c.index, 'line') === 0;
    return {
      params: { device: deviceName(c, c.index) },
      variant: byMessage ? 'message' : (QUIETED[spec?.kind ?? ''] ?? false),
    };
  },
  msix_write: (c) => ({
    variant: isPlainMsi(c) ? 'cap' : c.args.field === CAPABILITY && 'control',
    params: {
      device: deviceName(c, c.index),
      entry: c.args.entry,
      field: say(`word.msix.${MSIX_FIELDS[c.args.field] ?? 'data'}`),
      value: hex(c.args.value),
    },
  }),
  msix_pending: (c) => ({
    params: { device: deviceName(c, c.index), entry: c.args.entry },
    variant: isPlainMsi(c) ? 'cap' : c.args.why === 1 && 'function',
  }),
};
