/**
 * The machine's whole visible state is one Int32Array; this file says which word is which register.
 *
 * Why words: every change is then (address, before, after), so one log row describes it, the page can walk the log
 * in both directions without knowing any rule of KVM, a keyframe is one copy, and "which bits changed" needs no code
 * per register. Registers wider than 32 bits take two words, low first. 256-bit sets take eight words, word v >> 5,
 * bit v & 31 (SDM vol. 3, "Interrupt Acceptance for Fixed Interrupts").
 *
 * How many words a register takes is said here, because the first thing a page loads is where they lie; how to read them
 * (layout, label, page offset, MSR) is its row in spec/registers, which a page loads with the panel that shows it.
 */

import { MAX_DEVICES, MAX_PCPUS } from '../../spec/limits.ts';
import { constantTable } from './constant-table.ts';

/** Names of a block's registers with how many words each takes. */
type Spec = Readonly<Record<string, number>>;

/** A block: word offsets by register name, the block's size, and the names by offset. */
export interface Block<S extends Spec> {
  readonly at: { readonly [K in keyof S]: number };
  readonly size: number;
  /** Register name of each word; words past the first of a register repeat its name. */
  readonly names: readonly (keyof S & string)[];
}

function defineBlock<const S extends Spec>(spec: S): Block<S> {
  const at: [keyof S & string, number][] = [];
  const names: string[] = [];
  for (const [name, words] of Object.entries(spec)) {
    at.push([name, names.length]);
    for (let i = 0; i < words; i++) names.push(name);
  }
  return { at: constantTable(at) as Block<S>['at'], size: names.length, names };
}

/** VM-wide state. `routes` indexes Machine.routeTables; `mapMode` is kvm_apic_map.logical_mode; times are ns. */
export const VM = defineBlock({
  nowLo: 1,
  nowHi: 1,
  routes: 1,
  mapValid: 1,
  /** vCPUs the map was built from: the last one created is missing until the map is rebuilt (see apic-map.ts). */
  mapVcpus: 1,
  mapMode: 1,
  apicvInhibits: 1,
  disabledLapicFound: 1,
  eoiInjectDueLo: 1,
  eoiInjectDueHi: 1,
  ackNotifierSeq: 1,
  /** Which of Machine.busTables is in force. */
  buses: 1,
  /** Which of Machine.slotTables is in force: the generation of the memory slots. */
  slots: 1,
  /** Which of Machine.mmioSptes is in force, from 1; 0: nothing is mapped yet. */
  mmioSptes: 1,
  /** TSC writes by user space or by vCPU creation: the last one's value and time, the offset all share, by user space yet. */
  tscWriteLo: 1,
  tscWriteHi: 1,
  tscWriteNsLo: 1,
  tscWriteNsHi: 1,
  tscOffsetLo: 1,
  tscOffsetHi: 1,
  tscByUser: 1,
  /** last_tsc_khz is set: there has been one. */
  tscWritten: 1,
});

/** One 8259 (struct kvm_kpic_state). `lines` holds, four bits a pin, which sources drive the pin. */
export const PIC = defineBlock({
  lastIrr: 1,
  irr: 1,
  imr: 1,
  isr: 1,
  priorityAdd: 1,
  irqBase: 1,
  readRegSelect: 1,
  poll: 1,
  specialMask: 1,
  initState: 1,
  autoEoi: 1,
  rotateOnAutoEoi: 1,
  specialFullyNested: 1,
  init4: 1,
  elcr: 1,
  elcrMask: 1,
  /** kvm_pic.irq_states of this chip's pins: bit (4 * pin + source). */
  lines: 1,
  /** kvm_pic.output and wakeup_needed; meaningful on the master only. */
  output: 1,
  wakeupNeeded: 1,
});

/** The 82093AA as KVM models it (struct kvm_ioapic). `redirLo/Hi` are the RTE halves; `lines` has one word a pin. */
export const IOAPIC = defineBlock({
  ioregsel: 1,
  id: 1,
  irr: 1,
  irrDelivered: 1,
  redirLo: 24,
  redirHi: 24,
  lines: 24,
  irqEoi: 24,
  /** rtc_status: how many vCPUs still owe the EOI of pin 8, whose (a bit per vCPU), and the vector each got. */
  rtcPendingEoi: 1,
  rtcDest: 2,
  rtcVectors: 16,
});

