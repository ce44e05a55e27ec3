/**
 * The chain of kernel functions from what set a step going to the step itself: the events that caused it, each with its
 * function, and between them the functions that the catalogue of call paths knows at the version asked for.
 */

import { COL } from '../engine/view/tables.ts';
import { causesOf } from '../log/causes.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { argsIn, cellOf } from '../log/rows.ts';
import { EVENT_NAMES, type EventName, eventRow } from '../spec/events/index.ts';
import { eventSource } from '../spec/events/sources.ts';
import { type KernelFn, type KernelVersion, placeAt } from '../spec/kernel/functions.ts';
import { CALL_PATHS, type CallStep } from '../spec/kernel/paths.ts';

export interface Link {
  /** Catalogue id; null for what is not kernel code (a device, the guest, the CPU). */
  readonly id: KernelFn | null;
  /** Name at the version, or the event's name. */
  readonly name: string;
  readonly file: string | null;
  /** Event that the engine recorded for it; null for a function that only lies between. */
  readonly event: EventName | null;
  /** Row of that event. */
  readonly seq: number | null;
  /** How it is reached: a call the catalogue knows, or in another context (work item, request, VM exit). */
  readonly reached: 'start' | 'call' | 'later';
}

/** Lookups on the way that call nothing further: shown only when they are the step itself. */
export const ASIDE: ReadonlySet<EventName> = new Set(['op', 'time', 'route', 'apic_map', 'request', 'set_irq_result']);

type Chains = readonly (readonly CallStep[])[];

const knownChains = new Map<string, Chains>();

/** Kernel function that recorded an event, by its arguments and the host's vendor; null where no KVM code ran. */
export function fnOf(name: EventName, args: Readonly<Record<string, number>>, vendor: Vendor): KernelFn | null {
  const row = eventSource(name);
  const special = row.fnBy?.fns[args[row.fnBy.arg]];
  if (special !== undefined) return special;
  return vendor === 'amd' ? (row.amd ?? row.fn) : row.fn;
}

export type Vendor = 'intel' | 'amd';
/** Whose host it is: AVIC is AMD's, and a machine that says nothing is Intel's. */
export const vendorOf = (run: SceneLog): Vendor => run.config.vendor ?? (run.config.avic === true ? 'amd' : 'intel');
/** Where the other vendor's module lies. */
const FOREIGN: Readonly<Record<Vendor, string>> = { intel: 'arch/x86/kvm/svm/', amd: 'arch/x86/kvm/vmx/' };

/** The parts of a chain that the host's vendor shares: what is between the other vendor's functions, each part a chain. */
function nativeParts(steps: readonly CallStep[], vendor: Vendor): Chains {
  const parts: CallStep[][] = [[]];
  let start = 0;
  for (const [i, step] of steps.entries()) {
    if (step.file.startsWith(FOREIGN[vendor])) {
      parts.push([]);
      start = i + 1;
      continue;
    }
    const caller = step.caller === null || step.caller < start ? null : step.caller - start;
    parts.at(-1)?.push({ ...step, caller });
  }
  return parts.filter((part) => part.length > 0);
}

/** Catalogued chains at a version that can be meant on a vendor's host. */
export function chainsOf(vendor: Vendor, version: KernelVersion): Chains {
  const key = `${version} ${vendor}`;
  let chains = knownChains.get(key);
  if (chains === undefined) {
    chains = CALL_PATHS.flatMap((path) => {
      const steps = path.at[version]?.steps;
      return steps === undefined ? [] : nativeParts(steps, vendor);
    });
    knownChains.set(key, chains);
  }
  return chains;
}

/** How many of the functions a chain has, in this order. */
function covers(steps: readonly CallStep[], fns: readonly KernelFn[]): number {
  let from = -1;
  let count = 0;
  for (const fn of fns) {
    const at = steps.findIndex((s, i) => i > from && s.id === fn);
    if (at < 0) continue;
    from = at;
    count++;
  }
  return count;
}

/** No call of these happened: the event says that another branch ran. */
type Avoided = readonly KernelFn[];
const passes = (steps: readonly CallStep[], avoided: Avoided): boolean => !steps.some((s) => avoided.includes(s.id));

/** Most functions between two that no single chain has both of: a wrapper or two. */
const BRIDGE = 2;

