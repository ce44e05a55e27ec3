/**
 * The same operations in AMD's `kvm_x86_ops` table (svm_x86_ops, arch/x86/kvm/svm/svm.c): which function stands behind
 * each. null: AMD's table has no such member, or NULL; a bare value is written in capitals.
 */

import type { KernelOpId } from './callbacks.ts';
import { KERNEL_VERSIONS, type KernelVersion } from './functions.ts';

type Names = { readonly [V in KernelVersion]: string | null };
const always = (fn: string | null): Names => ({ 'v5.15': fn, 'v6.12': fn, 'v6.18': fn });
/** @param old at v5.15 @param now at v6.12 and v6.18 */
const since = (old: string | null, now: string | null): Names => ({ 'v5.15': old, 'v6.12': now, 'v6.18': now });

export const AMD_OPS: Readonly<Record<KernelOpId, Names>> = {
  run: always('svm_vcpu_run'),
  handle_exit: since('handle_exit', 'svm_handle_exit'),
  skip_emulated_instruction: since('skip_emulated_instruction', 'svm_skip_emulated_instruction'),
  update_emulated_instruction: always(null),
  set_interrupt_shadow: always('svm_set_interrupt_shadow'),
  get_interrupt_shadow: always('svm_get_interrupt_shadow'),
  patch_hypercall: always('svm_patch_hypercall'),
  set_irq: since('svm_set_irq', 'svm_inject_irq'),
  set_nmi: always('svm_inject_nmi'),
  queue_exception: since('svm_queue_exception', 'svm_inject_exception'),
  cancel_injection: always('svm_cancel_injection'),
  interrupt_allowed: always('svm_interrupt_allowed'),
  nmi_allowed: always('svm_nmi_allowed'),
  get_nmi_mask: always('svm_get_nmi_mask'),
  set_nmi_mask: always('svm_set_nmi_mask'),
  enable_nmi_window: always('svm_enable_nmi_window'),
  enable_irq_window: always('svm_enable_irq_window'),
  update_cr8_intercept: always('svm_update_cr8_intercept'),
  set_virtual_apic_mode: since('svm_set_virtual_apic_mode', 'avic_refresh_virtual_apic_mode'),
  set_apic_access_page_addr: always(null),
  refresh_apicv_exec_ctrl: since('svm_refresh_apicv_exec_ctrl', 'avic_refresh_apicv_exec_ctrl'),
  load_eoi_exitmap: since('svm_load_eoi_exitmap', null),
  apicv_post_state_restore: since('avic_post_state_restore', null),
  check_apicv_inhibit_reasons: since('svm_check_apicv_inhibit_reasons', 'AVIC_REQUIRED_APICV_INHIBITS'),
  hwapic_irr_update: since('svm_hwapic_irr_update', null),
  hwapic_isr_update: since('svm_hwapic_isr_update', null),
  guest_apic_has_interrupt: always(null),
  sync_pir_to_irr: always(null),
  deliver_posted_interrupt: since('svm_deliver_avic_intr', 'svm_deliver_interrupt'),
  dy_apicv_has_pending_interrupt: since('svm_dy_apicv_has_pending_interrupt', null),
};

/** The operation of AMD's table that a function is, whatever version names it so, if the table has it at this version. */
export function amdOpOf(fn: string, version: KernelVersion): KernelOpId | null {
  const ids = Object.keys(AMD_OPS) as KernelOpId[];
  const found = [version, ...KERNEL_VERSIONS].flatMap((named) => ids.filter((id) => AMD_OPS[id][named] === fn))[0];
  return found === undefined || AMD_OPS[found][version] === null ? null : found;
}

/** Function behind an operation in AMD's table at a version; null where there is none. */
export const amdFunction = (op: KernelOpId, version: KernelVersion): string | null => AMD_OPS[op][version];
