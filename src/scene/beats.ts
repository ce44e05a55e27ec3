/**
 * Beats: the steps of a scene grouped into what a reader takes in at once. A preset brings its beats with their sentences; where it
 * has none, or where somebody has gone on by hand, a rule groups the steps by the room they happen in.
 */

import { countBelow, lastAtMost } from '../base/bisect.ts';
import { locatorOf } from '../explain/locate/index.ts';
import type { Place } from '../explain/locate/locator.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { read, standingReader } from '../log/reader.ts';
import type { Steps } from '../log/steps.ts';
import type { Narration } from '../scenes/check-preset.ts';
import type { EventName } from '../spec/events/index.ts';
import { placeOfStep } from './anchors.ts';

/** What tells a scene: the narration of its preset, and how many of its first commands are the preset's own. */
export interface Telling {
  readonly narration: Narration | null;
  readonly kept: number;
}

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
  const locator = locatorOf(step.name);
  if (EOI.has(step.name)) return 'eoi';
  if (TAKEN.has(step.name)) return 'vcpu';
  if (locator === null || locator.still === true || locator.side === true) return null;
  return ROOM_OF[placeOfStep(scene, step, locator).at];
}

/** More steps than this are no longer taken in at once. */
const LONGEST = 14;

type Growing = { -readonly [K in keyof Beat]: Beat[K] };

/** Beats by rule, and where the rule stands. */
interface ByRule {
  readonly beats: Growing[];
  /** Steps taken in. */
  steps: number;
  room: Room | null;
  journey: number;
  /** Where it stood before each beat. */
  readonly begun: Pick<ByRule, 'room' | 'journey'>[];
}

const byRule = (from: number): ByRule => ({ beats: [], steps: from, room: null, journey: 0, begun: [] });

/** Takes in one step more. @param first index of the first beat the rule makes */
function takeByRule(scene: SceneLog, state: ByRule, step: Step, first: number): void {
  const here = roomOf(scene, step);
  const last = state.beats.at(-1);
  const another =
    here !== null &&
    state.room !== null &&
    (here !== state.room || (step.journey !== 0 && state.journey !== 0 && step.journey !== state.journey));
  state.steps = step.index + 1;
  if (last === undefined || another || step.index - last.from >= LONGEST) {
    const { index } = step;
    state.begun.push({ room: state.room, journey: state.journey });
    state.beats.push({ index: first + state.beats.length, from: index, to: index, hold: index, told: null });
    state.room = here;
  } else {
    last.to = step.index;
    if (here !== null) {
      last.hold = step.index;
      state.room = here;
    }
  }
  if (here !== null && step.journey !== 0) state.journey = step.journey;
}

/** A scene that nobody tells, read as it grows. */
const UNTOLD = standingReader<ByRule>({
  begin: () => byRule(0),
  take(state, scene, _from, to) {
    const { steps } = scene;
    while (state.steps < steps.length && steps.seqOf(state.steps) < to) {
      takeByRule(scene, state, steps.get(state.steps) as Step, 0);
    }
  },
  rewind(state, scene, kept) {
    const { beats, begun } = state;
    const left = countBelow(scene.steps.length, scene.steps.seqOf, kept);
    // A beat that has lost a step is told again, from where the rule stood before it.
    while ((beats.at(-1)?.to ?? -1) >= left) Object.assign(state, begun.pop(), { steps: beats.pop()?.from });
  },
});

/** Index of each step a narration names, in one pass. */
function namedSteps(steps: Steps, wanted: ReadonlySet<string>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const found = new Map<string, number>();
  for (let index = 0; index < steps.length; index++) {
    const name = steps.nameOf(index) as string;
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
    if (from === undefined || (steps.get(from) as Step).command >= kept) break;
    const before = beats.at(-1);
    if (before !== undefined) before.to = from - 1;
    beats.push({ index: beats.length, from, to: from, hold: Math.max(from, at.get(told.hold) ?? from), told });
  }
  const last = beats.at(-1);
  if (last === undefined) return beats;
  const end = narration.end === undefined ? undefined : at.get(narration.end);
  let to = end ?? steps.length - 1;
  while (to > last.from && (steps.get(to) as Step).command >= kept) to--;
  last.to = Math.max(last.from, to);
  for (const beat of beats) beat.hold = Math.min(beat.hold, beat.to);
  return beats;
}

const told = new WeakMap<
  SceneLog,
  { readonly of: Narration; readonly kept: number; readonly beats: readonly Beat[] }
>();

/** Beats of a scene as far as it has come. */
export function beatsOf(scene: SceneLog, { narration, kept }: Telling): readonly Beat[] {
  if (narration === null) return read(UNTOLD, scene).beats;
  const before = told.get(scene);
  if (before?.of === narration && before.kept === kept) return before.beats;
  const first = toldBeats(scene, narration, kept);
  const rest = byRule((first.at(-1)?.to ?? -1) + 1);
  while (rest.steps < scene.steps.length) {
    takeByRule(scene, rest, scene.steps.get(rest.steps) as Step, first.length);
  }
  const beats = [...first, ...rest.beats];
  told.set(scene, { of: narration, kept, beats });
  return beats;
}

/** Where the next beat in a direction holds; -1 is before the first, null: there is none. */
export function nextHold(beats: readonly Beat[], step: number, direction: 1 | -1): number | null {
  if (direction === 1) return beats.find((beat) => beat.hold > step)?.hold ?? null;
  return beats.findLast((beat) => beat.hold < step)?.hold ?? -1;
}

/** Index of the beat that holds a step; -1 before the first. */
export function beatAt(beats: readonly Beat[], step: number): number {
  return lastAtMost(beats.length, (i) => (beats[i] as Beat).from, step);
}
