/** Words of KVM's own about a vCPU: its request bits, and why APICv is off. */
import { bits, bool, dec, defineLayout, defineRegisters, hex, high, number, quiet } from '../define/registers.ts';
import { MP_STATES } from '../name-lists.ts';
import { REQ } from '../names.ts';

/**
 * vcpu->requests from KVM_REQUEST_ARCH_BASE (bit 8) on, so that bit n is arch request n; requests of no interest here are
 * `other…`.
 */
export const VCPU_REQUESTS = defineLayout({
  name: 'VCPU_REQUESTS',
  bits: 32,
  cite: 'kvm.requests',
  fields: {
    migrateTimer: { at: 0, width: 1, access: 'ro' },
    other1: { at: 1, width: 5, access: 'ro' },
    event: { at: REQ.event, width: 1, access: 'ro' },
    other7: { at: 7, width: 2, access: 'ro' },
    nmi: { at: REQ.nmi, width: 1, access: 'ro' },
    other10: { at: 10, width: 1, access: 'ro' },
    pmi: { at: 11, width: 1, access: 'ro' },
    smi: { at: REQ.smi, width: 1, access: 'ro' },
    other13: { at: 13, width: 2, access: 'ro' },
    scanIoapic: { at: REQ.scanIoapic, width: 1, access: 'ro' },
    other16: { at: 16, width: 1, access: 'ro' },
    apicPageReload: { at: 17, width: 1, access: 'ro' },
    other18: { at: 18, width: 1, access: 'ro' },
    ioapicEoiExit: { at: REQ.ioapicEoiExit, width: 1, access: 'ro' },
    other20: { at: 20, width: 3, access: 'ro' },
    loadEoiExitmap: { at: REQ.loadEoiExitmap, width: 1, access: 'ro' },
    other24: { at: 24, width: 1, access: 'ro' },
    apicvUpdate: { at: REQ.apicvUpdate, width: 1, access: 'ro' },
    other26: { at: 26, width: 6, access: 'ro' },
  },
});

const VCPU_MODES = { 0: 'OUTSIDE_GUEST_MODE', 1: 'IN_GUEST_MODE', 2: 'EXITING_GUEST_MODE' };

/** One vCPU: what KVM and the model guest know of it. Requests is vcpu->requests (bit numbers in REQ). */
export const VCPU_REGISTERS = defineRegisters({
  apicId: dec('vcpu_id'),
  mpState: number('mp_state', 'dec', MP_STATES),
  requests: bits('requests', VCPU_REQUESTS),
  /** vcpu->mode: 0 OUTSIDE_GUEST_MODE, 1 IN_GUEST_MODE, 2 EXITING_GUEST_MODE. */
  mode: number('mode', 'dec', VCPU_MODES),
  rflagsIf: bool('RFLAGS.IF'),
  /** Interrupt shadow: bit 0 STI, bit 1 MOV SS (as GUEST_INTERRUPTIBILITY_INFO). */
  shadow: number('interrupt shadow', 'dec', { 0: 'none', 1: 'STI', 2: 'MOV SS' }),
  nmiQueued: dec('NMIs queued'),
  nmiPending: dec('NMIs pending'),
  nmiInjected: bool('NMI injected'),
  nmiMasked: bool('NMI blocked'),
  /** vcpu->arch.interrupt.{injected, nr}; nr is -1 when nothing is queued. */
  intrInjected: bool('interrupt.injected'),
  intrNr: number('interrupt.nr', 'signed'),
  pendingExtint: number('pending_external_vector', 'signed'),
  cs: hex('CS'),
  csBaseLo: hex('CS base'),
  rip: hex('RIP'),
  cr0: hex('CR0'),
  pvUnhalted: quiet(bool('pv_unhalted')),
  smiPending: bool('SMI pending'),
  /** Model guest: halted in HLT; depth of nested handlers; their vectors; when the innermost ends (ns). */
  halted: bool('halted'),
  depth: dec('handlers running'),
  stackVector: quiet(number('handler vector', 'vector')),
  stackEndLo: quiet(number('handler ends', 'ns')),
  stackEndHi: high('stackEndLo'),
  /** Counters a person compares: VM exits, injections, IPIs sent to kick it. */
  exits: quiet(dec('VM exits')),
  injections: quiet(dec('injections')),
  kicks: quiet(dec('kicks, its own too')),
  /** Host: physical CPU it runs or last ran on, whether loaded there, preempted, blocked. */
  pcpu: number('pCPU', 'signed'),
  loaded: bool('loaded'),
  preempted: bool('preempted'),
  blocking: bool('blocking'),
  /** PV EOI: MSR 0x4b564d04 (address and enable bit), KVM_APIC_PV_EOI_PENDING, and bit 0 of the guest's byte. */
  pvEoiMsrLo: quiet(hex('PV EOI MSR')),
  pvEoiMsrHi: high('pvEoiMsrLo'),
  pvEoiPending: quiet(bool('PV EOI pending')),
  pvEoiByte: quiet(bool('PV EOI byte')),
  /** AVIC physical-id table entry: IsRunning, and the host CPU the doorbell goes to. */
  avicRunning: quiet(bool('AVIC IsRunning')),
  avicHost: quiet(dec('AVIC host id')),
  /** Its thread is in vcpu_run: after an exit it enters again by itself. */
  inRun: quiet(bool('in vcpu_run')),
  /** What the next entry will meet: 0 nothing, 1 a kick, 2 an NMI, 3 a fault while the event is delivered. */
  race: quiet(number('next entry meets', 'dec', { 0: 'nothing', 1: 'a kick', 2: 'an NMI', 3: 'a fault' })),
  /** The VMM has set run->request_interrupt_window. */
  windowWanted: quiet(bool('irq window wanted')),
  /** When it last left its CPU: handlers stand still from then on. */
  offCpuLo: quiet(number('off its CPU since', 'ns')),
  offCpuHi: high('offCpuLo'),
  /** MMIO info cache: the last frame that a fault found no slot for, and the slots' generation then. */
  mmioGfnLo: quiet(hex('MMIO cache frame')),
  mmioGfnHi: high('mmioGfnLo'),
  mmioGeneration: quiet(dec('MMIO cache generation')),
  /** l1_tsc_offset: the guest's TSC is virtual time (1 GHz) plus this. */
  tscOffsetLo: quiet(number('TSC offset', 'ns')),
  tscOffsetHi: high('tscOffsetLo'),
  /** SVM: KVM waits for this vCPU's interrupt window (V_IRQ). */
  irqWindow: quiet(bool('interrupt window')),
  /** The vector that is past the IDT while its handler's first instruction waits for the next entry, plus 1; 0 none. */
  vectored: quiet(number('vector past the IDT', 'dec')),
  /** IPIs sent to kick it. */
  ipis: quiet(dec('kicks')),
  tscAdjustLo: quiet(hex('IA32_TSC_ADJUST')),
  tscAdjustHi: high('tscAdjustLo'),
  avicLdr: quiet(hex('AVIC: LDR that KVM saw last')),
  avicDfrNot: quiet(hex('AVIC: DFR that KVM saw last, inverted')),
  avicEntriesLo: quiet(hex('AVIC logical id entries')),
  avicEntriesHi: high('avicEntriesLo'),
  /** It runs its own guest, L2: 1; 2: and the EOI-exit bitmap of vmcs01 is to be loaded when it is back in L1. */
  nested: quiet(dec('L2')),
  /** Bit d: what the handler at depth d interrupted had RFLAGS.IF = 0. */
  stackIfOff: quiet(hex('interrupted with IF = 0')),
});
