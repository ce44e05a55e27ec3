/**
 * A device assigned through VFIO (kind 'nvme'): its MSI-X vectors go through interrupt remapping table entries, which
 * KVM makes posted ones where it can (arch/x86/kvm/irq.c kvm_pi_update_irte, drivers/iommu/intel/irq_remapping.c).
 * The model host gives MSI-X vector n of slot s host vector 0x30 + 4 s + n, and descriptors the addresses below.
 */

import { CHIP, EV } from '../core/events.ts';
import { AT_VM, deviceAt, emit, enter, leave, type Machine, put, whereOf } from '../core/machine.ts';
import { DEVICE } from '../core/words.ts';
import { irqfdOf, signalIrqfd } from '../kvm/irqfd.ts';
import { msiMessage, routesOfGsi } from '../kvm/routing.ts';
import { vtdPost } from './vtd.ts';

const D = DEVICE.at;
const PRESENT = 1;
const POSTED = 1 << 15;
const FIXED = 0;
const LOWEST = 1;
/** Why an entry stays remapped; see events-vmx.ts. */
const WHY = { noRoute: 0, several: 1, mode: 2, host: 3 } as const;

const isAssigned = (m: Machine, slot: number): boolean => m.config.devices?.[slot]?.kind === 'nvme';
const irteAt = (m: Machine, slot: number, entry: number): number => deviceAt(m, slot) + D.irte + entry * 4;
const hostVector = (slot: number, entry: number): number => 0x30 + slot * 4 + entry;
/** Physical address of a vCPU's descriptor: 64-byte aligned, above 4 GiB so that both halves show. */
const piDescAddress = (vcpu: number): { low: number; high: number } => ({ low: 0x00200000 + vcpu * 0x40, high: 1 });

/** @returns the vCPU to post to, or -1 - reason @kvm irq.c kvm_pi_update_irte, lapic.c kvm_intr_is_single_vcpu */
function postingTarget(m: Machine, gsi: number): { vcpu: number; vector: number; why: number } {
  const route = routesOfGsi(m, gsi)[0];
  if (m.config.apicv !== true) return { vcpu: -1, vector: 0, why: WHY.host };
  if (route === undefined || route.chip !== CHIP.msi) return { vcpu: -1, vector: 0, why: WHY.noRoute };
  const irq = msiMessage(m, route.addrLo, route.addrHi, route.data);
  const targets: number[] = [];
  m.wires.forEachDestination(m, irq, (vcpu) => targets.push(vcpu));
  if (targets.length !== 1) return { vcpu: -1, vector: irq.vector, why: WHY.several };
  if (irq.deliveryMode !== FIXED && irq.deliveryMode !== LOWEST) return { vcpu: -1, vector: irq.vector, why: WHY.mode };
  return { vcpu: targets[0], vector: irq.vector, why: -1 };
}

/** One MSI-X vector's table entry follows its route. @kvm irq.c kvm_pi_update_irte */
function updateIrte(m: Machine, slot: number, entry: number): void {
  const gsi = m.w[deviceAt(m, slot) + D.gsi] + entry;
  if (irqfdOf(m, gsi) === -1) return;
  const at = irteAt(m, slot, entry);
  const target = postingTarget(m, gsi);
  const where = whereOf('device', slot);
  const posted = target.why === -1;
  const { low, high } = piDescAddress(Math.max(0, target.vcpu));
  const word0 = posted ? PRESENT | POSTED | (target.vector << 16) : PRESENT | (hostVector(slot, entry) << 16);
  const word1 = posted ? low & ~0x3f : 0;
  const word3 = posted ? high : 0;
  if (m.w[at] === word0 && m.w[at + 1] === word1 && m.w[at + 3] === word3) return;
  const outer = posted
    ? enter(m, EV.kvm_pi_irte_update, where, gsi, target.vcpu, target.vector, entry)
    : enter(m, EV.irte_remapped, where, gsi, target.why, entry);
  put(m, at, word0);
  put(m, at + 1, word1);
  put(m, at + 2, 0x0100 + slot);
  put(m, at + 3, word3);
  leave(m, outer);
}

/** Routes or irqfds changed: every assigned vector is looked at again. @kvm irq.c kvm_arch_update_irqfd_routing */
export function updateIrtes(m: Machine): void {
  (m.config.devices ?? []).forEach((device, slot) => {
    if (device.kind !== 'nvme') return;
    for (let entry = 0; entry < (device.msix ?? 0); entry++) updateIrte(m, slot, entry);
  });
}

/** Which vCPU a posted entry's descriptor belongs to. */
const ownerOf = (m: Machine, at: number): number => (m.w[at + 1] - piDescAddress(0).low) >> 6;

/**
 * The device sends the message of an MSI-X vector. @returns false where no IOMMU stands between it and the VMM
 */
export function deviceMessage(m: Machine, slot: number, entry: number): boolean {
  if (!isAssigned(m, slot)) return false;
  updateIrte(m, slot, entry);
  const at = irteAt(m, slot, entry);
  const gsi = m.w[deviceAt(m, slot) + D.gsi] + entry;
  if ((m.w[at] & POSTED) !== 0) {
    vtdPost(m, ownerOf(m, at), (m.w[at] >>> 16) & 0xff, false);
    return true;
  }
  const outer = enter(m, EV.vtd_remap, whereOf('device', slot), hostVector(slot, entry), gsi);
  const irqfd = irqfdOf(m, gsi);
  if (irqfd === -1) emit(m, EV.no_route, AT_VM, gsi);
  else signalIrqfd(m, irqfd);
  leave(m, outer);
  return true;
}
