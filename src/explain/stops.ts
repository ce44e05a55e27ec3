/** Breakpoints: which steps playback stops at. Each looks at the step's event, its arguments, or the words it wrote. */
import { addressOf } from '../engine/view/machine-view.ts';
import { BLOCK_OF, COL, COMPONENTS, type ComponentKind, WRITE } from '../engine/view/tables.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { firstStepOf, lastStepUpTo } from '../log/op-steps.ts';
import { argsIn, cellOf, pageOf, placeOf } from '../log/rows.ts';
import { EVENT_NAMES, type EventName, eventRow } from '../spec/events/index.ts';
import { eventSource } from '../spec/events/sources.ts';

export const STOP_KINDS = ['event', 'vector', 'gsi', 'bit', 'function', 'vcpu', 'finding'] as const;
export type StopKind = (typeof STOP_KINDS)[number];

/** `what` as its kind is written: "irr_set", "0x41", "11", "ioapic:0.redirLo[4].16", "kvm_set_irq", "1", "level-storm" or "any". */
export interface Stop {
  readonly kind: StopKind;
  readonly what: string;
}

/** What a rule has found (explain/findings): which rule, and the op since which it is so. */
export interface FoundAt {
  readonly id: string;
  readonly since: { readonly command: number };
}

const BIT = /^([a-zA-Z]+):(\d{1,3})\.(\w+)(?:\[(\d{1,3})\])?\.(\d{1,2})$/;
const NUMBER = /^(?:0x[0-9a-f]{1,8}|\d{1,10})$/i;

interface BitPlace {
  readonly kind: ComponentKind;
  readonly index: number;
  readonly register: string;
  readonly sub: number;
  readonly bit: number;
}

function bitOf(what: string): BitPlace | null {
  const parts = BIT.exec(what);
  const kind = parts?.[1] as ComponentKind | undefined;
  if (!parts || kind === undefined || !COMPONENTS.includes(kind)) return null;
  const [, , index, register = '', sub = '0', bit] = parts;
  const at = BLOCK_OF[kind].at as Readonly<Record<string, number>>;
  if (!Object.hasOwn(at, register) || Number(bit) > 31) return null;
  return { kind, index: Number(index), register, sub: Number(sub), bit: Number(bit) };
}

/** Reads what a person typed. @returns null for what no step can ever meet */
export function readStop(kind: StopKind, text: string): Stop | null {
  const what = text.trim();
  switch (kind) {
    case 'event':
      return (EVENT_NAMES as readonly (string | undefined)[]).includes(what) ? { kind, what } : null;
    case 'function':
      return /^[a-z_][a-z0-9_]{2,60}$/i.test(what) ? { kind, what } : null;
    case 'vector':
      return NUMBER.test(what) && Number(what) <= 0xff ? { kind, what: `0x${Number(what).toString(16)}` } : null;
    case 'gsi':
      return NUMBER.test(what) && Number(what) <= 4095 ? { kind, what: String(Number(what)) } : null;
    case 'vcpu':
      return NUMBER.test(what) && Number(what) <= 63 ? { kind, what: String(Number(what)) } : null;
    case 'bit':
      return bitOf(what) === null ? null : { kind, what };
    case 'finding':
      // Rules live in a worker: an id that none of them has is never met.
      return /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(what) && what.length <= 40 ? { kind, what } : null;
  }
}

/** Words that say where a vCPU is. */
const STATE = ['mpState', 'halted', 'mode', 'loaded', 'blocking', 'preempted'] as const;

/** Whether a step changes any bit of `mask` of a word. */
function writes(scene: SceneLog, { seq, end }: Step, address: number, mask: number): boolean {
  for (let row = seq; row < end; row++) {
    const rows = pageOf(scene, row);
    const at = placeOf(row);
    if (rows[at] !== WRITE || rows[at + COL.a] !== address) continue;
    if (((rows[at + COL.b] ^ rows[at + COL.c]) & mask) !== 0) return true;
  }
  return false;
}

/** The number of an argument whose kind is this. */
function hasArg(scene: SceneLog, { name, seq }: Step, wanted: 'vector' | 'gsi', value: number): boolean {
  const args = argsIn(scene, seq, name) as Readonly<Record<string, number>>;
  return Object.entries(eventRow(name as EventName).args).some(([arg, kind]) => kind === wanted && args[arg] === value);
}

/** Whether a step is the first of an op since which there is such a finding. */
function isFound({ steps }: SceneLog, { index, command }: Step, what: string, found: readonly FoundAt[]): boolean {
  if (steps.get(index - 1)?.command === command) return false;
  return found.some(({ id, since }) => since.command === command && (what === 'any' || what === id));
}

