/**
 * The thirty interrupt operations of Intel's `kvm_x86_ops` table: what each is called at v5.15, v6.12 and v6.18, which
 * function stands behind it, who calls it and when, what it reads and writes.
 *
 * An operation's id is its member name at v5.15. Facts are keys that stay (`op.<id>.<kind>.<key>`); their sentences are in
 * the catalogues (i18n, area `ops`). A fact may hold for some versions only. At v6.18 most members go through a `vt_`
 * wrapper where TDX is built in; `td` says what a TD vCPU gets there.
 */
import { KERNEL_VERSIONS, type KernelFn, type KernelVersion } from './functions.ts';

interface Row {
  readonly member: string | { readonly [V in KernelVersion]: string | null };
  /** `data`: from that version on the member is a value, not a function. */
  readonly dataAt?: readonly KernelVersion[];
  readonly implementation: KernelFn | { readonly [V in KernelVersion]: KernelFn | null };
  readonly wrapper?: KernelFn;
  readonly callers: readonly KernelFn[] | { readonly [V in KernelVersion]: readonly KernelFn[] };
  readonly when: FactKeys;
  readonly reads: FactKeys;
  readonly writes: FactKeys;
  readonly notes?: FactKeys;
  /** There is a fact about what a TD vCPU gets. */
  readonly td?: true;
}

/** Keys of facts; one that holds for some versions only says for which. */
type FactKeys = readonly (string | { readonly key: string; readonly at: readonly KernelVersion[] })[];

const OLD = ['v5.15'] as const;
const NEW = ['v6.12', 'v6.18'] as const;
const LATEST = ['v6.18'] as const;