/** A way from one to the other over calls of several chains. */
function bridge(from: KernelFn, to: KernelFn, chains: Chains, avoided: Avoided, depth = BRIDGE): CallStep[] | null {
  const next = new Map<KernelFn, CallStep>();
  for (const steps of chains) {
    for (const step of steps) {
      if (step.caller === null || steps[step.caller]?.id !== from || avoided.includes(step.id)) continue;
      if (step.id === to) return [];
      next.set(step.id, step);
    }
  }
  if (depth === 0) return null;
  for (const step of next.values()) {
    const rest = bridge(step.id, to, chains, avoided, depth - 1);
    if (rest !== null) return [step, ...rest];
  }
  return null;
}

/** Functions strictly between two, in the first chain that leads from one to the other, or the shortest way of all. */
function between(
  from: KernelFn,
  to: KernelFn,
  chains: Chains,
  avoided: Avoided,
  through: KernelFn | null = null,
): readonly CallStep[] | null {
  if (through !== null && through !== from) {
    const first = between(from, through, chains, avoided);
    const rest = first === null ? null : between(through, to, chains, avoided);
    const midway = chains.flat().find(({ id }) => id === through);
    if (first !== null && rest !== null && midway !== undefined) return [...first, midway, ...rest];
  }
  let best: readonly CallStep[] | null = null;
  for (const [n, steps] of chains.entries()) {
    const i = steps.findIndex((s) => s.id === from);
    const j = i < 0 ? -1 : steps.findIndex((s, at) => at > i && s.id === to);
    if (j <= i) continue;
    const way = steps.slice(i + 1, j);
    if (!passes(way, avoided)) continue;
    if (n === 0) return way;
    if (best === null || way.length < best.length) best = way;
  }
  return best ?? bridge(from, to, chains, avoided);
}

/** What calls the first function: the head of the first chain that goes through it and on to the second, if that is known. */
function head(
  first: KernelFn,
  second: KernelFn | undefined,
  chains: Chains,
  avoided: Avoided,
  through: KernelFn | null,
): readonly CallStep[] {
  let found: readonly CallStep[] = [];
  for (const steps of chains) {
    const i = steps.findIndex((s) => s.id === first);
    if (i <= 0 || !passes(steps.slice(0, i), avoided)) continue;
    const goesOn = second === undefined || steps.some((s, at) => at > i && s.id === second);
    const goesThrough = through === null || steps.some((s, at) => at < i && s.id === through);
    if (goesOn && goesThrough) return steps.slice(0, i);
    if (found.length === 0 && (through === null ? goesOn : goesThrough)) found = steps.slice(0, i);
  }
  return found;
}

const lying = (s: CallStep, reached: Link['reached']): Link => ({
  id: s.id,
  name: s.fn,
  file: s.file,
  event: null,
  seq: null,
  reached,
});

interface Known {
  readonly event: EventName;
  readonly seq: number;
  readonly fn: KernelFn | null;
  readonly avoided: Avoided;
  /** A function on the way to it from the start, where there are several ways in. */
  readonly through: KernelFn | null;
  /** It is not called by what caused it: another thread, or this one later, comes by. */
  readonly apart: boolean;
}

type Args = Readonly<Record<string, number>>;
const NONE: Avoided = [];
const DELIVERY: Avoided = [
  ...(['vt_deliver_interrupt', 'vmx_deliver_interrupt'] as const),
  ...(['svm_deliver_interrupt', 'svm_complete_interrupt_delivery'] as const),
];
const IN_PLACE: Avoided = ['kvm_lapic_expired_hv_timer', 'restart_apic_timer', 'start_sw_timer', 'start_hv_timer'];
const FROM_TIMER: Avoided = ['apic_timer_fn', 'kvm_lapic_expired_hv_timer'];
const BY_MSR: Avoided = ['kvm_x2apic_msr_write', 'kvm_x2apic_msr_read'];
const BY_MMIO: Avoided = ['apic_mmio_write', 'apic_mmio_read', 'kvm_lapic_set_eoi'];
/** An Intel guest's store to the APIC page exits with APIC_ACCESS, never with a misconfigured EPT entry. */
const NO_MISCONFIG: Avoided = ['handle_ept_misconfig', ...BY_MSR];
const APIC_EOI = 0xb0;
const APIC_ICR = 0x300;
const APIC_TDCR = 0x3e0;
const ICR_LOGICAL = 1 << 11;
const ICR_SHORTHAND = 3 << 18;
const XAPIC_BROADCAST = 0xff;
/** state_restore's `what`. */
const RESTORED = { lapic: 0, msrs: 1 } as const;
const ICW1 = 1;
/** LVTT's mode of a TSC deadline, as timer_start says it. */
const DEADLINE = 2;

