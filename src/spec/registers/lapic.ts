/**
 * The local APIC's registers as KVM keeps them (lapic.c, v6.18). Access says what a guest write does in KVM: LVT delivery
 * status and remote IRR are plain storage there, where the SDM has them read-only; the texts say so.
 */
import {
  bits,
  bool,
  type Decoded,
  dec,
  defineLayout,
  defineRegisters,
  high,
  number,
  quiet,
  type RegisterRow,
  vectors,
} from '../define/registers.ts';
import { DELIVERY_MODE } from '../delivery-mode.ts';

export const DEST_MODE = ['physical', 'logical'] as const;
export const TRIG_MODE = ['edge', 'level'] as const;
export const SHORTHAND = ['none', 'self', 'all', 'all-but-self'] as const;
export const TIMER_MODE = ['one-shot', 'periodic', 'TSC-deadline', 'reserved'] as const;

export const APIC_ID = defineLayout({
  name: 'APIC_ID',
  bits: 32,
  cite: 'lapic.id',
  fields: {
    reserved0: { at: 0, width: 24, access: 'reserved' },
    id: { at: 24, width: 8, show: 'dec' },
  },
});

export const APIC_ID_X2 = defineLayout({
  name: 'APIC_ID_X2',
  bits: 32,
  cite: 'lapic.x2apic',
  fields: { id: { at: 0, width: 32, access: 'ro', show: 'dec' } },
});

export const LVR = defineLayout({
  name: 'LVR',
  bits: 32,
  cite: 'lapic.version',
  fields: {
    version: { at: 0, width: 8, access: 'ro' },
    reserved8: { at: 8, width: 8, access: 'reserved' },
    maxLvt: { at: 16, width: 8, access: 'ro', show: 'dec' },
    directedEoi: { at: 24, width: 1, access: 'ro' },
    reserved25: { at: 25, width: 7, access: 'reserved' },
  },
});

export const TPR = defineLayout({
  name: 'TPR',
  bits: 32,
  cite: 'lapic.ppr',
  fields: {
    subClass: { at: 0, width: 4 },
    priorityClass: { at: 4, width: 4 },
    reserved8: { at: 8, width: 24, access: 'reserved' },
  },
});

export const PPR = defineLayout({
  name: 'PPR',
  bits: 32,
  cite: 'lapic.ppr',
  fields: {
    subClass: { at: 0, width: 4, access: 'ro' },
    priorityClass: { at: 4, width: 4, access: 'ro' },
    reserved8: { at: 8, width: 24, access: 'reserved' },
  },
});

export const LDR = defineLayout({
  name: 'LDR',
  bits: 32,
  cite: 'lapic.ldr',
  fields: {
    reserved0: { at: 0, width: 24, access: 'reserved' },
    logicalId: { at: 24, width: 8 },
  },
});

export const LDR_X2 = defineLayout({
  name: 'LDR_X2',
  bits: 32,
  cite: 'lapic.x2apic',
  fields: {
    logicalBits: { at: 0, width: 16, access: 'ro' },
    cluster: { at: 16, width: 16, access: 'ro', show: 'dec' },
  },
});

export const DFR = defineLayout({
  name: 'DFR',
  bits: 32,
  cite: 'lapic.ldr',
  fields: {
    ones: { at: 0, width: 28, access: 'reserved' },
    model: { at: 28, width: 4, labels: { 0: 'cluster', 15: 'flat' } },
  },
});

export const SVR = defineLayout({
  name: 'SVR',
  bits: 32,
  cite: 'lapic.svr',
  fields: {
    vector: { at: 0, width: 8 },
    enable: { at: 8, width: 1 },
    focus: { at: 9, width: 1 },
    reserved10: { at: 10, width: 2, access: 'reserved' },
    suppressEoi: { at: 12, width: 1 },
    reserved13: { at: 13, width: 19, access: 'reserved' },
  },
});

export const ESR = defineLayout({
  name: 'ESR',
  bits: 32,
  cite: 'lapic.esr',
  fields: {
    sendChecksum: { at: 0, width: 1, access: 'ro' },
    receiveChecksum: { at: 1, width: 1, access: 'ro' },
    sendAccept: { at: 2, width: 1, access: 'ro' },
    receiveAccept: { at: 3, width: 1, access: 'ro' },
    redirectableIpi: { at: 4, width: 1, access: 'ro' },
    sendIllegalVector: { at: 5, width: 1, access: 'ro' },
    receiveIllegalVector: { at: 6, width: 1, access: 'ro' },
    illegalRegister: { at: 7, width: 1, access: 'ro' },
    reserved8: { at: 8, width: 24, access: 'reserved' },
  },
});

