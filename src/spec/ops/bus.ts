/** Guest accesses to memory and ports, and who may answer them: slots, devices on KVM's buses, eventfds, user space. */
import { bit, choice, type Field, int, list, number, OpError, op, orNull, u32, u64 } from '../define/op.ts';
import { MAX_STRING } from '../limits.ts';
import { size, vcpu } from './fields.ts';

const port = int('port', 0xffff);
/** Bytes of an access to a port. */
const portSize = number([1, 2, 4], 1);
/** The same after a value, which must fit. */
const sizeOfValue: Field<1 | 2 | 4, false> = {
  ...portSize,
  check: (bytes, { value }) =>
    Number(value) < 2 ** (bytes * 8) ? null : new OpError('op.range', 'value', { max: 2 ** (bytes * 8) - 1 }),
};

/** Names an eventfd: one for each bus, address, length and data (null: whatever the data). */
const ioeventfd = {
  bus: choice(['mmio', 'pio']),
  addr: u64('addr'),
  len: u32('count'),
  datamatch: orNull(u64('data')),
};

export const BUS_OPS = {
  mmio_write: op('guest', { vcpu, addr: u64('addr'), size, value: u64('data') }),
  mmio_read: op('guest', { vcpu, addr: u64('addr'), size }),
  pio_write: op('guest', { vcpu, port, value: u32('data'), size: sizeOfValue }),
  pio_read: op('guest', { vcpu, port, size: portSize }),
  /** REP OUTS of `data`, or REP INS of `count` elements. */
  pio_string: op(
    'guest',
    {
      vcpu,
      port,
      dir: choice(['in', 'out']),
      size: portSize,
      count: int('count', MAX_STRING),
      data: {
        ...list(u64('data'), MAX_STRING, {
          item: 'data',
          check: (data, { dir, count }) =>
            dir === 'in' || data.length === count ? null : new OpError('op.elements', 'data', { count: Number(count) }),
        }),
        fallback: [],
      },
    },
    { short: false },
  ),
  /** KVM_SET_USER_MEMORY_REGION. Slot 0 is the guest's own first MiB; size 0 deletes. */
  memslot: op(
    'ioctl',
    { slot: { ...u32('count'), check: notSlot0 }, gpa: u64('addr'), size: u64('count'), readonly: bit(0) },
    { short: false },
  ),
  /** KVM_IOEVENTFD */
  ioeventfd: op('ioctl', { ...ioeventfd, deassign: bit(0) }, { short: false }),
  /** The eventfd's counter, read and cleared. */
  ioeventfd_poll: op('ioctl', ioeventfd, { short: false }),
  /** KVM_REGISTER_COALESCED_MMIO, KVM_UNREGISTER_COALESCED_MMIO */
  coalesced_mmio: op(
    'ioctl',
    { pio: u32('dec', 0), addr: u64('addr'), size: u32('count'), deassign: bit(0) },
    { short: false },
  ),
  /** The coalesced ring, read and emptied. */
  coalesced_read: op('ioctl', {}),
};

function notSlot0(slot: number): OpError | null {
  return slot === 0 ? new OpError('op.slot0', 'slot') : null;
}