/** What else tells the branch: whose host it is, and the op that came first. */
interface Setting {
  readonly vendor: Vendor;
  /** Its name; empty where a model acted by itself. */
  readonly op: string;
  /** It reads from memory or a port. */
  readonly reads: boolean;
}

/** A register access by a guest: the page or an MSR, as the op or the event says. */
function accessOf(args: Args, { vendor, op }: Setting): Pick<Known, 'avoided' | 'through' | 'apart'> {
  const msr = args.x2apic === 1 || (args.x2apic === undefined && (op === 'rdmsr' || op === 'wrmsr'));
  const write = args.x2apic !== undefined;
  if (msr) return { avoided: BY_MMIO, through: write ? 'kvm_x2apic_msr_write' : 'kvm_x2apic_msr_read', apart: false };
  // A MOV to EOI on Intel is not emulated (fasteoi).
  if (write && args.register === APIC_EOI && vendor === 'intel') {
    return { avoided: BY_MSR, through: 'kvm_lapic_set_eoi', apart: false };
  }
  return { avoided: NO_MISCONFIG, through: write ? 'apic_mmio_write' : 'apic_mmio_read', apart: false };
}

/** AVIC on the way out of a sleep. */
const WAKING = { avoided: ['svm_vcpu_load'], through: 'avic_vcpu_unblocking' } as const;

/** At v5.15 a vCPU asked for the wakeup vector before it blocked, not where it was scheduled out. */
const BLOCKING = { apart: true, through: 'vcpu_block' } as const;

/** Why a timer was armed. A restore never writes a register, a changed divider never starts anew. */
function timerStartOf(args: Args, before: EventName | null, its: Args): Pick<Known, 'avoided' | 'through' | 'apart'> {
  const way = { avoided: NONE, through: null, apart: false };
  if (before === 'state_restore') {
    const lapic = its.what === RESTORED.lapic;
    return lapic
      ? { ...way, avoided: ['kvm_lapic_reg_write'], through: 'kvm_apic_set_state' }
      : { ...way, avoided: ['kvm_lapic_reg_write'], through: 'kvm_set_lapic_tscdeadline_msr' };
  }
  if (before === 'kvm_apic_write') {
    return { ...way, avoided: its.register === APIC_TDCR ? ['start_apic_timer'] : ['kvm_set_lapic_tscdeadline_msr'] };
  }
  // A deadline is armed by the WRMSR of its MSR, with no APIC register on the way.
  return before === null && args.mode === DEADLINE
    ? { ...way, avoided: ['kvm_lapic_reg_write'], through: 'kvm_set_lapic_tscdeadline_msr' }
    : way;
}

/** How KVM finds whom an IPI that AVIC left open is for. @kvm avic.c avic_kick_target_vcpus_fast @param its of the incomplete IPI */
function kickedOf(its: Args): Pick<Known, 'avoided' | 'through' | 'apart'> {
  const way = { avoided: NONE, through: null, apart: false };
  if ((its.icrLow & ICR_LOGICAL) !== 0 && (its.icrLow & ICR_SHORTHAND) === 0) {
    return { ...way, through: 'avic_kick_vcpu_by_logical_id' };
  }
  const one = (its.icrLow & ICR_SHORTHAND) === 0 && its.dest !== XAPIC_BROADCAST;
  return one
    ? { ...way, through: 'avic_kick_vcpu_by_physical_id' }
    : { ...way, avoided: ['avic_kick_target_vcpus_fast'] };
}

/** Port 0xa0 and up are the slave's. */
const isSlavePort = (args: Args): boolean => (args.port & 0x80) !== 0;

const BY_WRMSR: Avoided = ['kvm_emulate_wrmsr', '__kvm_emulate_wrmsr'];
const BY_RDMSR: Avoided = ['kvm_emulate_rdmsr', '__kvm_emulate_rdmsr'];
const BUS_WRITES: Avoided = ['kvm_io_bus_write', '__kvm_io_bus_write'];
const BUS_READS: Avoided = ['kvm_io_bus_read', '__kvm_io_bus_read'];
/** Of pio_access's way: OUT, IN, OUTS, INS. */
const PIO_WAYS: readonly KernelFn[] = [
  ...(['kvm_fast_pio_out', 'kvm_fast_pio_in'] as const),
  ...(['emulator_pio_out_emulated', 'emulator_pio_in_emulated'] as const),
];
const BY_CR8: Avoided = ['handle_cr', 'cr_interception'];

