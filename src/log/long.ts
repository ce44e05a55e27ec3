/**
 * A log too long to be kept: the pages it used last, and machines to go on from, by which any other page is made again. Where a log is
 * short none of this is loaded (worker/recall.ts).
 */
import { countBelow } from '../base/bisect.ts';
import type { Keyframe, PackedKey } from '../engine/core/keyframe.ts';
import { ROW } from '../engine/view/tables.ts';
import { MOST_KEY_BYTES } from '../spec/limits.ts';
import type { Keyframes } from './fold.ts';
import { unpackKeys } from './keys.ts';
import { type GrowingRows, KEPT_PAGES, KEPT_ROWS, PAGE_ROWS, type Pager } from './rows.ts';

/** Makes rows from..to-1 again. */
type MakeRows = (from: number, to: number) => Int32Array;

export interface LongLog {
  /** Takes in machines to go on from, in their order. */
  add(keys: readonly PackedKey[]): void;
}

/** Keeps of a log what a long one keeps. `keyframes` gets the words of its machines. */
export function keepLong(rows: GrowingRows, keyframes: Keyframes, make: MakeRows): LongLog {
  const unpack = unpackKeys();
  const { pages } = rows;
  /** Whole pages that are there, the one to go next first. */
  let order: number[] = [];
  for (let page = 0; page < Math.floor(rows.used / PAGE_ROWS); page++) if (pages[page] !== undefined) order.push(page);

  const pager: Pager = {
    filled(page) {
      order.push(page);
      while (order.length > KEPT_PAGES) pages[order.shift() as number] = undefined;
    },
    recall(page) {
      const made = make(page * PAGE_ROWS, Math.min(rows.used, (page + 1) * PAGE_ROWS));
      const whole = made.length === PAGE_ROWS * ROW;
      const memory = whole ? made : new Int32Array(PAGE_ROWS * ROW);
      if (!whole) memory.set(made);
      pages[page] = memory;
      if (whole) this.filled(page);
      return memory;
    },
    cut(page) {
      order = order.filter((one) => one < page);
      const { machines } = keyframes;
      machines.length = countBelow(machines.length, (i) => (machines[i] as Keyframe).seq, rows.used + 1);
    },
  };
  rows.pager = pager;
  return {
    add(keys) {
      for (const key of keys) addMachine(keyframes, unpack(key));
    },
  };
}

/** Adds a machine to go on from. Where all would take too much, they stand further apart. */
function addMachine(keyframes: Keyframes, machine: Keyframe): void {
  const { w, journeys } = machine.parts as { readonly w: Int32Array; readonly journeys: Int32Array };
  const most = Math.max(2, Math.floor(MOST_KEY_BYTES / (4 * (w.length + journeys.length))));
  if (keyframes.machines.length >= most) thinOut(keyframes, Math.ceil((2 * machine.seq) / most));
  push(keyframes, machine);
}

function push({ seqs, frames, machines }: Keyframes, machine: Keyframe): void {
  machines.push(machine);
  if (machine.seq <= KEPT_ROWS) return;
  seqs.push(machine.seq);
  frames.push(machine.parts.w as Int32Array);
}

/** Leaves machines that stand at least so many rows apart. */
function thinOut(keyframes: Keyframes, apart: number): void {
  const { seqs, frames, machines } = keyframes;
  let next = 0;
  const left = machines.filter(({ seq }) => {
    const stays = seq >= next;
    if (stays) next = seq + apart;
    return stays;
  });
  machines.length = 0;
  seqs.length = frames.length = countBelow(seqs.length, (i) => seqs[i], KEPT_ROWS + 1);
  for (const machine of left) push(keyframes, machine);
}
