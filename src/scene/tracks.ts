/**
 * Journeys read from the log: the branches each one splits into, who lit a bit, what takes part. Computed step by step as the
 * log grows, never again for what was there before.
 *
 * A branch is the way of one token. It goes on where the event that caused a step left it; a second consequence of the same
 * event is a fork and starts a branch of its own there.
 */
import { COL, type EventName, ROW, WRITE } from '../engine/view/tables.ts';
import type { SceneLog, Step } from '../store/types.ts';
import { placeOfStep, sourceOf, userOf } from './anchors.ts';
import { createOwners, type Owners, ownerOf, takeWrite } from './owners.ts';
import { STATIONS, vcpuOf } from './places.ts';
import { grewOn, type StageFocus, type StageModel } from './stage-model.ts';
import type { Place, Station } from './station.ts';

export interface Branch {
  readonly id: number;
  readonly journey: number;
  /** Step it forked from, -1: it begins on its own. */
  readonly from: number;
  /** Its steps, ascending. */
  readonly steps: number[];
  /** vCPU of its last place, -1 none. */
  vcpu: number;
  ended: boolean;
  /** Carries something that goes along with the journey, a kick or a notification, and not the journey itself. */
  readonly side: boolean;
  /** A line going low: it runs its course and leaves nothing waiting. */
  low: boolean;
}

export interface Tracks {
  /** The step taken in last. */
  last: Step | undefined;
  /** Steps and rows taken in. */
  steps: number;
  rows: number;
  /** Branch by step, -1 for a step that moves no token. */
  readonly branchOf: number[];
  readonly branches: Branch[];
  readonly byJourney: Map<number, Branch[]>;
  /** Rows that wrote a word of IRR, ISR, PIR or a chip, by address, ascending. */
  readonly writes: Map<number, number[]>;
  /** Who owns the bits of the sets. */
  readonly owners: Owners;
}

const known = new WeakMap<readonly Step[], Tracks>();

/** Step whose event is row `seq`; -1 none. */
function stepOfRow(steps: readonly Step[], seq: number): number {
  let low = 0;
  let high = steps.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const at = (steps[middle] as Step).seq;
    if (at === seq) return middle;
    if (at < seq) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}

const DEEPEST = 24;

/** Nearest event above a step in its chain of causes that moved a token of the same journey. */
function ancestor(scene: SceneLog, tracks: Tracks, step: Step): number {
  let cause = scene.rows[step.seq * ROW + COL.cause] as number;
  for (let depth = 0; cause >= 0 && depth < DEEPEST; depth++) {
    const at = stepOfRow(scene.steps, cause);
    const branch = at < 0 ? undefined : tracks.branches[tracks.branchOf[at] ?? -1];
    if (branch !== undefined && !branch.side && branch.journey === step.journey) return at;
    cause = scene.rows[cause * ROW + COL.cause] as number;
  }
  return -1;
}

/** The branch a step without a cause in its journey goes on from: one on the same vCPU, else the latest still on its way. */
function nearest(branches: readonly Branch[], vcpu: number): Branch | undefined {
  const newestFirst = branches.filter((b) => !b.side && !b.low).reverse();
  return (
    newestFirst.find((b) => !b.ended && b.vcpu === vcpu && vcpu >= 0) ??
    newestFirst.find((b) => !b.ended) ??
    newestFirst[0]
  );
}

function newBranch(tracks: Tracks, journey: number, from: number, side = false): Branch {
  const branch: Branch = {
    id: tracks.branches.length,
    journey,
    from,
    steps: [],
    vcpu: -1,
    ended: false,
    side,
    low: tracks.branches[tracks.branchOf[from] ?? -1]?.low ?? false,
  };
  tracks.branches.push(branch);
  const same = tracks.byJourney.get(journey);
  if (same === undefined) tracks.byJourney.set(journey, [branch]);
  else same.push(branch);
  return branch;
}

