/** What flies beside the tokens: across the boundary of a guest, and from a physical CPU into it. Comes after the first motion. */
import { happeningOf, locatorOf } from '../explain/locate/index.ts';
import type { EventName } from '../spec/events/index.ts';
import { anchorAt } from './anchors.ts';
import { apart, type Crossing, type Stage } from './flights.ts';
import { type Path, pathBetween } from './paths.ts';

/** A straight way. */
const straight = (x: number, from: number, to: number): Path => ({
  samples: Float64Array.from([x, from, 0, x, to, Math.abs(to - from)]),
  length: Math.abs(to - from),
  parts: [],
  back: false,
});

/** What a host vector that has just reached a CPU does there. */
const TAKEN: readonly EventName[] = ['pi_processing', 'kvm_exit', 'avic_evaluate', 'vcpu_wakeup', 'guest_wake'];

/** The vector that was sent in the step before is on its way into the guest. */
function signalAt(stage: Stage, step: number): Crossing | null {
  const { scene, layout, model } = stage;
  const [sent, now] = [scene.steps.get(step - 1), scene.steps.get(step)];
  const locator = sent === undefined ? null : locatorOf(sent.name);
  if (!sent || !now || !locator?.onward || !TAKEN.includes(now.name)) return null;
  const happening = happeningOf(sent);
  const from = anchorAt(layout, model, locator.place(happening), 'out');
  const to = anchorAt(layout, model, locator.onward(happening), 'in');
  if (from === null || to === null) return null;
  const path = pathBetween(layout, from, to, apart(sent.journey));
  return { kind: 'signal', journey: sent.journey, label: locator.label(happening), path };
}

/** What flies beside the tokens while `step` is shown. */
export function crossingsAt(stage: Stage, step: number): readonly Crossing[] {
  const now = stage.scene.steps.get(step);
  const out: Crossing[] = [];
  const signal = signalAt(stage, step);
  if (signal !== null) out.push(signal);
  if (now?.name !== 'kvm_exit' && now?.name !== 'kvm_entry') return out;
  const box = stage.layout.vcpus.get(now.where & 0xffff);
  if (box === undefined || box.run === 'none') return out;
  const { mode } = box.rows;
  const reach = Math.max(16, mode.h);
  const [above, below] = [mode.y + mode.h / 2 - reach, mode.y + mode.h / 2 + reach];
  const x = mode.x + mode.w / 2;
  const exit = now.name === 'kvm_exit';
  const label = locatorOf(now.name)?.long?.(happeningOf(now)) ?? '';
  const path = exit ? straight(x, above, below) : straight(x, below, above);
  out.push({ kind: exit ? 'exit' : 'entry', journey: now.journey, label, path });
  return out;
}
