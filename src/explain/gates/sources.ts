/**
 * Where KVM decides about a gate: the function that a reader of the kernel looks up. Comes with the panel that shows it. None where a
 * device or the IOMMU decides, which are no part of KVM.
 */
import type { KernelFn } from '../../spec/kernel/functions.ts';

export const GATE_SOURCES: Readonly<Record<string, KernelFn>> = {
  irqfd: 'irqfd_wakeup',
  route: 'kvm_irq_map_gsi',
  'pic-mask': 'pic_get_irq',
  'pic-isr': 'pic_get_irq',
  'pic-init': 'pic_ioport_write',
  'pic-lint': 'kvm_apic_accept_pic_intr',
  'ioapic-mask': 'ioapic_service',
  'ioapic-remote-irr': 'ioapic_service',
  'ioapic-edge': 'ioapic_set_irq',
  'rtc-pending-eoi': 'rtc_irq_check_coalesced',
  'eoi-delay': 'kvm_ioapic_update_eoi_one',
  destination: 'kvm_irq_delivery_to_apic',
  'apic-disabled': '__apic_accept_irq',
  vector: 'apic_has_interrupt_for_ppr',
  'pi-suppressed': 'vmx_vcpu_pi_load',
  'pi-not-notified': 'vmx_deliver_posted_interrupt',
  ppr: 'apic_has_interrupt_for_ppr',
  if: 'kvm_check_and_inject_events',
  shadow: 'kvm_check_and_inject_events',
  'nmi-blocked': 'kvm_check_and_inject_events',
  'event-first': 'kvm_check_and_inject_events',
  'vcpu-init': 'kvm_apic_accept_events',
  'vcpu-blocked': 'kvm_vcpu_check_block',
  'vcpu-preempted': 'kvm_arch_vcpu_load',
  'vcpu-host': 'vcpu_enter_guest',
  eoi: 'apic_set_eoi',
};

/** Gates that a device holds, or the IOMMU. */
export const OUTSIDE_KVM: readonly string[] = [
  'source',
  'msix-mask',
  'msix-function-mask',
  'msix-disabled',
  'msi-mask',
  'iommu',
];
