/** Steps of a command, and commands of a step, by search: a run has hundreds of thousands of the ones and thousands of the others. */
import { countBelow } from '../base/bisect.ts';
import type { CommandRecord, SceneLog } from './log.ts';

/** Position of the first command with at least that number. */
const commandFrom = (commands: readonly CommandRecord[], index: number): number =>
  countBelow(commands.length, (i) => (commands[i] as CommandRecord).index, index);

/** The last step of the commands before the one at this position among those of the log; -1 none. */
function stepBefore({ steps, commands }: Pick<SceneLog, 'steps' | 'commands'>, position: number): number {
  const next = commands[position];
  if (position === 0) return -1;
  return next === undefined ? steps.length - 1 : countBelow(steps.length, steps.seqOf, next.seq) - 1;
}

/** The first step of a command, by its number; -1: it made none. However many steps there are, it costs a search. */
export function firstStepOf(log: Pick<SceneLog, 'steps' | 'commands'>, command: number): number {
  const position = commandFrom(log.commands, command);
  if (log.commands[position]?.index !== command) return -1;
  const first = stepBefore(log, position) + 1;
  return first <= stepBefore(log, position + 1) ? first : -1;
}

/** The last step of the commands up to this number; -1: none of them made one. */
export const lastStepUpTo = (log: Pick<SceneLog, 'steps' | 'commands'>, command: number): number =>
  stepBefore(log, commandFrom(log.commands, command + 1));
