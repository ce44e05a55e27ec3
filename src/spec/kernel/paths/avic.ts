/** AMD AVIC: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const AVIC_PATHS = [
  {
    id: 'avic_deliver',
    title: 'The IRR bit goes into the backing page',
    chains: [
      {
        at: ['v5.15'],
        steps: '__apic_accept_irq > deliver_posted_interrupt: svm_deliver_avic_intr > kvm_lapic_set_irr',
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: '__apic_accept_irq > deliver_interrupt: svm_deliver_interrupt > kvm_lapic_set_irr',
      },
    ],
  },
  {
    id: 'avic_doorbell',
    title: 'The doorbell reaches a vCPU in guest mode',
    chains: [
      { at: ['v5.15'], steps: '__apic_accept_irq > deliver_posted_interrupt: svm_deliver_avic_intr' },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          __apic_accept_irq > deliver_interrupt: svm_deliver_interrupt > svm_complete_interrupt_delivery
            > avic_ring_doorbell
        `,
      },
    ],
  },
  {
    id: 'avic_wake',
    title: 'A vCPU outside guest mode is woken',
    chains: [
      {
        at: ['v5.15'],
        steps: '__apic_accept_irq > deliver_posted_interrupt: svm_deliver_avic_intr > kvm_vcpu_wake_up',
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          __apic_accept_irq > deliver_interrupt: svm_deliver_interrupt > svm_complete_interrupt_delivery
            > kvm_vcpu_wake_up
        `,
      },
    ],
  },
  {
    id: 'avic_off_kick',
    title: 'Without AVIC: request and kick',
    chains: [
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          __apic_accept_irq > deliver_interrupt: svm_deliver_interrupt > svm_complete_interrupt_delivery
            > kvm_vcpu_kick
        `,
      },
    ],
  },
  {
    id: 'avic_incomplete_ipi',
    title: 'An IPI the CPU could not finish is sent in software',
    chains: [
      { at: ['v5.15'], steps: 'kvm_apic_send_ipi > kvm_irq_delivery_to_apic' },
      {
        at: ['v6.12', 'v6.18'],
        start: { kind: 'exit-table', from: 'svm_invoke_exit_handler', by: 'SVM_EXIT_AVIC_INCOMPLETE_IPI' },
        steps: 'avic_incomplete_ipi_interception > kvm_apic_send_ipi > kvm_irq_delivery_to_apic',
      },
    ],
  },
  {
    id: 'avic_incomplete_ipi_kick',
    title: 'An IPI to a vCPU that does not run',
    chains: [
      { at: ['v5.15'], steps: 'avic_incomplete_ipi_interception > avic_kick_target_vcpus > kvm_vcpu_wake_up' },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          avic_incomplete_ipi_interception > avic_kick_target_vcpus > avic_kick_target_vcpus_fast
            > avic_kick_vcpu_by_physical_id > avic_kick_vcpu > svm_complete_interrupt_delivery
        `,
      },
    ],
  },
  {
    id: 'avic_incomplete_ipi_kick_logical',
    title: 'An IPI to a logical destination: the table says whom to kick',
    chains: [
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          avic_incomplete_ipi_interception > avic_kick_target_vcpus > avic_kick_target_vcpus_fast
            > avic_kick_vcpu_by_logical_id > avic_kick_vcpu_by_physical_id > avic_kick_vcpu
        `,
      },
    ],
  },
  {
    id: 'avic_incomplete_ipi_kick_slow',
    title: 'An IPI with a shorthand, or to all: every vCPU is asked',
    chains: [
      {
        at: ['v6.12', 'v6.18'],
        steps: 'avic_incomplete_ipi_interception > avic_kick_target_vcpus > avic_kick_vcpu',
      },
    ],
  },
  {
    id: 'avic_unaccelerated',
    title: 'A register the CPU does not handle',
    chains: [
      {
        at: ['v5.15'],
        steps: 'avic_unaccelerated_access_interception > avic_unaccel_trap_write > kvm_lapic_reg_write',
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          avic_unaccelerated_access_interception > avic_unaccel_trap_write > kvm_apic_write_nodecode
            > kvm_lapic_reg_write
        `,
      },
    ],
  },
  {
    id: 'avic_load',
    title: 'A vCPU scheduled in is marked running',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'kvm_arch_vcpu_load > vcpu_load: svm_vcpu_load > avic_vcpu_load' },
      { at: ['v6.18'], steps: 'kvm_arch_vcpu_load > vcpu_load: svm_vcpu_load > avic_vcpu_load > __avic_vcpu_load' },
    ],
  },
  {
    id: 'avic_put',
    title: 'A vCPU scheduled out is marked not running',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'kvm_arch_vcpu_put > vcpu_put: svm_vcpu_put > avic_vcpu_put' },
      { at: ['v6.18'], steps: 'kvm_arch_vcpu_put > vcpu_put: svm_vcpu_put > avic_vcpu_put > __avic_vcpu_put' },
    ],
  },
  {
    id: 'avic_block',
    title: 'A vCPU that blocks is marked not running',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_vcpu_block > kvm_arch_vcpu_blocking > vcpu_blocking: avic_vcpu_blocking > avic_set_running > avic_vcpu_put
        `,
      },
      {
        at: ['v6.12'],
        steps: 'kvm_vcpu_block > kvm_arch_vcpu_blocking > vcpu_blocking: avic_vcpu_blocking > avic_vcpu_put',
      },
      {
        at: ['v6.18'],
        steps: 'kvm_vcpu_block > kvm_arch_vcpu_blocking > vcpu_blocking: avic_vcpu_blocking > __avic_vcpu_put',
      },
    ],
  },
  {
    id: 'avic_unblock',
    title: 'A vCPU that wakes is marked running',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_vcpu_block > kvm_arch_vcpu_unblocking > vcpu_unblocking: avic_vcpu_unblocking > avic_set_running
            > avic_vcpu_load
        `,
      },
      {
        at: ['v6.12'],
        steps: 'kvm_vcpu_block > kvm_arch_vcpu_unblocking > vcpu_unblocking: avic_vcpu_unblocking > avic_vcpu_load',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_vcpu_block > kvm_arch_vcpu_unblocking > vcpu_unblocking: avic_vcpu_unblocking > avic_vcpu_load
            > __avic_vcpu_load
        `,
      },
    ],
  },
  {
    id: 'avic_refresh_load',
    title: 'AVIC is switched on: the table says where the vCPU runs',
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: avic_refresh_apicv_exec_ctrl > avic_vcpu_load',
      },
      {
        at: ['v6.12'],
        steps: '__kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: avic_refresh_apicv_exec_ctrl > avic_vcpu_load',
      },
      {
        at: ['v6.18'],
        steps: '__kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: avic_refresh_apicv_exec_ctrl > __avic_vcpu_load',
      },
    ],
  },
  {
    id: 'avic_refresh_put',
    title: 'AVIC is switched off: the table says that the vCPU does not run',
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: avic_refresh_apicv_exec_ctrl > avic_vcpu_put',
      },
      {
        at: ['v6.12'],
        steps: '__kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: avic_refresh_apicv_exec_ctrl > avic_vcpu_put',
      },
      {
        at: ['v6.18'],
        steps: '__kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: avic_refresh_apicv_exec_ctrl > __avic_vcpu_put',
      },
    ],
  },
  {
    id: 'avic_refresh',
    title: 'AVIC is switched on or off',
    chains: [
      { at: ['v5.15'], steps: 'kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: avic_refresh_apicv_exec_ctrl' },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          __kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: avic_refresh_apicv_exec_ctrl
            > avic_refresh_virtual_apic_mode > avic_activate_vmcb
        `,
      },
    ],
  },
  {
    id: 'avic_ga_log',
    title: 'The IOMMU asks for a vCPU that does not run',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'argument', from: 'svm_hardware_setup', by: 'amd_iommu_register_ga_log_notifier' },
        steps: 'avic_ga_log_notifier > kvm_vcpu_wake_up',
      },
      {
        at: ['v6.12', 'v6.18'],
        start: { kind: 'argument', from: 'avic_hardware_setup', by: 'amd_iommu_register_ga_log_notifier' },
        steps: 'avic_ga_log_notifier > kvm_vcpu_wake_up',
      },
    ],
  },
  {
    id: 'svm_inject',
    title: 'The entry event of an AMD guest',
    chains: [
      { at: ['v5.15'], steps: 'kvm_check_and_inject_events > set_irq: svm_inject_irq' },
      { at: ['v6.12', 'v6.18'], steps: 'kvm_check_and_inject_events > inject_irq: svm_inject_irq' },
    ],
  },
  {
    id: 'svm_inject_nmi',
    title: 'An NMI of an AMD guest',
    chains: [
      { at: ['v5.15'], steps: 'kvm_check_and_inject_events > set_nmi: svm_inject_nmi' },
      { at: ['v6.12', 'v6.18'], steps: 'kvm_check_and_inject_events > inject_nmi: svm_inject_nmi' },
    ],
  },
  {
    id: 'svm_irq_window',
    title: 'The interrupt window of an AMD guest',
    chains: [
      { at: ALL, steps: 'kvm_check_and_inject_events > enable_irq_window: svm_enable_irq_window > svm_set_vintr' },
    ],
  },
  {
    id: 'svm_irq_window_exit',
    title: 'The virtual interrupt exit closes the window',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: 'svm_invoke_exit_handler', by: 'SVM_EXIT_VINTR' },
        steps: 'interrupt_window_interception > kvm_make_request',
      },
    ],
  },
  {
    id: 'svm_exit',
    title: 'The exit of an AMD guest is dispatched',
    chains: [{ at: ALL, steps: 'vcpu_enter_guest > handle_exit: svm_handle_exit > svm_invoke_exit_handler' }],
  },
  {
    id: 'svm_complete_interrupts',
    title: 'An event that was on its way in an AMD guest is queued again',
    chains: [{ at: ALL, steps: 'svm_vcpu_run > svm_complete_interrupts > kvm_queue_interrupt' }],
  },
] as const satisfies readonly CallPathSpec[];
