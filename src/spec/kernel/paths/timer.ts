/** Timers of the local APIC: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const TIMER_PATHS = [
  {
    id: 'lapic_timer_program',
    title: 'TMICT starts the timer',
    chains: [
      {
        at: ALL,
        steps: 'apic_mmio_write > kvm_lapic_reg_write > start_apic_timer > __start_apic_timer > restart_apic_timer',
      },
    ],
  },
  {
    id: 'lapic_timer_period',
    title: 'The period is computed from TMICT and TDCR',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_lapic_reg_write > start_apic_timer > __start_apic_timer > set_target_expiration
            > limit_periodic_timer_frequency
        `,
      },
    ],
  },
  {
    id: 'lapic_timer_divide',
    title: 'TDCR rescales a running timer',
    chains: [{ at: ALL, steps: 'kvm_lapic_reg_write > update_target_expiration > limit_periodic_timer_frequency' }],
  },
  {
    id: 'lapic_timer_divide_restart',
    title: 'A running timer goes on with the new divider',
    chains: [{ at: ALL, steps: 'kvm_lapic_reg_write > restart_apic_timer' }],
  },
  {
    id: 'lapic_timer_restore',
    title: 'KVM_SET_LAPIC starts the timer with the count that was left',
    chains: [
      { at: ALL, steps: 'kvm_vcpu_ioctl_set_lapic > kvm_apic_set_state > __start_apic_timer > restart_apic_timer' },
    ],
  },
  {
    id: 'lapic_timer_mode',
    title: 'LVTT changes the mode',
    chains: [{ at: ALL, steps: 'kvm_lapic_reg_write > apic_update_lvtt > cancel_apic_timer' }],
  },
  {
    id: 'lapic_timer_sw_periodic',
    title: 'One-shot and periodic mode on a host timer',
    chains: [{ at: ALL, steps: 'restart_apic_timer > start_sw_timer > start_sw_period > hrtimer_start' }],
  },
  {
    id: 'lapic_timer_sw_deadline',
    title: 'TSC-deadline mode on a host timer',
    chains: [{ at: ALL, steps: 'restart_apic_timer > start_sw_timer > start_sw_tscdeadline > hrtimer_start' }],
  },
  {
    id: 'lapic_timer_hv',
    title: 'The VMX preemption timer is armed',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'restart_apic_timer > start_hv_timer > set_hv_timer: vmx_set_hv_timer' },
      {
        at: ['v6.18'],
        steps: 'restart_apic_timer > start_hv_timer > set_hv_timer: vt_set_hv_timer > vmx_set_hv_timer',
      },
    ],
  },
  {
    id: 'lapic_timer_hv_entry',
    title: 'The preemption timer is written before entry',
    chains: [{ at: ALL, steps: 'vmx_vcpu_run > vmx_update_hv_timer' }],
  },
  {
    id: 'lapic_timer_hv_fire',
    title: 'The preemption timer exits and the timer expires without leaving the run loop',
    chains: [
      {
        at: ALL,
        steps: `
          vmx_vcpu_run > vmx_exit_handlers_fastpath > handle_fastpath_preemption_timer > kvm_lapic_expired_hv_timer
            > apic_timer_expired > kvm_apic_inject_pending_timer_irqs
        `,
      },
    ],
  },
  {
    id: 'lapic_timer_hv_fire_slow',
    title: 'The preemption timer exit on the slow path',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          vmx_handle_exit > __vmx_handle_exit > handle_preemption_timer > handle_fastpath_preemption_timer
            > kvm_lapic_expired_hv_timer > apic_timer_expired
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          vmx_handle_exit > __vmx_handle_exit > handle_preemption_timer > kvm_lapic_expired_hv_timer
            > apic_timer_expired
        `,
      },
    ],
  },
  {
    id: 'lapic_timer_deadline_msr',
    title: 'WRMSR of the TSC deadline',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_set_msr_common > kvm_set_lapic_tscdeadline_msr > start_apic_timer > __start_apic_timer
            > restart_apic_timer
        `,
      },
    ],
  },
  {
    id: 'lapic_timer_deadline_fast',
    title: 'WRMSR of the TSC deadline on the fast path',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          vmx_exit_handlers_fastpath > handle_fastpath_set_msr_irqoff > handle_fastpath_set_tscdeadline
            > kvm_set_lapic_tscdeadline_msr
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vmx_exit_handlers_fastpath > handle_fastpath_wrmsr > __handle_fastpath_wrmsr
            > kvm_set_lapic_tscdeadline_msr
        `,
      },
    ],
  },
  {
    id: 'lapic_timer_expire',
    title: 'The host timer fires',
    chains: [
      {
        at: ALL,
        start: { kind: 'hrtimer', from: 'start_sw_period', by: 'timer' },
        steps: 'apic_timer_fn > apic_timer_expired > kvm_vcpu_kick',
      },
    ],
  },
  {
    id: 'lapic_timer_expire_deadline',
    title: 'The host timer of a TSC deadline fires',
    chains: [
      {
        at: ALL,
        start: { kind: 'hrtimer', from: 'start_sw_tscdeadline', by: 'timer' },
        steps: 'apic_timer_fn > apic_timer_expired > kvm_make_request',
      },
    ],
  },
  {
    id: 'lapic_timer_expire_posted',
    title: 'The host timer posts the interrupt itself',
    chains: [
      {
        at: ALL,
        start: { kind: 'hrtimer', from: 'start_sw_period', by: 'timer' },
        steps: `
          apic_timer_fn > apic_timer_expired > kvm_apic_inject_pending_timer_irqs > kvm_apic_local_deliver
            > __apic_accept_irq
        `,
      },
    ],
  },
  {
    id: 'lapic_timer_periodic',
    title: 'A periodic timer moves on',
    chains: [
      {
        at: ALL,
        start: { kind: 'hrtimer', from: 'start_sw_period', by: 'timer' },
        steps: 'apic_timer_fn > advance_periodic_target_expiration',
      },
    ],
  },
  {
    id: 'lapic_timer_inject',
    title: 'The run loop turns the expiry into an interrupt',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          vcpu_run > kvm_inject_pending_timer_irqs > kvm_inject_apic_timer_irqs
            > kvm_apic_inject_pending_timer_irqs > kvm_apic_local_deliver > __apic_accept_irq
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          vcpu_run > kvm_inject_pending_timer_irqs > kvm_inject_apic_timer_irqs
            > kvm_apic_inject_pending_timer_irqs > kvm_apic_local_deliver > __apic_accept_irq
            > deliver_interrupt: vmx_deliver_interrupt
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_run > kvm_inject_pending_timer_irqs > kvm_inject_apic_timer_irqs
            > kvm_apic_inject_pending_timer_irqs > kvm_apic_local_deliver > __apic_accept_irq
            > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
        `,
      },
    ],
  },
  {
    id: 'lapic_timer_pending',
    title: 'The run loop asks whether a timer is pending',
    chains: [{ at: ALL, steps: 'vcpu_run > kvm_cpu_has_pending_timer > apic_has_pending_timer' }],
  },
  {
    id: 'lapic_timer_advance',
    title: 'The early timer is waited for right before entry',
    chains: [
      { at: ALL, steps: 'vmx_vcpu_run > kvm_wait_lapic_expire > __kvm_wait_lapic_expire > __wait_lapic_expire' },
    ],
  },
  {
    id: 'lapic_timer_block',
    title: 'Before sleeping the preemption timer becomes a host timer',
    chains: [
      { at: ['v5.15'], steps: 'kvm_lapic_switch_to_sw_timer > start_sw_timer' },
      { at: ['v6.12', 'v6.18'], steps: 'vcpu_run > vcpu_block > kvm_lapic_switch_to_sw_timer > start_sw_timer' },
    ],
  },
  {
    id: 'lapic_timer_unblock',
    title: 'After sleeping it becomes a preemption timer again',
    chains: [
      { at: ['v5.15'], steps: 'kvm_lapic_switch_to_hv_timer > restart_apic_timer' },
      { at: ['v6.12', 'v6.18'], steps: 'vcpu_run > vcpu_block > kvm_lapic_switch_to_hv_timer > restart_apic_timer' },
    ],
  },
  {
    id: 'lapic_timer_migrate',
    title: 'A vCPU that moved takes its host timer along',
    chains: [{ at: ALL, steps: 'vcpu_enter_guest > __kvm_migrate_timers > __kvm_migrate_apic_timer' }],
  },
  {
    id: 'tmcct_read',
    title: 'The remaining count is computed from the deadline',
    chains: [{ at: ALL, steps: 'kvm_lapic_reg_read > __apic_read > apic_get_tmcct' }],
  },
] as const satisfies readonly CallPathSpec[];
