/**
 * Steps of a log: where a reader can stop. Kept as columns of row numbers and event codes, six bytes a step; everything else about
 * a step stands in its row.
 */

import { lastAtMost } from '../base/bisect.ts';
import { COL } from '../engine/view/tables.ts';
import { EVENT_NAMES, type EventName, FIRST_EVENTS, STEP_NAMES } from '../spec/events/index.ts';
import { causeOf } from './causes.ts';
import type { CommandRecord, SceneLog, Step } from './log.ts';
import { argsIn, cellOf, type HasRows, pageOf, placeOf } from './rows.ts';

const SET_IRQ = FIRST_EVENTS.kvm_set_irq.code;
/** What a line going low causes on its way to the chips: told with the `kvm_set_irq` that lowers it. */
const QUIET_WHEN_LOW = new Set<EventName>(['route', 'pic_line', 'ioapic_line']);

/** Is this row part of a line going low? Its nearest `kvm_set_irq` cause says so. */
function isFalling(log: HasRows, row: number): boolean {
  let seq = causeOf(log, row);
  for (let hops = 0; seq >= 0 && hops < 3; hops++) {
    if (cellOf(log, seq, COL.code) === SET_IRQ) return argsIn(log, seq, 'kvm_set_irq').level === 0;
    seq = causeOf(log, seq);
  }
  return false;
}

/** The steps so far; grows in place. */
export interface Steps extends Iterable<Step> {
  readonly length: number;
  /** A step by its index. Asked again soon, the answer is the same object. */
  get(index: number): Step | undefined;
  /** The last step so far. */
  last(): Step | undefined;
  /** Row of a step's event; the number of rows for one past the last. */
  seqOf(index: number): number;
  /** Name of a step's event, without the rest of the step. */
  nameOf(index: number): EventName | undefined;
  find(fits: (step: Step) => boolean): Step | undefined;
  /** Index of the first step that fits, -1 where none does. */
  findIndex(fits: (step: Step) => boolean): number;
  findLastIndex(fits: (step: Step) => boolean): number;
}

/** Steps that can grow, and forget. */
export interface GrowingSteps extends Steps {
  /** Takes in rows from..to-1 of a log and ends the last step where they end. */
  take(log: HasRows, from: number, to: number, commands: readonly CommandRecord[]): void;
  /** Forgets the rows from `kept` on. */
  rewind(kept: number): void;
}

/** Steps made lately are kept as objects, so that who asks at each frame gets the same one. */
const MOST_MADE = 1024;

export function createSteps(): GrowingSteps {
  let seqs = new Int32Array(256);
  /** Codes of their events: the names of all steps are asked for more often than anything else of them. */
  let codes = new Uint16Array(256);
  let length = 0;
  let log: HasRows | null = null;
  let end = 0;
  let commands: readonly CommandRecord[] = [];
  const made = new Map<number, Step>();

  const seqOf = (index: number): number => (index < length ? seqs[index] : end);

  const nameOf = (index: number): EventName | undefined =>
    index >= 0 && index < length ? EVENT_NAMES[codes[index]] : undefined;

  function make(index: number): Step {
    const seq = seqOf(index);
    const rows = pageOf(log as HasRows, seq);
    const at = placeOf(seq);
    return {
      index,
      seq,
      end: seqOf(index + 1),
      command: commands[commandAt(commands, seq)]?.index ?? 0,
      name: EVENT_NAMES[rows[at]] as EventName,
      where: rows[at + COL.where],
      journey: rows[at + COL.journey],
      args: [rows[at + 4], rows[at + 5], rows[at + 6], rows[at + 7]],
    };
  }

  function get(index: number): Step | undefined {
    if (!(index >= 0 && index < length)) return undefined;
    const known = made.get(index);
    if (known !== undefined) return known;
    const step = make(index);
    if (made.size >= MOST_MADE) made.clear();
    made.set(index, step);
    return step;
  }

  function findIndex(fits: (step: Step) => boolean): number {
    for (let i = 0; i < length; i++) if (fits(get(i) as Step)) return i;
    return -1;
  }

  return {
    get length() {
      return length;
    },
    get,
    last: () => get(length - 1),
    seqOf,
    *[Symbol.iterator]() {
      for (let i = 0; i < length; i++) yield get(i) as Step;
    },
    nameOf,
    find: (fits) => get(findIndex(fits)),
    findIndex,
    findLastIndex(fits) {
      for (let i = length - 1; i >= 0; i--) if (fits(get(i) as Step)) return i;
      return -1;
    },
    take(newLog, from, to, newCommands) {
      log = newLog;
      commands = newCommands;
      // The last step's end moves, and rows past the last known command waited for it.
      made.delete(length - 1);
      for (let seq = from; seq < to; seq++) {
        const code = cellOf(log, seq, COL.code);
        const name = STEP_NAMES[code];
        if (name === undefined || (QUIET_WHEN_LOW.has(name) && isFalling(log, seq))) continue;
        if (length === seqs.length) {
          const [wasSeqs, wasCodes] = [seqs, codes];
          seqs = new Int32Array(length * 2);
          codes = new Uint16Array(length * 2);
          seqs.set(wasSeqs);
          codes.set(wasCodes);
        }
        seqs[length] = seq;
        codes[length++] = code;
      }
      end = to;
    },
    rewind(kept) {
      end = Math.min(end, kept);
      while (length > 0 && seqs[length - 1] >= kept) length--;
      made.clear();
    },
  };
}

/** Number of the command that row `seq` belongs to; 0 before the first. */
export function commandAt(commands: readonly CommandRecord[], seq: number): number {
  return Math.max(
    0,
    lastAtMost(commands.length, (i) => (commands[i] as CommandRecord).seq, seq),
  );
}

/** Row up to which the log is folded when the playhead is at this step and has, or has not yet, arrived. */
export function seqAt(scene: SceneLog, step: number, arrived: boolean): number {
  const { steps } = scene;
  if (step < 0 || steps.length === 0) return steps.length === 0 ? scene.used : steps.seqOf(0);
  const at = Math.min(step, steps.length - 1);
  return steps.seqOf(arrived ? at + 1 : at);
}

/** Step that row `seq` belongs to; -1 before the first. */
export function stepAtSeq(steps: Steps, seq: number): number {
  return lastAtMost(steps.length, steps.seqOf, seq);
}

/** Finds "name#n" (the nth event of that name, from 1). @returns the step's index, -1 where there is none */
export function findStep(steps: Steps, text: string): number {
  const [name, nth = '1'] = text.split('#', 2);
  let left = Number(nth);
  for (let i = 0; i < steps.length; i++) if (steps.nameOf(i) === name && --left === 0) return i;
  return -1;
}
