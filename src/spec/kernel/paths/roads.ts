/**
 * The roads in: a VM and its chips are made, memory slots, buses, ioeventfds, coalesced zones, string I/O and the second half
 * of an exit to user space. A step a function; see path-types.ts for how a chain is read.
 */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const ROADS_PATHS = [
  {
    id: 'create_vm',
    title: 'KVM_CREATE_VM: the VM and its coalesced ring',
    chains: [
      { at: ['v5.15'], steps: 'kvm_dev_ioctl > kvm_dev_ioctl_create_vm > kvm_coalesced_mmio_init' },
      {
        at: ['v6.12', 'v6.18'],
        steps: 'kvm_dev_ioctl > kvm_dev_ioctl_create_vm > kvm_create_vm > kvm_coalesced_mmio_init',
      },
    ],
  },
  {
    id: 'create_irqchip_routes',
    title: 'KVM_CREATE_IRQCHIP: the default routes',
    chains: [
      {
        at: ALL,
        steps: 'kvm_vm_ioctl > kvm_arch_vm_ioctl > kvm_setup_default_ioapic_and_pic_routing > kvm_set_irq_routing',
      },
    ],
  },
  {
    id: 'enable_cap_vm',
    title: 'KVM_ENABLE_CAP on a VM: the general part hands on what it does not know',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_vm_ioctl_enable_cap_generic > kvm_vm_ioctl_enable_cap' }],
  },
  {
    id: 'create_vcpu',
    title: 'KVM_CREATE_VCPU: a local APIC if there is an irqchip',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_vm_ioctl_create_vcpu > kvm_arch_vcpu_create > kvm_create_lapic' }],
  },
  {
    id: 'create_vcpu_reset',
    title: 'KVM_CREATE_VCPU: reset, before the vCPU is listed',
    chains: [
      {
        at: ALL,
        steps: 'kvm_vm_ioctl_create_vcpu > kvm_arch_vcpu_create > kvm_vcpu_reset > kvm_lapic_reset',
      },
    ],
  },
  {
    id: 'create_pit',
    title: 'KVM_CREATE_PIT2: counter ports, and the speaker if asked for',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_arch_vm_ioctl > kvm_create_pit > kvm_io_bus_register_dev' }],
  },
  {
    id: 'memslot_set',
    title: 'KVM_SET_USER_MEMORY_REGION: a new set of slots',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_set_memory_region > kvm_set_memory_region > __kvm_set_memory_region
            > kvm_set_memslot
        `,
      },
      {
        at: ['v6.18'],
        steps: 'kvm_vm_ioctl > kvm_vm_ioctl_set_memory_region > kvm_set_memory_region > kvm_set_memslot',
      },
    ],
  },
  {
    id: 'mmio_noslot',
    title: 'A fault on an address without a slot fills the MMIO cache',
    chains: [
      { at: ['v5.15'], steps: 'direct_page_fault > handle_abnormal_pfn > vcpu_cache_mmio_info' },
      { at: ['v6.12', 'v6.18'], steps: 'kvm_handle_noslot_fault > vcpu_cache_mmio_info' },
    ],
  },
  {
    id: 'mmio_known_page',
    title: 'An EPT misconfiguration: the page is known to be MMIO',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_EPT_MISCONFIG' },
        steps: 'handle_ept_misconfig > kvm_mmu_page_fault > handle_mmio_page_fault > vcpu_cache_mmio_info',
      },
    ],
  },
  {
    id: 'mmio_copy_write',
    title: 'A store that a memory slot takes',
    chains: [
      {
        at: ALL,
        steps: `
          emulator_read_write_onepage > read_write_emulate: write_emulate > emulator_write_phys
            > kvm_vcpu_write_guest
        `,
      },
    ],
  },
  {
    id: 'mmio_copy_read',
    title: 'A load that a memory slot answers',
    chains: [
      { at: ALL, steps: 'emulator_read_write_onepage > read_write_emulate: read_emulate > kvm_vcpu_read_guest' },
    ],
  },
  {
    id: 'mmio_read_to_userspace',
    title: 'A load nobody in the kernel answers: KVM_EXIT_MMIO',
    chains: [{ at: ALL, steps: 'emulator_read_emulated > emulator_read_write > read_write_exit_mmio: read_exit_mmio' }],
  },
  {
    id: 'mmio_second_half',
    title: 'User space has answered: the next fragment, or the instruction again',
    chains: [
      {
        at: ALL,
        start: { kind: 'callback', from: 'x86_emulate_instruction', by: 'complete_userspace_io' },
        steps: 'complete_emulated_mmio > complete_emulated_io > kvm_emulate_instruction',
      },
    ],
  },
  {
    id: 'bus_lookup',
    title: 'A bus is searched: the first range that holds the access',
    chains: [{ at: ALL, steps: 'kvm_io_bus_write > __kvm_io_bus_write > kvm_io_bus_get_first_dev' }],
  },
  {
    id: 'bus_lookup_read',
    title: 'A read is looked up on the bus',
    chains: [{ at: ALL, steps: 'kvm_io_bus_read > __kvm_io_bus_read > kvm_io_bus_get_first_dev' }],
  },
  {
    id: 'bus_unregister',
    title: 'An ioeventfd leaves its bus',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_vm_ioctl > kvm_ioeventfd > kvm_deassign_ioeventfd > kvm_deassign_ioeventfd_idx
            > kvm_io_bus_unregister_dev
        `,
      },
    ],
  },
  {
    id: 'ioeventfd_assign',
    title: 'KVM_IOEVENTFD puts an eventfd on a bus',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_vm_ioctl > kvm_ioeventfd > kvm_assign_ioeventfd > kvm_assign_ioeventfd_idx
            > kvm_io_bus_register_dev
        `,
      },
    ],
  },
  {
    id: 'ioeventfd_collides',
    title: 'KVM_IOEVENTFD looks for one that would hear the same store',
    chains: [
      {
        at: ALL,
        steps: 'kvm_ioeventfd > kvm_assign_ioeventfd > kvm_assign_ioeventfd_idx > ioeventfd_check_collision',
      },
    ],
  },
  {
    id: 'ioeventfd_match',
    title: 'A store is held against an ioeventfd',
    chains: [{ at: ALL, steps: 'kvm_iodevice_write > write: ioeventfd_write > ioeventfd_in_range' }],
  },
  {
    id: 'coalesced_register',
    title: 'A coalesced zone is put on a bus',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_vm_ioctl_register_coalesced_mmio > kvm_io_bus_register_dev' }],
  },
  {
    id: 'coalesced_unregister',
    title: 'Coalesced zones leave their bus',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_vm_ioctl_unregister_coalesced_mmio > kvm_io_bus_unregister_dev' }],
  },
  {
    id: 'coalesced_store',
    title: 'A store into a coalesced zone waits in the ring',
    chains: [
      {
        at: ALL,
        steps:
          'vcpu_mmio_write > kvm_io_bus_write > __kvm_io_bus_write > kvm_iodevice_write > write: coalesced_mmio_write',
      },
    ],
  },
  {
    id: 'pio_string',
    title: 'A string instruction on a port needs the emulator',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_IO_INSTRUCTION' },
        steps: 'handle_io > kvm_emulate_instruction > x86_emulate_instruction',
      },
    ],
  },
  {
    id: 'pio_string_read_ahead',
    title: 'INS reads ahead',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'opcode-table', from: 'x86_emulate_insn', by: 'execute' },
        steps: `
          em_in > pio_in_emulated > pio_in_emulated: emulator_pio_in_emulated > emulator_pio_in
            > __emulator_pio_in > emulator_pio_in_out
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        start: { kind: 'opcode-table', from: 'x86_emulate_insn', by: 'execute' },
        steps: `
          em_in > pio_in_emulated > pio_in_emulated: emulator_pio_in_emulated > emulator_pio_in
            > emulator_pio_in_out
        `,
      },
    ],
  },
  {
    id: 'pio_fast_completes',
    title: 'IN without decoding: what user space answered goes into RAX',
    chains: [
      {
        at: ALL,
        start: { kind: 'callback', from: 'kvm_fast_pio_in', by: 'complete_userspace_io' },
        steps: 'complete_fast_pio_in > kvm_skip_emulated_instruction',
      },
    ],
  },
  {
    id: 'pio_fast_out_completes',
    title: 'OUT without decoding: user space has taken it, the instruction is skipped',
    chains: [
      {
        at: ALL,
        start: { kind: 'callback', from: 'kvm_fast_pio_out', by: 'complete_userspace_io' },
        steps: 'complete_fast_pio_out > kvm_skip_emulated_instruction',
      },
    ],
  },
  {
    id: 'pio_emulated_completes',
    title: 'A string read: the decoded instruction runs again',
    chains: [
      {
        at: ALL,
        start: { kind: 'callback', from: 'x86_emulate_instruction', by: 'complete_userspace_io' },
        steps: 'complete_emulated_pio > complete_emulated_io > kvm_emulate_instruction',
      },
    ],
  },
  {
    id: 'pio_svm',
    title: 'AMD: an OUT by the IOIO intercept, not decoded',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          io_interception > kvm_fast_pio > kvm_fast_pio_out > emulator_pio_out > emulator_pio_in_out > kernel_pio
            > kvm_io_bus_write
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          io_interception > kvm_fast_pio > kvm_fast_pio_out > emulator_pio_out > emulator_pio_in_out
            > kvm_io_bus_write
        `,
      },
    ],
  },
  {
    id: 'pio_svm_read',
    title: 'AMD: an IN by the IOIO intercept, not decoded',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          io_interception > kvm_fast_pio > kvm_fast_pio_in > emulator_pio_in > __emulator_pio_in
            > emulator_pio_in_out > kernel_pio > kvm_io_bus_read
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          io_interception > kvm_fast_pio > kvm_fast_pio_in > emulator_pio_in > emulator_pio_in_out
            > kvm_io_bus_read
        `,
      },
    ],
  },
  {
    id: 'pio_svm_string',
    title: 'AMD: a string instruction on a port needs the emulator',
    chains: [{ at: ALL, steps: 'io_interception > kvm_emulate_instruction > x86_emulate_instruction' }],
  },
] as const satisfies readonly CallPathSpec[];
