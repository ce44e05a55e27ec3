/** The 82093AA as KVM models it (ioapic.c, v6.18). Reserved RTE bits are kept as written; status and remote IRR are not. */
import {
  bits,
  type Decoded,
  dec,
  defineLayout,
  defineRegisters,
  type FieldSpec,
  hex,
  quiet,
} from '../define/registers.ts';
import { DELIVERY_MODE } from '../delivery-mode.ts';
import { DEST_MODE, TRIG_MODE } from './lapic.ts';

export const RTE = defineLayout({
  name: 'RTE',
  bits: 64,
  cite: 'ioapic.rte',
  fields: {
    vector: { at: 0, width: 8 },
    deliveryMode: { at: 8, width: 3, values: DELIVERY_MODE },
    destMode: { at: 11, width: 1, values: DEST_MODE },
    deliveryStatus: { at: 12, width: 1, access: 'ro', values: ['idle', 'pending'] },
    polarity: { at: 13, width: 1, values: ['active high', 'active low'] },
    remoteIrr: { at: 14, width: 1, access: 'ro' },
    trigMode: { at: 15, width: 1, values: TRIG_MODE },
    mask: { at: 16, width: 1 },
    reserved17: { at: 17, width: 15, access: 'stored' },
    reserved32: { at: 32, width: 24, access: 'stored' },
    dest: { at: 56, width: 8 },
  },
});
export type Rte = Decoded<typeof RTE>;

/** The page's two registers, at its reset address, which KVM's never leaves. */
export const IOREGSEL_ADDR = 0xfec0_0000;
export const IOWIN_ADDR = 0xfec0_0010;

/** What IOREGSEL selects. */
export const IOREGSEL = defineLayout({
  name: 'IOREGSEL',
  bits: 8,
  cite: 'ioapic.regs',
  fields: { index: { at: 0, width: 8, labels: { 0: '0x0 (ID)', 1: '0x1 (version)', 2: '0x2 (arbitration)' } } },
});

/** kvm_ioapic.id: four bits, read and written at 27:24 of register 0. */
export const IOAPIC_ID = defineLayout({
  name: 'IOAPIC_ID',
  bits: 4,
  cite: 'ioapic.id',
  fields: { id: { at: 0, width: 4, show: 'dec' } },
});

const pins = (count: number): { readonly [name: string]: FieldSpec } =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`pin${at}`, { at, width: 1, access: 'ro' } as const]));

/** A word with one bit for each IOAPIC pin. */
export const IOAPIC_PINS = defineLayout({ name: 'IOAPIC_PINS', bits: 24, cite: 'ioapic.rte', fields: pins(24) });

/** irq_states[pin]: which sources hold the line up. The pin sees their OR. */
export const LINE_SOURCES = defineLayout({
  name: 'LINE_SOURCES',
  bits: 32,
  cite: 'kvm.api',
  fields: {
    userspace: { at: 0, width: 1, access: 'ro' },
    resample: { at: 1, width: 1, access: 'ro' },
    pit: { at: 2, width: 1, access: 'ro' },
    reserved3: { at: 3, width: 29, access: 'reserved' },
  },
});

/** The 82093AA as KVM models it (struct kvm_ioapic). `redirLo/Hi` are the RTE halves; `lines` has one word a pin. */
export const IOAPIC_REGISTERS = defineRegisters({
  ioregsel: bits('IOREGSEL', IOREGSEL),
  id: bits('ID', IOAPIC_ID),
  irr: bits('IRR', IOAPIC_PINS),
  irrDelivered: quiet(bits('IRR delivered', IOAPIC_PINS)),
  redirLo: bits('RTE', RTE, 'redirLo', 'redirHi'),
  redirHi: bits('RTE', RTE, 'redirLo', 'redirHi'),
  lines: bits('line', LINE_SOURCES),
  irqEoi: quiet(dec('successive EOIs')),
  /** rtc_status: how many vCPUs still owe the EOI of pin 8, whose (a bit per vCPU), and the vector each got. */
  rtcPendingEoi: dec('RTC EOIs due'),
  rtcDest: quiet(hex('RTC destinations')),
  rtcVectors: quiet(hex('RTC vectors')),
});
