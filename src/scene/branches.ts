/**
 * Journeys read from the log: the branches each one splits into, who lit a bit, what takes part. Computed step by step as the
 * log grows, never again for what was there before.
 *
 * A branch is the way of one token. It goes on where the event that caused a step left it; a second consequence of the same
 * event is a fork and starts a branch of its own there.
 */

import { countBelow } from '../base/bisect.ts';
import { happeningOf, locatorOf, vcpuOf } from '../explain/locate/index.ts';
import type { Locator, Place } from '../explain/locate/locator.ts';
import { causesAbove } from '../log/causes.ts';
import { parentJourney } from '../log/journeys.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { read, standingReader } from '../log/reader.ts';
import { type Steps, stepAtSeq } from '../log/steps.ts';
import { argsOf, type EventName } from '../spec/events/index.ts';
import { placeOfStep, sourceOf, userOf } from './anchors.ts';
import type { StageFocus, StageModel } from './stage-model.ts';

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
  /** Was it that when it began? */
  readonly bornLow: boolean;
}

export interface BranchTree {
  /** Steps taken in. */
  steps: number;
  /** Branch by step, -1 for a step that moves no token. */
  readonly branchOf: number[];
  readonly branches: Branch[];
  readonly byJourney: Map<number, Branch[]>;
  /** Steps that move a token of a journey, ascending: of all its branches, for a storm on one line has ten thousands of them. */
  readonly moves: Map<number, number[]>;
}

/** Step whose event is row `seq`; -1 none. */
function stepOfRow(steps: Steps, seq: number): number {
  const at = stepAtSeq(steps, seq);
  return at >= 0 && steps.seqOf(at) === seq ? at : -1;
}

const DEEPEST = 24;

/** Nearest event above a step in its chain of causes that moved a token of the same journey. */
function ancestor(scene: SceneLog, tree: BranchTree, step: Step): number {
  for (const cause of causesAbove(scene, step.seq, DEEPEST)) {
    const at = stepOfRow(scene.steps, cause);
    const branch = at < 0 ? undefined : tree.branches[tree.branchOf[at] ?? -1];
    if (branch !== undefined && !branch.side && branch.journey === step.journey) return at;
  }
  return -1;
}

/**
 * Branches of a journey that are looked at, the newest first. A storm on one line is one journey of ten thousands of branches, and each
 * of its steps asks.
 */
const LOOKED_AT = 256;
function newest(branches: readonly Branch[], fits: (branch: Branch) => boolean): Branch | undefined {
  const end = Math.max(0, branches.length - LOOKED_AT);
  for (let i = branches.length - 1; i >= end; i--) if (fits(branches[i] as Branch)) return branches[i];
  return undefined;
}

/** The branch a step without a cause in its journey goes on from: one on the same vCPU, else the latest still on its way. */
function nearest(branches: readonly Branch[], vcpu: number): Branch | undefined {
  const carries = (b: Branch): boolean => !b.side && !b.low;
  return (
    (vcpu >= 0 ? newest(branches, (b) => b.vcpu === vcpu && !b.ended && carries(b)) : undefined) ??
    newest(branches, (b) => !b.ended && carries(b)) ??
    newest(branches, carries)
  );
}

interface Beginning {
  readonly side?: boolean;
  /** Absent: as what it forked from. */
  readonly low?: boolean;
}

function newBranch(tree: BranchTree, journey: number, from: number, { side = false, low }: Beginning = {}): Branch {
  const bornLow = low ?? tree.branches[tree.branchOf[from] ?? -1]?.low ?? false;
  const branch: Branch = {
    id: tree.branches.length,
    journey,
    from,
    steps: [],
    vcpu: -1,
    ended: false,
    side,
    low: bornLow,
    bornLow,
  };
  tree.branches.push(branch);
  const same = tree.byJourney.get(journey);
  if (same === undefined) tree.byJourney.set(journey, [branch]);
  else same.push(branch);
  return branch;
}

/** The branch of this journey that an event of that name was the last to move. */
function leftBy(scene: SceneLog, tree: BranchTree, step: Step, name: EventName): Branch | null {
  const moved = (b: Branch): boolean => !b.ended && scene.steps.nameOf(b.steps.at(-1) ?? -1) === name;
  return newest(tree.byJourney.get(step.journey) ?? [], moved) ?? null;
}

/**
 * Does something go back here, a line that falls or an EOI to its chip? The handler that caused it goes on meanwhile: what goes
 * back is no part of its way.
 */
function goesBack(step: Step, { goesBack }: Locator): boolean {
  return goesBack === 'low' ? happeningOf(step).args.level === 0 : goesBack;
}

