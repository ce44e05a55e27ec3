/** A vCPU is entered, and given what its local APIC does not give it. */
import { bit, op, optional, u32 } from '../define/op.ts';
import { vcpu } from './fields.ts';

export const VCPU_OPS = {
  /** KVM_NMI */
  nmi: op('ioctl', { vcpu }),
  /** KVM_INTERRUPT: an ExtINT, where user space has the PIC. Above 255 KVM refuses it. */
  extint: op('ioctl', { vcpu, vector: u32('vector') }),
  /** The guest is entered with IF=1 and takes at most one event. */
  run: op('machine', {
    vcpu,
    /** The thread stops between acknowledge and entry: the event stays in VCPU_EVENTS. */
    keep: optional(bit()),
  }),
  /** The guest executes IRET: NMI blocking ends. */
  iret: op('machine', { vcpu }),
  /** A guest entry with IF=0. */
  nop: op('guest', { vcpu }),
};
