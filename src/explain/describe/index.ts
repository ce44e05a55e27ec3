/**
 * A step in words: what happened, with its real numbers, and which fields decided. The parameters of a sentence come from the
 * event's arguments by their kinds; only an event with something more to say has a row, in its part's table.
 */
import { hex } from '../../base/numbers.ts';
import type { MachineView } from '../../engine/view/machine-view.ts';
import type { SceneLog, Step } from '../../log/log.ts';
import type { ArgKind, EventRows } from '../../spec/define/event.ts';
import { type EventName, eventRow } from '../../spec/events/index.ts';
import { exitName } from '../../spec/exits.ts';
import { INHIBIT_NAMES, MP_STATES, USER_EXITS } from '../../spec/name-lists.ts';
import { lapicRegisterName } from '../../spec/registers/lapic.ts';
import { contextOf, type StepContext } from '../context.ts';
import { gatesSaidBy } from '../gates/rows.ts';
import { type Param, say, type Text, type TextParams } from '../text.ts';
import { DEVICE } from './device.ts';
import { GUEST } from './guest.ts';
import { IOAPIC } from './ioapic.ts';
import { LAPIC } from './lapic.ts';
import { PIC } from './pic.ts';
import { ROUTING } from './routing.ts';
import { USERSPACE } from './userspace.ts';
import { VCPU } from './vcpu.ts';
import { chipName, deviceName, gsiParams, modeName, requestName, requestNames } from './words.ts';

/** What a row adds to the event's own parameters: more of them, which variant of the sentence, and reasons. */
export interface Told {
  readonly params?: TextParams;
  readonly variant?: string | false;
  /** `true`: the event's own `.why` with the same parameters. */
  readonly why?: readonly (Text | true)[];
}

/** Rows of a part; an event without one is told by its arguments alone. */
export type Descriptions<T extends EventRows> = {
  readonly [K in keyof T]?: K extends EventName ? (c: StepContext<K>) => Told : never;
};

/** A step as keys: `event.<name>` with its variant, its parameters, and the reasons. */
export interface Description {
  readonly name: EventName;
  readonly variant: string | null;
  readonly params: TextParams;
  readonly why: readonly (Text | true)[];
}

type Describe = (c: StepContext) => Told;

const rows = new Map<string, Describe>();

/** Takes in the table of a part. */
export function addDescriptions<T extends EventRows>(table: Descriptions<T>): void {
  for (const [name, row] of Object.entries(table)) rows.set(name, row as unknown as Describe);
}

function paramOf(kind: ArgKind, value: number): Param {
  if (typeof kind !== 'string') return value;
  switch (kind) {
    case 'vector':
    case 'hex':
      return hex(value);
    case 'bytes':
      return say('word.bytes', { n: value });
    case 'register':
      return lapicRegisterName(value);
    case 'mode':
      return modeName(value);
    case 'exit':
      return exitName(value);
    case 'userExit':
      return USER_EXITS[value] ?? value;
    case 'request':
      return requestName(value);
    case 'requests':
      return requestNames(value);
    case 'mpState':
      return MP_STATES[value] ?? value;
    case 'inhibit':
      return INHIBIT_NAMES[value] ?? value;
    default:
      return value;
  }
}

/** Who acts, and the event's arguments by their kinds. A vector is told as `vec`, a GSI with its devices. */
function ownParams(c: StepContext): TextParams {
  const { by, args } = eventRow(c.step.name);
  const params: Record<string, Param> = {};
  if (by === 'pcpu') params.pcpu = c.index;
  else if (by === 'device') params.device = deviceName(c, c.index);
  else if (by === 'pic') params.chip = chipName(c.index);
  else params.vcpu = c.index;
  const values = c.args as Readonly<Record<string, number>>;
  for (const [name, kind] of Object.entries(args)) {
    const value = values[name];
    if (kind === 'gsi') Object.assign(params, gsiParams(c, value));
    else params[name === 'vector' ? 'vec' : name] = name === 'vector' ? hex(value) : paramOf(kind, value);
    if (kind === 'pin') params.bit = value & 7;
  }
  return params;
}

/**
 * Describes a step.
 * @param view the machine just before it
 */
export function describeStep(run: SceneLog, step: Step, view: MachineView): Description {
  const c = contextOf(run, step, view);
  const told = rows.get(step.name)?.(c) ?? {};
  return {
    name: step.name,
    variant: told.variant || null,
    params: { ...ownParams(c), ...told.params },
    // What a gate held back has its reason, whatever else the row says.
    why: [...(told.why ?? []), ...(gatesSaidBy(step.name).length > 0 ? [true as const] : [])],
  };
}

for (const part of [USERSPACE, DEVICE, ROUTING, PIC, IOAPIC, LAPIC, VCPU, GUEST]) {
  addDescriptions(part as Descriptions<EventRows>);
}
