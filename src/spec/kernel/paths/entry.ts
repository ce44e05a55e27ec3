/** The run loop and VM-entry injection: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const ENTRY_PATHS = [
  {
    id: 'run_loop',
    title: 'KVM_RUN enters the guest again and again',
    chains: [{ at: ALL, steps: 'kvm_vcpu_ioctl > kvm_arch_vcpu_ioctl_run > vcpu_run > vcpu_enter_guest' }],
  },
  {
    id: 'vm_entry',
    title: 'The entry itself',
    chains: [
      { at: ['v5.15'], steps: 'vcpu_enter_guest > run: vmx_vcpu_run > vmx_vcpu_enter_exit' },
      { at: ['v6.12'], steps: 'vcpu_enter_guest > vcpu_run: vmx_vcpu_run > vmx_vcpu_enter_exit' },
      { at: ['v6.18'], steps: 'vcpu_enter_guest > vcpu_run: vt_vcpu_run > vmx_vcpu_run > vmx_vcpu_enter_exit' },
    ],
  },
  {
    id: 'vm_exit',
    title: 'The exit is dispatched',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit' },
      { at: ['v6.18'], steps: 'vcpu_enter_guest > handle_exit: vt_handle_exit > vmx_handle_exit > __vmx_handle_exit' },
    ],
  },
  {
    id: 'vm_exit_host_irq',
    title: 'A host interrupt that caused the exit runs first',
    chains: [
      {
        at: ALL,
        steps: 'vcpu_enter_guest > handle_exit_irqoff: vmx_handle_exit_irqoff > handle_external_interrupt_irqoff',
      },
    ],
  },
  {
    id: 'vm_exit_external',
    title: 'EXTERNAL_INTERRUPT has nothing left to do',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit > handle_external_interrupt',
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > handle_exit: vt_handle_exit > vmx_handle_exit > __vmx_handle_exit
            > handle_external_interrupt
        `,
      },
    ],
  },
  {
    id: 'entry_exit_request',
    title: 'The last look at requests before entry',
    chains: [{ at: ALL, steps: 'vcpu_enter_guest > kvm_vcpu_exit_request' }],
  },
  {
    id: 'inject_irq',
    title: 'A vector is found, acknowledged, queued and put into the entry event',
    chains: [
      { at: ['v5.15'], steps: 'vcpu_enter_guest > kvm_check_and_inject_events > set_irq: vmx_inject_irq' },
      { at: ['v6.12'], steps: 'vcpu_enter_guest > kvm_check_and_inject_events > inject_irq: vmx_inject_irq' },
      {
        at: ['v6.18'],
        steps: 'vcpu_enter_guest > kvm_check_and_inject_events > inject_irq: vt_inject_irq > vmx_inject_irq',
      },
    ],
  },
  {
    id: 'inject_irq_find',
    title: 'Is there an injectable interrupt',
    chains: [
      {
        at: ALL,
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > kvm_cpu_has_injectable_intr > kvm_apic_has_interrupt
            > apic_has_interrupt_for_ppr
        `,
      },
    ],
  },
  {
    id: 'inject_irq_allowed',
    title: 'May it be injected now',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > interrupt_allowed: vmx_interrupt_allowed
            > vmx_interrupt_blocked
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > interrupt_allowed: vt_interrupt_allowed
            > vmx_interrupt_allowed > vmx_interrupt_blocked
        `,
      },
    ],
  },
  {
    id: 'inject_irq_ack',
    title: 'The vector moves from IRR to ISR',
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_check_and_inject_events > kvm_cpu_get_interrupt > kvm_get_apic_interrupt > apic_set_isr',
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > kvm_cpu_get_interrupt > kvm_apic_ack_interrupt
            > apic_set_isr
        `,
      },
    ],
  },
  {
    id: 'inject_irq_clear_irr',
    title: 'The IRR bit is cleared',
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_check_and_inject_events > kvm_cpu_get_interrupt > kvm_get_apic_interrupt > apic_clear_irr',
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: 'kvm_check_and_inject_events > kvm_cpu_get_interrupt > kvm_apic_ack_interrupt > apic_clear_irr',
      },
    ],
  },
  {
    id: 'inject_irq_ppr',
    title: 'The processor priority follows',
    chains: [
      { at: ['v5.15'], steps: 'kvm_cpu_get_interrupt > kvm_get_apic_interrupt > apic_update_ppr > __apic_update_ppr' },
      {
        at: ['v6.12', 'v6.18'],
        steps: 'kvm_cpu_get_interrupt > kvm_apic_ack_interrupt > apic_update_ppr > __apic_update_ppr',
      },
    ],
  },
  {
    id: 'inject_irq_queue',
    title: 'The vector is queued for entry',
    chains: [{ at: ALL, steps: 'vcpu_enter_guest > kvm_check_and_inject_events > kvm_queue_interrupt' }],
  },
  {
    id: 'inject_nmi',
    title: 'An NMI is put into the entry event',
    chains: [
      { at: ['v5.15'], steps: 'vcpu_enter_guest > kvm_check_and_inject_events > set_nmi: vmx_inject_nmi' },
      { at: ['v6.12'], steps: 'vcpu_enter_guest > kvm_check_and_inject_events > inject_nmi: vmx_inject_nmi' },
      {
        at: ['v6.18'],
        steps: 'vcpu_enter_guest > kvm_check_and_inject_events > inject_nmi: vt_inject_nmi > vmx_inject_nmi',
      },
    ],
  },
  {
    id: 'inject_nmi_allowed',
    title: 'May an NMI be injected now',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'vcpu_enter_guest > kvm_check_and_inject_events > nmi_allowed: vmx_nmi_allowed > vmx_nmi_blocked',
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > nmi_allowed: vt_nmi_allowed > vmx_nmi_allowed
            > vmx_nmi_blocked
        `,
      },
    ],
  },
  {
    id: 'inject_exception',
    title: 'An exception is put into the entry event',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > kvm_inject_exception
            > queue_exception: vmx_inject_exception
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > kvm_inject_exception
            > inject_exception: vmx_inject_exception
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > kvm_inject_exception
            > inject_exception: vt_inject_exception > vmx_inject_exception
        `,
      },
    ],
  },
  {
    id: 'inject_nested',
    title: "The guest's own guest: a nested exit goes first",
    chains: [{ at: ALL, steps: 'vcpu_enter_guest > kvm_check_and_inject_events > kvm_check_nested_events' }],
  },
  {
    id: 'extint',
    title: "The PIC's output is what is injectable",
    chains: [
      {
        at: ALL,
        steps: `
          kvm_check_and_inject_events > kvm_cpu_has_injectable_intr > kvm_cpu_has_extint > kvm_apic_accept_pic_intr
        `,
      },
    ],
  },
  {
    id: 'pic_inta',
    title: 'The vector is fetched from the PIC',
    chains: [
      {
        at: ALL,
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > kvm_cpu_get_interrupt > kvm_cpu_get_extint
            > kvm_pic_read_irq > pic_intack
        `,
      },
    ],
  },
  {
    id: 'pic_inta_update',
    title: "The PIC's output is recomputed after the acknowledge",
    chains: [{ at: ALL, steps: 'kvm_cpu_get_extint > kvm_pic_read_irq > pic_update_irq > pic_irq_request' }],
  },
  {
    id: 'extint_split',
    title: 'Split irqchip: userspace hands the vector over with KVM_INTERRUPT',
    chains: [{ at: ALL, steps: 'kvm_arch_vcpu_ioctl > kvm_vcpu_ioctl_interrupt > kvm_make_request' }],
  },
  {
    id: 'extint_split_queue',
    title: 'No irqchip in the kernel: the vector is queued at once',
    chains: [{ at: ALL, steps: 'kvm_arch_vcpu_ioctl > kvm_vcpu_ioctl_interrupt > kvm_queue_interrupt' }],
  },
  {
    id: 'irq_window',
    title: 'One exit as soon as the guest can take an interrupt',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'vcpu_enter_guest > kvm_check_and_inject_events > enable_irq_window: vmx_enable_irq_window',
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > enable_irq_window: vt_enable_irq_window
            > vmx_enable_irq_window
        `,
      },
    ],
  },
  {
    id: 'irq_window_exit',
    title: 'INTERRUPT_WINDOW: the window is closed and events are looked at again',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          vcpu_enter_guest > handle_exit: vmx_handle_exit > __vmx_handle_exit > handle_interrupt_window
            > kvm_make_request
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > handle_exit: vt_handle_exit > vmx_handle_exit > __vmx_handle_exit
            > handle_interrupt_window > kvm_make_request
        `,
      },
    ],
  },
  {
    id: 'irq_window_userspace',
    title: 'The window userspace asked for',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'vcpu_enter_guest > enable_irq_window: vmx_enable_irq_window' },
      { at: ['v6.18'], steps: 'vcpu_enter_guest > enable_irq_window: vt_enable_irq_window > vmx_enable_irq_window' },
    ],
  },
  {
    id: 'irq_window_open',
    title: 'Userspace is told that the window is open',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          kvm_arch_vcpu_ioctl_run > post_kvm_run_save > kvm_vcpu_ready_for_interrupt_injection
            > kvm_arch_interrupt_allowed > interrupt_allowed: vmx_interrupt_allowed
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_arch_vcpu_ioctl_run > post_kvm_run_save > kvm_vcpu_ready_for_interrupt_injection
            > kvm_arch_interrupt_allowed > interrupt_allowed: vt_interrupt_allowed > vmx_interrupt_allowed
        `,
      },
    ],
  },
  {
    id: 'nmi_window',
    title: 'One exit as soon as the guest can take an NMI',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'vcpu_enter_guest > kvm_check_and_inject_events > enable_nmi_window: vmx_enable_nmi_window',
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > kvm_check_and_inject_events > enable_nmi_window: vt_enable_nmi_window
            > vmx_enable_nmi_window
        `,
      },
    ],
  },
  {
    id: 'nmi_window_fallback',
    title: 'Without virtual NMIs an interrupt window stands in',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_check_and_inject_events > enable_nmi_window: vmx_enable_nmi_window > vmx_enable_irq_window',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_check_and_inject_events > enable_nmi_window: vt_enable_nmi_window > vmx_enable_nmi_window
            > vmx_enable_irq_window
        `,
      },
    ],
  },
  {
    id: 'nmi_window_exit',
    title: 'NMI_WINDOW',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_NMI_WINDOW' },
        steps: 'handle_nmi_window > kvm_make_request',
      },
    ],
  },
  {
    id: 'cancel_injection',
    title: 'An entry that does not happen gives its event back',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          vcpu_enter_guest > cancel_injection: vmx_cancel_injection > __vmx_complete_interrupts
            > kvm_queue_interrupt
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > cancel_injection: vt_cancel_injection > vmx_cancel_injection
            > __vmx_complete_interrupts > kvm_queue_interrupt
        `,
      },
    ],
  },
  {
    id: 'idt_vectoring',
    title: 'An event that was on its way when the exit came is queued again',
    chains: [
      { at: ALL, steps: 'vmx_vcpu_run > vmx_complete_interrupts > __vmx_complete_interrupts > kvm_queue_interrupt' },
    ],
  },
  {
    id: 'idt_vectoring_nmi',
    title: 'An NMI on its way: the mask is lifted again',
    chains: [
      { at: ALL, steps: 'vmx_vcpu_run > vmx_complete_interrupts > __vmx_complete_interrupts > vmx_set_nmi_mask' },
    ],
  },
  {
    id: 'nmi_blocking_recovery',
    title: 'An exit on IRET keeps NMIs blocked',
    chains: [{ at: ALL, steps: 'vmx_vcpu_run > vmx_recover_nmi_blocking' }],
  },
  {
    id: 'tpr_threshold',
    title: 'The threshold at which a lower TPR exits',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          vcpu_enter_guest > update_cr8_intercept > update_cr8_intercept: vmx_update_cr8_intercept > vmcs_write32
        `,
      },
      { at: ['v6.12'], steps: 'vmx_update_cr8_intercept > vmcs_write32' },
      {
        at: ['v6.18'],
        steps: `
          vcpu_enter_guest > update_cr8_intercept > update_cr8_intercept: vt_update_cr8_intercept
            > vmx_update_cr8_intercept > vmcs_write32
        `,
      },
    ],
  },
  {
    id: 'tpr_below_threshold',
    title: 'TPR_BELOW_THRESHOLD: priorities are looked at again',
    chains: [
      {
        at: ALL,
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_TPR_BELOW_THRESHOLD' },
        steps: 'handle_tpr_below_threshold > kvm_apic_update_ppr > apic_update_ppr > __apic_update_ppr',
      },
    ],
  },
  {
    id: 'cr8_write',
    title: 'MOV to CR8 is a write to the task priority',
    chains: [
      {
        at: ['v5.15', 'v6.18'],
        start: { kind: 'exit-table', from: '__vmx_handle_exit', by: 'EXIT_REASON_CR_ACCESS' },
        steps: 'handle_cr > kvm_set_cr8 > kvm_lapic_set_tpr > apic_set_tpr > apic_update_ppr',
      },
      { at: ['v6.12'], steps: 'kvm_lapic_set_tpr > apic_set_tpr > apic_update_ppr' },
    ],
  },
  {
    id: 'interrupt_shadow',
    title: 'An emulated STI or MOV SS blocks one instruction',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'x86_emulate_instruction > toggle_interruptibility > set_interrupt_shadow: vmx_set_interrupt_shadow',
      },
      {
        at: ['v6.18'],
        steps: `
          x86_emulate_instruction > toggle_interruptibility > set_interrupt_shadow: vt_set_interrupt_shadow
            > vmx_set_interrupt_shadow
        `,
      },
    ],
  },
  {
    id: 'interrupt_shadow_read',
    title: 'The emulator asks for the shadow',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'x86_emulate_instruction > toggle_interruptibility > get_interrupt_shadow: vmx_get_interrupt_shadow',
      },
      {
        at: ['v6.18'],
        steps: `
          x86_emulate_instruction > toggle_interruptibility > get_interrupt_shadow: vt_get_interrupt_shadow
            > vmx_get_interrupt_shadow
        `,
      },
    ],
  },
  {
    id: 'skip_instruction',
    title: 'RIP moves on and the shadow ends',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_skip_emulated_instruction > skip_emulated_instruction: vmx_skip_emulated_instruction
            > skip_emulated_instruction > vmx_set_interrupt_shadow
        `,
      },
    ],
  },
  {
    id: 'patch_hypercall',
    title: "The other vendor's hypercall instruction is patched",
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        start: { kind: 'opcode-table', from: 'x86_emulate_insn', by: 'execute' },
        steps: 'em_hypercall > fix_hypercall: emulator_fix_hypercall > patch_hypercall: vmx_patch_hypercall',
      },
      {
        at: ['v6.18'],
        start: { kind: 'opcode-table', from: 'x86_emulate_insn', by: 'execute' },
        steps: `
          em_hypercall > fix_hypercall: emulator_fix_hypercall > patch_hypercall: vt_patch_hypercall
            > vmx_patch_hypercall
        `,
      },
    ],
  },
] as const satisfies readonly CallPathSpec[];
