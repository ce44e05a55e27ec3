/**
 * The local APIC's registers as KVM keeps them (lapic.c, v6.18). Access says what a guest write does in KVM: LVT delivery
 * status and remote IRR are plain storage there, where the SDM has them read-only; the texts say so.
 */
import { type Decoded, defineLayout } from './bit-layout.ts';

/** Delivery modes as KVM's tracepoints name them. */
export const DELIVERY_MODE = ['Fixed', 'LowPrio', 'SMI', 'RemRd', 'NMI', 'INIT', 'SIPI', 'ExtINT'] as const;
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