/** The branch that carries a step on. */
function branchFor(scene: SceneLog, tree: BranchTree, step: Step, place: Place, locator: Locator): Branch {
  const after = locator.after === undefined ? null : leftBy(scene, tree, step, locator.after);
  if (after !== null) return after;
  const above = ancestor(scene, tree, step);
  if (locator.side) return newBranch(tree, step.journey, above, { side: true });
  if (above >= 0) {
    const branch = tree.branches[tree.branchOf[above]] as Branch;
    if (goesBack(step, locator) && !branch.low) return newBranch(tree, step.journey, above, { low: true });
    return branch.steps.at(-1) === above && !branch.ended && !branch.side
      ? branch
      : newBranch(tree, step.journey, above);
  }
  const branch = nearest(tree.byJourney.get(step.journey) ?? [], vcpuOf(place));
  if (branch === undefined) return newBranch(tree, step.journey, -1);
  return branch.ended ? newBranch(tree, step.journey, branch.steps.at(-1) as number) : branch;
}

function take(scene: SceneLog, tree: BranchTree, step: Step): void {
  const locator = locatorOf(step.name);
  if (locator === null || locator.still === true || step.journey === 0) {
    tree.branchOf.push(-1);
    return;
  }
  const place = placeOfStep(scene, step, locator);
  const branch = branchFor(scene, tree, step, place, locator);
  branch.steps.push(step.index);
  branch.vcpu = vcpuOf(place);
  branch.ended = locator.end !== undefined;
  if (step.name === 'kvm_set_irq') branch.low = argsOf(step.name, step.args).level === 0;
  tree.branchOf.push(branch.id);
  const moves = tree.moves.get(step.journey);
  if (moves === undefined) tree.moves.set(step.journey, [step.index]);
  else moves.push(step.index);
}

/** Puts a branch back to where its last step left it. */
function restore(scene: SceneLog, branch: Branch): void {
  const last = scene.steps.get(branch.steps.at(-1) as number) as Step;
  const locator = locatorOf(last.name) as Locator;
  branch.vcpu = vcpuOf(placeOfStep(scene, last, locator));
  branch.ended = locator.end !== undefined;
  const moved = branch.steps.findLast((step) => scene.steps.nameOf(step) === 'kvm_set_irq');
  const said = moved === undefined ? null : (scene.steps.get(moved) as Step);
  branch.low = said === null ? branch.bornLow : argsOf('kvm_set_irq', said.args).level === 0;
}

const TREE = standingReader<BranchTree>({
  begin: () => ({ steps: 0, branchOf: [], branches: [], byJourney: new Map(), moves: new Map() }),
  take(tree, scene, _from, to) {
    const { steps } = scene;
    for (; tree.steps < steps.length && steps.seqOf(tree.steps) < to; tree.steps++) {
      take(scene, tree, steps.get(tree.steps) as Step);
    }
  },
  rewind(tree, scene, kept) {
    const left = countBelow(scene.steps.length, scene.steps.seqOf, kept);
    const touched = new Set<Branch>();
    while (tree.steps > left) {
      tree.steps--;
      const branch = tree.branches[tree.branchOf.pop() as number];
      if (branch === undefined) continue;
      branch.steps.pop();
      tree.moves.get(branch.journey)?.pop();
      touched.add(branch);
      if (branch.steps.length > 0) continue;
      // A branch begins with its first step, and a step begins no more than one: it is the last of all.
      tree.branches.pop();
      tree.byJourney.get(branch.journey)?.pop();
      touched.delete(branch);
    }
    for (const branch of touched) restore(scene, branch);
  },
});

/** Journeys of a scene's log so far. */
export const branchesOf = (scene: SceneLog): BranchTree => read(TREE, scene);

/** Journey of the step shown, or of the last one before it that had one; 0 none. */
export function journeyAt(scene: SceneLog, step: number): number {
  for (let i = Math.min(step, scene.steps.length - 1); i >= 0 && i > step - 400; i--) {
    const journey = scene.steps.get(i)?.journey ?? 0;
    if (journey !== 0) return journey;
  }
  return branchesOf(scene).byJourney.keys().next().value ?? 0;
}

/** Moves of a journey that are looked at for what it touches, its first ones: a storm goes the same way over and over. */
const TOUCHES = 1_024;

/** What one journey touches, with those it came from. */
export function focusOf(scene: SceneLog, tree: BranchTree, model: StageModel, journey: number): StageFocus {
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
  for (let from = journey; from !== 0 && line.size < DEEPEST; line.add(from)) from = parentJourney(scene, from);
  for (const one of line) {
    for (const index of tree.moves.get(one)?.slice(0, TOUCHES) ?? []) {
      const step = scene.steps.get(index) as Step;
      const locator = locatorOf(step.name);
      if (locator === null) continue;
      const happening = happeningOf(step);
      touch(focus, model, placeOfStep(scene, step, locator));
      if (locator.onward !== undefined) touch(focus, model, locator.onward(happening));
      if (locator.via !== undefined) focus.iommu = true;
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
