/** Turns the engine's batches into a SceneLog that grows. */

import type { RouteTable } from '../engine/core/machine.ts';
import { createWordMap } from '../engine/view/tables.ts';
import { createKeyframes, cutKeyframes, growKeyframes, type Keyframes } from '../log/fold.ts';
import type { CommandRecord, SceneLog } from '../log/log.ts';
import type { LongLog } from '../log/long.ts';
import { createReadings, cut } from '../log/reader.ts';
import { createRows, KEPT_ROWS } from '../log/rows.ts';
import { createSteps } from '../log/steps.ts';
import type { CreateOp } from '../spec/ops/index.ts';
import { type FromEngine, recallNow } from '../worker/client.ts';

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
  let rows = createRows();
  let complete = false;
  let startSeq = 0;
  let stepped = 0;
  let keyframes: Keyframes | null = null;
  const commands: CommandRecord[] = [];
  const routeTables: RouteTable[] = [];
  const steps = createSteps();
  const readings = createReadings();
  /** Once it is too long for all of its rows to stay. */
  let long: LongLog | null = null;

  if (prefix) {
    const { scene, upTo } = prefix;
    rows = createRows({ rows: scene.rows, upTo: scene.commands[upTo + 1]?.seq ?? scene.used });
    for (const command of scene.commands.slice(0, upTo + 1)) commands.push(command);
    routeTables.push(...scene.routeTables);
    const { seqs, frames, machines } = scene.keyframes;
    const left = machines.filter(({ seq }) => seq <= rows.used);
    keyframes = { ...scene.keyframes, seqs: seqs.slice(), frames: frames.slice(), machines: left, near: [] };
    cutKeyframes(keyframes, rows.used);
    config = scene.config;
    if (left.length > 0) keepLong();
  }

  function keepLong(): void {
    if (config !== null && keyframes !== null) long ??= recallNow()?.({ config, commands, rows, keyframes }) ?? null;
  }

  return {
    add(batch) {
      config ??= batch.config;
      start -= leftBefore(batch.leftOut ?? [], firstShown);
      rows.add(batch.rows);
      const { used } = rows;
      for (const command of batch.commands) commands.push(command);
      for (const { index, table } of batch.routeTables) routeTables[index] = table;
      complete = batch.done;
      if (config !== null) keyframes ??= createKeyframes(createWordMap(config.vcpus).size);
      if (batch.keys !== undefined) {
        keepLong();
        long?.add(batch.keys);
      }
      const first = commands[start];
      if (first !== undefined) {
        startSeq = first.seq;
        // Commands come with or after their rows: rows past the last known command wait for it.
        steps.take({ rows }, Math.max(stepped, startSeq), used, commands);
        stepped = used;
      } else startSeq = used;
    },
    log() {
      if (config === null || keyframes === null) return null;
      const wordMap = createWordMap(config.vcpus);
      const log: SceneLog = {
        config,
        wordMap,
        rows,
        used: rows.used,
        commands,
        routeTables,
        steps,
        startSeq,
        complete,
        keyframes,
        readings,
      };
      growKeyframes(log, long === null ? log.used : Math.min(log.used, KEPT_ROWS));
      return log;
    },
    rewind(to) {
      const { used } = to;
      rows.rewind(used);
      commands.length = Math.min(commands.length, to.commands);
      steps.rewind(used);
      cut(readings, used);
      stepped = used;
      if (keyframes) cutKeyframes(keyframes, used);
    },
  };
}
