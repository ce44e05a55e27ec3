/** What led to how a word stands: the step that changed it in an op, and its causes, the last first. */
import { BLOCK_OF, COL, type ComponentKind } from '../engine/view/tables.ts';
import { causesOf } from './causes.ts';
import type { SceneLog } from './log.ts';
import { lastStepUpTo } from './op-steps.ts';
import { pageOf, placeOf } from './rows.ts';
import { stepAtSeq } from './steps.ts';
import { writersOf } from './writers.ts';

/** Where a word is; of a bitmap of vectors the one that is meant. */
export interface WordPlace {
  readonly kind: ComponentKind;
  readonly index: number;
  readonly register?: string;
  readonly sub?: number;
  readonly vector?: number;
}

/** Step of the command that changed the word last; where none did, its last step. */
function turned(
  log: SceneLog,
  { kind, index, register = '', sub = 0, vector }: WordPlace,
  command: number,
  before: number,
): number {
  const last = Math.min(lastStepUpTo(log, command), stepAtSeq(log.steps, before - 1));
  const { at, size } = BLOCK_OF[kind];
  if (Object.hasOwn(at, register)) {
    const address = log.wordMap[kind] + index * size + (at as Readonly<Record<string, number>>)[register] + sub;
    const mask = vector === undefined ? -1 : 1 << (vector & 31);
    for (const seq of writersOf(log, address, Math.min(before, log.steps.seqOf(last + 1)))) {
      const rows = pageOf(log, seq);
      const place = placeOf(seq);
      if (((rows[place + COL.b] ^ rows[place + COL.c]) & mask) === 0) continue;
      const step = stepAtSeq(log.steps, seq);
      if (log.steps.get(step)?.command === command) return step;
      break;
    }
  }
  return log.steps.get(last)?.command === command ? last : -1;
}

/**
 * @param command op that made it so, by its number  @param before rows from here on have not happened yet
 * @returns indexes of steps, the one that made it so first; none where the op made no step
 */
export function ledTo(log: SceneLog, place: WordPlace, command: number, before: number): readonly number[] {
  const step = turned(log, place, command, before);
  if (step < 0) return [];
  return causesOf(log, log.steps.seqOf(step))
    .reverse()
    .map((seq) => stepAtSeq(log.steps, seq))
    .filter((index, i, all) => index >= 0 && all.indexOf(index) === i);
}
