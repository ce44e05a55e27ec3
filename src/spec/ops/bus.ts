/** Guest accesses to memory and ports: an in-kernel device takes them, or user space does. */
import { int, op, u64 } from '../define/op.ts';
import { size, vcpu } from './fields.ts';

export const BUS_OPS = {
  mmio_write: op('guest', { vcpu, addr: u64('addr'), size, value: u64('data') }),
  mmio_read: op('guest', { vcpu, addr: u64('addr'), size }),
  pio_write: op('guest', { vcpu, port: int('port', 0xffff), value: int('data', 0xff) }),
  pio_read: op('guest', { vcpu, port: int('port', 0xffff) }),
};
