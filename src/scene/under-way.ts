/** The interrupts that are under way at a moment, and what each does now: which one is stuck is one of the answers. */

import { lastAtMost } from '../base/bisect.ts';
import { hex } from '../base/hex.ts';
import { vectorsIn } from '../engine/view/machine-view.ts';
import { LAPIC, VCPU } from '../engine/view/tables.ts';
import { happeningOf, locatorOf, vcpuOf } from '../explain/locate/index.ts';
import type { Place } from '../explain/locate/locator.ts';
import { timeAt } from '../log/clock-index.ts';
import { wordsAt } from '../log/fold.ts';
import type { SceneLog } from '../log/log.ts';
import { ownerOf } from '../log/owners.ts';
import { placeOfStep } from './anchors.ts';
import { type Branch, branchesOf } from './branches.ts';
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

interface InService {
  readonly vcpu: number;
  readonly vector: number;
  /** The vCPU is in its handler: before that the vector is on its way to it, and may be taken back. */
  readonly entered: boolean;
}

/** Journeys that have a vector in service: where, and which. */
function inService(scene: SceneLog, seq: number): ReadonlyMap<number, InService> {
  const { wordMap } = scene;
  const w = wordsAt(scene, seq);
  const found = new Map<number, InService>();
  for (let vcpu = 0; vcpu < wordMap.vcpus; vcpu++) {
    const base = wordMap.lapic + vcpu * LAPIC.size + LAPIC.at.isr;
    const own = wordMap.vcpu + vcpu * VCPU.size;
    const stack = own + VCPU.at.stackVector;
    const isEntered = (vector: number): boolean =>
      w.subarray(stack, stack + (w[own + VCPU.at.depth] ?? 0)).includes(vector);
    for (const vector of vectorsIn(w, base)) {
      const journey = ownerOf(scene, base + (vector >> 5), vector & 31, seq);
      if (journey !== 0) found.set(journey, { vcpu, vector, entered: isEntered(vector) });
    }
  }
  return found;
}

/** Moves passed over in search of one that carries the interrupt itself: a storm can have any number of others on end. */
const PASSED = 4_096;

/** The last step up to `step` that carried a journey on, -1 none, and whether one after it does: no kick, no line that falls. */
function carried(scene: SceneLog, journey: number, step: number): { readonly last: number; readonly more: boolean } {
  const { moves, branches, branchOf } = branchesOf(scene);
  const own = moves.get(journey) ?? [];
  const at = lastAtMost(own.length, (i) => own[i], step);
  const carries = (i: number): boolean => {
    const { side, low } = branches[branchOf[own[i]]] as Branch;
    return !side && !low;
  };
  let last = at;
  while (last >= 0 && last > at - PASSED && !carries(last)) last--;
  let next = at + 1;
  while (next < own.length && next < at + PASSED && !carries(next)) next++;
  return {
    last: last >= 0 && carries(last) ? own[last] : -1,
    more: next < own.length && carries(next),
  };
}

/**
 * Where a journey's first token came from: the row it began with may lie within a step of somebody else's, or before the first.
 * Null: nowhere on the stage.
 */
export function placeWhereBegun(scene: SceneLog, journey: number): Place | null {
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
    const { last, more } = carried(scene, journey, step);
    if (last < 0) continue;
    const [wait = null, serves] = [waits.get(journey), served.get(journey)];
    if (wait === null && serves === undefined && !more) continue;
    const at = scene.steps.get(last);
    const locator = at === undefined ? null : locatorOf(at.name);
    const here = at === undefined || locator === null ? null : { label: locator.label(happeningOf(at)) };
    all.push({
      journey,
      began: placeWhereBegun(scene, journey),
      does: wait !== null ? 'waits' : serves?.entered === true ? 'serves' : 'moves',
      wait,
      what: wait?.label ?? (serves === undefined ? (here?.label ?? '') : hex(serves.vector)),
      vcpu: serves?.vcpu ?? (at === undefined || locator === null ? -1 : vcpuOf(placeOfStep(scene, at, locator))),
      since: wait?.since ?? timeAt(scene, scene.steps.seqOf(last)),
    });
  }
  return all;
}
