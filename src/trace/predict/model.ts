/** What the prediction remembers: of each thread, of each vCPU, of the chips; and where it can begin again. */
import type { Kernel, LacksCpus, Survey, Vendor } from '../survey.ts';
import type { Threads } from '../threads.ts';
import type { Op } from './ops.ts';

/** A setting that turns back so often is the guest's way with its pin. */
export const USUAL = 4;
export const USUAL_LINES = 2000;

/** Fires with a start of their own after which a timer whose mode nobody saw is taken for a one-shot one. */
export const SURELY_ONE_SHOT = 8;

export const MSR = { apicBase: 0x1b, deadline: 0x6e0, pvEoi: 0x4b564d04, asyncPf: 0x4b564d06 } as const;

export const REG = {
  tpr: 0x80,
  eoi: 0xb0,
  icr: 0x300,
  icr2: 0x310,
  lvtt: 0x320,
  tmict: 0x380,
  tmcct: 0x390,
  selfIpi: 0x3f0,
} as const;

export interface Thread {
  readonly key: number;
  /** Engine number of the vCPU whose thread this is, -1 none. */
  readonly vcpu: number;
  /** It runs that vCPU and no other. */
  readonly isOneVcpu: boolean;
  open: Op | null;
  /** Record count of its last line, 0 none since the trace began or lost events. */
  spoke: number;
  /** The line by which what it does now began lies before the trace, or in a gap. */
  midway: boolean;
  /** A kvm_apic line wrote EOI, and its kvm_eoi has not come yet. */
  eoiOwed: number;
  /** The accept just shown, whose effect may come as late as the thread's next line. */
  tail: Op | null;
  eoiTs: number;
  /** The vector it ended last, of which user space has not been told; -1 none. */
  ended: number;
  /** Line of the EOI_INDUCED exit whose kvm_eoi has not come yet, 0 none. */
  inducedOwed: number;
  /** Vector of the last kvm_eoi whose kind is not known, -1 none. */
  endedBefore: number;
  lastExit: ExitKind;
  exitVector: number;
}

export const EXIT = { other: 0, eoiInduced: 1, window: 2, hypercall: 3 } as const;

export interface VcpuState {
  /** Vector of the injection that has not entered the guest yet, -1 none. */
  injected: number;
  lastInjected: number;
  windowLine: number;
  windowTs: number;
  timerArmed: boolean;
  armedKnown: boolean;
  asyncPf: number;
  asyncPfKnown: boolean;
  /** LVTT is what a write in the trace, or the first unexplained timer vector, made it. */
  lvttKnown: boolean;
  /** Vectors whose IRR and ISR bits nobody has shown yet. */
  readonly unknown: Uint8Array;
  /** The vectoring information of the last exit asks for the event to be injected again. */
  mustReinject: number;
  /** Vectors it was ever seen to accept. */
  readonly accepted: Uint8Array;
  entered: boolean;
  /** It has been in the guest in this trace: it is there to take an interrupt. */
  alive: boolean;
  /** It has entered the guest elsewhere than at the reset vector. */
  elsewhere: boolean;
  /** Line of its last kvm_exit. */
  exitLine: number;
  /** One-shot timer: it was started and has not fired. */
  oneShot: boolean;
  /** Fires of the timer that each had a start of their own; below 0 it also fires without. */
  startedFires: number;
  /** The vector KVM passed over when it last injected another, -1 none. */
  passedOver: number;
}

/** What is known of the chips: 1 known, 0 learnt from the first line that shows it. */
export interface Known {
  readonly rte: Uint8Array;
  readonly pin: Uint8Array;
  readonly pic: Uint8Array;
  readonly picIrr: Uint8Array;
  picBase: [boolean, boolean];
}

export interface PredictOptions {
  readonly survey: Survey;
  readonly threads: Threads;
  readonly ids: readonly number[];
  readonly vendor: Vendor;
  readonly kernel: Kernel;
  /** The recorder drops lines without a word (perf trace). */
  readonly leaky: boolean;
  /** The lines of the host's other CPUs are not in the file. */
  readonly lacksCpus: LacksCpus;
  /** The clock counts ticks. */
  readonly ticks?: boolean;
  readonly reasons: readonly string[];
  /** Names of the events that are only counted, by number minus FIRST_UNKNOWN. */
  readonly others: readonly string[];
}

export type ExitKind = (typeof EXIT)[keyof typeof EXIT];

/** The prediction's state at a line, to begin again from. Ops under way are not in it: their lines are learnt. */
export interface Checkpoint {
  readonly line: number;
  readonly words: Int32Array;
  readonly apicv: boolean;
  readonly mid: boolean;
  readonly picTrusted: boolean;
  readonly known: Known;
  readonly vcpus: readonly VcpuState[];
}

/** A copy whose typed arrays are its own. */
export function copyOf<T extends object>(state: T): T {
  const copy = { ...state } as Record<string, unknown>;
  for (const [name, value] of Object.entries(copy)) {
    if (value instanceof Uint8Array) copy[name] = value.slice();
    else if (Array.isArray(value)) copy[name] = [...value];
  }
  return copy as T;
}