const ROWS = {
  run: {
    member: { 'v5.15': 'run', 'v6.12': 'vcpu_run', 'v6.18': 'vcpu_run' },
    implementation: 'vmx_vcpu_run',
    wrapper: 'vt_vcpu_run',
    callers: ['vcpu_enter_guest'],
    when: ['entry', 'fastpath'],
    reads: ['idtVectoring', 'exitReason'],
    writes: ['timer', 'rip', 'queues'],
    notes: ['trace'],
    td: true,
  },
  handle_exit: {
    member: 'handle_exit',
    implementation: 'vmx_handle_exit',
    wrapper: 'vt_handle_exit',
    callers: ['vcpu_enter_guest'],
    when: ['exit'],
    reads: ['reason', 'idtVectoring'],
    writes: ['handler'],
    notes: ['vectoring'],
    td: true,
  },
  skip_emulated_instruction: {
    member: 'skip_emulated_instruction',
    implementation: 'vmx_skip_emulated_instruction',
    callers: ['kvm_skip_emulated_instruction'],
    when: ['done'],
    reads: ['length'],
    writes: ['rip', 'shadow'],
  },
  update_emulated_instruction: {
    member: 'update_emulated_instruction',
    implementation: 'vmx_update_emulated_instruction',
    callers: ['x86_emulate_instruction'],
    when: ['writeback'],
    reads: ['nested'],
    writes: ['mtf', 'event'],
    notes: ['nestedOnly'],
  },
  set_interrupt_shadow: {
    member: 'set_interrupt_shadow',
    implementation: 'vmx_set_interrupt_shadow',
    wrapper: 'vt_set_interrupt_shadow',
    callers: ['toggle_interruptibility', 'kvm_vcpu_ioctl_x86_set_vcpu_events'],
    when: ['emulator', 'restore', { key: 'smm', at: NEW }],
    reads: ['shadow'],
    writes: ['shadow'],
    td: true,
  },
  get_interrupt_shadow: {
    member: 'get_interrupt_shadow',
    implementation: 'vmx_get_interrupt_shadow',
    wrapper: 'vt_get_interrupt_shadow',
    callers: ['toggle_interruptibility', 'kvm_vcpu_ioctl_x86_get_vcpu_events'],
    when: ['emulator', 'save'],
    reads: ['shadow'],
    writes: [],
    td: true,
  },
  patch_hypercall: {
    member: 'patch_hypercall',
    implementation: 'vmx_patch_hypercall',
    wrapper: 'vt_patch_hypercall',
    callers: ['emulator_fix_hypercall', 'kvm_hv_set_msr_pw', 'kvm_xen_write_hypercall_page'],
    when: ['otherVendor', 'page'],
    reads: [],
    writes: ['code'],
    td: true,
  },
  set_irq: {
    member: { 'v5.15': 'set_irq', 'v6.12': 'inject_irq', 'v6.18': 'inject_irq' },
    implementation: 'vmx_inject_irq',
    wrapper: 'vt_inject_irq',
    callers: ['kvm_check_and_inject_events'],
    when: ['again', 'fresh'],
    reads: ['queue'],
    writes: ['event', 'length', 'activity'],
    notes: ['trace', 'realMode'],
    td: true,
  },
  set_nmi: {
    member: { 'v5.15': 'set_nmi', 'v6.12': 'inject_nmi', 'v6.18': 'inject_nmi' },
    implementation: 'vmx_inject_nmi',
    wrapper: 'vt_inject_nmi',
    callers: ['kvm_check_and_inject_events'],
    when: ['again', 'fresh'],
    reads: [],
    writes: ['event', 'soft'],
    td: true,
  },
  queue_exception: {
    member: { 'v5.15': 'queue_exception', 'v6.12': 'inject_exception', 'v6.18': 'inject_exception' },
    implementation: 'vmx_inject_exception',
    wrapper: 'vt_inject_exception',
    callers: ['kvm_inject_exception'],
    when: ['pending'],
    reads: ['queue'],
    writes: ['event', 'code', 'length'],
    td: true,
  },
  cancel_injection: {
    member: 'cancel_injection',
    implementation: 'vmx_cancel_injection',
    wrapper: 'vt_cancel_injection',
    callers: ['vcpu_enter_guest'],
    when: ['request', 'mmu'],
    reads: ['event'],
    writes: ['queues', 'event'],
    notes: ['isr'],
    td: true,
  },
  interrupt_allowed: {
    member: 'interrupt_allowed',
    implementation: 'vmx_interrupt_allowed',
    wrapper: 'vt_interrupt_allowed',
    callers: ['kvm_check_and_inject_events', 'kvm_arch_interrupt_allowed'],
    when: ['injection', 'runnable'],
    reads: ['flags', 'shadow', 'nested'],
    writes: [],
    notes: ['busy'],
    td: true,
  },
  nmi_allowed: {
    member: 'nmi_allowed',
    implementation: 'vmx_nmi_allowed',
    wrapper: 'vt_nmi_allowed',
    callers: ['kvm_check_and_inject_events', 'kvm_vcpu_has_events'],
    when: ['injection', 'runnable'],
    reads: ['shadow', 'soft'],
    writes: [],
    td: true,
  },
  get_nmi_mask: {
    member: 'get_nmi_mask',
    implementation: 'vmx_get_nmi_mask',
    wrapper: 'vt_get_nmi_mask',
    callers: ['process_nmi', 'kvm_vcpu_ioctl_x86_get_vcpu_events', 'enter_smm'],
    when: ['limit', 'save', 'smm'],
    reads: ['shadow', 'soft'],
    writes: ['known'],
    td: true,
  },
  set_nmi_mask: {
    member: 'set_nmi_mask',
    implementation: 'vmx_set_nmi_mask',
    wrapper: 'vt_set_nmi_mask',
    callers: ['emulator_set_nmi_mask', 'kvm_vcpu_ioctl_x86_set_vcpu_events', 'enter_smm'],
    when: ['iret', 'restore', 'smm', 'vectoring'],
    reads: [],
    writes: ['shadow', 'soft'],
    td: true,
  },
  enable_nmi_window: {
    member: 'enable_nmi_window',
    implementation: 'vmx_enable_nmi_window',
    wrapper: 'vt_enable_nmi_window',
    callers: ['kvm_check_and_inject_events'],
    when: ['left'],
    reads: ['shadow'],
    writes: ['control'],
    td: true,
  },
  enable_irq_window: {
    member: 'enable_irq_window',
    implementation: 'vmx_enable_irq_window',
    wrapper: 'vt_enable_irq_window',
    callers: ['kvm_check_and_inject_events', 'vcpu_enter_guest'],
    when: ['left', 'userspace'],
    reads: [],
    writes: ['control'],
    td: true,
  },
  update_cr8_intercept: {
    member: 'update_cr8_intercept',
    implementation: 'vmx_update_cr8_intercept',
    wrapper: 'vt_update_cr8_intercept',
    callers: {
      'v5.15': ['update_cr8_intercept'],
      'v6.12': ['update_cr8_intercept', 'kvm_lapic_update_cr8_intercept'],
      'v6.18': ['update_cr8_intercept'],
    },
    when: ['events'],
    reads: ['priority'],
    writes: ['threshold'],
    notes: ['shadow'],
    td: true,
  },
  set_virtual_apic_mode: {
    member: 'set_virtual_apic_mode',
    implementation: 'vmx_set_virtual_apic_mode',
    wrapper: 'vt_set_virtual_apic_mode',
    callers: ['__kvm_apic_set_base'],
    when: ['base'],
    reads: ['mode'],
    writes: ['control', 'bitmap', 'reload'],
    notes: ['nested'],
    td: true,
  },
  set_apic_access_page_addr: {
    member: 'set_apic_access_page_addr',
    implementation: 'vmx_set_apic_access_page_addr',
    wrapper: 'vt_set_apic_access_page_addr',
    callers: ['kvm_vcpu_reload_apic_access_page'],
    when: ['reload'],
    reads: ['page'],
    writes: ['address'],
    notes: ['nested'],
    td: true,
  },
  refresh_apicv_exec_ctrl: {
    member: 'refresh_apicv_exec_ctrl',
    implementation: 'vmx_refresh_apicv_exec_ctrl',
    wrapper: 'vt_refresh_apicv_exec_ctrl',
    callers: {
      'v5.15': ['kvm_vcpu_update_apicv'],
      'v6.12': ['__kvm_vcpu_update_apicv'],
      'v6.18': ['__kvm_vcpu_update_apicv'],
    },
    when: ['update'],
    reads: ['active'],
    writes: ['pin', 'secondary', { key: 'tertiary', at: NEW }, 'bitmap'],
    td: true,
  },
  load_eoi_exitmap: {
    member: 'load_eoi_exitmap',
    implementation: 'vmx_load_eoi_exitmap',
    wrapper: 'vt_load_eoi_exitmap',
    callers: ['vcpu_load_eoi_exitmap'],
    when: ['load'],
    reads: ['handled', 'active'],
    writes: ['bitmap'],
    td: true,
  },
  apicv_post_state_restore: {
    member: {
      'v5.15': 'apicv_post_state_restore',
      'v6.12': 'apicv_pre_state_restore',
      'v6.18': 'apicv_pre_state_restore',
    },
    implementation: {
      'v5.15': 'vmx_apicv_post_state_restore',
      'v6.12': 'vmx_apicv_pre_state_restore',
      'v6.18': 'pi_apicv_pre_state_restore',
    },
    callers: ['kvm_apic_set_state', 'kvm_lapic_reset'],
    when: [
      { key: 'after', at: OLD },
      { key: 'before', at: NEW },
    ],
    reads: [],
    writes: ['on', 'pir'],
    notes: [{ key: 'avic', at: NEW }],
  },
  check_apicv_inhibit_reasons: {
    member: {
      'v5.15': 'check_apicv_inhibit_reasons',
      'v6.12': 'required_apicv_inhibits',
      'v6.18': 'required_apicv_inhibits',
    },
    dataAt: NEW,
    implementation: { 'v5.15': 'vmx_check_apicv_inhibit_reasons', 'v6.12': null, 'v6.18': null },
    callers: { 'v5.15': ['__kvm_request_apicv_update'], 'v6.12': [], 'v6.18': [] },
    when: ['change'],
    reads: [
      { key: 'reason', at: OLD },
      { key: 'mask', at: NEW },
    ],
    writes: [],
  },
  hwapic_irr_update: {
    member: { 'v5.15': 'hwapic_irr_update', 'v6.12': 'hwapic_irr_update', 'v6.18': null },
    implementation: { 'v5.15': 'vmx_hwapic_irr_update', 'v6.12': 'vmx_hwapic_irr_update', 'v6.18': null },
    callers: {
      'v5.15': ['apic_clear_irr', 'kvm_apic_set_state', 'kvm_lapic_reset'],
      'v6.12': ['apic_clear_irr', 'kvm_apic_set_state', 'kvm_lapic_reset'],
      'v6.18': [],
    },
    when: ['cleared', 'restore'],
    reads: ['irr'],
    writes: ['rvi'],
    notes: [{ key: 'gone', at: LATEST }],
  },
  hwapic_isr_update: {
    member: 'hwapic_isr_update',
    implementation: 'vmx_hwapic_isr_update',
    wrapper: 'vt_hwapic_isr_update',
    callers: {
      'v5.15': ['apic_set_isr', 'apic_clear_isr', 'kvm_apic_set_state', 'kvm_lapic_reset'],
      'v6.12': [
        'apic_set_isr',
        'apic_clear_isr',
        'kvm_apic_set_state',
        'kvm_lapic_reset',
        'kvm_apic_update_hwapic_isr',
      ],
      'v6.18': [
        'apic_set_isr',
        'apic_clear_isr',
        'kvm_apic_set_state',
        'kvm_lapic_reset',
        'kvm_apic_update_hwapic_isr',
      ],
    },
    when: ['service', 'restore'],
    reads: ['isr'],
    writes: ['svi'],
    td: true,
  },
  guest_apic_has_interrupt: {
    member: { 'v5.15': 'guest_apic_has_interrupt', 'v6.12': null, 'v6.18': null },
    implementation: { 'v5.15': 'vmx_guest_apic_has_interrupt', 'v6.12': null, 'v6.18': null },
    callers: { 'v5.15': ['kvm_guest_apic_has_interrupt'], 'v6.12': [], 'v6.18': [] },
    when: ['halted'],
    reads: ['rvi', 'vppr'],
    writes: [],
    notes: [{ key: 'gone', at: NEW }],
  },
  sync_pir_to_irr: {
    member: 'sync_pir_to_irr',
    implementation: 'vmx_sync_pir_to_irr',
    wrapper: 'vt_sync_pir_to_irr',
    callers: ['vcpu_enter_guest', 'apic_has_interrupt_for_ppr', 'vcpu_scan_ioapic', 'kvm_vcpu_ioctl_get_lapic'],
    when: ['entry', 'search', 'scan', 'save'],
    reads: ['on', 'pir'],
    writes: ['on', 'irr', 'rvi', 'event'],
    notes: ['result'],
    td: true,
  },
  deliver_posted_interrupt: {
    member: { 'v5.15': 'deliver_posted_interrupt', 'v6.12': 'deliver_interrupt', 'v6.18': 'deliver_interrupt' },
    implementation: {
      'v5.15': 'vmx_deliver_posted_interrupt',
      'v6.12': 'vmx_deliver_interrupt',
      'v6.18': 'vmx_deliver_interrupt',
    },
    wrapper: 'vt_deliver_interrupt',
    callers: ['__apic_accept_irq'],
    when: ['accepted'],
    reads: ['active', 'mode'],
    writes: ['pir', 'on', 'notify', { key: 'fallback', at: NEW }],
    notes: [{ key: 'refuse', at: OLD }],
    td: true,
  },
  dy_apicv_has_pending_interrupt: {
    member: 'dy_apicv_has_pending_interrupt',
    implementation: 'pi_has_pending_interrupt',
    callers: ['kvm_arch_dy_has_pending_interrupt'],
    when: ['yield'],
    reads: ['descriptor'],
    writes: [],
  },
} as const satisfies Record<string, Row>;

