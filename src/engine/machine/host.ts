/**
 * The wires between devices. A device never imports another: what it must ask of the rest of the machine it asks here,
 * and machine/wiring.ts connects the ends. Each wire is one kernel function.
 */
import type { Machine } from './machine.ts';

/** struct kvm_lapic_irq. `dest` is the raw destination id, modes are the register field values (0 Fixed, 1 LowPrio…). */
export interface LapicIrq {
  vector: number;
  deliveryMode: number;
  logical: boolean;
  level: boolean;
  trigMode: boolean;
  /** ICR bits 19:18: 0 none, 1 self, 2 all including self, 3 all excluding self. */
  shorthand: number;
  dest: number;
  redirHint: boolean;
}

export interface Host {
  /** kvm_set_irq: sum of the non-negative results over the GSI's routes, -1 if none. */
  setIrq(m: Machine, source: number, gsi: number, level: number, lineStatus: boolean): number;
  /** kvm_irq_delivery_to_apic. @param src vCPU index of the sending APIC, -1 for a device */
  deliverToApic(m: Machine, src: number, irq: LapicIrq, trackRtc: boolean): number;
  /** kvm_notify_acked_irq */
  notifyAcked(m: Machine, chip: number, pin: number): void;
  /** kvm_irq_has_notifier */
  hasAckNotifier(m: Machine, chip: number, pin: number): boolean;
  /** kvm_notify_irqfd_resampler. @returns true if a resampler took it */
  notifyResampler(m: Machine, chip: number, pin: number): boolean;
  /** kvm_fire_mask_notifiers */
  fireMaskNotifiers(m: Machine, chip: number, pin: number, masked: boolean): void;
  /** kvm_ioapic_update_eoi (full irqchip) */
  ioapicUpdateEoi(m: Machine, vcpu: number, vector: number, level: boolean): void;
  /** kvm_make_request */
  request(m: Machine, vcpu: number, request: number): void;
  /** kvm_vcpu_kick */
  kick(m: Machine, vcpu: number): void;
  /** kvm_x86_ops.deliver_interrupt: IRR and kick, or the posted-interrupt descriptor. */
  deliverInterrupt(m: Machine, vcpu: number, vector: number): void;
  /** kvm_inject_nmi */
  injectNmi(m: Machine, vcpu: number): void;
  /** kvm_x86_ops.sync_pir_to_irr: highest IRR vector after merging PIR, -1 none. */
  syncPirToIrr(m: Machine, vcpu: number): number;
  /** kvm_x86_ops.hwapic_isr_update: SVI follows the highest ISR vector (-1: none). */
  hwapicIsrUpdate(m: Machine, vcpu: number, vector: number): void;
  /** kvm_set_apicv_inhibit / kvm_clear_apicv_inhibit. @param reason bit number of enum kvm_apicv_inhibit */
  setApicvInhibit(m: Machine, reason: number, set: boolean): void;
  /** A vCPU's INIT: kvm_vcpu_reset(vcpu, true) beyond its local APIC. */
  resetVcpu(m: Machine, vcpu: number): void;
}
