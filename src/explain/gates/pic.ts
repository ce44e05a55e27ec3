/** Gates of the 8259 pair. @kvm i8259.c pic_get_irq, pic_irq_request; lapic.c kvm_apic_accept_pic_intr */
import { irqchipOf, type MachineView, readWord } from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { APIC_BASE, LVT_LINT, REG, SVR } from '../../spec/registers/lapic.ts';
import { writeApic } from '../guest-ops.ts';
import { type Gate, gate, hasGuest, placeOf, WAITS, type Way } from './gate.ts';
import { softEnable } from './lapic.ts';
import { vcpusOf } from './match.ts';

const { ENABLE } = masks(APIC_BASE);
const { ENABLE: SOFTWARE_ENABLE } = masks(SVR);
const { MASK, DELIVERY_MODE } = masks(LVT_LINT);

/** The master's pin that hears the slave. */
export const CASCADE = 2;
/** ExtINT in LVT0, unmasked, is what listens to the 8259. */
const EXTINT = 0x700;

const reg = (view: MachineView, chip: number, name: string): number => readWord(view, 'pic', chip, name);
/** A pin's bit of a register of its chip. */
const bitOf = (view: MachineView, name: string, pin: number): number => (reg(view, pin >> 3, name) >> (pin & 7)) & 1;
const out = (port: number, value: number): JsonOp => ({ op: 'pio_write', vcpu: 0, port, value });

/** Priority of the most urgent bit: 0 highest, 8 none. @kvm i8259.c get_priority */
function priorityOf(mask: number, add: number): number {
  for (let priority = 0; priority < 8; priority++) if ((mask >> ((priority + add) & 7)) & 1) return priority;
  return 8;
}

/** Pin in service that holds one back at a chip, -1 none. */
function holder(view: MachineView, chip: number, bit: number): number {
  const add = reg(view, chip, 'priorityAdd');
  let isr = reg(view, chip, 'isr');
  if (chip === 0 && reg(view, 0, 'specialFullyNested') === 1) isr &= ~(1 << CASCADE);
  const held = priorityOf(isr, add);
  return held < 8 && held <= priorityOf(1 << bit, add) ? (held + add) & 7 : -1;
}

/** Pin that an INTA would get now, -1 none. @kvm i8259.c kvm_pic_read_irq */
export function firstPin(view: MachineView): number {
  const pin = firstOfChip(view, 0);
  if (pin !== CASCADE) return pin;
  const slave = firstOfChip(view, 1);
  return slave < 0 ? pin : 8 + slave;
}

/** Its vector; that of no pin is spurious, and so is the slave's where it asks for none. */
export function firstVector(view: MachineView): number {
  const pin = firstPin(view);
  return pin === CASCADE ? cascadeVector(view) : reg(view, pin < 8 ? 0 : 1, 'irqBase') + (pin & 7);
}

/** What pin 2 of the master brings: whatever the slave says, the slave's spurious vector where it says nothing. @kvm i8259.c kvm_pic_read_irq */
export const cascadeVector = (view: MachineView): number => reg(view, 1, 'irqBase') + (firstOfChip(view, 1) & 7);

/** Pin that a chip would give at INTA, -1 none. */
function firstOfChip(view: MachineView, chip: number): number {
  const add = reg(view, chip, 'priorityAdd');
  const asks = priorityOf(reg(view, chip, 'irr') & ~reg(view, chip, 'imr'), add);
  const pin = (asks + add) & 7;
  return asks === 8 || holder(view, chip, pin) >= 0 ? -1 : pin;
}

/** Does this vCPU take interrupts from the 8259? */
export function listensToPic(view: MachineView, vcpu: number): boolean {
  const base = readWord(view, 'lapic', vcpu, 'baseLo');
  // A vCPU that user space has not made yet is none.
  if (base === 0 && readWord(view, 'lapic', vcpu, 'svr') === 0) return false;
  if ((base & ENABLE) === 0) return true;
  return (readWord(view, 'lapic', vcpu, 'lvtLint0') & (MASK | DELIVERY_MODE)) === EXTINT;
}

/** Writes LVT0. A disabled APIC forces the mask bit, so it is enabled first. */
const writeLvt0 = (view: MachineView, vcpu: number, value: number): JsonOp[] => [
  ...((readWord(view, 'lapic', vcpu, 'svr') & SOFTWARE_ENABLE) === 0 ? [softEnable(view, vcpu, true)] : []),
  writeApic(view, vcpu, REG.lvtLint0, value),
];

/** Masks a pin at its chip, or unmasks it. */
const writeImr = (view: MachineView, pin: number, on: boolean): JsonOp => {
  const chip = pin >> 3;
  const imr = reg(view, chip, 'imr');
  const bit = 1 << (pin & 7);
  return out(chip === 0 ? 0x21 : 0xa1, on ? imr | bit : imr & ~bit);
};

