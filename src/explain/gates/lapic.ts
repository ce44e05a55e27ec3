/** Gates of the local APIC: who a message is for, whether it is taken, and the priority that holds it. */
import { hex } from '../../base/numbers.ts';
import {
  gridAddress,
  inX2apic,
  irqchipOf,
  type MachineView,
  readWord,
  rteView,
  vectorIn,
  vectorsIn,
} from '../../engine/view/machine-view.ts';
import type { JsonOp } from '../../log/log.ts';
import { masks } from '../../spec/define/registers.ts';
import { RTE } from '../../spec/registers/ioapic.ts';
import { APIC_BASE, LVT_LINT, MSR, REG, SVR } from '../../spec/registers/lapic.ts';
import { writeApic, writeEoi, writeRte } from '../guest-ops.ts';
import { type Gate, gate, hasGuest, placeOf, WAITS, type Way } from './gate.ts';
import { hashed, idOf, messageAt, vcpusFor, vcpusOf } from './match.ts';
import { addressOf, goodVector, PINS, resend } from './routing.ts';

const { ENABLE } = masks(APIC_BASE);
const { ENABLE: SOFTWARE_ENABLE } = masks(SVR);
const { MASK: LVT_MASK } = masks(LVT_LINT);
const { VECTOR, DELIVERY_MODE, DEST_MODE, REMOTE_IRR, TRIG_MODE, MASK: RTE_MASK } = masks(RTE);

const hwOn = (view: MachineView, vcpu: number): boolean => (readWord(view, 'lapic', vcpu, 'baseLo') & ENABLE) !== 0;
const swOn = (view: MachineView, vcpu: number): boolean =>
  (readWord(view, 'lapic', vcpu, 'svr') & SOFTWARE_ENABLE) !== 0;

/** Software-enables a local APIC, or disables it. */
export function softEnable(view: MachineView, vcpu: number, on: boolean): JsonOp {
  const svr = readWord(view, 'lapic', vcpu, 'svr');
  const value = on ? svr | SOFTWARE_ENABLE : svr & ~SOFTWARE_ENABLE;
  return writeApic(view, vcpu, REG.svr, value);
}

const low = (view: MachineView, pin: number): number => readWord(view, 'ioapic', 0, 'redirLo', pin);

/** INIT has been; a SIPI starts it. */
export function startUp(view: MachineView, vcpu: number): JsonOp[] {
  return [
    { op: 'msi', addr: addressOf(view, vcpu), data: '0x610' },
    { op: 'nop', vcpu },
  ];
}

/** A level line that stands is sent by the write itself; what was dropped is raised again. */
const raised = (ops: readonly JsonOp[], { raise }: Way): readonly (readonly JsonOp[])[] => [ops, [...ops, ...raise]];

/** What sends it is written anew, and it is sent; nothing where only the one who sent it could. */
function sentAnew(view: MachineView, way: Way, change: 'dest' | 'vector' | 'mode'): readonly (readonly JsonOp[])[] {
  const ops = resend(view, way, change);
  return ops.length === 0 ? [] : [[...ops, ...way.raise]];
}

/**
 * An xAPIC takes the id that a message is for, and it is sent again: of an APIC in x2APIC mode no id is the guest's to choose. By a
 * bit where that will do, else by all that the message names, without clusters.
 */
function namedSo(view: MachineView, { message, vcpu: first, raise }: Way): readonly (readonly JsonOp[])[] {
  if (message === undefined) return [];
  const { dest, logical } = message;
  const own = vcpusOf(view).find((one) => idOf(view, one) === dest);
  const vcpu = (logical ? undefined : own) ?? first;
  if (inX2apic(view, vcpu) || dest >>> 0 > 0xff) return [];
  const says = (register: 'id' | 'ldr' | 'dfr', id: number): JsonOp =>
    writeApic(view, vcpu, REG[register], (id << 24) >>> 0);
  if (!logical) return [[says('id', dest), ...raise]];
  const flat = readWord(view, 'lapic', vcpu, 'dfr') >>> 0 === 0xffff_ffff;
  const id = flat ? dest & -dest : (dest & 0xf0) | (dest & 0xf & -(dest & 0xf));
  return [
    [says('ldr', id), ...raise],
    [says('dfr', 0xff), says('ldr', dest), ...raise],
  ];
}

