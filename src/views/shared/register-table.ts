/**
 * Every state word of the machine, and how to read it: by a register layout, as vectors, or as a plain number. Typed by the
 * blocks' register names, so a new word does not compile until it has its row.
 */
import type { BLOCK_OF, ComponentKind } from '../../engine/view/tables.ts';
import type { BitLayout } from '../../spec/bit-layout.ts';
import { EXIT_NAMES } from '../../spec/exits.ts';
import { IOAPIC_ID, IOAPIC_PINS, IOREGSEL, LINE_SOURCES, RTE } from '../../spec/ioapic.ts';
import { IRTE_POSTED, IRTE_REMAPPED } from '../../spec/irte.ts';
import {
  APIC_BASE,
  APIC_ID,
  APIC_ID_X2,
  DFR,
  ESR,
  ICR,
  ICR_X2,
  LDR,
  LDR_X2,
  LVR,
  LVT_ERROR,
  LVT_LINT,
  LVT_SENSOR,
  LVT_TIMER,
  PENDING_EVENTS,
  PPR,
  SVR,
  TDCR,
  TPR,
} from '../../spec/lapic.ts';
import { MSI_ADDR, MSI_DATA, MSIX_CONTROL, MSIX_VECTOR_CONTROL } from '../../spec/msi.ts';
import { ELCR_MASTER, ELCR_SLAVE, PIC_IMR, PIC_LINES, PIC_PINS } from '../../spec/pic.ts';
import { APICV_INHIBITS, VCPU_REQUESTS } from '../../spec/vcpu.ts';
import {
  GUEST_INTERRUPTIBILITY,
  IDT_VECTORING_INFO,
  PIN_CONTROLS,
  PRIMARY_CONTROLS,
  SECONDARY_CONTROLS,
  TERTIARY_CONTROLS,
  TPR_THRESHOLD,
  VM_ENTRY_INTR_INFO,
} from '../../spec/vmcs.ts';

/** How a plain number is shown. `signed`: -1 means none. */
export type NumberShape = 'hex' | 'dec' | 'bool' | 'vector' | 'signed' | 'ns';

export type Reading =
  /** Bits by layout; `parts` are the registers of its 32-bit words, low first, this one included. */
  | { readonly as: 'bits'; readonly layout: BitLayout; readonly parts: readonly string[] }
  /** Eight words, a bit for each vector. */
  | { readonly as: 'vectors' }
  | { readonly as: 'number'; readonly shape: NumberShape; readonly labels?: Readonly<Record<number, string>> }
  /** Upper half of the register named. */
  | { readonly as: 'high'; readonly of: string };

interface Entry {
  readonly label: string;
  /** In x2APIC mode, where it differs. */
  readonly x2?: Reading;
  readonly reading: Reading;
  /** Book-keeping: shown last and folded away. */
  readonly quiet?: true;
}

type RegisterOf<K extends ComponentKind> = keyof (typeof BLOCK_OF)[K]['at'] & string;
type Table = { readonly [K in ComponentKind]: { readonly [R in RegisterOf<K>]: Entry } };

const bits = (label: string, layout: BitLayout, ...parts: string[]): Entry => ({
  label,
  reading: { as: 'bits', layout, parts },
});
const vectors = (label: string): Entry => ({ label, reading: { as: 'vectors' } });
const number = (label: string, shape: NumberShape, labels?: Readonly<Record<number, string>>): Entry => ({
  label,
  reading: { as: 'number', shape, ...(labels && { labels }) },
});
const high = (of: string): Entry => ({ label: of, reading: { as: 'high', of }, quiet: true });
const quiet = (entry: Entry): Entry => ({ ...entry, quiet: true });
const dec = (label: string): Entry => number(label, 'dec');
/** Names with their numbers before them. */
const numbered = (names: Readonly<Record<number, string>>): Record<number, string> =>
  Object.fromEntries(Object.entries(names).map(([n, name]) => [n, `${n} ${name}`]));
const bool = (label: string): Entry => number(label, 'bool');
const hex = (label: string): Entry => number(label, 'hex');

