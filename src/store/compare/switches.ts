/**
 * The one thing that differs between two sides of a comparison: a switch of the machine, as a change of its `create`.
 * Both sides get the model host, so that the run loop's exits are there to count on either.
 */
import type { JsonOp } from '../../log/log.ts';
import { runLoopOf } from '../../spec/ops/run-loop-of.ts';

export const SWITCHES = ['apicv', 'ipiv', 'avic', 'split', 'hashing'] as const;
export type Switch = (typeof SWITCHES)[number];

export function isSwitch(text: string | null): text is Switch {
  return (SWITCHES as readonly (string | null)[]).includes(text);
}

const NO_APICV: JsonOp = { apicv: undefined, postedInterrupts: undefined, ipiVirtualization: undefined };

/** A machine with a run loop: of KVM's two, vmx.c's where it has none. */
export function withRunLoop(create: JsonOp): JsonOp {
  const runLoop = runLoopOf(create);
  return { ...create, runLoop: runLoop === 'none' ? 'vmx' : runLoop };
}

interface Turning {
  readonly isOn: (create: JsonOp) => boolean;
  /** Whether turning it is the only change, and changes something. */
  readonly fits: (create: JsonOp) => boolean;
  readonly turned: (create: JsonOp, on: boolean) => JsonOp;
}

const hasApicv = (create: JsonOp): boolean => create.apicv === true;
const hasPosting = (create: JsonOp): boolean => hasApicv(create) && create.postedInterrupts === true;

const TURNING: Readonly<Record<Switch, Turning>> = {
  /** With posted interrupts: KVM uses neither without the other. */
  apicv: {
    isOn: hasApicv,
    fits: (create) => create.avic !== true,
    turned: (create, on) => ({
      ...create,
      ...(on ? { runLoop: 'vmx', apicv: true, postedInterrupts: true } : NO_APICV),
    }),
  },
  ipiv: {
    isOn: (create) => create.ipiVirtualization === true,
    fits: hasPosting,
    turned: (create, on) => ({ ...create, ipiVirtualization: on }),
  },
  avic: {
    isOn: (create) => create.avic === true,
    fits: (create) => create.avic === true || !hasApicv(create),
    turned: (create, on) => ({ ...create, ...NO_APICV, runLoop: on ? 'svm' : 'vmx', avic: on ? true : undefined }),
  },
  split: {
    isOn: (create) => create.irqchip === 'split',
    fits: () => true,
    turned: (create, on) => ({ ...create, irqchip: on ? 'split' : 'full' }),
  },
  hashing: {
    isOn: (create) => create.vectorHashing !== false,
    fits: () => true,
    turned: (create, on) => ({ ...create, vectorHashing: on }),
  },
};

export function isOn(create: JsonOp, name: Switch): boolean {
  return TURNING[name].isOn(create);
}

/** The switches that make sense on a machine; the first is the one to show. */
export function switchesFor(create: JsonOp): readonly Switch[] {
  const fitting = SWITCHES.filter((name) => TURNING[name].fits(create));
  // On a machine that has IPI virtualization, or AVIC, that is what its scene is about.
  const about = fitting.filter((name) => (name === 'ipiv' || name === 'avic') && isOn(create, name));
  return [...about, ...fitting.filter((name) => !about.includes(name))];
}

/** The same machine with the switch the other way. */
export function turned(create: JsonOp, name: Switch): JsonOp {
  return TURNING[name].turned(create, !isOn(create, name));
}
