/** Ops on memory slots, ioeventfds and coalesced zones. */

import { BUS } from '../../spec/iodevs.ts';
import type { IoeventfdSpec, Op, OpResult, RoadOp } from '../../spec/ops/index.ts';
import { EINVAL, ioctl } from '../core/errno.ts';
import { EV } from '../core/events.ts';
import { AT_VM, emit, type Machine } from '../core/machine.ts';
import type { Handlers } from '../core/wires.ts';
import { readRing, registerZone, unregisterZone } from '../kvm/coalesced.ts';
import { assignIoeventfd, deassignIoeventfd, type IoeventfdKey, pollIoeventfd } from '../kvm/ioeventfd.ts';
import { generation, memslots, setMemoryRegion } from '../kvm/memslots.ts';
import { hex } from './hex.ts';

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

const lowWord = (addr: bigint): number => Number(BigInt.asUintN(32, addr));
/** What became of a slot, in the log. */
const CHANGE = { made: 0, moved: 1, deleted: 2, unchanged: 3, refused: 4 } as const;

function memslot(m: Machine, op: Op<'memslot'>): OpResult {
  const old = memslots(m).find(({ slot }) => slot === op.slot);
  const before = generation(m);
  const rc = setMemoryRegion(m, op.slot, op.gpa, op.size, op.readonly === 1);
  let change: number = old === undefined ? CHANGE.made : op.size === 0n ? CHANGE.deleted : CHANGE.moved;
  if (rc !== 0) change = CHANGE.refused;
  else if (generation(m) === before) change = CHANGE.unchanged;
  emit(m, EV.memslot_set, AT_VM, op.slot, lowWord(op.gpa), Number(op.size >> 12n), change);
  return ioctl(rc);
}

export const ROAD_HANDLERS: Handlers<RoadOp['op']> = {
  memslot,
  ioeventfd(m, op) {
    const rc = op.deassign === 1 ? deassignIoeventfd(m, keyOf(op)) : assignIoeventfd(m, keyOf(op));
    if (rc !== 0) emit(m, EV.ioeventfd_refused, AT_VM, lowWord(op.addr), op.len, -rc);
    return ioctl(rc);
  },
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
