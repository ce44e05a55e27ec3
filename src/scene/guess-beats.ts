/**
 * Beats before which the reader may be asked what comes. Where the author of a scene has marked some, those; else the one in which
 * something is held back or ends, since that is what surprises, or the middle of the scene.
 */
import { GATE_ROWS, locatorOf } from '../explain/locate/index.ts';
import type { SceneLog } from '../log/log.ts';
import type { EventName } from '../spec/events/index.ts';
import type { Beat } from './beats.ts';

/** Fewer beats have no three sentences to choose from. */
const FEWEST = 4;

const HOLDS: ReadonlySet<EventName> = new Set(
  Object.values(GATE_ROWS).flatMap(({ events }) => Object.keys(events) as EventName[]),
);

const surprises = (name: EventName | undefined): boolean =>
  name !== undefined && (HOLDS.has(name) || locatorOf(name)?.end !== undefined);

/** Indexes of those beats, ascending. */
export function guessBeats({ steps }: SceneLog, beats: readonly Beat[]): readonly number[] {
  const marked = beats.filter(({ told }) => told?.guess !== undefined).map(({ index }) => index);
  if (marked.length > 0 || beats.length < FEWEST) return marked;
  const held = beats.slice(1).find(({ from, to }) => {
    for (let at = from; at <= to; at++) if (surprises(steps.nameOf(at))) return true;
    return false;
  });
  return [held?.index ?? beats.length >> 1];
}