/** i8254 channel state; three channels, channel 0 drives GSI 0. Filled by chips/pit. */
export const PIT = defineBlock({
  present: 1,
  count: 3,
  latchedCount: 3,
  countLatched: 3,
  statusLatched: 3,
  status: 3,
  readState: 3,
  writeState: 3,
  writeLatch: 3,
  rwMode: 3,
  mode: 3,
  bcd: 3,
  gate: 3,
  loadLo: 3,
  loadHi: 3,
  speakerOn: 1,
  reinject: 1,
  pending: 1,
  irqAck: 1,
  periodLo: 1,
  periodHi: 1,
  dueLo: 1,
  dueHi: 1,
  /** The hrtimer is armed; when it is not, `due` still says when it was. */
  running: 1,
  /** is_periodic: whether the timer goes on by itself, as the mode was when the count was loaded. */
  periodic: 1,
});

export const IRQFD_SLOTS = 64;
/**
 * One irqfd. `msiRoute` says what irq_entry holds: 1 a copy of the GSI's only route, a message; 0 nothing that can be sent at
 * once. `entrySeq` is irq_entry_sc, which a reader of irq_entry reads before and after.
 */
export const IRQFD = defineBlock({ used: 1, gsi: 1, resample: 1, resampleCount: 1, msiRoute: 1, entrySeq: 1 });

export const DEVICE_SLOTS = MAX_DEVICES;
/** One model device outside KVM. Each kind's behaviour is in world/device. */
export const DEVICE = defineBlock({
  kind: 1,
  gsi: 1,
  line: 1,
  pending: 1,
  raised: 1,
  /** MSI-X: message control of the capability, then up to 4 vectors of {addrLo, addrHi, data, control}, pending bits. */
  msixControl: 1,
  msixTable: 16,
  msixPending: 1,
  /** VT-d interrupt remapping table entries of an assigned device's vectors: 128 bits each, low word first. */
  irte: 16,
  /** virtio's ISR status, which a read clears. */
  virtioIsr: 1,
});

/** One local APIC (struct kvm_lapic and its register page). */
export const LAPIC = defineBlock({
  id: 1,
  version: 1,
  tpr: 1,
  ppr: 1,
  ldr: 1,
  dfr: 1,
  svr: 1,
  esr: 1,
  icr: 1,
  icr2: 1,
  /** Upper half of the 64-bit x2APIC ICR (KVM keeps it at 0x304, apart from ICR2 at 0x310). */
  icrHi: 1,
  lvtTimer: 1,
  lvtThermal: 1,
  lvtPerf: 1,
  lvtLint0: 1,
  lvtLint1: 1,
  lvtError: 1,
  lvtCmci: 1,
  tmict: 1,
  tdcr: 1,
  isr: 8,
  irr: 8,
  tmr: 8,
  baseLo: 1,
  baseHi: 1,
  /** vcpu->arch.ioapic_handled_vectors: vectors whose EOI must reach the IOAPIC. */
  handled: 8,
  staleEoi: 1,
  pendingIoapicEoi: 1,
  irrPending: 1,
  isrCount: 1,
  highestIsr: 1,
  arbPrio: 1,
  apicvActive: 1,
  pendingEvents: 1,
  sipiVector: 1,
  lvt0InNmiMode: 1,
  timerMode: 1,
  divideCount: 1,
  timerPending: 1,
  periodLo: 1,
  periodHi: 1,
  expiryLo: 1,
  expiryHi: 1,
  timerRunning: 1,
  deadlineLo: 1,
  deadlineHi: 1,
});

