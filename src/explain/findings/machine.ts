/** What several rules ask of a machine. */
import {
  addressOf,
  gridAddress,
  irqchipOf,
  type MachineView,
  type RteView,
  readWord,
  rteView,
  vectorIn,
  vectorsIn,
} from '../../engine/view/machine-view.ts';
import { REQ } from '../../spec/names.ts';
import { pprNow } from '../gates/lapic.ts';
import { vcpusFor, vcpusOf } from '../gates/match.ts';

export { vcpusOf };
export const hasIoapic = (view: MachineView): boolean => irqchipOf(view) === 'full';

const PINS = 24;
/** An RTE at reset: masked, and nothing else. */
const UNTOUCHED = 0x1_0000;

/** Pins whose word of this register is another than `rest`: the rules look after each op, so most of them should see none. */
export function pinsWith(view: MachineView, register: 'redirLo' | 'irqEoi' | 'lines', rest: number): number[] {
  const pins: number[] = [];
  if (!hasIoapic(view)) return pins;
  const base = addressOf(view.wordMap, 'ioapic', 0, register);
  for (let pin = 0; pin < PINS; pin++) if (view.w[base + pin] !== rest) pins.push(pin);
  return pins;
}

/** RTEs a guest has programmed: a vector of its own, whatever the mask. */
export const programmed = (view: MachineView): RteView[] =>
  pinsWith(view, 'redirLo', UNTOUCHED).map((pin) => rteView(view, pin));

export const lineOf = (view: MachineView, pin: number): boolean => readWord(view, 'ioapic', 0, 'lines', pin) !== 0;
export const inService = (view: MachineView, vcpu: number): number[] =>
  vectorsIn(view.w, gridAddress(view, 'isr', vcpu));
export const requested = (view: MachineView, vcpu: number): number[] =>
  vectorsIn(view.w, gridAddress(view, 'irr', vcpu));
export const posted = (view: MachineView, vcpu: number): number[] => vectorsIn(view.w, gridAddress(view, 'pir', vcpu));

/** The vector is somewhere in a local APIC or descriptor, so that an EOI is still to come. */
export const isUnderWay = (view: MachineView, vector: number): boolean =>
  vcpusOf(view).some(
    (vcpu) =>
      (['irr', 'isr', 'pir'] as const).some((grid) => vectorIn(view.w, gridAddress(view, grid, vcpu), vector)) ||
      (readWord(view, 'vcpu', vcpu, 'intrInjected') === 1 && readWord(view, 'vcpu', vcpu, 'intrNr') === vector) ||
      readWord(view, 'lapic', vcpu, 'pendingIoapicEoi') === vector,
  );

export const destinations = (view: MachineView, { dest, logical }: RteView): number[] => vcpusFor(view, dest, logical);
export const vcpuWord = (view: MachineView, vcpu: number, register: string): number =>
  readWord(view, 'vcpu', vcpu, register);

/**
 * Requests that make a vCPU look, asleep or not: those for the IOAPIC's scan and for APICv wake nobody.
 * @kvm kvm_host.h KVM_REQUEST_NO_WAKEUP
 */
export const wakingRequests = (view: MachineView, vcpu: number): number =>
  vcpuWord(view, vcpu, 'requests') & ~((1 << REQ.scanIoapic) | (1 << REQ.apicvUpdate));

/** A model guest that runs no handler on this vCPU. */
export const isIdle = (view: MachineView, vcpu: number): boolean =>
  view.config.guest !== undefined && vcpuWord(view, vcpu, 'depth') === 0 && vcpuWord(view, vcpu, 'mpState') === 0;

/** Vectors in IRR that nothing but flags and the vCPU's attention keeps out of the guest. */
export function deliverable(view: MachineView, vcpu: number): number[] {
  const { ppr } = pprNow(view, vcpu);
  return requested(view, vcpu).filter((vector) => (vector & 0xf0) > (ppr & 0xf0));
}