/** A fault is of the instruction that the guest executed. */
function faultOf(op: string): Pick<Known, 'avoided' | 'through' | 'apart'> {
  if (op === 'set_cr8') return { avoided: [...BY_WRMSR, ...BY_RDMSR], through: null, apart: false };
  return { avoided: [...BY_CR8, ...(op === 'rdmsr' ? BY_WRMSR : BY_RDMSR)], through: null, apart: false };
}

/** What an event says of the branch that ran. @param before the event that caused it */
function branchOf(
  event: EventName,
  args: Args,
  before: EventName | null,
  its: Args,
  setting: Setting,
): Pick<Known, 'avoided' | 'through' | 'apart'> {
  const way = { avoided: NONE, through: null, apart: false };
  switch (event) {
    case 'kick': {
      const direct = before === 'init_pending' || before === 'sipi_pending';
      const noVector = before === 'kvm_apic_accept_irq' && its.mode >= 2;
      if (direct || noVector) return { ...way, avoided: DELIVERY };
      return before === 'kvm_apic_accept_irq'
        ? { ...way, through: setting.vendor === 'amd' ? 'svm_deliver_interrupt' : 'vmx_deliver_interrupt' }
        : way;
    }
    case 'kvm_apic_accept_irq':
      // The map could not decide: every vCPU was asked in turn.
      return before === 'kvm_irq_delivery_to_apic' && its.path === 0
        ? { ...way, avoided: ['kvm_irq_delivery_to_apic_fast'] }
        : way;
    case 'accept_sipi':
      // It sleeps until a SIPI comes; one that runs drops it on its way into the guest.
      return args.taken === 1 ? { ...way, avoided: ['vcpu_enter_guest'], through: 'vcpu_block' } : way;
    case 'pio_access':
      return { ...way, through: PIO_WAYS[args.way] ?? null };
    case 'bus_lookup':
      return { ...way, avoided: setting.reads ? BUS_WRITES : BUS_READS };
    case 'pio_answered':
      return { ...way, through: args.way === 3 ? 'complete_emulated_pio' : null };
    case 'gp_fault':
      return faultOf(setting.op);
    case 'guest_halt':
      return { ...way, avoided: ['handle_fastpath_hlt'] };
    case 'pic_eoi':
      return before === 'pic_write' && its.word !== ICW1 ? { ...way, avoided: ['kvm_pic_reset'] } : way;
    case 'pic_write':
      return { ...way, through: isSlavePort(args) ? 'picdev_slave_write' : 'picdev_master_write' };
    case 'pic_read':
      return isSlavePort(args)
        ? { ...way, avoided: ['picdev_master_read'] }
        : { ...way, through: 'picdev_master_read' };
    case 'timer_expired':
      return args.fromTimer === 1
        ? { ...way, avoided: IN_PLACE, through: 'apic_timer_fn' }
        : { ...way, avoided: FROM_TIMER };
    case 'timer_start':
      return timerStartOf(args, before, its);
    case 'avic_kick':
      return kickedOf(its);
    case 'avic_put':
      return before === 'apicv_update' ? way : { ...way, avoided: ['svm_vcpu_put'], through: 'avic_vcpu_blocking' };
    case 'avic_load':
      return before === 'apicv_update'
        ? { ...way, avoided: ['avic_vcpu_load'] }
        : { ...way, avoided: ['avic_vcpu_unblocking'], through: 'svm_vcpu_load' };
    case 'timer_inject': {
      // With APICv the vCPU's own thread injects where the timer expired; else it comes by in vcpu_run.
      const inPlace = before === 'timer_expired' && its.fromTimer === 0;
      return inPlace ? way : { avoided: ['apic_timer_expired'], through: 'vcpu_run', apart: true };
    }
    case 'kvm_apic_write':
    case 'kvm_apic_read':
    case 'apic_write_ignored':
      return before === null ? accessOf(args, setting) : way;
    default:
      return way;
  }
}

/** Parts that KVM has only in a whole irqchip. */
const VMM_CHIPS: ReadonlySet<string> = new Set(['pic', 'pit', 'ioapic']);

