/** Steps of a log: where a reader can stop. Computed batch by batch, so a growing log costs no second pass. */
import { COL, EVENT_NAMES, EVENTS, type EventName, ROW } from '../engine/view/tables.ts';
import type { CommandRecord, Look, SceneLog, Step } from './types.ts';

/** By code: the event's name if it is a moment of its own, else undefined. */
const STEP_NAMES: readonly (EventName | undefined)[] = EVENT_NAMES.map((name) =>
  name !== undefined && EVENTS[name].minor !== true ? name : undefined,
);

const SET_IRQ = EVENTS.kvm_set_irq.code;
/** What a line going low causes on its way to the chips: told with the `kvm_set_irq` that lowers it. */
const QUIET_WHEN_LOW = new Set<EventName>(['route', 'pic_line', 'ioapic_line']);

/** Is this row part of a line going low? Its nearest `kvm_set_irq` cause says so. */
function isFalling(rows: Int32Array, row: number): boolean {
  let seq = rows[row * ROW + COL.cause] as number;
  for (let hops = 0; seq >= 0 && hops < 3; hops++) {
    const at = seq * ROW;
    if (rows[at] === SET_IRQ) return rows[at + COL.b] === 0;
    seq = rows[at + COL.cause] as number;
  }
  return false;
}

type Growing<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Appends the steps of rows from..to-1 and ends the last step where the rows end.
 * @param steps grows in place
 * @param commands all commands that began before row `to`
 */
export function growSteps(
  steps: Step[],
  rows: Int32Array,
  from: number,
  to: number,
  commands: readonly CommandRecord[],
): void {
  let command = commandAt(commands, from);
  let last: Growing<Step> | undefined = steps.at(-1);
  for (let seq = from; seq < to; seq++) {
    const at = seq * ROW;
    const name = STEP_NAMES[rows[at] as number];
    if (name === undefined || (QUIET_WHEN_LOW.has(name) && isFalling(rows, seq))) continue;
    while (command + 1 < commands.length && (commands[command + 1] as CommandRecord).seq <= seq) command++;
    if (last !== undefined) last.end = seq;
    last = {
      index: steps.length,
      seq,
      end: seq + 1,
      command: commands[command]?.index ?? 0,
      name,
      where: rows[at + COL.where] as number,
      journey: rows[at + COL.journey] as number,
      args: [rows[at + 4] as number, rows[at + 5] as number, rows[at + 6] as number, rows[at + 7] as number],
    };
    steps.push(last);
  }
  if (last !== undefined) last.end = to;
}

/** Number of the command that row `seq` belongs to; 0 before the first. */
export function commandAt(commands: readonly CommandRecord[], seq: number): number {
  let low = 0;
  let high = commands.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((commands[middle] as CommandRecord).seq <= seq) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** Row up to which the log is folded when the playhead is at this step and has, or has not yet, arrived. */
export function seqAt(scene: SceneLog, step: number, arrived: boolean): number {
  const { steps } = scene;
  if (step < 0 || steps.length === 0) return steps[0]?.seq ?? scene.used;
  const at = steps[Math.min(step, steps.length - 1)] as Step;
  return arrived ? at.end : at.seq;
}

/** Step that row `seq` belongs to; -1 before the first. */
export function stepAtSeq(steps: readonly Step[], seq: number): number {
  let low = -1;
  let high = steps.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((steps[middle] as Step).seq <= seq) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Finds "name#n" (the nth event of that name, from 1). @returns the step's index, -1 where there is none */
export function findStep(steps: readonly Step[], text: string): number {
  const [name, nth = '1'] = text.split('#', 2);
  let left = Number(nth);
  return steps.findIndex((step) => step.name === name && --left === 0);
}

/** What to look at, by step. */
export function lookSteps(steps: readonly Step[], look: readonly Look[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const { step, key } of look) {
    const at = findStep(steps, step);
    if (at >= 0) found.set(at, key);
  }
  return found;
}

/** Where a clicker stops: the steps that the scene's author wants looked at, and its end. */
export function beatsOf(steps: readonly Step[], look: readonly Look[]): readonly number[] {
  const stops = new Set([...lookSteps(steps, look).keys(), steps.length - 1]);
  return [...stops].filter((step) => step >= 0).sort((a, b) => a - b);
}

/** Name of a step that outlives a renumbering: "name#n", the nth step of that name, from 1. */
export function stepName(steps: readonly Step[], index: number): string | null {
  const step = steps[index];
  if (step === undefined) return null;
  let nth = 0;
  for (let i = 0; i <= index; i++) if (steps[i]?.name === step.name) nth++;
  return `${step.name}#${nth}`;
}
