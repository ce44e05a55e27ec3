/**
 * Everything the engine can say has happened, as one table. An event is a row of eight numbers (see log.ts); this table
 * gives the row its name, the component that acts, the kernel function that does it (v6.18 name, a key of the catalogue
 * in spec/kernel), the tracepoint KVM would print, and the names of its four arguments.
 *
 * The engine emits codes and numbers, never sentences; views turn a name into words by key `event.<name>`.
 */

import { constantTable } from './constant-table.ts';
import { VMX_EVENTS } from './events-vmx.ts';
import type { ComponentKind } from './words.ts';

export interface EventSpec {
  readonly code: number;
  readonly by: ComponentKind;
  /** Kernel function at v6.18; null where the actor is not KVM (a device, the guest, the CPU, the IOMMU). */
  readonly fn: string | null;
  /** Tracepoint of the same moment, if KVM has one. */
  readonly trace?: string;
  readonly args: readonly string[];
  /** The token ends here, with its reason. */
  readonly end?: true;
  /** The function on an AMD host, where the vendor module's own is meant. */
  readonly amd?: string;
  /** The function by the value of an argument, where the event is recorded by more than one. */
  readonly fnBy?: { readonly arg: number; readonly fns: Readonly<Record<number, string | null>> };
  /** Not a moment of its own for a reader: shown with the event before it. */
  readonly minor?: true;
  /** Step set that has it: 1, or 2 for what came after the links of set 1 were made. */
  readonly since?: 2;
}