/** The branch of this journey that an event of that name was the last to move. */
function leftBy(scene: SceneLog, tracks: Tracks, step: Step, name: EventName): Branch | null {
  const branches = tracks.byJourney.get(step.journey) ?? [];
  const branch = branches.findLast((b) => !b.ended && scene.steps[b.steps.at(-1) ?? -1]?.name === name);
  return branch ?? null;
}

/**
 * Does something go back here, a line that falls or an EOI to its chip? The handler that caused it goes on meanwhile: what goes
 * back is no part of its way.
 */
function goesBack(step: Step): boolean {
  if (step.name === 'device_quiet' || step.name === 'ioapic_update_eoi') return true;
  return (
    (step.name === 'device_raise' || step.name === 'ioctl_irq_line' || step.name === 'kvm_set_irq') &&
    step.args[1] === 0
  );
}

/** The branch that carries a step on. */
function branchFor(scene: SceneLog, tracks: Tracks, step: Step, place: Place, station: Station): Branch {
  const after = station.after === undefined ? null : leftBy(scene, tracks, step, station.after);
  if (after !== null) return after;
  const above = ancestor(scene, tracks, step);
  if (station.side) return newBranch(tracks, step.journey, above, true);
  if (above >= 0) {
    const branch = tracks.branches[tracks.branchOf[above] as number] as Branch;
    if (goesBack(step) && !branch.low) {
      const back = newBranch(tracks, step.journey, above);
      back.low = true;
      return back;
    }
    return branch.steps.at(-1) === above && !branch.ended && !branch.side
      ? branch
      : newBranch(tracks, step.journey, above);
  }
  const branch = nearest(tracks.byJourney.get(step.journey) ?? [], vcpuOf(place));
  if (branch === undefined) return newBranch(tracks, step.journey, -1);
  return branch.ended ? newBranch(tracks, step.journey, branch.steps.at(-1) as number) : branch;
}

function take(scene: SceneLog, tracks: Tracks, step: Step): void {
  const station = STATIONS[step.name];
  if (station === null || station.still === true || step.journey === 0) {
    tracks.branchOf.push(-1);
    return;
  }
  const place = placeOfStep(scene, step, station);
  const branch = branchFor(scene, tracks, step, place, station);
  branch.steps.push(step.index);
  branch.vcpu = vcpuOf(place);
  branch.ended = station.end !== undefined;
  if (step.name === 'kvm_set_irq') branch.low = step.args[1] === 0;
  tracks.branchOf.push(branch.id);
}

/** Journeys of a scene's log so far. */
export function tracksOf(scene: SceneLog): Tracks {
  let tracks = known.get(scene.steps);
  if (tracks === undefined || tracks.rows > scene.used || !grewOn(scene.steps, tracks.steps, tracks.last)) {
    tracks = {
      last: undefined,
      steps: 0,
      rows: 0,
      branchOf: [],
      branches: [],
      byJourney: new Map(),
      writes: new Map(),
      owners: createOwners(scene.layout),
    };
    known.set(scene.steps, tracks);
  }
  for (; tracks.steps < scene.steps.length; tracks.steps++) take(scene, tracks, scene.steps[tracks.steps] as Step);
  tracks.last = scene.steps.at(-1);
  const { layout, rows } = scene;
  for (; tracks.rows < scene.used; tracks.rows++) {
    const at = tracks.rows * ROW;
    if (rows[at] !== WRITE) continue;
    takeWrite(tracks.owners, rows, at);
    if (rows[at + COL.journey] === 0) continue;
    const address = rows[at + COL.a] as number;
    if (address < layout.pic) continue;
    const list = tracks.writes.get(address);
    if (list === undefined) tracks.writes.set(address, [tracks.rows]);
    else list.push(tracks.rows);
  }
  return tracks;
}

