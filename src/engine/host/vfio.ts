/**
 * A device assigned through VFIO (kind 'nvme'): its MSI-X vectors go through interrupt remapping table entries, which
 * KVM makes posted ones where it can (arch/x86/kvm/irq.c kvm_pi_update_irte, drivers/iommu/intel/irq_remapping.c).
 * The model host gives MSI-X vector n of slot s host vector 0x30 + 4 s + n, and descriptors the addresses below.
 */

import { ownerOfPiDesc, piDescAddress } from '../../spec/pi-desc-address.ts';
import { singleVcpu } from '../chips/lapic/delivery.ts';
import { CHIP, EV } from '../core/events.ts';
import {
  AT_VM,
  deviceAt,
  emit,
  enter,
  leave,
  type Machine,
  put,
  type RouteEntry,
  type RouteTable,
  whereOf,
} from '../core/machine.ts';
import type { Wires } from '../core/wires.ts';
import { DEVICE } from '../core/words.ts';
import { irqfdOf, signalIrqfd } from '../kvm/irqfd.ts';
import { msiMessage, routesOfGsi } from '../kvm/routing.ts';
import { vtdPost } from './vtd.ts';

const D = DEVICE.at;
const PRESENT = 1;
/** prepare_irte */
const REDIR_HINT = 1 << 3;
/** SVT_VERIFY_SID_SQ: the device itself must have sent it. @kvm irq_remapping.c set_msi_sid */
const VERIFY_SID = 1 << 18;
const POSTED = 1 << 15;
const FIXED = 0;
const LOWEST = 1;
/** Why an entry stays remapped; see events-vmx.ts. */
const WHY = { noRoute: 0, several: 1, mode: 2, host: 3, noIrqfd: 4 } as const;

const isAssigned = (m: Machine, slot: number): boolean => m.config.devices?.[slot]?.kind === 'nvme';
const irteAt = (m: Machine, slot: number, entry: number): number => deviceAt(m, slot) + D.irte + entry * 4;
const gsiOf = (m: Machine, slot: number, entry: number): number => m.w[deviceAt(m, slot) + D.gsi] + entry;
const hostVector = (slot: number, entry: number): number => 0x30 + slot * 4 + entry;

/** The vCPU to post to, or why there is none. @kvm irq.c kvm_pi_update_irte */
function postingTarget(m: Machine, gsi: number): { vcpu: number; vector: number; why: number } {
  const route = routesOfGsi(m, gsi)[0];
  if (m.config.apicv !== true) return { vcpu: -1, vector: 0, why: WHY.host };
  if (irqfdOf(m, gsi) === -1) return { vcpu: -1, vector: 0, why: WHY.noIrqfd };
  if (route === undefined || route.chip !== CHIP.msi) return { vcpu: -1, vector: 0, why: WHY.noRoute };
  const irq = msiMessage(m, route.addrLo, route.addrHi, route.data);
  const vcpu = singleVcpu(m, irq);
  if (vcpu === -1) return { vcpu, vector: irq.vector, why: WHY.several };
  if (irq.deliveryMode !== FIXED && irq.deliveryMode !== LOWEST) return { vcpu: -1, vector: irq.vector, why: WHY.mode };
  return { vcpu, vector: irq.vector, why: -1 };
}