/** PPR as it is now, and who makes it so. @kvm lapic.c __apic_update_ppr */
export function pprNow(view: MachineView, vcpu: number): { ppr: number; by: 'tpr' | 'isr'; isr: number } {
  const tpr = readWord(view, 'lapic', vcpu, 'tpr') & 0xff;
  const isr = vectorsIn(view.w, gridAddress(view, 'isr', vcpu)).at(-1) ?? 0;
  return (tpr & 0xf0) >= (isr & 0xf0) ? { ppr: tpr, by: 'tpr', isr } : { ppr: isr & 0xf0, by: 'isr', isr };
}

/** Its timer has expired; KVM puts the vector into IRR when the vCPU is next entered. @kvm lapic.c kvm_inject_apic_timer_irqs */
export function timerWaits(view: MachineView, vcpu: number, vector: number): boolean {
  if (readWord(view, 'lapic', vcpu, 'timerPending') === 0 || !hwOn(view, vcpu)) return false;
  const lvt = readWord(view, 'lapic', vcpu, 'lvtTimer');
  return (lvt & LVT_MASK) === 0 && (lvt & 0xff) === vector;
}

export const APIC_DISABLED = gate('apic-disabled', {
  look(view, way) {
    if (way.message === undefined || way.vcpus.length === 0) return null;
    const isOn = (vcpu: number): boolean => hwOn(view, vcpu) && swOn(view, vcpu);
    // Lowest priority by hashing: KVM takes the one the vector's hash gives, and drops it where that one is off.
    const chosen = hashed(view, way.message, way.vector);
    const on = typeof chosen === 'number' ? (isOn(chosen) ? chosen : undefined) : way.vcpus.find(isOn);
    const vcpu = on ?? (typeof chosen === 'number' ? chosen : way.vcpu);
    const hw = hwOn(view, vcpu);
    return {
      at: placeOf('lapic', vcpu, hw ? 'svr' : 'baseLo'),
      bits: hw ? 'softwareEnable' : 'enable',
      value: on === undefined ? 0 : 1,
      closed: on === undefined,
    };
  },
  // What is in IRR outlasts a local APIC that APIC_BASE disables, and nobody looks there meanwhile. @kvm lapic.c kvm_apic_has_interrupt
  keeps: (view, { vcpu }) => !hwOn(view, vcpu),
  opens(view, way) {
    const chosen = way.message === undefined ? null : hashed(view, way.message, way.vector);
    const vcpu = typeof chosen === 'number' ? chosen : way.vcpu;
    // A vCPU that waits for its SIPI executes nothing.
    const asleep = [1, 2].includes(readWord(view, 'vcpu', vcpu, 'mpState'));
    const ops: JsonOp[] = asleep ? startUp(view, vcpu) : [];
    const base = readWord(view, 'lapic', vcpu, 'baseLo');
    if (!hwOn(view, vcpu)) ops.push({ op: 'wrmsr', vcpu, msr: hex(MSR.apicBase), value: hex(base | ENABLE) });
    ops.push(softEnable(view, vcpu, true));
    return [ops, [...ops, ...way.raise]];
  },
  closes: (view, { vcpu }) => [softEnable(view, vcpu, false)],
});

/** Modes that no local APIC takes from a message: SMI, which KVM has not without CONFIG_KVM_SMM, and ExtINT, which is LVT0's. */
const NOBODY_TAKES: ReadonlySet<number> = new Set([2, 7]);

