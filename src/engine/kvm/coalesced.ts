/**
 * Coalesced MMIO and PIO (virt/kvm/coalesced_mmio.c, v6.18): stores into a zone are queued in a ring that user space reads
 * when it comes by. One ring for the VM and both buses.
 */

import { BUS } from '../../spec/iodevs.ts';
import { EV } from '../core/events.ts';
import { AT_VM, emit, type Machine } from '../core/machine.ts';
import { registerDevice, unregisterDevice } from './bus.ts';

/** KVM_COALESCED_MMIO_MAX: entries in a page; one stays free so that full and empty differ. */
const RING_PLACES = 170;

/** struct kvm_coalesced_mmio_zone */
export interface Zone {
  readonly pio: boolean;
  readonly addr: bigint;
  readonly size: number;
}

/** struct kvm_coalesced_mmio */
export interface CoalescedEntry extends Pick<Zone, 'pio'> {
  readonly addr: number;
  readonly len: number;
  readonly data: bigint;
}

const busOf = (zone: Zone): number => (zone.pio ? BUS.pio : BUS.mmio);

/** @kvm coalesced_mmio.c coalesced_mmio_in_range */
const holds = (zone: Zone, addr: bigint, len: number): boolean =>
  addr >= zone.addr && addr + BigInt(len) <= zone.addr + BigInt(zone.size);

/** KVM_REGISTER_COALESCED_MMIO. @returns 0 or minus an errno */
export function registerZone(m: Machine, zone: Zone): number {
  const rc = registerDevice(m, busOf(zone), { addr: zone.addr, len: zone.size, kind: 'coalesced', id: m.zones.length });
  if (rc === 0) m.zones.push(zone);
  return rc;
}

/** KVM_UNREGISTER_COALESCED_MMIO: every zone that holds the range goes; that none does is no error. */
export function unregisterZone(m: Machine, { pio, addr, size }: Zone): void {
  for (const [id, zone] of m.zones.entries()) {
    if (zone === null || zone.pio !== pio || !holds(zone, addr, size)) continue;
    unregisterDevice(m, busOf(zone), 'coalesced', id);
    m.zones[id] = null;
  }
}

/** @returns false when the access does not lie in the zone or the ring is full: it goes on, to user space in the end */
export function coalescedWrite(m: Machine, id: number, addr: number, len: number, value: bigint): boolean {
  const zone = m.zones[id];
  if (zone === undefined || zone === null || !holds(zone, BigInt(addr), len)) return false;
  if (m.ring.length >= RING_PLACES - 1) return false;
  m.ring.push({ pio: zone.pio, addr, len, data: BigInt.asUintN(len * 8, value) });
  emit(m, EV.coalesced_queued, AT_VM, addr, len, m.ring.length);
  return true;
}

/** User space empties the ring. @returns its entries, the oldest first */
export function readRing(m: Machine): CoalescedEntry[] {
  emit(m, EV.coalesced_taken, AT_VM, m.ring.length);
  return m.ring.splice(0);
}