/** xAPIC: ICR (offset 0x300) below, ICR2 (0x310) above. KVM stores ICR as written, save the busy bit. */
export const ICR = defineLayout({
  name: 'ICR',
  bits: 64,
  cite: 'lapic.icr',
  fields: {
    vector: { at: 0, width: 8 },
    deliveryMode: { at: 8, width: 3, values: DELIVERY_MODE },
    destMode: { at: 11, width: 1, values: DEST_MODE },
    deliveryStatus: { at: 12, width: 1, access: 'ro', values: ['idle', 'pending'] },
    reserved13: { at: 13, width: 1, access: 'stored' },
    level: { at: 14, width: 1, values: ['deassert', 'assert'] },
    trigMode: { at: 15, width: 1, values: TRIG_MODE },
    reserved16: { at: 16, width: 2, access: 'stored' },
    shorthand: { at: 18, width: 2, values: SHORTHAND },
    reserved20: { at: 20, width: 12, access: 'stored' },
    reserved32: { at: 32, width: 24, access: 'reserved' },
    dest: { at: 56, width: 8 },
  },
});
export type Icr = Decoded<typeof ICR>;

/** x2APIC: one 64-bit register, MSR 0x830; a set reserved bit faults. */
export const ICR_X2 = defineLayout({
  name: 'ICR_X2',
  bits: 64,
  cite: 'lapic.x2apic',
  fields: {
    vector: { at: 0, width: 8 },
    deliveryMode: { at: 8, width: 3, values: DELIVERY_MODE },
    destMode: { at: 11, width: 1, values: DEST_MODE },
    reserved12: { at: 12, width: 2, access: 'reserved' },
    level: { at: 14, width: 1, values: ['deassert', 'assert'] },
    trigMode: { at: 15, width: 1, values: TRIG_MODE },
    reserved16: { at: 16, width: 2, access: 'reserved' },
    shorthand: { at: 18, width: 2, values: SHORTHAND },
    reserved20: { at: 20, width: 12, access: 'reserved' },
    dest: { at: 32, width: 32 },
  },
});

/** KVM writes 0x110ff and the timer mode bits. */
export const LVT_TIMER = defineLayout({
  name: 'LVT_TIMER',
  bits: 32,
  cite: 'lapic.lvt',
  fields: {
    vector: { at: 0, width: 8 },
    reserved8: { at: 8, width: 4, access: 'reserved' },
    deliveryStatus: { at: 12, width: 1, values: ['idle', 'pending'] },
    reserved13: { at: 13, width: 3, access: 'reserved' },
    mask: { at: 16, width: 1 },
    timerMode: { at: 17, width: 2, values: TIMER_MODE },
    reserved19: { at: 19, width: 13, access: 'reserved' },
  },
});

/** Thermal sensor, performance counters and CMCI: 0x117ff. */
export const LVT_SENSOR = defineLayout({
  name: 'LVT_SENSOR',
  bits: 32,
  cite: 'lapic.lvt',
  fields: {
    vector: { at: 0, width: 8 },
    deliveryMode: { at: 8, width: 3, values: DELIVERY_MODE },
    reserved11: { at: 11, width: 1, access: 'reserved' },
    deliveryStatus: { at: 12, width: 1, values: ['idle', 'pending'] },
    reserved13: { at: 13, width: 3, access: 'reserved' },
    mask: { at: 16, width: 1 },
    reserved17: { at: 17, width: 15, access: 'reserved' },
  },
});

/** LINT0 and LINT1: 0x1f7ff. */
export const LVT_LINT = defineLayout({
  name: 'LVT_LINT',
  bits: 32,
  cite: 'lapic.lvt',
  fields: {
    vector: { at: 0, width: 8 },
    deliveryMode: { at: 8, width: 3, values: DELIVERY_MODE },
    reserved11: { at: 11, width: 1, access: 'reserved' },
    deliveryStatus: { at: 12, width: 1, values: ['idle', 'pending'] },
    polarity: { at: 13, width: 1, values: ['active high', 'active low'] },
    remoteIrr: { at: 14, width: 1 },
    trigMode: { at: 15, width: 1, values: TRIG_MODE },
    mask: { at: 16, width: 1 },
    reserved17: { at: 17, width: 15, access: 'reserved' },
  },
});

/** Error: 0x110ff. */
export const LVT_ERROR = defineLayout({
  name: 'LVT_ERROR',
  bits: 32,
  cite: 'lapic.lvt',
  fields: {
    vector: { at: 0, width: 8 },
    reserved8: { at: 8, width: 4, access: 'reserved' },
    deliveryStatus: { at: 12, width: 1, values: ['idle', 'pending'] },
    reserved13: { at: 13, width: 3, access: 'reserved' },
    mask: { at: 16, width: 1 },
    reserved17: { at: 17, width: 15, access: 'reserved' },
  },
});

