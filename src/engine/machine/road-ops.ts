/** Ops on memory slots, ioeventfds and coalesced zones. */
import type { IoeventfdSpec, OpResult, RoadOp } from '../../spec/ops/index.ts';
import { EINVAL, ioctl } from '../core/errno.ts';
import type { Machine } from '../core/machine.ts';
import type { Handlers } from '../core/wires.ts';
import { BUS } from '../kvm/bus.ts';
import { readRing, registerZone, unregisterZone } from '../kvm/coalesced.ts';
import { assignIoeventfd, deassignIoeventfd, type IoeventfdKey, pollIoeventfd } from '../kvm/ioeventfd.ts';
import { setMemoryRegion } from '../kvm/memslots.ts';
import { hex } from './print.ts';

const keyOf = ({ bus, addr, len, datamatch }: IoeventfdSpec): IoeventfdKey => ({
  bus: bus === 'pio' ? BUS.pio : BUS.mmio,
  addr,
  len,
  datamatch,
});

function coalescedEntries(m: Machine): OpResult {
  const entries = readRing(m).map(({ pio, addr, len, data }) => ({
    addr: hex(BigInt(addr)),
    len,
    data: hex(data),
    ...(pio ? { pio: 1 } : {}),
  }));
  return { entries };
}

export const ROAD_HANDLERS: Handlers<RoadOp['op']> = {
  memslot: (m, op) => ioctl(setMemoryRegion(m, op.slot, op.gpa, op.size, op.readonly === 1)),
  ioeventfd: (m, op) => ioctl(op.deassign === 1 ? deassignIoeventfd(m, keyOf(op)) : assignIoeventfd(m, keyOf(op))),
  ioeventfd_poll: (m, op) => ({ count: pollIoeventfd(m, keyOf(op)) }),
  coalesced_mmio(m, op) {
    if (op.pio > 1) return ioctl(-EINVAL);
    const zone = { pio: op.pio === 1, addr: op.addr, size: op.size };
    if (op.deassign === 0) return ioctl(registerZone(m, zone));
    unregisterZone(m, zone);
    return ioctl(0);
  },
  coalesced_read: coalescedEntries,
};
