/** Raising a line or sending a message: the call paths, a step a function. See path-types.ts for how a chain is read. */
import { KERNEL_VERSIONS as ALL } from '../functions.ts';
import type { CallPathSpec } from '../path-types.ts';

export const RAISE_PATHS = [
  {
    id: 'irq_line_ioapic_edge',
    title: 'KVM_IRQ_LINE raises an edge pin of the IOAPIC',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_set_ioapic_irq > kvm_ioapic_set_irq
            > ioapic_set_irq > ioapic_service > kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast
            > kvm_apic_set_irq > __apic_accept_irq > kvm_lapic_set_irr
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_set_ioapic_irq > kvm_ioapic_set_irq
            > ioapic_set_irq > ioapic_service > kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast
            > kvm_apic_set_irq > __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt > kvm_lapic_set_irr
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_ioapic_set_irq > ioapic_set_irq
            > ioapic_service > kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq
            > __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
            > kvm_lapic_set_irr
        `,
      },
    ],
  },
  {
    id: 'irq_line_ioapic_level',
    title: 'KVM_IRQ_LINE raises a level pin of the IOAPIC, delivery by walking the vCPUs',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_set_ioapic_irq > kvm_ioapic_set_irq
            > ioapic_set_irq > ioapic_service > kvm_irq_delivery_to_apic > kvm_apic_set_irq > __apic_accept_irq
            > kvm_lapic_set_irr
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_set_ioapic_irq > kvm_ioapic_set_irq
            > ioapic_set_irq > ioapic_service > kvm_irq_delivery_to_apic > kvm_apic_set_irq > __apic_accept_irq
            > deliver_interrupt: vmx_deliver_interrupt > kvm_lapic_set_irr
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_ioapic_set_irq > ioapic_set_irq
            > ioapic_service > kvm_irq_delivery_to_apic > kvm_apic_set_irq > __apic_accept_irq
            > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt > kvm_lapic_set_irr
        `,
      },
    ],
  },
  {
    id: 'irq_line_map_gsi',
    title: 'The GSI is looked up in the routing table',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > kvm_irq_map_gsi' }],
  },
  {
    id: 'irq_line_state_ioapic',
    title: 'The level of an IOAPIC pin is the OR over its sources',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_set_irq > set: kvm_set_ioapic_irq > kvm_ioapic_set_irq > __kvm_irq_line_state',
      },
      { at: ['v6.18'], steps: 'kvm_set_irq > set: kvm_ioapic_set_irq > __kvm_irq_line_state' },
    ],
  },
  {
    id: 'irq_line_state_pic',
    title: 'The level of a PIC pin is the OR over its sources',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'kvm_set_irq > set: kvm_set_pic_irq > kvm_pic_set_irq > __kvm_irq_line_state' },
      { at: ['v6.18'], steps: 'kvm_set_irq > set: kvm_pic_set_irq > __kvm_irq_line_state' },
    ],
  },
  {
    id: 'irq_line_edge_lazy_eoi',
    title: 'An edge pin under APICv forgets a finished interrupt first',
    chains: [{ at: ALL, steps: 'kvm_ioapic_set_irq > ioapic_set_irq > ioapic_lazy_update_eoi' }],
  },
  {
    id: 'irq_line_rtc_coalesced',
    title: 'The RTC pin is refused while an earlier tick waits for EOI',
    chains: [{ at: ALL, steps: 'kvm_ioapic_set_irq > ioapic_set_irq > rtc_irq_check_coalesced' }],
  },
  {
    id: 'irq_line_pic',
    title: 'KVM_IRQ_LINE raises a pin of the 8259 PIC',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_set_pic_irq > kvm_pic_set_irq
            > pic_set_irq1
        `,
      },
      {
        at: ['v6.18'],
        steps: 'kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_pic_set_irq > pic_set_irq1',
      },
    ],
  },
  {
    id: 'irq_line_pic_output',
    title: 'The PIC recomputes its output after a pin changed',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_set_irq > set: kvm_set_pic_irq > kvm_pic_set_irq > pic_update_irq > pic_irq_request',
      },
      { at: ['v6.18'], steps: 'kvm_set_irq > set: kvm_pic_set_irq > pic_update_irq > pic_irq_request' },
    ],
  },
  {
    id: 'irq_line_pic_priority',
    title: 'The PIC chooses its highest priority request',
    chains: [{ at: ALL, steps: 'kvm_pic_set_irq > pic_update_irq > pic_get_irq > get_priority' }],
  },
  {
    id: 'irq_line_pic_wake',
    title: 'The PIC wakes the vCPU that accepts its output',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: 'kvm_set_irq > set: kvm_set_pic_irq > kvm_pic_set_irq > pic_unlock > kvm_vcpu_kick',
      },
      { at: ['v6.18'], steps: 'kvm_set_irq > set: kvm_pic_set_irq > pic_unlock > kvm_vcpu_kick' },
    ],
  },
  {
    id: 'irq_line_pic_accept',
    title: 'Which vCPU listens to the PIC',
    chains: [{ at: ALL, steps: 'kvm_pic_set_irq > pic_unlock > kvm_apic_accept_pic_intr' }],
  },
  {
    id: 'signal_msi',
    title: 'KVM_SIGNAL_MSI delivers a message without a GSI',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_vm_ioctl > kvm_send_userspace_msi > kvm_set_msi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq > kvm_lapic_set_irr
        `,
      },
      {
        at: ['v6.12'],
        steps: `
          kvm_vm_ioctl > kvm_send_userspace_msi > kvm_set_msi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
            > deliver_interrupt: vmx_deliver_interrupt > kvm_lapic_set_irr
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_vm_ioctl > kvm_send_userspace_msi > kvm_set_msi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
            > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt > kvm_lapic_set_irr
        `,
      },
    ],
  },
  {
    id: 'signal_msi_decode',
    title: 'The MSI address and data become a local APIC message',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_send_userspace_msi > kvm_set_msi > kvm_msi_to_lapic_irq' }],
  },
  {
    id: 'signal_msi_invalid',
    title: 'A 32-bit MSI destination with high address bits is refused',
    chains: [{ at: ALL, steps: 'kvm_send_userspace_msi > kvm_set_msi > kvm_msi_route_invalid' }],
  },
  {
    id: 'irq_line_msi',
    title: 'KVM_IRQ_LINE on a GSI routed to an MSI',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_vm_ioctl > kvm_vm_ioctl_irq_line > kvm_set_irq > set: kvm_set_msi > kvm_irq_delivery_to_apic
            > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
        `,
      },
    ],
  },
  {
    id: 'irqfd_assign',
    title: 'KVM_IRQFD binds an eventfd to a GSI',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_irqfd > kvm_irqfd_assign' }],
  },
  {
    id: 'irqfd_assign_route',
    title: 'The new irqfd reads its route',
    chains: [
      { at: ['v5.15', 'v6.12'], steps: 'kvm_irqfd > kvm_irqfd_assign > irqfd_update > kvm_irq_map_gsi' },
      {
        at: ['v6.18'],
        start: { kind: 'argument', from: 'kvm_irqfd_assign', by: 'init_poll_funcptr' },
        steps: 'kvm_irqfd_register > irqfd_update > kvm_irq_map_gsi',
      },
    ],
  },
  {
    id: 'irqfd_msi_fast',
    title: 'An eventfd write injects an MSI right from the wake callback',
    chains: [
      {
        at: ['v5.15'],
        start: { kind: 'wait-queue', from: 'eventfd_write', by: 'wqh' },
        steps: `
          irqfd_wakeup > kvm_arch_set_irq_inatomic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq
            > __apic_accept_irq
        `,
      },
      {
        at: ['v6.12'],
        start: { kind: 'wait-queue', from: 'eventfd_write', by: 'wqh' },
        steps: `
          irqfd_wakeup > kvm_arch_set_irq_inatomic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq
            > __apic_accept_irq > deliver_interrupt: vmx_deliver_interrupt
        `,
      },
      {
        at: ['v6.18'],
        start: { kind: 'wait-queue', from: 'eventfd_write', by: 'wqh' },
        steps: `
          irqfd_wakeup > kvm_arch_set_irq_inatomic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq
            > __apic_accept_irq > deliver_interrupt: vt_deliver_interrupt > vmx_deliver_interrupt
        `,
      },
    ],
  },
  {
    id: 'irqfd_msi_fast_decode',
    title: 'The cached MSI route is decoded in atomic context',
    chains: [{ at: ALL, steps: 'irqfd_wakeup > kvm_arch_set_irq_inatomic > kvm_msi_to_lapic_irq' }],
  },
  {
    id: 'irqfd_slow',
    title: 'An eventfd write whose route cannot be handled atomically goes through a worker',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        start: { kind: 'work', from: 'irqfd_wakeup', by: 'inject' },
        steps: `
          irqfd_inject > kvm_set_irq > set: kvm_set_ioapic_irq > kvm_ioapic_set_irq > ioapic_set_irq
            > ioapic_service > kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq
            > __apic_accept_irq
        `,
      },
      {
        at: ['v6.18'],
        start: { kind: 'work', from: 'irqfd_wakeup', by: 'inject' },
        steps: `
          irqfd_inject > kvm_set_irq > set: kvm_ioapic_set_irq > ioapic_set_irq > ioapic_service
            > kvm_irq_delivery_to_apic > kvm_irq_delivery_to_apic_fast > kvm_apic_set_irq > __apic_accept_irq
        `,
      },
    ],
  },
  {
    id: 'irqfd_slow_pic',
    title: 'The worker pulses the PIC pin of the same GSI',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        start: { kind: 'work', from: 'irqfd_wakeup', by: 'inject' },
        steps: 'irqfd_inject > kvm_set_irq > set: kvm_set_pic_irq > kvm_pic_set_irq > pic_set_irq1',
      },
      {
        at: ['v6.18'],
        start: { kind: 'work', from: 'irqfd_wakeup', by: 'inject' },
        steps: 'irqfd_inject > kvm_set_irq > set: kvm_pic_set_irq > pic_set_irq1',
      },
    ],
  },
  {
    id: 'irqfd_resample_raise',
    title: 'A resampling irqfd asserts its line and leaves it asserted',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        start: { kind: 'work', from: 'irqfd_wakeup', by: 'inject' },
        steps: `
          irqfd_inject > kvm_set_irq > set: kvm_set_ioapic_irq > kvm_ioapic_set_irq > ioapic_set_irq
            > ioapic_service > kvm_irq_delivery_to_apic
        `,
      },
      {
        at: ['v6.18'],
        start: { kind: 'work', from: 'irqfd_wakeup', by: 'inject' },
        steps: `
          irqfd_inject > kvm_set_irq > set: kvm_ioapic_set_irq > ioapic_set_irq > ioapic_service
            > kvm_irq_delivery_to_apic
        `,
      },
    ],
  },
  {
    id: 'irqfd_resample_ack',
    title: 'EOI lowers the resampling line',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_ioapic_update_eoi > kvm_ioapic_update_eoi_one > kvm_notify_acked_irq > kvm_notify_acked_gsi
            > irq_acked: irqfd_resampler_ack > kvm_set_irq
        `,
      },
    ],
  },
  {
    id: 'irqfd_resample_notify',
    title: 'EOI signals the resample eventfd',
    chains: [
      {
        at: ['v5.15'],
        steps: `
          kvm_ioapic_update_eoi_one > kvm_notify_acked_irq > kvm_notify_acked_gsi > irq_acked: irqfd_resampler_ack
            > eventfd_signal
        `,
      },
      {
        at: ['v6.12', 'v6.18'],
        steps: `
          kvm_ioapic_update_eoi_one > kvm_notify_acked_irq > kvm_notify_acked_gsi > irq_acked: irqfd_resampler_ack
            > irqfd_resampler_notify > eventfd_signal
        `,
      },
    ],
  },
  {
    id: 'irqfd_shutdown',
    title: 'A resampling irqfd lowers its line as it goes',
    chains: [
      {
        at: ALL,
        start: { kind: 'work', from: 'irqfd_deactivate', by: 'shutdown' },
        steps: 'irqfd_shutdown > irqfd_resampler_shutdown > kvm_set_irq',
      },
    ],
  },
  {
    id: 'irqfd_deassign',
    title: 'KVM_IRQFD takes an eventfd off its GSI',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_irqfd > kvm_irqfd_deassign > irqfd_deactivate' }],
  },
  {
    id: 'set_gsi_routing',
    title: 'KVM_SET_GSI_ROUTING replaces the whole table',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_set_irq_routing > setup_routing_entry > kvm_set_routing_entry' }],
  },
  {
    id: 'set_gsi_routing_irqfd',
    title: 'Every irqfd re-reads its route',
    chains: [{ at: ALL, steps: 'kvm_set_irq_routing > kvm_irq_routing_update > irqfd_update > kvm_irq_map_gsi' }],
  },
  {
    id: 'set_gsi_routing_scan',
    title: 'A split irqchip rescans which EOIs must exit',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        steps: `
          kvm_set_irq_routing > kvm_arch_post_irq_routing_update > kvm_make_scan_ioapic_request
            > kvm_make_all_cpus_request
        `,
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_set_irq_routing > kvm_arch_irq_routing_update > kvm_make_scan_ioapic_request
            > kvm_make_all_cpus_request
        `,
      },
    ],
  },
  {
    id: 'set_gsi_routing_irte',
    title: 'A changed MSI route of a bypassed interrupt updates its IRTE',
    chains: [
      {
        at: ['v5.15'],
        steps: 'kvm_irq_routing_update > kvm_arch_update_irqfd_routing > update_pi_irte: vmx_pi_update_irte',
      },
      {
        at: ['v6.12'],
        steps: 'kvm_irq_routing_update > kvm_arch_update_irqfd_routing > pi_update_irte: vmx_pi_update_irte',
      },
      {
        at: ['v6.18'],
        steps: `
          kvm_irq_routing_update > kvm_arch_update_irqfd_routing > kvm_pi_update_irte
            > pi_update_irte: vmx_pi_update_irte
        `,
      },
    ],
  },
  {
    id: 'default_routing',
    title: 'KVM_CREATE_IRQCHIP installs the default routes',
    chains: [
      {
        at: ALL,
        steps: `
          kvm_arch_vm_ioctl > kvm_setup_default_ioapic_and_pic_routing > kvm_set_irq_routing > setup_routing_entry
        `,
      },
    ],
  },
  {
    id: 'create_irqchip_pic',
    title: 'KVM_CREATE_IRQCHIP makes the PIC and registers its ports',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_arch_vm_ioctl > kvm_pic_init > kvm_io_bus_register_dev' }],
  },
  {
    id: 'create_irqchip_ioapic',
    title: 'KVM_CREATE_IRQCHIP makes the IOAPIC and registers its page',
    chains: [{ at: ALL, steps: 'kvm_vm_ioctl > kvm_arch_vm_ioctl > kvm_ioapic_init > kvm_io_bus_register_dev' }],
  },
  {
    id: 'split_irqchip',
    title: 'KVM_CAP_SPLIT_IRQCHIP leaves PIC and IOAPIC to userspace',
    chains: [{ at: ['v5.15'], steps: 'kvm_vm_ioctl_enable_cap > kvm_setup_empty_irq_routing > kvm_set_irq_routing' }],
  },
  {
    id: 'pit_tick',
    title: 'The i8254 channel raises GSI 0',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        start: { kind: 'kthread-work', from: 'pit_timer_fn', by: 'expired' },
        steps: `
          pit_do_work > kvm_set_irq > set: kvm_set_ioapic_irq > kvm_ioapic_set_irq > ioapic_set_irq
            > ioapic_service > kvm_irq_delivery_to_apic
        `,
      },
      {
        at: ['v6.18'],
        start: { kind: 'kthread-work', from: 'pit_timer_fn', by: 'expired' },
        steps: `
          pit_do_work > kvm_set_irq > set: kvm_ioapic_set_irq > ioapic_set_irq > ioapic_service
            > kvm_irq_delivery_to_apic
        `,
      },
    ],
  },
  {
    id: 'pit_tick_pic',
    title: 'The i8254 channel raises the PIC pin too',
    chains: [
      {
        at: ['v5.15', 'v6.12'],
        start: { kind: 'kthread-work', from: 'pit_timer_fn', by: 'expired' },
        steps: 'pit_do_work > kvm_set_irq > set: kvm_set_pic_irq > kvm_pic_set_irq > pic_set_irq1',
      },
      {
        at: ['v6.18'],
        start: { kind: 'kthread-work', from: 'pit_timer_fn', by: 'expired' },
        steps: 'pit_do_work > kvm_set_irq > set: kvm_pic_set_irq > pic_set_irq1',
      },
    ],
  },
  {
    id: 'pit_nmi_watchdog',
    title: 'The PIT drives LVT0 in NMI mode',
    chains: [
      {
        at: ALL,
        start: { kind: 'kthread-work', from: 'pit_timer_fn', by: 'expired' },
        steps: 'pit_do_work > kvm_apic_nmi_wd_deliver > kvm_apic_local_deliver > __apic_accept_irq > kvm_inject_nmi',
      },
    ],
  },
  {
    id: 'pit_timer',
    title: 'The i8254 timer fires and queues its work',
    chains: [
      {
        at: ALL,
        start: { kind: 'hrtimer', from: 'create_pit_timer', by: 'timer' },
        steps: 'pit_timer_fn > kthread_queue_work',
      },
    ],
  },
  {
    id: 'pit_program',
    title: 'The guest programs the i8254',
    chains: [
      {
        at: ALL,
        steps: 'kvm_iodevice_write > write: pit_ioport_write > pit_load_count > create_pit_timer > hrtimer_start',
      },
    ],
  },
  {
    id: 'pit_ack',
    title: 'EOI of GSI 0 lets the next tick go',
    chains: [
      {
        at: ALL,
        steps: 'kvm_notify_acked_irq > kvm_notify_acked_gsi > irq_acked: kvm_pit_ack_irq > kthread_queue_work',
      },
    ],
  },
  {
    id: 'pit_unmask',
    title: 'Unmasking GSI 0 forgets ticks that piled up',
    chains: [
      {
        at: ALL,
        steps: `
          ioapic_mmio_write > ioapic_write_indirect > kvm_fire_mask_notifiers > func: pit_mask_notifier
            > kvm_pit_reset_reinject
        `,
      },
    ],
  },
] as const satisfies readonly CallPathSpec[];
