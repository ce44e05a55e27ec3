/**
 * The thirty interrupt operations of Intel's `kvm_x86_ops` table: what each is called at v5.15, v6.12 and v6.18, which
 * function stands behind it, who calls it and when, what it reads and writes.
 *
 * An operation's id is its member name at v5.15. Facts are short English sentences, each with a key that stays
 * (`op.<id>.<kind>.<key>`), so that catalogues of other languages can replace them. A fact may hold for some versions
 * only. At v6.18 most members go through a `vt_` wrapper where TDX is built in; `td` says what a TD vCPU gets there.
 */
import { KERNEL_VERSIONS, type KernelFn, type KernelVersion } from './functions.ts';

interface Row {
  readonly member: string | { readonly [V in KernelVersion]: string | null };
  /** `data`: from that version on the member is a value, not a function. */
  readonly dataAt?: readonly KernelVersion[];
  readonly implementation: KernelFn | { readonly [V in KernelVersion]: KernelFn | null };
  readonly wrapper?: KernelFn;
  readonly callers: readonly KernelFn[] | { readonly [V in KernelVersion]: readonly KernelFn[] };
  readonly role: string;
  readonly when: FactTexts;
  readonly reads: FactTexts;
  readonly writes: FactTexts;
  readonly notes?: FactTexts;
  readonly td?: string;
}

type FactText = string | { readonly text: string; readonly at: readonly KernelVersion[] };
type FactTexts = { readonly [key: string]: FactText };

const OLD = ['v5.15'] as const;
const NEW = ['v6.12', 'v6.18'] as const;
const LATEST = ['v6.18'] as const;

