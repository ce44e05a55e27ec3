/** The interrupts that are under way at a moment, and what each does now: which one is stuck is one of the answers. */
import { vectorsIn } from '../engine/view/machine-view.ts';
import { LAPIC } from '../engine/view/tables.ts';
import { happeningOf, locatorOf, vcpuOf } from '../explain/locate/index.ts';
import { hex, type Place } from '../explain/locate/locator.ts';
import { timeAt } from '../log/clock-index.ts';
import { wordsAt } from '../log/fold.ts';
import type { SceneLog } from '../log/log.ts';
import { ownerOf } from '../log/owners.ts';
import { placeOfStep } from './anchors.ts';
import { branchesOf } from './branches.ts';
import { type Wait, waitsAfter } from './waits.ts';

export interface UnderWay {
  readonly journey: number;
  /** Where it began; null: nowhere on the stage. */
  readonly began: Place | null;
  readonly does: 'waits' | 'serves' | 'moves';
  readonly wait: Wait | null;
  /** Vector in service, or what it is called on its way. */
  readonly what: string;
  /** vCPU that serves it, -1 none. */
  readonly vcpu: number;
  /** Since when it does this, ns of virtual time. */
  readonly since: number;
}

/** Steps back within which one that only moves is looked for. */
const LOOK_BACK = 120;

/** Journeys that have a vector in service: where, and which. */
function inService(
  scene: SceneLog,
  seq: number,
): ReadonlyMap<number, { readonly vcpu: number; readonly vector: number }> {
  const { wordMap } = scene;
  const w = wordsAt(scene, seq);
  const found = new Map<number, { vcpu: number; vector: number }>();
  for (let vcpu = 0; vcpu < wordMap.vcpus; vcpu++) {
    const base = wordMap.lapic + vcpu * LAPIC.size + LAPIC.at.isr;
    for (const vector of vectorsIn(w, base)) {
      const journey = ownerOf(scene, base + (vector >> 5), vector & 31, seq);
      if (journey !== 0) found.set(journey, { vcpu, vector });
    }
  }
  return found;
}

/** Last step up to `step` that moved a journey, and whether one after it does. */
function movesOf(scene: SceneLog, journey: number, step: number): { readonly last: number; readonly more: boolean } {
  let last = -1;
  let more = false;
  for (const { steps, side, low } of branchesOf(scene).byJourney.get(journey) ?? []) {
    if (side || low) continue;
    for (const at of steps) {
      if (at > step) more = true;
      else last = Math.max(last, at);
    }
  }
  return { last, more };
}

/** Where a journey began; null: nowhere on the stage. */
export /** Where its first token came from: the row it began with may lie within a step of somebody else's, or before the first. */
function placeWhereBegun(scene: SceneLog, journey: number): Place | null {
  const first = branchesOf(scene).byJourney.get(journey)?.[0]?.steps[0];
  const step = first === undefined ? undefined : scene.steps.get(first);
  const locator = step === undefined ? null : locatorOf(step.name);
  return step === undefined || locator === null ? null : placeOfStep(scene, step, locator);
}

/** Interrupts under way once a step has happened, in the order they began. Those of before the scene are none of its own. */
export function underWayAt(scene: SceneLog, step: number): readonly UnderWay[] {
  const seq = scene.steps.seqOf(step + 1);
  const waits = new Map(waitsAfter(scene, step).map((wait) => [wait.journey, wait]));
  const served = inService(scene, seq);
  const journeys = new Set([...waits.keys(), ...served.keys()]);
  for (let at = step; at >= 0 && at > step - LOOK_BACK; at--) {
    const journey = scene.steps.get(at)?.journey ?? 0;
    if (journey !== 0) journeys.add(journey);
  }
  const all: UnderWay[] = [];
  for (const journey of [...journeys].sort((a, b) => a - b)) {
    const { last, more } = movesOf(scene, journey, step);
    if (last < 0) continue;
    const [wait = null, serves] = [waits.get(journey), served.get(journey)];
    if (wait === null && serves === undefined && !more) continue;
    const at = scene.steps.get(last);
    const locator = at === undefined ? null : locatorOf(at.name);
    const here = at === undefined || locator === null ? null : { label: locator.label(happeningOf(at)) };
    all.push({
      journey,
      began: placeWhereBegun(scene, journey),
      does: wait !== null ? 'waits' : serves !== undefined ? 'serves' : 'moves',
      wait,
      what: wait?.label ?? (serves === undefined ? (here?.label ?? '') : hex(serves.vector)),
      vcpu: serves?.vcpu ?? (at === undefined || locator === null ? -1 : vcpuOf(placeOfStep(scene, at, locator))),
      since: wait?.since ?? timeAt(scene, scene.steps.seqOf(last)),
    });
  }
  return all;
}
