/** APICv, posted interrupts, blocking and waking: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const APICV_PATHS = [
  {
    id: 'apicv_inhibit',
    title: 'An inhibit reason is set',
    chains: [
      { at: ['v5.15'], steps: 'kvm_request_apicv_update > __kvm_request_apicv_update > kvm_make_all_cpus_request' },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          kvm_set_apicv_inhibit > kvm_set_or_clear_apicv_inhibit > __kvm_set_or_clear_apicv_inhibit
            > kvm_make_all_cpus_request
        `,
      },
    ],
  },
  {
    id: 'apicv_init',
    title: 'A new VM starts with its inhibit reasons',
    chains: [
      { at: ['v5.15'], steps: 'kvm_arch_init_vm > kvm_apicv_init' },
      { at: ['v6.12', 'v6.18'], steps: 'kvm_arch_init_vm > kvm_apicv_init > set_or_clear_apicv_inhibit' },
    ],
  },
  {
    id: 'apicv_inhibit_clear',
    title: 'An inhibit reason is cleared',
    chains: [
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          kvm_clear_apicv_inhibit > kvm_set_or_clear_apicv_inhibit > __kvm_set_or_clear_apicv_inhibit
            > set_or_clear_apicv_inhibit
        `,
      },
    ],
  },
  {
    id: 'apicv_update',
    title: 'Every vCPU switches APICv on or off',
    chains: [
      {
        at: ['v5.15'],
        steps: 'vcpu_enter_guest > kvm_vcpu_update_apicv > refresh_apicv_exec_ctrl: vmx_refresh_apicv_exec_ctrl',
      },
      {
        at: ['v6.12'],
        steps: `
          vcpu_enter_guest > kvm_vcpu_update_apicv > __kvm_vcpu_update_apicv
            > refresh_apicv_exec_ctrl: vmx_refresh_apicv_exec_ctrl
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > kvm_vcpu_update_apicv > __kvm_vcpu_update_apicv
            > refresh_apicv_exec_ctrl: vt_refresh_apicv_exec_ctrl > vmx_refresh_apicv_exec_ctrl
        `,
      },
    ],
  },
  {
    id: 'apicv_update_state',
    title: 'The caches of IRR and ISR follow',
    chains: [
      { at: ['v5.15'], steps: 'vcpu_enter_guest > kvm_vcpu_update_apicv > kvm_apic_update_apicv' },
      {
        at: ['v6.12', 'v6.18'],
        steps: 'vcpu_enter_guest > kvm_vcpu_update_apicv > __kvm_vcpu_update_apicv > kvm_apic_update_apicv',
      },
    ],
  },
  {
    id: 'apicv_msr_bitmap',
    title: 'The x2APIC MSRs open or close',
    chains: [{ at: ALL, steps: 'vmx_refresh_apicv_exec_ctrl > vmx_update_msr_bitmap_x2apic' }],
  },
  {
    id: 'apicv_access_page',
    title: 'The APIC-access page is looked up again',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          vcpu_enter_guest > kvm_vcpu_reload_apic_access_page
            > set_apic_access_page_addr: vmx_set_apic_access_page_addr
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > kvm_vcpu_reload_apic_access_page
            > set_apic_access_page_addr: vt_set_apic_access_page_addr > vmx_set_apic_access_page_addr
        `,
      },
    ],
  },
  {
    id: 'apicv_mode',
    title: 'xAPIC or x2APIC mode is switched',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          kvm_apic_set_base > __kvm_apic_set_base > set_virtual_apic_mode: vmx_set_virtual_apic_mode
            > vmx_update_msr_bitmap_x2apic
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_apic_set_base > __kvm_apic_set_base > set_virtual_apic_mode: vt_set_virtual_apic_mode
            > vmx_set_virtual_apic_mode > vmx_update_msr_bitmap_x2apic
        `,
      },
    ],
  },
  {
    id: 'svi_set',
    title: 'The interrupt in service goes into SVI',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'apic_set_isr > hwapic_isr_update: vmx_hwapic_isr_update' },
      { at: ['v6.18'], steps: 'apic_set_isr > hwapic_isr_update: vt_hwapic_isr_update > vmx_hwapic_isr_update' },
    ],
  },
  {
    id: 'svi_clear',
    title: 'EOI in software lowers SVI',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'apic_set_eoi > apic_clear_isr > hwapic_isr_update: vmx_hwapic_isr_update' },
      {
        at: ['v6.18'],
        steps: 'apic_set_eoi > apic_clear_isr > hwapic_isr_update: vt_hwapic_isr_update > vmx_hwapic_isr_update',
      },
    ],
  },
  {
    id: 'rvi_clear',
    title: 'A cleared IRR bit lowers RVI',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'apic_clear_irr > hwapic_irr_update: vmx_hwapic_irr_update > vmx_set_rvi' },
    ],
  },
  {
    id: 'pi_state_restore',
    title: 'Restoring a local APIC drops stale posted bits',
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_apic_set_state > apicv_post_state_restore: vmx_apicv_post_state_restore > pi_clear_on',
      },
      {
        at: ['v6.12'],
        steps: 'kvm_apic_set_state > apicv_pre_state_restore: vmx_apicv_pre_state_restore > pi_clear_on',
      },
      {
        at: ['v6.18'],
        steps: 'kvm_apic_set_state > apicv_pre_state_restore: pi_apicv_pre_state_restore > pi_clear_on',
      },
    ],
  },
  {
    id: 'pi_load',
    title: 'A vCPU scheduled in points its descriptor at this CPU',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_sched_in > kvm_arch_vcpu_load > vcpu_load: vmx_vcpu_load > vmx_vcpu_pi_load',
      },
      {
        at: ['v6.18'],
        steps: 'kvm_sched_in > kvm_arch_vcpu_load > vcpu_load: vt_vcpu_load > vmx_vcpu_load > vmx_vcpu_pi_load',
      },
    ],
  },
  {
    id: 'pi_load_pending',
    title: 'PIR that filled meanwhile sets ON',
    chains: [{ at: ALL, steps: 'vmx_vcpu_load > vmx_vcpu_pi_load > pi_set_on' }],
  },
  {
    id: 'pi_put',
    title: 'A vCPU scheduled out suppresses notifications',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_sched_out > kvm_arch_vcpu_put > vcpu_put: vmx_vcpu_put > vmx_vcpu_pi_put > pi_set_sn',
      },
      {
        at: ['v6.18'],
        steps: 'kvm_sched_out > kvm_arch_vcpu_put > vcpu_put: vt_vcpu_put > vmx_vcpu_put > vmx_vcpu_pi_put > pi_set_sn',
      },
    ],
  },
  {
    id: 'pi_put_block',
    title: 'A vCPU that blocks asks for the wakeup vector',
    chains: [
      { at: ['v5.15'], steps: 'vcpu_run > vcpu_block > pre_block: vmx_pre_block > pi_pre_block' },
      {
        at: ['v6.12'],
        steps: 'kvm_arch_vcpu_put > vcpu_put: vmx_vcpu_put > vmx_vcpu_pi_put > pi_enable_wakeup_handler',
      },
      {
        at: ['v6.18'],
        steps: 'kvm_arch_vcpu_put > vcpu_put: vt_vcpu_put > vmx_vcpu_put > vmx_vcpu_pi_put > pi_enable_wakeup_handler',
      },
    ],
  },
  {
    id: 'pi_post_block',
    title: 'A vCPU that woke restores its notification vector',
    chains: [
      { at: ['v5.15'], steps: 'vcpu_run > vcpu_block > post_block: vmx_post_block > pi_post_block > __pi_post_block' },
    ],
  },
  {
    id: 'pi_ipi',
    title: 'A notification that meets no guest on its CPU is counted',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'idt-gate', from: 'kvm_vcpu_trigger_posted_interrupt', by: 'POSTED_INTR_VECTOR' },
        steps: 'sysvec_kvm_posted_intr_ipi',
      },
      {
        at: ['v6.12'],
        start: { kind: 'idt-gate', from: 'vmx_deliver_posted_interrupt', by: 'POSTED_INTR_VECTOR' },
        steps: 'sysvec_kvm_posted_intr_ipi',
      },
      {
        at: ['v6.18'],
        start: { kind: 'idt-gate', from: '__vmx_deliver_posted_interrupt', by: 'POSTED_INTR_VECTOR' },
        steps: 'sysvec_kvm_posted_intr_ipi',
      },
    ],
  },
  {
    id: 'pi_wakeup',
    title: 'The wakeup vector finds who is to be woken',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'host-vector', from: 'sysvec_kvm_posted_intr_wakeup_ipi', by: 'kvm_posted_intr_wakeup_handler' },
        steps: 'pi_wakeup_handler > kvm_vcpu_kick',
      },
      {
        at: ['v6.12', 'v6.18'],
        start: { kind: 'host-vector', from: 'sysvec_kvm_posted_intr_wakeup_ipi', by: 'kvm_posted_intr_wakeup_handler' },
        steps: 'pi_wakeup_handler > kvm_vcpu_wake_up > __kvm_vcpu_wake_up',
      },
    ],
  },
  {
    id: 'halt',
    title: 'HLT puts the vCPU into the halted state',
    chains: [
      { at: ['v5.15'], steps: '__vmx_handle_exit > kvm_emulate_halt > kvm_vcpu_halt > __kvm_vcpu_halt' },
      {
        at: ['v6.12'],
        steps: `
          vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit > kvm_emulate_halt
            > kvm_emulate_halt_noskip > __kvm_emulate_halt
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > handle_exit: vt_handle_exit > vmx_handle_exit > __vmx_handle_exit > kvm_emulate_halt
            > kvm_emulate_halt_noskip > __kvm_emulate_halt
        `,
      },
    ],
  },
  {
    id: 'halt_fast',
    title: 'HLT on the fast path',
    chains: [
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          vmx_vcpu_run > vmx_exit_handlers_fastpath > handle_fastpath_hlt > kvm_emulate_halt
            > kvm_emulate_halt_noskip
        `,
      },
    ],
  },
  {
    id: 'block',
    title: 'The halted vCPU polls, then sleeps',
    chains: [
      { at: ['v5.15'], steps: 'kvm_arch_vcpu_ioctl_run > vcpu_run > vcpu_block > kvm_vcpu_block' },
      {
        at: ['v6.12', 'v6.18'],
        steps: 'kvm_arch_vcpu_ioctl_run > vcpu_run > vcpu_block > kvm_vcpu_halt > kvm_vcpu_block',
      },
    ],
  },
  {
    id: 'block_check',
    title: 'What ends the sleep',
    chains: [
      { at: ALL, steps: 'kvm_vcpu_block > kvm_vcpu_check_block > kvm_arch_vcpu_runnable > kvm_vcpu_has_events' },
    ],
  },
  {
    id: 'block_poll',
    title: 'Before sleeping the vCPU looks for a while',
    chains: [{ at: ['v6.12', 'v6.18'], steps: 'vcpu_block > kvm_vcpu_halt > kvm_vcpu_check_block' }],
  },
  {
    id: 'block_check_irq',
    title: 'An interrupt that can be taken ends the sleep',
    chains: [
      {
        at: ALL,
        steps: 'kvm_arch_vcpu_runnable > kvm_vcpu_has_events > kvm_cpu_has_interrupt > kvm_apic_has_interrupt',
      },
    ],
  },
  {
    id: 'wake_up',
    title: 'The sleeping thread is woken',
    chains: [
      { at: ['v5.15'], steps: 'kvm_vcpu_kick > kvm_vcpu_wake_up > rcuwait_wake_up' },
      { at: ['v6.12'], steps: 'kvm_vcpu_kick > kvm_vcpu_wake_up > __kvm_vcpu_wake_up > rcuwait_wake_up' },
      {
        at: ['v6.18'],
        steps: 'kvm_vcpu_kick > __kvm_vcpu_kick > kvm_vcpu_wake_up > __kvm_vcpu_wake_up > rcuwait_wake_up',
      },
    ],
  },
  {
    id: 'kick',
    title: 'A vCPU in guest mode is made to exit',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'kvm_vcpu_kick > kvm_arch_vcpu_should_kick > kvm_vcpu_exiting_guest_mode' },
      {
        at: ['v6.18'],
        steps: 'kvm_vcpu_kick > __kvm_vcpu_kick > kvm_arch_vcpu_should_kick > kvm_vcpu_exiting_guest_mode',
      },
    ],
  },
  {
    id: 'kick_ipi',
    title: 'The reschedule IPI',
    chains: [
      { at: ['v5.15'], steps: 'kvm_vcpu_kick > smp_send_reschedule' },
      { at: ['v6.12'], steps: 'kvm_vcpu_kick > smp_send_reschedule > arch_smp_send_reschedule' },
      { at: ['v6.18'], steps: 'kvm_vcpu_kick > __kvm_vcpu_kick > smp_send_reschedule > arch_smp_send_reschedule' },
    ],
  },
  {
    id: 'kick_all',
    title: 'A request to every vCPU, with or without waiting',
    chains: [
      { at: ['v5.15'], steps: 'kvm_make_all_cpus_request > kvm_make_all_cpus_request_except' },
      { at: ['v6.12', 'v6.18'], steps: 'kvm_make_all_cpus_request > kvm_make_vcpu_request' },
    ],
  },
  {
    id: 'kick_many',
    title: 'The vCPUs in guest mode get one function call IPI',
    chains: [{ at: ALL, steps: 'kvm_make_vcpus_request_mask > kvm_kick_many_cpus > smp_call_function_many' }],
  },
  {
    id: 'kick_all_many',
    title: 'A request to every vCPU kicks those in guest mode together',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_make_all_cpus_request > kvm_make_all_cpus_request_except > kvm_kick_many_cpus > smp_call_function_many
        `,
      },
      { at: ['v6.12', 'v6.18'], steps: 'kvm_make_all_cpus_request > kvm_kick_many_cpus > smp_call_function_many' },
    ],
  },
  {
    id: 'yield_pending',
    title: 'Directed yield looks for posted work',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_vcpu_on_spin > kvm_arch_dy_has_pending_interrupt
            > dy_apicv_has_pending_interrupt: pi_has_pending_interrupt
        `,
      },
    ],
  },
] as const satisfies readonly CallPathSpec[];
