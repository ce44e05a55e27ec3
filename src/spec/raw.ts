/**
 * Words that may be put into the state by hand, with the bits they have. Only what a chip, a descriptor or a vCPU's flag holds: the
 * model's own book-keeping (times, depths, indexes) is not a register, and a value that it never takes would mean nothing.
 */

const BYTE = 0xff;
const ALL = 0xffff_ffff;

/** By component and register; a register of several words has one row. */
const RAW: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  pic: { irr: BYTE, imr: BYTE, isr: BYTE, elcr: BYTE },
  ioapic: { id: 0x0f00_0000, irr: 0x00ff_ffff, redirLo: 0x0001_ffff, redirHi: 0xff00_0000 },
  lapic: {
    tpr: BYTE,
    ldr: ALL,
    dfr: ALL,
    svr: 0x1ff,
    esr: BYTE,
    icr: 0x000c_cfff,
    icr2: 0xff00_0000,
    lvtTimer: 0x0007_1fff,
    lvtThermal: 0x0001_17ff,
    lvtPerf: 0x0001_17ff,
    lvtLint0: 0x0001_f7ff,
    lvtLint1: 0x0001_f7ff,
    lvtError: 0x0001_10ff,
    tmict: ALL,
    isr: ALL,
    irr: ALL,
    tmr: ALL,
  },
  vcpu: { rflagsIf: 1, shadow: 3, nmiMasked: 1 },
  piDesc: { pir: ALL, on: 1, sn: 1, nv: BYTE, ndst: ALL },
  device: { msixControl: ALL, msixTable: ALL, msixPending: ALL },
};

/** Bits of a register that can be put in by hand; 0: none. */
export const rawMask = (kind: string, register: string): number =>
  Object.hasOwn(RAW, kind) && Object.hasOwn(RAW[kind] ?? {}, register) ? (RAW[kind]?.[register] ?? 0) : 0;

const PLACE = /^([a-zA-Z]{2,8}):(\d{1,3})\.([a-zA-Z0-9]{2,20})(?:\[(\d{1,3})\])?$/;

export interface WordPlace {
  readonly kind: string;
  readonly index: number;
  readonly register: string;
  readonly sub: number;
}

/** "ioapic:0.redirLo[11]"; null: it names no word that may be put in by hand. */
export function readPlace(text: string): WordPlace | null {
  const [, kind = '', index, register = '', sub = '0'] = PLACE.exec(text) ?? [];
  return rawMask(kind, register) === 0 ? null : { kind, index: Number(index), register, sub: Number(sub) };
}

/** The same, from a place. */
export const placeText = ({ kind, index, register, sub }: WordPlace): string => `${kind}:${index}.${register}[${sub}]`;
