/**
 * kvm_apic_map, KVM's shortcut from a destination to local APICs (arch/x86/kvm/lapic.c, v6.18).
 * What it answers differs from the slow walk in visible ways (an unknown physical id is "0 CPUs", not "nobody"), so it
 * is modelled and not just optimised. It is a function of the APICs' registers and is rebuilt, never saved.
 */

import { shifts } from '../../spec/define/registers.ts';
import { APIC_ID, LDR } from '../../spec/registers/lapic.ts';
import { hwEnabled, inX2apic, swEnabled } from '../chips/lapic/priority.ts';
import { EV } from '../core/events.ts';
import { AT_VM, enter, lapicAt, leave, type Machine, put, vcpuAt } from '../core/machine.ts';
import { LAPIC, VCPU, VM } from '../core/words.ts';
import { APICV_INHIBIT } from './inhibits.ts';

const { ID: ID_AT } = shifts(APIC_ID);
const { LOGICAL_ID: LOGICAL_AT } = shifts(LDR);

/** enum kvm_apic_logical_mode */
export const LOGICAL_MODE = { swDisabled: 0, xapicCluster: 1, xapicFlat: 2, x2apic: 3, disabled: 4 } as const;

/** Something the map depends on changed; it is rebuilt before the access ends. */
export function markMapDirty(m: Machine): void {
  m.map.dirty = true;
}

/** @returns false where KVM gives the map up (two APICs with one id) @kvm lapic.c kvm_recalculate_phys_map */
function addPhysical(m: Machine, vcpu: number): boolean {
  const map = m.map;
  const id = m.w[vcpuAt(m, vcpu) + VCPU.at.apicId];
  const x2 = inX2apic(m, vcpu);
  const xapicId = m.w[lapicAt(m, vcpu) + LAPIC.at.id] >>> ID_AT;
  if (m.x2apicFormat || m.without.has('5b84b0291702')) {
    if (x2 || id > 0xff) map.phys[id] = vcpu;
    if (!x2 && map.phys[xapicId] === -1) map.phys[xapicId] = vcpu;
    return true;
  }
  const physical = x2 ? id : xapicId;
  if (map.phys[physical] !== -1) return false;
  map.phys[physical] = vcpu;
  return true;
}

/** @kvm lapic.c kvm_recalculate_logical_map */
function addLogical(m: Machine, vcpu: number): void {
  const map = m.map;
  if (map.mode === LOGICAL_MODE.disabled || !swEnabled(m, vcpu)) return;
  const at = lapicAt(m, vcpu);
  const ldr = m.w[at + LAPIC.at.ldr];
  if (ldr === 0) return;
  const x2 = inX2apic(m, vcpu);
  const flat = m.w[at + LAPIC.at.dfr] === -1;
  const mode = x2 ? LOGICAL_MODE.x2apic : flat ? LOGICAL_MODE.xapicFlat : LOGICAL_MODE.xapicCluster;
  if (map.mode === LOGICAL_MODE.swDisabled) map.mode = mode;
  else if (map.mode !== mode) {
    map.mode = LOGICAL_MODE.disabled;
    return;
  }
  if (x2) return;
  const logicalId = ldr >>> LOGICAL_AT;
  const mask = flat ? logicalId : logicalId & 0xf;
  if (mask === 0) return;
  const table = flat ? map.flat : map.cluster;
  const slot = (flat ? 0 : (logicalId >> 4) * 4) + 31 - Math.clz32(mask & -mask);
  const several = (mask & (mask - 1)) !== 0 && !m.without.has('2bf934aadcac');
  const taken = table[slot] !== -1 && !m.without.has('2970052481b9');
  if (several || taken) map.mode = LOGICAL_MODE.disabled;
  else table[slot] = vcpu;
}

/** Fills Machine.map from the APICs. @returns whether an xAPIC id differs from the vCPU's id */
function rebuild(m: Machine): boolean {
  const map = m.map;
  const vcpus = m.w[m.wordMap.vm + VM.at.mapVcpus];
  let maxId = 255;
  for (let vcpu = 0; vcpu < vcpus; vcpu++) {
    if (hwEnabled(m, vcpu)) maxId = Math.max(maxId, m.w[vcpuAt(m, vcpu) + VCPU.at.apicId]);
  }
  if (map.phys.length !== maxId + 1) map.phys = new Int16Array(maxId + 1);
  map.phys.fill(-1);
  map.flat.fill(-1);
  map.cluster.fill(-1);
  map.maxId = maxId;
  map.mode = LOGICAL_MODE.swDisabled;
  map.valid = true;
  let mismatch = false;
  for (let vcpu = 0; vcpu < vcpus && map.valid; vcpu++) {
    if (!hwEnabled(m, vcpu)) continue;
    const xapicId = m.w[lapicAt(m, vcpu) + LAPIC.at.id] >>> ID_AT;
    if (!inX2apic(m, vcpu) && xapicId !== (m.w[vcpuAt(m, vcpu) + VCPU.at.apicId] & 0xff)) mismatch = true;
    map.valid = addPhysical(m, vcpu);
    if (map.valid) addLogical(m, vcpu);
  }
  if (map.mode === LOGICAL_MODE.swDisabled && m.without.has('35366901017c')) map.mode = LOGICAL_MODE.disabled;
  return mismatch;
}

/**
 * Rebuilds the map if it is dirty, and all that depends on it.
 * At creation a vCPU's reset runs before KVM lists the vCPU, so the map made then lacks it, and an NMI to the last
 * vCPU of an untouched VM reaches nobody until some APIC register write rebuilds the map.
 * @param creating the VM is being created @kvm lapic.c kvm_recalculate_apic_map, kvm_main.c kvm_vm_ioctl_create_vcpu
 */
export function recalculateApicMap(m: Machine, creating = false): void {
  if (!m.map.dirty) return;
  m.map.dirty = false;
  put(m, m.wordMap.vm + VM.at.mapVcpus, creating ? m.vcpus - 1 : m.vcpus);
  const mismatch = rebuild(m);
  const map = m.map;
  const outer = enter(m, EV.apic_map, AT_VM, map.valid ? 1 : 0, map.mode);
  put(m, m.wordMap.vm + VM.at.mapValid, map.valid ? 1 : 0);
  put(m, m.wordMap.vm + VM.at.mapMode, map.mode);
  const logical = !map.valid || map.mode === LOGICAL_MODE.disabled;
  m.wires.setApicvInhibit(m, APICV_INHIBIT.physicalIdAliased, !map.valid && !m.without.has('5063c41bebac'));
  m.wires.setApicvInhibit(m, APICV_INHIBIT.logicalIdAliased, logical && !m.without.has('9a364857ab4f'));
  m.wires.setApicvInhibit(m, APICV_INHIBIT.apicIdModified, mismatch && !m.without.has('3743c2f02517'));
  m.wires.scanIoapic(m);
  leave(m, outer);
}
