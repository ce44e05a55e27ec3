/** What happens in a scene, as lines, for the goldens of its tests. */
import { COL, dropRows, ROW } from '../engine/core/log.ts';
import { COMPONENTS } from '../engine/core/words.ts';
import { createSession } from '../engine/machine/session.ts';
import type { Preset } from '../scenes/check-preset.ts';
import { EVENT_NAMES, eventRow } from '../spec/events/index.ts';
import { argsText } from '../spec/events/text.ts';

/** Runs a preset. @returns one line for each shown event, set-up left out, and what each op that was refused said */
export function play(preset: Preset): { events: string[]; refused: string[] } {
  const session = createSession();
  const events: string[] = [];
  const refused: string[] = [];
  preset.ops.forEach((op, i) => {
    const result = session.answer(op);
    if (result.error !== undefined) refused.push(`ops[${i}]: ${String(result.error)}`);
    const log = session.machine?.log;
    if (log === undefined) return;
    if (i >= preset.start) events.push(`# ${JSON.stringify(op)}`, ...eventLines(log.rows, log.used));
    dropRows(log);
  });
  return { events, refused };
}

export const eventLinesOf = (preset: Preset): string[] => play(preset).events;

function eventLines(rows: Int32Array, used: number): string[] {
  const lines: string[] = [];
  for (let at = 0; at < used; at += ROW) {
    const name = EVENT_NAMES[rows[at]];
    if (name === undefined || eventRow(name).minor === true) continue;
    const where = rows[at + COL.where];
    lines.push(`${name} ${COMPONENTS[where >> 16]}:${where & 0xffff} ${argsText(name, rows, at + COL.a)}`.trimEnd());
  }
  return lines;
}

export const count = (events: readonly string[], name: string): number =>
  events.filter((line) => line.startsWith(`${name} `)).length;

/** Whether the nth event of a name ("kvm_eoi#1") is among the lines. */
export function eventCount(events: readonly string[], step: string): boolean {
  const [name, nth] = step.split('#') as [string, string];
  return count(events, name) >= Number(nth);
}
