/**
 * ioeventfds (virt/kvm/eventfd.c, v6.18): a guest's store rings an eventfd, and nothing is emulated. User space's half, an
 * eventfd for each address, length and data asked for, lives as long as the machine.
 */

import { BUS } from '../../spec/iodevs.ts';
import { EEXIST, EINVAL, ENOENT } from '../core/errno.ts';
import { EV } from '../core/events.ts';
import { AT_VM, emit, type Machine } from '../core/machine.ts';
import { registerDevice, unregisterDevice } from './bus.ts';

/** What user space names an ioeventfd by; two with the same key use the same eventfd. */
export interface IoeventfdKey {
  readonly bus: number;
  readonly addr: bigint;
  /** 0, 1, 2, 4 or 8 bytes; 0: any. */
  readonly len: number;
  /** null: any data. */
  readonly datamatch: bigint | null;
}

/** struct _ioeventfd with its eventfd. */
export interface Ioeventfd extends IoeventfdKey {
  assigned: boolean;
  /** The eventfd's counter. */
  count: bigint;
}

const sameKey = (a: IoeventfdKey, b: IoeventfdKey): boolean =>
  a.bus === b.bus && a.addr === b.addr && a.len === b.len && a.datamatch === b.datamatch;

/** @kvm eventfd.c ioeventfd_check_collision */
const collides = (a: IoeventfdKey, b: IoeventfdKey): boolean =>
  a.bus === b.bus &&
  a.addr === b.addr &&
  (a.len === 0 ||
    b.len === 0 ||
    (a.len === b.len && (a.datamatch === null || b.datamatch === null || a.datamatch === b.datamatch)));

/** KVM_IOEVENTFD. @returns 0 or minus an errno @kvm eventfd.c kvm_assign_ioeventfd */
export function assignIoeventfd(m: Machine, key: IoeventfdKey): number {
  if (![0, 1, 2, 4, 8].includes(key.len)) return -EINVAL;
  if (key.addr + BigInt(key.len) >= 1n << 64n) return -EINVAL;
  if (key.len === 0 && key.datamatch !== null) return -EINVAL;
  if (m.ioeventfds.some((other) => other.assigned && collides(other, key))) return -EEXIST;
  let id = m.ioeventfds.findIndex((other) => sameKey(other, key));
  if (id === -1) id = m.ioeventfds.push({ ...key, assigned: false, count: 0n }) - 1;
  const range = { addr: key.addr, len: key.len, kind: 'ioeventfd', id } as const;
  const rc = registerDevice(m, key.bus, range);
  if (rc !== 0) return rc;
  // Without a length the address alone decides, so that an EPT misconfiguration need not be decoded.
  if (key.len === 0 && key.bus === BUS.mmio) registerDevice(m, BUS.fastMmio, range);
  (m.ioeventfds[id] as Ioeventfd).assigned = true;
  return 0;
}

/** KVM_IOEVENTFD with DEASSIGN: only the very same one. @kvm eventfd.c kvm_deassign_ioeventfd */
export function deassignIoeventfd(m: Machine, key: IoeventfdKey): number {
  const id = m.ioeventfds.findIndex((other) => other.assigned && sameKey(other, key));
  if (id === -1) return -ENOENT;
  (m.ioeventfds[id] as Ioeventfd).assigned = false;
  unregisterDevice(m, key.bus, 'ioeventfd', id);
  if (key.len === 0 && key.bus === BUS.mmio) unregisterDevice(m, BUS.fastMmio, 'ioeventfd', id);
  return 0;
}

/** A write on the bus. @param len 0: from the fast bus @returns false when it is not this one's @kvm eventfd.c ioeventfd_write */
export function ioeventfdWrite(m: Machine, id: number, addr: number, len: number, value: bigint): boolean {
  const fd = m.ioeventfds[id];
  if (fd === undefined || Number(fd.addr) !== addr) return false;
  if (fd.len !== 0) {
    if (fd.len !== len) return false;
    if (fd.datamatch !== null && BigInt.asUintN(len * 8, value) !== fd.datamatch) return false;
  }
  fd.count++;
  emit(m, EV.ioeventfd_hit, AT_VM, addr, len, Number(fd.count));
  return true;
}

/** User space reads the eventfd, which clears it. */
export function pollIoeventfd(m: Machine, key: IoeventfdKey): number {
  const fd = m.ioeventfds.find((other) => sameKey(other, key));
  if (fd === undefined) return 0;
  const { count } = fd;
  fd.count = 0n;
  return Number(count);
}