/** One MSI-X vector's table entry follows its route. @kvm irq.c kvm_pi_update_irte */
function updateIrte(m: Machine, slot: number, entry: number): void {
  const gsi = gsiOf(m, slot, entry);
  const at = irteAt(m, slot, entry);
  const target = postingTarget(m, gsi);
  const where = whereOf('device', slot);
  const posted = target.why === -1;
  const { low, high } = piDescAddress(Math.max(0, target.vcpu));
  const word0 = posted
    ? PRESENT | POSTED | (target.vector << 16)
    : PRESENT | REDIR_HINT | (hostVector(slot, entry) << 16);
  const word1 = posted ? low & ~0x3f : 0;
  const word3 = posted ? high : 0;
  // Neither was it posted nor can it be: nothing to do. A posted one is written again, if only with what it held.
  if (!posted && m.w[at] === word0) return;
  const outer = posted
    ? enter(m, EV.kvm_pi_irte_update, where, gsi, target.vcpu, target.vector, entry)
    : enter(m, EV.irte_remapped, where, gsi, target.why, entry);
  put(m, at, word0);
  put(m, at + 1, word1);
  put(m, at + 2, VERIFY_SID | (0x0100 + slot));
  put(m, at + 3, word3);
  leave(m, outer);
}

/** Every MSI-X vector of an assigned device. */
function forEachEntry(m: Machine, visit: (slot: number, entry: number) => void): void {
  (m.config.devices ?? []).forEach((device, slot) => {
    if (device.kind !== 'nvme') return;
    for (let entry = 0; entry < (device.msix ?? 0); entry++) visit(slot, entry);
  });
}

/**
 * The irqfd of a vector and its producer found each other, or one of them went: then the entry is a remapped one again. A
 * vector that is enabled while its irqfd stands has joined it before, unless it is enabled for the first time.
 * @kvm irq.c kvm_arch_irq_bypass_add_producer, kvm_arch_irq_bypass_del_producer
 */
export const bypassChanged: Wires['bypassChanged'] = (m, gsi, what) =>
  forEachEntry(m, (slot, entry) => {
    if (gsiOf(m, slot, entry) !== gsi) return;
    const known = m.w[irteAt(m, slot, entry)] !== 0;
    if (what === 'enabled' ? !known : known || what === 'assigned') updateIrte(m, slot, entry);
  });

/**
 * The routing table was replaced: only where a vector's MSI route is another one does KVM look at its IRTE again. Who
 * answers to the message may change without that, and the IRTE stays. @kvm irq.c kvm_arch_update_irqfd_routing
 */
export function followRoutes(m: Machine, before: RouteTable): void {
  forEachEntry(m, (slot, entry) => {
    const gsi = gsiOf(m, slot, entry);
    if (irqfdOf(m, gsi) === -1) return;
    const old = msiRoute(before.byGsi[gsi]?.[0]);
    const now = msiRoute(routesOfGsi(m, gsi)[0]);
    if (old === now) return;
    const same = old !== null && now !== null && sameMessage(old, now);
    if (same && !m.without.has('515a0c79e796')) return;
    const gone = routesOfGsi(m, gsi).length === 0;
    if (now === null && m.without.has(gone ? 'cb210737675e' : '9bcac97dc42d')) return;
    updateIrte(m, slot, entry);
  });
}

const msiRoute = (route: RouteEntry | undefined): RouteEntry | null => (route?.chip === CHIP.msi ? route : null);
const sameMessage = (a: RouteEntry, b: RouteEntry): boolean =>
  a.addrLo === b.addrLo && a.addrHi === b.addrHi && a.data === b.data;

/**
 * The device sends the message of an MSI-X vector. @returns false where no IOMMU stands between it and the VMM
 */
export function deviceMessage(m: Machine, slot: number, entry: number): boolean {
  if (!isAssigned(m, slot)) return false;
  const at = irteAt(m, slot, entry);
  const gsi = gsiOf(m, slot, entry);
  if ((m.w[at] & POSTED) !== 0) {
    vtdPost(m, ownerOfPiDesc(m.w[at + 1]), (m.w[at] >>> 16) & 0xff, false);
    return true;
  }
  const outer = enter(m, EV.vtd_remap, whereOf('device', slot), hostVector(slot, entry), gsi);
  const irqfd = irqfdOf(m, gsi);
  if (irqfd === -1) emit(m, EV.no_route, AT_VM, gsi);
  else signalIrqfd(m, irqfd);
  leave(m, outer);
  return true;
}