const MP_STATES = { 0: 'RUNNABLE', 1: 'UNINITIALIZED', 2: 'INIT_RECEIVED', 3: 'HALTED', 4: 'SIPI_RECEIVED' };
const VCPU_MODES = { 0: 'OUTSIDE_GUEST_MODE', 1: 'IN_GUEST_MODE', 2: 'EXITING_GUEST_MODE' };
const TIMER_MODES = { 0: 'one-shot', 131072: 'periodic', 262144: 'TSC-deadline' };
const MAP_MODES = { 0: 'SW_DISABLED', 1: 'XAPIC_CLUSTER', 2: 'XAPIC_FLAT', 3: 'X2APIC', 4: 'MAP_DISABLED' };
const INIT_STATES = { 0: 'ready', 1: 'wants ICW2', 2: 'wants ICW3', 3: 'wants ICW4' };
const ACTIVITY = { 0: 'active', 1: 'HLT', 2: 'shutdown', 3: 'wait-for-SIPI' };

const TABLE: Table = {
  vm: {
    nowLo: quiet(number('now', 'ns')),
    nowHi: high('nowLo'),
    routes: dec('routing table'),
    mapValid: quiet(bool('apic_map valid')),
    mapVcpus: quiet(dec('apic_map vCPUs')),
    mapMode: quiet(number('apic_map mode', 'dec', MAP_MODES)),
    apicvInhibits: bits('apicv_inhibit_reasons', APICV_INHIBITS, 'apicvInhibits'),
    disabledLapicFound: quiet(bool('disabled_lapic_found')),
    eoiInjectDueLo: quiet(number('EOI inject due', 'ns')),
    eoiInjectDueHi: high('eoiInjectDueLo'),
    ackNotifierSeq: quiet(dec('ack notifiers')),
    buses: quiet(dec('I/O buses')),
    slots: quiet(dec('memslot generation')),
  },
  pic: {
    lastIrr: quiet(bits('last IRR', PIC_PINS, 'lastIrr')),
    irr: bits('IRR', PIC_PINS, 'irr'),
    imr: bits('IMR', PIC_IMR, 'imr'),
    isr: bits('ISR', PIC_PINS, 'isr'),
    priorityAdd: dec('priority rotation'),
    irqBase: hex('vector base'),
    readRegSelect: number('read select', 'dec', { 0: 'IRR', 1: 'ISR' }),
    poll: bool('poll'),
    specialMask: bool('special mask'),
    initState: number('initialization', 'dec', INIT_STATES),
    autoEoi: bool('auto EOI'),
    rotateOnAutoEoi: bool('rotate on auto EOI'),
    specialFullyNested: bool('special fully nested'),
    init4: quiet(bool('ICW4 wanted')),
    elcr: bits('ELCR', ELCR_MASTER, 'elcr'),
    elcrMask: quiet(hex('ELCR mask')),
    lines: quiet(bits('lines', PIC_LINES, 'lines')),
    output: bool('INTR output'),
    wakeupNeeded: quiet(bool('wakeup_needed')),
  },
  ioapic: {
    ioregsel: bits('IOREGSEL', IOREGSEL, 'ioregsel'),
    id: bits('ID', IOAPIC_ID, 'id'),
    irr: bits('IRR', IOAPIC_PINS, 'irr'),
    irrDelivered: quiet(bits('IRR delivered', IOAPIC_PINS, 'irrDelivered')),
    redirLo: bits('RTE', RTE, 'redirLo', 'redirHi'),
    redirHi: bits('RTE', RTE, 'redirLo', 'redirHi'),
    lines: bits('line', LINE_SOURCES, 'lines'),
    irqEoi: quiet(dec('successive EOIs')),
    rtcPendingEoi: dec('RTC EOIs owed'),
    rtcDest: quiet(hex('RTC destinations')),
    rtcVectors: quiet(hex('RTC vectors')),
  },
  pit: {
    present: quiet(bool('present')),
    count: dec('count'),
    latchedCount: dec('latched count'),
    countLatched: dec('count latched'),
    statusLatched: bool('status latched'),
    status: hex('status'),
    readState: dec('read state'),
    writeState: dec('write state'),
    writeLatch: hex('write latch'),
    rwMode: dec('access mode'),
    mode: dec('mode'),
    bcd: bool('BCD'),
    gate: bool('gate'),
    loadLo: quiet(number('loaded at', 'ns')),
    loadHi: high('loadLo'),
    speakerOn: bool('speaker'),
    reinject: bool('reinject'),
    pending: dec('ticks pending'),
    irqAck: bool('irq_ack'),
    periodLo: number('period', 'ns'),
    periodHi: high('periodLo'),
    dueLo: quiet(number('due', 'ns')),
    dueHi: high('dueLo'),
    running: quiet(bool('timer running')),
    periodic: quiet(bool('periodic')),
  },
  irqfd: {
    used: bool('in use'),
    gsi: dec('GSI'),
    resample: bool('resample'),
    resampleCount: dec('resample events'),
    msiRoute: quiet(number('cached MSI route', 'signed')),
  },
  device: {
    kind: quiet(dec('kind')),
    gsi: dec('GSI'),
    line: bool('line'),
    pending: dec('work pending'),
    raised: quiet(dec('interrupts raised')),
    s0: quiet(hex('s0')),
    s1: quiet(hex('s1')),
    s2: quiet(hex('s2')),
    s3: quiet(hex('s3')),
    s4: quiet(hex('s4')),
    s5: quiet(hex('s5')),
    s6: quiet(hex('s6')),
    s7: quiet(hex('s7')),
    msixControl: bits('MSI-X control', MSIX_CONTROL, 'msixControl'),
    msixTable: hex('MSI-X table'),
    msixPending: hex('MSI-X pending'),
    irte: hex('IRTE'),
  },
  lapic: {
    id: { ...bits('ID', APIC_ID, 'id'), x2: { as: 'bits', layout: APIC_ID_X2, parts: ['id'] } },
    version: bits('version', LVR, 'version'),
    tpr: bits('TPR', TPR, 'tpr'),
    ppr: bits('PPR', PPR, 'ppr'),
    ldr: { ...bits('LDR', LDR, 'ldr'), x2: { as: 'bits', layout: LDR_X2, parts: ['ldr'] } },
    dfr: bits('DFR', DFR, 'dfr'),
    svr: bits('SVR', SVR, 'svr'),
    esr: bits('ESR', ESR, 'esr'),
    icr: { ...bits('ICR', ICR, 'icr', 'icr2'), x2: { as: 'bits', layout: ICR_X2, parts: ['icr', 'icrHi'] } },
    icr2: { ...bits('ICR', ICR, 'icr', 'icr2'), x2: { as: 'high', of: 'icr' }, quiet: true },
    icrHi: { ...high('icr'), x2: { as: 'bits', layout: ICR_X2, parts: ['icr', 'icrHi'] } },
    lvtTimer: bits('LVT timer', LVT_TIMER, 'lvtTimer'),
    lvtThermal: bits('LVT thermal', LVT_SENSOR, 'lvtThermal'),
    lvtPerf: bits('LVT perf', LVT_SENSOR, 'lvtPerf'),
    lvtLint0: bits('LVT LINT0', LVT_LINT, 'lvtLint0'),
    lvtLint1: bits('LVT LINT1', LVT_LINT, 'lvtLint1'),
    lvtError: bits('LVT error', LVT_ERROR, 'lvtError'),
    lvtCmci: bits('LVT CMCI', LVT_SENSOR, 'lvtCmci'),
    tmict: dec('timer initial count'),
    tdcr: bits('timer divide', TDCR, 'tdcr'),
    isr: vectors('ISR'),
    irr: vectors('IRR'),
    tmr: vectors('TMR'),
    baseLo: bits('APIC_BASE', APIC_BASE, 'baseLo', 'baseHi'),
    baseHi: { ...bits('APIC_BASE', APIC_BASE, 'baseLo', 'baseHi'), quiet: true },
    handled: quiet(vectors('EOI to IOAPIC')),
    staleEoi: quiet(number('stale EOI', 'signed')),
    pendingIoapicEoi: quiet(number('pending_ioapic_eoi', 'vector')),
    irrPending: quiet(bool('irr_pending')),
    isrCount: quiet(dec('isr_count')),
    highestIsr: quiet(number('highest_isr_cache', 'signed')),
    arbPrio: quiet(dec('apic_arb_prio')),
    apicvActive: bool('apicv_active'),
    pendingEvents: bits('pending_events', PENDING_EVENTS, 'pendingEvents'),
    sipiVector: number('SIPI vector', 'vector'),
    lvt0InNmiMode: quiet(bool('LVT0 in NMI mode')),
    timerMode: quiet(number('timer mode', 'hex', TIMER_MODES)),
    divideCount: quiet(dec('timer divisor')),
    timerPending: bool('timer pending'),
    periodLo: quiet(number('timer period', 'ns')),
    periodHi: high('periodLo'),
    expiryLo: quiet(number('timer expiry', 'ns')),
    expiryHi: high('expiryLo'),
    timerRunning: bool('timer running'),
    deadlineLo: number('TSC deadline', 'ns'),
    deadlineHi: high('deadlineLo'),
  },
  vcpu: {
    apicId: dec('vcpu_id'),
    mpState: number('mp_state', 'dec', MP_STATES),
    requests: bits('requests', VCPU_REQUESTS, 'requests'),
    requestsHi: quiet(hex('requests (upper half)')),
    mode: number('mode', 'dec', VCPU_MODES),
    rflagsIf: bool('RFLAGS.IF'),
    shadow: number('interrupt shadow', 'dec', { 0: 'none', 1: 'STI', 2: 'MOV SS' }),
    nmiQueued: dec('NMIs queued'),
    nmiPending: dec('NMIs pending'),
    nmiInjected: bool('NMI injected'),
    nmiMasked: bool('NMI blocked'),
    intrInjected: bool('interrupt.injected'),
    intrNr: number('interrupt.nr', 'signed'),
    pendingExtint: number('pending_external_vector', 'signed'),
    cs: hex('CS'),
    csBaseLo: hex('CS base'),
    rip: hex('RIP'),
    cr0: hex('CR0'),
    pvUnhalted: quiet(bool('pv_unhalted')),
    smiPending: bool('SMI pending'),
    halted: bool('halted'),
    depth: dec('handlers running'),
    stackVector: quiet(number('handler vector', 'vector')),
    stackEndLo: quiet(number('handler ends', 'ns')),
    stackEndHi: high('stackEndLo'),
    exits: quiet(dec('VM exits')),
    injections: quiet(dec('injections')),
    kicks: quiet(dec('kicks, its own too')),
    pcpu: number('pCPU', 'signed'),
    loaded: bool('loaded'),
    preempted: bool('preempted'),
    blocking: bool('blocking'),
    pvEoiMsrLo: quiet(hex('PV EOI MSR')),
    pvEoiMsrHi: high('pvEoiMsrLo'),
    pvEoiPending: quiet(bool('PV EOI pending')),
    pvEoiByte: quiet(bool('PV EOI byte')),
    avicRunning: quiet(bool('AVIC IsRunning')),
    avicHost: quiet(dec('AVIC host id')),
    inRun: quiet(bool('in vcpu_run')),
    mmioGfnLo: quiet(hex('MMIO cache frame')),
    mmioGfnHi: high('mmioGfnLo'),
    mmioGeneration: quiet(dec('MMIO cache generation')),
    race: quiet(number('next entry meets', 'dec', { 0: 'nothing', 1: 'a kick', 2: 'an NMI', 3: 'a fault' })),
    spare: quiet(hex('spare')),
    tscOffsetLo: quiet(number('TSC offset', 'ns')),
    tscOffsetHi: high('tscOffsetLo'),
    irqWindow: quiet(bool('interrupt window')),
    vectored: quiet(number('vector past the IDT', 'dec')),
    ipis: quiet(dec('kicks')),
  },
  piDesc: {
    pir: vectors('PIR'),
    on: bool('ON'),
    sn: bool('SN'),
    nv: number('NV', 'vector', { 242: '0xf2 notification', 241: '0xf1 wakeup' }),
    ndst: hex('NDST'),
    onWakeupList: bool('on the wakeup list'),
  },
  vmcs: {
    vmEntryIntrInfo: bits('VM_ENTRY_INTR_INFO', VM_ENTRY_INTR_INFO, 'vmEntryIntrInfo'),
    vmEntryInstructionLen: quiet(dec('VM_ENTRY_INSTRUCTION_LEN')),
    guestInterruptibility: bits('GUEST_INTERRUPTIBILITY', GUEST_INTERRUPTIBILITY, 'guestInterruptibility'),
    guestActivityState: number('GUEST_ACTIVITY_STATE', 'dec', ACTIVITY),
    idtVectoringInfo: bits('IDT_VECTORING_INFO', IDT_VECTORING_INFO, 'idtVectoringInfo'),
    tprThreshold: bits('TPR_THRESHOLD', TPR_THRESHOLD, 'tprThreshold'),
    rvi: number('RVI', 'vector'),
    svi: number('SVI', 'vector'),
    eoiExitBitmap: vectors('EOI_EXIT_BITMAP'),
    pinControls: bits('pin-based controls', PIN_CONTROLS, 'pinControls'),
    primaryControls: bits('primary controls', PRIMARY_CONTROLS, 'primaryControls'),
    secondaryControls: bits('secondary controls', SECONDARY_CONTROLS, 'secondaryControls'),
    tertiaryControls: bits('tertiary controls', TERTIARY_CONTROLS, 'tertiaryControls'),
    exitReason: number('exit reason', 'dec', numbered(EXIT_NAMES)),
    exitQualification: hex('exit qualification'),
    vppr: quiet(bits('VPPR', PPR, 'vppr')),
    entryInfoWritten: quiet(bits('last VM_ENTRY_INTR_INFO', VM_ENTRY_INTR_INFO, 'entryInfoWritten')),
    recognized: bool('virtual interrupt recognized'),
    exitIntrInfo: bits('VM_EXIT_INTR_INFO', VM_ENTRY_INTR_INFO, 'exitIntrInfo'),
    spare: quiet(hex('spare')),
  },
  pcpu: {
    running: number('runs vCPU', 'signed'),
    lastVector: number('last host vector', 'vector', {
      253: '0xfd reschedule',
      242: '0xf2 notification',
      241: '0xf1 wakeup',
    }),
    ipis: dec('IPIs'),
    wakeupList: quiet(hex('wakeup list')),
    needResched: bool('need_resched'),
    spare: quiet(hex('spare')),
  },
};