const EVENTS_BY_NAME = {
  // -- what came from outside
  op: { code: 1, by: 'vm', fn: null, args: ['command'], minor: true },
  ioctl_irq_line: { code: 2, by: 'vm', fn: 'kvm_vm_ioctl_irq_line', args: ['gsi', 'level'] },
  ioctl_signal_msi: { code: 3, by: 'vm', fn: 'kvm_send_userspace_msi', args: ['addrLo', 'data', 'addrHi'] },
  ioctl_set_routing: { code: 4, by: 'vm', fn: 'kvm_set_irq_routing', args: ['entries', 'ok'] },
  ioctl_nmi: { code: 5, by: 'vcpu', fn: 'kvm_vcpu_ioctl_nmi', args: [] },
  ioctl_interrupt: { code: 6, by: 'vcpu', fn: 'kvm_vcpu_ioctl_interrupt', args: ['vector'] },
  irqfd_assign: { code: 7, by: 'irqfd', fn: 'kvm_irqfd_assign', args: ['gsi', 'resample'] },
  irqfd_deassign: { code: 8, by: 'irqfd', fn: 'kvm_irqfd_deassign', args: ['gsi'] },
  irqfd_wakeup: { code: 9, by: 'irqfd', fn: 'irqfd_wakeup', args: ['gsi'] },
  irqfd_inject: { code: 10, by: 'irqfd', fn: 'irqfd_inject', args: ['gsi', 'resample'] },
  irqfd_resampler_ack: { code: 11, by: 'irqfd', fn: 'irqfd_resampler_ack', args: ['gsi'] },
  resamplefd_signal: { code: 12, by: 'irqfd', fn: 'irqfd_resampler_notify', args: ['gsi', 'count'] },

  // -- GSI routing
  kvm_set_irq: { code: 20, by: 'vm', fn: 'kvm_set_irq', trace: 'kvm_set_irq', args: ['gsi', 'level', 'source'] },
  route: { code: 21, by: 'vm', fn: 'kvm_irq_map_gsi', args: ['gsi', 'chip', 'pin', 'entry'] },
  no_route: { code: 22, by: 'vm', fn: 'kvm_irq_map_gsi', args: ['gsi'], end: true },
  set_irq_result: { code: 23, by: 'vm', fn: 'kvm_set_irq', args: ['gsi', 'status'], minor: true },
  kvm_msi_set_irq: {
    code: 24,
    by: 'vm',
    fn: 'kvm_msi_to_lapic_irq',
    trace: 'kvm_msi_set_irq',
    args: ['addrLo', 'data', 'dest', 'gsi'],
  },
  msi_level_low: { code: 25, by: 'vm', fn: 'kvm_set_msi', args: ['gsi'], end: true },
  msi_invalid: { code: 26, by: 'vm', fn: 'kvm_set_msi', args: ['addrHi'], end: true },

  // -- 8259 pair
  pic_line: { code: 40, by: 'pic', fn: 'kvm_pic_set_irq', args: ['pin', 'level', 'source'] },
  kvm_pic_set_irq: {
    code: 41,
    by: 'pic',
    fn: 'pic_set_irq1',
    trace: 'kvm_pic_set_irq',
    args: ['pin', 'result', 'gsi', 'level'],
    minor: true,
  },
  pic_masked: { code: 42, by: 'pic', fn: 'pic_set_irq1', args: ['pin'], end: true },
  pic_coalesced: { code: 43, by: 'pic', fn: 'pic_set_irq1', args: ['pin'], end: true },
  pic_output: { code: 44, by: 'pic', fn: 'pic_irq_request', args: ['level', 'pin'] },
  pic_wakeup: { code: 45, by: 'pic', fn: 'pic_unlock', args: ['vcpu'] },
  pic_nobody: { code: 46, by: 'pic', fn: 'pic_unlock', args: [], end: true },
  pic_inta: { code: 47, by: 'pic', fn: 'kvm_pic_read_irq', args: ['pin', 'vector', 'spurious'] },
  pic_eoi: { code: 48, by: 'pic', fn: 'pic_clear_isr', args: ['pin'] },
  pic_write: { code: 49, by: 'pic', fn: 'pic_ioport_write', args: ['port', 'value', 'word'] },
  pic_read: { code: 50, by: 'pic', fn: 'pic_ioport_read', args: ['port', 'value'] },
  elcr_write: { code: 51, by: 'pic', fn: 'elcr_ioport_write', args: ['port', 'value'] },

  // -- IOAPIC
  ioapic_line: { code: 60, by: 'ioapic', fn: 'kvm_ioapic_set_irq', args: ['pin', 'level', 'source', 'gsi'] },
  ioapic_service: { code: 61, by: 'ioapic', fn: 'ioapic_service', args: ['pin', 'vector', 'dest', 'mode'] },
  kvm_ioapic_set_irq: {
    code: 62,
    by: 'ioapic',
    fn: 'ioapic_set_irq',
    trace: 'kvm_ioapic_set_irq',
    args: ['pin', 'result', 'gsi', 'level'],
    minor: true,
  },
  ioapic_masked: { code: 63, by: 'ioapic', fn: 'ioapic_service', args: ['pin'], end: true },
  ioapic_remote_irr: { code: 64, by: 'ioapic', fn: 'ioapic_service', args: ['pin'], end: true },
  ioapic_coalesced: { code: 65, by: 'ioapic', fn: 'ioapic_set_irq', args: ['pin'], end: true },
  rtc_coalesced: { code: 66, by: 'ioapic', fn: 'rtc_irq_check_coalesced', args: ['pin', 'pendingEoi'], end: true },
  ioapic_write: { code: 67, by: 'ioapic', fn: 'ioapic_mmio_write', args: ['register', 'value', 'index'] },
  ioapic_read: { code: 68, by: 'ioapic', fn: 'ioapic_mmio_read', args: ['register', 'value', 'index'] },
  rte_write: { code: 69, by: 'ioapic', fn: 'ioapic_write_indirect', args: ['pin', 'half', 'value'] },
  mask_notifier: { code: 70, by: 'ioapic', fn: 'kvm_fire_mask_notifiers', args: ['chip', 'pin', 'mask'], minor: true },
  ioapic_update_eoi: { code: 71, by: 'ioapic', fn: 'kvm_ioapic_update_eoi_one', args: ['pin', 'vector', 'level'] },
  kvm_ack_irq: {
    code: 72,
    by: 'vm',
    fn: 'kvm_notify_acked_irq',
    trace: 'kvm_ack_irq',
    args: ['chip', 'pin', 'gsi'],
  },
  ioapic_redeliver: { code: 73, by: 'ioapic', fn: 'kvm_ioapic_update_eoi_one', args: ['pin', 'vector'] },
  eoi_suppressed: { code: 74, by: 'ioapic', fn: 'kvm_ioapic_update_eoi_one', args: ['pin'], end: true },
  kvm_ioapic_delayed_eoi_inj: {
    code: 75,
    by: 'ioapic',
    fn: 'kvm_ioapic_update_eoi_one',
    trace: 'kvm_ioapic_delayed_eoi_inj',
    args: ['pin'],
  },
  eoi_inject_work: { code: 76, by: 'ioapic', fn: 'kvm_ioapic_eoi_inject_work', args: [] },
  irqfd_resample_unmask: { code: 77, by: 'ioapic', fn: 'kvm_notify_irqfd_resampler', args: ['pin', 'gsi'], end: true },

  // -- delivery to local APICs
  kvm_irq_delivery_to_apic: {
    code: 90,
    by: 'lapic',
    fn: 'kvm_irq_delivery_to_apic',
    args: ['dest', 'vector', 'mode', 'path'],
  },
  lowest_prio: { code: 91, by: 'lapic', fn: 'kvm_vector_to_index', args: ['vcpu', 'vector', 'candidates'] },
  no_destination: { code: 92, by: 'lapic', fn: 'kvm_apic_match_dest', args: ['dest', 'vector', 'mode'], end: true },
  disabled_lapic: {
    code: 93,
    by: 'lapic',
    fn: 'kvm_apic_disabled_lapic_found',
    args: ['dest', 'vector'],
    end: true,
  },
  kvm_apic_accept_irq: {
    code: 94,
    by: 'lapic',
    fn: '__apic_accept_irq',
    trace: 'kvm_apic_accept_irq',
    args: ['vector', 'mode', 'trig'],
  },
  accept_disabled: { code: 95, by: 'lapic', fn: '__apic_accept_irq', args: ['vector'], end: true },
  accept_deassert: { code: 96, by: 'lapic', fn: '__apic_accept_irq', args: ['vector'], end: true },
  accept_ignored: { code: 97, by: 'lapic', fn: '__apic_accept_irq', args: ['vector', 'mode'], end: true },
  irr_set: { code: 98, by: 'lapic', fn: 'kvm_lapic_set_irr', args: ['vector', 'already'] },
  request: { code: 99, by: 'vcpu', fn: 'kvm_make_request', args: ['request'], minor: true },
  kick: {
    code: 100,
    by: 'vcpu',
    fn: '__kvm_vcpu_kick',
    /** outcome: see KICK; entering: it was in guest mode and on its way in. */
    args: ['outcome', 'entering'],
    fnBy: { arg: 0, fns: { 4: 'kvm_kick_many_cpus', 5: 'kvm_kick_many_cpus' } },
  },
  nmi_queued: { code: 101, by: 'vcpu', fn: 'kvm_inject_nmi', args: ['queued'] },
  init_pending: { code: 102, by: 'lapic', fn: '__apic_accept_irq', args: [] },
  sipi_pending: { code: 103, by: 'lapic', fn: '__apic_accept_irq', args: ['vector'] },
  smi_pending: { code: 104, by: 'vcpu', fn: 'kvm_inject_smi', args: [] },
  kvm_apic_ipi: {
    code: 105,
    by: 'lapic',
    fn: 'kvm_apic_send_ipi',
    trace: 'kvm_apic_ipi',
    args: ['icrLow', 'dest', 'vector'],
  },
  kvm_apic_write: {
    code: 106,
    by: 'lapic',
    fn: 'kvm_lapic_reg_write',
    trace: 'kvm_apic',
    args: ['register', 'value', 'valueHi', 'x2apic'],
  },
  kvm_apic_read: {
    code: 107,
    by: 'lapic',
    fn: 'kvm_lapic_reg_read',
    trace: 'kvm_apic',
    args: ['register', 'value'],
  },
  apic_write_ignored: {
    code: 108,
    by: 'lapic',
    fn: 'apic_mmio_write',
    args: ['register', 'value'],
    end: true,
  },
  apic_base: { code: 109, by: 'lapic', fn: '__kvm_apic_set_base', args: ['valueLo', 'valueHi'] },
  apic_map: { code: 110, by: 'vm', fn: 'kvm_recalculate_apic_map', args: ['valid', 'mode'], minor: true },
  ppr: { code: 111, by: 'lapic', fn: '__apic_update_ppr', args: ['before', 'after'], minor: true },
  gp_fault: { code: 112, by: 'vcpu', fn: 'kvm_inject_gp', args: ['msr'], end: true },
  scan_ioapic: { code: 113, by: 'vcpu', fn: 'vcpu_scan_ioapic', args: ['vectors'], minor: true },

  // -- local APIC timer
  timer_start: { code: 120, by: 'lapic', fn: 'restart_apic_timer', args: ['dueLo', 'dueHi', 'mode'] },
  timer_cancel: { code: 121, by: 'lapic', fn: 'cancel_apic_timer', args: [], minor: true },
  timer_expired: { code: 122, by: 'lapic', fn: 'apic_timer_expired', args: ['mode', 'fromTimer'] },
  timer_inject: { code: 123, by: 'lapic', fn: 'kvm_apic_inject_pending_timer_irqs', args: ['vector'] },
  lvt_masked: { code: 124, by: 'lapic', fn: 'kvm_apic_local_deliver', args: ['lvt'], end: true },

  // -- i8254
  pit_tick: { code: 130, by: 'pit', fn: 'pit_timer_fn', args: ['pending'] },
  pit_do_work: { code: 131, by: 'pit', fn: 'pit_do_work', args: [] },
  pit_held: { code: 132, by: 'pit', fn: 'pit_do_work', args: ['pending'], end: true },
  pit_ack: { code: 133, by: 'pit', fn: 'kvm_pit_ack_irq', args: ['pending'] },
  pit_write: { code: 134, by: 'pit', fn: 'pit_ioport_write', args: ['port', 'value'] },
  pit_load: { code: 135, by: 'pit', fn: 'create_pit_timer', args: ['count', 'mode'] },

  // -- the vCPU takes it
  inject_held: {
    code: 150,
    by: 'vcpu',
    fn: 'kvm_check_and_inject_events',
    /** reason: 0 IF=0, 1 interrupt shadow, 2 PPR, 3 another event first, 4 LVT0 does not accept the PIC. */
    args: ['reason', 'vector', 'ppr'],
  },
  apic_ack: { code: 151, by: 'lapic', fn: 'kvm_apic_ack_interrupt', args: ['vector'] },
  extint_ack: { code: 152, by: 'vcpu', fn: 'kvm_cpu_get_extint', args: ['vector'] },
  kvm_inj_virq: {
    code: 153,
    by: 'vcpu',
    fn: 'vmx_inject_irq',
    amd: 'svm_inject_irq',
    trace: 'kvm_inj_virq',
    args: ['vector', 'extint', 'reinjected'],
  },
  inject_nmi: { code: 154, by: 'vcpu', fn: 'vmx_inject_nmi', amd: 'svm_inject_nmi', args: [] },
  kvm_eoi: { code: 155, by: 'lapic', fn: 'apic_set_eoi', trace: 'kvm_eoi', args: ['vector'] },
  eoi_nothing: { code: 156, by: 'lapic', fn: 'apic_set_eoi', args: [], end: true },
  eoi_exit: { code: 157, by: 'vcpu', fn: 'vcpu_enter_guest', args: ['vector'] },
  accept_init: { code: 158, by: 'vcpu', fn: 'kvm_apic_accept_events', args: ['mpState'] },
  accept_sipi: { code: 159, by: 'vcpu', fn: 'kvm_apic_accept_events', args: ['vector', 'taken'] },
  userspace_exit: { code: 160, by: 'vcpu', fn: null, args: ['reason', 'addrLo', 'size'] },
  nmi_unmask: { code: 161, by: 'vcpu', fn: null, args: [] },

  // -- the model guest and its devices (not KVM)
  device_raise: { code: 170, by: 'device', fn: null, args: ['gsi', 'level', 'kind'] },
  device_event: { code: 171, by: 'device', fn: null, args: ['kind', 'pending', 'vectorIndex'] },
  device_quiet: { code: 172, by: 'device', fn: null, args: ['kind', 'gsi'] },
  handler_enter: { code: 173, by: 'vcpu', fn: null, args: ['vector', 'depth', 'device'] },
  handler_exit: { code: 174, by: 'vcpu', fn: null, args: ['vector', 'depth'] },
  guest_flags: { code: 175, by: 'vcpu', fn: null, args: ['rflagsIf', 'shadow'] },
  guest_halt: { code: 176, by: 'vcpu', fn: 'kvm_emulate_halt', args: [] },
  guest_wake: { code: 177, by: 'vcpu', fn: 'kvm_vcpu_wake_up', args: [] },
  msix_write: { code: 178, by: 'device', fn: null, args: ['entry', 'field', 'value'] },
  msix_pending: { code: 179, by: 'device', fn: null, args: ['entry', 'why'], end: true },
  vmm_route: { code: 180, by: 'device', fn: null, args: ['gsi', 'addrLo', 'data'] },
  /** what: 0 LAPIC, 1 MSRs, 2 VCPU_EVENTS, 3 MP_STATE, 4 irqchip, 5 PIT2. */
  state_restore: { code: 183, by: 'vm', fn: null, args: ['what', 'vcpu'], since: 2 },
  time: { code: 181, by: 'vm', fn: null, args: ['nowLo', 'nowHi'], minor: true },

  // -- run loop, APICv, posted interrupts, VT-d, AVIC, PV EOI
  ...VMX_EVENTS,
} as const satisfies Record<string, EventSpec>;