export const TDCR = defineLayout({
  name: 'TDCR',
  bits: 32,
  cite: 'lapic.timer',
  fields: {
    divideLow: { at: 0, width: 2 },
    reserved2: { at: 2, width: 1, access: 'reserved' },
    divideHigh: { at: 3, width: 1 },
    reserved4: { at: 4, width: 28, access: 'reserved' },
  },
});

/** IA32_APIC_BASE, MSR 0x1b. */
export const APIC_BASE = defineLayout({
  name: 'APIC_BASE',
  bits: 64,
  cite: 'lapic.base',
  fields: {
    reserved0: { at: 0, width: 8, access: 'reserved' },
    bsp: { at: 8, width: 1 },
    reserved9: { at: 9, width: 1, access: 'reserved' },
    extd: { at: 10, width: 1 },
    enable: { at: 11, width: 1 },
    base: { at: 12, width: 20 },
    baseHigh: { at: 32, width: 20 },
    reserved52: { at: 52, width: 12, access: 'reserved' },
  },
});

/** apic->pending_events: what INIT and SIPI left to be done at the next entry. */
export const PENDING_EVENTS = defineLayout({
  name: 'PENDING_EVENTS',
  bits: 32,
  cite: 'cpu.init',
  fields: {
    init: { at: 0, width: 1, access: 'ro' },
    sipi: { at: 1, width: 1, access: 'ro' },
    reserved2: { at: 2, width: 30, access: 'reserved' },
  },
});

const TIMER_MODES = { 0: 'one-shot', 131072: 'periodic', 262144: 'TSC-deadline' };

/** A register of the page. @param name as asm/apicdef.h and KVM's tracepoints have it */
const page = (offset: number, name: string, row: RegisterRow): RegisterRow => ({ ...row, page: { offset, name } });
const withMsr = (number: number, row: RegisterRow): RegisterRow => ({ ...row, msr: number });

/** One local APIC (struct kvm_lapic and its register page). */
export const LAPIC_REGISTERS = defineRegisters({
  id: page(0x20, 'APIC_ID', { ...bits('ID', APIC_ID), x2: { as: 'bits', layout: APIC_ID_X2, parts: ['id'] } }),
  version: page(0x30, 'APIC_LVR', bits('version', LVR)),
  tpr: page(0x80, 'APIC_TASKPRI', bits('TPR', TPR)),
  ppr: page(0xa0, 'APIC_PROCPRI', bits('PPR', PPR)),
  ldr: page(0xd0, 'APIC_LDR', { ...bits('LDR', LDR), x2: { as: 'bits', layout: LDR_X2, parts: ['ldr'] } }),
  dfr: page(0xe0, 'APIC_DFR', bits('DFR', DFR)),
  svr: page(0xf0, 'APIC_SPIV', bits('SVR', SVR)),
  esr: page(0x280, 'APIC_ESR', bits('ESR', ESR)),
  icr: page(0x300, 'APIC_ICR', {
    ...bits('ICR', ICR, 'icr', 'icr2'),
    x2: { as: 'bits', layout: ICR_X2, parts: ['icr', 'icrHi'] },
  }),
  icr2: page(0x310, 'APIC_ICR2', { ...bits('ICR', ICR, 'icr', 'icr2'), x2: { as: 'high', of: 'icr' }, quiet: true }),
  /** Upper half of the 64-bit x2APIC ICR (KVM keeps it at 0x304, apart from ICR2 at 0x310). */
  icrHi: { ...high('icr'), x2: { as: 'bits', layout: ICR_X2, parts: ['icr', 'icrHi'] } },
  lvtTimer: page(0x320, 'APIC_LVTT', bits('LVT timer', LVT_TIMER)),
  lvtThermal: page(0x330, 'APIC_LVTTHMR', bits('LVT thermal', LVT_SENSOR)),
  lvtPerf: page(0x340, 'APIC_LVTPC', bits('LVT perf', LVT_SENSOR)),
  lvtLint0: page(0x350, 'APIC_LVT0', bits('LVT LINT0', LVT_LINT)),
  lvtLint1: page(0x360, 'APIC_LVT1', bits('LVT LINT1', LVT_LINT)),
  lvtError: page(0x370, 'APIC_LVTERR', bits('LVT error', LVT_ERROR)),
  lvtCmci: page(0x2f0, 'APIC_LVTCMCI', bits('LVT CMCI', LVT_SENSOR)),
  tmict: page(0x380, 'APIC_TMICT', dec('timer initial count')),
  tdcr: page(0x3e0, 'APIC_TDCR', bits('timer divide', TDCR)),
  isr: page(0x100, 'APIC_ISR', vectors('ISR')),
  irr: page(0x200, 'APIC_IRR', vectors('IRR')),
  tmr: page(0x180, 'APIC_TMR', vectors('TMR')),
  baseLo: withMsr(0x1b, bits('APIC_BASE', APIC_BASE, 'baseLo', 'baseHi')),
  baseHi: { ...bits('APIC_BASE', APIC_BASE, 'baseLo', 'baseHi'), quiet: true },
  /** vcpu->arch.ioapic_handled_vectors: vectors whose EOI must reach the IOAPIC. */
  handled: quiet(vectors('EOI to IOAPIC')),
  staleEoi: quiet(number('stale EOI', 'signed')),
  pendingIoapicEoi: quiet(number('pending_ioapic_eoi', 'vector')),
  irrPending: quiet(bool('irr_pending')),
  isrCount: quiet(dec('isr_count')),
  highestIsr: quiet(number('highest_isr_cache', 'signed')),
  arbPrio: quiet(dec('apic_arb_prio')),
  apicvActive: bool('apicv_active'),
  pendingEvents: bits('pending_events', PENDING_EVENTS),
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
  deadlineLo: withMsr(0x6e0, number('TSC deadline', 'ns')),
  deadlineHi: high('deadlineLo'),
});

