/**
 * A machine between two ops, to go on from later: the rest of a run from a snapshot makes the same rows, answers and words
 * as the straight run. What KVM itself can save and restore (KVM_GET_LAPIC and its like) is less, and other code.
 */
import type { CreateOp } from '../../spec/ops/index.ts';
import { ROW_SHIFT } from '../core/log.ts';
import { allocateMachine, type Machine } from '../core/machine.ts';
import type { Wires } from '../core/wires.ts';

/**
 * What becomes of each part of a machine: a new one does not compile until somebody has decided.
 * 'saved' is copied. 'history' is a list or a map of things that never change themselves: it is copied, they are not. 'config' and
 * 'derived' come with allocateMachine, from the configuration and the wires. 'run' belongs to the op being done; between
 * ops there is none.
 */
const PARTS = {
  config: 'config',
  wires: 'config',
  wordMap: 'derived',
  vcpus: 'saved',
  irqchip: 'saved',
  split: 'saved',
  reservedPins: 'saved',
  x2apicFormat: 'saved',
  broadcastQuirkDisabled: 'saved',
  suppressEoiBroadcast: 'saved',
  vendor: 'derived',
  without: 'derived',
  bootId: 'saved',
  maxVcpuIds: 'saved',
  w: 'saved',
  routeTables: 'history',
  busTables: 'history',
  slotTables: 'history',
  mmioSptes: 'history',
  memory: 'saved',
  ioeventfds: 'saved',
  zones: 'history',
  ring: 'history',
  saves: 'history',
  commands: 'saved',
  nextJourney: 'saved',
  journeys: 'saved',
  // A function of the APICs' registers, but of those at its last rebuilding: a change that makes no rebuilding stays out.
  map: 'saved',
  log: 'run',
  cause: 'run',
  where: 'run',
  journey: 'run',
  current: 'run',
} as const satisfies Readonly<Record<keyof Machine, 'saved' | 'history' | 'derived' | 'config' | 'run'>>;

const KEPT = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter(
  (name) => PARTS[name] === 'saved' || PARTS[name] === 'history',
);

/** Has the shape of a snapshot's parts from the start: an object that grows to so many becomes a hash table. */
const NO_PARTS: Readonly<Record<string, unknown>> = Object.fromEntries(KEPT.map((name) => [name, undefined]));

export interface Snapshot {
  readonly config: CreateOp;
  readonly wires: Wires;
  /** Rows recorded before it: those after it are numbered on from here. */
  readonly seq: number;
  readonly parts: Readonly<Record<string, unknown>>;
}

type Numbers = Int32Array | Int16Array | Int8Array;

/** A copy of these numbers, or those of before where they are the same. */
function copyNumbers(value: Numbers, before: unknown): Numbers {
  const old = before as Numbers | undefined;
  if (old?.length === value.length) {
    let at = 0;
    while (at < value.length && value[at] === old[at]) at++;
    if (at === value.length) return old;
  }
  const fresh = new (value.constructor as new (length: number) => Numbers)(value.length);
  fresh.set(value);
  return fresh;
}

/**
 * A copy that shares nothing that can change with the machine.
 * @param before an earlier copy, which never changes either: what is as it was then is not copied again
 */
function copy(value: unknown, before?: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return copyNumbers(value as Numbers, before);
  if (Array.isArray(value))
    return shared(
      value.map((item, i) => copy(item, (before as typeof value)?.[i])),
      before,
    );
  if (value instanceof Map) {
    const old = before as typeof value | undefined;
    return sharedMap(new Map([...value].map(([key, item]) => [key, copy(item, old?.get(key))])), old);
  }
  const old = before as Record<string, unknown> | undefined;
  const fresh = { ...value } as Record<string, unknown>;
  let same = old !== undefined;
  for (const key in fresh) {
    fresh[key] = copy(fresh[key], old?.[key]);
    if (same) same = fresh[key] === (old as Record<string, unknown>)[key];
  }
  return same ? old : fresh;
}

function shared(fresh: readonly unknown[], before: unknown): readonly unknown[] {
  const old = before as readonly unknown[] | undefined;
  return old?.length === fresh.length && fresh.every((item, i) => item === old[i]) ? old : fresh;
}

/** Maps whose keys come and go: an order of their own is a difference too. */
function sharedMap(fresh: ReadonlyMap<unknown, unknown>, old?: ReadonlyMap<unknown, unknown>): typeof fresh {
  if (old?.size !== fresh.size) return fresh;
  const before = old.entries();
  for (const [key, item] of fresh) {
    const [oldKey, oldItem] = before.next().value as [unknown, unknown];
    if (key !== oldKey || item !== oldItem) return fresh;
  }
  return old;
}

const copyPart = (name: keyof typeof PARTS, value: unknown, before?: unknown): unknown =>
  PARTS[name] !== 'history'
    ? copy(value, before)
    : value instanceof Map
      ? sharedMap(new Map(value), before as typeof value | undefined)
      : shared((value as readonly unknown[]).slice(), before);

/** Parts that are lists or maps of things that never change. */
export const HISTORY = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter((name) => PARTS[name] === 'history');

/**
 * Between two ops. The machine goes on and the snapshot stays as it is.
 * @param before parts of an earlier snapshot of this machine: those that have not changed since are shared with it
 */
export function saveMachine(m: Machine, before?: Snapshot['parts']): Snapshot {
  const parts: Record<string, unknown> = { ...NO_PARTS };
  for (const name of KEPT) parts[name] = copyPart(name, m[name], before?.[name]);
  return { config: m.config, wires: m.wires, seq: m.log.firstSeq + (m.log.used >> ROW_SHIFT), parts };
}

/** A machine that stands where the snapshot was made; its log is empty and numbers on. May be called any number of times. */
export function restoreMachine({ config, wires, seq, parts }: Snapshot): Machine {
  const m = allocateMachine(config, wires, 0, new Map());
  Object.assign(m, Object.fromEntries(KEPT.map((name) => [name, copyPart(name, parts[name])])));
  m.log.firstSeq = seq;
  return m;
}