/** The output falls and rises: masked at the master and unmasked. @kvm i8259.c pic_irq_request */
export const risesAnew = (view: MachineView, pin: number): readonly JsonOp[] =>
  [true, false].map((on) => writeImr(view, pin < 8 ? pin : CASCADE, on));

/** Other ways, before these where the level line of the pin that goes first is up and would ask again at each of its EOIs: that pin masked. */
export function quietFirst(view: MachineView, ways: readonly (readonly JsonOp[])[]): readonly (readonly JsonOp[])[] {
  const pin = firstPin(view);
  if (pin < 0) return ways;
  const quiet = [writeImr(view, pin, true)];
  return bitOf(view, 'elcr', pin) & bitOf(view, 'lastIrr', pin) ? [quiet, ...ways] : [...ways, quiet];
}

const isSlave = ({ picPin = 0 }: Way): boolean => picPin >= 8;

const ICWS: readonly JsonOp[] = [
  [0x20, 0x11],
  [0x21, 0x30],
  [0x21, 0x04],
  [0x21, 0x01],
  [0xa0, 0x11],
  [0xa1, 0x38],
  [0xa1, 0x02],
  [0xa1, 0x01],
].map(([port, value]) => out(port as number, value as number));

export const PIC_MASK = gate('pic-mask', {
  look(view, way) {
    if (way.picPin === undefined) return null;
    const chip = way.picPin >> 3;
    const own = bitOf(view, 'imr', way.picPin);
    // The slave is heard through pin 2 of the master.
    const cascade = isSlave(way) ? bitOf(view, 'imr', CASCADE) : 0;
    const atMaster = own === 0 && cascade === 1;
    return {
      at: placeOf('pic', atMaster ? 0 : chip, 'imr'),
      bits: `imr.${atMaster ? CASCADE : way.picPin & 7}`,
      value: own | cascade,
      closed: (own | cascade) === 1,
    };
  },
  opens(view, way) {
    const pin = way.picPin ?? 0;
    const cascaded = isSlave(way) && bitOf(view, 'imr', CASCADE) === 1;
    return [[writeImr(view, pin, false), ...(cascaded ? [writeImr(view, CASCADE, false)] : [])]];
  },
  closes: (view, { picPin = 0 }) => [writeImr(view, picPin, true)],
});

export const PIC_LINT = gate('pic-lint', {
  look(view, way) {
    const given = way.extint === true && irqchipOf(view) === 'split';
    if (way.picPin === undefined && !given) return null;
    const vcpus = given ? [way.vcpu] : vcpusOf(view);
    const listener = vcpus.find((vcpu) => listensToPic(view, vcpu));
    const vcpu = listener ?? vcpus[0] ?? 0;
    return {
      at: placeOf('lapic', vcpu, 'lvtLint0'),
      bits: 'mask',
      value: (readWord(view, 'lapic', vcpu, 'lvtLint0') >> 16) & 1,
      closed: listener === undefined,
    };
  },
  opens: (view, { extint, vcpu }) => [writeLvt0(view, extint === true ? vcpu : 0, EXTINT)],
  closes: (view, { vcpu }) => writeLvt0(view, vcpu, readWord(view, 'lapic', vcpu, 'lvtLint0') | MASK),
});

export const PIC_GATES: readonly Gate[] = [
  PIC_MASK,
  {
    id: 'pic-isr',
    reads: ['pic.isr'],
    look(view, way) {
      if (way.picPin === undefined) return null;
      const chip = way.picPin >> 3;
      const own = holder(view, chip, way.picPin & 7);
      const above = isSlave(way) ? holder(view, 0, CASCADE) : -1;
      const [at, held] = own >= 0 ? [chip, own] : [0, above];
      const pin = held < 0 ? -1 : held + 8 * at;
      return {
        at: placeOf('pic', held < 0 ? chip : at, 'isr'),
        bits: held < 0 ? 'isr' : `isr.${held}`,
        value: reg(view, held < 0 ? chip : at, 'isr'),
        closed: held >= 0,
        ...(held >= 0 && { by: `pin ${pin}` }),
      };
    },
    opens(view, way) {
      const eoi = isSlave(way) ? [out(0xa0, 0x20), out(0x20, 0x20)] : [out(0x20, 0x20)];
      const master = [out(0x20, 0x20)];
      return hasGuest(view) ? [...WAITS, eoi, master] : [eoi, master];
    },
  },
  {
    id: 'pic-init',
    reads: [],
    look(view, way) {
      if (way.picPin === undefined) return null;
      const isShut = (one: number): boolean => reg(view, one, 'irqBase') === 0 || reg(view, one, 'initState') !== 0;
      const own = way.picPin >> 3;
      // A slave is heard through its master.
      const chip = isShut(own) || !isShut(0) ? own : 0;
      const value = reg(view, chip, 'irqBase');
      return { at: placeOf('pic', chip, 'irqBase'), bits: 'irqBase', value, closed: isShut(chip) };
    },
    opens: (_view, way) => [[...ICWS, ...way.raise]],
  },
  PIC_LINT,
];