/** Kernel function that recorded an event, by its arguments and the host's vendor; null where no KVM code ran. */
export function fnOf(name: EventName, args: readonly number[], vendor: 'intel' | 'amd'): string | null {
  const spec: EventSpec = EVENTS[name];
  const special = spec.fnBy?.fns[args[spec.fnBy.arg]];
  if (special !== undefined) return special;
  return vendor === 'amd' ? (spec.amd ?? spec.fn) : spec.fn;
}

export type EventName = keyof typeof EVENTS_BY_NAME;

/** The table, by name. */
export const EVENTS: Readonly<Record<EventName, EventSpec>> = EVENTS_BY_NAME;

/** Codes by name, flattened for hot code: `emit(m, EV.irr_set, …)`. */
export const EV = constantTable(
  Object.entries(EVENTS_BY_NAME).map(([name, spec]) => [name as EventName, spec.code] as const),
);

/** Names by code; undefined for a code no event has (0 is a word write, see log.ts). */
export const EVENT_NAMES: readonly (EventName | undefined)[] = (() => {
  const names: (EventName | undefined)[] = [];
  for (const [name, spec] of Object.entries(EVENTS_BY_NAME)) {
    if (names[spec.code] !== undefined) throw new Error(`event code ${spec.code} is taken twice: ${name}`);
    names[spec.code] = name as EventName;
  }
  return names;
})();

/** Chip codes in `route`, `kvm_ack_irq` and routing entries (KVM_IRQCHIP_*), and 3 for an MSI route. */
export const CHIP = { picMaster: 0, picSlave: 1, ioapic: 2, msi: 3 } as const;

/** Request numbers without KVM_REQUEST_ARCH_BASE, i.e. the bit of vcpu->requests minus 8 for arch requests. */
export const REQ = {
  event: 6,
  nmi: 9,
  smi: 12,
  scanIoapic: 15,
  ioapicEoiExit: 19,
  loadEoiExitmap: 23,
  apicvUpdate: 25,
} as const;

/**
 * What a kick did: nothing to do, woke a sleeper, forced an exit with an IPI, or the vCPU runs this very code; and the
 * kick of many, which is a function call: to one CPU (0xfb) or to several (0xfc).
 */
export const KICK = { nothing: 0, woken: 1, ipi: 2, self: 3, callOne: 4, callMany: 5 } as const;
