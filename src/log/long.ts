/**
 * A log too long to be kept: the pages it used last, and machines to go on from, by which any other page is made again. Where a log is
 * short none of this is loaded (worker/recall.ts).
 */
import { countBelow, lastAtMost } from '../base/bisect.ts';
import type { Keyframe, PackedKey } from '../engine/core/keyframe.ts';
import { ROW } from '../engine/view/tables.ts';
import { MOST_KEY_BYTES } from '../spec/limits.ts';
import type { Keyframes } from './fold.ts';
import { unpackKeys } from './keys.ts';
import { type GrowingRows, KEPT_PAGES, KEPT_ROWS, PAGE_ROWS, PAGE_SHIFT, type Pager } from './rows.ts';

/** Makes rows from..to-1 again. */
type MakeRows = (from: number, to: number) => Int32Array;

export interface LongLog {
  /** Takes in machines to go on from, in their order. */
  add(keys: readonly PackedKey[]): void;
}

/** Whole pages that come along with one that is made again, for the run passes over them: 1 MB. Between two machines there are as many. */
const ALONG = 32;

/** Keeps of a log what a long one keeps. `keyframes` gets the words of its machines. */
export function keepLong(rows: GrowingRows, keyframes: Keyframes, make: MakeRows): LongLog {
  const unpack = unpackKeys();
  const { pages } = rows;
  /** Whole pages that are there, the one to go next first. */
  let order: number[] = [];
  for (let page = 0; page < Math.floor(rows.used / PAGE_ROWS); page++) if (pages[page] !== undefined) order.push(page);

  /** Keeps what was made again, page by page. What does not begin with a page's first row is passed over. */
  function takeIn(made: Int32Array, first: number): void {
    const end = first + made.length / ROW;
    // Memory that is pages for the most part stays as it is.
    let fresh = 0;
    for (let page = Math.ceil(first / PAGE_ROWS); (page + 1) * PAGE_ROWS <= end; page++)
      if (pages[page] === undefined) fresh++;
    const stays = 2 * fresh * PAGE_ROWS * ROW * 4 >= made.buffer.byteLength;
    for (let page = Math.ceil(first / PAGE_ROWS); page * PAGE_ROWS < end; page++) {
      const upTo = Math.min(end, (page + 1) * PAGE_ROWS);
      if (pages[page] !== undefined || (upTo < (page + 1) * PAGE_ROWS && upTo < rows.used)) continue;
      const part = made.subarray((page * PAGE_ROWS - first) * ROW, (upTo - first) * ROW);
      if (part.length === PAGE_ROWS * ROW) {
        pages[page] = stays ? part : part.slice();
        pager.filled(page);
      } else {
        const begun = new Int32Array(PAGE_ROWS * ROW);
        begun.set(part);
        pages[page] = begun;
      }
    }
  }

  const pager: Pager = {
    filled(page) {
      order.push(page);
      while (order.length > KEPT_PAGES) pages[order.shift() as number] = undefined;
    },
    recall(page) {
      const { machines } = keyframes;
      const below = lastAtMost(machines.length, (i) => (machines[i] as Keyframe).seq, page * PAGE_ROWS);
      const from = Math.max(Math.ceil((machines[below]?.seq ?? 0) / PAGE_ROWS), page - ALONG + 1, 0);
      // Who reads in order comes to those behind it next.
      const next = machines[below + 1]?.seq ?? rows.used;
      const ahead = page > 0 && pages[page - 1] !== undefined ? Math.floor(next / PAGE_ROWS) - 1 : page;
      const to = Math.max(page, Math.min(ahead, page + ALONG - 1));
      takeIn(make(from * PAGE_ROWS, Math.min(rows.used, (to + 1) * PAGE_ROWS)), from * PAGE_ROWS);
      return pages[page] as Int32Array;
    },
    stretch(from, to) {
      let there = true;
      for (let seq = from; there && seq < to; seq = ((seq >>> PAGE_SHIFT) + 1) << PAGE_SHIFT)
        there = pages[seq >>> PAGE_SHIFT] !== undefined;
      if (there || to - from > 2 * ALONG * PAGE_ROWS) return null;
      // To the end of the page: whoever asks for words there asks for rows there.
      const made = make(from, Math.min(rows.used, Math.ceil(to / PAGE_ROWS) * PAGE_ROWS));
      takeIn(made, from);
      return made;
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
