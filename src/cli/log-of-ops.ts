/** A run without a page: the log of a list of ops, whole, as the page has it. */
import { ROW } from '../engine/core/log.ts';
import { createSession } from '../engine/machine/session.ts';
import { createKeyframes, growKeyframes } from '../log/fold.ts';
import type { CommandRecord, JsonOp, SceneLog } from '../log/log.ts';
import { createReadings } from '../log/reader.ts';
import { createSteps } from '../log/steps.ts';

/**
 * @param start first op whose steps are shown
 * @throws OpError for what is no valid op here
 */
export function logOfOps(ops: readonly JsonOp[], start = 1): SceneLog {
  const session = createSession();
  const commands = ops.map((op, index): CommandRecord => {
    const log = session.machine?.log;
    const seq = log === undefined ? 0 : log.firstSeq + log.used / ROW;
    return { index, seq, op, result: session.answerOrThrow(op) };
  });
  const m = session.machine;
  if (m === null) throw new Error('the first op is no create');
  const { config, layout, routeTables, log } = m;
  const used = log.used / ROW;
  const startSeq = commands[start]?.seq ?? used;
  const steps = createSteps();
  steps.take(log.rows, startSeq, used, commands);
  const scene: SceneLog = {
    config,
    layout,
    rows: log.rows,
    used,
    commands,
    routeTables,
    steps,
    startSeq,
    complete: true,
    keyframes: createKeyframes(layout.size),
    readings: createReadings(),
  };
  growKeyframes(scene);
  return scene;
}