export const HANDLER_DEPTH = 8;
/** One vCPU: what KVM and the model guest know of it. Requests is vcpu->requests (bit numbers in REQ). */
export const VCPU = defineBlock({
  apicId: 1,
  mpState: 1,
  requests: 1,
  /** vcpu->mode: 0 OUTSIDE_GUEST_MODE, 1 IN_GUEST_MODE, 2 EXITING_GUEST_MODE. */
  mode: 1,
  rflagsIf: 1,
  /** Interrupt shadow: bit 0 STI, bit 1 MOV SS (as GUEST_INTERRUPTIBILITY_INFO). */
  shadow: 1,
  nmiQueued: 1,
  nmiPending: 1,
  nmiInjected: 1,
  nmiMasked: 1,
  /** vcpu->arch.interrupt.{injected, nr}; nr is -1 when nothing is queued. */
  intrInjected: 1,
  intrNr: 1,
  pendingExtint: 1,
  cs: 1,
  csBaseLo: 1,
  rip: 1,
  cr0: 1,
  pvUnhalted: 1,
  smiPending: 1,
  /** Model guest: halted in HLT; depth of nested handlers; their vectors; when the innermost ends (ns). */
  halted: 1,
  depth: 1,
  stackVector: 8,
  stackEndLo: 8,
  stackEndHi: 8,
  /** Counters a person compares: VM exits, injections; kicks that found it in guest mode, its own too (for old links' hash). */
  exits: 1,
  injections: 1,
  kicks: 1,
  /** Host: physical CPU it runs or last ran on, whether loaded there, preempted, blocked. */
  pcpu: 1,
  loaded: 1,
  preempted: 1,
  blocking: 1,
  /** PV EOI: MSR 0x4b564d04 (address and enable bit), KVM_APIC_PV_EOI_PENDING, and bit 0 of the guest's byte. */
  pvEoiMsrLo: 1,
  pvEoiMsrHi: 1,
  pvEoiPending: 1,
  pvEoiByte: 1,
  /** AVIC physical-id table entry: IsRunning, and the host CPU the doorbell goes to. */
  avicRunning: 1,
  avicHost: 1,
  /** Its thread is in vcpu_run: after an exit it enters again by itself. */
  inRun: 1,
  /** What the next entry will meet: 0 nothing, 1 a kick, 2 an NMI, 3 a fault while the event is delivered. */
  race: 1,
  /** The VMM has set run->request_interrupt_window. */
  windowWanted: 1,
  /** When it last left its CPU: handlers stand still from then on. */
  offCpuLo: 1,
  offCpuHi: 1,
  /** MMIO info cache: the last frame that a fault found no slot for, and the slots' generation then. */
  mmioGfnLo: 1,
  mmioGfnHi: 1,
  mmioGeneration: 1,
  /** l1_tsc_offset: the guest's TSC is virtual time (1 GHz) plus this. */
  tscOffsetLo: 1,
  tscOffsetHi: 1,
  /** SVM: KVM waits for this vCPU's interrupt window (V_IRQ). */
  irqWindow: 1,
  /** The vector that is past the IDT while its handler's first instruction waits for the next entry, plus 1; 0 none. */
  vectored: 1,
  /** IPIs sent to kick it. */
  ipis: 1,
  /** ia32_tsc_adjust_msr: how much the guest has moved its TSC. */
  tscAdjustLo: 1,
  tscAdjustHi: 1,
  /** vcpu_svm.ldr_reg and dfr_reg (inverted, so that 0 is the flat model): what KVM last saw of LDR and DFR. */
  avicLdr: 1,
  avicDfrNot: 1,
  /** AVIC's logical id table, a bit an entry: those that are valid and hold this vCPU. */
  avicEntriesLo: 1,
  avicEntriesHi: 1,
  /** It runs its own guest, L2: 1; 2: and load_eoi_exitmap_pending. */
  nested: 1,
  /** Model guest: bit d is what the handler at depth d interrupted: 1, code with RFLAGS.IF = 0. */
  stackIfOff: 1,
});

/** Posted-interrupt descriptor (struct pi_desc). PIR eight words; control fields one word each. */
export const PI_DESC = defineBlock({ pir: 8, on: 1, sn: 1, nv: 1, ndst: 1, onWakeupList: 1 });

/** VMCS fields that matter here, by their SDM names; two words where the field is 64 bits wide. */
export const VMCS = defineBlock({
  vmEntryIntrInfo: 1,
  vmEntryInstructionLen: 1,
  guestInterruptibility: 1,
  guestActivityState: 1,
  idtVectoringInfo: 1,
  tprThreshold: 1,
  rvi: 1,
  svi: 1,
  eoiExitBitmap: 8,
  pinControls: 1,
  primaryControls: 1,
  secondaryControls: 1,
  tertiaryControls: 1,
  exitReason: 1,
  exitQualification: 1,
  vppr: 1,
  /** The last value written to vmEntryIntrInfo: the processor clears its valid bit at each exit. */
  entryInfoWritten: 1,
  /** A pending virtual interrupt has been recognized (not a field: the logical processor's own state). */
  recognized: 1,
  exitIntrInfo: 1,
});