const ROWS = {
  run: {
    member: { 'v5.15': 'run', 'v6.12': 'vcpu_run', 'v6.18': 'vcpu_run' },
    implementation: 'vmx_vcpu_run',
    wrapper: 'vt_vcpu_run',
    callers: ['vcpu_enter_guest'],
    role: 'Enters the guest and returns at the next exit.',
    when: {
      entry: 'The inner loop of vcpu_enter_guest, interrupts off.',
      fastpath: 'Again without leaving the loop when a fast path asks to re-enter.',
    },
    reads: {
      idtVectoring: 'IDT_VECTORING_INFO_FIELD, for an event that did not get through.',
      exitReason: 'VM_EXIT_REASON.',
    },
    writes: {
      timer: 'VMX_PREEMPTION_TIMER_VALUE.',
      rip: 'GUEST_RIP and GUEST_RSP, if they changed.',
      queues: 'The event queues of the vCPU, from IDT-vectoring info.',
    },
    notes: { trace: 'Prints kvm_entry before and kvm_exit after.' },
    td: 'tdx_vcpu_run.',
  },
  handle_exit: {
    member: 'handle_exit',
    implementation: 'vmx_handle_exit',
    wrapper: 'vt_handle_exit',
    callers: ['vcpu_enter_guest'],
    role: 'Dispatches an exit the fast paths did not finish.',
    when: { exit: 'The end of vcpu_enter_guest, interrupts on.' },
    reads: { reason: 'The exit reason and the exit qualification.', idtVectoring: 'IDT-vectoring info of the exit.' },
    writes: { handler: 'Whatever the handler of that exit reason writes.' },
    notes: {
      vectoring: 'During event delivery only a few exit reasons are handled; others end in an internal error.',
    },
    td: 'tdx_handle_exit.',
  },
  skip_emulated_instruction: {
    member: 'skip_emulated_instruction',
    implementation: 'vmx_skip_emulated_instruction',
    callers: ['kvm_skip_emulated_instruction'],
    role: 'Moves RIP past the instruction that exited.',
    when: { done: 'After PIO, MSR, HLT, a fast MMIO write or an EOI that needed no emulation.' },
    reads: { length: 'VM_EXIT_INSTRUCTION_LEN.' },
    writes: { rip: 'GUEST_RIP.', shadow: 'GUEST_INTERRUPTIBILITY_INFO: the STI and MOV SS shadow ends.' },
  },
  update_emulated_instruction: {
    member: 'update_emulated_instruction',
    implementation: 'vmx_update_emulated_instruction',
    callers: ['x86_emulate_instruction'],
    role: 'Keeps the monitor trap flag of a nested guest right.',
    when: { writeback: 'An emulated instruction is written back.' },
    reads: { nested: 'The controls of the nested guest, and its pending exception.' },
    writes: { mtf: 'nested.mtf_pending.', event: 'KVM_REQ_EVENT, if the flag is pending.' },
    notes: { nestedOnly: 'Does nothing unless the vCPU runs a nested guest.' },
  },
  set_interrupt_shadow: {
    member: 'set_interrupt_shadow',
    implementation: 'vmx_set_interrupt_shadow',
    wrapper: 'vt_set_interrupt_shadow',
    callers: ['toggle_interruptibility', 'kvm_vcpu_ioctl_x86_set_vcpu_events'],
    role: 'Blocks interrupts for one instruction.',
    when: {
      emulator: 'STI or MOV SS was emulated.',
      restore: 'KVM_SET_VCPU_EVENTS.',
      smm: { text: 'SMM entry and return.', at: NEW },
    },
    reads: { shadow: 'GUEST_INTERRUPTIBILITY_INFO.' },
    writes: { shadow: 'GUEST_INTERRUPTIBILITY_INFO bit 0 (STI) or bit 1 (MOV SS); MOV SS wins.' },
    td: 'Nothing.',
  },
  get_interrupt_shadow: {
    member: 'get_interrupt_shadow',
    implementation: 'vmx_get_interrupt_shadow',
    wrapper: 'vt_get_interrupt_shadow',
    callers: ['toggle_interruptibility', 'kvm_vcpu_ioctl_x86_get_vcpu_events'],
    role: 'Says whether the last instruction blocks interrupts.',
    when: { emulator: 'The emulator finished an instruction.', save: 'KVM_GET_VCPU_EVENTS.' },
    reads: { shadow: 'GUEST_INTERRUPTIBILITY_INFO bits 0 and 1.' },
    writes: {},
    td: 'Zero.',
  },
  patch_hypercall: {
    member: 'patch_hypercall',
    implementation: 'vmx_patch_hypercall',
    wrapper: 'vt_patch_hypercall',
    callers: ['emulator_fix_hypercall', 'kvm_hv_set_msr_pw', 'kvm_xen_write_hypercall_page'],
    role: 'Gives the guest the hypercall instruction of this CPU.',
    when: {
      otherVendor: "The guest used the other vendor's hypercall instruction.",
      page: 'A Hyper-V or Xen hypercall page is filled.',
    },
    reads: {},
    writes: { code: 'Three bytes, VMCALL.' },
    td: 'Nothing.',
  },
  set_irq: {
    member: { 'v5.15': 'set_irq', 'v6.12': 'inject_irq', 'v6.18': 'inject_irq' },
    implementation: 'vmx_inject_irq',
    wrapper: 'vt_inject_irq',
    callers: ['kvm_check_and_inject_events'],
    role: 'Puts the queued vector into the VM-entry event.',
    when: {
      again: 'An interrupt that did not get through goes in again.',
      fresh: 'A new interrupt was acknowledged and queued.',
    },
    reads: { queue: 'arch.interrupt: number and soft.' },
    writes: {
      event: 'VM_ENTRY_INTR_INFO_FIELD: the vector, type 0 external or 4 software, valid.',
      length: 'VM_ENTRY_INSTRUCTION_LEN for a software interrupt.',
      activity: 'GUEST_ACTIVITY_STATE, from HLT to active.',
    },
    notes: {
      trace: 'Prints kvm_inj_virq.',
      realMode: 'In real mode without unrestricted guest the delivery is emulated.',
    },
    td: 'Nothing: a TD takes posted interrupts only.',
  },
  set_nmi: {
    member: { 'v5.15': 'set_nmi', 'v6.12': 'inject_nmi', 'v6.18': 'inject_nmi' },
    implementation: 'vmx_inject_nmi',
    wrapper: 'vt_inject_nmi',
    callers: ['kvm_check_and_inject_events'],
    role: 'Puts an NMI into the VM-entry event.',
    when: { again: 'An NMI that did not get through goes in again.', fresh: 'An NMI is pending and allowed.' },
    reads: {},
    writes: {
      event: 'VM_ENTRY_INTR_INFO_FIELD: 0x80000202.',
      soft: 'soft_vnmi_blocked without virtual NMIs.',
    },
    td: 'tdx_inject_nmi.',
  },
  queue_exception: {
    member: { 'v5.15': 'queue_exception', 'v6.12': 'inject_exception', 'v6.18': 'inject_exception' },
    implementation: 'vmx_inject_exception',
    wrapper: 'vt_inject_exception',
    callers: ['kvm_inject_exception'],
    role: 'Puts an exception into the VM-entry event.',
    when: { pending: 'An exception is pending, or did not get through.' },
    reads: { queue: 'arch.exception: vector, error code.' },
    writes: {
      event: 'VM_ENTRY_INTR_INFO_FIELD: type 3 or 6, bit 11 with an error code.',
      code: 'VM_ENTRY_EXCEPTION_ERROR_CODE.',
      length: 'VM_ENTRY_INSTRUCTION_LEN for a software exception.',
    },
    td: 'Nothing.',
  },
  cancel_injection: {
    member: 'cancel_injection',
    implementation: 'vmx_cancel_injection',
    wrapper: 'vt_cancel_injection',
    callers: ['vcpu_enter_guest'],
    role: 'Takes back an event whose entry does not happen.',
    when: { request: 'A request came in just before the entry.', mmu: 'The page tables could not be loaded.' },
    reads: { event: 'VM_ENTRY_INTR_INFO_FIELD, error code and instruction length.' },
    writes: { queues: 'The event queues of the vCPU.', event: 'VM_ENTRY_INTR_INFO_FIELD: zero.' },
    notes: { isr: 'An acknowledged vector does not go back into IRR; it stays queued.' },
    td: 'Nothing.',
  },
  interrupt_allowed: {
    member: 'interrupt_allowed',
    implementation: 'vmx_interrupt_allowed',
    wrapper: 'vt_interrupt_allowed',
    callers: ['kvm_check_and_inject_events', 'kvm_arch_interrupt_allowed'],
    role: 'Says whether an interrupt can be injected now.',
    when: { injection: 'An interrupt is injectable.', runnable: 'Is a halted vCPU to wake, is a window open.' },
    reads: {
      flags: 'GUEST_RFLAGS: IF.',
      shadow: 'GUEST_INTERRUPTIBILITY_INFO bits 0 and 1.',
      nested: 'Whether a nested guest is about to run or takes interrupt exits.',
    },
    writes: {},
    notes: { busy: 'Answers yes, no, or busy: then an immediate exit is asked for.' },
    td: 'tdx_interrupt_allowed.',
  },
  nmi_allowed: {
    member: 'nmi_allowed',
    implementation: 'vmx_nmi_allowed',
    wrapper: 'vt_nmi_allowed',
    callers: ['kvm_check_and_inject_events', 'kvm_vcpu_has_events'],
    role: 'Says whether an NMI can be injected now.',
    when: { injection: 'An NMI is pending.', runnable: 'Is a halted vCPU to wake.' },
    reads: {
      shadow: 'GUEST_INTERRUPTIBILITY_INFO bits 0, 1 and 3.',
      soft: 'soft_vnmi_blocked without virtual NMIs.',
    },
    writes: {},
    td: 'Always yes.',
  },
  get_nmi_mask: {
    member: 'get_nmi_mask',
    implementation: 'vmx_get_nmi_mask',
    wrapper: 'vt_get_nmi_mask',
    callers: ['process_nmi', 'kvm_vcpu_ioctl_x86_get_vcpu_events', 'enter_smm'],
    role: 'Says whether NMIs are blocked.',
    when: { limit: 'Queued NMIs become pending: how many may be.', save: 'KVM_GET_VCPU_EVENTS.', smm: 'SMM entry.' },
    reads: {
      shadow: 'GUEST_INTERRUPTIBILITY_INFO bit 3, unless known to be clear.',
      soft: 'soft_vnmi_blocked without virtual NMIs.',
    },
    writes: { known: 'nmi_known_unmasked.' },
    td: 'Always no.',
  },
  set_nmi_mask: {
    member: 'set_nmi_mask',
    implementation: 'vmx_set_nmi_mask',
    wrapper: 'vt_set_nmi_mask',
    callers: ['emulator_set_nmi_mask', 'kvm_vcpu_ioctl_x86_set_vcpu_events', 'enter_smm'],
    role: 'Sets or clears NMI blocking.',
    when: {
      iret: 'An emulated IRET.',
      restore: 'KVM_SET_VCPU_EVENTS.',
      smm: 'SMM entry.',
      vectoring: 'An NMI did not get through: blocking is lifted.',
    },
    reads: {},
    writes: {
      shadow: 'GUEST_INTERRUPTIBILITY_INFO bit 3.',
      soft: 'soft_vnmi_blocked without virtual NMIs.',
    },
    td: 'Nothing.',
  },
  enable_nmi_window: {
    member: 'enable_nmi_window',
    implementation: 'vmx_enable_nmi_window',
    wrapper: 'vt_enable_nmi_window',
    callers: ['kvm_check_and_inject_events'],
    role: 'Asks for an exit as soon as an NMI can be taken.',
    when: { left: 'An NMI stays pending.' },
    reads: { shadow: 'GUEST_INTERRUPTIBILITY_INFO: with an STI shadow the interrupt window is used.' },
    writes: { control: 'CPU_BASED_VM_EXEC_CONTROL: NMI-window exiting, bit 22.' },
    td: 'Nothing.',
  },
  enable_irq_window: {
    member: 'enable_irq_window',
    implementation: 'vmx_enable_irq_window',
    wrapper: 'vt_enable_irq_window',
    callers: ['kvm_check_and_inject_events', 'vcpu_enter_guest'],
    role: 'Asks for an exit as soon as an interrupt can be taken.',
    when: { left: 'An interrupt stays injectable.', userspace: 'Userspace asked for the window.' },
    reads: {},
    writes: { control: 'CPU_BASED_VM_EXEC_CONTROL: interrupt-window exiting, bit 2.' },
    td: 'Nothing.',
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
    role: 'Makes the guest exit when its task priority falls below the pending interrupt.',
    when: { events: 'After event injection, if the local APIC is on and APICv is not.' },
    reads: { priority: 'The task priority and the highest IRR, as priority classes.' },
    writes: { threshold: 'TPR_THRESHOLD: the class of the highest IRR, or zero if TPR lets it through.' },
    notes: { shadow: 'Not there without a TPR shadow.' },
    td: 'Nothing.',
  },
  set_virtual_apic_mode: {
    member: 'set_virtual_apic_mode',
    implementation: 'vmx_set_virtual_apic_mode',
    wrapper: 'vt_set_virtual_apic_mode',
    callers: ['__kvm_apic_set_base'],
    role: 'Switches the virtualization of xAPIC and x2APIC.',
    when: { base: 'IA32_APIC_BASE: the enable or the x2APIC bit changed.' },
    reads: { mode: 'The mode of the local APIC.' },
    writes: {
      control: 'SECONDARY_VM_EXEC_CONTROL: virtualize APIC accesses, or virtualize x2APIC mode.',
      bitmap: 'The MSR bitmap of the x2APIC range.',
      reload: 'KVM_REQ_APIC_PAGE_RELOAD in xAPIC mode.',
    },
    notes: { nested: 'Put off while a nested guest runs.' },
    td: 'Nothing.',
  },
  set_apic_access_page_addr: {
    member: 'set_apic_access_page_addr',
    implementation: 'vmx_set_apic_access_page_addr',
    wrapper: 'vt_set_apic_access_page_addr',
    callers: ['kvm_vcpu_reload_apic_access_page'],
    role: 'Tells the CPU where the APIC-access page lies.',
    when: { reload: 'KVM_REQ_APIC_PAGE_RELOAD.' },
    reads: { page: 'The private memory slot at 0xfee00000.' },
    writes: { address: 'APIC_ACCESS_ADDR.' },
    notes: { nested: 'Put off while a nested guest runs.' },
    td: 'Nothing.',
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
    role: 'Switches APICv on or off in the VMCS.',
    when: { update: 'KVM_REQ_APICV_UPDATE: an inhibit reason came or went.' },
    reads: { active: 'Whether APICv is active for this vCPU.' },
    writes: {
      pin: 'PIN_BASED_VM_EXEC_CONTROL: process posted interrupts.',
      secondary: 'SECONDARY_VM_EXEC_CONTROL: APIC-register virtualization, virtual-interrupt delivery.',
      tertiary: { text: 'TERTIARY_VM_EXEC_CONTROL: IPI virtualization.', at: NEW },
      bitmap: 'The MSR bitmap of the x2APIC range.',
    },
    td: 'Nothing: APICv cannot be off.',
  },
  load_eoi_exitmap: {
    member: 'load_eoi_exitmap',
    implementation: 'vmx_load_eoi_exitmap',
    wrapper: 'vt_load_eoi_exitmap',
    callers: ['vcpu_load_eoi_exitmap'],
    role: 'Chooses the vectors whose EOI exits.',
    when: { load: 'KVM_REQ_LOAD_EOI_EXITMAP, after the IOAPIC was scanned.' },
    reads: { handled: 'arch.ioapic_handled_vectors.', active: 'Whether APICv is active.' },
    writes: { bitmap: 'EOI_EXIT_BITMAP0 to EOI_EXIT_BITMAP3.' },
    td: 'Nothing.',
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
    role: 'Drops posted bits that belong to the state before.',
    when: {
      after: { text: 'After KVM_SET_LAPIC and after a reset.', at: OLD },
      before: { text: 'At the beginning of KVM_SET_LAPIC and of a reset.', at: NEW },
    },
    reads: {},
    writes: { on: 'Posted-interrupt descriptor: ON = 0.', pir: 'Posted-interrupt descriptor: PIR = 0.' },
    notes: { avic: { text: 'The old member lives on for AVIC.', at: NEW } },
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
    role: 'Says which inhibit reasons count for this vendor.',
    when: { change: 'An inhibit reason is set or cleared.' },
    reads: {
      reason: { text: 'The reason: only disable and Hyper-V count.', at: OLD },
      mask: { text: 'A bit mask of the reasons that count.', at: NEW },
    },
    writes: {},
  },
  hwapic_irr_update: {
    member: { 'v5.15': 'hwapic_irr_update', 'v6.12': 'hwapic_irr_update', 'v6.18': null },
    implementation: { 'v5.15': 'vmx_hwapic_irr_update', 'v6.12': 'vmx_hwapic_irr_update', 'v6.18': null },
    callers: {
      'v5.15': ['apic_clear_irr', 'kvm_apic_set_state', 'kvm_lapic_reset'],
      'v6.12': ['apic_clear_irr', 'kvm_apic_set_state', 'kvm_lapic_reset'],
      'v6.18': [],
    },
    role: 'Keeps RVI equal to the highest IRR.',
    when: { cleared: 'An IRR bit was cleared with APICv active.', restore: 'KVM_SET_LAPIC and reset.' },
    reads: { irr: 'The highest IRR.' },
    writes: { rvi: 'GUEST_INTR_STATUS bits 7:0, not while a nested guest runs.' },
    notes: { gone: { text: 'Gone: RVI is only written when posted interrupts are collected.', at: LATEST } },
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
    role: 'Keeps SVI equal to the highest ISR.',
    when: { service: 'An ISR bit was set or cleared with APICv active.', restore: 'KVM_SET_LAPIC and reset.' },
    reads: { isr: 'The highest ISR.' },
    writes: { svi: 'GUEST_INTR_STATUS bits 15:8.' },
    td: 'Nothing.',
  },
  guest_apic_has_interrupt: {
    member: { 'v5.15': 'guest_apic_has_interrupt', 'v6.12': null, 'v6.18': null },
    implementation: { 'v5.15': 'vmx_guest_apic_has_interrupt', 'v6.12': null, 'v6.18': null },
    callers: { 'v5.15': ['kvm_guest_apic_has_interrupt'], 'v6.12': [], 'v6.18': [] },
    role: 'Says whether a nested guest has a virtual interrupt to take.',
    when: { halted: 'Is a vCPU that halted in a nested guest to wake.' },
    reads: { rvi: 'RVI.', vppr: 'VPPR in the virtual-APIC page of the nested guest.' },
    writes: {},
    notes: { gone: { text: 'Gone: the nested operations answer it.', at: NEW } },
  },
  sync_pir_to_irr: {
    member: 'sync_pir_to_irr',
    implementation: 'vmx_sync_pir_to_irr',
    wrapper: 'vt_sync_pir_to_irr',
    callers: ['vcpu_enter_guest', 'apic_has_interrupt_for_ppr', 'vcpu_scan_ioapic', 'kvm_vcpu_ioctl_get_lapic'],
    role: 'Collects posted interrupts into IRR.',
    when: {
      entry: 'Before every entry, and when a fast path re-enters.',
      search: 'Before the highest deliverable vector is looked for.',
      scan: 'Before the IOAPIC is scanned.',
      save: 'KVM_GET_LAPIC.',
    },
    reads: { on: 'Posted-interrupt descriptor: ON.', pir: 'Posted-interrupt descriptor: PIR.' },
    writes: {
      on: 'Posted-interrupt descriptor: ON = 0, PIR = 0.',
      irr: 'IRR in the virtual-APIC page.',
      rvi: 'GUEST_INTR_STATUS bits 7:0 with APICv active.',
      event: 'KVM_REQ_EVENT otherwise, if something new came.',
    },
    notes: { result: 'Returns the highest IRR.' },
    td: 'Minus one.',
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
    role: 'Delivers one vector to one vCPU.',
    when: { accepted: 'The local APIC accepted a Fixed or LowestPriority message.' },
    reads: { active: 'Whether APICv is active for the target.', mode: 'vcpu->mode of the target.' },
    writes: {
      pir: 'Posted-interrupt descriptor: the PIR bit.',
      on: 'Posted-interrupt descriptor: ON = 1.',
      notify: 'Sends vector 0xf2 to a vCPU in guest mode, wakes any other.',
      fallback: { text: 'Without APICv: the IRR bit, KVM_REQ_EVENT and a kick.', at: NEW },
    },
    notes: { refuse: { text: 'Without APICv it refuses, and the caller sets IRR, requests and kicks.', at: OLD } },
    td: 'tdx_deliver_interrupt: always posts.',
  },
  dy_apicv_has_pending_interrupt: {
    member: 'dy_apicv_has_pending_interrupt',
    implementation: 'pi_has_pending_interrupt',
    callers: ['kvm_arch_dy_has_pending_interrupt'],
    role: 'Says whether a preempted vCPU has posted work.',
    when: { yield: 'A spinning vCPU looks for another to yield to.' },
    reads: { descriptor: 'Posted-interrupt descriptor: ON, or SN and PIR.' },
    writes: {},
  },
} as const satisfies Record<string, Row>;