/** Words of one VT-d entry, told by its mode bit; the caller says which. */
function irteReading(posted: boolean): Reading {
  return { as: 'bits', layout: posted ? IRTE_POSTED : IRTE_REMAPPED, parts: ['irte', 'irte', 'irte', 'irte'] };
}

/** An MSI-X table entry is four words. */
function msixReading(sub: number): Reading {
  const part = sub & 3;
  if (part < 2) return { as: 'bits', layout: MSI_ADDR, parts: ['msixTable', 'msixTable'] };
  return { as: 'bits', layout: part === 2 ? MSI_DATA : MSIX_VECTOR_CONTROL, parts: ['msixTable'] };
}

function entryOf(kind: ComponentKind, register: string): Entry {
  const entry = (TABLE[kind] as Readonly<Record<string, Entry>>)[register];
  if (entry === undefined) throw new RangeError(`${kind} has no register ${register}`);
  return entry;
}

/** How to read a word, given the modes it depends on: of its local APIC, of its IRTE. */
export function readingOf(
  kind: ComponentKind,
  index: number,
  register: string,
  sub = 0,
  { x2apic = false, posted = false }: { readonly x2apic?: boolean; readonly posted?: boolean } = {},
): Reading {
  if (kind === 'device' && register === 'irte') return irteReading(posted);
  if (kind === 'device' && register === 'msixTable') return msixReading(sub);
  if (kind === 'pic' && register === 'elcr' && index === 1) return { as: 'bits', layout: ELCR_SLAVE, parts: ['elcr'] };
  const entry = entryOf(kind, register);
  return x2apic && entry.x2 !== undefined ? entry.x2 : entry.reading;
}

/** The register's name as the manuals or the kernel have it. */
export const registerLabel = (kind: ComponentKind, register: string): string => entryOf(kind, register).label;

/** Book-keeping, not what a reader came for. */
export const isQuiet = (kind: ComponentKind, register: string): boolean => entryOf(kind, register).quiet === true;

/** Registers of a component, in the order of the machine's words. */
export const registersOf = (kind: ComponentKind): readonly string[] => Object.keys(TABLE[kind]);
