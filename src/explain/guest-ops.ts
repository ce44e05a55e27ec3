/** The ops with which a guest writes registers: IOREGSEL and IOWIN, the APIC page or its MSRs, ports, MSI-X fields. */

import { hex, hex64 } from '../base/numbers.ts';
import { hasHost, inX2apic, type MachineView, type RegisterRef, readWord } from '../engine/view/machine-view.ts';
import type { GivenOp } from '../spec/ops/index.ts';
import { IOREGSEL_ADDR, IOWIN_ADDR } from '../spec/registers/ioapic.ts';
import { APIC_PAGE, MSR, REG, x2apicMsr } from '../spec/registers/lapic.ts';

/** Writes one half of an RTE. */
export function writeRte(vcpu: number, pin: number, half: 0 | 1, value: number): GivenOp[] {
  return writeIoapic(vcpu, 0x10 + 2 * pin + half, value);
}

function writeIoapic(vcpu: number, index: number, value: number): GivenOp[] {
  return [
    { op: 'mmio_write', vcpu, addr: hex(IOREGSEL_ADDR), size: 4, value: hex(index) },
    { op: 'mmio_write', vcpu, addr: hex(IOWIN_ADDR), size: 4, value: hex(value) },
  ];
}

/** Writes a 32-bit local APIC register, the way the APIC's mode asks for. @param addr where its page has it */
export function writeLapic(
  vcpu: number,
  x2apic: boolean,
  offset: number,
  value: number,
  addr = hex(APIC_PAGE + offset),
): GivenOp {
  return x2apic
    ? { op: 'wrmsr', vcpu, msr: hex(x2apicMsr(offset)), value: hex(value) }
    : { op: 'mmio_write', vcpu, addr, size: 4, value: hex(value) };
}

/** Address of a register in a vCPU's APIC page, wherever the guest has moved that. @kvm lapic.c __kvm_apic_set_base */
export const inApicPage = (view: MachineView, vcpu: number, offset: number): string =>
  hex64(
    (((readWord(view, 'lapic', vcpu, 'baseLo') || APIC_PAGE) & ~0xfff) | offset) >>> 0,
    readWord(view, 'lapic', vcpu, 'baseHi'),
  );

/** Writes a register of this vCPU's local APIC where it is now. */
export const writeApic = (view: MachineView, vcpu: number, offset: number, value: number): GivenOp =>
  writeLapic(vcpu, inX2apic(view, vcpu), offset, value, inApicPage(view, vcpu, offset));

/** Ends the interrupt in service. The op's own guest writes where the page is at reset. */
export const writeEoi = (view: MachineView, vcpu: number): GivenOp =>
  inApicPage(view, vcpu, 0) === hex(APIC_PAGE) ? { op: 'eoi', vcpu } : writeApic(view, vcpu, REG.eoi, 0);

/** Writes ICR, which sends: both halves by MMIO, the upper first, or one MSR. */
export function writeIcr(view: MachineView, vcpu: number, lo: number, hi: number): GivenOp[] {
  if (inX2apic(view, vcpu)) return [{ op: 'wrmsr', vcpu, msr: hex(x2apicMsr(REG.icr)), value: hex64(lo, hi) }];
  return [writeApic(view, vcpu, REG.icr2, hi), writeApic(view, vcpu, REG.icr, lo)];
}

/** The local APIC registers a guest may write. */
const WRITABLE = [
  'id',
  'tpr',
  'ldr',
  'dfr',
  'svr',
  'lvtCmci',
  'lvtTimer',
  'lvtThermal',
  'lvtPerf',
  'lvtLint0',
  'lvtLint1',
  'lvtError',
  'tmict',
  'tdcr',
] as const;
const isWritable = (register: string): register is (typeof WRITABLE)[number] =>
  WRITABLE.some((name) => name === register);

/** Not there in x2APIC mode, or read-only in it. */
const XAPIC_ONLY: ReadonlySet<string> = new Set(['id', 'ldr', 'dfr']);

