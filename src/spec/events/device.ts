/** The model's devices, which are no part of KVM. */
import { defineEvents, reason } from '../define/event.ts';

export const DEVICE_EVENTS = defineEvents({
  device_raise: {
    code: 170,
    by: 'device',
    fn: null,
    cite: null,
    args: { gsi: 'gsi', level: 'level', kind: 'dec' },
    token: 'level',
  },
  device_event: {
    code: 171,
    by: 'device',
    fn: null,
    cite: null,
    args: { kind: 'dec', pending: 'dec', vectorIndex: 'dec' },
    token: 'moves',
  },
  device_quiet: {
    code: 172,
    by: 'device',
    fn: null,
    cite: null,
    args: { kind: 'dec', gsi: 'gsi' },
    token: 'goesBack',
  },
  device_config: {
    code: 185,
    by: 'device',
    fn: null,
    cite: 'virtio.isr',
    args: { vectorIndex: 'dec', way: reason('line', 'vector', 'noVector') },
    token: 'moves',
    since: 2,
  },
  msix_write: {
    code: 178,
    by: 'device',
    fn: null,
    cite: 'msi.msix',
    args: { entry: 'dec', field: 'dec', value: 'hex' },
    token: 'still',
  },
  msix_pending: {
    code: 179,
    by: 'device',
    fn: null,
    cite: 'msi.msix',
    args: { entry: 'dec', why: reason('masked', 'functionMasked') },
    token: 'ends',
  },
});
