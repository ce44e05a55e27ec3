/** What a step's description reads: its numbers, the words before it, and the rows it led to. */

import { type MachineView, readWord } from '../engine/view/machine-view.ts';
import { COL, WRITE } from '../engine/view/tables.ts';
import { causeOf } from '../log/causes.ts';
import type { SceneLog, Step } from '../log/log.ts';
import { argsIn, cellOf, pageOf, placeOf } from '../log/rows.ts';
import { reasonOf } from '../spec/define/event.ts';
import { argsAt, argsOf, EVENT_NAMES, type EventArgs, type EventName, eventRow } from '../spec/events/index.ts';
import { messagesOf } from '../spec/messages.ts';
import type { CreateOp } from '../spec/ops/index.ts';
import { say, type Text } from './text.ts';

/** A step with the words as they were just before it. */
export interface StepContext<K extends EventName = EventName> {
  readonly run: SceneLog;
  readonly step: Step;
  readonly view: MachineView;
  /** Instance of the component that acts: vCPU, chip, slot. */
  readonly index: number;
  readonly args: EventArgs<K>;
}

export const contextOf = (run: SceneLog, step: Step, view: MachineView): StepContext => ({
  run,
  step,
  view,
  index: step.where & 0xffff,
  args: argsOf(step.name, step.args),
});

/** The word of the step's reason, for an event that has one of several. */
export const reasonWord = (c: StepContext): string | undefined => reasonOf(eventRow(c.step.name), c.args);

/** Rows this step's event caused directly: the instance each happened at, and its numbers. */
export function ledTo<K extends EventName>(
  c: Pick<StepContext, 'run' | 'step'>,
  name: K,
  within = 400,
): { readonly index: number; readonly args: EventArgs<K> }[] {
  const { used } = c.run;
  const found: { index: number; args: EventArgs<K> }[] = [];
  for (let seq = c.step.seq + 1; seq < Math.min(used, c.step.seq + within); seq++) {
    const rows = pageOf(c.run, seq);
    const at = placeOf(seq);
    if (rows[at + COL.cause] !== c.step.seq || EVENT_NAMES[rows[at]] !== name) continue;
    found.push({ index: rows[at + COL.where] & 0xffff, args: argsAt(name, rows, at) });
  }
  return found;
}

/** Is one of these among the events that led here? */
export function cameFrom(c: Pick<StepContext, 'run' | 'step'>, ...names: readonly EventName[]): boolean {
  for (let seq = causeOf(c.run, c.step.seq); seq >= 0; seq = causeOf(c.run, seq)) {
    const name = EVENT_NAMES[cellOf(c.run, seq, COL.code)];
    if (name !== undefined && names.includes(name)) return true;
  }
  return false;
}

/** The event that led here itself, if it is this one: its numbers. */
export function causedBy<K extends EventName>(c: Pick<StepContext, 'run' | 'step'>, name: K): EventArgs<K> | null {
  const seq = causeOf(c.run, c.step.seq);
  return seq >= 0 && EVENT_NAMES[cellOf(c.run, seq, COL.code)] === name ? argsIn(c.run, seq, name) : null;
}

/** Did something like this happen in the step's command? @param before only what came before the step */
export function inCommand(
  c: Pick<StepContext, 'run' | 'step'>,
  is: (event: {
    readonly name: EventName;
    readonly index: number;
    readonly args: Readonly<Record<string, number>>;
  }) => boolean,
  before = false,
): boolean {
  const { commands, used } = c.run;
  const first = commands[c.step.command]?.seq ?? c.step.seq;
  const end = before ? c.step.seq : (commands[c.step.command + 1]?.seq ?? used);
  for (let seq = first; seq < end; seq++) {
    const rows = pageOf(c.run, seq);
    const at = placeOf(seq);
    const name = EVENT_NAMES[rows[at]];
    if (name !== undefined && is({ name, index: rows[at + COL.where] & 0xffff, args: argsAt(name, rows, at) as never }))
      return true;
  }
  return false;
}

/** The words as they were when the step's command began. */
export function viewAtCommand(c: Pick<StepContext, 'run' | 'step' | 'view'>): MachineView {
  const { commands } = c.run;
  const w = c.view.w.slice();
  const first = commands[c.step.command]?.seq ?? c.step.seq;
  for (let seq = c.step.seq - 1; seq >= first; seq--) {
    const rows = pageOf(c.run, seq);
    const at = placeOf(seq);
    if (rows[at] === WRITE) w[rows[at + COL.a]] = rows[at + COL.b];
  }
  return { ...c.view, w };
}

type Seen = Pick<StepContext, 'view' | 'index'>;

export const lapicWord = (c: Seen, register: string, vcpu = c.index): number =>
  readWord(c.view, 'lapic', vcpu, register);
export const vcpuWord = (c: Seen, register: string, vcpu = c.index): number => readWord(c.view, 'vcpu', vcpu, register);

/** Highest vector in service, 0 with none. */
export function highestIsr(c: Seen, vcpu = c.index): number {
  for (let word = 7; word >= 0; word--) {
    const bits = readWord(c.view, 'lapic', vcpu, 'isr', word);
    if (bits !== 0) return word * 32 + 31 - Math.clz32(bits);
  }
  return 0;
}

/** Names of the devices on a GSI, in parentheses, or nothing. */
export function devicesOn(config: CreateOp, gsi: number): Text | '' {
  const devices = (config.devices ?? [])
    .filter((d) => gsi >= d.gsi && gsi < d.gsi + (messagesOf(d) || 1))
    .map((d) => d.id);
  return devices.length === 0 ? '' : say('word.onLine', { devices });
}
