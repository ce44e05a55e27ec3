/** Accepting a message in the local APIC: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const ACCEPT_PATHS = [
  {
    id: 'accept_irr',
    title: 'Fixed, no APICv: the IRR bit',
    chains: [
      { at: ['v5.15'], steps: 'kvm_apic_set_irq > __apic_accept_irq > kvm_lapic_set_irr' },
      {
        at: ['v6.12'],
        steps: 'kvm_apic_set_irq > __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > kvm_lapic_set_irr',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_apic_set_irq > __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > kvm_lapic_set_irr
        `,
      },
    ],
  },
  {
    id: 'accept_request',
    title: 'Fixed, no APICv: KVM_REQ_EVENT',
    chains: [
      { at: ['v5.15'], steps: 'kvm_apic_set_irq > __apic_accept_irq > kvm_make_request' },
      {
        at: ['v6.12'],
        steps: 'kvm_apic_set_irq > __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > kvm_make_request',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_apic_set_irq > __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > kvm_make_request
        `,
      },
    ],
  },
  {
    id: 'accept_kick',
    title: 'Fixed, no APICv: the kick',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_apic_set_irq > __apic_accept_irq > kvm_vcpu_kick > kvm_arch_vcpu_should_kick
            > kvm_vcpu_exiting_guest_mode
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          kvm_apic_set_irq > __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > kvm_vcpu_kick
            > kvm_arch_vcpu_should_kick > kvm_vcpu_exiting_guest_mode
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_apic_set_irq > __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > kvm_vcpu_kick > __kvm_vcpu_kick > kvm_arch_vcpu_should_kick > kvm_vcpu_exiting_guest_mode
        `,
      },
    ],
  },
  {
    id: 'posted_pir',
    title: 'APICv: the PIR bit',
    chains: [
      {
        at: ['v5.15'],
        steps: '__apic_accept_irq > deliver_posted_interrupt: vmx_deliver_posted_interrupt > pi_test_and_set_pir',
      },
      {
        at: ['v6.12'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > vmx_deliver_posted_interrupt
            > pi_test_and_set_pir
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > vmx_deliver_posted_interrupt > __vmx_deliver_posted_interrupt > pi_test_and_set_pir
        `,
      },
    ],
  },
  {
    id: 'posted_on',
    title: 'APICv: outstanding notification',
    chains: [
      {
        at: ['v5.15'],
        steps: '__apic_accept_irq > deliver_posted_interrupt: vmx_deliver_posted_interrupt > pi_test_and_set_on',
      },
      {
        at: ['v6.12'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > vmx_deliver_posted_interrupt
            > pi_test_and_set_on
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > vmx_deliver_posted_interrupt > __vmx_deliver_posted_interrupt > pi_test_and_set_on
        `,
      },
    ],
  },
  {
    id: 'posted_notify',
    title: 'APICv: the notification vector to a vCPU in guest mode',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          __apic_accept_irq > deliver_posted_interrupt: vmx_deliver_posted_interrupt
            > kvm_vcpu_trigger_posted_interrupt
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > vmx_deliver_posted_interrupt
            > kvm_vcpu_trigger_posted_interrupt > __apic_send_IPI_mask
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > vmx_deliver_posted_interrupt > __vmx_deliver_posted_interrupt > kvm_vcpu_trigger_posted_interrupt
            > __apic_send_IPI_mask
        `,
      },
    ],
  },
  {
    id: 'posted_wake',
    title: 'APICv: a vCPU outside guest mode is woken',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          __apic_accept_irq > deliver_posted_interrupt: vmx_deliver_posted_interrupt > kvm_vcpu_kick
            > kvm_vcpu_wake_up
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > vmx_deliver_posted_interrupt
            > kvm_vcpu_trigger_posted_interrupt > kvm_vcpu_wake_up
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > vmx_deliver_posted_interrupt > __vmx_deliver_posted_interrupt > kvm_vcpu_trigger_posted_interrupt
            > kvm_vcpu_wake_up
        `,
      },
    ],
  },
  {
    id: 'posted_nested',
    title: "APICv: the vector is the notification vector of the guest's own guest",
    chains: [
      {
        at: ['v5.15'],
        steps: `
          __apic_accept_irq > deliver_posted_interrupt: vmx_deliver_posted_interrupt
            > vmx_deliver_nested_posted_interrupt > kvm_vcpu_trigger_posted_interrupt
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > vmx_deliver_posted_interrupt
            > vmx_deliver_nested_posted_interrupt > kvm_vcpu_trigger_posted_interrupt
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > vmx_deliver_posted_interrupt > vmx_deliver_nested_posted_interrupt
            > kvm_vcpu_trigger_posted_interrupt
        `,
      },
    ],
  },
  {
    id: 'sync_pir_to_irr',
    title: 'Posted bits move into IRR on the way in',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'vcpu_enter_guest > sync_pir_to_irr: vmx_sync_pir_to_irr > kvm_apic_update_irr > __kvm_apic_update_irr',
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > sync_pir_to_irr: vt_sync_pir_to_irr > vmx_sync_pir_to_irr > kvm_apic_update_irr
            > __kvm_apic_update_irr
        `,
      },
    ],
  },
  {
    id: 'sync_pir_on',
    title: 'ON is cleared before PIR is read',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'vcpu_enter_guest > sync_pir_to_irr: vmx_sync_pir_to_irr > pi_clear_on' },
      {
        at: ['v6.18'],
        steps: 'vcpu_enter_guest > sync_pir_to_irr: vt_sync_pir_to_irr > vmx_sync_pir_to_irr > pi_clear_on',
      },
    ],
  },
  {
    id: 'sync_pir_rvi',
    title: 'The highest request goes into RVI',
    chains: [
      { at: ['v5.15'], steps: 'vmx_hwapic_irr_update > vmx_set_rvi' },
      { at: ['v6.12'], steps: 'vcpu_enter_guest > sync_pir_to_irr: vmx_sync_pir_to_irr > vmx_set_rvi' },
      {
        at: ['v6.18'],
        steps: 'vcpu_enter_guest > sync_pir_to_irr: vt_sync_pir_to_irr > vmx_sync_pir_to_irr > vmx_set_rvi',
      },
    ],
  },
  {
    id: 'sync_pir_on_ppr',
    title: 'A search for a deliverable vector collects posted bits first',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_apic_has_interrupt > apic_has_interrupt_for_ppr > sync_pir_to_irr: vmx_sync_pir_to_irr',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_apic_has_interrupt > apic_has_interrupt_for_ppr > sync_pir_to_irr: vt_sync_pir_to_irr
            > vmx_sync_pir_to_irr
        `,
      },
    ],
  },
  {
    id: 'nmi_ioctl',
    title: 'KVM_NMI queues an NMI',
    chains: [{ at: ALL, steps: 'kvm_arch_vcpu_ioctl > kvm_vcpu_ioctl_nmi > kvm_inject_nmi > kvm_make_request' }],
  },
  {
    id: 'nmi_message',
    title: 'A message with delivery mode NMI',
    chains: [{ at: ALL, steps: 'kvm_apic_set_irq > __apic_accept_irq > kvm_inject_nmi > kvm_make_request' }],
  },
  {
    id: 'nmi_lvt',
    title: 'A local vector table entry in NMI mode',
    chains: [
      { at: ALL, steps: 'kvm_apic_nmi_wd_deliver > kvm_apic_local_deliver > __apic_accept_irq > kvm_inject_nmi' },
    ],
  },
  {
    id: 'nmi_process',
    title: 'Queued NMIs become pending',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        start: { kind: 'request', from: 'kvm_inject_nmi', by: 'KVM_REQ_NMI' },
        steps: 'vcpu_enter_guest > process_nmi > get_nmi_mask: vmx_get_nmi_mask',
      },
      {
        at: ['v6.18'],
        start: { kind: 'request', from: 'kvm_inject_nmi', by: 'KVM_REQ_NMI' },
        steps: 'vcpu_enter_guest > process_nmi > get_nmi_mask: vt_get_nmi_mask > vmx_get_nmi_mask',
      },
    ],
  },
  {
    id: 'init_message',
    title: 'A message with delivery mode INIT, SIPI or remote read',
    chains: [{ at: ALL, steps: 'kvm_apic_set_irq > __apic_accept_irq > kvm_vcpu_kick' }],
  },
  {
    id: 'init_accept',
    title: 'INIT resets the vCPU',
    chains: [{ at: ALL, steps: 'vcpu_enter_guest > kvm_apic_accept_events > kvm_vcpu_reset > kvm_lapic_reset' }],
  },
  {
    id: 'sipi_accept',
    title: "SIPI starts it at the vector's page",
    chains: [
      {
        at: ALL,
        steps: 'vcpu_enter_guest > kvm_apic_accept_events > vcpu_deliver_sipi_vector: kvm_vcpu_deliver_sipi_vector',
      },
    ],
  },
  {
    id: 'init_accept_blocked',
    title: 'A vCPU waiting for SIPI sits in the block loop',
    chains: [{ at: ALL, steps: 'vcpu_run > vcpu_block > kvm_apic_accept_events' }],
  },
  {
    id: 'init_accept_first',
    title: 'KVM_RUN of a vCPU that nobody has started',
    chains: [{ at: ALL, steps: 'kvm_arch_vcpu_ioctl_run > kvm_apic_accept_events > kvm_vcpu_reset' }],
  },
  {
    id: 'smi_message',
    title: 'A message with delivery mode SMI',
    chains: [
      { at: ['v5.15'], steps: 'kvm_apic_set_irq > __apic_accept_irq > kvm_make_request' },
      { at: ['v6.12', 'v6.18'], steps: 'kvm_apic_set_irq > __apic_accept_irq > kvm_inject_smi > kvm_make_request' },
    ],
  },
  {
    id: 'smi_ioctl',
    title: 'KVM_SMI',
    chains: [
      { at: ['v5.15'], steps: 'kvm_arch_vcpu_ioctl > kvm_vcpu_ioctl_smi > kvm_make_request' },
      { at: ['v6.12', 'v6.18'], steps: 'kvm_arch_vcpu_ioctl > kvm_inject_smi > kvm_make_request' },
    ],
  },
  {
    id: 'smi_process',
    title: 'The request becomes a pending SMI',
    chains: [{ at: ALL, steps: 'vcpu_enter_guest > process_smi > kvm_make_request' }],
  },
  {
    id: 'smi_enter',
    title: 'The SMI is taken before NMI and interrupts',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'vcpu_enter_guest > kvm_check_and_inject_events > enter_smm > enter_smm: vmx_enter_smm',
      },
      {
        at: ['v6.18'],
        steps: 'vcpu_enter_guest > kvm_check_and_inject_events > enter_smm > enter_smm: vt_enter_smm > vmx_enter_smm',
      },
    ],
  },
  {
    id: 'lvt_perf',
    title: 'The performance counter entry of the local vector table',
    chains: [{ at: ALL, steps: 'vcpu_enter_guest > kvm_pmu_deliver_pmi > kvm_apic_local_deliver > __apic_accept_irq' }],
  },
] as const satisfies readonly CallPathSpec[];