/** The id of an operation: its member name at v5.15. */
export type KernelOpId = keyof typeof ROWS;

export type FactKind = 'role' | 'when' | 'reads' | 'writes' | 'notes' | 'td';

/** One short sentence about an operation, with the key under which a catalogue may replace it. */
export interface OpFact {
  readonly key: string;
  readonly text: string;
  readonly at: readonly KernelVersion[];
}

/** What an operation is at one version. */
export type OpForm =
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

export interface KernelOp {
  readonly id: KernelOpId;
  readonly at: { readonly [V in KernelVersion]: OpForm | null };
  readonly facts: { readonly [K in FactKind]: readonly OpFact[] };
}

function formAt(row: Row, version: KernelVersion): OpForm | null {
  const member = typeof row.member === 'string' ? row.member : row.member[version];
  if (member === null) return null;
  if (row.dataAt?.includes(version)) return { kind: 'data', member };
  const implementation = typeof row.implementation === 'string' ? row.implementation : row.implementation[version];
  if (implementation === null) return null;
  const callers = 'v5.15' in row.callers ? row.callers[version] : row.callers;
  const form = { kind: 'call', member, implementation, callers } as const;
  return row.wrapper !== undefined && version === 'v6.18' ? { ...form, wrapper: row.wrapper } : form;
}

