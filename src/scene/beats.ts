/**
 * Beats: the steps of a scene grouped into what a reader takes in at once. A preset brings its beats with their sentences; where it
 * has none, or where somebody has gone on by hand, a rule groups the steps by the room they happen in.
 */
import type { EventName } from '../engine/view/tables.ts';
import type { SceneId, SceneLog, Step } from '../store/types.ts';
import { placeOfStep } from './anchors.ts';
import { STATIONS } from './places.ts';
import { grewOn } from './stage-model.ts';
import type { Place } from './station.ts';

type Narration = NonNullable<SceneId['narration']>;

export interface Beat {
  readonly index: number;
  /** First and last step. */
  readonly from: number;
  readonly to: number;
  /** Step at which it rests until its sentence could be read. */
  readonly hold: number;
  /** Its sentence; null: the sentence of the step it holds at. */
  readonly told: Narration['beats'][number] | null;
}

/** Rooms an interrupt passes, in the order it does. */
type Room = 'source' | 'route' | 'chip' | 'lapic' | 'vcpu' | 'eoi';

/** What ends an interrupt is told apart from what takes it, though both happen at the local APIC. */
const EOI: ReadonlySet<EventName> = new Set([
  'kvm_eoi',
  'eoi_virtualization',
  'ioapic_update_eoi',
  'pic_eoi',
  'kvm_pv_eoi',
  'kvm_ack_irq',
]);
/** Taking a vector is the vCPU's doing. */
const TAKEN: ReadonlySet<EventName> = new Set(['apic_ack', 'vid_deliver', 'handler_enter', 'kvm_inj_virq']);

const ROOM_OF: Readonly<Record<Place['at'], Room>> = {
  device: 'source',
  pit: 'source',
  user: 'source',
  source: 'source',
  route: 'route',
  msi: 'chip',
  pic: 'chip',
  picPin: 'chip',
  ioapic: 'chip',
  ioapicPin: 'chip',
  irte: 'chip',
  bus: 'lapic',
  lapic: 'lapic',
  cell: 'lapic',
  vcpu: 'vcpu',
  pcpu: 'vcpu',
};

/** Room a step moves something in; null: it moves nothing, or only goes along with what moved. */
function roomOf(scene: SceneLog, step: Step): Room | null {
  const station = STATIONS[step.name];
  if (EOI.has(step.name)) return 'eoi';
  if (TAKEN.has(step.name)) return 'vcpu';
  if (station === null || station.still === true || station.side === true) return null;
  return ROOM_OF[placeOfStep(scene, step, station).at];
}

/** More steps than this are no longer taken in at once. */
const LONGEST = 14;

type Growing = { -readonly [K in keyof Beat]: Beat[K] };

/** Adds the beats of steps from..end-1 by rule. */
function byRule(scene: SceneLog, beats: Growing[], from: number): void {
  let room: Room | null = null;
  let journey = 0;
  let last: Growing | null = null;
  for (let at = from; at < scene.steps.length; at++) {
    const step = scene.steps[at] as Step;
    const here = roomOf(scene, step);
    const another =
      here !== null &&
      room !== null &&
      (here !== room || (step.journey !== 0 && journey !== 0 && step.journey !== journey));
    if (last === null || another || at - last.from >= LONGEST) {
      last = { index: beats.length, from: at, to: at, hold: at, told: null };
      beats.push(last);
      room = null;
    }
    last.to = at;
    if (here !== null) {
      room = here;
      last.hold = at;
      if (step.journey !== 0) journey = step.journey;
    }
  }
}

/** Index of each step a narration names, in one pass. */
function namedSteps(steps: readonly Step[], wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const found = new Map<string, number>();
  for (const { name, index } of steps) {
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    const key = `${name}#${nth}`;
    if (wanted.has(key)) found.set(key, index);
    if (found.size === wanted.size) break;
  }
  return found;
}

function toldBeats(scene: SceneLog, narration: Narration, kept: number): Growing[] {
  const { steps } = scene;
  const names = new Set(narration.beats.flatMap((b) => [b.from, b.hold]));
  if (narration.end !== undefined) names.add(narration.end);
  const at = namedSteps(steps, names);
  const beats: Growing[] = [];
  for (const told of narration.beats) {
    const from = at.get(told.from);
    // Steps of ops that somebody else has added tell another story.
    if (from === undefined || (steps[from] as Step).command >= kept) break;
    const before = beats.at(-1);
    if (before !== undefined) before.to = from - 1;
    beats.push({ index: beats.length, from, to: from, hold: Math.max(from, at.get(told.hold) ?? from), told });
  }
  const last = beats.at(-1);
  if (last === undefined) return beats;
  const end = narration.end === undefined ? undefined : at.get(narration.end);
  let to = end ?? steps.length - 1;
  while (to > last.from && (steps[to] as Step).command >= kept) to--;
  last.to = Math.max(last.from, to);
  for (const beat of beats) beat.hold = Math.min(beat.hold, beat.to);
  return beats;
}

interface Known {
  readonly count: number;
  readonly last: Step | undefined;
  readonly narration: Narration | null;
  readonly kept: number;
  readonly beats: readonly Beat[];
}

const known = new WeakMap<readonly Step[], Known>();

/** Beats of a scene as far as it has come. */
export function beatsOf(scene: SceneLog, { narration, kept }: Pick<SceneId, 'narration' | 'kept'>): readonly Beat[] {
  const { steps } = scene;
  const before = known.get(steps);
  const fits =
    before !== undefined &&
    before.narration === narration &&
    before.kept === kept &&
    grewOn(steps, before.count, before.last);
  if (fits && before.count === steps.length) return before.beats;
  const grows = fits && narration === null;
  const beats: Growing[] = grows
    ? before.beats.slice(0, -1)
    : narration === null
      ? []
      : toldBeats(scene, narration, kept);
  const done = beats.at(-1)?.to ?? -1;
  if (done + 1 < steps.length) byRule(scene, beats, done + 1);
  known.set(steps, { count: steps.length, last: steps.at(-1), narration, kept, beats });
  return beats;
}

/** Where the next beat in a direction holds; -1 is before the first, null: there is none. */
export function nextHold(beats: readonly Beat[], step: number, direction: 1 | -1): number | null {
  if (direction === 1) return beats.find((beat) => beat.hold > step)?.hold ?? null;
  return beats.findLast((beat) => beat.hold < step)?.hold ?? -1;
}

/** Index of the beat that holds a step; -1 before the first. */
export function beatAt(beats: readonly Beat[], step: number): number {
  let low = 0;
  let high = beats.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((beats[middle] as Beat).from <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
