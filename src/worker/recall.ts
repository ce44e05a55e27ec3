/**
 * Pages of a long log made again on the page's own thread: the engine goes on from the keyframe before them. That takes less than a
 * millisecond, so whoever reads a row need not wait for a worker. A chunk of its own, loaded when a log first outgrows its pages.
 */

import { rowsAgain } from '../engine/machine/keyframes.ts';
import type { Keyframes } from '../log/fold.ts';
import type { CommandRecord } from '../log/log.ts';
import { keepLong, type LongLog } from '../log/long.ts';
import type { GrowingRows } from '../log/rows.ts';
import { type CreateOp, parseOp } from '../spec/ops/index.ts';
import { CAPS } from './protocol.ts';

/** A run as the page has it; it grows in place. */
export interface Remembered {
  readonly config: CreateOp;
  readonly commands: readonly CommandRecord[];
  readonly rows: GrowingRows;
  readonly keyframes: Keyframes;
}

/** Keeps a run as a long one from now on. */
export const recallLong = ({ config, commands, rows, keyframes }: Remembered): LongLog =>
  keepLong(rows, keyframes, (from, to) =>
    rowsAgain(
      {
        config,
        keys: keyframes.machines,
        ops: commands.length,
        opAt: (index) => parseOp((commands[index] as CommandRecord).op),
        startOf: (index) => (commands[index] as CommandRecord).seq,
        opRows: CAPS.opRows,
      },
      from,
      to,
    ),
  );
