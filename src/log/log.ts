/** A run as its log tells it: rows, commands, and where in them a reader can stop. */
import type { RouteTable } from '../engine/core/machine.ts';
import type { WordMap } from '../engine/view/tables.ts';
import type { JsonOp } from '../spec/define/op.ts';
import type { EventName } from '../spec/events/index.ts';
import type { CreateOp, OpResult } from '../spec/ops/index.ts';
import type { Keyframes } from './fold.ts';
import type { Readings } from './reader.ts';
import type { Rows } from './rows.ts';
import type { Steps } from './steps.ts';

export type { JsonOp };

/** One op that was done: its number in the run, the row where it began, itself and its answer. */
export interface CommandRecord {
  readonly index: number;
  readonly seq: number;
  readonly op: JsonOp;
  readonly result: OpResult;
}

/**
 * Everything that happened in a scene. The arrays grow in place while the engine works; the object itself is a new one after
 * each batch, so a selector on `scene` sees the growth.
 */
export interface SceneLog {
  readonly config: CreateOp;
  readonly wordMap: WordMap;
  /** Log rows, eight numbers each (engine/core/log.ts), by pages. */
  readonly rows: Rows;
  /** Rows used. */
  readonly used: number;
  readonly commands: readonly CommandRecord[];
  readonly routeTables: readonly RouteTable[];
  readonly steps: Steps;
  /** Row where the shown part begins: what came before is the scene's set-up. */
  readonly startSeq: number;
  /** Every op is done. */
  readonly complete: boolean;
  readonly keyframes: Keyframes;
  /** What has been read from this log so far, by reader. */
  readonly readings: Readings;
}

/** One moment a reader can stop at: an event that is not minor, and all rows until the next such event. */
export interface Step {
  readonly index: number;
  /** Row of its event. */
  readonly seq: number;
  /** Row after its last. */
  readonly end: number;
  /** Command it belongs to. */
  readonly command: number;
  readonly name: EventName;
  /** Component code << 16 | instance. */
  readonly where: number;
  readonly journey: number;
  readonly args: readonly [number, number, number, number];
}
