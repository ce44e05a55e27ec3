/**
 * How a call path is written down.
 *
 * A chain is written as text, `first > second > member: third`. The first step is where the path begins; every other
 * step is called by the one before it: by its name, or, where a member is named, through that member of a structure of
 * function pointers. Steps are ids of functions.ts. What a function calls beside that is a path of its own: a chain never
 * lists two callees of one caller, so any two neighbours are a real caller and callee.
 *
 * Where control passes without a call (a work item, a timer, a request bit, an exit handler from a table), the path ends
 * and another begins; its `start` says what set it going, so that a reader can go back.
 */
import { isKernelFn, type KernelFn, type KernelVersion } from './functions.ts';

/** The structure of function pointers each member belongs to. */
export const CALLBACK_MEMBERS = {
  add_producer: 'irq_bypass_consumer',
  apicv_post_state_restore: 'kvm_x86_ops',
  apicv_pre_state_restore: 'kvm_x86_ops',
  cancel_injection: 'kvm_x86_ops',
  complete_emulated_msr: 'kvm_x86_ops',
  deliver_interrupt: 'kvm_x86_ops',
  deliver_posted_interrupt: 'kvm_x86_ops',
  dy_apicv_has_pending_interrupt: 'kvm_x86_ops',
  enable_irq_window: 'kvm_x86_ops',
  enable_nmi_window: 'kvm_x86_ops',
  enter_smm: 'kvm_x86_ops',
  fix_hypercall: 'x86_emulate_ops',
  func: 'kvm_irq_mask_notifier',
  get_interrupt_shadow: 'kvm_x86_ops',
  get_nmi_mask: 'kvm_x86_ops',
  handle_exit: 'kvm_x86_ops',
  handle_exit_irqoff: 'kvm_x86_ops',
  hwapic_irr_update: 'kvm_x86_ops',
  hwapic_isr_update: 'kvm_x86_ops',
  inject_exception: 'kvm_x86_ops',
  inject_irq: 'kvm_x86_ops',
  inject_nmi: 'kvm_x86_ops',
  interrupt_allowed: 'kvm_x86_ops',
  irq_acked: 'kvm_irq_ack_notifier',
  load_eoi_exitmap: 'kvm_x86_ops',
  nmi_allowed: 'kvm_x86_ops',
  patch_hypercall: 'kvm_x86_ops',
  pi_start_assignment: 'kvm_x86_ops',
  pi_start_bypass: 'kvm_x86_ops',
  pi_update_irte: 'kvm_x86_ops',
  pio_in_emulated: 'x86_emulate_ops',
  pio_out_emulated: 'x86_emulate_ops',
  post_block: 'kvm_x86_ops',
  pre_block: 'kvm_x86_ops',
  queue_exception: 'kvm_x86_ops',
  read: 'kvm_io_device_ops',
  read_emulated: 'x86_emulate_ops',
  read_write_emulate: 'read_write_emulator_ops',
  read_write_exit_mmio: 'read_write_emulator_ops',
  read_write_mmio: 'read_write_emulator_ops',
  refresh_apicv_exec_ctrl: 'kvm_x86_ops',
  run: 'kvm_x86_ops',
  set: 'kvm_kernel_irq_routing_entry',
  set_apic_access_page_addr: 'kvm_x86_ops',
  set_hv_timer: 'kvm_x86_ops',
  set_interrupt_shadow: 'kvm_x86_ops',
  set_irq: 'kvm_x86_ops',
  set_msr: 'kvm_x86_ops',
  set_msr_with_filter: 'x86_emulate_ops',
  set_nmi: 'kvm_x86_ops',
  set_virtual_apic_mode: 'kvm_x86_ops',
  skip_emulated_instruction: 'kvm_x86_ops',
  start_assignment: 'kvm_x86_ops',
  sync_pir_to_irr: 'kvm_x86_ops',
  update_cr8_intercept: 'kvm_x86_ops',
  update_pi_irte: 'kvm_x86_ops',
  vcpu_blocking: 'kvm_x86_ops',
  vcpu_deliver_sipi_vector: 'kvm_x86_ops',
  vcpu_load: 'kvm_x86_ops',
  vcpu_precreate: 'kvm_x86_ops',
  vcpu_put: 'kvm_x86_ops',
  vcpu_unblocking: 'kvm_x86_ops',
  vcpu_run: 'kvm_x86_ops',
  write: 'kvm_io_device_ops',
  write_emulated: 'x86_emulate_ops',
} as const;

export type CallbackMember = keyof typeof CALLBACK_MEMBERS;

export interface StepSpec {
  readonly id: KernelFn;
  /** The member it is called through; null where it is called by its name. */
  readonly member: CallbackMember | null;
}

const isOpsMember = (name: string): name is CallbackMember => Object.hasOwn(CALLBACK_MEMBERS, name);

/** Reads a chain; a name that is not in the tables is our mistake, and throws. */
export function parseSteps(chain: string): readonly StepSpec[] {
  return chain.split('>').map((text) => {
    const [, member = null, id = ''] = /^(?:(\w+): )?(\w+)$/.exec(text.trim()) ?? [];
    if (!isKernelFn(id)) throw new Error(`no such function: ${text.trim()}`);
    if (member !== null && !isOpsMember(member)) throw new Error(`no such member: ${member}`);
    return { id, member };
  });
}

/**
 * What sets a path going, when nothing calls its first function:
 *   work          `from` queues the work item `by`, whose function this is
 *   kthread-work  the same for a kernel thread worker
 *   hrtimer       `from` starts the timer `by`, whose function this is
 *   wait-queue    `from` wakes the queue `by`, where this is the callback of a waiter
 *   exit-table    `from` calls through its table of exit handlers, entry `by`
 *   opcode-table  `from` calls through member `by` of the decoded instruction
 *   driver-table  `from` calls through member `by` of a table in a driver, where this function stands
 *   host-vector   `from` is the host's interrupt entry; it calls through the pointer `by`
 *   request       `from` sets the request `by`, and the path serves it
 *   argument      `from` hands this function to `by`
 *   callback      `from` leaves this function in the pointer `by`, to be called when user space is back
 *   idt-gate      `from` has the vector `by` sent to a CPU, whose gate leads to this function
 */
export type StartKind =
  | 'work'
  | 'kthread-work'
  | 'hrtimer'
  | 'wait-queue'
  | 'exit-table'
  | 'opcode-table'
  | 'driver-table'
  | 'host-vector'
  | 'request'
  | 'argument'
  | 'callback'
  | 'idt-gate';

export interface PathStart {
  readonly kind: StartKind;
  readonly from: KernelFn;
  readonly by: string;
}

export interface ChainSpec {
  readonly at: readonly KernelVersion[];
  readonly steps: string;
  readonly start?: PathStart;
}

export interface CallPathSpec {
  readonly id: string;
  readonly title: string;
  readonly chains: readonly ChainSpec[];
}