/** One physical CPU of the model host: what it runs and the last host vector it took. */
export const PCPU = defineBlock({ running: 1, lastVector: 1, ipis: 1, wakeupList: 1, needResched: 1 });
export const PCPU_SLOTS = MAX_PCPUS;

export type ComponentKind =
  | 'vm'
  | 'pic'
  | 'ioapic'
  | 'pit'
  | 'irqfd'
  | 'device'
  | 'lapic'
  | 'vcpu'
  | 'piDesc'
  | 'vmcs'
  | 'pcpu';

/** Component kinds in the order of their codes in a log row (`where` = code << 16 | index). */
export const COMPONENTS = [
  'vm',
  'pic',
  'ioapic',
  'pit',
  'irqfd',
  'device',
  'lapic',
  'vcpu',
  'piDesc',
  'vmcs',
  'pcpu',
] as const satisfies readonly ComponentKind[];

export const COMPONENT_CODE = constantTable(COMPONENTS.map((name, code) => [name, code] as const));

/** Block definition and number of instances by component. */
export const BLOCK_OF = {
  vm: VM,
  pic: PIC,
  ioapic: IOAPIC,
  pit: PIT,
  irqfd: IRQFD,
  device: DEVICE,
  lapic: LAPIC,
  vcpu: VCPU,
  piDesc: PI_DESC,
  vmcs: VMCS,
  pcpu: PCPU,
} as const;

/** First word of each block for a machine of n vCPUs. Per-vCPU blocks lie one after the other: base + i * size. */
export interface WordMap {
  readonly vcpus: number;
  readonly vm: number;
  readonly pic: number;
  readonly ioapic: number;
  readonly pit: number;
  readonly irqfd: number;
  readonly device: number;
  readonly pcpu: number;
  readonly lapic: number;
  readonly vcpu: number;
  readonly piDesc: number;
  readonly vmcs: number;
  readonly size: number;
}

export function instances(kind: ComponentKind, vcpus: number): number {
  if (kind === 'pic') return 2;
  if (kind === 'irqfd') return IRQFD_SLOTS;
  if (kind === 'device') return DEVICE_SLOTS;
  if (kind === 'pcpu') return PCPU_SLOTS;
  return kind === 'lapic' || kind === 'vcpu' || kind === 'piDesc' || kind === 'vmcs' ? vcpus : 1;
}

/** @param vcpus number of vCPUs, 1 to 64 */
export function createWordMap(vcpus: number): WordMap {
  const out: Record<string, number> = { vcpus };
  let next = 0;
  for (const kind of COMPONENTS) {
    out[kind] = next;
    next += BLOCK_OF[kind].size * instances(kind, vcpus);
  }
  out.size = next;
  return out as unknown as WordMap;
}

/**
 * First words of the blocks whose place does not depend on the number of vCPUs (a local APIC's is BASE.lapic plus so many
 * sizes). Code that takes them from here, not from Machine.wordMap, has addresses that are constants to the compiler.
 */
export const BASE = constantTable(
  (['vm', 'pic', 'ioapic', 'pit', 'irqfd', 'device', 'lapic'] as const).map(
    (kind) => [kind, createWordMap(1)[kind]] as const,
  ),
);

/** What a word address means: component, its index, register name, word within the register. */
export interface WordName {
  readonly kind: ComponentKind;
  readonly index: number;
  readonly register: string;
  readonly sub: number;
}

/** Inverse of createWordMap. @throws RangeError for an address past the end */
export function nameWord(wordMap: WordMap, address: number): WordName {
  for (let code = COMPONENTS.length - 1; code >= 0; code--) {
    const kind = COMPONENTS[code] as ComponentKind;
    const base = wordMap[kind];
    if (address < base || address >= wordMap.size) continue;
    const block = BLOCK_OF[kind];
    const offset = (address - base) % block.size;
    const register = block.names[offset] as string;
    const first = (block.at as Record<string, number>)[register];
    return { kind, index: Math.floor((address - base) / block.size), register, sub: offset - first };
  }
  throw new RangeError(`no word ${address} in a state of ${wordMap.size}`);
}