export const LAPIC_GATES: readonly Gate[] = [
  gate('destination', {
    look(view, way) {
      if (way.message === undefined) return null;
      const { dest } = way.message;
      const at =
        way.ioapicPin === undefined ? placeOf('vm', 0, 'mapValid') : placeOf('ioapic', 0, 'redirHi', way.ioapicPin);
      if (NOBODY_TAKES.has(way.message.mode)) {
        const pin = way.ioapicPin === undefined ? at : placeOf('ioapic', 0, 'redirLo', way.ioapicPin);
        return { at: pin, bits: 'deliveryMode', value: way.message.mode, closed: true };
      }
      const nobody = way.vcpus.length === 0 || hashed(view, way.message, way.vector) === 'nobody';
      return { at, bits: 'dest', value: dest >>> 0, closed: nobody };
    },
    shut(view, way) {
      const said = messageAt(view, way);
      if (said === null) return false;
      return NOBODY_TAKES.has(said.mode) || vcpusFor(view, said.dest, said.logical).length === 0;
    },
    opens(view, way) {
      const pin = way.ioapicPin;
      if (NOBODY_TAKES.has(way.message?.mode ?? 0)) {
        if (pin === undefined) return sentAnew(view, way, 'mode');
        return raised(writeRte(0, pin, 0, low(view, pin) & ~(REMOTE_IRR | DELIVERY_MODE)), way);
      }
      if (pin === undefined) return [...sentAnew(view, way, 'dest'), ...namedSo(view, way)];
      const hi = (idOf(view, 0) << 24) >>> 0;
      const lo = low(view, pin) & ~(REMOTE_IRR | DEST_MODE);
      const to = [...writeRte(0, pin, 1, hi), ...writeRte(0, pin, 0, lo)];
      return raised(to, way);
    },
  }),
  APIC_DISABLED,
  {
    id: 'vector',
    reads: ['lapic.irr', 'rte.vector'],
    look(_view, way) {
      const { vector, ioapicPin, vcpu, message } = way;
      if ((message?.mode ?? 0) > 1 || way.picPin !== undefined) return null;
      const at =
        ioapicPin === undefined
          ? placeOf('lapic', vcpu, 'irr', vector >> 5)
          : placeOf('ioapic', 0, 'redirLo', ioapicPin);
      return { at, bits: 'vector', value: vector, closed: vector < 16 };
    },
    shut(view, way) {
      const said = messageAt(view, way);
      return said !== null && said.vector < 16;
    },
    keeps: (_view, { vector }) => vector < 16,
    opens(view, way) {
      const pin = way.ioapicPin;
      if (pin === undefined) return sentAnew(view, way, 'vector');
      const lo = (low(view, pin) & ~(VECTOR | REMOTE_IRR)) | (hasGuest(view) ? goodVector(view) : 0x30 + pin);
      const edge = writeRte(0, pin, 0, lo & ~TRIG_MODE);
      return raised([...edge, ...writeRte(0, pin, 0, lo)], way);
    },
  },
];

/** Masks the pins whose level lines are up and would send this vector again at its EOI, before anything below it. */
const quiet = (view: MachineView, vector: number): JsonOp[] =>
  irqchipOf(view) !== 'full'
    ? []
    : Array.from({ length: PINS }, (_, pin) => pin).flatMap((pin) => {
        const { vector: own, level, masked } = rteView(view, pin);
        const asks = own === vector && level && !masked && readWord(view, 'ioapic', 0, 'lines', pin) !== 0;
        return asks ? writeRte(0, pin, 0, low(view, pin) | RTE_MASK) : [];
      });

/** Past acceptance: it is in IRR. */
export const PRIORITY_GATE = gate('ppr', {
  look(view, { vcpu, vector, picPin }) {
    if (picPin !== undefined) return null;
    const { ppr, by, isr } = pprNow(view, vcpu);
    const closed = (vector & 0xf0) <= (ppr & 0xf0);
    return {
      at: placeOf('lapic', vcpu, by === 'tpr' ? 'tpr' : 'isr', by === 'tpr' ? undefined : isr >> 5),
      bits: by,
      value: ppr,
      closed,
      by,
      vector: by === 'tpr' ? ppr : isr,
    };
  },
  opens(view, { vcpu, vector }) {
    const { by, isr } = pprNow(view, vcpu);
    if (by === 'tpr') return [[{ op: 'set_cr8', vcpu, value: 0 }]];
    const eoi: JsonOp[] = [...(isr > vector ? quiet(view, isr) : []), writeEoi(view, vcpu)];
    return hasGuest(view) ? [...WAITS, eoi] : [eoi];
  },
  closes: (_view, { vcpu, vector }) => [{ op: 'set_cr8', vcpu, value: vector >> 4 }],
});

/** In service: its handler has not ended it. */
export const EOI_GATE: Gate = {
  id: 'eoi',
  reads: ['lapic.isr', 'pic.isr'],
  look(view, { vcpu, vector, picPin }) {
    if (picPin !== undefined) {
      const chip = picPin >> 3;
      const value = (readWord(view, 'pic', chip, 'isr') >> (picPin & 7)) & 1;
      return { at: placeOf('pic', chip, 'isr'), bits: `isr.${picPin & 7}`, value, closed: value === 1 };
    }
    const value = vectorIn(view.w, gridAddress(view, 'isr', vcpu), vector) ? 1 : 0;
    return { at: placeOf('lapic', vcpu, 'isr', vector >> 5), bits: `isr.${vector & 31}`, value, closed: value === 1 };
  },
  opens(view, { vcpu, picPin }) {
    if (hasGuest(view)) return WAITS;
    const pic = { op: 'pio_write', vcpu: 0, port: 0x20, value: 0x20 };
    if (picPin === undefined) return [[writeEoi(view, vcpu)]];
    return [picPin >= 8 ? [{ ...pic, port: 0xa0 }, pic] : [pic]];
  },
};