/** Is the whole irqchip KVM's at a row? A machine may be born without, and get it by KVM_CREATE_IRQCHIP. */
function hasWholeIrqchip(run: SceneLog, seq: number): boolean {
  if (run.config.irqchip !== 'none') return run.config.irqchip === 'full';
  return run.commands.some((c) => c.seq < seq && c.op.op === 'create_irqchip' && !('error' in c.result));
}

/** Function of what ran where the event alone does not say it. @kvm lapic.c kvm_lapic_msr_write: ICR is whole in x2APIC mode */
function ranFn(event: EventName, args: Args, vendor: Vendor, run: SceneLog, seq: number): KernelFn | null {
  if (VMM_CHIPS.has(eventRow(event).by) && !hasWholeIrqchip(run, seq)) return null;
  const icr = event === 'kvm_apic_write' && args.x2apic === 1 && args.register === APIC_ICR;
  return icr ? '__kvm_x2apic_icr_write' : fnOf(event, args, vendor);
}

/** What a function was part of before it was one of its own. */
const BEFORE: { readonly [F in KernelFn]?: KernelFn } = {
  __avic_vcpu_load: 'avic_vcpu_load',
  __avic_vcpu_put: 'avic_vcpu_put',
  __kvm_vcpu_update_apicv: 'kvm_vcpu_update_apicv',
  __kvm_set_or_clear_apicv_inhibit: '__kvm_request_apicv_update',
  __kvm_vcpu_kick: 'kvm_vcpu_kick',
  kvm_apic_ack_interrupt: 'kvm_get_apic_interrupt',
  __kvm_x2apic_icr_write: 'kvm_x2apic_icr_write',
  kvm_x2apic_icr_write: 'kvm_lapic_reg_write',
  irqfd_resampler_notify: 'irqfd_resampler_ack',
  kvm_pi_update_irte: 'vmx_pi_update_irte',
  vmx_deliver_interrupt: 'vmx_deliver_posted_interrupt',
  __vmx_deliver_posted_interrupt: 'vmx_deliver_posted_interrupt',
  pi_enable_wakeup_handler: 'pi_pre_block',
  svm_complete_interrupt_delivery: 'svm_deliver_avic_intr',
  avic_ring_doorbell: 'svm_deliver_avic_intr',
  avic_kick_vcpu: 'avic_kick_target_vcpus',
};
/** The function at a version: where it does not exist yet, the one that had its lines. */
export function atVersion(fn: KernelFn | null, version: KernelVersion): KernelFn | null {
  if (fn === null || placeAt(fn, version) !== null) return fn;
  const older = BEFORE[fn];
  return older === undefined ? fn : atVersion(older, version);
}

/** The function whose frame is still there when what an event names has returned and the next thing happens, at v6.18. */
const FRAME: { readonly [E in EventName]?: KernelFn } = {
  kvm_msi_set_irq: 'kvm_set_msi',
  pir_set: '__vmx_deliver_posted_interrupt',
  on_set: '__vmx_deliver_posted_interrupt',
  pi_no_notification: 'kvm_vcpu_trigger_posted_interrupt',
  exit_request: 'vcpu_enter_guest',
};

/** The frame, for a message that goes out where the eventfd is signalled: there is no routing entry's callback in it. */
function frameOf(event: EventName, before: EventName | null, own: KernelFn | null): KernelFn | null {
  if (event === 'kvm_msi_set_irq' && before === 'irqfd_wakeup') return 'kvm_arch_set_irq_inatomic';
  return FRAME[event] ?? own;
}

/** The vCPU was asleep: its AVIC was put away when it blocked, and is loaded as it wakes. */
function wokeUp(run: SceneLog, seq: number): boolean {
  const where = cellOf(run, seq, COL.where);
  for (let at = seq - 1; at >= 0; at--) {
    const event = EVENT_NAMES[cellOf(run, at, COL.code)];
    if (event !== 'avic_put' && event !== 'avic_load' && event !== 'vcpu_put') continue;
    if (cellOf(run, at, COL.where) !== where) continue;
    const cause = cellOf(run, at, COL.cause);
    return event === 'avic_put' && (cause < 0 || EVENT_NAMES[cellOf(run, cause, COL.code)] !== 'apicv_update');
  }
  return false;
}

