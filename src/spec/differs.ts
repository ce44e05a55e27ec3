/**
 * Where KVM leaves the chip or the manual it models, each with the registers and the kernel functions it is about: there
 * the page says so. The engine's twin of the function carries `@differs <from> (<id>)`, and a test holds both together.
 * What KVM does instead is text: `differs.<id>`.
 */

interface Difference {
  /** What it differs from: a data sheet, a manual, or KVM on the other vendor. */
  readonly from: '8259A' | '82093AA' | '82C54' | 'SDM' | 'Intel';
  /** Layouts (`RTE`), their fields (`RTE.mask`) or plain registers (`pic.poll`). */
  readonly at: readonly string[];
  /** Functions of KVM, at v6.18. */
  readonly fns: readonly string[];
}

export const DIFFERENCES = {
  'pic-edge-irr': { from: '8259A', at: ['pic.irr'], fns: ['pic_set_irq1', 'kvm_pic_set_irq'] },
  'pic-level-mode': { from: '8259A', at: ['ICW1.levelTriggered', 'pic.elcr'], fns: ['pic_ioport_write'] },
  'pic-poll': { from: '8259A', at: ['OCW3.poll', 'pic.poll'], fns: ['pic_poll_read'] },
  'pic-special-mask': { from: '8259A', at: ['OCW3.specialMask', 'pic.specialMask'], fns: ['pic_get_irq'] },
  'ioapic-status': { from: '82093AA', at: ['RTE.deliveryStatus'], fns: ['ioapic_write_indirect'] },
  'ioapic-storm': { from: '82093AA', at: ['ioapic.irqEoi'], fns: ['kvm_ioapic_update_eoi_one'] },
  'lvt0-fixed': { from: 'SDM', at: ['lapic.lvtLint0'], fns: ['kvm_apic_accept_pic_intr', 'pic_irq_request'] },
  'lvt-bits': {
    from: 'SDM',
    at: ['LVT_LINT.deliveryStatus', 'LVT_LINT.remoteIrr', 'LVT_TIMER.deliveryStatus', 'LVT_SENSOR.deliveryStatus'],
    fns: [],
  },
  'lapic-errors': { from: 'SDM', at: ['ESR'], fns: [] },
  'low-vectors': { from: 'SDM', at: ['ESR.receiveIllegalVector'], fns: ['__apic_accept_irq'] },
  'eoi-value': { from: 'SDM', at: [], fns: ['apic_set_eoi'] },
  'lowest-by-hash': { from: 'SDM', at: ['lapic.arbPrio', 'ICR.deliveryMode'], fns: ['kvm_vector_to_index'] },
  'msi-assert': { from: 'SDM', at: ['MSI_DATA.level'], fns: ['kvm_set_msi_irq', 'kvm_set_msi'] },
  'tpr-high-bits': { from: 'SDM', at: ['TPR.reserved8'], fns: [] },
  'pit-bcd': { from: '82C54', at: ['pit.bcd', 'PIT_CONTROL.bcd'], fns: [] },
  'pit-null-count': { from: '82C54', at: ['pit.status'], fns: [] },
  'pit-gate': { from: '82C54', at: ['pit.gate'], fns: [] },
  'pit-mode': { from: '82C54', at: ['pit.mode', 'PIT_CONTROL.mode'], fns: ['pit_load_count'] },
  'amd-icr': { from: 'Intel', at: ['ICR_X2', 'lapic.icr2'], fns: ['kvm_x2apic_icr_write'] },
  'amd-init-nmi': { from: 'Intel', at: ['vcpu.nmiMasked'], fns: ['kvm_vcpu_reset'] },
} as const satisfies Readonly<Record<string, Difference>>;

export type DifferenceId = keyof typeof DIFFERENCES;

const ROWS = Object.entries(DIFFERENCES) as readonly (readonly [DifferenceId, Difference])[];

/** What is to be said at a register or a field. */
export const differencesAt = (place: string): readonly DifferenceId[] =>
  ROWS.flatMap(([id, { at }]) => (at.includes(place) ? [id] : []));

/** What is to be said at a kernel function. */
export const differencesIn = (fn: string): readonly DifferenceId[] =>
  ROWS.flatMap(([id, { fns }]) => (fns.includes(fn) ? [id] : []));