/** Journey that owns a bit of a word before row `seq`; 0: nobody's. */
export function setter(scene: SceneLog, tracks: Tracks, address: number, bit: number, seq: number): number {
  const owner = ownerOf(tracks.owners, address, bit, seq);
  if (owner >= 0) return owner;
  const list = tracks.writes.get(address) ?? [];
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] as number) < seq) low = middle + 1;
    else high = middle;
  }
  for (let i = low - 1; i >= 0; i--) {
    const at = (list[i] as number) * ROW;
    const before = (scene.rows[at + 5] as number) >>> bit;
    const after = (scene.rows[at + 6] as number) >>> bit;
    if ((before & 1) === 0 && (after & 1) === 1) return scene.rows[at + COL.journey] as number;
    if ((before & 1) === 1 && (after & 1) === 0) return 0;
  }
  return 0;
}

/** Journey of the step shown, or of the last one before it that had one; 0 none. */
export function journeyAt(scene: SceneLog, step: number): number {
  for (let i = Math.min(step, scene.steps.length - 1); i >= 0 && i > step - 400; i--) {
    const journey = scene.steps[i]?.journey ?? 0;
    if (journey !== 0) return journey;
  }
  return scene.steps.find((s) => s.journey !== 0)?.journey ?? 0;
}

/** The journey whose event set this one off, 0 none: an EOI that redelivers starts a journey of its own. */
function parentOf(scene: SceneLog, tracks: Tracks, journey: number): number {
  const first = scene.steps[tracks.byJourney.get(journey)?.[0]?.steps[0] ?? -1];
  let cause = first === undefined ? -1 : (scene.rows[first.seq * ROW + COL.cause] as number);
  for (let depth = 0; cause >= 0 && depth < DEEPEST; depth++) {
    const other = scene.rows[cause * ROW + COL.journey] as number;
    if (other !== 0 && other !== journey) return other;
    cause = scene.rows[cause * ROW + COL.cause] as number;
  }
  return 0;
}

/** What one journey touches, with those it came from. */
export function focusOf(scene: SceneLog, tracks: Tracks, model: StageModel, journey: number): StageFocus {
  const focus = {
    sources: new Set<string>(),
    gsis: new Set<number>(),
    pins: new Set<number>(),
    pic: false,
    ioapic: false,
    msi: false,
    vcpus: new Set<number>(),
    pcpus: new Set<number>(),
    iommu: false,
  };
  const line = new Set([journey]);
  for (let from = journey; from !== 0 && line.size < DEEPEST; line.add(from)) from = parentOf(scene, tracks, from);
  for (const branch of [...line].flatMap((one) => tracks.byJourney.get(one) ?? [])) {
    for (const index of branch.steps) {
      const step = scene.steps[index] as Step;
      const station = STATIONS[step.name];
      if (station === null) continue;
      const happening = { index: step.where & 0xffff, args: step.args };
      touch(focus, model, placeOfStep(scene, step, station));
      if (station.onward !== undefined) touch(focus, model, station.onward(happening));
      if (station.via !== undefined) focus.iommu = true;
    }
  }
  for (const source of model.sources) if (source.gsis.some((gsi) => focus.gsis.has(gsi))) focus.sources.add(source.id);
  return focus;
}

type Growing = { -readonly [K in keyof StageFocus]: StageFocus[K] extends ReadonlySet<infer T> ? Set<T> : boolean };

function touch(focus: Growing, model: StageModel, place: Place): void {
  if (vcpuOf(place) >= 0) focus.vcpus.add(vcpuOf(place));
  switch (place.at) {
    case 'device':
      focus.sources.add(model.sources.find((s) => s.slot === place.slot)?.id ?? '');
      break;
    case 'source':
      focus.sources.add(sourceOf(model, place) ?? userOf(model));
      break;
    case 'pit':
      focus.sources.add(place.at);
      break;
    case 'user':
      focus.sources.add(userOf(model));
      break;
    case 'route':
      focus.gsis.add(place.gsi);
      break;
    case 'msi':
      focus.msi = true;
      break;
    case 'pcpu':
      focus.pcpus.add(place.pcpu);
      break;
    case 'irte':
      focus.iommu = true;
      break;
    case 'pic':
    case 'picPin':
      focus.pic = true;
      break;
    case 'ioapic':
      focus.ioapic = true;
      break;
    case 'ioapicPin':
      focus.ioapic = true;
      focus.pins.add(place.pin);
      break;
  }
}
