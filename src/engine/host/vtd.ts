/**
 * What the IOMMU does with a device's message (VT-d specification, "Interrupt Remapping" and "Posting of Interrupts"):
 * a posted entry sets a bit in a descriptor and perhaps notifies; a remapped one becomes an interrupt of the host.
 */

import type { IrteSpec } from '../../spec/ops/index.ts';
import { EV } from '../core/events.ts';
import { emit, enter, leave, type Machine, whereOf } from '../core/machine.ts';
import { PI_DESC } from '../core/words.ts';
import { atPiDesc, pi, setPi, setPir } from '../vmx/pi-desc.ts';

const D = PI_DESC.at;

/** Sets the PIR bit; ON=0 and (SN=0 or urgent): sets ON and sends NV to NDST. */
export function vtdPost(m: Machine, vcpu: number, vector: number, urgent: boolean): void {
  const outer = enter(m, EV.vtd_post, atPiDesc(vcpu), vector, urgent ? 1 : 0);
  setPir(m, vcpu, vector);
  if (pi(m, vcpu, D.on) === 1) emit(m, EV.vtd_coalesced, atPiDesc(vcpu), vector);
  else if (pi(m, vcpu, D.sn) === 1 && !urgent) emit(m, EV.vtd_suppressed, atPiDesc(vcpu), vector);
  else {
    setPi(m, vcpu, D.on, 1);
    const pcpu = pi(m, vcpu, D.ndst);
    const nv = pi(m, vcpu, D.nv);
    const inner = enter(m, EV.vtd_notify, whereOf('pcpu', pcpu), nv, vcpu);
    m.wires.hostIpi(m, pcpu, nv);
    leave(m, inner);
  }
  leave(m, outer);
}

/** A message through an IRTE that is given with it. Remapped: the host's handler signals KVM, which injects the vector. */
export function vtdMessage(m: Machine, irte: IrteSpec): void {
  if (irte.posted) {
    vtdPost(m, irte.pda_vcpu, irte.vector, irte.urgent);
    return;
  }
  m.wires.acceptIrq(m, irte.pda_vcpu, {
    vector: irte.vector,
    deliveryMode: 0,
    logical: false,
    level: true,
    trigMode: false,
    shorthand: 0,
    dest: 0,
    redirHint: false,
  });
}
