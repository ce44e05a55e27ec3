/** What happens in a scene, as lines, for the goldens of its tests. */
import { COL } from '../engine/core/log.ts';
import { COMPONENTS } from '../engine/core/words.ts';
import { createSession } from '../engine/machine/session.ts';
import type { SceneLog } from '../log/log.ts';
import { cellOf, pageOf, placeOf } from '../log/rows.ts';
import type { Preset } from '../scenes/check-preset.ts';
import { EVENT_NAMES, eventRow } from '../spec/events/index.ts';
import { argsText } from '../spec/events/text.ts';
import { sceneOf } from './headless-scene.ts';

/**
 * Runs a preset. @returns one line for each shown event, set-up left out, and what each op that was refused said. What is told
 * with the step before it is indented, so the lines of a name that are not are its steps, counted as a link or a host counts.
 */
export function play(preset: Preset): { events: string[]; refused: string[] } {
  const session = createSession();
  const refused = preset.ops.flatMap((op, i) => {
    const { error } = session.answer(op);
    return error === undefined ? [] : [`ops[${i}]: ${String(error)}`];
  });
  return { events: refused.length > 0 ? [] : eventLines(sceneOf(preset.ops, preset.start), preset.start), refused };
}

export const eventLinesOf = (preset: Preset): string[] => play(preset).events;

function eventLines(log: SceneLog, start: number): string[] {
  const { used, steps, commands } = log;
  const isStep = new Set([...steps].map(({ seq }) => seq));
  return commands.slice(start).flatMap(({ op, seq }, i) => {
    const lines = [`# ${JSON.stringify(op)}`];
    const end = commands[start + i + 1]?.seq ?? used;
    for (let row = seq; row < end; row++) {
      const name = EVENT_NAMES[cellOf(log, row, COL.code)];
      if (name === undefined || eventRow(name).minor === true) continue;
      const where = cellOf(log, row, COL.where);
      const text =
        `${name} ${COMPONENTS[where >> 16]}:${where & 0xffff} ${argsText(name, pageOf(log, row), placeOf(row) + COL.a)}`.trimEnd();
      lines.push(isStep.has(row) ? text : `  ${text}`);
    }
    return lines;
  });
}
