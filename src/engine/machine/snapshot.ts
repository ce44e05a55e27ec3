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

export interface Snapshot {
  readonly config: CreateOp;
  readonly wires: Wires;
  /** Rows recorded before it: those after it are numbered on from here. */
  readonly seq: number;
  readonly parts: Readonly<Record<string, unknown>>;
}

/** A copy that shares nothing that can change. */
function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  if (ArrayBuffer.isView(value)) return (value as Int32Array).slice();
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, copy(item)]));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copy(item)]));
}

const copyPart = (name: keyof typeof PARTS, value: unknown): unknown =>
  PARTS[name] !== 'history'
    ? copy(value)
    : value instanceof Map
      ? new Map(value)
      : (value as readonly unknown[]).slice();

/** Parts that are lists or maps of things that never change. */
export const HISTORY = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter((name) => PARTS[name] === 'history');

const KEPT = (Object.keys(PARTS) as (keyof typeof PARTS)[]).filter(
  (name) => PARTS[name] === 'saved' || PARTS[name] === 'history',
);

/** Between two ops. The machine goes on and the snapshot stays as it is. */
export function saveMachine(m: Machine): Snapshot {
  return {
    config: m.config,
    wires: m.wires,
    seq: m.log.firstSeq + (m.log.used >> ROW_SHIFT),
    parts: Object.fromEntries(KEPT.map((name) => [name, copyPart(name, m[name])])),
  };
}

/** A machine that stands where the snapshot was made; its log is empty and numbers on. May be called any number of times. */
export function restoreMachine({ config, wires, seq, parts }: Snapshot): Machine {
  const m = allocateMachine(config, wires, 0, new Map());
  Object.assign(m, Object.fromEntries(KEPT.map((name) => [name, copyPart(name, parts[name])])));
  m.log.firstSeq = seq;
  return m;
}
