/** What a history cost: exits, entries, injections, posts, IPIs, counted over the shown part of a scene's log. */
import { COL, EVENTS, type EventName, ROW } from '../engine/view/tables.ts';
import type { SceneLog } from './log.ts';
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

interface Row {
  readonly args: (n: 0 | 1 | 2) => number;
}

/** What an event adds. */
const COUNTS: { readonly [E in EventName]?: (row: Row) => Counted | null } = {
  kvm_entry: () => 'entries',
  kvm_exit: () => 'exits',
  userspace_exit: () => 'userExits',
  kvm_inj_virq: () => 'injected',
  inject_nmi: () => 'nmis',
  pir_set: () => 'posted',
  vtd_post: () => 'posted',
  vid_deliver: () => 'virtual',
  avic_evaluate: (row) => (row.args(2) === 1 ? 'virtual' : null),
  pi_notification: (row) => (row.args(1) === NOTIFICATION ? 'notify' : null),
  vtd_notify: (row) => (row.args(0) === NOTIFICATION ? 'notify' : row.args(0) === WAKEUP ? 'wakeup' : null),
  // args: pcpu, on; with ON already set the CPU sends itself the wake-up vector
  pi_wakeup_on: (row) => (row.args(1) === 1 ? 'wakeup' : null),
  avic_doorbell: () => 'doorbell',
  reschedule_ipi: () => 'kicks',
  vcpu_wakeup: () => 'wakes',
  handler_enter: () => 'handlers',
};

const BY_CODE = new Map(
  Object.entries(COUNTS).map(([name, counts]) => [EVENTS[name as EventName].code as number, counts]),
);
const EXIT = EVENTS.kvm_exit.code;
const TIME = EVENTS.time.code;
const HANDLER = EVENTS.handler_enter.code;

/** @param step count up to this step; absent: all of it */
export function totalsOf(scene: SceneLog, step: number = scene.steps.length - 1): Totals {
  const { rows, startSeq } = scene;
  const end = step >= scene.steps.length - 1 ? scene.used : step < 0 ? startSeq : scene.steps.seqOf(step + 1);
  const count = Object.fromEntries(COUNTED.map((name) => [name, 0])) as Growing;
  const exits = new Map<number, number>();
  let now = 0;
  let begun: number | null = null;
  let toHandler: number | null = null;
  for (let seq = 0; seq < end; seq++) {
    const at = seq * ROW;
    const code = rows[at] as number;
    const arg = (n: number): number => rows[at + COL.a + n] as number;
    if (code === TIME) now = (arg(0) >>> 0) + arg(1) * 2 ** 32;
    if (seq < startSeq || code === 0) continue;
    if (rows[at + COL.journey] !== 0) begun ??= now;
    if (code === HANDLER && begun !== null) toHandler ??= now - begun;
    if (code === EXIT) exits.set(arg(0), (exits.get(arg(0)) ?? 0) + 1);
    const counted = BY_CODE.get(code)?.({ args: arg });
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