function facts(id: string, kind: FactKind, texts: FactTexts): readonly OpFact[] {
  return Object.entries(texts).map(([key, fact]) => ({
    key: `op.${id}.${kind}.${key}`,
    text: typeof fact === 'string' ? fact : fact.text,
    at: typeof fact === 'string' ? KERNEL_VERSIONS : fact.at,
  }));
}

function single(id: string, kind: FactKind, text: string, at: readonly KernelVersion[]): OpFact {
  return { key: `op.${id}.${kind}`, text, at };
}

function expand(id: KernelOpId): KernelOp {
  const row: Row = ROWS[id];
  return {
    id,
    at: { 'v5.15': formAt(row, 'v5.15'), 'v6.12': formAt(row, 'v6.12'), 'v6.18': formAt(row, 'v6.18') },
    facts: {
      role: [single(id, 'role', row.role, KERNEL_VERSIONS)],
      when: facts(id, 'when', row.when),
      reads: facts(id, 'reads', row.reads),
      writes: facts(id, 'writes', row.writes),
      notes: facts(id, 'notes', row.notes ?? {}),
      td: row.td === undefined ? [] : [single(id, 'td', row.td, LATEST)],
    },
  };
}

/** The thirty operations, in the order of the list. */
export const KERNEL_OPS: readonly KernelOp[] = (Object.keys(ROWS) as KernelOpId[]).map(expand);

export function opById(id: KernelOpId): KernelOp {
  const found = KERNEL_OPS.find((op) => op.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

/** The operation a function implements at a version, so that a step of the engine can light it up. */
export function opImplementedBy(fn: KernelFn, version: KernelVersion): KernelOp | null {
  const implements_ = (form: OpForm | null) =>
    form?.kind === 'call' && (form.implementation === fn || form.wrapper === fn);
  return KERNEL_OPS.find((op) => implements_(op.at[version])) ?? null;
}