/** The id of an operation: its member name at v5.15. */
export type KernelOpId = keyof typeof ROWS;

export type FactKind = 'role' | 'when' | 'reads' | 'writes' | 'notes' | 'td';

/** One short sentence about an operation: its key in the catalogues, and the versions it holds for. */
export interface CallbackFact {
  readonly key: string;
  readonly at: readonly KernelVersion[];
}

/** What an operation is at one version. */
export type CallbackForm =
  | { readonly kind: 'data'; readonly member: string }
  | {
      readonly kind: 'call';
      readonly member: string;
      readonly implementation: KernelFn;
      /** Where TDX is built in, the member is this function, which calls the implementation. */
      readonly wrapper?: KernelFn;
      /** Who calls it; not the rare callers of SMM save areas. */
      readonly callers: readonly KernelFn[];
    };

export interface KernelCallback {
  readonly id: KernelOpId;
  readonly at: { readonly [V in KernelVersion]: CallbackForm | null };
  readonly facts: { readonly [K in FactKind]: readonly CallbackFact[] };
}

function formAt(row: Row, version: KernelVersion): CallbackForm | null {
  const member = typeof row.member === 'string' ? row.member : row.member[version];
  if (member === null) return null;
  if (row.dataAt?.includes(version)) return { kind: 'data', member };
  const implementation = typeof row.implementation === 'string' ? row.implementation : row.implementation[version];
  if (implementation === null) return null;
  const callers = 'v5.15' in row.callers ? row.callers[version] : row.callers;
  const form = { kind: 'call', member, implementation, callers } as const;
  return row.wrapper !== undefined && version === 'v6.18' ? { ...form, wrapper: row.wrapper } : form;
}

