/** Inter-processor interrupts: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const IPI_PATHS = [
  {
    id: 'ipi_xapic_mmio',
    title: 'xAPIC: the guest writes ICR2, then ICR',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          apic_mmio_write > kvm_lapic_reg_write > kvm_apic_send_ipi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq > kvm_lapic_set_irr
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          apic_mmio_write > kvm_lapic_reg_write > kvm_apic_send_ipi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
            > deliver_interrupt: vmx_deliver_interrupt > kvm_lapic_set_irr
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          apic_mmio_write > kvm_lapic_reg_write > kvm_apic_send_ipi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
            > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt > kvm_lapic_set_irr
        `,
      },
    ],
  },
  {
    id: 'ipi_xapic_emulator',
    title: 'xAPIC: the emulated store reaches the local APIC',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit > handle_ept_misconfig
            > kvm_mmu_page_fault > x86_emulate_instruction > x86_emulate_insn > writeback > segmented_write
            > write_emulated: emulator_write_emulated > emulator_read_write > emulator_read_write_onepage
            > read_write_mmio: write_mmio > vcpu_mmio_write > kvm_iodevice_write > write: apic_mmio_write
            > kvm_lapic_reg_write > kvm_apic_send_ipi
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > handle_exit: vt_handle_exit > vmx_handle_exit > __vmx_handle_exit
            > handle_ept_misconfig > kvm_mmu_page_fault > x86_emulate_instruction > x86_emulate_insn > writeback
            > segmented_write > write_emulated: emulator_write_emulated > emulator_read_write
            > emulator_read_write_onepage > read_write_mmio: write_mmio > vcpu_mmio_write > kvm_iodevice_write
            > write: apic_mmio_write > kvm_lapic_reg_write > kvm_apic_send_ipi
        `,
      },
    ],
  },
  {
    id: 'ipi_xapic_apicv',
    title: 'xAPIC with APIC-register virtualization: the trap-like APIC_WRITE exit',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_APIC_WRITE' },
        steps: `
          handle_apic_write > kvm_apic_write_nodecode > kvm_lapic_reg_write > kvm_apic_send_ipi
            > kvm_irq_delivery_to_apic
        `,
      },
    ],
  },
  {
    id: 'ipi_x2apic_msr_slow',
    title: 'x2APIC: the ICR MSR through the slow path',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_emulate_wrmsr > kvm_set_msr > kvm_set_msr_ignored_check > __kvm_set_msr > set_msr: vmx_set_msr
            > kvm_set_msr_common > kvm_x2apic_msr_write > kvm_lapic_reg_write > kvm_apic_send_ipi
            > kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
        `,
      },
      {
        at: ['v6.12'],
        start: { kind: 'argument', from: 'kvm_set_msr_ignored_check', by: 'kvm_do_msr_access' },
        steps: `
          _kvm_set_msr > __kvm_set_msr > set_msr: vmx_set_msr > kvm_set_msr_common > kvm_x2apic_msr_write
            > kvm_lapic_msr_write > kvm_x2apic_icr_write > kvm_apic_send_ipi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
        `,
      },
      {
        at: ['v6.18'],
        start: { kind: 'argument', from: 'kvm_set_msr_ignored_check', by: 'kvm_do_msr_access' },
        steps: `
          _kvm_set_msr > __kvm_set_msr > set_msr: vt_set_msr > vmx_set_msr > kvm_set_msr_common
            > kvm_x2apic_msr_write > kvm_lapic_msr_write > kvm_x2apic_icr_write > __kvm_x2apic_icr_write
            > kvm_apic_send_ipi > kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq
            > __apic_accept_irq
        `,
      },
    ],
  },
  {
    id: 'ipi_x2apic_msr_exit',
    title: 'x2APIC: the WRMSR exit',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit > kvm_emulate_wrmsr > kvm_set_msr
            > kvm_set_msr_ignored_check > __kvm_set_msr
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit > kvm_emulate_wrmsr
            > kvm_set_msr_with_filter > kvm_set_msr_ignored_check > kvm_do_msr_access
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > handle_exit: vt_handle_exit > vmx_handle_exit > __vmx_handle_exit > kvm_emulate_wrmsr
            > __kvm_emulate_wrmsr > kvm_emulate_msr_write > __kvm_emulate_msr_write > kvm_set_msr_ignored_check
            > kvm_do_msr_access
        `,
      },
    ],
  },
  {
    id: 'ipi_x2apic_msr_emulated',
    title: 'x2APIC: a WRMSR the emulator decodes',
    chains: [
      {
        at: ['v5.15'],
        steps: 'emulator_set_msr_with_filter > kvm_set_msr > kvm_set_msr_ignored_check > __kvm_set_msr',
      },
      {
        at: ['v6.12'],
        start: { kind: 'opcode-table', from: 'x86_emulate_insn', by: 'execute' },
        steps: `
          em_wrmsr > set_msr_with_filter: emulator_set_msr_with_filter > kvm_set_msr_with_filter
            > kvm_set_msr_ignored_check > kvm_do_msr_access
        `,
      },
      {
        at: ['v6.18'],
        start: { kind: 'opcode-table', from: 'x86_emulate_insn', by: 'execute' },
        steps: `
          em_wrmsr > set_msr_with_filter: emulator_set_msr_with_filter > kvm_emulate_msr_write
            > __kvm_emulate_msr_write > kvm_set_msr_ignored_check > kvm_do_msr_access
        `,
      },
    ],
  },
  {
    id: 'ipi_x2apic_msr_fast',
    title: 'x2APIC: the ICR MSR handled before interrupts are enabled again',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          vmx_vcpu_run > vmx_exit_handlers_fastpath > handle_fastpath_set_msr_irqoff
            > handle_fastpath_set_x2apic_icr_irqoff > kvm_apic_send_ipi > kvm_irq_delivery_to_apic
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          vmx_vcpu_run > vmx_exit_handlers_fastpath > handle_fastpath_set_msr_irqoff
            > handle_fastpath_set_x2apic_icr_irqoff > kvm_x2apic_icr_write > kvm_apic_send_ipi
            > kvm_irq_delivery_to_apic
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vmx_vcpu_run > vmx_exit_handlers_fastpath > handle_fastpath_wrmsr > __handle_fastpath_wrmsr
            > kvm_x2apic_icr_write_fast > __kvm_x2apic_icr_write > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq
            > __apic_accept_irq
        `,
      },
    ],
  },
  {
    id: 'ipi_decode',
    title: 'ICR becomes a local APIC message',
    chains: [{ at: ['v6.18'], steps: 'kvm_lapic_reg_write > kvm_apic_send_ipi > kvm_icr_to_lapic_irq' }],
  },
  {
    id: 'ipi_virtualization_table',
    title: 'IPI virtualization: the table of descriptors is made',
    chains: [
      {
        at: ['v6.12'],
        steps: 'kvm_arch_vcpu_precreate > vcpu_precreate: vmx_vcpu_precreate > vmx_alloc_ipiv_pid_table',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_arch_vcpu_precreate > vcpu_precreate: vt_vcpu_precreate > vmx_vcpu_precreate
            > vmx_alloc_ipiv_pid_table
        `,
      },
    ],
  },
  {
    id: 'self_ipi',
    title: 'x2APIC: the SELF IPI register',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_x2apic_msr_write > kvm_lapic_reg_write > kvm_apic_send_ipi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          kvm_x2apic_msr_write > kvm_lapic_msr_write > kvm_lapic_reg_write > kvm_apic_send_ipi
            > kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
        `,
      },
    ],
  },
  {
    id: 'ipi_pv_send',
    title: 'KVM_HC_SEND_IPI: a hypercall with a bitmap of targets',
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_emulate_hypercall > kvm_pv_send_ipi > __pv_send_ipi > kvm_apic_set_irq > __apic_accept_irq',
      },
      {
        at: ['v6.12'],
        steps: `
          kvm_emulate_hypercall > __kvm_emulate_hypercall > kvm_pv_send_ipi > __pv_send_ipi > kvm_apic_set_irq
            > __apic_accept_irq
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_emulate_hypercall > __kvm_emulate_hypercall > ____kvm_emulate_hypercall > kvm_pv_send_ipi
            > __pv_send_ipi > kvm_apic_set_irq > __apic_accept_irq
        `,
      },
    ],
  },
  {
    id: 'ipi_pv_kick',
    title: 'KVM_HC_KICK_CPU: a hypercall wakes a spinning vCPU',
    chains: [
      { at: ['v5.15'], steps: 'kvm_emulate_hypercall > kvm_pv_kick_cpu_op > kvm_irq_delivery_to_apic' },
      {
        at: ['v6.12'],
        steps: 'kvm_emulate_hypercall > __kvm_emulate_hypercall > kvm_pv_kick_cpu_op > kvm_irq_delivery_to_apic',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_emulate_hypercall > __kvm_emulate_hypercall > ____kvm_emulate_hypercall > kvm_pv_kick_cpu_op
            > kvm_irq_delivery_to_apic
        `,
      },
    ],
  },
  {
    id: 'delivery_map',
    title: 'The destination is looked up in the optimized map',
    chains: [
      { at: ALL, steps: 'kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast > kvm_apic_map_get_dest_lapic' },
    ],
  },
  {
    id: 'delivery_disabled',
    title: 'Lowest priority: the vCPU that was picked has its APIC off',
    chains: [
      {
        at: ALL,
        steps: 'kvm_irq_delivery_to_apic_fast > kvm_apic_map_get_dest_lapic > kvm_apic_disabled_lapic_found',
      },
    ],
  },
  {
    id: 'delivery_match',
    title: 'Without the map every vCPU is asked',
    chains: [{ at: ALL, steps: 'kvm_irq_delivery_to_apic > kvm_apic_match_dest > kvm_apic_match_logical_addr' }],
  },
  {
    id: 'delivery_lowest_prio',
    title: 'Lowest priority: the vCPU that took fewest',
    chains: [{ at: ALL, steps: 'kvm_irq_delivery_to_apic > kvm_apic_compare_prio' }],
  },
  {
    id: 'delivery_vector_hashing',
    title: 'Lowest priority: the vector chooses the vCPU',
    chains: [{ at: ALL, steps: 'kvm_irq_delivery_to_apic > kvm_vector_to_index' }],
  },
] as const satisfies readonly CallPathSpec[];