/** Registers of the page without a word of their own: reads are worked out, or writes act. */
const ACTING = {
  apr: { offset: 0x90, name: 'APIC_ARBPRI' },
  eoi: { offset: 0xb0, name: 'APIC_EOI' },
  rrr: { offset: 0xc0, name: 'APIC_RRR' },
  tmcct: { offset: 0x390, name: 'APIC_TMCCT' },
  selfIpi: { offset: 0x3f0, name: 'APIC_SELF_IPI' },
} as const;

/** Words of the page by offset: register, word within it. */
export const PAGE_WORDS: ReadonlyMap<
  number,
  { readonly register: keyof typeof LAPIC_REGISTERS; readonly sub: number }
> = new Map(
  Object.entries(LAPIC_REGISTERS).flatMap(([name, { page, reading }]) =>
    page === undefined
      ? []
      : Array.from({ length: reading.as === 'vectors' ? 8 : 1 }, (_, sub) => {
          const register = name as keyof typeof LAPIC_REGISTERS;
          return [page.offset + sub * 0x10, { register, sub }] as const;
        }),
  ),
);

type PageRegister = keyof typeof ACTING | PagedRegister;
type PagedRegister =
  | 'id'
  | 'version'
  | 'tpr'
  | 'ppr'
  | 'ldr'
  | 'dfr'
  | 'svr'
  | 'esr'
  | 'icr'
  | 'icr2'
  | 'lvtTimer'
  | 'lvtThermal'
  | 'lvtPerf'
  | 'lvtLint0'
  | 'lvtLint1'
  | 'lvtError'
  | 'lvtCmci'
  | 'tmict'
  | 'tdcr'
  | 'isr'
  | 'irr'
  | 'tmr';

const offsets: [string, number][] = [
  ...Object.entries(ACTING).map(([name, { offset }]): [string, number] => [name, offset]),
  ...Object.entries(LAPIC_REGISTERS).flatMap(([name, { page }]): [string, number][] =>
    page === undefined ? [] : [[name, page.offset]],
  ),
];
/** Offsets in the 4 KiB page; the x2APIC MSR is 0x800 + (offset >> 4). */
export const REG = Object.freeze(Object.fromEntries(offsets)) as { readonly [K in PageRegister]: number };

/** MSRs that lead to a local APIC or its timer, x2APIC's own apart. */
export const MSR = {
  tsc: 0x10,
  tscAdjust: 0x3b,
  apicBase: LAPIC_REGISTERS.baseLo.msr ?? 0,
  tscDeadline: LAPIC_REGISTERS.deadlineLo.msr ?? 0,
} as const;
/** The page's address at reset. */
export const APIC_PAGE = 0xfee0_0000;
const X2APIC_MSRS = 0x800;
/** Is this one of the 256 MSRs x2APIC has? */
export const isX2apicMsr = (msr: number): boolean => msr >= X2APIC_MSRS && msr <= X2APIC_MSRS + 0xff;
/** Page offset of the register behind an x2APIC MSR, and the other way round. */
export const x2apicRegister = (msr: number): number => (msr - X2APIC_MSRS) << 4;
export const x2apicMsr = (offset: number): number => X2APIC_MSRS + (offset >> 4);

const NAMES: ReadonlyMap<number, string> = new Map([
  ...Object.values(ACTING).map(({ offset, name }) => [offset, name] as const),
  ...[...PAGE_WORDS].map(([offset, { register, sub }]) => {
    const name = LAPIC_REGISTERS[register].page?.name ?? register;
    return [offset, sub === 0 ? name : `${name}+0x${(sub * 0x10).toString(16)}`] as const;
  }),
]);

/** "APIC_TASKPRI", "APIC_ISR+0x20", or the offset in hex where there is no register. */
export const lapicRegisterName = (offset: number): string => NAMES.get(offset) ?? `0x${offset.toString(16)}`;
