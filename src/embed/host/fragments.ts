/** Which steps of a scene a slide stops at, as its author wrote them in `steps`. */
import type { StepName } from './element.ts';

/** What is known of a preset without running it: made at build by running it (src/cli/preset-table.ts). */
export interface PresetFacts {
  readonly count: number;
  /** Steps that its author thought worth stopping at, then the last. */
  readonly beats: readonly number[];
}

const MAX_STOPS = 1_000;

/**
 * @param steps `beats` (also for an empty text), `all`, `4,9,14`, `4:14` or `name#n,…`
 * @param facts of the scene; null: not known (yet)
 * @returns null where the scene must be there to tell
 */
export function stopsOf(steps: string, facts: PresetFacts | null): readonly StepName[] | null {
  const text = steps.trim();
  if (text === '' || text === 'beats') return facts?.beats ?? null;
  if (text === 'all') return facts === null ? null : range(0, facts.count - 1);
  const span = /^(\d{1,7}):(\d{1,7})$/.exec(text);
  if (span !== null) return range(Number(span[1]), Number(span[2]));
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => /^(\d{1,7}|end|\w+#\d{1,7})$/.test(part))
    .slice(0, MAX_STOPS)
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}

function range(from: number, to: number): readonly number[] {
  return Array.from({ length: Math.max(0, Math.min(to - from + 1, MAX_STOPS)) }, (_, i) => from + i);
}
