/**
 * A VM put together step by step: KVM_CREATE_VM, then the ioctls that a `create` does in one, each with the order and the
 * refusals KVM has (arch/x86/kvm/x86.c kvm_arch_vm_ioctl, virt/kvm/kvm_main.c; v6.18).
 */

import type { OpResult, SetupOp } from '../../spec/ops/index.ts';
import { resetIoapic } from '../chips/ioapic/ioapic.ts';
import { resetLapic } from '../chips/lapic/registers.ts';
import { synchronizeTsc } from '../chips/lapic/timer.ts';
import { resetPics } from '../chips/pic/pic.ts';
import { resetPit } from '../chips/pit/pit.ts';
import { EBUSY, EEXIST, EINVAL, ENOENT, ioctl } from '../core/errno.ts';
import { EV } from '../core/events.ts';
import { AT_VM, emit, type Machine, reservedPins, setIrqchip } from '../core/machine.ts';
import type { Handlers } from '../core/wires.ts';
import { PIT } from '../core/words.ts';
import { markMapDirty, recalculateApicMap } from '../kvm/apic-map.ts';
import { registerDevice } from '../kvm/bus.ts';
import { resetRouting } from '../kvm/routing.ts';
import { idInUse, resetVcpu } from '../kvm/vcpu.ts';
import { IRQCHIP_RANGES, pitRanges } from './iodevs.ts';
import { X2APIC, x2apicFlagsRefused } from './x2apic-api.ts';

/** KVM_MAX_VCPU_IDS: 1,024 vCPUs, four ids to each. */
const MAX_VCPU_IDS = 4096n;
/** MAX_NR_RESERVED_IOAPIC_PINS */
const MAX_RESERVED_PINS = 4096n;
/** Bit of enum kvm_apicv_inhibit: no LAPIC in the kernel. */
const INHIBIT_ABSENT = 2;

/** Flags only add: there is no way to take one back. */
function setX2apicApi(m: Machine, flags: number): void {
  m.x2apicFormat ||= (flags & X2APIC.use32BitIds) !== 0;
  m.broadcastQuirkDisabled ||= (flags & X2APIC.noBroadcastQuirk) !== 0;
  if (flags & X2APIC.suppress) m.suppressEoiBroadcast = 1;
  else if (flags & X2APIC.noSuppress) m.suppressEoiBroadcast = 2;
}

/** KVM_CREATE_IRQCHIP: PICs with their three port ranges, IOAPIC with its page, default routes; only then the mode. */
function createIrqchip(m: Machine): number {
  if (m.irqchip !== 'none') return EEXIST;
  if (m.vcpus > 0) return EINVAL;
  for (const [bus, range] of IRQCHIP_RANGES) registerDevice(m, bus, range);
  resetPics(m);
  resetIoapic(m);
  setIrqchip(m, 'full');
  resetRouting(m);
  m.wires.setApicvInhibit(m, INHIBIT_ABSENT, false);
  return 0;
}

/** KVM_CAP_SPLIT_IRQCHIP: a mode and a number; the chips are user space's. */
function enableSplit(m: Machine, routes: bigint): number {
  if (routes > MAX_RESERVED_PINS) return EINVAL;
  if (m.irqchip !== 'none' || m.vcpus > 0) return EEXIST;
  setIrqchip(m, 'split');
  m.reservedPins = reservedPins(Number(routes));
  m.wires.setApicvInhibit(m, INHIBIT_ABSENT, false);
  return 0;
}

/** KVM_CAP_MAX_VCPU_ID may be said once, before the first vCPU says it. */
function limitIds(m: Machine, limit: bigint): number {
  if (limit > MAX_VCPU_IDS || BigInt(m.bootId) > limit) return EINVAL;
  if (m.maxVcpuIds !== 0n && m.maxVcpuIds !== limit) return EINVAL;
  m.maxVcpuIds = limit;
  return 0;
}

function enableCap(m: Machine, op: Extract<SetupOp, { op: 'enable_cap' }>): number {
  switch (op.cap) {
    case 'split_irqchip':
      return enableSplit(m, op.routes ?? 0n);
    case 'max_vcpu_id':
      return limitIds(m, op.id ?? 0n);
    case 'x2apic_api': {
      const flags = Number(op.flags ?? 0n);
      if (x2apicFlagsRefused(flags, m.irqchip === 'split')) return EINVAL;
      setX2apicApi(m, flags);
      return 0;
    }
  }
}

/** KVM_CREATE_VCPU. An id in use is noticed only after the new vCPU's reset, which has rebuilt the APIC map by then. */
function createVcpu(m: Machine, id: bigint): number {
  if (id >= MAX_VCPU_IDS || m.vcpus >= m.wordMap.vcpus) return EINVAL;
  if (m.maxVcpuIds === 0n) m.maxVcpuIds = MAX_VCPU_IDS;
  if (id >= m.maxVcpuIds) return EINVAL;
  if (idInUse(m, Number(id))) {
    markMapDirty(m);
    recalculateApicMap(m);
    return EEXIST;
  }
  addVcpu(m, Number(id));
  return 0;
}

/** The next vCPU, at reset. */
function addVcpu(m: Machine, id: number): void {
  const vcpu = m.vcpus++;
  resetVcpu(m, vcpu, id);
  synchronizeTsc(m, vcpu, null);
  if (m.irqchip === 'none') return;
  m.wires.createVcpu(m, vcpu);
  resetLapic(m, vcpu, false);
}

/** KVM_CREATE_PIT2 */
function createPit(m: Machine, flags: number): number {
  if (m.w[m.wordMap.pit + PIT.at.present] === 1) return EEXIST;
  if (m.irqchip !== 'full') return ENOENT;
  for (const [bus, range] of pitRanges(flags)) registerDevice(m, bus, range);
  resetPit(m);
  return 0;
}

/** KVM_SET_BOOT_CPU_ID. The limit itself is let through, as KVM does. */
function setBootCpuId(m: Machine, id: bigint): number {
  if (m.vcpus > 0) return EBUSY;
  if (id > MAX_VCPU_IDS || (m.maxVcpuIds !== 0n && id > m.maxVcpuIds)) return EINVAL;
  m.bootId = Number(id);
  return 0;
}

const CAP_CODE = { split_irqchip: 0, x2apic_api: 1, max_vcpu_id: 2 } as const;
const small = (value: bigint): number => Number(BigInt.asUintN(31, value));

/** Says what an ioctl of the set-up came to. @param args the event's, before the errno */
function told(m: Machine, event: number, errno: number, ...args: readonly number[]): OpResult {
  const [a = errno, b = errno, c = errno] = args;
  emit(m, event, AT_VM, a, b, c);
  return ioctl(-errno);
}

/** The steps, each with its refusals. */
export const SETUP_HANDLERS: Handlers<SetupOp['op']> = {
  create_irqchip: (m) => told(m, EV.setup_irqchip, createIrqchip(m)),
  enable_cap(m, op) {
    const value = op.routes ?? op.flags ?? op.id ?? 0n;
    return told(m, EV.setup_cap, enableCap(m, op), CAP_CODE[op.cap], small(value));
  },
  create_vcpu: (m, op) => told(m, EV.setup_vcpu, createVcpu(m, op.id), small(op.id)),
  create_pit: (m, op) => told(m, EV.setup_pit, createPit(m, op.flags), op.flags),
  set_boot_cpu_id: (m, op) => told(m, EV.setup_boot_cpu, setBootCpuId(m, op.id), small(op.id)),
};
