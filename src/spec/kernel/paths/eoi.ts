/** End of interrupt: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const EOI_PATHS = [
  {
    id: 'eoi_mmio',
    title: 'xAPIC: the EOI register',
    chains: [
      {
        at: ALL,
        steps: `
          vcpu_mmio_write > kvm_iodevice_write > write: apic_mmio_write > kvm_lapic_reg_write > apic_set_eoi
            > kvm_ioapic_send_eoi > kvm_ioapic_update_eoi > kvm_ioapic_update_eoi_one
        `,
      },
    ],
  },
  {
    id: 'eoi_msr',
    title: 'x2APIC: the EOI MSR',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_set_msr_common > kvm_x2apic_msr_write > kvm_lapic_reg_write > apic_set_eoi > kvm_ioapic_send_eoi
            > kvm_ioapic_update_eoi > kvm_ioapic_update_eoi_one
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          kvm_set_msr_common > kvm_x2apic_msr_write > kvm_lapic_msr_write > kvm_lapic_reg_write > apic_set_eoi
            > kvm_ioapic_send_eoi > kvm_ioapic_update_eoi > kvm_ioapic_update_eoi_one
        `,
      },
    ],
  },
  {
    id: 'eoi_isr',
    title: 'The highest ISR bit is cleared',
    chains: [{ at: ALL, steps: 'kvm_lapic_reg_write > apic_set_eoi > apic_clear_isr' }],
  },
  {
    id: 'eoi_ppr',
    title: 'The processor priority falls with it',
    chains: [{ at: ALL, steps: 'kvm_lapic_reg_write > apic_set_eoi > apic_update_ppr' }],
  },
  {
    id: 'eoi_redelivery',
    title: 'A level pin that is still asserted is delivered again',
    chains: [
      {
        at: ALL,
        steps: `
          apic_set_eoi > kvm_ioapic_send_eoi > kvm_ioapic_update_eoi > kvm_ioapic_update_eoi_one > ioapic_service
            > kvm_irq_delivery_to_apic
        `,
      },
    ],
  },
  {
    id: 'eoi_redelivery_delayed',
    title: 'After too many re-deliveries in a row a worker delivers',
    chains: [
      {
        at: ALL,
        start: { kind: 'work', from: 'kvm_ioapic_update_eoi_one', by: 'eoi_inject' },
        steps: 'kvm_ioapic_eoi_inject_work > ioapic_service > kvm_irq_delivery_to_apic',
      },
    ],
  },
  {
    id: 'eoi_ack_notify',
    title: 'Whoever registered hears of the acknowledge',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_ioapic_send_eoi > kvm_ioapic_update_eoi > kvm_ioapic_update_eoi_one > kvm_notify_acked_irq
            > kvm_notify_acked_gsi
        `,
      },
    ],
  },
  {
    id: 'eoi_rtc',
    title: 'The RTC counts who still owes an EOI',
    chains: [{ at: ALL, steps: 'kvm_ioapic_send_eoi > kvm_ioapic_update_eoi > rtc_irq_eoi' }],
  },
  {
    id: 'eoi_split_request',
    title: 'Split irqchip: the EOI becomes a request',
    chains: [{ at: ALL, steps: 'kvm_lapic_reg_write > apic_set_eoi > kvm_ioapic_send_eoi > kvm_make_request' }],
  },
  {
    id: 'eoi_split_exit',
    title: 'Split irqchip: KVM_EXIT_IOAPIC_EOI',
    chains: [
      {
        at: ALL,
        start: { kind: 'request', from: 'kvm_ioapic_send_eoi', by: 'KVM_REQ_IOAPIC_EOI_EXIT' },
        steps: 'vcpu_run > vcpu_enter_guest > kvm_check_request',
      },
    ],
  },
  {
    id: 'eoi_induced',
    title: 'APICv: the EOI of an intercepted vector',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_EOI_INDUCED' },
        steps: `
          handle_apic_eoi_induced > kvm_apic_set_eoi_accelerated > kvm_ioapic_send_eoi > kvm_ioapic_update_eoi
            > kvm_ioapic_update_eoi_one
        `,
      },
    ],
  },
  {
    id: 'apic_write_exit',
    title: 'APICv: a write the CPU did not finish by itself',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_APIC_WRITE' },
        steps: 'handle_apic_write > kvm_apic_write_nodecode > kvm_lapic_reg_write',
      },
    ],
  },
  {
    id: 'pv_eoi_enable',
    title: 'WRMSR of MSR_KVM_PV_EOI_EN',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_emulate_wrmsr > kvm_set_msr > kvm_set_msr_ignored_check > __kvm_set_msr > set_msr: vmx_set_msr
            > kvm_set_msr_common > kvm_lapic_set_pv_eoi
        `,
      },
      {
        at: ['v6.12'],
        start: { kind: 'argument', from: 'kvm_set_msr_ignored_check', by: 'kvm_do_msr_access' },
        steps: `
          _kvm_set_msr > __kvm_set_msr > set_msr: vmx_set_msr > kvm_set_msr_common > kvm_lapic_set_pv_eoi
        `,
      },
      {
        at: ['v6.18'],
        start: { kind: 'argument', from: 'kvm_set_msr_ignored_check', by: 'kvm_do_msr_access' },
        steps: `
          _kvm_set_msr > __kvm_set_msr > set_msr: vt_set_msr > vmx_set_msr > kvm_set_msr_common > kvm_lapic_set_pv_eoi
        `,
      },
    ],
  },
  {
    id: 'pv_eoi_arm',
    title: 'PV EOI: the flag is set before entry',
    chains: [
      {
        at: ALL,
        steps: `
          vcpu_enter_guest > kvm_lapic_sync_to_vapic > apic_sync_pv_eoi_to_guest > pv_eoi_set_pending
            > pv_eoi_put_user
        `,
      },
    ],
  },
  {
    id: 'pv_eoi_check',
    title: 'PV EOI: the flag is read after exit',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          vcpu_enter_guest > kvm_lapic_sync_from_vapic > apic_sync_pv_eoi_from_guest > pv_eoi_get_pending
            > pv_eoi_get_user
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          vcpu_enter_guest > kvm_lapic_sync_from_vapic > apic_sync_pv_eoi_from_guest > pv_eoi_test_and_clr_pending
        `,
      },
    ],
  },
  {
    id: 'pv_eoi_done',
    title: 'PV EOI: the guest cleared it, so the EOI happened',
    chains: [
      {
        at: ALL,
        steps: `
          vcpu_enter_guest > kvm_lapic_sync_from_vapic > apic_sync_pv_eoi_from_guest > apic_set_eoi
            > kvm_ioapic_send_eoi
        `,
      },
    ],
  },
  {
    id: 'scan_ioapic',
    title: 'Which vectors of the IOAPIC need their EOI seen',
    chains: [
      {
        at: ALL,
        start: { kind: 'request', from: 'kvm_make_scan_ioapic_request', by: 'KVM_REQ_SCAN_IOAPIC' },
        steps: 'vcpu_enter_guest > vcpu_scan_ioapic > kvm_ioapic_scan_entry',
      },
    ],
  },
  {
    id: 'scan_ioapic_split',
    title: 'The same for the routes of a split irqchip',
    chains: [
      {
        at: ALL,
        start: { kind: 'request', from: 'kvm_make_scan_ioapic_request', by: 'KVM_REQ_SCAN_IOAPIC' },
        steps: 'vcpu_enter_guest > vcpu_scan_ioapic > kvm_scan_ioapic_routes > kvm_msi_to_lapic_irq',
      },
    ],
  },
  {
    id: 'scan_ioapic_stale',
    title: 'A pending vector keeps its intercept',
    chains: [
      { at: ['v6.18'], steps: 'vcpu_enter_guest > vcpu_scan_ioapic > kvm_scan_ioapic_routes > kvm_scan_ioapic_irq' },
    ],
  },
  {
    id: 'load_eoi_exitmap',
    title: 'The EOI-exit bitmap is written',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'vcpu_enter_guest > vcpu_load_eoi_exitmap > load_eoi_exitmap: vmx_load_eoi_exitmap',
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > vcpu_load_eoi_exitmap > load_eoi_exitmap: vt_load_eoi_exitmap > vmx_load_eoi_exitmap
        `,
      },
    ],
  },
  {
    id: 'scan_ioapic_sync',
    title: 'Posted bits are collected before the scan',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'vcpu_enter_guest > vcpu_scan_ioapic > sync_pir_to_irr: vmx_sync_pir_to_irr' },
      {
        at: ['v6.18'],
        steps: 'vcpu_enter_guest > vcpu_scan_ioapic > sync_pir_to_irr: vt_sync_pir_to_irr > vmx_sync_pir_to_irr',
      },
    ],
  },
  {
    id: 'ack_notifier_scan',
    title: 'A new ack notifier asks for a rescan',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_register_irq_ack_notifier > kvm_arch_post_irq_ack_notifier_list_update > kvm_make_scan_ioapic_request
        `,
      },
    ],
  },
] as const satisfies readonly CallPathSpec[];
