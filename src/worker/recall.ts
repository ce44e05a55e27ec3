/**
 * Pages of a long log made again on the page's own thread: the engine goes on from the keyframe before them. That takes less than a
 * millisecond, so whoever reads a row need not wait for a worker. A chunk of its own, loaded when a log first outgrows its pages.
 */

import type { Keyframe } from '../engine/core/keyframe.ts';
import { rowsAgain } from '../engine/machine/keyframes.ts';
import type { CommandRecord } from '../log/log.ts';
import { type CreateOp, parseOp } from '../spec/ops/index.ts';
import { CAPS } from './protocol.ts';

/** A run as the page has it; it grows in place. */
export interface Remembered {
  readonly config: CreateOp;
  readonly commands: readonly CommandRecord[];
  readonly keys: readonly Keyframe[];
}

/** @returns rows from..to-1 of a run, as its worker once sent them */
export const recallFrom =
  ({ config, commands, keys }: Remembered) =>
  (from: number, to: number): Int32Array =>
    rowsAgain(
      {
        config,
        keys,
        ops: commands.length,
        opAt: (index) => parseOp((commands[index] as CommandRecord).op),
        startOf: (index) => (commands[index] as CommandRecord).seq,
        opRows: CAPS.opRows,
      },
      from,
      to,
    );
