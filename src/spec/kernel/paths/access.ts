/** Guest accesses to the chips: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const ACCESS_PATHS = [
  {
    id: 'lapic_mmio_write',
    title: 'A store into the local APIC page, decoded by the emulator',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit > handle_ept_misconfig
            > kvm_mmu_page_fault > x86_emulate_instruction > x86_emulate_insn > writeback > segmented_write
            > write_emulated: emulator_write_emulated > emulator_read_write > emulator_read_write_onepage
            > read_write_mmio: write_mmio > vcpu_mmio_write > kvm_iodevice_write > write: apic_mmio_write
            > kvm_lapic_reg_write
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > handle_exit: vt_handle_exit > vmx_handle_exit > __vmx_handle_exit
            > handle_ept_misconfig > kvm_mmu_page_fault > x86_emulate_instruction > x86_emulate_insn > writeback
            > segmented_write > write_emulated: emulator_write_emulated > emulator_read_write
            > emulator_read_write_onepage > read_write_mmio: write_mmio > vcpu_mmio_write > kvm_iodevice_write
            > write: apic_mmio_write > kvm_lapic_reg_write
        `,
      },
    ],
  },
  {
    id: 'lapic_mmio_read',
    title: 'A load from the local APIC page',
    chains: [
      {
        at: ALL,
        steps: `
          x86_emulate_instruction > x86_emulate_insn > segmented_read > read_emulated
            > read_emulated: emulator_read_emulated > emulator_read_write > emulator_read_write_onepage
            > read_write_mmio: vcpu_mmio_read > kvm_iodevice_read > read: apic_mmio_read > kvm_lapic_reg_read
        `,
      },
    ],
  },
  {
    id: 'lapic_timer_count_read',
    title: 'A load of the current timer count',
    chains: [
      {
        at: ALL,
        steps: 'kvm_iodevice_read > read: apic_mmio_read > kvm_lapic_reg_read > __apic_read > apic_get_tmcct',
      },
    ],
  },
  {
    id: 'lapic_access_fasteoi',
    title: 'APIC_ACCESS exit: an EOI write needs no emulation',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_APIC_ACCESS' },
        steps: 'handle_apic_access > kvm_lapic_set_eoi > kvm_lapic_reg_write > apic_set_eoi',
      },
    ],
  },
  {
    id: 'lapic_access_emulated',
    title: 'APIC_ACCESS exit: anything else is emulated',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_APIC_ACCESS' },
        steps: 'handle_apic_access > kvm_emulate_instruction > x86_emulate_instruction',
      },
    ],
  },
  {
    id: 'lapic_x2apic_read',
    title: 'x2APIC: RDMSR of a local APIC register',
    chains: [
      { at: ['v5.15'], steps: 'kvm_get_msr_common > kvm_x2apic_msr_read > kvm_lapic_reg_read' },
      {
        at: ['v6.12', 'v6.18'],
        steps: 'kvm_get_msr_common > kvm_x2apic_msr_read > kvm_lapic_msr_read > kvm_lapic_reg_read',
      },
    ],
  },
  {
    id: 'lapic_tpr_write',
    title: 'A write to the task priority',
    chains: [
      { at: ALL, steps: 'apic_mmio_write > kvm_lapic_reg_write > apic_set_tpr > apic_update_ppr > __apic_update_ppr' },
    ],
  },
  {
    id: 'lapic_spiv_write',
    title: 'A write to the spurious vector register, the software enable',
    chains: [{ at: ALL, steps: 'apic_mmio_write > kvm_lapic_reg_write > apic_set_spiv' }],
  },
  {
    id: 'lapic_map_update',
    title: 'A new ID, LDR or DFR rebuilds the destination map',
    chains: [{ at: ALL, steps: 'apic_mmio_write > kvm_lapic_reg_write > kvm_recalculate_apic_map' }],
  },
  {
    id: 'lapic_set_state',
    title: 'KVM_SET_LAPIC restores a local APIC',
    chains: [{ at: ALL, steps: 'kvm_arch_vcpu_ioctl > kvm_vcpu_ioctl_set_lapic > kvm_apic_set_state' }],
  },
  {
    id: 'lapic_get_state',
    title: 'KVM_GET_LAPIC collects posted bits first',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_arch_vcpu_ioctl > kvm_vcpu_ioctl_get_lapic > sync_pir_to_irr: vmx_sync_pir_to_irr',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_arch_vcpu_ioctl > kvm_vcpu_ioctl_get_lapic > sync_pir_to_irr: vt_sync_pir_to_irr
            > vmx_sync_pir_to_irr
        `,
      },
    ],
  },
  {
    id: 'ioapic_mmio_write',
    title: 'A store to IOREGSEL or IOWIN',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit > handle_ept_misconfig
            > kvm_mmu_page_fault > x86_emulate_instruction > x86_emulate_insn > writeback > segmented_write
            > write_emulated: emulator_write_emulated > emulator_read_write > emulator_read_write_onepage
            > read_write_mmio: write_mmio > vcpu_mmio_write > kvm_io_bus_write > __kvm_io_bus_write
            > kvm_iodevice_write > write: ioapic_mmio_write > ioapic_write_indirect
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > handle_exit: vt_handle_exit > vmx_handle_exit > __vmx_handle_exit
            > handle_ept_misconfig > kvm_mmu_page_fault > x86_emulate_instruction > x86_emulate_insn > writeback
            > segmented_write > write_emulated: emulator_write_emulated > emulator_read_write
            > emulator_read_write_onepage > read_write_mmio: write_mmio > vcpu_mmio_write > kvm_io_bus_write
            > __kvm_io_bus_write > kvm_iodevice_write > write: ioapic_mmio_write > ioapic_write_indirect
        `,
      },
    ],
  },
  {
    id: 'ioapic_mmio_read',
    title: 'A load from IOWIN',
    chains: [
      {
        at: ALL,
        steps: `
          vcpu_mmio_read > kvm_io_bus_read > __kvm_io_bus_read > kvm_iodevice_read > read: ioapic_mmio_read
            > ioapic_read_indirect
        `,
      },
    ],
  },
  {
    id: 'ioapic_write_scan_targets',
    title: 'An RTE write asks its old and new targets to rescan',
    chains: [
      {
        at: ALL,
        steps: `
          ioapic_mmio_write > ioapic_write_indirect > kvm_make_scan_ioapic_request_mask
            > kvm_make_vcpus_request_mask
        `,
      },
    ],
  },
  {
    id: 'ioapic_write_scan_all',
    title: 'An RTE write in another delivery mode asks every vCPU',
    chains: [
      {
        at: ALL,
        steps: 'ioapic_mmio_write > ioapic_write_indirect > kvm_make_scan_ioapic_request > kvm_make_all_cpus_request',
      },
    ],
  },
  {
    id: 'ioapic_write_deliver',
    title: 'An RTE write unmasks a pin that is still asserted',
    chains: [
      { at: ALL, steps: 'ioapic_mmio_write > ioapic_write_indirect > ioapic_service > kvm_irq_delivery_to_apic' },
    ],
  },
  {
    id: 'ioapic_write_mask_notify',
    title: 'An RTE write flips the mask',
    chains: [{ at: ALL, steps: 'ioapic_mmio_write > ioapic_write_indirect > kvm_fire_mask_notifiers' }],
  },
  {
    id: 'ioapic_set_state',
    title: 'KVM_SET_IRQCHIP restores the IOAPIC and delivers what is pending',
    chains: [
      {
        at: ALL,
        steps: 'kvm_arch_vm_ioctl > kvm_vm_ioctl_set_irqchip > kvm_set_ioapic > kvm_ioapic_inject_all > ioapic_set_irq',
      },
    ],
  },
  {
    id: 'mmio_first_touch',
    title: 'The first access to a page without memory behind it',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_EPT_VIOLATION' },
        steps: 'handle_ept_violation > kvm_mmu_page_fault > x86_emulate_instruction',
      },
      { at: ['v6.12'], steps: 'kvm_mmu_page_fault > x86_emulate_instruction' },
      {
        at: ['v6.18'],
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_EPT_VIOLATION' },
        steps: 'handle_ept_violation > __vmx_handle_ept_violation > kvm_mmu_page_fault > x86_emulate_instruction',
      },
    ],
  },
  {
    id: 'emulate_decode',
    title: 'The emulator fetches and decodes the instruction',
    chains: [{ at: ALL, steps: 'x86_emulate_instruction > x86_decode_emulated_instruction > x86_decode_insn' }],
  },
  {
    id: 'mmio_gpa',
    title: 'Is this address known to be MMIO',
    chains: [{ at: ALL, steps: 'emulator_read_write_onepage > vcpu_mmio_gva_to_gpa > vcpu_is_mmio_gpa' }],
  },
  {
    id: 'mmio_ram_first',
    title: 'Memory is tried before the MMIO bus',
    chains: [
      { at: ALL, steps: 'emulator_read_write_onepage > read_write_emulate: write_emulate > emulator_write_phys' },
    ],
  },
  {
    id: 'mmio_to_userspace',
    title: 'Nobody in the kernel took it: KVM_EXIT_MMIO',
    chains: [
      { at: ALL, steps: 'emulator_write_emulated > emulator_read_write > read_write_exit_mmio: write_exit_mmio' },
    ],
  },
  {
    id: 'fast_mmio',
    title: 'A zero-length ioeventfd is hit before any decoding',
    chains: [
      {
        at: ALL,
        steps: `
          __vmx_handle_exit > handle_ept_misconfig > kvm_io_bus_write > __kvm_io_bus_write > kvm_iodevice_write
            > write: ioeventfd_write > eventfd_signal
        `,
      },
    ],
  },
  {
    id: 'ioeventfd_pio',
    title: 'A port write signals an eventfd',
    chains: [
      {
        at: ALL,
        steps: 'kvm_io_bus_write > __kvm_io_bus_write > kvm_iodevice_write > write: ioeventfd_write > eventfd_signal',
      },
    ],
  },
  {
    id: 'pic_pio_write',
    title: 'An OUT to a PIC port, not decoded',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_IO_INSTRUCTION' },
        steps: `
          handle_io > kvm_fast_pio > kvm_fast_pio_out > emulator_pio_out > emulator_pio_in_out > kernel_pio
            > kvm_io_bus_write > __kvm_io_bus_write > kvm_iodevice_write > write: picdev_master_write
            > picdev_write > pic_ioport_write
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_IO_INSTRUCTION' },
        steps: `
          handle_io > kvm_fast_pio > kvm_fast_pio_out > emulator_pio_out > emulator_pio_in_out > kvm_io_bus_write
            > __kvm_io_bus_write > kvm_iodevice_write > write: picdev_master_write > picdev_write
            > pic_ioport_write
        `,
      },
    ],
  },
  {
    id: 'pic_pio_write_emulated',
    title: 'An OUT to a PIC port through the emulator',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'opcode-table', from: 'x86_emulate_insn', by: 'execute' },
        steps: `
          em_out > pio_out_emulated: emulator_pio_out_emulated > emulator_pio_out > emulator_pio_in_out
            > kernel_pio > kvm_io_bus_write > __kvm_io_bus_write > kvm_iodevice_write > write: picdev_master_write
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        start: { kind: 'opcode-table', from: 'x86_emulate_insn', by: 'execute' },
        steps: `
          em_out > pio_out_emulated: emulator_pio_out_emulated > emulator_pio_out > emulator_pio_in_out
            > kvm_io_bus_write > __kvm_io_bus_write > kvm_iodevice_write > write: picdev_master_write
        `,
      },
    ],
  },
  {
    id: 'pic_pio_write_slave',
    title: 'An OUT to the second PIC',
    chains: [
      {
        at: ALL,
        steps: '__kvm_io_bus_write > kvm_iodevice_write > write: picdev_slave_write > picdev_write > pic_ioport_write',
      },
    ],
  },
  {
    id: 'pic_pio_elcr',
    title: 'An OUT to the edge and level control register',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_io_bus_write > __kvm_io_bus_write > kvm_iodevice_write > write: picdev_elcr_write > picdev_write
            > elcr_ioport_write
        `,
      },
    ],
  },
  {
    id: 'pic_pio_read',
    title: 'An IN from a PIC port',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_IO_INSTRUCTION' },
        steps: `
          handle_io > kvm_fast_pio > kvm_fast_pio_in > emulator_pio_in > __emulator_pio_in > emulator_pio_in_out
            > kernel_pio > kvm_io_bus_read > __kvm_io_bus_read > kvm_iodevice_read > read: picdev_master_read
            > picdev_read > pic_ioport_read
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_IO_INSTRUCTION' },
        steps: `
          handle_io > kvm_fast_pio > kvm_fast_pio_in > emulator_pio_in > emulator_pio_in_out > kvm_io_bus_read
            > __kvm_io_bus_read > kvm_iodevice_read > read: picdev_master_read > picdev_read > pic_ioport_read
        `,
      },
    ],
  },
  {
    id: 'pic_poll',
    title: 'Poll mode: a read is an acknowledge',
    chains: [{ at: ALL, steps: 'picdev_read > pic_ioport_read > pic_poll_read > pic_clear_isr' }],
  },
  {
    id: 'pic_reset',
    title: 'ICW1 starts the initialization',
    chains: [{ at: ALL, steps: 'pic_ioport_write > kvm_pic_reset > pic_clear_isr' }],
  },
  {
    id: 'pic_mask_notify',
    title: 'OCW1 flips mask bits',
    chains: [{ at: ALL, steps: 'pic_ioport_write > kvm_fire_mask_notifiers' }],
  },
  {
    id: 'pic_output_update',
    title: 'OCW1 recomputes the output',
    chains: [{ at: ALL, steps: 'pic_ioport_write > pic_update_irq > pic_irq_request' }],
  },
  {
    id: 'pic_eoi',
    title: 'OCW2 ends an interrupt',
    chains: [
      {
        at: ALL,
        steps: `
          picdev_master_write > picdev_write > pic_ioport_write > pic_clear_isr > kvm_notify_acked_irq
            > kvm_notify_acked_gsi
        `,
      },
    ],
  },
  {
    id: 'wrmsr_gp',
    title: 'WRMSR that KVM refuses faults',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_emulate_wrmsr > complete_emulated_msr: kvm_complete_insn_gp > kvm_inject_gp',
      },
    ],
  },
  {
    id: 'wrmsr_gp_amd',
    title: 'WRMSR that KVM refuses faults on an AMD host',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          kvm_emulate_wrmsr > complete_emulated_msr: svm_complete_emulated_msr > kvm_complete_insn_gp > kvm_inject_gp
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_emulate_wrmsr > __kvm_emulate_wrmsr > complete_emulated_msr: svm_complete_emulated_msr
            > kvm_complete_insn_gp > kvm_inject_gp
        `,
      },
    ],
  },
  {
    id: 'rdmsr_gp',
    title: 'RDMSR that KVM refuses faults',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_emulate_rdmsr > complete_emulated_msr: kvm_complete_insn_gp > kvm_inject_gp',
      },
    ],
  },
  {
    id: 'rdmsr_gp_amd',
    title: 'RDMSR that KVM refuses faults on an AMD host',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          kvm_emulate_rdmsr > complete_emulated_msr: svm_complete_emulated_msr > kvm_complete_insn_gp > kvm_inject_gp
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_emulate_rdmsr > __kvm_emulate_rdmsr > complete_emulated_msr: svm_complete_emulated_msr
            > kvm_complete_insn_gp > kvm_inject_gp
        `,
      },
    ],
  },
  {
    id: 'msr_gp',
    title: 'An MSR access that KVM refuses faults: the member is a macro for this function',
    chains: [{ at: ['v6.18'], steps: 'kvm_complete_insn_gp > kvm_inject_gp' }],
  },
  {
    id: 'cr8_gp',
    title: 'A value CR8 cannot have faults',
    chains: [{ at: ALL, steps: 'handle_cr > kvm_complete_insn_gp > kvm_inject_gp' }],
  },
  {
    id: 'cr8_gp_amd',
    title: 'A value CR8 cannot have faults on an AMD host',
    chains: [{ at: ALL, steps: 'cr_interception > kvm_complete_insn_gp > kvm_inject_gp' }],
  },
  {
    id: 'ioapic_resample',
    title: 'An RTE that is unmasked asks the resampler for its line',
    chains: [
      {
        at: ['v6.12', 'v6.18'],
        steps: 'ioapic_mmio_write > ioapic_write_indirect > kvm_notify_irqfd_resampler > irqfd_resampler_notify',
      },
    ],
  },
] as const satisfies readonly CallPathSpec[];