/** The events of the way with their functions; neighbours in one function are one. */
function knownOf(run: SceneLog, step: Step, version: KernelVersion): Known[] {
  const vendor = vendorOf(run);
  const command = run.commands[step.command]?.op;
  const op = String(command?.op ?? '');
  const reads = op === 'mmio_read' || op === 'pio_read' || command?.dir === 'in';
  const setting = { vendor, op, reads };
  const out: Known[] = [];
  let before: EventName | null = null;
  let its: Args = {};
  for (const seq of causesOf(run, step.seq)) {
    const event = EVENT_NAMES[cellOf(run, seq, COL.code)];
    if (event === undefined || (seq !== step.seq && ASIDE.has(event))) continue;
    const args: Args = argsIn(run, seq, event);
    const own = atVersion(ranFn(event, args, vendor, run, seq), version);
    const fn = own === null || seq === step.seq ? own : atVersion(frameOf(event, before, own), version);
    const last = out.at(-1);
    const branch = branchOf(event, args, before, its, setting);
    const woke = event === 'avic_load' && before === null && wokeUp(run, seq);
    const known = { event, seq, fn, ...branch, ...(woke ? WAKING : {}), ...(fn === 'pi_pre_block' ? BLOCKING : {}) };
    if (last !== undefined && fn !== null && last.fn === fn) {
      out.pop();
      out.push({ ...known, avoided: last.avoided, through: last.through, apart: last.apart });
    } else out.push(known);
    before = event;
    its = args;
  }
  return out;
}

/** Is this the delivery of a message that the optimized map answered? */
export function tookFastPath(run: SceneLog, seq: number): boolean {
  const name = EVENT_NAMES[cellOf(run, seq, COL.code)];
  return name === 'kvm_irq_delivery_to_apic' && argsIn(run, seq, name).path === 1;
}

/** What stands under a chain: a function that its version does not have, whether no kernel code ran, and the tracepoint passed. */
export interface Foot {
  readonly absent: KernelFn | null;
  readonly outside: boolean;
  readonly trace: string | null;
}

/** A chip of the VMM does in user space what KVM's own does in these functions: there it has neither them nor a tracepoint. */
export function footOf(links: readonly Link[], event: EventName): Foot {
  const last = links.at(-1);
  const outside = last === undefined || last.id === null;
  return {
    absent: last?.file === null ? last.id : null,
    outside,
    trace: outside ? null : (eventSource(event).trace ?? null),
  };
}

/** What is reached from what caused it in several ways: its `through` counts there too. */
const MIDWAY: ReadonlySet<EventName> = new Set(['kick', 'avic_kick']);

/** The chain at a version. A function that does not exist there is left out; the last link is the step. */
export function callChain(run: SceneLog, step: Step, version: KernelVersion): Link[] {
  const known = knownOf(run, step, version);
  const links: Link[] = [];
  let from: KernelFn | null = null;
  const fns = known.flatMap((k): KernelFn[] => {
    if (k.fn === null) return [];
    return tookFastPath(run, k.seq) ? [k.fn, 'kvm_irq_delivery_to_apic_fast'] : [k.fn];
  });
  const chains = chainsOf(vendorOf(run), version)
    .map((steps) => ({ steps, score: covers(steps, fns) }))
    .sort((x, y) => y.score - x.score)
    .map(({ steps }) => steps);
  for (const [i, { event, seq, fn, avoided, through, apart }] of known.entries()) {
    const place = fn === null ? null : placeAt(fn, version);
    if (fn === null || place === null) {
      const isStep = i === known.length - 1;
      if (fn === null || isStep) {
        links.push({
          id: fn,
          name: fn ?? event,
          file: null,
          event,
          seq,
          reached: links.length === 0 ? 'start' : 'later',
        });
      }
      if (fn === null) from = null;
      continue;
    }
    let reached: Link['reached'] = links.length === 0 ? 'start' : 'later';
    if (from === null || apart) {
      for (const [j, s] of head(fn, fns[fns.indexOf(fn) + 1], chains, avoided, through).entries()) {
        links.push(lying(s, j > 0 ? 'call' : reached));
        reached = 'call';
      }
    } else {
      const way = between(from, fn, chains, avoided, MIDWAY.has(event) ? through : null);
      for (const s of way ?? []) links.push(lying(s, 'call'));
      if (way !== null) reached = 'call';
    }
    links.push({ id: fn, name: place.fn, file: place.file, event, seq, reached });
    from = fn;
  }
  return links;
}
