/** The 8259 pair and its edge/level registers (i8259.c, v6.18): registers, and the words a guest writes to the ports. */
import {
  bits,
  bool,
  dec,
  defineLayout,
  defineRegisters,
  type FieldSpec,
  hex,
  number,
  quiet,
} from '../define/registers.ts';

const irqs = (writable: number): { readonly [name: string]: FieldSpec } =>
  Object.fromEntries(
    Array.from({ length: 8 }, (_, at) => [
      `irq${at}`,
      { at, width: 1, access: ((writable >> at) & 1) === 1 ? 'rw' : 'ro' } as const,
    ]),
  );

/** One bit for each of a chip's pins: IRR, ISR and the line memory. */
export const PIC_PINS = defineLayout({ name: 'PIC_PINS', bits: 8, cite: 'pic.inta', fields: irqs(0) });
/** IMR, which is OCW1. */
export const PIC_IMR = defineLayout({ name: 'PIC_IMR', bits: 8, cite: 'pic.ocw', fields: irqs(0xff) });
/** ELCR of the master, port 0x4d0: IRQ 0, 1 and 2 are always edge. */
export const ELCR_MASTER = defineLayout({ name: 'ELCR_MASTER', bits: 8, cite: 'pic.elcr', fields: irqs(0xf8) });
/** ELCR of the slave, port 0x4d1: IRQ 8 and 13 are always edge. */
export const ELCR_SLAVE = defineLayout({ name: 'ELCR_SLAVE', bits: 8, cite: 'pic.elcr', fields: irqs(0xde) });

/** irq_states of eight pins, four bits each: who drives the pin. */
export const PIC_LINES = defineLayout({
  name: 'PIC_LINES',
  bits: 32,
  cite: 'kvm.api',
  fields: Object.fromEntries(
    Array.from({ length: 8 }, (_, pin) => [`irq${pin}`, { at: pin * 4, width: 4, access: 'ro' } as const]),
  ) as { readonly [name: string]: FieldSpec },
});

export const ICW1 = defineLayout({
  name: 'ICW1',
  bits: 8,
  cite: 'pic.icw',
  fields: {
    icw4: { at: 0, width: 1 },
    single: { at: 1, width: 1 },
    interval: { at: 2, width: 1 },
    levelTriggered: { at: 3, width: 1 },
    isIcw1: { at: 4, width: 1 },
    mcs80: { at: 5, width: 3 },
  },
});

export const ICW2 = defineLayout({
  name: 'ICW2',
  bits: 8,
  cite: 'pic.icw',
  fields: { low: { at: 0, width: 3, access: 'reserved' }, base: { at: 3, width: 5 } },
});

export const ICW3 = defineLayout({
  name: 'ICW3',
  bits: 8,
  cite: 'pic.icw',
  fields: { cascade: { at: 0, width: 8, access: 'reserved' } },
});

export const ICW4 = defineLayout({
  name: 'ICW4',
  bits: 8,
  cite: 'pic.icw',
  fields: {
    mode8086: { at: 0, width: 1, access: 'reserved' },
    autoEoi: { at: 1, width: 1 },
    buffered: { at: 2, width: 2, access: 'reserved' },
    specialFullyNested: { at: 4, width: 1 },
    reserved5: { at: 5, width: 3, access: 'reserved' },
  },
});

export const OCW2 = defineLayout({
  name: 'OCW2',
  bits: 8,
  cite: 'pic.ocw',
  fields: {
    level: { at: 0, width: 3, show: 'dec' },
    isOcw2: { at: 3, width: 2 },
    command: {
      at: 5,
      width: 3,
      values: [
        'rotate on AEOI off',
        'non-specific EOI',
        'no operation',
        'specific EOI',
        'rotate on AEOI on',
        'rotate, non-specific EOI',
        'set priority',
        'rotate, specific EOI',
      ],
    },
  },
});

export const OCW3 = defineLayout({
  name: 'OCW3',
  bits: 8,
  cite: 'pic.ocw',
  fields: {
    readIsr: { at: 0, width: 1, values: ['IRR', 'ISR'] },
    readSelect: { at: 1, width: 1 },
    poll: { at: 2, width: 1 },
    isOcw3: { at: 3, width: 2 },
    specialMask: { at: 5, width: 1 },
    specialMaskSelect: { at: 6, width: 1 },
    reserved7: { at: 7, width: 1, access: 'reserved' },
  },
});

const INIT_STATES = { 0: 'ready', 1: 'wants ICW2', 2: 'wants ICW3', 3: 'wants ICW4' };

/** One 8259 (struct kvm_kpic_state). `lines` holds, four bits a pin, which sources drive the pin. */
export const PIC_REGISTERS = defineRegisters({
  lastIrr: quiet(bits('last IRR', PIC_PINS)),
  irr: bits('IRR', PIC_PINS),
  imr: bits('IMR', PIC_IMR),
  isr: bits('ISR', PIC_PINS),
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
  elcr: bits('ELCR', ELCR_MASTER),
  elcrMask: quiet(hex('ELCR mask')),
  /** kvm_pic.irq_states of this chip's pins: bit (4 * pin + source). */
  lines: quiet(bits('lines', PIC_LINES)),
  /** kvm_pic.output and wakeup_needed; meaningful on the master only. */
  output: bool('INTR output'),
  wakeupNeeded: quiet(bool('wakeup_needed')),
});
