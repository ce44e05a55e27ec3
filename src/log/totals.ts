/** What a history cost: exits, entries, injections, posts, IPIs, counted over the shown part of a scene's log. */
import { COL } from '../engine/view/tables.ts';
import { argsAt, EVENT_NAMES, type EventArgs, type EventName } from '../spec/events/index.ts';
import type { SceneLog } from './log.ts';
import { pageOf, placeOf } from './rows.ts';
import type { Steps } from './steps.ts';

/** What is counted, in the order of the table. */
export const COUNTED = [
  'steps',
  'entries',
  'exits',
  'userExits',
  'injected',
  'nmis',
  'posted',
  'virtual',
  'notify',
  'wakeup',
  'doorbell',
  'kicks',
  'wakes',
  'handlers',
] as const;
export type Counted = (typeof COUNTED)[number];

export interface Totals {
  readonly count: Readonly<Record<Counted, number>>;
  /** VM exits by basic exit reason. */
  readonly exits: ReadonlyMap<number, number>;
  /** Virtual ns from the first interrupt's beginning to the first handler's; null: none was reached. */
  readonly toHandler: number | null;
}

type Growing = { -readonly [K in Counted]: number };

const NOTIFICATION = 0xf2;
const WAKEUP = 0xf1;

/** What an event adds. */
const COUNTS: { readonly [E in EventName]?: (args: EventArgs<E>) => Counted | null } = {
  kvm_entry: () => 'entries',
  kvm_exit: () => 'exits',
  userspace_exit: () => 'userExits',
  kvm_inj_virq: () => 'injected',
  inject_nmi: () => 'nmis',
  pir_set: () => 'posted',
  vtd_post: () => 'posted',
  vid_deliver: () => 'virtual',
  avic_evaluate: ({ taken }) => (taken === 1 ? 'virtual' : null),
  pi_notification: ({ vector }) => (vector === NOTIFICATION ? 'notify' : null),
  vtd_notify: ({ nv }) => (nv === NOTIFICATION ? 'notify' : nv === WAKEUP ? 'wakeup' : null),
  // With ON already set the CPU sends itself the wake-up vector.
  pi_wakeup_on: ({ on }) => (on === 1 ? 'wakeup' : null),
  avic_doorbell: () => 'doorbell',
  reschedule_ipi: () => 'kicks',
  vcpu_wakeup: () => 'wakes',
  handler_enter: () => 'handlers',
};

type Counts = (args: Readonly<Record<string, number>>) => Counted | null;

/** @param step count up to this step; absent: all of it */
export function totalsOf(scene: SceneLog, step: number = scene.steps.length - 1): Totals {
  const { startSeq } = scene;
  const end = step >= scene.steps.length - 1 ? scene.used : step < 0 ? startSeq : scene.steps.seqOf(step + 1);
  const count = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Growing;
  const exits = new Map<number, number>();
  let now = 0;
  let begun: number | null = null;
  let toHandler: number | null = null;
  for (let seq = 0; seq < end; seq++) {
    const rows = pageOf(scene, seq);
    const at = placeOf(seq);
    const name = EVENT_NAMES[rows[at]];
    if (name === 'time') now = argsAt(name, rows, at).now;
    if (seq < startSeq || name === undefined) continue;
    if (rows[at + COL.journey] !== 0) begun ??= now;
    if (name === 'handler_enter' && begun !== null) toHandler ??= now - begun;
    if (name === 'kvm_exit') {
      const { reason } = argsAt(name, rows, at);
      exits.set(reason, (exits.get(reason) ?? 0) + 1);
    }
    const counts = COUNTS[name] as Counts | undefined;
    const counted = counts?.(argsAt(name, rows, at));
    if (counted != null) count[counted]++;
  }
  count.steps = Math.min(step + 1, scene.steps.length);
  return { count, exits, toHandler };
}

/** Where two histories part: the first step at which they do not do the same thing at the same place. */
export interface Parting {
  readonly index: number;
  /** What each side does there; null: its scene has ended. */
  readonly left: EventName | null;
  readonly right: EventName | null;
}

/** @returns null when they never part */
export function partingOf(left: Steps, right: Steps): Parting | null {
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const [a, b] = [left.get(i), right.get(i)];
    if (a?.name === b?.name && a?.where === b?.where) continue;
    return { index: i, left: a?.name ?? null, right: b?.name ?? null };
  }
  return null;
}