function facts(id: string, kind: FactKind, keys: FactKeys): readonly CallbackFact[] {
  return keys.map((fact) => ({
    key: `op.${id}.${kind}.${typeof fact === 'string' ? fact : fact.key}`,
    at: typeof fact === 'string' ? KERNEL_VERSIONS : fact.at,
  }));
}

function expand(id: KernelOpId): KernelCallback {
  const row: Row = ROWS[id];
  return {
    id,
    at: { 'v5.15': formAt(row, 'v5.15'), 'v6.12': formAt(row, 'v6.12'), 'v6.18': formAt(row, 'v6.18') },
    facts: {
      role: [{ key: `op.${id}.role`, at: KERNEL_VERSIONS }],
      when: facts(id, 'when', row.when),
      reads: facts(id, 'reads', row.reads),
      writes: facts(id, 'writes', row.writes),
      notes: facts(id, 'notes', row.notes ?? []),
      td: row.td === undefined ? [] : [{ key: `op.${id}.td`, at: LATEST }],
    },
  };
}

/** The thirty operations, in the order of the list. */
export const KERNEL_CALLBACKS: readonly KernelCallback[] = (Object.keys(ROWS) as KernelOpId[]).map(expand);

export function opById(id: KernelOpId): KernelCallback {
  const found = KERNEL_CALLBACKS.find((op) => op.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

/** The operation a function implements at a version, so that a step of the engine can light it up. */
export function opImplementedBy(fn: KernelFn, version: KernelVersion): KernelCallback | null {
  const implements_ = (form: CallbackForm | null) =>
    form?.kind === 'call' && (form.implementation === fn || form.wrapper === fn);
  return KERNEL_CALLBACKS.find((op) => implements_(op.at[version])) ?? null;
}
