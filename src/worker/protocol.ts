/**
 * What the page and the engine's worker say to each other. Every message carries the version; either side answers a version
 * it does not know with a refusal instead of guessing.
 *
 * Back-pressure is by credit: the worker stops when MAX_UNACKED_ROWS rows are on their way and goes on as acks come in. The
 * page never waits: what it wants is a message, what it gets are batches.
 */

import type { Problem } from '../base/problem.ts';
import type { PackedKey } from '../engine/core/keyframe.ts';
import type { RouteTable } from '../engine/core/machine.ts';
import type { CommandRecord } from '../log/log.ts';
import { MAX_LINK_OPS, MAX_OPS, MAX_VCPUS } from '../spec/limits.ts';
import type { CreateOp } from '../spec/ops/index.ts';

export const PROTOCOL_VERSION = 1;

/** Longest time the worker works before it looks at its messages again. */
export const SLICE_MS = 12;
/** Rows of one batch at most, unless a single op makes more. */
export const BATCH_ROWS = 16_384;
/** A run of more rows is sent with keyframes: the page may not keep all of its rows. */
export const KEYS_FROM = 262_144;
/** Rows sent and not yet acknowledged at most. */
export const MAX_UNACKED_ROWS = 8 * BATCH_ROWS;

/** Most batches whose memory is kept to be written again. */
export const MOST_SPARES = 4;
/** Whether memory is worth its way back: a few rows are made anew as fast, and those of one giant op would never be let go. */
export const isWorthKeeping = ({ byteLength }: ArrayBuffer): boolean =>
  byteLength >= BATCH_ROWS * 16 && byteLength <= BATCH_ROWS * 128;

/**
 * Caps. Virtual time of one op ends after `opRows` rows: a storm shows its first part, and `cut` says where. Of a long run the page
 * keeps columns, keyframes, and what the readers of its log make of it, `readBytes` a row, and makes rows again: it ends after the op
 * in which all that would take more than `keptBytes`, or more than `rows` where the page keeps every row. `readBytes` is what the
 * page's heap grows by in the storms that cost most: one line, an interrupt of ten thousands of branches, 6,000,430 events, 30 bytes
 * each in Chromium. Beyond the other caps a run is refused with the place where it went over.
 */
export const CAPS = {
  rows: 4_000_000,
  keptBytes: 256_000_000,
  readBytes: 32,
  opRows: 250_000,
  ops: MAX_OPS,
  linkOps: MAX_LINK_OPS,
  vcpus: MAX_VCPUS,
} as const;

type Versioned<T> = T & { readonly v: typeof PROTOCOL_VERSION };

export type ToEngine = Versioned<
  /** A fresh machine; the first op is a create. `leaveOut`: as many ops that make no sense are left out, not refused. */
  | {
      readonly type: 'run';
      readonly id: number;
      readonly runId: number;
      readonly ops: readonly unknown[];
      readonly leaveOut?: number;
      /** The page has no engine to make rows again with. */
      readonly keepsRows?: boolean;
    }
  /** More ops for a run that has ended or still goes on. */
  | { readonly type: 'extend'; readonly id: number; readonly runId: number; readonly ops: readonly unknown[] }
  /** A new run: commands 0..atCommand of the old one, whose rows the page has, then these ops. */
  | {
      readonly type: 'fork';
      readonly id: number;
      readonly runId: number;
      readonly newRunId: number;
      readonly atCommand: number;
      readonly ops: readonly unknown[];
    }
  /** Credit for rows that were taken in. `spare`: their memory, which the engine may write again. */
  | { readonly type: 'ack'; readonly runId: number; readonly rows: number; readonly spare?: ArrayBuffer }
  /** Asks for a sign of life, `pong`, which comes before anything that is asked later. */
  | { readonly type: 'ping'; readonly id: number }
  /** Forget every run. */
  | { readonly type: 'stop' }
>;

export type FromEngine = Versioned<
  | { readonly type: 'ready' }
  | { readonly type: 'pong'; readonly id: number }
  | {
      readonly type: 'batch';
      readonly runId: number;
      readonly firstSeq: number;
      readonly rows: Int32Array;
      readonly commands: readonly CommandRecord[];
      /** Routing tables new since the last batch, by their index. */
      readonly routeTables: readonly { readonly index: number; readonly table: RouteTable }[];
      /** Machines to go on from, from which rows are made again; absent: none. */
      readonly keys?: readonly PackedKey[];
      /** The machine's configuration, in a run's first batch. */
      readonly config: CreateOp | null;
      /** Ops that were left out since the last batch, by their index in the list as it was given; absent: none. */
      readonly leftOut?: readonly number[];
      /** Where a run over the caps was cut, in its last batch; absent: nowhere. */
      readonly cut?: Problem;
      /** Every op so far is done. */
      readonly done: boolean;
    }
  /** The request could not be done. `lost`: the run it was about is gone from the worker as well. */
  | {
      readonly type: 'refused';
      readonly id: number;
      readonly runId: number;
      readonly error: Problem;
      readonly lost: boolean;
    }
  /** Our bug: the engine threw. */
  | { readonly type: 'fault'; readonly runId: number; readonly seq: number; readonly stack: string }
>;
