/** Which of many vCPUs unfold while a beat is shown: those it acts at, then the nearest before and after. */
import { happeningOf, locatorOf, vcpuOf } from '../explain/locate/index.ts';
import type { SceneLog } from '../log/log.ts';
import type { Beat } from './beats.ts';
import type { StageLayout } from './layout.ts';
import type { StageModel } from './stage-model.ts';
import { hasMap, UNFOLDED } from './vcpu-map.ts';

/** Steps looked through on each side of a beat. */
const FARTHEST = 300;

function vcpuOfStep(scene: SceneLog, index: number): number {
  const step = scene.steps.get(index);
  const locator = step === undefined ? null : locatorOf(step.name);
  return step === undefined || locator === null ? -1 : vcpuOf(locator.place(happeningOf(step)));
}

/**
 * Whose card each unfolded vCPU takes over: the one that stays keeps its own, so that what has the focus keeps it; a new one has that
 * of one which has gone from between the same neighbours, so that no card moves and few are made anew.
 * @param before number of each vCPU's card  @param vcpus those that are unfolded now, both ascending
 */
export function slotsOf(before: ReadonlyMap<number, number>, vcpus: readonly number[]): ReadonlyMap<number, number> {
  const were = [...before.keys()];
  const slots = new Map<number, number>();
  let fresh = Math.max(-1, ...before.values()) + 1;
  let at = 0;
  for (const vcpu of vcpus) {
    const gone = before.has(vcpu) ? vcpu : were[at];
    const taken = gone === undefined || (gone !== vcpu && vcpus.includes(gone)) ? undefined : before.get(gone);
    slots.set(vcpu, taken ?? fresh++);
    if (taken !== undefined) at = were.indexOf(gone as number) + 1;
  }
  return slots;
}

/** Slots of a stage with a map, kept where its component keeps them; null where all vCPUs are shown. */
export function keepSlots(
  kept: { current: ReadonlyMap<number, number> | null },
  { map, lapics }: StageLayout,
): ReadonlyMap<number, number> | null {
  kept.current = map === null ? null : slotsOf(kept.current ?? new Map(), [...lapics.keys()]);
  return kept.current;
}

/**
 * vCPUs that unfold, ascending; undefined where all are shown anyway. The same for all steps of a beat, so that nothing jumps in it.
 * @param chosen the one a reader has opened, -1 none: it stays
 * @param most how many there is room for
 */
export function unfoldedIn(
  scene: SceneLog,
  model: StageModel,
  beat: Beat | undefined,
  chosen: number,
  most = UNFOLDED,
): readonly number[] | undefined {
  if (!hasMap(model.vcpus)) return undefined;
  const found = new Set<number>(chosen >= 0 ? [chosen] : []);
  const look = (index: number): boolean => {
    const vcpu = vcpuOfStep(scene, index);
    if (vcpu >= 0 && vcpu < model.vcpus) found.add(vcpu);
    return found.size >= most;
  };
  const { from, hold, to } = beat ?? { from: 0, hold: 0, to: 0 };
  const order = function* (): Generator<number> {
    for (let i = hold; i >= from; i--) yield i;
    for (let i = hold + 1; i <= to; i++) yield i;
    for (let i = 1; i < FARTHEST; i++) {
      yield from - i;
      yield to + i;
    }
  };
  for (const index of order()) if (index >= 0 && look(index)) break;
  for (let i = 0; found.size < Math.min(most, model.vcpus) && i < model.vcpus; i++) {
    if (!model.folds.includes(`vcpu:${i}`)) found.add(i);
  }
  return [...found].sort((a, b) => a - b);
}
