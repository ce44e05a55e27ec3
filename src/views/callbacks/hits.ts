/**
 * Which of the thirty operations a step passes through: those whose function an event of the step names, those that lie in
 * the call path between the step and the event before it, and those that KVM asks on the way to an event without a trace of
 * their own. Counted as the log grows; a long scene is gone through once. On an AMD host they are those of svm_x86_ops, which has
 * not all of them.
 */
import { lastAtMost } from '../../base/bisect.ts';
import { COL } from '../../engine/view/tables.ts';
import { callChain, fnOf, type Vendor, vendorOf } from '../../explain/calls.ts';
import { causeOf, causesOf } from '../../log/causes.ts';
import type { SceneLog, Step } from '../../log/log.ts';
import { type LogReader, read, readSome } from '../../log/reader.ts';
import { argsIn, cellOf } from '../../log/rows.ts';
import { EVENT_NAMES, type EventArgs, type EventName } from '../../spec/events/index.ts';
import { type KernelOpId, opById, opImplementedBy } from '../../spec/kernel/callbacks.ts';
import { amdFunction, amdOpOf } from '../../spec/kernel/callbacks-amd.ts';
import { KERNEL_VERSIONS, type KernelFn, type KernelVersion } from '../../spec/kernel/functions.ts';

export interface Hits {
  /** Steps with which an operation is passed through, in their order: each call once, at its first step. */
  readonly passes: ReadonlyMap<KernelOpId, readonly number[]>;
  /** Operations a step lies in: a call may hold several steps. */
  at(step: number): ReadonlySet<KernelOpId>;
}

/** The operation behind a function, whatever version's function the event is named for, if it is there at this version. */
function opOf(fn: KernelFn, { version, vendor }: Host): KernelOpId | null {
  if (vendor === 'amd') return amdOpOf(fn, version);
  for (const named of [version, ...KERNEL_VERSIONS]) {
    const op = opImplementedBy(fn, named);
    if (op !== null) return op.at[version] === null ? null : opById(op.id).id;
  }
  return null;
}

/** Whose table is meant, and of when. */
interface Host {
  readonly version: KernelVersion;
  readonly vendor: Vendor;
}

const isThere = (op: KernelOpId, { version, vendor }: Host): boolean =>
  vendor === 'amd' ? amdFunction(op, version) !== null : opById(op).at[version] !== null;

function opOfEvent(name: EventName, host: Host): KernelOpId | null {
  const fn = fnOf(name, {}, host.vendor);
  return fn === null ? null : opOf(fn, host);
}

/** Handlers of these exits end in kvm_skip_emulated_instruction: HLT, I/O, RDMSR, WRMSR. */
const SKIPS: ReadonlySet<number> = new Set([12, 30, 31, 32]);
const EPT_MISCONFIG = 49;
const APIC_EOI = 0xb0;
/** What x86_emulate_instruction asks when it writes back. */
const EMULATED: readonly KernelOpId[] = ['get_interrupt_shadow', 'update_emulated_instruction'];
const NONE: readonly KernelOpId[] = [];

/**
 * Operations that an event says were called, though it names another function.
 * @kvm x86.c vcpu_enter_guest, kvm_check_and_inject_events; vmx.c vmx_handle_exit, handle_apic_access (no fast paths here)
 */
const IMPLIED: { readonly [E in EventName]?: (args: EventArgs<E>) => readonly KernelOpId[] } = {
  kvm_exit: ({ reason }) => {
    if (SKIPS.has(reason)) return ['handle_exit', 'skip_emulated_instruction'];
    return reason === EPT_MISCONFIG ? ['handle_exit', ...EMULATED] : ['handle_exit'];
  },
  apic_access_exit: ({ register, write }) =>
    register === APIC_EOI && write === 1 ? ['skip_emulated_instruction'] : EMULATED,
  avic_incomplete_ipi: () => ['handle_exit'],
  avic_unaccelerated: ({ trap }) => (trap === 1 ? ['handle_exit'] : ['handle_exit', ...EMULATED]),
  // An NMI is pending and nothing older goes in first.
  inject_events: ({ nmiPending, canInject }) => (nmiPending > 0 && canInject === 1 ? ['nmi_allowed'] : NONE),
  // Not what goes in again: that is not asked for.
  kvm_inj_virq: ({ reinjected }) => (reinjected === 0 ? ['interrupt_allowed'] : NONE),
  // IF = 0 or the interrupt shadow.
  inject_held: ({ reason }) => (reason <= 1 ? ['interrupt_allowed'] : NONE),
};

type Implied = (args: Readonly<Record<string, number>>) => readonly KernelOpId[];

/** By event, as they are first asked for. */
type Direct = Map<EventName, KernelOpId | null>;

function directOp(direct: Direct, name: EventName, host: Host): KernelOpId | null {
  let op = direct.get(name);
  if (op === undefined) {
    op = opOfEvent(name, host);
    direct.set(name, op);
  }
  return op;
}

/** Operations between the event before the step and the step itself; none where the log has no event before it. */
function lyingOps(scene: SceneLog, step: Step, host: Host): readonly KernelOpId[] {
  const links = callChain(scene, step, host.version);
  const before = links.findLastIndex((link, i) => i < links.length - 1 && link.seq !== null);
  if (before < 0) return [];
  const own = opOfEvent(step.name, host);
  return links.slice(before + 1, -1).flatMap((link) => {
    const op = link.id === null ? null : opOf(link.id, host);
    // A wrapper of the step's own function is the same call; handle_exit is passed with the exit itself, before its handler.
    return op === null || op === own || op === 'handle_exit' ? [] : [op];
  });
}

