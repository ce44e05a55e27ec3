/** Messages that are no vector: what a local APIC does with each delivery mode but fixed and lowest priority. @kvm lapic.c __apic_accept_irq */
import { type MachineView, readWord } from '../../engine/view/machine-view.ts';
import type { EventName } from '../../spec/events/index.ts';
import type { Named } from './facts.ts';

const MODE = { remoteRead: 3, nmi: 4, init: 5, startup: 6 } as const;

export interface EventKind {
  /** Gates past acceptance that hold it: neither priority nor RFLAGS.IF does. */
  readonly gates: readonly string[];
  waits(view: MachineView, vcpu: number): boolean;
  /** Event with which the vCPU takes it. */
  readonly taken: EventName;
  /** An event of that name that took nothing. */
  refused(event: Named): boolean;
}

const never = (): boolean => false;
const vcpuGates = ['vcpu-blocked', 'vcpu-preempted', 'vcpu-host'];
const pending = (bit: number) => (view: MachineView, vcpu: number) =>
  (readWord(view, 'lapic', vcpu, 'pendingEvents') & bit) !== 0;

const NMI: EventKind = {
  gates: ['shadow', 'nmi-blocked', 'event-first', 'vcpu-init', ...vcpuGates],
  waits: (view, vcpu) => readWord(view, 'vcpu', vcpu, 'nmiPending') + readWord(view, 'vcpu', vcpu, 'nmiQueued') > 0,
  taken: 'inject_nmi',
  refused: never,
};

const KINDS: Readonly<Record<number, EventKind>> = {
  // It only lets a vCPU go on that spins for a paravirtual lock, at once.
  [MODE.remoteRead]: { gates: vcpuGates, waits: never, taken: 'kvm_apic_accept_irq', refused: never },
  [MODE.nmi]: NMI,
  [MODE.init]: { gates: vcpuGates, waits: pending(1), taken: 'accept_init', refused: never },
  [MODE.startup]: {
    gates: vcpuGates,
    waits: pending(2),
    taken: 'accept_sipi',
    refused: ({ args }) => args.taken === 0,
  },
};

/** @returns undefined for a vector */
export const eventKind = (mode: number | undefined): EventKind | undefined => KINDS[mode ?? 0];