/** Whether playback stops at a step. @param found what the rules have found in the run so far */
export function fits(scene: SceneLog, step: Step, { kind, what }: Stop, found: readonly FoundAt[] = []): boolean {
  switch (kind) {
    case 'event':
      return step.name === what;
    case 'vector':
    case 'gsi':
      return hasArg(scene, step, kind, Number(what));
    case 'function': {
      const { fn, amd, fnBy } = eventSource(step.name);
      return fn === what || amd === what || Object.values(fnBy?.fns ?? {}).some((other) => other === what);
    }
    case 'vcpu': {
      const vcpu = Number(what);
      if (vcpu >= scene.wordMap.vcpus) return false;
      return STATE.some((register) => writes(scene, step, addressOf(scene.wordMap, 'vcpu', vcpu, register), -1));
    }
    case 'finding':
      return isFound(scene, step, what, found);
    case 'bit': {
      const place = bitOf(what);
      if (place === null) return false;
      const { index, register, sub, bit } = place;
      return writes(scene, step, addressOf(scene.wordMap, place.kind, index, register, sub), 1 << bit);
    }
  }
}

/** Steps that are looked at before a search lets others work. */
const AT_ONCE = 1_024;

/** A search that can be gone on with later: it yields now and then, and returns what it has found, null where there is nothing. */
type Search = Generator<undefined, number | null>;

/** What a search finds when nobody waits for it. */
function whole(search: Search): number | null {
  for (;;) {
    const { done, value } = search.next();
    if (done === true) return value;
  }
}

/** The nearest step after `from` (or before it) that one of them stops at. @param last the last one looked at */
export function* searchStop(
  scene: SceneLog,
  from: number,
  direction: 1 | -1,
  stops: readonly Stop[],
  found: readonly FoundAt[] = [],
  last = direction === 1 ? scene.steps.length - 1 : 0,
): Search {
  for (let i = from + direction; i >= 0 && (last - i) * direction >= 0; i += direction) {
    const step = scene.steps.get(i);
    if (step !== undefined && stops.some((stop) => fits(scene, step, stop, found))) return i;
    if (i % AT_ONCE === 0) yield;
  }
  return null;
}

/** The same at once. @returns null where none does */
export const nextStop = (...asked: Parameters<typeof searchStop>): number | null => whole(searchStop(...asked));

/** Sizes of steps that the log alone knows. */
export type Unit = 'effect' | 'function' | 'op' | 'journey';

/** Kernel function of a step's event, or who acts where it is none. */
function functionOf(name: EventName | undefined): string {
  return name === undefined ? '' : (eventSource(name).fn ?? eventRow(name).by);
}

/** Next to the steps of one op: the first step of the op after them, or of the op they are of or follow. */
function opTo(scene: SceneLog, from: number, direction: 1 | -1): number | null {
  const { steps } = scene;
  const here = steps.get(from);
  if (direction === 1) {
    const next = here === undefined ? 0 : lastStepUpTo(scene, here.command) + 1;
    return next < steps.length ? next : null;
  }
  const before = here === undefined ? undefined : steps.get(firstStepOf(scene, here.command) - 1);
  return before === undefined ? null : firstStepOf(scene, before.command);
}

/** Next to the steps of one kernel function, in the same way. */
function* functionTo({ steps }: SceneLog, from: number, direction: 1 | -1): Search {
  const at = (i: number): string => functionOf(steps.nameOf(i));
  const here = at(from);
  for (let i = from + direction; i >= 0 && i < steps.length; i += direction) {
    if (i % AT_ONCE === 0) yield;
    if (at(i) === here) continue;
    // Backwards to where that function began.
    while (direction === -1 && i > 0 && at(i - 1) === at(i)) i--;
    return i;
  }
  return null;
}

/** The next step of the same interrupt; from a step of none, of any. */
function* journeyTo(scene: SceneLog, from: number, direction: 1 | -1): Search {
  const { steps } = scene;
  const journeyOf = (i: number): number => cellOf(scene, steps.seqOf(i), COL.journey);
  const here = from >= 0 && from < steps.length ? journeyOf(from) : 0;
  for (let i = from + direction; i >= 0 && i < steps.length; i += direction) {
    if (i % AT_ONCE === 0) yield;
    const journey = journeyOf(i);
    if (here === 0 ? journey !== 0 : journey === here) return i;
  }
  return null;
}

/**
 * Where a step of another size leads: to the next effect, to where another kernel function or op begins, or to the next step of
 * the same interrupt; null at either end.
 */
export function* searchStep(scene: SceneLog, from: number, direction: 1 | -1, unit: Unit): Search {
  const next = from + direction;
  if (unit === 'op') return opTo(scene, from, direction);
  if (unit === 'function') return yield* functionTo(scene, from, direction);
  if (unit === 'journey') return yield* journeyTo(scene, from, direction);
  return next >= 0 && next < scene.steps.length ? next : null;
}

/** The same at once. @returns null at either end */
export const stepTo = (...asked: Parameters<typeof searchStep>): number | null => whole(searchStep(...asked));
