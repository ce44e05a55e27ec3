/**
 * IPI virtualization: the processor looks the destination up in the PID-pointer table and posts by itself
 * (SDM vol. 3C, "IPI Virtualization"; KVM's table is indexed by vCPU id, vmx.c vmx_vcpu_precreate, init_vmcs).
 */
import { masks, writeMask } from '../../../spec/define/registers.ts';
import { ICR_X2 } from '../../../spec/registers/lapic.ts';
import { EV } from '../../core/events.ts';
import { atLapic, beginJourney, emit, enter, leave, type Machine, vcpuAt, whereOf } from '../../core/machine.ts';
import { PI_DESC, VCPU, VMCS } from '../../core/words.ts';
import { atPiDesc, pi, setPi, setPir } from '../pi-desc.ts';
import { hasControl, TERTIARY } from '../vmcs.ts';

const D = PI_DESC.at;

/** Fixed, edge, one physical destination, no shorthand, nothing reserved. */
const { VECTOR, DELIVERY_MODE, DEST_MODE, TRIG_MODE, SHORTHAND } = masks(ICR_X2);
const NOT_PLAIN = ~(writeMask(ICR_X2)[0] ?? 0) | SHORTHAND | TRIG_MODE | DEST_MODE | DELIVERY_MODE;
const isPlain = (low: number): boolean => (low & NOT_PLAIN) === 0;

/** KVM_CAP_MAX_VCPU_ID: the last valid index of the table. */
function lastIndex(m: Machine): number {
  let last = 0;
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) last = Math.max(last, m.w[vcpuAt(m, vcpu) + VCPU.at.apicId]);
  return last;
}

function targetOf(m: Machine, dest: number): number {
  for (let vcpu = 0; vcpu < m.vcpus; vcpu++) if (m.w[vcpuAt(m, vcpu) + VCPU.at.apicId] === dest) return vcpu;
  return -1;
}

/** @returns whether the processor sent it; else an APIC-write exit follows */
export function virtualizeIpi(m: Machine, vcpu: number, low: number, dest: number): boolean {
  if (!hasControl(m, vcpu, VMCS.at.tertiaryControls, TERTIARY.ipiVirtualization)) return false;
  const target = targetOf(m, dest);
  const why = !isPlain(low) ? 0 : dest > lastIndex(m) ? 1 : target === -1 ? 2 : -1;
  if (why !== -1) {
    emit(m, EV.ipi_not_virtualized, atLapic(vcpu), why, low, dest);
    return false;
  }
  const before = beginJourney(m);
  const outer = enter(m, EV.ipi_virtualization, atLapic(vcpu), low & VECTOR, dest, target);
  const inner = enter(m, EV.pir_set, atPiDesc(target), low & VECTOR, setPir(m, target, low & VECTOR) ? 1 : 0, 1);
  leave(m, inner);
  if (pi(m, target, D.on) === 0 && pi(m, target, D.sn) === 0) {
    setPi(m, target, D.on, 1);
    const pcpu = pi(m, target, D.ndst);
    const nv = pi(m, target, D.nv);
    const notified = enter(m, EV.pi_notification, whereOf('pcpu', pcpu), target, nv, 1);
    m.wires.hostIpi(m, pcpu, nv);
    leave(m, notified);
  }
  leave(m, outer);
  m.journey = before;
  return true;
}
