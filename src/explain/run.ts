/** What this floor reads of a run: its log, its ops and the moments a reader can stop at. A page's scene serves as one. */
import type { RouteTable } from '../engine/core/machine.ts';
import type { EventName } from '../spec/events/index.ts';
import type { CreateOp } from '../spec/ops/index.ts';

export type JsonOp = Readonly<Record<string, unknown>>;

/** A moment: its event and all rows until the next one. */
export interface Moment {
  readonly index: number;
  /** Row of its event. */
  readonly seq: number;
  /** Number of the op it belongs to. */
  readonly command: number;
  readonly name: EventName;
  /** Component code << 16 | instance. */
  readonly where: number;
  readonly journey: number;
  readonly args: readonly [number, number, number, number];
}

export interface Run {
  readonly config: CreateOp;
  /** Log rows, eight numbers each (engine/core/log.ts); longer than what is used. */
  readonly rows: Int32Array;
  readonly used: number;
  readonly commands: readonly { readonly op: JsonOp }[];
  readonly routeTables: readonly RouteTable[];
  readonly steps: readonly Moment[];
}