/** What a call path depends on: the events that led to the step, and the numbers by which they name the branch. */
function pathKey(scene: SceneLog, seq: number): string {
  return causesOf(scene, seq)
    .map((at) => [0, COL.a, COL.b, COL.c, COL.d].map((column) => small(cellOf(scene, at, column))).join(':'))
    .join();
}

/** Branches are told by small numbers; vectors, addresses and the like must not make every path its own. */
const small = (value: number): number => (value >= 0 && value < 16 ? value : value === 0xb0 ? value : 16);

interface Count {
  readonly direct: Direct;
  readonly lying: Map<string, readonly KernelOpId[]>;
  readonly passes: Map<KernelOpId, number[]>;
  /** "cause operation": calls counted. */
  readonly counted: Set<string>;
  /** vCPUs in the guest by an entry that is counted: the exit ends the same call. */
  readonly entered: Set<number>;
  /** Steps counted. */
  upTo: number;
}

/** Calls `found` for each operation of a step, with what tells its call from another; null: it is one of its own. */
function opsOfStep(
  scene: SceneLog,
  step: Step,
  host: Host,
  count: Count,
  found: (op: KernelOpId, call: string | null, row: number) => void,
): void {
  const callOf = (seq: number, op: KernelOpId): string => `${causeOf(scene, seq)} ${op}`;
  const key = pathKey(scene, step.seq);
  let lying = count.lying.get(key);
  if (lying === undefined) {
    lying = lyingOps(scene, step, host);
    count.lying.set(key, lying);
  }
  for (const op of lying) found(op, callOf(step.seq, op), step.seq);
  for (let seq = step.seq; seq < step.end; seq++) {
    const name = EVENT_NAMES[cellOf(scene, seq, COL.code)];
    if (name === undefined) continue;
    const op = directOp(count.direct, name, host);
    if (op !== null) found(op, seq === step.seq ? null : callOf(seq, op), seq);
    const implied = IMPLIED[name] as Implied | undefined;
    for (const id of implied?.(argsIn(scene, seq, name)) ?? NONE) {
      if (isThere(id, host)) found(id, null, seq);
    }
  }
}

function countStep(scene: SceneLog, step: Step, host: Host, count: Count): void {
  const here = new Set<KernelOpId>();
  opsOfStep(scene, step, host, count, (op, call, seq) => {
    const name = EVENT_NAMES[cellOf(scene, seq, COL.code)];
    const where = cellOf(scene, seq, COL.where);
    if (name === 'kvm_entry') count.entered.add(where);
    const ends = name === 'kvm_exit' && op === 'run' && count.entered.delete(where);
    if (ends || (call !== null && count.counted.has(call))) return;
    if (call !== null) count.counted.add(call);
    here.add(op);
  });
  for (const op of here) {
    const list = count.passes.get(op);
    if (list === undefined) count.passes.set(op, [step.index]);
    else list.push(step.index);
  }
}

export const NO_HITS: Hits = { passes: new Map(), at: () => new Set() };

function countUpTo(end: number, scene: SceneLog, version: KernelVersion, count: Count): void {
  const host = { version, vendor: vendorOf(scene) };
  for (; count.upTo < end; count.upTo++) countStep(scene, scene.steps.get(count.upTo) as Step, host, count);
}

function counter(version: KernelVersion): LogReader<Count> {
  const begin = (): Count => ({
    direct: new Map(),
    lying: new Map(),
    passes: new Map(),
    counted: new Set(),
    entered: new Set(),
    upTo: 0,
  });
  return {
    begin,
    // The last step may still get rows.
    take: (count, scene, _from, to) =>
      countUpTo(
        lastAtMost(scene.steps.length, (i) => scene.steps.seqOf(i), to - 1),
        scene,
        version,
        count,
      ),
  };
}

const COUNTERS = new Map<KernelVersion, LogReader<Count>>();

function counterOf(version: KernelVersion): LogReader<Count> {
  const reader = COUNTERS.get(version) ?? counter(version);
  COUNTERS.set(version, reader);
  return reader;
}

/** Takes in at most `most` further rows. @returns whether that was all there is */
export const readHits = (scene: SceneLog, version: KernelVersion, most: number): boolean =>
  readSome(counterOf(version), scene, most);

/** Operations of every step of a scene. */
export function hitsOf(scene: SceneLog, version: KernelVersion): Hits {
  const count = read(counterOf(version), scene);
  const host = { version, vendor: vendorOf(scene) };
  if (scene.complete) countUpTo(scene.steps.length, scene, version, count);
  return {
    passes: count.passes,
    at(index) {
      const step = scene.steps.get(index);
      const here = new Set<KernelOpId>();
      if (step !== undefined) opsOfStep(scene, step, host, count, (op) => here.add(op));
      return here;
    },
  };
}

/** How many of these steps are at or before `step`. */
export const passedBy = (steps: readonly number[], step: number): number =>
  lastAtMost(steps.length, (i) => steps[i], step) + 1;
