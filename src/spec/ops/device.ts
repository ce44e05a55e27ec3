/** The model devices. */
import { choice, int, op, optional, text, u32 } from '../define/op.ts';
import { MAX_MSIX } from '../limits.ts';

export const DEVICE_OPS = {
  /**
   * Something happens at a device: a byte arrives, a request completes. `vector` picks the MSI-X vector. `config`: a virtio device
   * tells that its configuration changed, by a vector or an ISR bit of its own.
   */
  device: op('model', {
    id: text(),
    event: choice(['work', 'quiet', 'config'], 'work'),
    vector: optional(int('count', MAX_MSIX - 1)),
  }),
  /** The guest writes a field of a device's MSI-X table entry, or the enable and function mask bits of its capability. */
  msix: op('model', {
    id: text(),
    entry: int('count', MAX_MSIX - 1, { fallback: 0 }),
    field: choice(['addr_lo', 'addr_hi', 'data', 'control', 'capability']),
    value: u32('data'),
  }),
  /** The guest writes a field of a device's MSI capability: one message for all its vectors, a mask bit each. */
  msi_cap: op('model', {
    id: text(),
    field: choice(['addr_lo', 'addr_hi', 'data', 'mask', 'enable']),
    value: u32('data'),
  }),
};
