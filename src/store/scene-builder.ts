/** Turns the engine's batches into a SceneLog that grows. */

import type { RouteTable } from '../engine/core/machine.ts';
import { createWordMap, ROW } from '../engine/view/tables.ts';
import { createKeyframes, growKeyframes, type Keyframes } from '../log/fold.ts';
import type { CommandRecord, SceneLog } from '../log/log.ts';
import { createReadings, cut } from '../log/reader.ts';
import { createSteps } from '../log/steps.ts';
import type { CreateOp } from '../spec/ops/index.ts';
import { CAPS, type FromEngine } from '../worker/client.ts';

type Batch = Extract<FromEngine, { type: 'batch' }>;

/** A scene under construction; `log()` is what of it can be shown. */
export interface SceneBuilder {
  add(batch: Batch): void;
  /** The scene so far, a new object at each call; null before the first batch. */
  log(): SceneLog | null;
  /** Takes back what came after a scene this builder made: its arrays are shared with that scene. */
  rewind(to: SceneMark): void;
}

/** How much of the growing arrays a scene had. */
export interface SceneMark {
  readonly used: number;
  readonly commands: number;
}

const FIRST_ROWS = 4096;

/** ArrayBuffer of ES2024, where the browser has it: it grows in place, so a long log is never copied in one long task. */
type GrowingBuffer = ArrayBuffer & { readonly maxByteLength?: number; resize?(bytes: number): void };
type GrowingBufferConstructor = new (bytes: number, options: { maxByteLength: number }) => GrowingBuffer;

/** Memory for rows that can grow to the cap without moving; an ordinary array where that cannot be had. */
function reserveRows(rows: number): Int32Array<ArrayBuffer> {
  const bytes = rows * ROW * 4;
  try {
    const Growing = ArrayBuffer as unknown as GrowingBufferConstructor;
    return new Int32Array(new Growing(bytes, { maxByteLength: Math.max(bytes, (CAPS.rows + FIRST_ROWS) * ROW * 4) }));
  } catch {
    return new Int32Array(rows * ROW);
  }
}

/** The mark of a scene, taken before more is added to it. */
export function markOf(scene: SceneLog): SceneMark {
  return { used: scene.used, commands: scene.commands.length };
}

/** How many of the ops that were left out stood before this one. */
export const leftBefore = (leftOut: readonly number[], op: number): number =>
  leftOut.filter((index) => index < op).length;

/** @param firstShown first command whose steps are shown  @param prefix scene whose commands 0..upTo are kept, for a fork */
export function createSceneBuilder(firstShown: number, prefix?: { scene: SceneLog; upTo: number }): SceneBuilder {
  let start = firstShown;
  let config: CreateOp | null = null;
  let rows = reserveRows(FIRST_ROWS);
  let used = 0;
  let complete = false;
  let startSeq = 0;
  let stepped = 0;
  let keyframes: Keyframes | null = null;
  const commands: CommandRecord[] = [];
  const routeTables: RouteTable[] = [];
  const steps = createSteps();
  const readings = createReadings();

  if (prefix) {
    const { scene, upTo } = prefix;
    used = scene.commands[upTo + 1]?.seq ?? scene.used;
    rows = reserveRows(Math.max(FIRST_ROWS, used * 2));
    rows.set(scene.rows.subarray(0, used * ROW));
    for (const command of scene.commands.slice(0, upTo + 1)) commands.push(command);
    routeTables.push(...scene.routeTables);
  }

  function makeRoom(more: number): void {
    const need = (used + more) * ROW;
    if (need <= rows.length) return;
    const buffer: GrowingBuffer = rows.buffer;
    const bytes = Math.max(need, rows.length * 2) * 4;
    if (buffer.resize !== undefined && need * 4 <= (buffer.maxByteLength ?? 0)) {
      // A view without a length of its own grows with its buffer.
      buffer.resize(Math.min(bytes, buffer.maxByteLength ?? 0));
      return;
    }
    const bigger = new Int32Array(Math.max(need, rows.length * 2));
    bigger.set(rows.subarray(0, used * ROW));
    rows = bigger;
  }

  return {
    add(batch) {
      config ??= batch.config;
      start -= leftBefore(batch.leftOut ?? [], firstShown);
      makeRoom(batch.rows.length / ROW);
      rows.set(batch.rows, used * ROW);
      used += batch.rows.length / ROW;
      for (const command of batch.commands) commands.push(command);
      for (const { index, table } of batch.routeTables) routeTables[index] = table;
      complete = batch.done;
      const first = commands[start];
      if (first !== undefined) {
        startSeq = first.seq;
        // Commands come with or after their rows: rows past the last known command wait for it.
        steps.take(rows, Math.max(stepped, startSeq), used, commands);
        stepped = used;
      } else startSeq = used;
    },
    log() {
      if (config === null) return null;
      const wordMap = createWordMap(config.vcpus);
      keyframes ??= createKeyframes(wordMap.size);
      const log: SceneLog = {
        config,
        wordMap,
        rows,
        used,
        commands,
        routeTables,
        steps,
        startSeq,
        complete,
        keyframes,
        readings,
      };
      growKeyframes(log);
      return log;
    },
    rewind(to) {
      used = to.used;
      commands.length = Math.min(commands.length, to.commands);
      steps.rewind(used);
      cut(readings, used);
      stepped = used;
      if (keyframes)
        keyframes.frames.length = Math.min(keyframes.frames.length, Math.floor(used / keyframes.every) + 1);
    },
  };
}
