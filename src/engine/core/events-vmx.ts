/**
 * Events of the half of the way that needs the processor's help: the vCPU run loop with its VMCS fields, the host's CPUs,
 * APICv and posted interrupts, IPI virtualization, VT-d, AVIC and PV EOI. Part of the one table in events.ts, codes
 * 200 to 330. `fn: null` is what the processor or the IOMMU does by itself: no KVM code runs, and no tracepoint tells.
 */
import type { EventSpec } from './events.ts';

export const VMX_EVENTS = {
  // -- the model host: which vCPU is on which physical CPU, and what reaches that CPU
  vcpu_load: { code: 200, by: 'vcpu', fn: 'kvm_arch_vcpu_load', args: ['pcpu', 'from'] },
  vcpu_put: { code: 201, by: 'vcpu', fn: 'kvm_arch_vcpu_put', args: ['pcpu', 'preempted', 'blocking'] },
  vcpu_block: { code: 202, by: 'vcpu', fn: 'kvm_vcpu_block', args: [] },
  vcpu_wakeup: { code: 203, by: 'vcpu', fn: 'kvm_vcpu_wake_up', args: ['wasBlocking'] },
  reschedule_ipi: {
    code: 204,
    by: 'pcpu',
    fn: 'smp_send_reschedule',
    args: ['vcpu', 'vector'],
    fnBy: { arg: 1, fns: { 251: 'smp_call_function_many', 252: 'smp_call_function_many' } },
  },
  pi_notification: { code: 205, by: 'pcpu', fn: 'kvm_vcpu_trigger_posted_interrupt', args: ['vcpu', 'vector'] },
  /** why: 0 the vCPU is not in guest mode, 1 it is the one running this very code. */
  pi_no_notification: { code: 206, by: 'vcpu', fn: 'kvm_vcpu_trigger_posted_interrupt', args: ['why'] },
  pi_ipi_ignored: { code: 207, by: 'pcpu', fn: 'sysvec_kvm_posted_intr_ipi', args: [] },
  pi_wakeup_handler: { code: 208, by: 'pcpu', fn: 'pi_wakeup_handler', args: ['listed'] },

  // -- vcpu_enter_guest
  vcpu_enter_guest: { code: 210, by: 'vcpu', fn: 'vcpu_enter_guest', args: ['requests'] },
  request_served: { code: 211, by: 'vcpu', fn: 'vcpu_enter_guest', args: ['request'], minor: true },
  inject_events: {
    code: 212,
    by: 'vcpu',
    fn: 'kvm_check_and_inject_events',
    args: ['nmiPending', 'queued', 'canInject'],
    minor: true,
  },
  /** why: 0 a request is pending, 1 it was kicked on the way in. */
  exit_request: { code: 213, by: 'vcpu', fn: 'kvm_vcpu_exit_request', args: ['why', 'requests'] },
  cancel_injection: { code: 214, by: 'vcpu', fn: 'vmx_cancel_injection', args: ['info'] },
  kvm_entry: { code: 215, by: 'vcpu', fn: 'vmx_vcpu_run', trace: 'kvm_entry', args: ['intrInfo', 'rvi', 'svi'] },
  kvm_exit: {
    code: 216,
    by: 'vcpu',
    fn: 'vmx_vcpu_run',
    trace: 'kvm_exit',
    args: ['reason', 'qualification', 'idtVectoring'],
  },
  irq_window_request: { code: 218, by: 'vmcs', fn: 'vmx_enable_irq_window', args: [] },
  nmi_window_request: { code: 219, by: 'vmcs', fn: 'vmx_enable_nmi_window', args: ['irqWindow'] },
  irq_window_open: { code: 220, by: 'vcpu', fn: 'handle_interrupt_window', args: [] },
  nmi_window_open: { code: 221, by: 'vcpu', fn: 'handle_nmi_window', args: [] },
  tpr_threshold: { code: 222, by: 'vmcs', fn: 'vmx_update_cr8_intercept', args: ['threshold', 'tpr', 'irr'] },
  tpr_below_threshold: { code: 223, by: 'vcpu', fn: 'handle_tpr_below_threshold', args: ['tpr', 'threshold'] },
  complete_interrupts: { code: 224, by: 'vcpu', fn: '__vmx_complete_interrupts', args: ['info'] },
  external_interrupt: { code: 225, by: 'vcpu', fn: 'handle_external_interrupt_irqoff', args: ['vector'] },
  immediate_exit: { code: 226, by: 'vcpu', fn: 'vcpu_enter_guest', args: [] },
  /** type: 0 external interrupt, 2 NMI. */
  event_delivery: { code: 227, by: 'vcpu', fn: null, args: ['vector', 'type'] },

  // -- APICv and posted interrupts
  pir_set: { code: 240, by: 'piDesc', fn: 'pi_test_and_set_pir', args: ['vector', 'already'] },
  on_set: { code: 241, by: 'piDesc', fn: 'pi_test_and_set_on', args: ['already'] },
  kvm_apicv_accept_irq: {
    code: 242,
    by: 'lapic',
    fn: 'vmx_deliver_interrupt',
    trace: 'kvm_apicv_accept_irq',
    args: ['vector'],
    minor: true,
  },
  pi_processing: { code: 243, by: 'vcpu', fn: null, args: ['highest', 'rvi'] },
  pir_synced: { code: 244, by: 'vcpu', fn: 'vmx_sync_pir_to_irr', args: ['maxIrr', 'fresh'] },
  set_rvi: { code: 245, by: 'vmcs', fn: 'vmx_set_rvi', args: ['before', 'after'], minor: true },
  set_svi: { code: 246, by: 'vmcs', fn: 'vmx_hwapic_isr_update', args: ['before', 'after'], minor: true },
  vid_evaluate: { code: 247, by: 'vcpu', fn: null, args: ['rvi', 'vppr', 'recognized'], minor: true },
  vid_deliver: { code: 248, by: 'lapic', fn: null, args: ['vector', 'rvi'] },
  /** reason as in inject_held: 0 IF=0, 1 interrupt shadow, 2 VPPR. */
  vid_held: { code: 249, by: 'vcpu', fn: null, args: ['reason', 'vector', 'vppr'] },
  ppr_virtualization: { code: 250, by: 'lapic', fn: null, args: ['vtpr', 'svi', 'vppr'], minor: true },
  eoi_virtualization: { code: 251, by: 'lapic', fn: null, args: ['vector', 'svi', 'exits'] },
  eoi_induced: {
    code: 252,
    by: 'vcpu',
    fn: 'kvm_apic_set_eoi_accelerated',
    trace: 'kvm_eoi',
    args: ['vector'],
  },
  tpr_virtualization: { code: 253, by: 'lapic', fn: null, args: ['vtpr'] },
  self_ipi_virtualization: { code: 254, by: 'lapic', fn: null, args: ['vector'] },
  apic_read_virtualized: { code: 255, by: 'lapic', fn: null, args: ['register', 'value'] },
  apic_write_virtualized: { code: 256, by: 'lapic', fn: null, args: ['register', 'value'] },
  apic_write_exit: { code: 257, by: 'vcpu', fn: 'handle_apic_write', args: ['register'] },
  apic_access_exit: { code: 258, by: 'vcpu', fn: 'handle_apic_access', args: ['register', 'write'] },
  msr_exit: { code: 259, by: 'vcpu', fn: 'kvm_emulate_wrmsr', args: ['msr', 'write'] },
  eoi_exitmap: { code: 260, by: 'vmcs', fn: 'vmx_load_eoi_exitmap', args: ['vectors'] },
  apicv_update: { code: 261, by: 'vcpu', fn: '__kvm_vcpu_update_apicv', args: ['active', 'inhibits'] },
  apicv_controls: {
    code: 262,
    by: 'vmcs',
    fn: 'vmx_refresh_apicv_exec_ctrl',
    args: ['pin', 'secondary', 'tertiary'],
    minor: true,
  },
  apicv_inhibit: {
    code: 263,
    by: 'vm',
    fn: '__kvm_set_or_clear_apicv_inhibit',
    args: ['reason', 'set', 'flips'],
  },
  virtual_apic_mode: { code: 264, by: 'vmcs', fn: 'vmx_set_virtual_apic_mode', args: ['secondary'], minor: true },
  pi_load: { code: 265, by: 'piDesc', fn: 'vmx_vcpu_pi_load', args: ['pcpu', 'full', 'pirWaits'] },
  pi_put: { code: 266, by: 'piDesc', fn: 'vmx_vcpu_pi_put', args: [] },
  pi_wakeup_on: { code: 267, by: 'piDesc', fn: 'pi_enable_wakeup_handler', args: ['pcpu', 'on'] },

  // -- IPI virtualization
  ipi_virtualization: { code: 270, by: 'lapic', fn: null, args: ['vector', 'dest', 'vcpu'] },
  /** why: 0 not a plain fixed edge message to one physical id, 1 the id is past the table, 2 its entry is not valid. */
  ipi_not_virtualized: { code: 271, by: 'lapic', fn: null, args: ['why', 'icrLow', 'dest'] },

  // -- VT-d and a device assigned through VFIO
  kvm_pi_irte_update: {
    code: 280,
    by: 'device',
    fn: 'kvm_pi_update_irte',
    trace: 'kvm_pi_irte_update',
    args: ['gsi', 'vcpu', 'vector', 'entry'],
  },
  /** why: 0 no MSI route, 1 not exactly one destination, 2 a mode that cannot be posted, 3 the host cannot post. */
  irte_remapped: { code: 281, by: 'device', fn: 'kvm_pi_update_irte', args: ['gsi', 'why', 'entry'] },
  vtd_post: { code: 282, by: 'piDesc', fn: null, args: ['vector', 'urgent'] },
  vtd_suppressed: { code: 283, by: 'piDesc', fn: null, args: ['vector'] },
  vtd_coalesced: { code: 284, by: 'piDesc', fn: null, args: ['vector'] },
  vtd_notify: { code: 285, by: 'pcpu', fn: null, args: ['nv', 'vcpu'] },
  vtd_remap: { code: 286, by: 'device', fn: null, args: ['hostVector', 'gsi'] },
  pi_start_bypass: { code: 287, by: 'vm', fn: 'vmx_pi_start_bypass', args: [] },

  // -- AVIC
  avic_deliver: { code: 300, by: 'vcpu', fn: 'svm_complete_interrupt_delivery', args: ['vector', 'running'] },
  /** by: 0 KVM writes the doorbell MSR, 1 the processor of the sender rings by itself. */
  avic_doorbell: {
    code: 301,
    by: 'pcpu',
    fn: 'avic_ring_doorbell',
    args: ['vcpu', 'by'],
    fnBy: { arg: 1, fns: { 1: null } },
  },
  avic_evaluate: { code: 302, by: 'vcpu', fn: null, args: ['vector', 'ppr', 'taken'] },
  avic_ipi: { code: 303, by: 'lapic', fn: null, args: ['vector', 'dest', 'vcpu'] },
  /** id: 0 invalid interrupt type, 1 target not running, 2 invalid target, 4 a vector below 16. */
  avic_incomplete_ipi: {
    code: 304,
    by: 'vcpu',
    fn: 'avic_incomplete_ipi_interception',
    trace: 'kvm_avic_incomplete_ipi',
    args: ['id', 'icrLow', 'dest'],
  },
  avic_kick: { code: 305, by: 'vcpu', fn: 'avic_kick_target_vcpus', args: ['target', 'vector'] },
  avic_load: { code: 306, by: 'vcpu', fn: 'avic_vcpu_load', args: ['pcpu'] },
  avic_put: { code: 307, by: 'vcpu', fn: 'avic_vcpu_put', args: [] },
  avic_unaccelerated: {
    code: 308,
    by: 'vcpu',
    fn: 'avic_unaccelerated_access_interception',
    args: ['register', 'trap'],
  },

  // -- PV EOI
  pv_eoi_enable: { code: 320, by: 'lapic', fn: 'kvm_lapic_set_pv_eoi', args: ['enabled'] },
  pv_eoi_arm: { code: 321, by: 'lapic', fn: 'apic_sync_pv_eoi_to_guest', args: ['vector'] },
  pv_eoi_guest: { code: 322, by: 'vcpu', fn: null, args: ['vector'] },
  kvm_pv_eoi: {
    code: 323,
    by: 'lapic',
    fn: 'apic_sync_pv_eoi_from_guest',
    trace: 'kvm_pv_eoi',
    args: ['vector'],
  },
  pv_eoi_disarm: { code: 324, by: 'lapic', fn: 'apic_sync_pv_eoi_from_guest', args: [] },
} as const satisfies Record<string, EventSpec>;

export type VmxEventName = keyof typeof VMX_EVENTS;