/** KVM's APIC has no LVT CMCI where its version register counts six entries. */
const hasCmci = (view: MachineView, vcpu: number): boolean => readWord(view, 'lapic', vcpu, 'version') >>> 16 >= 6;

function lapicWrite(view: MachineView, vcpu: number, register: string, words: readonly number[]): GivenOp[] | null {
  const x2 = inX2apic(view, vcpu);
  const [lo = 0, hi = 0] = words;
  if (register === 'icr') return writeIcr(view, vcpu, lo, hi);
  if (register === 'baseLo') return [{ op: 'wrmsr', vcpu, msr: hex(MSR.apicBase), value: hex64(lo, hi) }];
  if (!isWritable(register) || (x2 && XAPIC_ONLY.has(register))) return null;
  if (register === 'lvtCmci' && !hasCmci(view, vcpu)) return null;
  return [writeApic(view, vcpu, REG[register], lo)];
}

const MSIX_FIELDS = ['addr_lo', 'addr_hi', 'data', 'control'] as const;

function deviceWrite(
  view: MachineView,
  { index, register, sub }: RegisterRef,
  words: readonly number[],
): GivenOp[] | null {
  const device = view.config.devices?.[index];
  if (device?.msix === undefined) return null;
  if (register === 'msixControl') {
    return [{ op: 'msix', id: device.id, entry: 0, field: 'capability', value: words[0] ?? 0 }];
  }
  if (register !== 'msixTable') return null;
  const first = words.length === 2 ? sub & ~1 : sub;
  return words.map((value, i) => ({
    op: 'msix',
    id: device.id,
    entry: first >> 2,
    field: MSIX_FIELDS[(first + i) & 3],
    value,
  }));
}

/** HLT, or the end of it. Where threads sleep it ends as the host puts the vCPU back; under AVIC by an interrupt only. */
export function haltWrite(view: MachineView, vcpu: number, value: number): GivenOp[] | null {
  if (value !== 0) return [{ op: 'guest', vcpu, halt: 1 }];
  if (view.config.avic === true) return null;
  return [hasHost(view.config) ? { op: 'vcpu_state', vcpu, state: 'guest' } : { op: 'guest', vcpu, halt: 0 }];
}

/**
 * What a guest does to put these words into a register.
 * @param words the register's 32-bit words, low first
 * @returns null where a guest cannot write it
 */
export function guestWrite(view: MachineView, ref: RegisterRef, words: readonly number[]): GivenOp[] | null {
  const [value = 0] = words;
  const { kind, index, register, sub } = ref;
  switch (kind) {
    case 'ioapic': {
      if (view.config.irqchip === 'split') return null;
      if (register === 'ioregsel') return writeIoapic(0, value, 0).slice(0, 1);
      if (register === 'id') return writeIoapic(0, 0, (value << 24) >>> 0);
      if (register !== 'redirLo' && register !== 'redirHi') return null;
      const halves = [readWord(view, 'ioapic', 0, 'redirLo', sub), readWord(view, 'ioapic', 0, 'redirHi', sub)];
      // The upper half first, so that an unmasked pin is never sent to the old destination.
      return ([1, 0] as const).flatMap((half) =>
        words[half] === undefined || words[half] === halves[half] ? [] : writeRte(0, sub, half, words[half]),
      );
    }
    case 'pic':
      if (view.config.irqchip === 'split') return null;
      if (register === 'imr') return [{ op: 'pio_write', vcpu: 0, port: index === 0 ? 0x21 : 0xa1, value }];
      if (register === 'elcr') return [{ op: 'pio_write', vcpu: 0, port: 0x4d0 + index, value }];
      return null;
    case 'lapic':
      return lapicWrite(view, index, register, words);
    case 'vcpu':
      if (register === 'rflagsIf') return [{ op: 'guest', vcpu: index, rflagsIf: value === 0 ? 0 : 1 }];
      if (register === 'halted') return haltWrite(view, index, value);
      if (register === 'shadow') return value > 2 ? null : [{ op: 'guest', vcpu: index, shadow: value as 0 | 1 | 2 }];
      return null;
    case 'device':
      return deviceWrite(view, ref, words);
    default:
      return null;
  }
}
