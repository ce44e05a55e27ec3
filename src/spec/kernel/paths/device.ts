/** Assigned devices: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const DEVICE_PATHS = [
  {
    id: 'irte_assign',
    title: "A device's interrupt and an irqfd meet",
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_arch_irq_bypass_add_producer > update_pi_irte: vmx_pi_update_irte > irq_set_vcpu_affinity',
      },
      {
        at: ['v6.12'],
        steps: 'kvm_arch_irq_bypass_add_producer > pi_update_irte: vmx_pi_update_irte > irq_set_vcpu_affinity',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_arch_irq_bypass_add_producer > kvm_pi_update_irte > pi_update_irte: vmx_pi_update_irte
            > irq_set_vcpu_affinity
        `,
      },
    ],
  },
  {
    id: 'irte_assign_irqfd',
    title: 'KVM_IRQFD: the new irqfd looks for a device that signals its eventfd',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_irqfd_assign > irq_bypass_register_consumer > __connect
            > add_producer: kvm_arch_irq_bypass_add_producer > update_pi_irte: vmx_pi_update_irte
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          kvm_irqfd_assign > irq_bypass_register_consumer > __connect
            > add_producer: kvm_arch_irq_bypass_add_producer > pi_update_irte: vmx_pi_update_irte
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_irqfd_assign > irq_bypass_register_consumer > __connect
            > add_producer: kvm_arch_irq_bypass_add_producer > kvm_pi_update_irte
        `,
      },
    ],
  },
  {
    id: 'irte_write',
    title: 'The interrupt remapping entry becomes a posted one',
    chains: [
      {
        at: ALL,
        start: { kind: 'driver-table', from: 'irq_set_vcpu_affinity', by: 'irq_set_vcpu_affinity' },
        steps: 'intel_ir_set_vcpu_affinity > modify_irte',
      },
    ],
  },
  {
    id: 'irte_postable',
    title: 'Can this message be posted',
    chains: [
      {
        at: ['v6.12'],
        steps: `
          kvm_arch_irq_bypass_add_producer > pi_update_irte: vmx_pi_update_irte > kvm_intr_is_single_vcpu
            > kvm_intr_is_single_vcpu_fast
        `,
      },
      { at: ['v6.18'], steps: 'kvm_pi_update_irte > kvm_intr_is_single_vcpu > kvm_intr_is_single_vcpu_fast' },
    ],
  },
  {
    id: 'bypass_start',
    title: 'The first assigned device wakes blocked vCPUs',
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_arch_start_assignment > start_assignment: vmx_pi_start_bypass > kvm_make_all_cpus_request',
      },
      {
        at: ['v6.12'],
        steps: `
          kvm_arch_irq_bypass_add_producer > kvm_arch_start_assignment > pi_start_assignment: vmx_pi_start_bypass
            > kvm_make_all_cpus_request
        `,
      },
      {
        at: ['v6.18'],
        steps: 'kvm_arch_irq_bypass_add_producer > pi_start_bypass: vmx_pi_start_bypass > kvm_make_all_cpus_request',
      },
    ],
  },
  {
    id: 'irte_remapped',
    title: 'Remapped fallback: the host interrupt signals the eventfd',
    chains: [
      {
        at: ALL,
        start: { kind: 'argument', from: 'vfio_msi_set_vector_signal', by: 'request_irq' },
        steps: 'vfio_msihandler > eventfd_signal',
      },
    ],
  },
] as const satisfies readonly CallPathSpec[];
